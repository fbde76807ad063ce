/** The names in `distributions.constraints`; PyTorch's torch.distributions.constraints. */
import { eigvalsh } from "../linalg/spectral.js";
import type { Tensor } from "../tensor/tensor.js";
import { full } from "../tensor/creation/constant.js";
import {
  above,
  atLeast,
  between,
  type Constraint,
  correlationTriangle,
  countsOf,
  integerBetween,
  lowerTriangularPositive,
  nonnegativeInteger,
  symmetricPositive,
} from "./constraint.js";

export {
  boolean,
  type Constraint,
  independent,
  nonnegative,
  nonnegativeInteger,
  oneHot,
  positive,
  positiveDefinite,
  real,
  realVector,
  simplex,
  unitInterval,
} from "./constraint.js";

/** Whole numbers from 1 on. */
export const positiveInteger: Constraint = {
  text: "a whole number from 1 on",
  eventDim: 0,
  isDiscrete: true,
  check: (x) => nonnegativeInteger.check(x).logicalAnd(x.ge(1)),
};
/** Lower triangular matrices with a diagonal above 0. */
export const lowerCholesky: Constraint = lowerTriangularPositive;
/** Lower triangular matrices with a diagonal above 0 and rows of length 1. */
export const corrCholesky: Constraint = correlationTriangle;
/** Symmetric matrices. */
export const symmetric: Constraint = symmetricPositive;
/** Lower triangular matrices. */
export const lowerTriangular: Constraint = {
  text: "lower triangular matrices",
  eventDim: 2,
  isDiscrete: false,
  check: (x) => x.tril().eq(x).all(-1).all(-1),
};
/** Symmetric matrices without an eigenvalue below 0. */
export const positiveSemidefinite: Constraint = {
  text: "symmetric matrices without an eigenvalue below 0",
  eventDim: 2,
  isDiscrete: false,
  check: (x) => symmetric.check(x).logicalAnd(eigvalsh(x).ge(0).all(-1)),
};
/** Square matrices. */
export const square: Constraint = {
  text: "square matrices",
  eventDim: 2,
  isDiscrete: false,
  check: (x) => full(x.shape.slice(0, -2), x.shape.at(-1) === x.shape.at(-2), { dtype: "bool" }),
};

/** x > lowerBound. */
export const greaterThan = (lowerBound: Tensor | number): Constraint => above(lowerBound);
/** x ≥ lowerBound. */
export const greaterThanEq = (lowerBound: Tensor | number): Constraint => atLeast(lowerBound);
/** x < upperBound. */
export const lessThan = (upperBound: Tensor | number): Constraint => ({
  text: "below the upper bound",
  eventDim: 0,
  isDiscrete: false,
  check: (x) => x.lt(upperBound as Tensor),
});
/** lowerBound ≤ x ≤ upperBound. */
export const interval = (lowerBound: Tensor | number, upperBound: Tensor | number): Constraint =>
  between(lowerBound, upperBound);
/** lowerBound ≤ x < upperBound. */
export const halfOpenInterval = (lowerBound: Tensor | number, upperBound: Tensor | number): Constraint => ({
  text: "from the lower bound to below the upper one",
  eventDim: 0,
  isDiscrete: false,
  check: (x) => x.ge(lowerBound as Tensor).logicalAnd(x.lt(upperBound as Tensor)),
});
/** Whole numbers from lowerBound to upperBound. */
export const integerInterval = (lowerBound: number, upperBound: Tensor | number): Constraint =>
  integerBetween(lowerBound, upperBound);
/** Vectors of counts with the sum upperBound. */
export const multinomial = (upperBound: number): Constraint => countsOf(upperBound);
