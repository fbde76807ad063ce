/** Layers with kernels of their own have gradients of first and second order, with and without what is optional, and at sizes of each way. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  gradcheck,
  gradgradcheck,
  func,
  grad,
  manualSeed,
  nn,
  randint,
  randn,
  type Tensor,
  tensor,
} from "../../src/index.js";

const F = nn.functional;
const float64 = { dtype: "float64", requiresGrad: true } as const;

function checkBoth(what: string, f: (...xs: Tensor[]) => Tensor, inputs: Tensor[]): void {
  assert.ok(gradcheck(f, inputs), what);
  assert.ok(gradgradcheck(f, inputs), `${what}, twice`);
}

test("normalizations with a weight, a bias, both or none", () => {
  manualSeed(0);
  const x = randn([4, 6, 3], float64);
  const [w, b] = [randn([6], float64), randn([6], float64)];
  const rows = randn([5, 7], float64);
  const [u, v] = [randn([7], float64), randn([7], float64)];
  const forms: Record<string, [(x: Tensor, weight: Tensor | null, bias: Tensor | null) => Tensor, Tensor[]]> =
    {
      layerNorm: [(a, weight, bias) => F.layerNorm(a, 7, { weight, bias }), [rows, u, v]],
      groupNorm: [(a, weight, bias) => F.groupNorm(a, 3, { weight, bias }), [x, w, b]],
      instanceNorm: [(a, weight, bias) => F.instanceNorm(a, { weight, bias }), [x, w, b]],
      batchNorm: [
        (a, weight, bias) => F.batchNorm(a, null, null, { weight, bias, training: true }),
        [x, w, b],
      ],
    };
  for (const [name, [f, [a, weight, bias]]] of Object.entries(forms)) {
    checkBoth(`${name} with both`, (p, q, r) => f(p!, q!, r!), [a!, weight!, bias!]);
    checkBoth(`${name} with a weight`, (p, q) => f(p!, q!, null), [a!, weight!]);
    checkBoth(`${name} with a bias`, (p, r) => f(p!, null, r!), [a!, bias!]);
    checkBoth(`${name} alone`, (p) => f(p!, null, null), [a!]);
  }
});

test("a normalized row is of mean 0 and variance 1, far from 0 too", () => {
  manualSeed(1);
  const x = randn([300, 5000]).add(1000);
  const y = F.layerNorm(x, 5000);
  assert.ok(y.mean(1).abs().max().item() < 1e-4);
  assert.ok(Math.abs(y.square().mean().item() - 1) < 1e-3);
  const channels = F.batchNorm(randn([500, 3]).add(1000), null, null, { training: true });
  assert.ok(channels.mean(0).abs().max().item() < 1e-3);
  assert.ok(Math.abs(channels.square().mean().item() - 1) < 1e-3);
});

test("normalizations of an empty batch are empty", () => {
  assert.deepEqual(F.layerNorm(randn([0, 4]), 4).shape, [0, 4]);
  assert.deepEqual(F.groupNorm(randn([0, 4, 2]), 2).shape, [0, 4, 2]);
});

test("each sample's gradient of a layer norm, mapped", () => {
  manualSeed(2);
  const [w, b] = [randn([6]), randn([6])];
  const xs = randn([3, 4, 6]);
  const loss = (x: Tensor): Tensor => F.layerNorm(x, 6, { weight: w, bias: b }).square().sum();
  const mapped = func.vmap(func.grad(loss))(xs) as Tensor;
  for (let i = 0; i < 3; i++) {
    const alone = func.grad(loss)(xs.at(i)) as Tensor;
    assert.ok(mapped.at(i).sub(alone).abs().max().item() < 1e-5);
  }
});

test("a max pool's gradient, twice, where windows overlap", () => {
  manualSeed(3);
  const x = randn([2, 3, 7, 7], float64);
  checkBoth("maxPool2d", (a) => F.maxPool2d(a!, 3, { stride: 2, padding: 1 }), [x]);
});

test("CTC of sequences of several lengths, with gradients of both orders of what is given to a log-softmax", () => {
  manualSeed(4);
  const x = randn([7, 3, 5], float64);
  const y = tensor([
    [1, 1, 2],
    [3, 4, 1],
    [2, 0, 0],
  ]).int();
  checkBoth("ctcLoss", (a) => F.ctcLoss(a!.logSoftmax(2), y, [7, 6, 4], [3, 2, 1], { reduction: "sum" }), [
    x,
  ]);
});

test("a loss of CTC that no alignment gives is infinite, its gradient NaN, and both 0 where that is asked for", () => {
  const x = randn([2, 1, 4]).logSoftmax(2).detach().requiresGrad_();
  const y = randint(1, 2, [1, 3], { dtype: "int32" });
  const loss = (zeroInfinity: boolean): Tensor =>
    F.ctcLoss(x, y, [2], [3], { reduction: "sum", zeroInfinity });
  assert.equal(loss(false).item(), Infinity);
  assert.ok((grad(loss(false), [x]) as Tensor[])[0]!.isnan().all().item());
  assert.equal(loss(true).item(), 0);
  assert.equal((grad(loss(true), [x]) as Tensor[])[0]!.abs().max().item(), 0);
});
