/**
 * Elements as bytes and as values of JavaScript: how each dtype is stored, what a cast to it gives, and where a view has its elements.
 */
import { dtypeBytes, type DTypeName, dtypes } from "../../primitives/dtypes.js";
import { roundedTo } from "../../primitives/elements.js";
import { bfloat16Bits, bfloat16Of, float16Bits, float16Of } from "../../primitives/narrow-floats.js";
import type { View } from "../program.js";

/** A value of a body at one point: a bigint for int64, else a number, 0 and 1 for bool. */
export type Value = number | bigint;

/** The element at a byte offset. */
export function readElement(memory: DataView, at: number, dtype: DTypeName): Value {
  switch (dtype) {
    case "float32":
      return memory.getFloat32(at, true);
    case "float64":
      return memory.getFloat64(at, true);
    case "int32":
      return memory.getInt32(at, true);
    case "int64":
      return memory.getBigInt64(at, true);
    case "int8":
      return memory.getInt8(at);
    case "uint8":
    case "bool":
      return memory.getUint8(at);
    case "float16":
      return float16Of(memory.getUint16(at, true));
    case "bfloat16":
      return bfloat16Of(memory.getUint16(at, true));
  }
}

/** Writes a value as `dtype` holds it. */
export function writeElement(memory: DataView, at: number, dtype: DTypeName, value: Value): void {
  const x = toType(value, dtype);
  switch (dtype) {
    case "float32":
      return memory.setFloat32(at, Number(x), true);
    case "float64":
      return memory.setFloat64(at, Number(x), true);
    case "int32":
      return memory.setInt32(at, Number(x), true);
    case "int64":
      return memory.setBigInt64(at, BigInt(x), true);
    case "int8":
      return memory.setInt8(at, Number(x));
    case "uint8":
    case "bool":
      return memory.setUint8(at, Number(x));
    case "float16":
      return memory.setUint16(at, float16Bits(Number(x)), true);
    case "bfloat16":
      return memory.setUint16(at, bfloat16Bits(Number(x)), true);
  }
}

/** A number without its fraction, as a signed integer of that many bits: NaN is 0, what is out of range the nearest that is in it. */
export function whole(x: number, bits: bigint): bigint {
  if (Number.isNaN(x)) return 0n;
  const smallest = -(1n << (bits - 1n));
  const largest = -smallest - 1n;
  if (x < smallest) return smallest;
  return x > largest ? largest : BigInt(Math.trunc(x));
}

/** A value as `dtype` holds it, a number as floats are cast: floats are rounded, integers wrap, see native/scalar_math.h. */
export function toType(x: Value, dtype: DTypeName): Value {
  switch (dtype) {
    case "float32":
    case "float64":
    case "float16":
    case "bfloat16":
      return roundedTo(dtype, Number(x));
    case "bool":
      return x != 0 ? 1 : 0;
    case "int64":
      return typeof x === "bigint" ? BigInt.asIntN(64, x) : whole(x, 64n);
    case "int32":
      return Number(typeof x === "bigint" ? BigInt.asIntN(32, x) : whole(x, 32n));
    case "int8":
    case "uint8": {
      const int64 = typeof x === "bigint" ? x : Math.abs(x) < 2 ** 63 ? whole(x, 64n) : 0n;
      return Number(dtype === "int8" ? BigInt.asIntN(8, int64) : BigInt.asUintN(8, int64));
    }
  }
}

/** What a function gave, as its dtype holds it: integers wrap. */
export function wrapped(x: Value, dtype: DTypeName): Value {
  const isWhole = dtypes[dtype].kind === "int" && typeof x === "number" && Number.isFinite(x);
  return toType(isWhole ? BigInt(Math.trunc(x)) : x, dtype);
}

/** Every point of `dims`, row-major. */
export function points(dims: readonly number[]): number[][] {
  return dims.reduce<number[][]>(
    (all, size) => all.flatMap((p) => Array.from({ length: size }, (_, i) => [...p, i])),
    [[]],
  );
}

/** The element that a view shows at a point of its kernel. */
export function read(buffers: readonly DataView[], view: View, point: readonly number[]): Value {
  return readElement(buffers[view.external + 1]!, place(view, point), view.dtype);
}

/** Gives the element that a view shows at a point a value. */
export function write(
  buffers: readonly DataView[],
  view: View,
  point: readonly number[],
  value: Value,
): void {
  writeElement(buffers[view.external + 1]!, place(view, point), view.dtype, value);
}

/** Byte offset of the element at a point. */
function place(view: View, point: readonly number[]): number {
  let element = 0;
  point.forEach((coordinate, d) => (element += coordinate * view.strides[d]!));
  return view.offset + element * dtypeBytes[view.dtype];
}
