/**
 * Functions of one and of two elements, one row each: what an engine can compute at every point of a kernel. Unions of names, numbering,
 * dispatch in C++, costs and the lists that tests run over are made from the rows.
 */
import { type DTypeKind, type DTypeName, dtypes, isComputed } from "./dtypes.js";
import * as js from "./functions.js";
import * as fn from "./special-functions.js";

/**
 * How C++ computes an element. Text is an inline function of native/scalar_math.h; it is compiled without contraction to fused
 * multiply-adds, so that a result does not depend on which operations share a loop. `T` stands for the dtype's type.
 */
export type Cpp =
  | string
  /** An inline function of native/float_math.h, which may be contracted: it is always computed in a loop of its own. */
  | { readonly math: string }
  /** A function of the C library, called for each element. */
  | { readonly library: string }
  /** A function of an angle: of native/float_math.h, and of the C library for angles beyond its range. */
  | { readonly angle: string; readonly library: string }
  /** The value as it is. */
  | { readonly same: true };

interface Row {
  /** The dtype of the result: that of the operands, or bool. */
  readonly result: "same" | "bool";
  /** Rough cost of an element, 1 for an addition: what it costs to compute it again instead of storing it. */
  readonly cost: number;
  /** By dtype or, for all dtypes of a kind, by kind; where neither is there the function is not defined. */
  readonly cpp: Readonly<Partial<Record<DTypeName | DTypeKind, Cpp>>>;
}

export interface UnaryRow extends Row {
  /** What it means: values of all dtypes are numbers here, 0 and 1 for bool, and the caller rounds or wraps to the result's dtype. */
  readonly js: (x: number) => number;
  /** The same for int64, of which not all are numbers. */
  readonly jsBig?: (x: bigint) => bigint;
}

export interface BinaryRow extends Row {
  readonly js: (x: number, y: number) => number;
  /** What it means for other kinds, where that is something else. */
  readonly jsOf?: Readonly<Partial<Record<DTypeKind, (x: number, y: number) => number>>>;
  /** What it means for int64. */
  readonly jsBig?: (x: bigint, y: bigint) => bigint;
}

/** Whether engines compute it for operands of this dtype; never where they only store the dtype. */
export function isDefinedFor(row: Row, dtype: DTypeName): boolean {
  return isComputed(dtype) && (row.cpp[dtype] ?? row.cpp[dtypes[dtype].kind]) !== undefined;
}

type Rows<R> = Readonly<Record<string, R>>;

/** A function that the hardware has no instruction for. */
function transcendental(js: (x: number) => number, float32: Cpp, library: string): UnaryRow {
  return { result: "same", cost: 10, js, cpp: { float32, float64: { library } } };
}

/** A function of native/special_math.h, in float64 for either type. */
function special(js: (x: number) => number, name: string): UnaryRow {
  return { result: "same", cost: 40, js, cpp: { float: { library: `${name}<T>` } } };
}

/** The same of two elements. */
function special2(js: (x: number, y: number) => number, name: string): BinaryRow {
  return { result: "same", cost: 100, js, cpp: { float: { library: `${name}<T>` } } };
}

/** Whole numbers are what they are. */
function rounding(js: (x: number) => number, cpp: string): UnaryRow {
  return { result: "same", cost: 1, js, jsBig: (x) => x, cpp: { float: cpp, int: { same: true } } };
}

/** `sign` of NaN is 0 and `round` goes half to even, as in PyTorch. */
export const unary = {
  neg: {
    result: "same",
    cost: 1,
    js: (x) => -x,
    jsBig: (x) => -x,
    cpp: { float: "neg<T>", int: "negInt<T>" },
  },
  abs: {
    result: "same",
    cost: 1,
    js: Math.abs,
    jsBig: (x) => (x < 0n ? -x : x),
    cpp: { float: "absolute<T>", int: "absInt<T>" },
  },
  sign: {
    result: "same",
    cost: 1,
    js: js.sign,
    jsBig: (x) => BigInt(x > 0n) - BigInt(x < 0n),
    cpp: { float: "sign<T>", int: "sign<T>" },
  },
  exp: transcendental(Math.exp, { math: "expOf" }, "::exp"),
  expm1: transcendental(Math.expm1, { math: "expm1Of" }, "::expm1"),
  log: transcendental(Math.log, { math: "logOf" }, "::log"),
  log1p: transcendental(Math.log1p, { math: "log1pOf" }, "::log1p"),
  sqrt: { result: "same", cost: 2, js: Math.sqrt, cpp: { float: "squareRoot<T>" } },
  rsqrt: { result: "same", cost: 2, js: (x) => 1 / Math.sqrt(x), cpp: { float: "rsqrt<T>" } },
  reciprocal: { result: "same", cost: 2, js: (x) => 1 / x, cpp: { float: "reciprocal<T>" } },
  sin: transcendental(Math.sin, { angle: "sinOf", library: "::sinf" }, "::sin"),
  cos: transcendental(Math.cos, { angle: "cosOf", library: "::cosf" }, "::cos"),
  tan: transcendental(Math.tan, { angle: "tanOf", library: "::tanf" }, "::tan"),
  asin: transcendental(Math.asin, { library: "::asinf" }, "::asin"),
  acos: transcendental(Math.acos, { library: "::acosf" }, "::acos"),
  atan: transcendental(Math.atan, { library: "::atanf" }, "::atan"),
  sinh: transcendental(Math.sinh, { library: "::sinhf" }, "::sinh"),
  cosh: transcendental(Math.cosh, { library: "::coshf" }, "::cosh"),
  tanh: transcendental(Math.tanh, { math: "tanhOf" }, "::tanh"),
  sigmoid: transcendental(js.sigmoid, { math: "sigmoidOf" }, "sigmoidOf"),
  erf: transcendental(js.erf, { math: "erfOf" }, "::erf"),
  /** ln |Γ(x)|. */
  lgamma: special(js.lgamma, "lgammaOf"),
  /** The derivative of ln Γ. */
  digamma: special(js.digamma, "digammaOf"),
  /** The second derivative of ln Γ. */
  trigamma: special(js.trigamma, "trigammaOf"),
  erfc: special(fn.erfc, "erfcOf"),
  /** e^(x²) erfc(x). */
  erfcx: special(fn.erfcx, "erfcxFor"),
  /** The inverse of erf. */
  erfinv: special(fn.erfinv, "erfinvFor"),
  /** The quantile of the normal distribution. */
  ndtri: special(fn.ndtri, "ndtriFor"),
  /** e^(−|x|) I₀(x). */
  i0e: special(fn.i0e, "i0eFor"),
  /** e^(−|x|) I₁(x). */
  i1e: special(fn.i1e, "i1eFor"),
  /** e^x K₀(x). */
  k0e: special(fn.k0e, "k0eFor"),
  /** e^x K₁(x). */
  k1e: special(fn.k1e, "k1eFor"),
  besselJ0: special(fn.besselJ0, "besselJ0For"),
  besselJ1: special(fn.besselJ1, "besselJ1For"),
  besselY0: special(fn.besselY0, "besselY0For"),
  besselY1: special(fn.besselY1, "besselY1For"),
  airyAi: special(fn.airyAi, "airyAiFor"),
  /** The e of x = m · 2^e, 0.5 ≤ |m| < 1. */
  exponent: { result: "same", cost: 4, js: fn.exponent, cpp: { float: { library: "exponentFor<T>" } } },
  floor: rounding(Math.floor, "floorOf<T>"),
  ceil: rounding(Math.ceil, "ceilOf<T>"),
  round: rounding(js.roundHalfEven, "roundOf<T>"),
  trunc: rounding(Math.trunc, "truncOf<T>"),
  isnan: {
    result: "bool",
    cost: 1,
    js: (x) => Number(Number.isNaN(x)),
    jsBig: () => 0n,
    cpp: { float: "isNan<T>", int: "never<T>", bool: "never<T>" },
  },
  isfinite: {
    result: "bool",
    cost: 1,
    js: (x) => Number(Number.isFinite(x)),
    jsBig: () => 1n,
    cpp: { float: "isFinite<T>", int: "always<T>", bool: "always<T>" },
  },
  /** Whether the element is zero. */
  not: {
    result: "bool",
    cost: 1,
    js: (x) => Number(x === 0),
    jsBig: (x) => BigInt(x === 0n),
    cpp: { float: "isZero<T>", int: "isZero<T>", bool: "isZero<T>" },
  },
} as const satisfies Rows<UnaryRow>;

export type UnaryOp = keyof typeof unary;

function comparison(compare: <N extends number | bigint>(x: N, y: N) => boolean, cpp: string): BinaryRow {
  return {
    result: "bool",
    cost: 1,
    js: (x, y) => Number(compare(x, y)),
    jsBig: (x, y) => BigInt(compare(x, y)),
    cpp: { float: cpp, int: cpp, bool: cpp },
  };
}

function bitwise(
  js: (x: number, y: number) => number,
  jsBig: (x: bigint, y: bigint) => bigint,
  cpp: string,
): BinaryRow {
  return { result: "same", cost: 1, js, jsBig, cpp: { int: cpp, bool: cpp } };
}

/**
 * `mod` has the sign of the divisor (Python's %); max and min pass NaN on. On integers, arithmetic wraps, `div` truncates, and dividing by zero
 * gives 0; `and`, `or` and `xor` work on bits. On bool, `add` is `or` and `mul` is `and`.
 */
export const binary = {
  add: {
    result: "same",
    cost: 1,
    js: (x, y) => x + y,
    jsOf: { bool: (x, y) => x | y },
    jsBig: (x, y) => x + y,
    cpp: { float: "add<T>", int: "addInt<T>", bool: "bitOr<T>" },
  },
  sub: {
    result: "same",
    cost: 1,
    js: (x, y) => x - y,
    jsBig: (x, y) => x - y,
    cpp: { float: "sub<T>", int: "subInt<T>" },
  },
  mul: {
    result: "same",
    cost: 1,
    js: (x, y) => x * y,
    jsOf: { int: Math.imul },
    jsBig: (x, y) => x * y,
    cpp: { float: "mul<T>", int: "mulInt<T>", bool: "bitAnd<T>" },
  },
  div: {
    result: "same",
    cost: 2,
    js: (x, y) => x / y,
    jsOf: { int: (x, y) => (y === 0 ? 0 : Math.trunc(x / y)) },
    jsBig: (x, y) => (y === 0n ? 0n : x / y),
    cpp: { float: "divide<T>", int: "divInt<T>" },
  },
  pow: {
    result: "same",
    cost: 20,
    js: js.pow,
    jsOf: { int: js.powInt },
    jsBig: js.powBig,
    cpp: { float32: { math: "powOf" }, float64: { library: "::pow" }, int: "powInt<T>" },
  },
  max: {
    result: "same",
    cost: 1,
    js: Math.max,
    jsBig: (x, y) => (x > y ? x : y),
    cpp: { float: "maximum<T>", int: "maxInteger<T>", bool: "bitOr<T>" },
  },
  min: {
    result: "same",
    cost: 1,
    js: Math.min,
    jsBig: (x, y) => (x < y ? x : y),
    cpp: { float: "minimum<T>", int: "minInteger<T>", bool: "bitAnd<T>" },
  },
  mod: {
    result: "same",
    cost: 2,
    js: js.modulo,
    jsOf: { int: (x, y) => (y === 0 ? 0 : js.modulo(x, y)) },
    jsBig: js.moduloBig,
    cpp: { float: { library: "modulo<T>" }, int: "modInt<T>" },
  },
  atan2: { result: "same", cost: 20, js: Math.atan2, cpp: { float: { library: "arcTangent2<T>" } } },
  /** Hurwitz's ζ(x, q) = Σₖ (q + k)⁻ˣ. */
  zeta: { result: "same", cost: 100, js: js.zeta, cpp: { float: { library: "zetaOf<T>" } } },
  /** P(a, x) = γ(a, x) / Γ(a). */
  igamma: special2(fn.igamma, "igammaFor"),
  /** Q(a, x) = Γ(a, x) / Γ(a). */
  igammac: special2(fn.igammac, "igammacFor"),
  /** x · 2^e. */
  ldexp: special2(fn.ldexp, "ldexpFor"),
  gcd: { result: "same", cost: 40, js: fn.gcd, jsBig: fn.gcdBig, cpp: { int: { library: "gcdInt<T>" } } },
  /** Polynomials in x of degree n. */
  chebyshevT: special2(fn.chebyshevT, "chebyshevTFor"),
  chebyshevU: special2(fn.chebyshevU, "chebyshevUFor"),
  chebyshevV: special2(fn.chebyshevV, "chebyshevVFor"),
  chebyshevW: special2(fn.chebyshevW, "chebyshevWFor"),
  hermiteH: special2(fn.hermiteH, "hermiteHFor"),
  hermiteHe: special2(fn.hermiteHe, "hermiteHeFor"),
  laguerre: special2(fn.laguerre, "laguerreFor"),
  legendre: special2(fn.legendre, "legendreFor"),
  eq: comparison((x, y) => x === y, "equal<T>"),
  ne: comparison((x, y) => x !== y, "notEqual<T>"),
  lt: comparison((x, y) => x < y, "less<T>"),
  le: comparison((x, y) => x <= y, "lessEqual<T>"),
  gt: comparison((x, y) => x > y, "greater<T>"),
  ge: comparison((x, y) => x >= y, "greaterEqual<T>"),
  and: bitwise(
    (x, y) => x & y,
    (x, y) => x & y,
    "bitAnd<T>",
  ),
  or: bitwise(
    (x, y) => x | y,
    (x, y) => x | y,
    "bitOr<T>",
  ),
  xor: bitwise(
    (x, y) => x ^ y,
    (x, y) => x ^ y,
    "bitXor<T>",
  ),
} as const satisfies Rows<BinaryRow>;

export type BinaryOp = keyof typeof binary;
