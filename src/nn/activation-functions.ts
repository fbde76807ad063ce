/** Activations as functions, for `nn.functional`: what the tensor's methods compute, in PyTorch's forms, and those that are no methods. */
import * as smooth from "../ops/activation.js";
import { cast } from "../ops/cast.js";
import * as rectifiers from "../ops/rectifiers.js";
import type { HalvedShape } from "../ops/rearranged-types.js";
import { where } from "../ops/select.js";
import * as softmaxes from "../ops/softmax.js";
import * as trigonometry from "../ops/trigonometry.js";
import { rand } from "../tensor/random.js";
import { type DType, isFloating } from "../tensor/dtype.js";
import { formatShape, normalizeDim } from "../tensor/shape.js";
import type { Checked, Ok, Shape } from "../tensor/shape-types.js";
import type { Tensor } from "../tensor/tensor.js";
import { warn } from "../tensor/warn.js";
import { type InPlace, inPlaceFunction, sameShapeFunction, takesTensors } from "./function-form.js";

/** max(0, x). */
export const relu = sameShapeFunction(
  "relu",
  ["inplace"] as [inplace: "inplace"],
  (x: Tensor, _options: InPlace) => rectifiers.relu(x),
);

/** max(0, x), in place. */
export const relu_ = inPlaceFunction("relu_", [], (x: Tensor, _options: InPlace) => rectifiers.relu(x));

/** x brought into [0, 6]. */
export const relu6 = sameShapeFunction(
  "relu6",
  ["inplace"] as [inplace: "inplace"],
  (x: Tensor, _options: InPlace) => rectifiers.relu6(x),
);

/** tanh x. */
export const tanh = sameShapeFunction("tanh", [], (x: Tensor, _options: object) => trigonometry.tanh(x));

/** 1 / (1 + e⁻ˣ). */
export const sigmoid = sameShapeFunction("sigmoid", [], (x: Tensor, _options: object) => smooth.sigmoid(x));

/** ln(1 / (1 + e⁻ˣ)), exact for large |x| too. PyTorch's nn.functional.logsigmoid. */
export const logsigmoid = sameShapeFunction("logsigmoid", [], (x: Tensor, _options: object) =>
  smooth.logSigmoid(x),
);

/** `logsigmoid` under the method's name. */
export const logSigmoid = logsigmoid;

/** x Φ(x), Φ the normal distribution's; `approximate: "tanh"` is 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))). */
export const gelu = sameShapeFunction(
  "gelu",
  ["approximate"] as [approximate: "approximate"],
  (x: Tensor, options: { approximate?: "none" | "tanh" }) => smooth.gelu(x, options),
);

/** x / (1 + e⁻ˣ). */
export const silu = sameShapeFunction(
  "silu",
  ["inplace"] as [inplace: "inplace"],
  (x: Tensor, _options: InPlace) => smooth.silu(x),
);

/** x tanh(ln(1 + eˣ)). */
export const mish = sameShapeFunction(
  "mish",
  ["inplace"] as [inplace: "inplace"],
  (x: Tensor, _options: InPlace) => smooth.mish(x),
);

/** x for x ≥ 0, else negativeSlope · x (0.01 if not given). */
export const leakyRelu = sameShapeFunction(
  "leakyRelu",
  ["negativeSlope", "inplace"] as [negativeSlope: "negativeSlope", inplace: "inplace"],
  (x: Tensor, { negativeSlope }: { negativeSlope?: number } & InPlace) =>
    rectifiers.leakyRelu(x, { negativeSlope }),
);

/** `leakyRelu` in place. */
export const leakyRelu_ = inPlaceFunction(
  "leakyRelu_",
  ["negativeSlope"] as [negativeSlope: "negativeSlope"],
  (x: Tensor, { negativeSlope }: { negativeSlope?: number }) => rectifiers.leakyRelu(x, { negativeSlope }),
);

/** x for x > 0, else α (eˣ − 1), α 1 if not given. */
export const elu = sameShapeFunction(
  "elu",
  ["alpha", "inplace"] as [alpha: "alpha", inplace: "inplace"],
  (x: Tensor, { alpha }: { alpha?: number } & InPlace) => smooth.elu(x, { alpha }),
);

/** `elu` in place. */
export const elu_ = inPlaceFunction(
  "elu_",
  ["alpha"] as [alpha: "alpha"],
  (x: Tensor, { alpha }: { alpha?: number }) => smooth.elu(x, { alpha }),
);

/** 1.0507 · (x for x > 0, else 1.6733 (eˣ − 1)). */
export const selu = sameShapeFunction(
  "selu",
  ["inplace"] as [inplace: "inplace"],
  (x: Tensor, _options: InPlace) => smooth.selu(x),
);

/** `selu` in place. */
export const selu_ = inPlaceFunction("selu_", [], (x: Tensor, _options: InPlace) => smooth.selu(x));

/** max(x, 0) + min(α (e^(x/α) − 1), 0), α 1 if not given. */
export const celu = sameShapeFunction(
  "celu",
  ["alpha", "inplace"] as [alpha: "alpha", inplace: "inplace"],
  (x: Tensor, { alpha }: { alpha?: number } & InPlace) => smooth.celu(x, { alpha }),
);

/** `celu` in place. */
export const celu_ = inPlaceFunction(
  "celu_",
  ["alpha"] as [alpha: "alpha"],
  (x: Tensor, { alpha }: { alpha?: number }) => smooth.celu(x, { alpha }),
);

/** ln(1 + e^(βx)) / β, and x itself where βx is above `threshold`; β 1 and threshold 20 if not given. */
export const softplus = sameShapeFunction(
  "softplus",
  ["beta", "threshold"] as [beta: "beta", threshold: "threshold"],
  (x: Tensor, options: { beta?: number; threshold?: number }) => smooth.softplus(x, options),
);

/** x / (1 + |x|). */
export const softsign = sameShapeFunction("softsign", [], (x: Tensor, _options: object) =>
  smooth.softsign(x),
);

/** x − tanh x. */
export const tanhshrink = sameShapeFunction("tanhshrink", [], (x: Tensor, _options: object) =>
  smooth.tanhshrink(x),
);

/** x brought towards 0 by `lambd` (0.5 if not given), and 0 where |x| is no greater. */
export const softshrink = sameShapeFunction(
  "softshrink",
  ["lambd"] as [lambd: "lambd"],
  (x: Tensor, { lambd }: { lambd?: number }) => rectifiers.softshrink(x, { lambd }),
);

/** 0 where |x| ≤ `lambd` (0.5 if not given), else x. */
export const hardshrink = sameShapeFunction(
  "hardshrink",
  ["lambd"] as [lambd: "lambd"],
  (x: Tensor, { lambd }: { lambd?: number }) => rectifiers.hardshrink(x, { lambd }),
);

interface Bounds extends InPlace {
  /** −1 if not given. */
  readonly minVal?: number;
  /** 1 if not given. */
  readonly maxVal?: number;
}

/** x brought into [minVal, maxVal]. */
export const hardtanh = sameShapeFunction(
  "hardtanh",
  ["minVal", "maxVal", "inplace"] as [minVal: "minVal", maxVal: "maxVal", inplace: "inplace"],
  (x: Tensor, { minVal, maxVal }: Bounds) => rectifiers.hardtanh(x, { minVal, maxVal }),
);

/** `hardtanh` in place. */
export const hardtanh_ = inPlaceFunction(
  "hardtanh_",
  ["minVal", "maxVal"] as [minVal: "minVal", maxVal: "maxVal"],
  (x: Tensor, { minVal, maxVal }: Bounds) => rectifiers.hardtanh(x, { minVal, maxVal }),
);

/** x / 6 + 1/2 brought into [0, 1]. */
export const hardsigmoid = sameShapeFunction(
  "hardsigmoid",
  ["inplace"] as [inplace: "inplace"],
  (x: Tensor, _options: InPlace) => rectifiers.hardsigmoid(x),
);

/** x · hardsigmoid(x). */
export const hardswish = sameShapeFunction(
  "hardswish",
  ["inplace"] as [inplace: "inplace"],
  (x: Tensor, _options: InPlace) => rectifiers.hardswish(x),
);

interface Step extends InPlace {
  readonly threshold: number;
  readonly value: number;
}

function stepped(x: Tensor, { threshold: from, value }: Step): Tensor {
  if (typeof from !== "number" || typeof value !== "number")
    throw new TypeError(
      `threshold: expected threshold and value as numbers, got ${String(from)} and ${String(value)}; write threshold(x, 0.1, 20)`,
    );
  return rectifiers.threshold(x, from, value);
}

/** x where it is above `threshold`, else `value`. */
export const threshold = sameShapeFunction(
  "threshold",
  ["threshold", "value", "inplace"] as [threshold: "threshold", value: "value", inplace: "inplace"],
  stepped,
);

/** `threshold` in place. */
export const threshold_ = inPlaceFunction(
  "threshold_",
  ["threshold", "value"] as [threshold: "threshold", value: "value"],
  stepped,
);

interface RandomSlope extends InPlace {
  /** 1/8 if not given. */
  readonly lower?: number;
  /** 1/3 if not given. */
  readonly upper?: number;
  /** Whether slopes are drawn; otherwise each is their mean. False if not given. */
  readonly training?: boolean;
}

function randomlySloped(x: Tensor, { lower = 1 / 8, upper = 1 / 3, training = false }: RandomSlope): Tensor {
  if (!(lower <= upper)) throw new RangeError(`rrelu: expected lower ≤ upper, got ${lower} and ${upper}`);
  if (!training) return rectifiers.leakyRelu(x, { negativeSlope: (lower + upper) / 2 });
  const slope = rand(x.shape, { dtype: x.dtype })
    .mul(upper - lower)
    .add(lower);
  return where(x.gt(0), x, x.mul(slope));
}

/** x where it is positive, else x times a slope, in training drawn anew for each element from [lower, upper) (Xu et al. 2015). */
export const rrelu = sameShapeFunction(
  "rrelu",
  ["lower", "upper", "training", "inplace"] as [
    lower: "lower",
    upper: "upper",
    training: "training",
    inplace: "inplace",
  ],
  randomlySloped,
);

/** `rrelu` in place. */
export const rrelu_ = inPlaceFunction(
  "rrelu_",
  ["lower", "upper", "training"] as [lower: "lower", upper: "upper", training: "training"],
  randomlySloped,
);

/** The method `prelu` as a function: x where it is positive, else weight · x. PyTorch's nn.functional.prelu (He et al. 2015). */
export const prelu = takesTensors<(input: Tensor, weight: Tensor) => Tensor>(
  "prelu",
  "input, weight |",
  rectifiers.prelu,
);

/** a · sigmoid(b), where a and b are the halves of x along `dim` (the last if not given). @throws Error for an odd size */
export const glu = takesTensors("glu", "input | dim", (x: Tensor, { dim = -1 }: { dim?: number }): Tensor => {
  if (x.ndim === 0) throw new Error("glu: expected a tensor with a dimension to halve, got a number");
  if (!isFloating(x.dtype)) throw new TypeError(`glu: expected a floating tensor, got ${x.dtype}`);
  const d = normalizeDim("glu", dim, x.ndim);
  const size = x.shape[d]!;
  if (size % 2 !== 0)
    throw new Error(`glu: size ${size} of dim ${d} of ${formatShape(x.shape)} is odd; it must be halved`);
  return x.narrow(d, 0, size / 2).mul(x.narrow(d, size / 2, size / 2).sigmoid());
}) as unknown as <A extends Shape, const D extends number = -1>(
  input: Checked<HalvedShape<A, D>, Tensor<A>>,
  dim?: D | { dim?: D },
) => Tensor<Ok<HalvedShape<A, D>>>;

interface SoftmaxOptions extends InPlace {
  /** The dim along which the results sum to 1. */
  readonly dim?: number;
  /** The dtype in which it is computed, the input's if not given. */
  readonly dtype?: DType;
}

/** PyTorch's dim where none is given, with its warning: a wrong guess would train on in silence. */
function implicitDim(name: string, x: Tensor, dim: number | undefined): number {
  if (dim !== undefined) return dim;
  warn(`${name}: no dim was given; that is deprecated in PyTorch. Say which one sums to 1: ${name}(x, -1)`);
  return x.ndim === 0 || x.ndim === 1 || x.ndim === 3 ? 0 : 1;
}

function alongDim(name: string, f: (x: Tensor, dim: number) => Tensor) {
  return (x: Tensor, { dim, dtype }: SoftmaxOptions): Tensor =>
    f(dtype === undefined ? x : cast(x, dtype), implicitDim(name, x, dim));
}

/** eˣ over its sum along `dim`. */
export const softmax = sameShapeFunction(
  "softmax",
  ["dim", "dtype"] as [dim: "dim", dtype: "dtype"],
  alongDim("softmax", (x, dim) => softmaxes.softmax(x, dim)),
);

/** e⁻ˣ over its sum along `dim`. */
export const softmin = sameShapeFunction(
  "softmin",
  ["dim", "dtype"] as [dim: "dim", dtype: "dtype"],
  alongDim("softmin", (x, dim) => softmaxes.softmax(x.neg(), dim)),
);

/** The logarithm of softmax along `dim`. */
export const logSoftmax = sameShapeFunction(
  "logSoftmax",
  ["dim", "dtype"] as [dim: "dim", dtype: "dtype"],
  alongDim("logSoftmax", (x, dim) => softmaxes.logSoftmax(x, dim)),
);

interface GumbelOptions extends InPlace {
  /** The temperature; 1 if not given. */
  readonly tau?: number;
  /** Whether the result is one-hot, with the gradient of the soft one; false if not given. */
  readonly hard?: boolean;
  /** Without effect, as in PyTorch. */
  readonly eps?: number;
  /** -1 if not given. */
  readonly dim?: number;
}

/** A sample of the Gumbel-softmax distribution: softmax((x + g) / tau) along `dim` with g = −ln(−ln u), u uniform (Jang et al. 2017). */
export const gumbelSoftmax = sameShapeFunction(
  "gumbelSoftmax",
  ["tau", "hard", "eps", "dim"] as [tau: "tau", hard: "hard", eps: "eps", dim: "dim"],
  (logits: Tensor, { tau = 1, hard = false, dim = -1 }: GumbelOptions) => {
    const gumbel = rand(logits.shape, { dtype: logits.dtype }).log().neg().log().neg();
    const soft = softmaxes.softmax(logits.add(gumbel).div(tau), dim);
    if (!hard) return soft;
    const one = soft.eq(soft.amax(dim, { keepdim: true })).to(soft.dtype);
    return one.sub(soft.detach()).add(soft);
  },
);
