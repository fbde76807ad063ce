/** What parameters and samples of distributions have to be (torch.distributions.constraints). */
import { choleskyEx } from "../linalg/cholesky.js";
import { formatShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";

/** A condition on the numbers of a tensor. */
export interface Constraint {
  /** In words: "above 0". */
  readonly text: string;
  /** How many dims on the right make one value: 1 for a point of a simplex. */
  readonly eventDim: number;
  /** Whether the values are counts, 0 and 1, or the like. */
  readonly isDiscrete: boolean;
  /** Where it holds; without the dims of a value. */
  check(value: Tensor): Tensor;
}

function constraint(
  text: string,
  check: (value: Tensor) => Tensor,
  eventDim = 0,
  isDiscrete = false,
): Constraint {
  // A function of the object's own, which bears its name.
  return { text, check: (value) => check(value), eventDim, isDiscrete };
}

const whole = (x: Tensor): Tensor => x.eq(x.floor());

/** Any number. */
export const real = constraint("a number", (x) => x.eq(x));
/** Vectors of numbers. */
export const realVector = constraint("vectors of numbers", (x) => x.eq(x).all(-1), 1);
/** x > 0. */
export const positive = constraint("above 0", (x) => x.gt(0));
/** x ≥ 0. */
export const nonnegative = constraint("at least 0", (x) => x.ge(0));
/** 0 ≤ x ≤ 1. */
export const unitInterval = constraint("from 0 to 1", (x) => x.ge(0).logicalAnd(x.le(1)));
/** 0 or 1. */
export const boolean = constraint("0 or 1", (x) => x.eq(0).logicalOr(x.eq(1)), 0, true);
/** Whole numbers from 0 on. */
export const nonnegativeInteger = constraint(
  "a whole number from 0 on",
  (x) => x.ge(0).logicalAnd(whole(x)),
  0,
  true,
);
/** Vectors of numbers above 0. */
export const positiveVector = constraint("vectors of numbers above 0", (x) => x.gt(0).all(-1), 1);
/** Vectors of numbers from 0 on whose sum is 1. */
export const simplex = constraint(
  "vectors of numbers from 0 on whose sum is 1",
  (x) => x.ge(0).all(-1).logicalAnd(x.sum(-1).sub(1).abs().lt(1e-6)),
  1,
);
/** Vectors of one 1 and else 0. */
export const oneHot = constraint(
  "vectors of one 1 and else 0",
  (x) => boolean.check(x).all(-1).logicalAnd(x.sum(-1).eq(1)),
  1,
  true,
);
/** Lower triangular matrices with a diagonal above 0. */
export const lowerTriangularPositive = constraint(
  "lower triangular matrices with a diagonal above 0",
  (x) =>
    x
      .tril()
      .eq(x)
      .all(-1)
      .all(-1)
      .logicalAnd(x.diagonal(0, -2, -1).gt(0).all(-1)),
  2,
);
/** Symmetric matrices. */
export const symmetricPositive = constraint(
  "symmetric matrices",
  (x) => x.sub(x.mT).abs().lt(1e-6).all(-1).all(-1),
  2,
);

/** Symmetric positive definite matrices. */
export const positiveDefinite = constraint(
  "symmetric positive definite matrices",
  (x) => symmetricPositive.check(x).logicalAnd(choleskyEx(x).info.eq(0)),
  2,
);
/** Lower triangular matrices with a diagonal above 0 and rows of length 1. */
export const correlationTriangle = constraint(
  "lower triangular matrices with a diagonal above 0 and rows of length 1",
  (x) => {
    const off = x.square().sum(-1).sub(1).abs();
    const eps = x.dtype === "float64" ? 2 ** -52 : 2 ** -23;
    return lowerTriangularPositive.check(x).logicalAnd(off.lt(10 * x.shape.at(-1)! * eps).all(-1));
  },
  2,
);

/** x > low. */
export function above(low: Tensor | number): Constraint {
  return constraint(`above ${say(low)}`, (x) => x.gt(low as Tensor));
}

/** x ≥ low. */
export function atLeast(low: Tensor | number): Constraint {
  return constraint(`at least ${say(low)}`, (x) => x.ge(low as Tensor));
}

/** low ≤ x ≤ high. */
export function between(low: Tensor | number, high: Tensor | number): Constraint {
  return constraint(`from ${say(low)} to ${say(high)}`, (x) =>
    x.ge(low as Tensor).logicalAnd(x.le(high as Tensor)),
  );
}

/** Whole numbers from low to high. */
export function integerBetween(low: number, high: Tensor | number): Constraint {
  return constraint(
    `a whole number from ${low} to ${say(high)}`,
    (x) =>
      x
        .ge(low)
        .logicalAnd(x.le(high as Tensor))
        .logicalAnd(whole(x)),
    0,
    true,
  );
}

/** Vectors of counts with the sum `total`. */
export function countsOf(total: number): Constraint {
  return constraint(
    `vectors of whole numbers from 0 on with the sum ${total}`,
    (x) => nonnegativeInteger.check(x).all(-1).logicalAnd(x.sum(-1).eq(total)),
    1,
    true,
  );
}

/** Of the last `dims` dims together. */
export function independent(base: Constraint, dims: number): Constraint {
  const check = (x: Tensor): Tensor => {
    let result = base.check(x);
    for (let i = 0; i < dims; i++) result = result.all(-1);
    return result;
  };
  return constraint(base.text, check, base.eventDim + dims, base.isDiscrete);
}

function say(bound: Tensor | number): string {
  if (typeof bound === "number") return String(bound);
  return bound.numel() === 1 ? String(bound.item()) : "the bound";
}

/** @throws RangeError that names the first value for which `condition` does not hold */
export function require(what: string, value: Tensor, condition: Constraint): void {
  const holds = condition.check(value.detach());
  if (holds.all().item()) return;
  const at = holds.reshape([-1]).to("int32").argmin().item();
  const size = value.shape.slice(value.ndim - condition.eventDim);
  const broadcast = value.detach().expand([...holds.shape, ...size]) as Tensor;
  const first: Tensor = broadcast.reshape([holds.numel(), ...size]).select(0, at);
  throw new RangeError(
    `${what} must be ${condition.text}, but number ${at} of shape ${formatShape(value.shape)} is ` +
      (first.numel() === 1 ? String(first.item()) : JSON.stringify(first.tolist()).slice(0, 200)),
  );
}
