/** Folds over dims, one row each. */
import type { DTypeName } from "./dtypes.js";

export interface ReductionRow {
  /** The dtype of the result: that of the folded values, or always the same. */
  readonly result: "same" | DTypeName;
}

/** `argmax` and `argmin` give the position along the (flattened) reduced dims, the first among equals; NaN wins. */
export const reductions = {
  sum: { result: "same" },
  prod: { result: "same" },
  max: { result: "same" },
  min: { result: "same" },
  any: { result: "bool" },
  all: { result: "bool" },
  argmax: { result: "int32" },
  argmin: { result: "int32" },
} as const satisfies Readonly<Record<string, ReductionRow>>;

export type ReduceOp = keyof typeof reductions;
