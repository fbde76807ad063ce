/**
 * func, vmap and autograd.functional: numbers and structures are PyTorch's (test/golden/make_autograd.py).
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  arange,
  autograd,
  cat,
  einsum,
  func,
  nn,
  noGrad,
  stack,
  tensor,
  Tensor,
  vmap,
  where,
  zeros,
} from "../../src/index.js";

const { functional } = autograd;
const F = nn.functional;

const expected = JSON.parse(
  readFileSync(new URL("../golden/autograd.json", import.meta.url), "utf8"),
) as Record<string, unknown>;

function values(shape: number[], seed = 0): Tensor {
  const n = shape.reduce((a, b) => a * b, 1);
  return arange(n, { dtype: "float64" })
    .mul(1.7)
    .add(1 + seed)
    .sin()
    .reshape(shape);
}

function numbers(x: unknown): unknown {
  if (x instanceof Tensor) return x.tolist();
  if (Array.isArray(x)) return x.map(numbers);
  return Object.fromEntries(Object.entries(x as object).map(([key, value]) => [key, numbers(value)]));
}

function near(got: unknown, wanted: unknown, at: string): void {
  if (typeof wanted === "number") {
    assert.ok(
      typeof got === "number" && Math.abs(got - wanted) <= 1e-9 * Math.max(1, Math.abs(wanted)),
      `${at}: ${String(got)} instead of ${wanted}`,
    );
    return;
  }
  assert.deepEqual(Object.keys(got as object), Object.keys(wanted as object), at);
  for (const [key, value] of Object.entries(wanted as object))
    near((got as Record<string, unknown>)[key], value, `${at}.${key}`);
}

const W = values([3, 4], 5);
const x = values([4], 1);
const xs = values([5, 4], 2);
const ys = values([5, 3], 3);
const index = tensor(
  [
    [2, 0],
    [1, 1],
    [3, 2],
    [0, 3],
    [2, 2],
  ],
  { dtype: "int64" },
);
const labels = tensor([0, 2, 1, 1, 0], { dtype: "int64" });
const a = values([3], 1);
const b = values([2], 4);

type Params = { weight: Tensor; bias: Tensor };
const params: Params = { weight: values([3, 4], 7), bias: values([3], 8) };

const layer = (v: Tensor): Tensor => W.matmul(v).tanh();
const energy = (v: Tensor): Tensor => v.sin().mul(v.cumsum(0)).sum().add(v.prod());
const pair = (p: Tensor, q: Tensor): [Tensor, Tensor] => [p.mul(q.sum()).exp(), p.sum().mul(q).pow(2)];
const loss = (p: Params, v: Tensor, target: Tensor): Tensor =>
  F.mseLoss(F.linear(v, p.weight, p.bias).tanh(), target);
const scatterIndex = tensor(
  [
    [2, 0, 2],
    [1, 1, 1],
    [3, 2, 1],
    [0, 3, 0],
    [2, 2, 3],
  ],
  { dtype: "int64" },
);

const cases: Record<string, () => unknown> = {
  grad: () => func.grad(energy)(x),
  "grad of grad": () => func.grad((v: Tensor) => func.grad(energy)(v).square().sum())(x),
  gradAndValue: () => func.gradAndValue(energy)(x),
  "grad with argnums": () => func.grad((p: Tensor, q: Tensor) => p.exp().mul(q.sum()).sum(), [0, 1])(a, b),
  "grad of a dict": () => func.grad(loss)(params, x, ys.at(0)),
  vjp: () => {
    const [value, pull] = func.vjp(layer, x);
    return [value, pull(values([3], 9))];
  },
  "vjp of a pair": () => {
    const [value, pull] = func.vjp(pair, a, b);
    return [value, pull([values([3], 2), values([2], 3)])];
  },
  jvp: () => func.jvp(layer, [x], [values([4], 6)]),
  "jvp of a pair": () => func.jvp(pair, [a, b], [values([3], 6), values([2], 7)]),
  jacrev: () => func.jacrev(layer)(x),
  jacfwd: () => func.jacfwd(layer)(x),
  "jacrev with argnums": () => func.jacrev(pair, [0, 1])(a, b),
  "jacfwd with argnums": () => func.jacfwd(pair, [0, 1])(a, b),
  hessian: () => func.hessian(energy)(x),
  "hessian of a matrix": () => func.hessian((m: Tensor) => m.matmul(m.mT).exp().sum())(values([2, 3])),

  "functional.jacobian": () => functional.jacobian(layer, x),
  "functional.jacobian of a pair": () => functional.jacobian(pair, [a, b]),
  "functional.hessian": () => functional.hessian(energy, x, { vectorize: true }),
  "functional.hessian of two": () =>
    functional.hessian((p, q) => p!.exp().sum().mul(q!).square().sum(), [a, b]),
  "functional.vjp": () => functional.vjp(layer, x, values([3], 9)),
  "functional.jvp": () => functional.jvp(pair, [a, b], [values([3], 6), values([2], 7)]),
  "functional.hvp": () => functional.hvp(energy, x, values([4], 3)),
  "functional.vhp": () => func.vhp(energy, x, values([4], 3)),

  vmap: () => vmap(layer)(xs),
  "vmap with dims": () => vmap((p, q) => p.outer(q), [1, null], 2)(xs, b),
  "vmap of a dict": () =>
    vmap((d: { x: Tensor; y: Tensor }) => ({ sum: d.x.sum().add(d.y), max: d.x.max() }))({
      x: xs,
      y: ys.slice(":", 0),
    }),
  "vmap of a vmap": () => vmap((p: Tensor) => vmap((q: Tensor) => p.slice([0, 3]).mul(q).sum())(ys))(xs),
  "vmap in two dims": () =>
    vmap(
      vmap((v: Tensor) => v.sin(), { inDims: 1 }),
      { inDims: 1 },
    )(values([2, 3, 4])),
  "vmap in chunks": () => vmap(layer, { chunkSize: 2 })(xs),
  "vmap of rearranged": () =>
    vmap((v: Tensor) => {
      const padded = cat([zeros([1], { dtype: "float64" }), v, zeros([1], { dtype: "float64" })]);
      return cat([v.flip(0), v.reshape([2, 2]).t().flatten(), v.slice([1, 3]), padded]);
    })(xs),
  "vmap of reductions": () =>
    vmap((v: Tensor) => stack([v.mean(), v.var(), v.amax(), v.logsumexp(0), v.norm(), v.argmax().double()]))(
      xs,
    ),
  "vmap of sort": () => vmap((v: Tensor) => [v.sort().values, v.sort(0, { descending: true }).indices])(xs),
  "vmap of scans": () => vmap((v: Tensor) => [v.cumsum(0), v.cumprod(0), v.cummax(0).values])(xs),
  "vmap of gather": () => vmap((v, i) => v.gather(0, i))(xs, index),
  "vmap of indexSelect, index mapped": () => vmap((i: Tensor) => x.indexSelect(0, i))(index),
  "vmap of indexSelect, both mapped": () => vmap((v, i) => v.indexSelect(0, i))(xs, index),
  "vmap of indexSelect, values mapped": () => vmap((v: Tensor) => v.indexSelect(0, index.at(0)))(xs),
  "vmap of indexAdd": () => vmap((v, i, s) => v.indexAdd(0, i, s.slice([0, 2])))(xs, index, ys),
  "vmap of scatterAdd": () => vmap((v, i, s) => v.scatterAdd(0, i, s))(xs, scatterIndex, ys),
  "vmap of crossEntropy": () => vmap((v, l) => F.crossEntropy(v, l))(ys, labels),
  "vmap of softmax and where": () => vmap((v: Tensor) => where(v.gt(0), v.softmax(0), v))(xs),
  "vmap of matmul": () => vmap((m: Tensor) => m.matmul(W.mT))(values([2, 5, 4])),
  "vmap of bmm": () => vmap((m, n) => m.matmul(n))(values([2, 3, 5, 4]), values([2, 4, 2], 1)),
  "vmap of einsum": () => vmap((v, w) => einsum("i,oi->o", v, w))(xs, values([5, 3, 4])),

  "gradients of each sample": () => vmap(func.grad(loss), { inDims: [null, 0, 0] })(params, xs, ys),
  "hessians of each sample": () => vmap(func.hessian(energy))(xs),
  "jacobians of each sample": () => vmap(func.jacrev(layer))(xs),
  "jacobian of a mapped function": () => func.jacrev((v: Tensor) => vmap(layer)(v).sum(0))(xs),
  "gradient of a mapped function": () =>
    func.grad((m: Tensor) => vmap((v: Tensor) => m.matmul(v).tanh().prod())(xs).sum())(W),
  "gradient of gradients of each sample": () =>
    func.grad((p: Params) => {
      const { weight, bias } = vmap(func.grad(loss), { inDims: [null, 0, 0] })(p, xs, ys) as Params;
      return weight.square().sum().add(bias.square().sum());
    })(params),
  "gradient of gathered": () =>
    func.grad((v: Tensor) => vmap((r, i) => r.indexSelect(0, i).square().prod())(v, index).sum())(xs),

  ensemble: () => {
    const [state, buffers] = func.stackModuleState(models);
    const one = (p: Record<string, Tensor>, s: Record<string, Tensor>, v: Tensor): Tensor =>
      func.functionalCall(models[0]!, [p, s], v);
    return vmap(one, { inDims: [0, 0, null] })(state, buffers, xs);
  },
  functionalCall: () => func.functionalCall(models[0]!, { "0.weight": values([2, 4], 3) }, x),
};

const models = [0, 1, 2].map((k) => {
  const model = nn.sequential(new nn.Linear(4, 2), new nn.Tanh()).double();
  const [weight, bias] = model.parameters();
  noGrad(() => {
    weight!.copy_(values([2, 4], k));
    bias!.copy_(values([2], k + 10));
  });
  return model;
});

for (const [name, wanted] of Object.entries(expected))
  test(name, () => near(numbers(cases[name]!()), wanted, name));
