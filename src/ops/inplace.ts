/**
 * Methods that end in `_`, and `set`: they change this tensor in place and return it. Its base, its views and detached handles change with
 * it. What is computed is what the method without `_` computes; see region.ts for how the new value takes the old one's place.
 *
 * The change itself is recorded, and operations so far keep the value that they had, so gradients stay right where PyTorch has to refuse.
 */
import { wanted } from "../autograd/wanted.js";
import { isGradEnabled } from "../autograd/mode.js";
import { record } from "../autograd/record.js";
import { binary, cast as castNode, copy, expand as expandNode, random, scalar } from "../graph/build.js";
import type { Node } from "../graph/node.js";
import { stateOf } from "../tensor/alias.js";
import { defineMethods, type Op, Tensor } from "../tensor/core.js";
import { checkNumber, isFloating } from "../tensor/dtype.js";
import { draw, randomSeed } from "../tensor/generator.js";
import { overlaps } from "../tensor/geometry.js";
import { formatShape, sameShape } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import { add, mul, sub } from "./arithmetic.js";
import { cast } from "./cast.js";
import type { Index } from "./indexing.js";
import { broadcastTo } from "./movement.js";
import { checkTensor } from "./operand.js";
import { assign, zerosOf } from "./region.js";
import { type Bound, clamp, type ClampBounds, maskedFill, type MaxBound } from "./select.js";

declare module "../tensor/core.js" {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- merging needs the class's parameters
  interface Tensor<S extends Shape = Shape> {
    /** Adds alpha · other to this tensor. */
    add_(other: Tensor | number, options?: { alpha?: number }): this;
    /** Subtracts alpha · other from this tensor. */
    sub_(other: Tensor | number, options?: { alpha?: number }): this;
    /** Multiplies this tensor by `other`. */
    mul_(other: Tensor | number): this;
    /** Divides this tensor by `other`. */
    div_(other: Tensor | number): this;
    /** Raises this tensor to a power. */
    pow_(exponent: Tensor | number): this;
    /** Takes the remainder of the division by `other`, with the sign of `other`. */
    remainder_(other: Tensor | number): this;
    /** Adds value · a · b. */
    addcmul_(a: Tensor, b: Tensor, options?: { value?: number }): this;
    /** Adds value · a / b. */
    addcdiv_(a: Tensor, b: Tensor, options?: { value?: number }): this;
    /** Moves this tensor towards `end` by the part `weight` of the way. */
    lerp_(end: Tensor, weight: number | Tensor): this;
    /** Changes the sign. */
    neg_(): this;
    /** |x| in place; the gradient at 0 is 0. */
    abs_(): this;
    /** −1, 0 or 1 in place. */
    sign_(): this;
    /** eˣ in place. */
    exp_(): this;
    /** eˣ − 1 in place, exact near 0. */
    expm1_(): this;
    /** ln x in place. */
    log_(): this;
    /** log₂ x in place. */
    log2_(): this;
    /** log₁₀ x in place. */
    log10_(): this;
    /** ln(1 + x) in place, exact near 0. */
    log1p_(): this;
    /** √x in place. */
    sqrt_(): this;
    /** 1/√x in place. */
    rsqrt_(): this;
    /** x² in place. */
    square_(): this;
    /** 1/x in place. */
    reciprocal_(): this;
    /** sin x in place, x in radians. */
    sin_(): this;
    /** cos x in place, x in radians. */
    cos_(): this;
    /** tan x in place, x in radians. */
    tan_(): this;
    /** The greatest whole number ≤ x, in place. */
    floor_(): this;
    /** The least whole number ≥ x, in place. */
    ceil_(): this;
    /** The nearest whole number, in place; halves go to the even one. */
    round_(): this;
    /** x without its fraction, in place. */
    trunc_(): this;
    /** The fraction of x, with its sign, in place. */
    frac_(): this;
    /** max(0, x) in place. */
    relu_(): this;
    /** 1 / (1 + e⁻ˣ) in place. */
    sigmoid_(): this;
    /** tanh x in place. */
    tanh_(): this;
    /** Brings every element into [min, max]. */
    clamp_(min?: Bound, max?: Bound | MaxBound): this;
    clamp_(bounds: ClampBounds): this;
    /** Replaces NaN, +∞ and −∞. */
    nanToNum_(options?: { nan?: number; posinf?: number; neginf?: number }): this;
    /** Puts `value` where the mask is true. */
    maskedFill_(mask: Tensor, value: number | Tensor): this;
    /** Makes what is above the diagonal 0. */
    tril_(diagonal?: number): this;
    /** Makes what is below the diagonal 0. */
    triu_(diagonal?: number): this;
    /** Replaces each entry by the sum up to it. */
    cumsum_(dim: number): this;
    /** Replaces each entry by the product up to it. */
    cumprod_(dim: number): this;
    /** Puts source[i][j], or a number, at [index[i][j]][j] for dim 0, and likewise for others. */
    scatter_(dim: number, index: Tensor, source: Tensor | number): this;
    /** Adds source[i][j] at [index[i][j]][j] for dim 0, and likewise for others. */
    scatterAdd_(dim: number, index: Tensor, source: Tensor): this;
    /** Adds entry i of `source` along `dim` to entry index[i]. */
    indexAdd_(dim: number, index: Index, source: Tensor): this;
    /** Makes every element 0. */
    zero_(): this;
    /** Makes every element `value`, a number or a tensor of 0 dimensions. */
    fill_(value: number | Tensor): this;
    /** Takes over the values of `source`, broadcast and converted to this dtype. */
    copy_(source: Tensor): this;
    /** Draws every element uniformly from [from, to), by default [0, 1). */
    uniform_(from?: number, to?: number): this;
    /** Draws every element from the normal distribution, by default the standard one. */
    normal_(mean?: number, std?: number): this;
  }
}

/** Numbers in the place of a value that requires grad: a gradient of 0 for what the tensor was, as in PyTorch. */
const FILL: Op = {
  name: "FillBackward0",
  saves: false,
  gradient(_y, g) {
    return [zerosOf(g)];
  },
};

/** Inputs: where the values come from, and what the tensor was, if that requires grad. */
const COPY: Op = {
  name: "CopyBackwards",
  saves: false,
  gradient(y, g) {
    return [g, wanted(y._b) ? zerosOf(g) : null];
  },
};

/**
 * @throws Error for a leaf that requires grad and views of one, outside noGrad; and where two elements of the tensor are one, as those of
 * an expanded tensor, unless the new values are the same everywhere.
 */
function checkChange(x: Tensor, name: string, uniform = false): void {
  const alias = x._now()._alias;
  if (x._requiresGrad && isGradEnabled()) {
    const base = alias?.base ?? null;
    const what =
      x._op === null
        ? "a leaf tensor that requires grad"
        : base !== null && base !== x && base.requiresGrad && base.isLeaf
          ? "a view of a leaf tensor that requires grad"
          : null;
    if (what !== null)
      throw new Error(
        `${name}: ${what} cannot be changed in place while operations are recorded; ` +
          `wrap the change: noGrad(() => x.${name}(...)), or use an optimizer`,
      );
  }
  if (!uniform && alias !== null && alias.geometry !== null && overlaps(alias.geometry)) {
    throw new Error(
      `${name}: several elements of this tensor of shape ${formatShape(x.shape)} are one element of its base (it was expanded or unfolded); change x.clone()`,
    );
  }
}

/** Changes `x` to what `compute` makes of it. */
export function change(x: Tensor, name: string, compute: (old: Tensor) => Tensor): Tensor {
  checkChange(x, name);
  const old = stateOf(x);
  const result = compute(old);
  if (result === old) return x;
  const { shape, dtype } = result._node;
  if (!sameShape(shape, x._node.shape)) {
    throw new Error(
      `${name}: the result has shape ${formatShape(shape)}, which does not fit this tensor of ${formatShape(x.shape)}`,
    );
  }
  if (dtype !== x._node.dtype && !(isFloating(dtype) && isFloating(x._node.dtype))) {
    throw new TypeError(
      `${name}: the result is ${dtype}, which this ${x.dtype} tensor cannot hold; use the method without _, or convert first`,
    );
  }
  replace(x, name, cast(result, x._node.dtype));
  return x;
}

function replace(x: Tensor, name: string, result: Tensor): void {
  const alias = x._alias;
  if (result._op !== null && alias !== null && alias.base === null) {
    throw new Error(
      `${name}: this view was made within noGrad, so a change of it that is recorded would not reach the gradients of its base; ` +
        `make the view outside of noGrad, or wrap the change: noGrad(() => x.${name}(...))`,
    );
  }
  assign(x, result);
}

/** Gives `x` values that do not depend on what it was, with the history of `source` where they come from a tensor. */
function overwrite(
  x: Tensor,
  name: string,
  node: Node,
  source: Tensor | null = null,
  uniform = false,
): Tensor {
  checkChange(x, name, uniform);
  let old = stateOf(x);
  // What was overwritten before gets no other gradient than 0 from here.
  if (old._op === FILL) old = old._a!;
  const result = source?._requiresGrad
    ? record(COPY, node, source, old._requiresGrad ? old : null)
    : record(FILL, node, old);
  replace(x, name, result);
  return x;
}

function copyFrom(x: Tensor, source: Tensor): Tensor {
  checkTensor("copy_", source);
  if (source === x) {
    checkChange(x, "copy_");
    return x;
  }
  const value = cast(broadcastTo("copy_", source, x._node.shape), x._node.dtype);
  return overwrite(x, "copy_", copy(value.node), value);
}

function fill(x: Tensor, name: string, value: number | Tensor): Tensor {
  const { dtype, shape } = x._node;
  if (typeof value !== "number") {
    checkTensor(name, value);
    if (value.ndim !== 0)
      throw new Error(`${name}: expected a value of 0 dimensions, got ${value.ndim}; use copy_()`);
    return copyFrom(x, value);
  }
  checkNumber(name, value, dtype);
  return overwrite(x, name, castNode(expandNode(scalar(value, dtype), shape), dtype), null, true);
}

function drawInto(
  x: Tensor,
  name: string,
  distribution: "uniform" | "normal",
  scale: number,
  shift: number,
): Tensor {
  const { dtype, shape, size } = x._node;
  if (!isFloating(dtype)) throw new TypeError(`${name}: expected a floating tensor, got ${dtype}`);
  const node = random(distribution, shape, dtype, randomSeed(), draw(size));
  const spread = scale === 1 ? node : binary("mul", node, scalar(scale, dtype));
  return overwrite(x, name, shift === 0 ? spread : binary("add", spread, scalar(shift, dtype)));
}

function scaled(b: Tensor | number, alpha: number | undefined): Tensor | number {
  if (alpha === undefined || alpha === 1) return b;
  return typeof b === "number" ? b * alpha : mul(b, alpha);
}

/** The method that changes a tensor to what `compute` makes of it. */
function changing<A extends readonly unknown[]>(
  name: string,
  compute: (old: Tensor, ...args: A) => Tensor,
): (this: Tensor, ...args: A) => Tensor {
  return function (...args) {
    return change(this, name, (old) => compute(old, ...args));
  };
}

/** Methods without arguments, under the name of the method that computes the new value. */
const plain = [
  "neg",
  "abs",
  "sign",
  "exp",
  "expm1",
  "log",
  "log2",
  "log10",
  "log1p",
  "sqrt",
  "rsqrt",
  "square",
  "reciprocal",
  "sin",
  "cos",
  "tan",
  "floor",
  "ceil",
  "round",
  "trunc",
  "frac",
  "relu",
  "sigmoid",
  "tanh",
] as const;

defineMethods(
  Object.fromEntries(plain.map((name) => [`${name}_`, changing(`${name}_`, (old) => old[name]())])),
);

defineMethods({
  add_: changing("add_", (old, other: Tensor | number, options?: { alpha?: number }) =>
    add(old, scaled(other, options?.alpha)),
  ),
  sub_: changing("sub_", (old, other: Tensor | number, options?: { alpha?: number }) =>
    sub(old, scaled(other, options?.alpha)),
  ),
  mul_: changing("mul_", mul),
  div_: changing("div_", (old, other: Tensor | number) => old.div(other)),
  pow_: changing("pow_", (old, exponent: Tensor | number) => old.pow(exponent)),
  remainder_: changing("remainder_", (old, other: Tensor | number) => old.remainder(other)),
  addcmul_: changing("addcmul_", (old, a: Tensor, b: Tensor, options?: { value?: number }) =>
    old.addcmul(a, b, options),
  ),
  addcdiv_: changing("addcdiv_", (old, a: Tensor, b: Tensor, options?: { value?: number }) =>
    old.addcdiv(a, b, options),
  ),
  lerp_: changing("lerp_", (old, end: Tensor, weight: number | Tensor) => old.lerp(end, weight)),
  clamp_: changing("clamp_", clamp),
  nanToNum_: changing("nanToNum_", (old, options?: { nan?: number; posinf?: number; neginf?: number }) =>
    old.nanToNum(options),
  ),
  maskedFill_: changing("maskedFill_", maskedFill),
  tril_: changing("tril_", (old, diagonal?: number) => old.tril(diagonal)),
  triu_: changing("triu_", (old, diagonal?: number) => old.triu(diagonal)),
  cumsum_: changing("cumsum_", (old, dim: number) => old.cumsum(dim)),
  cumprod_: changing("cumprod_", (old, dim: number) => old.cumprod(dim)),
  scatter_: changing("scatter_", (old, dim: number, index: Tensor, source: Tensor | number) =>
    old.scatter(dim, index, source),
  ),
  scatterAdd_: changing("scatterAdd_", (old, dim: number, index: Tensor, source: Tensor) =>
    old.scatterAdd(dim, index, source),
  ),
  indexAdd_: changing("indexAdd_", (old, dim: number, index: Index, source: Tensor) =>
    old.indexAdd(dim, index, source),
  ),
  zero_() {
    return fill(this, "zero_", 0);
  },
  fill_(value: number | Tensor) {
    return fill(this, "fill_", value);
  },
  copy_(source: Tensor) {
    return copyFrom(this, source);
  },
  uniform_(from = 0, to = 1) {
    return drawInto(this, "uniform_", "uniform", to - from, from);
  },
  normal_(mean = 0, std = 1) {
    return drawInto(this, "normal_", "normal", std, mean);
  },
});
