/**
 * Operations give PyTorch's values, dtypes and gradients, within the tolerances of torch.testing.assert_close, on every engine.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  arange,
  cat,
  einsum,
  eye,
  full,
  grad,
  linspace,
  logspace,
  meshgrid,
  stack,
  type Tensor,
  tensor,
  where,
  zeros,
} from "../../src/index.js";
import { linear } from "../../src/ops/matmul.js";
import { assertClose, golden, load } from "../golden/ops.js";
import { inEveryWay } from "./ways.js";

const ints = (data: number[] | number[][]) => tensor(data, { dtype: "int32" });
const INDEX = [
  [0, 2, 1, 1],
  [2, 2, 0, 1],
  [1, 0, 0, 3],
];

const cases: Readonly<Record<string, (a: Tensor, b: Tensor, c: Tensor) => Tensor>> = {
  add: (a, b) => a.add(b, { alpha: 2 }),
  sub: (a, b) => a.sub(b),
  mul: (a, b) => a.mul(b),
  div: (a, b) => a.div(b),
  divTrunc: (a, b) => a.div(b, { roundingMode: "trunc" }),
  divFloor: (a, b) => a.div(b, { roundingMode: "floor" }),
  rsub: (a) => a.rsub(1),
  rdiv: (a) => a.rdiv(2),
  rpow: (a) => a.rpow(3),
  pow2: (a) => a.pow(2),
  pow3: (a) => a.pow(3),
  powHalf: (a) => a.pow(0.5),
  powReal: (a) => a.pow(2.3),
  powTensor: (a, b) => a.pow(b),
  powOfZero: (a, b) => a.mul(0).pow(b),
  remainder: (a, b) => a.remainder(b),
  remainderNegative: (a, b) => a.remainder(b.neg()),
  fmod: (a, b) => a.fmod(b),
  atan2: (a, b) => a.atan2(b),
  lerp: (a, b) => a.lerp(b, 0.3),
  addcmul: (a, b, c) => a.addcmul(b, c, { value: 0.5 }),
  addcdiv: (a, b, c) => a.addcdiv(b, c, { value: 0.5 }),
  neg: (a) => a.neg(),
  abs: (a) => a.abs(),
  sign: (a) => a.sign(),
  exp: (a) => a.exp(),
  exp2: (a) => a.exp2(),
  expm1: (a) => a.expm1(),
  log: (a) => a.log(),
  log2: (a) => a.log2(),
  log10: (a) => a.log10(),
  log1p: (a) => a.log1p(),
  sqrt: (a) => a.sqrt(),
  rsqrt: (a) => a.rsqrt(),
  square: (a) => a.square(),
  reciprocal: (a) => a.reciprocal(),
  sin: (a) => a.sin(),
  cos: (a) => a.cos(),
  tan: (a) => a.tan(),
  asin: (a) => a.asin(),
  acos: (a) => a.acos(),
  atan: (a) => a.atan(),
  sinh: (a) => a.sinh(),
  cosh: (a) => a.cosh(),
  erf: (a) => a.erf(),
  lgamma: (a) => a.lgamma(),
  digamma: (a) => a.digamma(),
  polygamma: (a) => a.polygamma(2),
  floor: (a) => a.floor(),
  ceil: (a) => a.ceil(),
  round: (a) => a.mul(2).round(),
  trunc: (a) => a.trunc(),
  frac: (a) => a.frac(),
  sigmoid: (a) => a.sigmoid(),
  logSigmoid: (a) => a.mul(20).logSigmoid(),
  tanh: (a) => a.tanh(),
  relu: (a) => a.relu(),
  relu6: (a) => a.mul(4).relu6(),
  leakyRelu: (a) => a.leakyRelu(),
  elu: (a) => a.elu({ alpha: 1.3 }),
  selu: (a) => a.selu(),
  celu: (a) => a.celu({ alpha: 0.7 }),
  gelu: (a) => a.gelu(),
  geluTanh: (a) => a.gelu({ approximate: "tanh" }),
  silu: (a) => a.silu(),
  mish: (a) => a.mish(),
  softplus: (a) => a.mul(15).softplus({ beta: 2 }),
  softsign: (a) => a.softsign(),
  hardtanh: (a) => a.hardtanh(),
  hardsigmoid: (a) => a.mul(3).hardsigmoid(),
  hardswish: (a) => a.mul(3).hardswish(),
  hardshrink: (a) => a.hardshrink(),
  softshrink: (a) => a.softshrink(),
  tanhshrink: (a) => a.tanhshrink(),
  threshold: (a) => a.threshold(0.5, 3),
  clamp: (a) => a.clamp(-1, 0.5),
  clampTensor: (a, b) => a.clamp(b),
  minimum: (a, b) => a.minimum(b),
  maximum: (a, b) => a.maximum(b),
  maximumOfEqual: (a) => a.maximum(a.mul(1)),
  maskedFill: (a) => a.maskedFill(a.gt(0), 7),
  where: (a, b) => where(a.gt(b), a, b.mul(2)),
  softmax: (a) => a.softmax(-1),
  softmax0: (a) => a.softmax(0),
  softmaxLarge: (a) => a.mul(400).softmax(1),
  logSoftmax: (a) => a.mul(40).logSoftmax(1),
  logsumexp: (a) => a.logsumexp([0, 1]),
  logsumexpDim: (a) => a.mul(100).logsumexp(1, { keepdim: true }),
  sum: (a) => a.sum(),
  sumDim: (a) => a.sum(0),
  sumDims: (a) => a.sum([0, 2], { keepdim: true }),
  mean: (a) => a.mean(),
  meanDim: (a) => a.mean(-1, { keepdim: true }),
  prod: (a) => a.prod(),
  prodDim: (a) => a.prod(1),
  prodWithZero: (a) => a.floor().mul(0.5).prod(0),
  max: (a) => a.max(),
  min: (a) => a.min(),
  maxOfEqual: (a) => a.mul(0).add(2).max(),
  maxDim: (a) => a.max(1).values,
  minDim: (a) => a.min(0, { keepdim: true }).values,
  maxDimOfEqual: (a) => a.floor().max(1).values,
  amax: (a) => a.floor().amax(1),
  amin: (a) => a.amin([0, 1]),
  var: (a) => a.var(),
  varDim: (a) => a.var(1, { correction: 0, keepdim: true }),
  std: (a) => a.std(),
  stdDim: (a) => a.std(0),
  norm: (a) => a.norm(),
  norm1: (a) => a.norm(1, 1),
  norm3: (a) => a.norm(3, 0, { keepdim: true }),
  normInf: (a) => a.norm(Infinity, 1),
  normOfZero: (a) => a.mul(0).norm(),
  cumsum: (a) => a.cumsum(1),
  cumprod: (a) => a.cumprod(0),
  sort: (a) => a.sort(1, { descending: true }).values,
  topk: (a) => a.topk(2, 0).values,
  median: (a) => a.median(),
  medianDim: (a) => a.median(0, { keepdim: true }).values,
  quantile: (a) => a.quantile(0.3, 1),
  prodLong: (a) => a.div(600).add(1).prod(0),
  prodLongWithZero: (a) => a.div(600).add(1).mul(arange(600).lt(599).to(a.dtype).unsqueeze(1)).prod(0),
  matmul: (a, b) => a.matmul(b),
  matmulVectors: (a, b) => a.matmul(b),
  matmulVectorLeft: (a, b) => a.matmul(b),
  matmulVectorRight: (a, b) => a.matmul(b),
  matmulBatch: (a, b) => a.matmul(b),
  matmulOneForAll: (a, b) => a.matmul(b),
  addmm: (c, a, b) => c.addmm(a, b, { beta: 0.5, alpha: 2 }),
  outer: (a, b) => a.outer(b),
  linear: (x, w, b) => linear(x, w, b),
  einsumBatch: (a, b) => einsum("bij,bkj->bik", a, b),
  einsumThree: (a, b, c) => einsum("i,ij,j->i", a, b, c),
  einsumImplicit: (a, b) => einsum("ba,cb", a, b),
  einsumDots: (a, b) => einsum("...ij,...jk", a, b),
  einsumDiagonal: (a) => einsum("ii->i", a),
  reshape: (a) => a.reshape(2, -1),
  permute: (a) => a.permute(2, 0, 1),
  transpose: (a) => a.transpose(0, -1),
  T: (a) => a.T,
  squeeze: (a) => a.squeeze(1),
  expand: (a) => a.expand(2, -1, 4),
  repeat: (a) => a.repeat(2, 1, 2),
  tile: (a) => a.tile([2]),
  repeatInterleave: (a) => a.repeatInterleave(2, 0),
  flip: (a) => a.flip([0]),
  roll: (a) => a.roll([1, -2], [0, 1]),
  rollFlat: (a) => a.roll(5),
  pad: (a) => a.pad([1, 2, 0, 1], { value: 3 }),
  padCrop: (a) => a.pad([-1, 1, 2, -1]),
  diagonal: (a) => a.diagonal(1, -2, -1),
  diag: (a) => a.diag(-1),
  trace: (a) => a.trace(),
  tril: (a) => a.tril(-1),
  triu: (a) => a.triu(1),
  unfold: (a) => a.unfold(1, 3, 2),
  slice: (a) => a.slice([1], [0, 4, 2]),
  sliceEllipsis: (a) => a.slice("...", -1),
  sliceNew: (a) => a.slice("new", 1),
  cat: (a, b) => cat([a, b, a], 1),
  stack: (a, b) => stack([a, b], -1),
  split: (a) => a.split(3, 1)[1]!,
  chunk: (a) => a.chunk(2, 0)[0]!,
  gather: (a) => a.gather(1, ints(INDEX)),
  indexSelect: (a) => a.indexSelect(0, [2, 0, 2]),
  take: (a) =>
    a.take(
      ints([
        [0, 11],
        [-1, 5],
      ]),
    ),
  scatterAdd: (a, b) => a.scatterAdd(1, ints(INDEX), b),
  scatterAddSmall: (a, b) => a.scatterAdd(0, ints([[2, 0]]), b.slice([0, 1], [0, 2])),
  scatter: (a, b) =>
    a.scatter(
      1,
      ints([
        [0, 2],
        [3, 1],
        [1, 0],
      ]),
      b.slice(null, [0, 2]),
    ),
  indexAdd: (a, b) => a.indexAdd(0, [1, 1, 0], b),
  indexAddAlpha: (a, b) => a.indexAdd(0, [1, 1, 0], b, { alpha: -2.5 }),
  maskedSelect: (a) => a.maskedSelect(a.gt(0)),
};

const plain: Readonly<Record<string, () => Tensor>> = {
  argmax: () =>
    tensor([
      [1, 3, 3],
      [2, 2, 1],
    ]).argmax(1),
  argmin: () =>
    tensor([
      [1, 3, 3],
      [2, 1, 1],
    ]).argmin(),
  argmaxNaN: () => tensor([1, NaN, 3, NaN]).argmax(),
  maxNaN: () => tensor([1, NaN, 3]).max(),
  maximumNaN: () => tensor([1, NaN]).maximum(tensor([NaN, 2])),
  clampNaN: () => tensor([NaN, -Infinity, Infinity]).clamp(-1, 1),
  any: () =>
    tensor([
      [0, 0],
      [0, 2],
    ]).any(1),
  all: () =>
    tensor([
      [1, NaN],
      [0, 2],
    ]).all(1),
  eq: () => tensor([1, NaN, 2]).eq(tensor([1, NaN, 3])),
  ne: () => tensor([1, NaN, 2]).ne(tensor([1, NaN, 3])),
  lt: () => ints([1, 2, 3]).lt(tensor(2.5)),
  ge: () => ints([1, 2, 3]).ge(2),
  logical: () => tensor([0, 2, 0, 3]).logicalXor(tensor([true, true, false, false])),
  not: () => ints([0, 2, -1]).logicalNot(),
  isnan: () => tensor([NaN, Infinity, 1]).isnan(),
  isinf: () => tensor([NaN, -Infinity, 1]).isinf(),
  isfinite: () => tensor([NaN, -Infinity, 1]).isfinite(),
  isclose: () => tensor([1, Infinity, NaN, 1]).isclose(tensor([1.000001, Infinity, NaN, 1.1])),
  nanToNum: () => tensor([NaN, Infinity, -Infinity, 2]).nanToNum(),
  intAdd: () => ints([1, 2]).add(ints([3, 4])),
  intDiv: () => ints([1, 2]).div(ints([3, 4])),
  intFloorDivide: () => ints([7, -7, 7]).floorDivide(ints([2, 2, -2])),
  intTrunc: () => ints([7, -7]).div(2, { roundingMode: "trunc" }),
  intRemainder: () => ints([7, -7, 7]).remainder(ints([3, 3, -3])),
  intPow: () => ints([2, -3]).pow(3),
  intPlusReal: () => ints([1, 2]).add(0.5),
  boolPlusInt: () => tensor([true, false]).add(ints([1, 1])),
  boolSum: () => tensor([true, false, true]).sum(),
  boolOr: () => tensor([true, false]).add(tensor([true, false])),
  zeroDimIsWeak: () => tensor([1, 2]).add(tensor(1, { dtype: "float64" })),
  zeroDimOfHigherKind: () => ints([1, 2]).add(tensor(1.5, { dtype: "float64" })),
  mixedWidths: () => tensor([1, 2]).add(tensor([1, 2], { dtype: "float64" })),
  intExp: () => ints([0, 1]).exp(),
  intCumsum: () => ints([1, 2, 3]).cumsum(0),
  intMatmul: () =>
    ints([
      [1, 2],
      [3, 4],
    ]).matmul(
      ints([
        [1, 0],
        [2, 1],
      ]),
    ),
  roundHalves: () => tensor([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5]).round(),
  realToInt: () => tensor([-1.7, 1.7]).int(),
  realToBool: () => tensor([0, 0.1, NaN]).bool(),
  arange: () => arange(1, 10, 3),
  arangeReal: () => arange(0, 1, 0.25),
  arangeDown: () => arange(5, 0, -2),
  linspace: () => linspace(-1, 1, 7),
  logspace: () => logspace(0, 2, 4),
  eye: () => eye(2, 3),
  full: () => full([2, 2], 1.5),
  oneHot: () =>
    ints([
      [0, 2],
      [1, 1],
    ]).oneHot(4),
  nonzero: () =>
    ints([
      [0, 3],
      [1, 0],
    ]).nonzero(),
  argsort: () => tensor([3, NaN, 1, 2]).argsort(),
  topkIndices: () => tensor([3, 9, 1, 2]).topk(2, -1, { largest: false }).indices,
  unique: () => tensor([3, 1, 3, -2]).unique(),
  bincount: () => ints([1, 3, 1]).bincount({ minlength: 5 }),
  bincountWeights: () => ints([1, 3, 1]).bincount({ weights: tensor([0.5, 1, 2]) }),
  medianIndices: () =>
    tensor([
      [3, 1, 2],
      [9, 7, 8],
    ]).median(1).indices,
  meshgrid: () => stack(meshgrid([tensor([1, 2]), tensor([3, 4, 5])])),
  meshgridXy: () => stack(meshgrid([tensor([1, 2]), tensor([3, 4, 5])], { indexing: "xy" })),
  countNonzero: () =>
    ints([
      [0, 3],
      [1, 2],
    ]).countNonzero(1),
  emptySum: () => zeros(0, 3).sum(0),
  emptyMean: () => zeros(0).mean(),
  emptyMatmul: () => zeros(2, 0).matmul(zeros(0, 3)),
  varOfOne: () => tensor([2]).var(),
  logsumexpInf: () =>
    tensor([
      [-Infinity, -Infinity],
      [Infinity, 1],
    ]).logsumexp(1),
  zeroToZero: () => tensor([0, 0, Infinity]).pow(tensor([0, -1, 0])),
  divByZero: () => tensor([1, -1, 0]).div(0),
  indexSelectMatrix: () =>
    ints([
      [1, 2],
      [3, 4],
      [5, 6],
    ]).indexSelect(
      0,
      ints([
        [0, 2],
        [1, 1],
      ]),
    ),
};

/** What reads values before it goes on, which an engine that is awaited refuses. */
const reading = new Set(["maskedSelect", "nonzero", "unique", "bincount", "bincountWeights"]);

/** The gradient to begin with, the same in make_ops.py. */
function weights(like: Tensor): Tensor {
  const values = Array.from({ length: like.numel() }, (_, i) => (((i * 5) % 7) - 3) / 4 + 0.125);
  return tensor(values, { dtype: "float64" }).reshape(like.shape);
}

test("the table names the same operations as PyTorch's record", () => {
  assert.deepEqual(Object.keys(cases).sort(), Object.keys(golden.cases).sort());
  assert.deepEqual(Object.keys(plain).sort(), Object.keys(golden.plain).sort());
});

for (const [name, fn] of Object.entries(cases)) {
  const compare = async (): Promise<void> => {
    const { inputs, value, float32, grads } = golden.cases[name]!;
    const leaves = inputs.map((input) => load(input, "float64").detach().requiresGrad_());
    const y = fn(leaves[0]!, leaves[1]!, leaves[2]!);
    assert.deepEqual([...y.shape], value.shape);
    await assertClose(y, value.data, "float64");
    const singles = inputs.map((input) => load(input, "float32"));
    await assertClose(fn(singles[0]!, singles[1]!, singles[2]!), float32, "float32");
    if (!grads.some((g) => g !== null)) return;
    const got = grad(y, leaves as readonly Tensor[], { gradOutputs: weights(y), allowUnused: true });
    for (const [i, expected] of grads.entries()) {
      const zero = expected ?? inputs[i]!.data.map(() => 0);
      await assertClose(got[i] ?? leaves[i]!.detach().mul(0), zero, `gradient of input ${i}`);
    }
  };
  test(`${name} gives PyTorch's values and gradients`, inEveryWay(compare, reading.has(name)));
}

for (const [name, fn] of Object.entries(plain)) {
  const compare = async (): Promise<void> => {
    const expected = golden.plain[name]!;
    const y = fn();
    assert.deepEqual([...y.shape], expected.shape);
    assert.equal(y.dtype, expected.dtype);
    await assertClose(y, expected.data, name);
  };
  test(`${name} gives PyTorch's value and dtype`, inEveryWay(compare, reading.has(name)));
}
