/**
 * Integrals by the trapezoidal rule.
 */
import type { Tensor } from "../tensor/core.js";
import { formatShape, normalizeDim } from "../tensor/shape.js";
import { takes } from "../tensor/signature.js";
import { add, mul, sub } from "./arithmetic.js";
import { cumsum } from "./scan.js";
import { div } from "./division.js";
import { narrow, reshape } from "./movement.js";
import { checkTensor } from "./operand.js";
import { summable, sumDims } from "./reduce.js";
import { Tensor as TensorClass } from "../tensor/core.js";

export interface TrapezoidOptions {
  /** Where the values stand: one place for each entry of the dim, or a tensor that broadcasts with y. */
  x?: Tensor;
  /** The distance between neighbours where there is no x. Default 1. */
  dx?: number;
  /** The last one unless given. */
  dim?: number;
}

/** The areas between neighbours along `dim`. */
function areas(
  name: string,
  y: Tensor,
  { x, dx = 1, dim = -1 }: TrapezoidOptions,
): [areas: Tensor, dim: number] {
  checkTensor(name, y);
  const d = normalizeDim(name, dim, y.ndim);
  const neighbours = (t: Tensor, at: number): [Tensor, Tensor] => {
    const n = t.shape[at]!;
    return [narrow(t, at, 0, Math.max(0, n - 1)), narrow(t, at, Math.min(1, n), Math.max(0, n - 1))];
  };
  if (y.ndim === 0) throw new Error(`${name}: expected at least 1 dimension`);
  const [left, right] = neighbours(y, d);
  const twice = add(left, right);
  if (x === undefined) return [mul(twice, dx / 2), d];
  checkTensor(name, x);
  let places = x;
  if (x.ndim === 1) {
    if (x.numel() !== y.shape[d])
      throw new Error(
        `${name}: expected a place for each of the ${y.shape[d]} entries of dim ${d}, got ${x.numel()}`,
      );
    places = reshape(
      x,
      y.shape.map((_, i) => (i === d ? x.numel() : 1)),
    );
  } else if (x.ndim < y.ndim)
    places = reshape(x, [...new Array<number>(y.ndim - x.ndim).fill(1), ...x.shape]);
  const at = places.ndim - (y.ndim - d);
  if (at < 0)
    throw new Error(`${name}: places of shape ${formatShape(x.shape)} do not fit ${formatShape(y.shape)}`);
  const [from, to] = neighbours(places, at);
  return [div(mul(sub(to, from), twice), 2), at > d ? at : d];
}

/** Brings (y, x, { dim }) and (y, { dx, dim }) to one form: the second argument is the places, or an options object. */
type Trapezoid = {
  (y: Tensor, x?: Tensor, options?: { dim?: number }): Tensor;
  (y: Tensor, options: TrapezoidOptions): Tensor;
};

function rule(name: string, of: (areas: Tensor, dim: number) => Tensor): Trapezoid {
  return takes<Trapezoid>(name, "y | x, *, dx, dim", (y: Tensor, options: TrapezoidOptions = {}) => {
    if (options.x !== undefined && !(options.x instanceof TensorClass)) checkTensor(name, options.x);
    return of(...areas(name, y, options));
  });
}

/** ∫ y dx by the trapezoidal rule along a dim (`torch.trapezoid`): Σ (xᵢ₊₁ − xᵢ) (yᵢ + yᵢ₊₁) / 2. */
export const trapezoid = rule("trapezoid", (parts, dim) => sumDims(summable(parts), [dim], false));
/** Another name of `trapezoid` (`torch.trapz`). */
export const trapz = rule("trapz", (parts, dim) => sumDims(summable(parts), [dim], false));
/** The integrals from the first entry up to each of the others (`torch.cumulative_trapezoid`). */
export const cumulativeTrapezoid = rule("cumulativeTrapezoid", (parts, dim) => cumsum(parts, dim));
