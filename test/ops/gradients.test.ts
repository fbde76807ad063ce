/**
 * Every differentiable operation has the gradient that central differences give; those that are not piecewise linear, the second
 * derivative too.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkGradients, checkSecondGradients } from "../../src/autograd/gradcheck.js";
import { cat, einsum, stack, type Tensor, tensor, where } from "../../src/index.js";
import { linear } from "../../src/ops/matmul.js";
import { point, type Range } from "./inputs.js";
import { awaiting, inEveryWay, itemOf, listOf } from "./ways.js";

type Case = readonly [
  name: string,
  fn: (...x: Tensor[]) => Tensor | readonly Tensor[],
  inputs: () => readonly Tensor[],
];

const positive: Range = { low: 0.3, high: 3 };
const unit: Range = { low: -0.9, high: 0.9 };
const other: Range = { phase: 100 };
const x = () => point([2, 3]);
const pair = () => [point([2, 3]), point([2, 3], other)];
const row = () => [point([2, 3]), point([3], other)];
const index = (): Tensor =>
  tensor(
    [
      [0, 2, 1],
      [1, 1, 0],
    ],
    { dtype: "int32" },
  );

/** What reads values before it goes on, which an engine that is awaited refuses. */
const reading = new Set(["maskedSelect"]);

const elementwise: Case[] = [
  ["add", (a, b) => a!.add(b!, { alpha: 2 }), row],
  ["add, left broadcast", (a, b) => b!.add(a!), row],
  ["add of a number", (a) => a!.add(2), () => [x()]],
  ["sub", (a, b) => a!.sub(b!), row],
  ["rsub", (a) => a!.rsub(1), () => [x()]],
  ["rdiv", (a) => a!.rdiv(2), () => [point([2, 3], positive)]],
  ["rpow", (a) => a!.rpow(3), () => [x()]],
  ["mul", (a, b) => a!.mul(b!), row],
  ["mul with itself", (a) => a!.mul(a!), () => [x()]],
  ["mul of a column and a row", (a, b) => a!.mul(b!), () => [point([2, 1]), point([1, 3])]],
  ["mul by a 0-dimensional tensor", (a, b) => a!.mul(b!), () => [x(), point([])]],
  ["div", (a, b) => a!.div(b!), () => [x(), point([3], positive)]],
  ["div by a number", (a) => a!.div(3), () => [x()]],
  ["pow of a number", (a) => a!.pow(3), () => [x()]],
  ["pow 2.5", (a) => a!.pow(2.5), () => [point([2, 3], positive)]],
  ["pow of tensors", (a, b) => a!.pow(b!), () => [point([2, 3], positive), point([3])]],
  ["remainder", (a, b) => a!.remainder(b!), () => [x(), point([3], { low: 0.6, high: 1.4 })]],
  ["fmod", (a, b) => a!.fmod(b!), () => [x(), point([3], { low: 0.6, high: 1.4 })]],
  ["atan2", (a, b) => a!.atan2(b!), pair],
  ["lerp", (a, b, w) => a!.lerp(b!, w!), () => [...pair(), point([3], unit)]],
  ["addcmul", (a, b, c) => a!.addcmul(b!, c!, { value: 0.5 }), () => [...pair(), point([3])]],
  ["addcdiv", (a, b, c) => a!.addcdiv(b!, c!, { value: 0.5 }), () => [...pair(), point([3], positive)]],
  ["neg", (a) => a!.neg(), () => [x()]],
  ["abs", (a) => a!.abs(), () => [x()]],
  ["exp", (a) => a!.exp(), () => [x()]],
  ["exp2", (a) => a!.exp2(), () => [x()]],
  ["expm1", (a) => a!.expm1(), () => [x()]],
  ["log", (a) => a!.log(), () => [point([2, 3], positive)]],
  ["log2", (a) => a!.log2(), () => [point([2, 3], positive)]],
  ["log10", (a) => a!.log10(), () => [point([2, 3], positive)]],
  ["log1p", (a) => a!.log1p(), () => [point([2, 3], unit)]],
  ["sqrt", (a) => a!.sqrt(), () => [point([2, 3], positive)]],
  ["rsqrt", (a) => a!.rsqrt(), () => [point([2, 3], positive)]],
  ["square", (a) => a!.square(), () => [x()]],
  ["reciprocal", (a) => a!.reciprocal(), () => [point([2, 3], positive)]],
  ["sin", (a) => a!.sin(), () => [x()]],
  ["cos", (a) => a!.cos(), () => [x()]],
  ["tan", (a) => a!.tan(), () => [point([2, 3], unit)]],
  ["asinh", (a) => a!.asinh(), () => [x()]],
  ["acosh", (a) => a!.acosh(), () => [point([2, 3], { low: 1.2, high: 4 })]],
  ["atanh", (a) => a!.atanh(), () => [point([2, 3], unit)]],
  ["sinc", (a) => a!.sinc(), () => [point([2, 3], positive)]],
  ["logit", (a) => a!.logit(), () => [point([2, 3], { low: 0.1, high: 0.9 })]],
  ["logaddexp", (a, b) => a!.logaddexp(b!), row],
  ["logaddexp2", (a, b) => a!.logaddexp2(b!), row],
  ["xlogy", (a, b) => a!.xlogy(b!), () => [x(), point([3], positive)]],
  ["copysign", (a) => a!.copysign(-1), () => [x()]],
  ["hypot", (a, b) => a!.hypot(b!), row],
  ["fmax", (a, b) => a!.fmax(b!), row],
  ["nansum", (a) => a!.nansum(1), () => [x()]],
  ["nanmean", (a) => a!.nanmean(), () => [x()]],
  ["asin", (a) => a!.asin(), () => [point([2, 3], unit)]],
  ["acos", (a) => a!.acos(), () => [point([2, 3], unit)]],
  ["atan", (a) => a!.atan(), () => [x()]],
  ["sinh", (a) => a!.sinh(), () => [x()]],
  ["cosh", (a) => a!.cosh(), () => [x()]],
  ["erf", (a) => a!.erf(), () => [x()]],
  ["lgamma", (a) => a!.lgamma(), () => [point([2, 3], positive)]],
  ["digamma", (a) => a!.digamma(), () => [point([2, 3], positive)]],
  ["polygamma", (a) => a!.polygamma(2), () => [point([2, 3], positive)]],
  ["frac", (a) => a!.frac(), () => [x()]],
  ["sigmoid", (a) => a!.sigmoid(), () => [x()]],
  ["logSigmoid", (a) => a!.logSigmoid(), () => [x()]],
  ["tanh", (a) => a!.tanh(), () => [x()]],
  ["elu", (a) => a!.elu({ alpha: 1.3 }), () => [x()]],
  ["selu", (a) => a!.selu(), () => [x()]],
  ["celu", (a) => a!.celu({ alpha: 0.7 }), () => [x()]],
  ["gelu", (a) => a!.gelu(), () => [x()]],
  ["gelu, tanh", (a) => a!.gelu({ approximate: "tanh" }), () => [x()]],
  ["silu", (a) => a!.silu(), () => [x()]],
  ["mish", (a) => a!.mish(), () => [x()]],
  ["softplus", (a) => a!.softplus({ beta: 2, threshold: 3 }), () => [x()]],
  ["softsign", (a) => a!.softsign(), () => [x()]],
  ["tanhshrink", (a) => a!.tanhshrink(), () => [x()]],
  ["softmax", (a) => a!.softmax(-1), () => [x()]],
  ["softmax along dim 0", (a) => a!.softmax(0), () => [x()]],
  ["logSoftmax", (a) => a!.logSoftmax(1), () => [x()]],
  ["logsumexp", (a) => a!.logsumexp(1), () => [x()]],
  ["logsumexp over all", (a) => a!.logsumexp([0, 1], { keepdim: true }), () => [x()]],
];

const piecewise: Case[] = [
  ["relu", (a) => a!.relu(), () => [x()]],
  ["relu6", (a) => a!.mul(4).relu6(), () => [x()]],
  ["leakyRelu", (a) => a!.leakyRelu({ negativeSlope: 0.2 }), () => [x()]],
  ["hardtanh", (a) => a!.hardtanh(), () => [x()]],
  ["hardsigmoid", (a) => a!.mul(2).hardsigmoid(), () => [x()]],
  ["hardswish", (a) => a!.mul(2).hardswish(), () => [x()]],
  ["hardshrink", (a) => a!.hardshrink(), () => [x()]],
  ["softshrink", (a) => a!.softshrink(), () => [x()]],
  ["threshold", (a) => a!.threshold(0.5, 3), () => [x()]],
  ["clamp", (a) => a!.clamp(-1, 0.5), () => [x()]],
  ["clamp by tensors", (a, b) => a!.clamp(b!, 1.5), () => [x(), point([3], unit)]],
  ["minimum", (a, b) => a!.minimum(b!), pair],
  ["maximum", (a, b) => a!.maximum(b!), row],
  ["maskedFill", (a) => a!.maskedFill(a!.gt(0), 7), () => [x()]],
  ["where", (a, b) => where(a!.gt(0), a!, b!), row],
  ["nanToNum", (a) => a!.nanToNum(), () => [x()]],
  ["floor, round and sign", (a) => a!.floor().add(a!.round()).add(a!.sign()).add(a!), () => [x()]],
];

const reductions: Case[] = [
  ["sum", (a) => a!.sum(), () => [x()]],
  ["sum over a dim", (a) => a!.sum(0), () => [x()]],
  ["sum, keepdim", (a) => a!.sum([0, -1], { keepdim: true }), () => [x()]],
  ["mean", (a) => a!.mean(), () => [x()]],
  ["mean over a dim", (a) => a!.mean(-1), () => [x()]],
  ["prod", (a) => a!.prod(), () => [x()]],
  ["prod over a dim", (a) => a!.prod(0, { keepdim: true }), () => [point([3, 2])]],
  ["max", (a) => a!.max(), () => [x()]],
  ["min", (a) => a!.min(), () => [x()]],
  ["max over a dim", (a) => a!.max(1).values, () => [x()]],
  ["min over a dim", (a) => a!.min(0, { keepdim: true }).values, () => [x()]],
  ["amax", (a) => a!.amax([0, 1]), () => [x()]],
  ["amin", (a) => a!.amin(1), () => [x()]],
  ["var", (a) => a!.var(), () => [x()]],
  ["var over a dim", (a) => a!.var(1, { correction: 0 }), () => [x()]],
  ["std", (a) => a!.std(0, { keepdim: true }), () => [point([4, 2])]],
  ["norm", (a) => a!.norm(), () => [x()]],
  ["norm 1", (a) => a!.norm(1, 1), () => [x()]],
  ["norm 3", (a) => a!.norm(3, 0), () => [x()]],
  ["norm ∞", (a) => a!.norm(Infinity, 1), () => [x()]],
  ["cumsum", (a) => a!.cumsum(1), () => [point([2, 5])]],
  ["cumprod", (a) => a!.cumprod(0), () => [point([5, 2])]],
  ["sort", (a) => a!.sort(1).values, () => [x()]],
  ["topk", (a) => a!.topk(2, 1).values, () => [x()]],
];

const products: Case[] = [
  ["matmul", (a, b) => a!.matmul(b!), () => [point([2, 3]), point([3, 4])]],
  ["matmul of vectors", (a, b) => a!.matmul(b!), () => [point([3]), point([3], other)]],
  ["matmul, vector on the left", (a, b) => a!.matmul(b!), () => [point([3]), point([2, 3, 2])]],
  ["matmul, vector on the right", (a, b) => a!.matmul(b!), () => [point([2, 2, 3]), point([3])]],
  ["matmul with batches", (a, b) => a!.matmul(b!), () => [point([2, 2, 3]), point([2, 3, 2])]],
  ["matmul, one matrix for all", (a, b) => a!.matmul(b!), () => [point([2, 2, 3]), point([3, 2])]],
  ["matmul, broadcast batches", (a, b) => a!.matmul(b!), () => [point([2, 1, 2, 2]), point([3, 2, 2])]],
  ["mm", (a, b) => a!.mm(b!), () => [point([2, 3]), point([3, 2])]],
  ["bmm", (a, b) => a!.bmm(b!), () => [point([2, 1, 3]), point([2, 3, 2])]],
  ["mv and dot", (a, b) => a!.mv(b!).dot(b!.narrow(0, 0, 2)), () => [point([2, 3]), point([3])]],
  ["outer", (a, b) => a!.outer(b!), () => [point([2]), point([3])]],
  [
    "addmm",
    (c, a, b) => c!.addmm(a!, b!, { beta: 0.5, alpha: 2 }),
    () => [point([2]), point([2, 3]), point([3, 2])],
  ],
  ["linear", (a, w, b) => linear(a!, w!, b!), () => [point([2, 2, 3]), point([4, 3]), point([4])]],
  ["einsum, batched", (a, b) => einsum("bij,bjk->bik", a!, b!), () => [point([2, 2, 3]), point([2, 3, 2])]],
  [
    "einsum, three operands",
    (a, b, c) => einsum("i,ij,j->", a!, b!, c!),
    () => [point([2]), point([2, 3]), point([3])],
  ],
  [
    "einsum, diagonal and dots",
    (a, b) => einsum("...ii,i->...", a!, b!),
    () => [point([2, 3, 3]), point([3])],
  ],
];

const movement: Case[] = [
  ["reshape", (a) => a!.reshape([3, -1]), () => [x()]],
  ["flatten and unflatten", (a) => a!.flatten().unflatten(0, [3, 2]), () => [x()]],
  ["squeeze and unsqueeze", (a) => a!.unsqueeze(1).squeeze(), () => [x()]],
  ["permute", (a) => a!.permute(2, 0, 1), () => [point([2, 3, 2])]],
  ["transpose, t, T, mT", (a) => [a!.transpose(0, 1), a!.t(), a!.T, a!.mT], () => [x()]],
  ["movedim", (a) => a!.movedim(0, -1), () => [point([2, 3, 2])]],
  ["expand", (a) => a!.expand([2, 3, 4]), () => [point([3, 1])]],
  ["repeat", (a) => a!.repeat(2, 1, 2), () => [x()]],
  ["repeatInterleave", (a) => a!.repeatInterleave(2, 1), () => [x()]],
  ["narrow", (a) => a!.narrow(1, 1, 2), () => [x()]],
  ["select", (a) => a!.select(1, -1), () => [x()]],
  ["flip", (a) => a!.flip([0, 1]), () => [x()]],
  ["roll", (a) => a!.roll([1, -1], [0, 1]), () => [x()]],
  ["pad", (a) => a!.pad([1, 2, 0, 1], { value: 3 }), () => [x()]],
  ["pad that crops", (a) => a!.pad([-1, 1]), () => [x()]],
  ["diagonal", (a) => [a!.diagonal(), a!.diagonal(1), a!.diagonal(-2)], () => [point([3, 4])]],
  ["diag and trace", (a) => [a!.diag(1), a!.diag(-1)], () => [point([3])]],
  ["tril and triu", (a) => [a!.tril(), a!.triu(1)], () => [point([3, 4])]],
  ["unfold", (a) => a!.unfold(1, 3, 2), () => [point([2, 5])]],
  ["slice", (a) => a!.slice(null, [0, 5, 2]), () => [point([2, 5])]],
  ["slice backwards", (a) => a!.slice("::-2", 1), () => [point([5, 3])]],
  ["slice by a tensor", (a) => a!.slice(null, tensor([2, 0, 2], { dtype: "int32" })), () => [x()]],
  ["cat", (a, b) => cat([a!, b!, a!], 1), pair],
  ["stack", (a, b) => stack([a!, b!], -1), pair],
  ["split and chunk", (a) => [...a!.split([1, 2], 1), ...a!.chunk(2)], () => [x()]],
  ["iteration", (a) => [...a!], () => [x()]],
  ["cummax and cummin", (a) => [a!.cummax(1).values, a!.cummin(0).values], () => [x()]],
  ["sort and topk", (a) => [a!.sort(0).values, a!.topk(2, 1, { largest: false }).values], () => [x()]],
  ["gather", (a) => a!.gather(1, index()), () => [x()]],
  ["gather with a smaller index", (a) => a!.gather(0, index().narrow(0, 0, 1).clamp(0, 1)), () => [x()]],
  ["indexSelect", (a) => a!.indexSelect(1, [2, 2, 0]), () => [x()]],
  ["indexSelect with a matrix", (a) => a!.indexSelect(0, index().clamp(0, 1)), () => [x()]],
  ["take", (a) => a!.take(index()), () => [x()]],
  ["scatterAdd", (a, b) => a!.scatterAdd(1, index(), b!), pair],
  ["scatter", (a, b) => a!.scatter(1, index().narrow(1, 0, 2), b!), pair],
  ["indexAdd", (a, b) => a!.indexAdd(1, [0, 0, 2], b!), pair],
  ["indexAdd with alpha", (a, b) => a!.indexAdd(1, [0, 0, 2], b!, { alpha: -0.5 }), pair],
  ["maskedSelect", (a) => a!.maskedSelect(a!.gt(0)), () => [x()]],
  ["clone, to and detach", (a) => a!.clone().add(a!.detach().mul(0)).to("float64"), () => [x()]],
];

for (const [family, cases, second] of [
  ["elementwise", elementwise, true],
  ["piecewise", piecewise, false],
  ["reductions", reductions, true],
  ["products", products, true],
  ["movement", movement, false],
] as const) {
  for (const [name, fn, inputs] of cases) {
    const compare = async (): Promise<void> => {
      assert.ok(await awaiting(checkGradients(fn, inputs())));
      if (second) assert.ok(await awaiting(checkSecondGradients(fn, inputs())));
    };
    test(
      `${family}: the gradient of ${name} is what differences give`,
      inEveryWay(compare, reading.has(name)),
    );
  }
}

test(
  "the variance of one element has PyTorch's gradient: infinite where the element is NaN, NaN where it is a number",
  inEveryWay(async () => {
    const slope = async (value: number, named: boolean): Promise<number> => {
      const x = tensor([value], { requiresGrad: true });
      (named ? x.var(0) : x.var()).sum().backward();
      return await itemOf(x.grad!);
    };
    assert.equal(await slope(NaN, false), Infinity);
    for (const each of [slope(1, false), slope(NaN, true), slope(1, true)]) assert.equal(await each, NaN);
  }),
);

test(
  "the slope of a power takes one from the exponent before it is rounded to float32",
  inEveryWay(async () => {
    for (const requiresGrad of [false, true]) {
      const a = tensor([-1], { requiresGrad: true });
      const exponent = tensor(2 ** 24 + 1, { dtype: "float64", requiresGrad });
      a.pow(exponent).sum().backward();
      assert.deepEqual(await listOf(a.grad!), [2 ** 24]);
    }
  }),
);

test("gelu's gradient is PyTorch's also at 0, near it and far from it", async () => {
  const x = tensor([0, -0, 1e-40, 1e-30, -1e-30, 1e-3, -1, -4, 3, -6, 20, -40], { requiresGrad: true });
  x.gelu().sum().backward();
  const expected = [
    0.5, 0.5, 0.5, 0.5, 0.5, 0.5007978081703186, -0.08331543207168579, -0.0005036294460296631,
    1.0119456052780151, -2.9802322387695312e-8, 1, 0,
  ];
  const slopes = await x.grad!.data();
  for (const [i, slope] of expected.entries()) assert.ok(Math.abs(slopes[i]! - slope) < 2e-7, `${i}`);
});
