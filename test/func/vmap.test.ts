/**
 * vmap: what is refused and with what words, random numbers, and that one call is one recording.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  autograd,
  func,
  grad,
  manualSeed,
  nn,
  optim,
  rand,
  randn,
  tensor,
  type Tensor,
  utils,
  vmap,
  zeros,
} from "../../src/index.js";

test("the function is called once for all samples, and its own graph is never computed", () => {
  let calls = 0;
  const f = (v: Tensor): Tensor => (calls++, v.exp().sum());
  const x = randn([100, 3]);
  const y = vmap(f)(x);
  assert.equal(calls, 1);
  assert.deepEqual(y.shape, [100]);
  assert.deepEqual(y.tolist(), x.exp().sum(1).tolist());
});

test("results that no sample has a part in are repeated", () => {
  assert.deepEqual(vmap((_v: Tensor) => tensor([1, 2]))(zeros([3, 1])).tolist(), [
    [1, 2],
    [1, 2],
    [1, 2],
  ]);
});

test("what cannot be mapped is refused", () => {
  const x = randn([4, 3]);
  assert.throws(
    () => vmap((v: Tensor) => (v.sum().item() > 0 ? v : v.neg()))(x),
    /value is read here that differs from sample to sample/,
  );
  assert.throws(() => vmap((v: Tensor) => v.nonzero())(x), /differs from sample to sample/);
  assert.throws(() => vmap((v: Tensor) => v.add(rand([3])))(x), /random numbers are drawn here/);
  const total = zeros([3]);
  assert.throws(() => vmap((v: Tensor) => total.add_(v))(x), /cannot be changed in place/);
  assert.deepEqual(total.tolist(), [0, 0, 0]);
  assert.throws(() => vmap((v: Tensor) => v)(tensor(1)), /inDims 0 is out of range for shape \[\]/);
  assert.throws(
    () => vmap((a, b) => a.add(b))(x, randn([5, 3])),
    /same number of samples in all arguments, got 4, 5/,
  );
  assert.throws(() => vmap((v: Tensor) => v, null)(x), /null for all arguments/);
  assert.throws(() => vmap((v: Tensor, k: number) => v.mul(k))(x, 2), /got number; inDims says null/);
  assert.throws(() => vmap((_v: Tensor) => 3)(x), /got number/);
  assert.throws(() => vmap((v: Tensor) => v, { inDims: [0, 0] })(x), /inDims has 2 entries for 1 arguments/);
  const w = randn([3], { requiresGrad: true });
  w.sum().backward();
  const optimizer = new optim.SGD([w], { lr: 1 });
  assert.throws(() => vmap((v: Tensor) => (optimizer.step(), v))(x), /an optimizer cannot step/);
  let kept: Tensor | null = null;
  vmap((v: Tensor) => (kept = v.mul(2)))(x);
  assert.throws(() => kept!.tolist(), /that of one sample of a function that vmap maps/);
  assert.deepEqual(x.add(1).shape, [4, 3], "nothing waits that cannot be computed");
  x.add(1).tolist();
});

test("values that all samples share may be read, and a tensor of the function's own changed in place", () => {
  const x = randn([4, 3]);
  const scale = tensor(2);
  const y = vmap((v: Tensor) => {
    const out = zeros([3]);
    out.slice([0, 2]).copy_(v.slice([1, 3]));
    return out.mul_(scale.item());
  })(x);
  y.tolist().forEach((row, i) => {
    const [, p, q] = x.tolist()[i]!;
    assert.deepEqual(row, [p! * 2, q! * 2, 0]);
  });
});

test("random numbers: others in each sample, or the same in all", () => {
  manualSeed(1);
  const x = zeros([50, 4]);
  const different = vmap((v: Tensor) => v.add(randn([4])), { randomness: "different" })(x).tolist();
  assert.equal(new Set(different.map(String)).size, 50);
  const same = vmap((v: Tensor) => v.add(randn([4])), { randomness: "same" })(x).tolist();
  assert.equal(new Set(same.map(String)).size, 1);
  const kept = vmap((v: Tensor) => nn.functional.dropout(v.add(1)), { randomness: "different" })(x);
  assert.notEqual(kept.slice(0).sum().item(), kept.sum().item() / 50);
});

test("gradients with respect to what the function reads, of any order, hooks and checkpoints within", () => {
  const options = { dtype: "float64", requiresGrad: true } as const;
  const w = tensor(
    [
      [0.1, -0.4],
      [0.7, 0.2],
    ],
    options,
  );
  const x = tensor(
    [
      [1, 2],
      [3, -1],
      [0.5, 0.25],
    ],
    options,
  );
  const f = (rows: Tensor, m: Tensor): Tensor => vmap((v: Tensor) => m.matmul(v).tanh().sum())(rows).square();
  assert.ok(autograd.gradcheck((p, q) => f(p!, q!), [x, w]));
  assert.ok(autograd.gradgradcheck((p, q) => f(p!, q!), [x, w]));
  const plain = x.matmul(w.mT).tanh().sum(1).sum();
  const checkpointed = utils
    .checkpoint((rows: Tensor) => vmap((v: Tensor) => w.matmul(v).tanh().sum())(rows), x)
    .sum();
  grad(checkpointed, [x, w]).forEach((g, i) => {
    const wanted = grad(plain, [x, w], { retainGraph: true })[i]!;
    assert.ok(g.sub(wanted).abs().max().item() < 1e-12);
  });
});

test("a custom function is mapped as its operations are", () => {
  class Square extends autograd.Function {
    static forward(ctx: autograd.FunctionContext, v: Tensor): Tensor {
      ctx.saveForBackward(v);
      return v.mul(v);
    }
    static backward(ctx: autograd.FunctionContext, g: Tensor): Tensor {
      return ctx.savedTensors[0]!.mul(g).mul(3);
    }
  }
  const x = tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { requiresGrad: true },
  );
  vmap((v: Tensor) => Square.apply(v).sum())(x)
    .sum()
    .backward();
  assert.deepEqual(x.grad!.tolist(), [
    [3, 6],
    [9, 12],
  ]);
  assert.deepEqual(vmap(func.grad((v: Tensor) => Square.apply(v).sum()))(x.detach()).tolist(), [
    [3, 6],
    [9, 12],
  ]);
});

test("a model, with float16 too: the gradient is that of the batch", () => {
  manualSeed(2);
  const model = nn.sequential(new nn.Linear(5, 8), new nn.ReLU(), new nn.LayerNorm(8), new nn.Linear(8, 3));
  for (const dtype of ["float32", "float16"] as const) {
    model.to(dtype);
    const x = randn([16, 5]).to(dtype);
    const whole = grad(model.forward(x).float().square().mean(), model.parameters());
    const mapped = grad(
      vmap((v: Tensor) => model.forward(v))(x)
        .float()
        .square()
        .mean(),
      model.parameters(),
    );
    whole.forEach((g, i) => {
      assert.equal(mapped[i]!.dtype, dtype);
      const off = g.float().sub(mapped[i]!.float()).abs().max().item();
      assert.ok(off < (dtype === "float32" ? 1e-6 : 2e-3), `${dtype} ${i}: ${off}`);
    });
  }
});

test("what is derived requires grad only where something outside does", () => {
  const x = tensor([1, 2], { dtype: "float64" });
  const w = tensor([3, 4], { dtype: "float64", requiresGrad: true });
  assert.equal(func.grad((v: Tensor) => v.square().sum())(x).requiresGrad, false);
  const g = func.grad((v: Tensor) => v.square().mul(w).sum())(x);
  assert.equal(g.requiresGrad, true);
  assert.deepEqual(grad(g.sum(), w)[0]!.tolist(), [2, 4]);
  assert.equal(autograd.functional.jacobian((v) => v.mul(w), x).requiresGrad, false);
  const j = autograd.functional.jacobian((v) => v.mul(v).mul(w), x, { createGraph: true });
  assert.deepEqual(grad(j.sum(), w)[0]!.tolist(), [2, 4]);
  assert.throws(
    () => autograd.functional.jacobian((v) => w.mul(2).add(v.detach()), x, { strict: true }),
    /do not depend on input 0/,
  );
  assert.throws(() => func.grad((v: Tensor) => v)(x), /one number, of shape \[\], got \[2\]/);
  const [y, push] = func.linearize((v: Tensor) => v.square(), x);
  assert.deepEqual(y.tolist(), [1, 4]);
  assert.deepEqual(push(x).tolist(), [2, 8]);
  const withAux = func.grad<[Tensor], Tensor[]>((v) => [v.square().sum(), v.mul(2)], 0, true);
  assert.deepEqual(
    withAux(x).map((t) => t.tolist()),
    [
      [2, 4],
      [2, 4],
    ],
  );
});

test("functionalCall leaves the module as it was, also after an error", () => {
  const model = new nn.Linear(2, 2);
  const before = model.weight;
  assert.throws(() => func.functionalCall(model, { weight: zeros([2, 3]) }, zeros([2])));
  assert.equal(model.weight, before);
  assert.throws(
    () => func.functionalCall(model, { wieght: zeros([2, 2]) }, zeros([2])),
    /has no parameter or buffer "wieght"; it has weight, bias/,
  );
  assert.throws(
    () => func.functionalCall(model, { weight: zeros([2, 2]) }, zeros([2]), null, { strict: true }),
    /missing: bias/,
  );
  const w = zeros([2, 2], { requiresGrad: true });
  func
    .functionalCall(model, { weight: w }, tensor([1, 2]))
    .sum()
    .backward();
  assert.deepEqual(w.grad!.tolist(), [
    [1, 2],
    [1, 2],
  ]);
  assert.equal(before.grad, null);
});
