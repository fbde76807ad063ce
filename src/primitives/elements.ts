/** Elements in memory as JavaScript's typed arrays. */
import type { DTypeName } from "./dtypes.js";
import { bfloat16Bits, bfloat16Of, float16Bits, float16Of } from "./narrow-floats.js";

/**
 * What `dataSync()` gives: of float16 and bfloat16 a Float32Array, of bool a Uint8Array of 0 and 1, of each other dtype the array of its name;
 * of int64 a BigInt64Array, which the type is where that is asked for: `x.dataSync<BigInt64Array>()`.
 */
export type TypedArray =
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>;
/** The same with what int64 has. */
export type Elements = TypedArray | BigInt64Array<ArrayBuffer>;

/** The elements of the dtype that lie in a buffer; of float16 and bfloat16 a copy as float32, else the same memory. */
export function elementsOf(
  dtype: DTypeName,
  buffer: ArrayBuffer,
  byteOffset: number,
  length: number,
): Elements {
  switch (dtype) {
    case "float32":
      return new Float32Array(buffer, byteOffset, length);
    case "float64":
      return new Float64Array(buffer, byteOffset, length);
    case "int32":
      return new Int32Array(buffer, byteOffset, length);
    case "int64":
      return new BigInt64Array(buffer, byteOffset, length);
    case "int8":
      return new Int8Array(buffer, byteOffset, length);
    case "uint8":
    case "bool":
      return new Uint8Array(buffer, byteOffset, length);
    case "float16":
      return Float32Array.from(new Uint16Array(buffer, byteOffset, length), float16Of);
    case "bfloat16":
      return Float32Array.from(new Uint16Array(buffer, byteOffset, length), bfloat16Of);
    default:
      return dtype satisfies never;
  }
}

/** Elements as numbers; those of int64 beyond 2⁵³ are rounded. */
export function asNumbers(elements: Elements): TypedArray {
  return elements instanceof BigInt64Array ? Float64Array.from(elements, Number) : elements;
}

/** Has `fill` write elements of the dtype, all of them, into a buffer. */
export function writeElements(
  dtype: DTypeName,
  buffer: ArrayBuffer,
  byteOffset: number,
  length: number,
  fill: (elements: Elements) => void,
): void {
  const bitsOf = dtype === "float16" ? float16Bits : dtype === "bfloat16" ? bfloat16Bits : null;
  if (bitsOf === null) return fill(elementsOf(dtype, buffer, byteOffset, length));
  // What is too precise for float32 is rounded to it first, as in PyTorch.
  const elements = new Float32Array(length);
  fill(elements);
  const bits = new Uint16Array(buffer, byteOffset, length);
  for (let i = 0; i < length; i++) bits[i] = bitsOf(elements[i]!);
}

/** A number as a floating dtype holds it. */
export function roundedTo(dtype: DTypeName, x: number): number {
  switch (dtype) {
    case "float32":
      return Math.fround(x);
    case "float16":
      return float16Of(float16Bits(x));
    case "bfloat16":
      return bfloat16Of(bfloat16Bits(x));
    default:
      return x;
  }
}
