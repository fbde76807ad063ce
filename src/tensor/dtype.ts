/**
 * Element types: how they mix (PyTorch's promotion rules) and which typed array holds them.
 */
import type { DTypeName } from "../primitives/dtypes.js";

/** Name of an element type, such as "float32". */
export type DType = DTypeName;
/** What `dataSync()` gives, one array type for each dtype (bool: Uint8Array of 0 and 1), and what tensors are made of. */
export type TypedArray =
  Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

const category: Readonly<Record<DType, number>> = { bool: 0, int32: 1, float32: 2, float64: 3 };

export function isDType(name: unknown): name is DType {
  return typeof name === "string" && Object.hasOwn(category, name);
}

export function isFloating(dtype: DType): boolean {
  return dtype === "float32" || dtype === "float64";
}

/** Kind of number, without its width: 0 boolean, 1 integer, 2 floating. */
function kind(dtype: DType): number {
  return Math.min(category[dtype], 2);
}

/**
 * The type that two tensors are brought to: the wider one, except that a 0-dimensional tensor counts only where it is of a
 * higher kind (boolean < integer < floating), as in PyTorch.
 */
export function promote(a: DType, aRank: number, b: DType, bRank: number): DType {
  if (a === b) return a;
  if (aRank !== 0 && bRank === 0 && kind(a) >= kind(b)) return a;
  if (bRank !== 0 && aRank === 0 && kind(b) >= kind(a)) return b;
  return category[a] > category[b] ? a : b;
}

const isInt32 = (value: number): boolean => (value | 0) === value;

/**
 * The type of `tensor op number`: numbers are weak, so they change only the kind, never the width. A whole number beyond int32 counts as
 * a floating one, which `3e9` is in PyTorch too.
 */
export function promoteWithNumber(dtype: DType, value: number | boolean): DType {
  if (typeof value === "boolean" || isFloating(dtype)) return dtype;
  return isInt32(value) ? "int32" : "float32";
}

/** @throws RangeError for a number that an element of the dtype cannot be, not even rounded toward zero. */
export function checkNumber(name: string, value: number, dtype: DType): void {
  if (dtype === "int32" && !isInt32(Math.trunc(value) + 0)) {
    throw new RangeError(
      `${name}: ${value} does not fit into int32 (-2147483648 … 2147483647); use float32 or float64`,
    );
  }
}

/** A view of `length` elements of the dtype on a buffer. */
export function viewOf(dtype: DType, buffer: ArrayBuffer, byteOffset: number, length: number): TypedArray {
  switch (dtype) {
    case "float32":
      return new Float32Array(buffer, byteOffset, length);
    case "float64":
      return new Float64Array(buffer, byteOffset, length);
    case "int32":
      return new Int32Array(buffer, byteOffset, length);
    case "bool":
      return new Uint8Array(buffer, byteOffset, length);
    default:
      return dtype satisfies never;
  }
}
