/** Filling a tensor with random numbers of a distribution: PyTorch's methods beside `uniform_` and `normal_`. */
import { binary, cast as castNode, random, scalar, unary } from "../graph/record/build.js";
import type { Node } from "../graph/record/node.js";
import { computingDType, wholeRange } from "../primitives/dtypes.js";
import type { Tensor } from "../tensor/core.js";
import { type DType, isFloating } from "../tensor/dtype.js";
import { draw, randomSeed } from "../tensor/generator.js";
import { operation } from "../tensor/operation.js";
import { cast } from "./cast.js";
import { overwrite } from "./fill.js";
import { broadcastTo } from "./movement.js";

declare module "../tensor/core.js" {
  interface Tensor {
    /** Draws every element as 1 with probability `p`, one for all or one for each element, else 0 (`torch.Tensor.bernoulli_`). */
    bernoulli_(p?: number | Tensor | { p?: number | Tensor }): this;
    /** Draws every element from the Cauchy distribution around `median`: median + sigma · tan(π (u − ½)). */
    cauchy_(median?: number, sigma?: number): this;
    cauchy_(options: { median?: number; sigma?: number }): this;
    /** Draws every element from the exponential distribution of rate `lambd`: −ln(1 − u) / lambd. */
    exponential_(lambd?: number | { lambd?: number }): this;
    /** Draws every element as the number of trials up to the first success, each of probability `p`: 1, 2, … */
    geometric_(p: number | { p: number }): this;
    /** Draws every element as eᶻ, z normal; `mean` and `std` are those of z. */
    logNormal_(mean?: number, std?: number): this;
    logNormal_(options: { mean?: number; std?: number }): this;
    /**
     * Draws whole numbers from [from, to), by default all from 0 that the dtype has, of a float those up to its mantissa's bits:
     * `random_()`, `random_(to)`, `random_(from, to)`.
     */
    random_(to?: number): this;
    random_(from: number, to: number | null): this;
    random_(options: { from?: number; to?: number }): this;
  }
}

/** Uniform in [0, 1), in the dtype that a floating tensor is computed in, else in float64. */
function uniform(x: Tensor): Node {
  const { dtype, shape, size } = x._node;
  return random(
    "uniform",
    shape,
    isFloating(dtype) ? computingDType(dtype) : "float64",
    randomSeed(),
    draw(size),
  );
}

const number = (value: number, beside: Node): Node => scalar(value, beside.dtype);

/** ln(1 − u), which is never −∞: u is less than 1. */
function logOfRest(u: Node): Node {
  return unary("log1p", unary("neg", u));
}

function checkFloating(name: string, x: Tensor): void {
  if (!isFloating(x._node.dtype))
    throw new TypeError(`${name}: expected a floating tensor, got ${x._node.dtype}; use x.float()`);
}

function checkPositive(name: string, what: string, value: number): void {
  if (!(value > 0)) throw new RangeError(`${name}: expected ${what} > 0, got ${value}`);
}

operation("bernoulli_", "p |", (x: Tensor, p: number | Tensor = 0.5) => {
  if (typeof p === "number" && !(p >= 0 && p <= 1))
    throw new RangeError(`bernoulli_: expected a probability from 0 to 1, got ${p}`);
  const u = uniform(x);
  const limit =
    typeof p === "number" ? number(p, u) : cast(broadcastTo("bernoulli_", p, x._node.shape), u.dtype).node;
  return overwrite(x, "bernoulli_", castNode(binary("lt", u, limit), x._node.dtype));
});

operation("cauchy_", "median, sigma |", (x: Tensor, median = 0, sigma = 1) => {
  checkFloating("cauchy_", x);
  checkPositive("cauchy_", "sigma", sigma);
  const u = uniform(x);
  const angle = binary("mul", binary("sub", u, number(0.5, u)), number(Math.PI, u));
  const spread = binary("mul", unary("tan", angle), number(sigma, u));
  return overwrite(x, "cauchy_", castNode(binary("add", spread, number(median, u)), x._node.dtype));
});

operation("exponential_", "lambd |", (x: Tensor, lambd = 1) => {
  checkFloating("exponential_", x);
  checkPositive("exponential_", "lambd", lambd);
  const rest = logOfRest(uniform(x));
  return overwrite(x, "exponential_", castNode(binary("mul", rest, number(-1 / lambd, rest)), x._node.dtype));
});

operation("geometric_", "p |", (x: Tensor, p: number) => {
  if (!(p > 0 && p < 1)) throw new RangeError(`geometric_: expected a probability in (0, 1), got ${p}`);
  const rest = logOfRest(uniform(x));
  const trials = unary("ceil", binary("mul", rest, number(1 / Math.log1p(-p), rest)));
  return overwrite(x, "geometric_", castNode(binary("max", trials, number(1, rest)), x._node.dtype));
});

operation("logNormal_", "mean, std |", (x: Tensor, mean = 1, std = 2) => {
  checkFloating("logNormal_", x);
  checkPositive("logNormal_", "std", std);
  const { dtype, shape, size } = x._node;
  const z = random("normal", shape, computingDType(dtype), randomSeed(), draw(size));
  const moved = binary("add", binary("mul", z, number(std, z)), number(mean, z));
  return overwrite(x, "logNormal_", castNode(unary("exp", moved), dtype));
});

/** Bits of the mantissa, up to which a float has all whole numbers. */
const mantissas: Partial<Record<DType, number>> = { float16: 11, bfloat16: 8, float32: 24, float64: 53 };

/** One more than the greatest whole number that `random_` draws by itself. */
function endOf(dtype: DType): number {
  const bits = mantissas[dtype];
  if (bits !== undefined) return 2 ** bits + (bits === 53 ? 0 : 1);
  if (dtype === "bool") return 2;
  return dtype === "int64" ? 2 ** 53 : wholeRange(dtype)[1] + 1;
}

operation("random_", "from, to |", (x: Tensor, from?: number, to?: number | null) => {
  const { dtype, shape, size } = x._node;
  const [start, end] = to === undefined && from !== undefined ? [0, from] : [from ?? 0, to ?? endOf(dtype)];
  if (!Number.isInteger(start) || !Number.isInteger(end) || !(start < end))
    throw new RangeError(`random_: expected whole numbers from < to, got ${start} and ${end}`);
  const u = random("uniform", shape, "float64", randomSeed(), draw(size));
  const whole = unary("floor", binary("mul", u, number(end - start, u)));
  return overwrite(x, "random_", castNode(binary("add", whole, number(start, u)), dtype));
});
