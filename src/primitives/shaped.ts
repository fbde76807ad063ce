/** Dtype and shape of a value, and how many elements a shape has. */
import type { DTypeName } from "./dtypes.js";

/** What is known of a value before it is computed. */
export interface Shaped {
  readonly dtype: DTypeName;
  readonly shape: readonly number[];
}

export function product(sizes: readonly number[]): number {
  return sizes.reduce((n, size) => n * size, 1);
}
