/**
 * Random numbers in the place of a tensor's values: bernoulli_, cauchy_, exponential_, geometric_, logNormal_ and random_. All are made of the
 * uniform and normal numbers of the stream (generator.ts).
 */
import { binary, cast, random, scalar, unary } from "../graph/record/build.js";
import type { Node } from "../graph/record/node.js";
import { computingDType, wholeBits, wholeRange } from "../primitives/dtypes.js";
import type { Tensor } from "../tensor/core.js";
import { isFloating } from "../tensor/dtype.js";
import { draw, drawingFrom, randomSeed } from "../tensor/generator.js";
import { operation } from "../tensor/operation.js";
import { bernoulli, multinomial } from "../tensor/random.js";
import type { Shape } from "../tensor/shape-types.js";
import { type DrawOptions, overwrite } from "./fill.js";
import { checkTensor } from "./operand.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** Makes each element 1 with the probability p, a number or one for each element, else 0. */
    bernoulli_(p?: number | Tensor, options?: DrawOptions): this;
    bernoulli_(options: { p?: number | Tensor } & DrawOptions): this;
    /** Draws every element from the Cauchy distribution, median + sigma · tan(π (u − ½)). */
    cauchy_(median?: number, sigma?: number, options?: DrawOptions): this;
    cauchy_(options: { median?: number; sigma?: number } & DrawOptions): this;
    /** Draws every element from the exponential distribution λ e^(−λx), x > 0. @throws RangeError unless λ > 0 */
    exponential_(lambd?: number, options?: DrawOptions): this;
    exponential_(options: { lambd?: number } & DrawOptions): this;
    /** Draws every element from the geometric distribution p (1 − p)^(k − 1), k = 1, 2, … @throws RangeError unless 0 < p < 1 */
    geometric_(p: number, options?: DrawOptions): this;
    /** Draws every element as e to the power of a normal number with this mean and standard deviation, 1 and 2 if not given. */
    logNormal_(mean?: number, std?: number, options?: DrawOptions): this;
    logNormal_(options: { mean?: number; std?: number } & DrawOptions): this;
    /**
     * Draws every element as a whole number: `random_(to)` from 0 to to − 1, `random_(from, to)` from `from` to to − 1, `random_()` from 0 to the
     * greatest that the dtype holds, of floats the greatest below which it holds all.
     */
    random_(to?: number, options?: DrawOptions): this;
    random_(from: number, to: number | null, options?: DrawOptions): this;
    random_(options: { from?: number; to?: number | null } & DrawOptions): this;
    /** 1 with the probability that stands at each place, else 0; with a number p, with the probability p (`torch.bernoulli`). */
    bernoulli(p?: number | null, options?: DrawOptions): Tensor<S>;
    bernoulli(options: { p?: number } & DrawOptions): Tensor<S>;
    /** Draws positions by these weights, [N] or [B, N] (`torch.multinomial`). */
    multinomial(
      numSamples: number,
      replacement?: boolean | ({ replacement?: boolean } & DrawOptions),
      options?: DrawOptions,
    ): Tensor;
  }
}

function uniform(x: Tensor, dtype: "float32" | "float64", { generator }: DrawOptions): Node {
  const { shape, size } = x._node;
  return drawingFrom(generator, () => random("uniform", shape, dtype, randomSeed(), draw(size)));
}

/** The floating dtype that numbers for `x` are computed in. */
function innerOf(name: string, x: Tensor): "float32" | "float64" {
  const { dtype } = x._node;
  if (!isFloating(dtype)) throw new TypeError(`${name}: expected a floating tensor, got ${dtype}`);
  return computingDType(dtype) === "float64" ? "float64" : "float32";
}

/** As `overwrite`, of what is a number or a bool of another dtype. */
function put(x: Tensor, name: string, node: Node): Tensor {
  return overwrite(x, name, cast(node, x._node.dtype));
}

operation(
  "bernoulli_",
  "p | *, generator",
  (x: Tensor, p: number | Tensor = 0.5, options: DrawOptions = {}) => {
    if (typeof p !== "number") {
      checkTensor("bernoulli_", p);
      const inner = computingDType(p._node.dtype) === "float64" ? "float64" : "float32";
      return put(x, "bernoulli_", binary("lt", uniform(x, inner, options), cast(p.node, inner)));
    }
    if (!(p >= 0 && p <= 1)) throw new RangeError(`bernoulli_: expected a probability from 0 to 1, got ${p}`);
    return put(x, "bernoulli_", binary("lt", uniform(x, "float64", options), scalar(p, "float64")));
  },
);

operation(
  "cauchy_",
  "median, sigma | *, generator",
  (x: Tensor, median: number = 0, sigma: number = 1, options: DrawOptions = {}) => {
    const inner = innerOf("cauchy_", x);
    if (!(sigma > 0)) throw new RangeError(`cauchy_: expected sigma > 0, got ${sigma}`);
    const number = (value: number) => scalar(value, inner);
    const angle = binary("mul", binary("sub", uniform(x, inner, options), number(0.5)), number(Math.PI));
    const spread = binary("mul", unary("tan", angle), number(sigma));
    return put(x, "cauchy_", binary("add", spread, number(median)));
  },
);

operation(
  "exponential_",
  "lambd | *, generator",
  (x: Tensor, lambd: number = 1, options: DrawOptions = {}) => {
    const inner = innerOf("exponential_", x);
    if (!(lambd > 0)) throw new RangeError(`exponential_: expected lambd > 0, got ${lambd}`);
    const rest = binary("sub", scalar(1, inner), uniform(x, inner, options));
    // Never 0, as in PyTorch.
    const least = scalar(inner === "float64" ? 2 ** -53 : 2 ** -24, inner);
    const size = binary("max", unary("neg", unary("log", rest)), least);
    return put(x, "exponential_", binary("div", size, scalar(lambd, inner)));
  },
);

operation("geometric_", "p | *, generator", (x: Tensor, p: number, options: DrawOptions = {}) => {
  if (!(p > 0 && p < 1)) throw new RangeError(`geometric_: expected a probability in (0, 1), got ${p}`);
  const rest = binary("sub", scalar(1, "float64"), uniform(x, "float64", options));
  const trials = unary("ceil", binary("div", unary("log", rest), scalar(Math.log1p(-p), "float64")));
  return put(x, "geometric_", binary("max", trials, scalar(1, "float64")));
});

operation(
  "logNormal_",
  "mean, std | *, generator",
  (x: Tensor, mean: number = 1, std: number = 2, { generator }: DrawOptions = {}) => {
    const inner = innerOf("logNormal_", x);
    if (!(std > 0)) throw new RangeError(`logNormal_: expected std > 0, got ${std}`);
    const { shape, size } = x._node;
    const z = drawingFrom(generator, () => random("normal", shape, inner, randomSeed(), draw(size)));
    const exponent = binary("add", binary("mul", z, scalar(std, inner)), scalar(mean, inner));
    return put(x, "logNormal_", unary("exp", exponent));
  },
);

operation(
  "random_",
  "from, to | *, generator",
  (x: Tensor, a: number | undefined, b: number | null | undefined, options: DrawOptions = {}) => {
    const { dtype } = x._node;
    const most = dtype === "bool" ? 1 : isFloating(dtype) ? 2 ** wholeBits[dtype] : wholeRange(dtype)[1];
    const [from, to] = b === undefined ? [0, a ?? most + 1] : [a ?? 0, b ?? most + 1];
    if (!Number.isInteger(from) || !Number.isInteger(to) || !(from < to))
      throw new RangeError(`random_: expected whole numbers from < to, got ${from} and ${to}`);
    if (to - 1 > most)
      throw new RangeError(`random_: ${to - 1} does not fit in ${dtype}, which holds ${most}`);
    const number = (value: number) => scalar(value, "float64");
    const share = binary("mul", uniform(x, "float64", options), number(to - from));
    return put(x, "random_", binary("add", unary("floor", share), number(from)));
  },
);

operation("bernoulli", "p | *, generator", (x: Tensor, p: number | undefined, options: DrawOptions = {}) =>
  bernoulli(x, p ?? null, options),
);

operation(
  "multinomial",
  "numSamples, replacement | *, generator",
  (x: Tensor, numSamples: number, replacement: boolean = false, options: DrawOptions = {}) =>
    multinomial(x, numSamples, replacement, options),
);
