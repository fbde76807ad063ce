/** Differences of neighbours, and derivatives of what was sampled. */
import type { Tensor } from "../tensor/core.js";
import { checkWhole, formatShape, normalizeDim, normalizeDims } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import { operation } from "../tensor/operation.js";
import { type Given, takes } from "../tensor/signature.js";
import { add, mul, neg, sub } from "./arithmetic.js";
import { div } from "./division.js";
import { cat } from "./join.js";
import { logicalXor } from "./logical.js";
import { narrow } from "./movement.js";
import { checkTensor } from "./operand.js";

/** Options of `diff`. */
export interface DiffOptions {
  /** How many times differences are taken. Default 1. */
  readonly n?: number;
  /** Default −1. */
  readonly dim?: number;
  /** What stands before the first entries along `dim`. */
  readonly prepend?: Tensor | null;
  /** What stands after the last entries along `dim`. */
  readonly append?: Tensor | null;
}

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** xᵢ₊₁ − xᵢ along `dim`, `n` times over (`torch.diff`); of booleans whether both differ. @throws Error for a tensor of no dims */
    diff(...args: Given<DiffOptions, [n: "n", dim: "dim", prepend: "prepend", append: "append"]>): Tensor;
  }
}

export const diff = operation(
  "diff",
  "| n, dim, prepend, append",
  (input: Tensor, options: DiffOptions = {}) => {
    const { n = 1, dim = -1, prepend, append } = options;
    if (input.ndim === 0) throw new Error("diff: expected a tensor of at least one dim, got one of none");
    checkWhole("diff", "n", n);
    if (n < 0) throw new RangeError(`diff: expected n ≥ 0, got ${n}`);
    const d = normalizeDim("diff", dim, input.ndim);
    for (const [key, t] of Object.entries({ prepend, append })) {
      if (t === undefined || t === null) continue;
      checkTensor("diff", t);
      if (t.ndim !== input.ndim || t.shape.some((size, i) => i !== d && size !== input.shape[i]))
        throw new Error(
          `diff: expected ${key} of the shape ${formatShape(input.shape)} but for dim ${d}, got ${formatShape(t.shape)}`,
        );
    }
    if (n === 0) return input.clone();
    const list = [prepend, input, append].filter((t) => t !== undefined && t !== null);
    let x = list.length === 1 ? input : cat(list, d);
    for (let i = Math.min(n, x.shape[d]!); i > 0; i--) {
      const count = Math.max(x.shape[d]! - 1, 0);
      const next = narrow(x, d, x.shape[d]! - count, count);
      const here = narrow(x, d, 0, count);
      x = x.dtype === "bool" ? logicalXor(next, here) : sub(next, here);
    }
    return x;
  },
);

/** Options of `gradient`. */
export interface GradientOptions {
  /** The distance of neighbours, or a list of one distance or of one vector of coordinates for each of the dims. Default 1. */
  readonly spacing?: number | readonly number[] | readonly Tensor[] | null;
  /** Along which dims; all unless given. */
  readonly dim?: number | readonly number[] | null;
  /** The order of the derivative at both ends: 1 (unless given) takes two samples, 2 takes three. */
  readonly edgeOrder?: 1 | 2;
}

/**
 * The derivative of what was sampled, along each of the dims: second-order central differences, one-sided ones at both ends (`torch.gradient`).
 * @returns a list with one tensor of the input's shape for each dim
 * @throws Error where a dim has less than `edgeOrder` + 1 samples, or the spacing does not belong to the dims
 */
export const gradient = takes<(input: Tensor, options?: GradientOptions) => Tensor[]>(
  "gradient",
  "input | *, spacing, dim, edgeOrder",
  (x: Tensor, { spacing, dim, edgeOrder = 1 }: GradientOptions) => {
    checkTensor("gradient", x);
    if ((edgeOrder as number) !== 1 && (edgeOrder as number) !== 2)
      throw new RangeError(`gradient: expected edgeOrder 1 or 2, got ${String(edgeOrder)}`);
    const dims = dimsOf(x, dim);
    const steps = spacingsOf(x, spacing, dims);
    return dims.map((d, i) => {
      const size = x.shape[d]!;
      if (size <= edgeOrder)
        throw new Error(
          `gradient: expected at least ${edgeOrder + 1} samples along dim ${d} for edgeOrder ${edgeOrder}, got shape ${formatShape(x.shape)}`,
        );
      const step = steps[i]!;
      return typeof step === "number" ? evenly(x, d, step, edgeOrder) : between(x, d, step, edgeOrder);
    });
  },
);

/** In the order in which they were given, each once. */
function dimsOf(x: Tensor, dim: GradientOptions["dim"]): readonly number[] {
  if (dim === undefined || dim === null) return x.shape.map((_, i) => i);
  const list = typeof dim === "number" ? [dim] : dim;
  // Refuses what is named twice.
  normalizeDims("gradient", list, x.ndim);
  return list.map((d) => normalizeDim("gradient", d, x.ndim));
}

function spacingsOf(
  x: Tensor,
  spacing: GradientOptions["spacing"],
  dims: readonly number[],
): readonly (number | Tensor)[] {
  if (spacing === undefined || spacing === null) return dims.map(() => 1);
  if (typeof spacing === "number") return dims.map(() => spacing);
  if (!Array.isArray(spacing))
    throw new TypeError("gradient: expected spacing as a number, a list of numbers or a list of tensors");
  const list = spacing as readonly (number | Tensor)[];
  if (list.length !== dims.length)
    throw new Error(`gradient: expected a spacing for each of ${dims.length} dims, got ${list.length}`);
  list.forEach((step, i) => {
    if (typeof step === "number") return;
    checkTensor("gradient", step);
    const size = x.shape[dims[i]!]!;
    if (step.ndim !== 1 || step.shape[0] !== size)
      throw new Error(
        `gradient: expected ${size} coordinates for dim ${dims[i]}, got shape ${formatShape(step.shape)}`,
      );
  });
  return list;
}

/** The entries from `start` on along a dim, counted from the end if negative. */
function part(x: Tensor, dim: number, start: number, count = 1): Tensor {
  return narrow(x, dim, start < 0 ? x.shape[dim]! + start : start, count);
}

function weighted(x: Tensor, dim: number, from: number, weights: readonly (number | Tensor)[]): Tensor {
  return weights.map((w, i) => mul(part(x, dim, from + i), w)).reduce((a, b) => add(a, b));
}

function evenly(x: Tensor, dim: number, step: number, order: 1 | 2): Tensor {
  const inner = x.shape[dim]! - 2;
  const first = order === 1 ? sub(part(x, dim, 1), part(x, dim, 0)) : weighted(x, dim, 0, [-1.5, 2, -0.5]);
  const last = order === 1 ? sub(part(x, dim, -1), part(x, dim, -2)) : weighted(x, dim, -3, [0.5, -2, 1.5]);
  const center = div(div(sub(part(x, dim, 2, inner), part(x, dim, 0, inner)), step), 2);
  return cat([div(first, step), center, div(last, step)], dim);
}

/** The derivative of the parabola through three neighbours, at the middle one and at the ends. */
function between(x: Tensor, dim: number, coordinates: Tensor, order: 1 | 2): Tensor {
  const inner = x.shape[dim]! - 2;
  const shape = x.shape.map((_, i) => (i === dim ? -1 : 1));
  const steps = diff(coordinates);
  const before = narrow(steps, 0, 0, inner);
  const after = narrow(steps, 0, 1, inner);
  const along = (weights: Tensor): Tensor => weights.reshape(shape);
  const both = add(before, after);
  const center = add(
    add(
      mul(along(div(neg(after), mul(before, both))), part(x, dim, 0, inner)),
      mul(along(div(sub(after, before), mul(before, after))), part(x, dim, 1, inner)),
    ),
    mul(along(div(before, mul(after, both))), part(x, dim, 2, inner)),
  );
  if (order === 1) {
    const first = div(sub(part(x, dim, 1), part(x, dim, 0)), along(part(steps, 0, 0)));
    const last = div(sub(part(x, dim, -1), part(x, dim, -2)), along(part(steps, 0, -1)));
    return cat([first, center, last], dim);
  }
  const ends = [0, -1].map((at): Tensor => {
    const near = part(at === 0 ? before : after, 0, at);
    const far = part(at === 0 ? after : before, 0, at);
    const sum = add(near, far);
    const weights = [
      neg(div(add(mul(near, 2), far), mul(near, sum))),
      div(sum, mul(near, far)),
      neg(div(near, mul(far, sum))),
    ].map(along);
    return at === 0
      ? weighted(x, dim, 0, weights)
      : weighted(x, dim, x.shape[dim]! - 3, weights.map(neg).reverse());
  });
  return cat([ends[0]!, center, ends[1]!], dim);
}
