/** Elementwise operations beside PyTorch's: functions, activations, arithmetic, comparison, logic, choice, conversion. */
import { type DType, type Tensor, where } from "../../../../src/index.js";
import { isFloating } from "../../../../src/tensor/dtype.js";
import {
  all,
  type Case,
  type Draw,
  floats,
  hasSpecial,
  type Kind,
  numbers,
  type Operation,
  py,
  type Table,
} from "../draw.js";

/** A cast from every dtype; of what does not fit, which is undefined in PyTorch, nothing. */
function castTo(torch: string, ours: (a: Tensor) => Tensor): Operation {
  const values = [0, -0, 1, -1, 0.5, 2.5, -2.75, 7, 100.9, -100.9];
  return (d) => ({ inputs: [d.tensor({ dtype: all, values })], torch, ours });
}

/** A function of one tensor of any of the dtypes; "torch.exp" is called with it, other texts are whole expressions. */
function unary(torch: string, ours: (a: Tensor) => Tensor, dtypes: readonly DType[] = all): Operation {
  return (d) => ({
    inputs: [d.tensor({ dtype: dtypes })],
    torch: torch.endsWith(")") ? torch : `${torch}(a)`,
    ours,
  });
}

/** At negative whole numbers the derivatives of ln Γ are infinite; PyTorch's are about 1e32 there, as its sin πx is not quite 0. */
function awayFromPoles(torch: string, ours: (a: Tensor) => Tensor): Operation {
  const values = [0.25, 0.5, 1, 2.5, 7, 30, 1e4, -0.75, -2.25, Infinity, NaN];
  return (d) => ({ inputs: [d.tensor({ dtype: floats, values })], torch, ours });
}

/** A function of two tensors that broadcast. */
function binary(
  torch: string,
  ours: (a: Tensor, b: Tensor) => Tensor,
  dtypes: readonly DType[] = all,
  values: Kind["values"] = "wild",
): Operation {
  return (d) => ({
    inputs: d.pair({ dtype: dtypes, values }),
    torch: torch.endsWith(")") ? torch : `${torch}(a, b)`,
    ours,
  });
}

/** A case with more said about it. */
function also(operation: Operation, more: (entry: Case) => Partial<Case>): Operation {
  return (d) => {
    const entry = operation(d);
    return { ...entry, ...more(entry) };
  };
}

/** Whether PyTorch lets a gradient pass at NaN, and which of two zeros it takes, depends on whether the element is computed in a vector or in the rest behind them. */
function notAtNaN(operation: Operation): Operation {
  return also(operation, ({ inputs }) => ({
    anyZero: true,
    skipGradient: inputs.some(hasSpecial) ? "NaN: other in vectors than in their rest" : undefined,
  }));
}

/** Which of 0 and −0 is the greater depends on vectors too. */
function eitherZero(operation: Operation): Operation {
  return also(operation, () => ({ anyZero: true }));
}

/** Integers divided by 0 stop PyTorch. */
const byZero = { wider: "integers divided by 0 give 0: a run does not stop for them" };

/** A tensor and a number. */
function withNumber(
  torch: (value: string) => string,
  ours: (a: Tensor, value: number) => Tensor,
  choices: readonly number[],
  dtypes: readonly DType[] = all,
  values: Kind["values"] = "wild",
): Operation {
  return (d) => {
    const a = d.tensor({ dtype: dtypes, values });
    const value = d.beside(a, choices);
    return {
      inputs: [a],
      torch: torch(py(value)),
      ours: (a) => ours(a, value),
    };
  };
}

/** The slope at −0 and at NaN is another in PyTorch's vectors than in the rest behind them. */
function logitAt(torch: string, ours: (a: Tensor) => Tensor): Operation {
  const values = [0, 1, 0.5, 0.25, 0.05, 0.95, 1e-7, 2, -1, Infinity];
  return (d) => ({ inputs: [d.tensor({ dtype: all, values })], torch, ours });
}

/** At two equal infinities PyTorch's gradient is NaN; beside another dtype it is computed in that. */
function ofFinite(operation: Operation): Operation {
  return also(operation, ({ inputs }) => ({
    skipGradient:
      inputs.some(hasSpecial) || inputs[0]!.dtype !== inputs[1]!.dtype ? "not finite, or mixed" : undefined,
  }));
}

const functions: Table = {
  neg: unary("torch.neg", (a) => a.neg()),
  abs: unary("torch.abs", (a) => a.abs(), numbers),
  sign: unary("torch.sign", (a) => a.sign()),
  exp: unary("torch.exp", (a) => a.exp()),
  exp2: unary("torch.exp2", (a) => a.exp2()),
  expm1: unary("torch.expm1", (a) => a.expm1()),
  log: unary("torch.log", (a) => a.log()),
  log2: unary("torch.log2", (a) => a.log2()),
  log10: unary("torch.log10", (a) => a.log10()),
  log1p: unary("torch.log1p", (a) => a.log1p()),
  sqrt: unary("torch.sqrt", (a) => a.sqrt()),
  rsqrt: unary("torch.rsqrt", (a) => a.rsqrt()),
  square: unary("torch.square", (a) => a.square()),
  reciprocal: unary("torch.reciprocal", (a) => a.reciprocal()),
  sin: unary("torch.sin", (a) => a.sin()),
  cos: unary("torch.cos", (a) => a.cos()),
  tan: unary("torch.tan", (a) => a.tan()),
  asin: unary("torch.asin", (a) => a.asin()),
  acos: unary("torch.acos", (a) => a.acos()),
  atan: unary("torch.atan", (a) => a.atan()),
  sinh: unary("torch.sinh", (a) => a.sinh()),
  cosh: unary("torch.cosh", (a) => a.cosh()),
  asinh: unary("torch.asinh", (a) => a.asinh()),
  acosh: unary("torch.acosh", (a) => a.acosh()),
  atanh: unary("torch.atanh", (a) => a.atanh()),
  deg2rad: unary("torch.deg2rad", (a) => a.deg2rad()),
  rad2deg: unary("torch.rad2deg", (a) => a.rad2deg()),
  sinc: unary("torch.sinc", (a) => a.sinc()),
  logit: logitAt("torch.logit(a)", (a) => a.logit()),
  logitEps: logitAt("torch.logit(a, 0.1)", (a) => a.logit(0.1)),
  signbit: unary("torch.signbit", (a) => a.signbit()),
  isposinf: unary("torch.isposinf", (a) => a.isposinf()),
  isneginf: unary("torch.isneginf", (a) => a.isneginf()),
  bitwiseNot: unary("torch.bitwise_not", (a) => a.bitwiseNot()),
  erf: unary("torch.erf", (a) => a.erf()),
  lgamma: unary("torch.lgamma", (a) => a.lgamma()),
  digamma: awayFromPoles("torch.digamma(a)", (a) => a.digamma()),
  polygamma: awayFromPoles("torch.polygamma(1, a)", (a) => a.polygamma(1)),
  floor: unary("torch.floor", (a) => a.floor(), numbers),
  ceil: unary("torch.ceil", (a) => a.ceil(), numbers),
  round: unary("torch.round", (a) => a.round(), numbers),
  trunc: unary("torch.trunc", (a) => a.trunc(), numbers),
  frac: unary("torch.frac", (a) => a.frac(), floats),
  isnan: unary("torch.isnan", (a) => a.isnan()),
  isfinite: unary("torch.isfinite", (a) => a.isfinite()),
  isinf: unary("torch.isinf", (a) => a.isinf()),
  clone: unary("torch.clone", (a) => a.clone()),
  detach: unary("a.detach()", (a) => a.detach()),
  contiguous: unary("a.contiguous()", (a) => a.contiguous()),
};

const activations: Table = {
  relu: unary("F.relu", (a) => a.relu(), numbers),
  sigmoid: unary("torch.sigmoid", (a) => a.sigmoid()),
  logSigmoid: unary("F.logsigmoid", (a) => a.logSigmoid(), floats),
  tanh: unary("torch.tanh", (a) => a.tanh()),
  leakyRelu: withNumber(
    (x) => `F.leaky_relu(a, ${x})`,
    (a, negativeSlope) => a.leakyRelu({ negativeSlope }),
    [0.01, 0.5, 0, -1],
    floats,
  ),
  elu: notAtNaN(
    withNumber(
      (x) => `F.elu(a, ${x})`,
      (a, alpha) => a.elu({ alpha }),
      [1, 0.5, 2],
      floats,
    ),
  ),
  selu: notAtNaN(unary("F.selu", (a) => a.selu(), floats)),
  celu: notAtNaN(
    withNumber(
      (x) => `F.celu(a, ${x})`,
      (a, alpha) => a.celu({ alpha }),
      [1, 0.5, 2],
      floats,
    ),
  ),
  // At ∞ PyTorch's float32 gives NaN in vectors and ∞ in their rest.
  gelu: (d) => ({
    inputs: [d.tensor({ values: [0, -0, 1, -1, 0.5, -2, 3, -6, 20, -88, NaN] })],
    torch: "F.gelu(a)",
    ours: (a) => a.gelu(),
  }),
  geluTanh: unary('F.gelu(a, approximate="tanh")', (a) => a.gelu({ approximate: "tanh" }), floats),
  silu: unary("F.silu", (a) => a.silu(), floats),
  mish: unary("F.mish", (a) => a.mish(), floats),
  softplus: (d) => {
    const beta = d.of([1, 2, 0.5]);
    const threshold = d.of([20, 1]);
    return {
      inputs: [d.tensor()],
      torch: `F.softplus(a, ${py(beta)}, ${py(threshold)})`,
      ours: (a) => a.softplus({ beta, threshold }),
    };
  },
  // 1 + 127 wraps in PyTorch's int8 on the way to a fraction.
  softsign: unary(
    "F.softsign",
    (a) => a.softsign(),
    numbers.filter((dtype) => dtype !== "int8"),
  ),
  hardtanh: notAtNaN((d) => {
    const a = d.tensor({ dtype: numbers });
    const [minVal, maxVal] = d.beside(a, [
      [-1, 1],
      [0, 2],
      [-0.5, 0.5],
    ] as const);
    return {
      inputs: [a],
      torch: `F.hardtanh(a, ${py(minVal)}, ${py(maxVal)})`,
      ours: (a) => a.hardtanh({ minVal, maxVal }),
    };
  }),
  relu6: notAtNaN(unary("F.relu6", (a) => a.relu6(), numbers)),
  hardsigmoid: unary("F.hardsigmoid", (a) => a.hardsigmoid(), floats),
  hardswish: notAtNaN(unary("F.hardswish", (a) => a.hardswish(), floats)),
  hardshrink: notAtNaN(
    withNumber(
      (x) => `F.hardshrink(a, ${x})`,
      (a, lambda) => a.hardshrink({ lambda }),
      [0.5, 1, 0],
      floats,
    ),
  ),
  softshrink: notAtNaN(
    withNumber(
      (x) => `F.softshrink(a, ${x})`,
      (a, lambda) => a.softshrink({ lambda }),
      [0.5, 1, 0],
      floats,
    ),
  ),
  tanhshrink: unary("F.tanhshrink", (a) => a.tanhshrink(), floats),
  threshold: (d) => {
    const [threshold, value] = d.of([
      [0, 7],
      [0.5, -1],
      [1, 2],
      [-1, 0],
    ] as const);
    return {
      inputs: [d.tensor({ dtype: numbers })],
      torch: `F.threshold(a, ${py(threshold)}, ${py(value)})`,
      ours: (a) => a.threshold(threshold, value),
    };
  },
};

const divisors = [1, -1, 2, 0.5, 0.1, -2.5, 3, Infinity];
const scalars = [0, 1, -1, 2, 0.5, -2.5, 3, Infinity, NaN];

const arithmetic: Table = {
  add: (d) => {
    const alpha = d.of([1, 1, 2, -1]);
    return {
      inputs: d.pair({ dtype: all }),
      torch: `torch.add(a, b, alpha=${alpha})`,
      ours: (a, b) => a.add(b, { alpha }),
    };
  },
  sub: (d) => {
    const alpha = d.of([1, 1, 2, -1]);
    return {
      inputs: d.pair({ dtype: numbers }),
      torch: `torch.sub(a, b, alpha=${alpha})`,
      ours: (a, b) => a.sub(b, { alpha }),
    };
  },
  mul: binary("torch.mul", (a, b) => a.mul(b)),
  div: binary("torch.div", (a, b) => a.div(b)),
  rsub: binary("torch.rsub", (a, b) => a.rsub(b), numbers),
  divTrunc: also(
    binary(
      'torch.div(a, b, rounding_mode="trunc")',
      (a, b) => a.div(b, { roundingMode: "trunc" }),
      numbers,
      "plain",
    ),
    () => byZero,
  ),
  divFloor: also(
    binary(
      'torch.div(a, b, rounding_mode="floor")',
      (a, b) => a.div(b, { roundingMode: "floor" }),
      numbers,
      "plain",
    ),
    () => byZero,
  ),
  floorDivide: also(
    binary("torch.floor_divide", (a, b) => a.floorDivide(b), numbers, "plain"),
    () => byZero,
  ),
  remainder: also(
    binary("torch.remainder", (a, b) => a.remainder(b), numbers, "plain"),
    () => byZero,
  ),
  fmod: also(
    binary("torch.fmod", (a, b) => a.fmod(b), numbers, "plain"),
    () => byZero,
  ),
  // PyTorch subtracts 1 from the least integer.
  pow: also(
    binary("torch.pow", (a, b) => a.pow(b)),
    ({ inputs }) => ({
      skipGradient: inputs.some(({ dtype, data }) => dtype === "int32" && data.includes(-(2 ** 31)))
        ? "wraps"
        : undefined,
    }),
  ),
  // PyTorch squares integers in their dtype, where they overflow.
  atan2: also(
    binary("torch.atan2", (a, b) => a.atan2(b)),
    ({ inputs }) => ({
      skipGradient: inputs.some(({ dtype }) => !isFloating(dtype) || dtype !== inputs[0]!.dtype)
        ? "each is squared in its own dtype"
        : undefined,
    }),
  ),
  addNumber: withNumber(
    (x) => `a + ${x}`,
    (a, x) => a.add(x),
    scalars,
  ),
  subNumber: withNumber(
    (x) => `a - ${x}`,
    (a, x) => a.sub(x),
    scalars,
    numbers,
  ),
  mulNumber: withNumber(
    (x) => `a * ${x}`,
    (a, x) => a.mul(x),
    scalars,
  ),
  divNumber: withNumber(
    (x) => `a / ${x}`,
    (a, x) => a.div(x),
    scalars,
  ),
  rsubNumber: withNumber(
    (x) => `${x} - a`,
    (a, x) => a.rsub(x),
    scalars,
    numbers,
  ),
  rdiv: withNumber(
    (x) => `${x} / a`,
    (a, x) => a.rdiv(x),
    // PyTorch multiplies by the reciprocal, which makes NaN of ∞ / 1e300 and of 0 / 1e-45.
    scalars.filter((x) => x !== Infinity),
    all,
    "plain",
  ),
  divTruncNumber: withNumber(
    (x) => `torch.div(a, ${x}, rounding_mode="trunc")`,
    (a, x) => a.div(x, { roundingMode: "trunc" }),
    divisors,
    numbers,
    "plain",
  ),
  floorDivideNumber: withNumber(
    (x) => `a // ${x}`,
    (a, x) => a.floorDivide(x),
    divisors,
    numbers,
    "plain",
  ),
  remainderNumber: withNumber(
    (x) => `a % ${x}`,
    (a, x) => a.remainder(x),
    divisors,
    numbers,
    "plain",
  ),
  fmodNumber: withNumber(
    (x) => `torch.fmod(a, ${x})`,
    (a, x) => a.fmod(x),
    divisors,
    numbers,
    "plain",
  ),
  powNumber: withNumber(
    (x) => `a ** ${x}`,
    (a, x) => a.pow(x),
    [0, 1, 2, 3, 0.5, -1, -2, -0.5, 1.5, 4, 1 / 3, Infinity, -Infinity, NaN],
  ),
  rpow: withNumber(
    (x) => `${x} ** a`,
    (a, x) => a.rpow(x),
    [0, 1, 2, 0.5, 3, Infinity],
  ),
  lerp: (d) => {
    // Vectors use fused multiply-adds, which neither overflow in between nor keep the sign of a zero.
    const [a, b] = d.pair({ values: "plain" });
    const weight = d.of([0, 0.5, 0.3, 1, 2, -1]);
    return {
      inputs: [a, { ...b, dtype: a.dtype, data: b.data.map(a.dtype === "float32" ? Math.fround : Number) }],
      torch: `torch.lerp(a, b, ${py(weight)})`,
      ours: (a, b) => a.lerp(b, weight),
      anyZero: true,
    };
  },
  lerpTensor: (d) => {
    const a = d.tensor({ values: "plain" });
    const [b, c] = [
      d.tensor({ shape: a.shape, dtype: a.dtype, values: "plain" }),
      d.tensor({ shape: a.shape, dtype: a.dtype, values: "unit" }),
    ];
    return {
      inputs: [a, b, c],
      torch: "torch.lerp(a, b, c)",
      ours: (a, b, c) => a.lerp(b, c),
      anyZero: true,
    };
  },
  addcmul: (d) => triple(d, "addcmul"),
  addcdiv: (d) => triple(d, "addcdiv"),
};

function triple(d: Draw, name: "addcmul" | "addcdiv"): ReturnType<Operation> {
  const value = d.of([1, 0.5, -2]);
  const dtype = d.of(floats);
  // PyTorch's vectors use fused multiply-adds, which do not overflow in between.
  const a = d.tensor({ dtype, values: "plain" });
  const b = d.tensor({ dtype, values: "plain", shape: d.broadcastable(a.shape) });
  const c = d.tensor({ dtype, values: "plain", shape: d.broadcastable(a.shape) });
  return {
    inputs: [a, b, c],
    torch: `torch.${name}(a, b, c, value=${py(value)})`,
    ours: (a, b, c) => a[name](b, c, { value }),
  };
}

const comparisons: Table = {
  eq: binary("torch.eq", (a, b) => a.eq(b)),
  ne: binary("torch.ne", (a, b) => a.ne(b)),
  lt: binary("torch.lt", (a, b) => a.lt(b)),
  le: binary("torch.le", (a, b) => a.le(b)),
  gt: binary("torch.gt", (a, b) => a.gt(b)),
  ge: binary("torch.ge", (a, b) => a.ge(b)),
  ltNumber: withNumber(
    (x) => `a < ${x}`,
    (a, x) => a.lt(x),
    scalars,
  ),
  geNumber: withNumber(
    (x) => `a >= ${x}`,
    (a, x) => a.ge(x),
    scalars,
  ),
  eqNumber: withNumber(
    (x) => `a == ${x}`,
    (a, x) => a.eq(x),
    scalars,
  ),
  equal: (d) => {
    const a = d.tensor({ dtype: all });
    const b = d.oneIn(2) ? a : d.tensor({ dtype: a.dtype });
    return { inputs: [a, b], torch: "torch.equal(a, b)", ours: (a, b) => a.equal(b) };
  },
  isclose: (d) => close(d, "isclose"),
  allclose: (d) => close(d, "allclose"),
  logicalAnd: binary("torch.logical_and", (a, b) => a.logicalAnd(b)),
  logicalOr: binary("torch.logical_or", (a, b) => a.logicalOr(b)),
  logicalXor: binary("torch.logical_xor", (a, b) => a.logicalXor(b)),
  logicalNot: unary("torch.logical_not", (a) => a.logicalNot()),
};

function close(d: Draw, name: "isclose" | "allclose"): ReturnType<Operation> {
  const a = d.tensor({ dtype: all });
  const dtype = a.dtype;
  const b = d.oneIn(2)
    ? {
        ...a,
        data: a.data.map((x) =>
          dtype === "float32" ? Math.fround(x * 1.000002) : dtype === "float64" ? x * 1.000002 : x,
        ),
      }
    : d.tensor({ dtype, shape: d.broadcastable(a.shape) });
  const [rtol, atol] = d.of([
    [1e-5, 1e-8],
    [0, 0],
    [0.1, 0.5],
    [0, Infinity],
    [Infinity, 0],
  ] as const);
  const equalNan = d.oneIn(2);
  const options = { rtol, atol, equalNan };
  return {
    inputs: [a, b],
    torch: `torch.${name}(a, b, rtol=${py(rtol)}, atol=${py(atol)}, equal_nan=${py(equalNan)})`,
    ours: (a, b) => (name === "isclose" ? a.isclose(b, options) : a.allclose(b, options)),
  };
}

const choices: Table = {
  fmax: eitherZero(binary("torch.fmax", (a, b) => a.fmax(b))),
  fmin: eitherZero(binary("torch.fmin", (a, b) => a.fmin(b))),
  clampMinNumber: withNumber(
    (x) => `torch.clamp_min(a, ${x})`,
    (a, x) => a.clampMin(x),
    [0, 1, -2, 0.5],
    numbers,
  ),
  clampMax: withNumber(
    (x) => `torch.clamp_max(a, ${x})`,
    (a, x) => a.clampMax(x),
    [0, 1, -2, 0.5],
    numbers,
  ),
  bitwiseAnd: binary("torch.bitwise_and", (a, b) => a.bitwiseAnd(b)),
  bitwiseOr: binary("torch.bitwise_or", (a, b) => a.bitwiseOr(b)),
  bitwiseXor: binary("torch.bitwise_xor", (a, b) => a.bitwiseXor(b)),
  logaddexp: ofFinite(binary("torch.logaddexp", (a, b) => a.logaddexp(b), floats)),
  logaddexp2: ofFinite(binary("torch.logaddexp2", (a, b) => a.logaddexp2(b), floats)),
  xlogy: binary("torch.xlogy", (a, b) => a.xlogy(b)),
  copysign: binary("torch.copysign", (a, b) => a.copysign(b)),
  heaviside: binary("torch.heaviside", (a, b) => a.heaviside(b)),
  hypot: also(
    binary("torch.hypot", (a, b) => a.hypot(b), floats),
    () => ({ loose: 2 }),
  ),
  minimum: eitherZero(binary("torch.minimum", (a, b) => a.minimum(b))),
  maximum: eitherZero(binary("torch.maximum", (a, b) => a.maximum(b))),
  clamp: (d) => {
    const a = d.tensor({ dtype: numbers });
    const [low, high] = d.beside(a, [
      [-1, 1],
      [0, null],
      [null, 2],
      [2, -2],
      [0.5, 0.5],
      [-Infinity, Infinity],
      [NaN, 1],
    ] as const);
    return {
      inputs: [a],
      torch: `torch.clamp(a, ${py(low)}, ${py(high)})`,
      ours: (a) => a.clamp(low, high),
    };
  },
  clampTensor: (d) => {
    const dtype = d.of(numbers);
    const a = d.tensor({ dtype });
    const [b, c] = [
      d.tensor({ dtype, shape: d.broadcastable(a.shape) }),
      d.tensor({ dtype, shape: d.broadcastable(a.shape) }),
    ];
    return {
      inputs: [a, b, c],
      anyZero: true,
      torch: "torch.clamp(a, b, c)",
      ours: (a, b, c) => a.clamp(b, c),
    };
  },
  clampMin: (d) => ({
    inputs: d.pair({ dtype: floats }),
    anyZero: true,
    torch: "torch.clamp(a, min=b)",
    ours: (a, b) => a.clamp(b),
  }),
  where: (d) => {
    const [a, b] = d.pair({ dtype: all });
    const wide = a.shape.length >= b.shape.length ? a.shape : b.shape;
    const c = d.tensor({ dtype: "bool", shape: d.broadcastable(wide) });
    return { inputs: [a, b, c], torch: "torch.where(c, a, b)", ours: (a, b, c) => where(c, a, b) };
  },
  whereNumber: (d) => {
    const a = d.tensor({ dtype: all });
    const value = d.of([0, 1, 0.5, NaN, Infinity]);
    return {
      inputs: [a, d.tensor({ dtype: "bool", shape: a.shape })],
      torch: `torch.where(b, a, ${py(value)})`,
      ours: (a, b) => where(b, a, value),
    };
  },
  whereMethod: (d) => {
    const [a, b] = d.pair({ dtype: all });
    const c = d.tensor({ dtype: "bool", shape: a.shape });
    return { inputs: [a, b, c], torch: "a.where(c, b)", ours: (a, b, c) => a.where(c, b) };
  },
  maskedFill: (d) => {
    const a = d.tensor({ dtype: all });
    const mask = d.tensor({ dtype: "bool", shape: d.broadcastable(a.shape) });
    const value = d.beside(a, [0, 1, -1, 0.5, NaN, Infinity]);
    return {
      inputs: [a, mask],
      torch: `a.masked_fill(b, ${py(value)})`,
      ours: (a, b) => a.maskedFill(b, value),
    };
  },
  maskedFillTensor: (d) => {
    const a = d.tensor({ dtype: all });
    const mask = d.tensor({ dtype: "bool", shape: d.broadcastable(a.shape) });
    const values = a.dtype === "uint8" ? [0, 1, 0.5, 7] : [0, 1, -1, 0.5, 2, 7];
    const value = d.tensor({ dtype: all, shape: [], values });
    return {
      inputs: [a, mask, value],
      torch: "a.masked_fill(b, c.detach())",
      ours: (a, b, c) => a.maskedFill(b, c.detach()),
    };
  },
  nanToNum: (d) => {
    const options = d.of([
      {},
      { nan: 7 },
      { posinf: 1, neginf: -1 },
      { nan: NaN, posinf: 5 },
    ] as const) as Record<string, number>;
    const words = Object.entries(options).map(([key, value]) => `, ${key}=${py(value)}`);
    return {
      inputs: [d.tensor({ dtype: all })],
      torch: `torch.nan_to_num(a${words.join("")})`,
      ours: (a) => a.nanToNum(options),
    };
  },
};

const conversions: Table = Object.fromEntries(
  (["float32", "float64", "int32", "bool"] as const).map((dtype) => [
    `to_${dtype}`,
    (d) => {
      const a = d.tensor({ dtype: all });
      // A float beyond int32 is undefined in C, so PyTorch's answer depends on the machine; ours saturates.
      const fits = a.data.map((x) => (Math.abs(x) < 2 ** 31 ? x : 1));
      return {
        inputs: [dtype === "int32" ? { ...a, data: a.dtype === "int32" ? a.data : fits } : a],
        torch: `a.to(torch.${dtype})`,
        ours: (a) => a.to(dtype),
      };
    },
  ]),
);

export const elementwise: Table = {
  ...functions,
  ...activations,
  ...arithmetic,
  ...comparisons,
  ...choices,
  ...conversions,
  float: unary("a.float()", (a) => a.float()),
  double: unary("a.double()", (a) => a.double()),
  bool: unary("a.bool()", (a) => a.bool()),
  half: unary("a.half()", (a) => a.half(), all),
  bfloat16: unary("a.bfloat16()", (a) => a.bfloat16(), all),
  long: castTo("a.long()", (a) => a.long()),
  char: castTo("a.char()", (a) => a.char()),
  byte: castTo("a.byte()", (a) => a.byte()),
};
