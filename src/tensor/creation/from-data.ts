/**
 * Tensors from data that is there: numbers, nested arrays and typed arrays. A JavaScript number has no integer type, so numbers become float32
 * unless a dtype is given.
 */
import { engine } from "../../engine/current.js";
import { leaf } from "../../graph/record/build.js";
import { dtypeBytes } from "../../primitives/dtypes.js";
import { type Elements, writeElements } from "../../primitives/elements.js";
import { Tensor } from "../core.js";
import { checkCloneable, isCloneable } from "../cloneable.js";
import { checkNumber, type DType, isInteger, getDefaultDtype } from "../dtype.js";
import { sizeOf } from "../shape.js";
import type { ShapeOfData, TensorData } from "../nested-types.js";
import type { Shape } from "../shape-types.js";
import { dtypeOf, finish, type TensorOptions } from "./options.js";

/** A tensor of what `fill` writes, dense and row-major. */
function filledBy(fill: (elements: Elements) => void, dtype: DType, shape: Shape): Tensor {
  const size = sizeOf(shape);
  const here = engine();
  const storage = here.allocate(Math.max(1, size) * dtypeBytes[dtype], true);
  here.write(storage, ({ buffer, byteOffset }) => writeElements(dtype, buffer, byteOffset, size, fill));
  return new Tensor(leaf(storage, dtype, shape));
}

/** A tensor of the bytes that `fill` writes: elements of the dtype, dense and row-major, in the processor's order. @internal */
export function fromBytes(dtype: DType, shape: Shape, fill: (bytes: Uint8Array) => void): Tensor {
  const here = engine();
  const length = sizeOf(shape) * dtypeBytes[dtype];
  const storage = here.allocate(Math.max(1, length), true);
  here.write(storage, ({ buffer, byteOffset }) => {
    fill(new Uint8Array(buffer, byteOffset, length));
  });
  return new Tensor(leaf(storage, dtype, shape));
}

/** A tensor on a copy of dense row-major data, which is truncated for integers and `x ≠ 0` for bool. @internal */
export function fromTyped(data: ArrayLike<number | bigint>, dtype: DType, shape: Shape): Tensor {
  return filledBy((elements) => copyAll(data, dtype, elements), dtype, shape);
}

function copyAll(data: ArrayLike<number | bigint>, dtype: DType, out: Elements): void {
  const isBig = data instanceof BigInt64Array;
  if (dtype !== "bool" && isBig === out instanceof BigInt64Array) return out.set(data as never);
  for (let i = 0; i < data.length; i++) put("tensor", data[i]!, dtype, out, i);
}

/** @throws RangeError for a number that an element of the dtype cannot be; a typed array would wrap it silently. */
function put(name: string, value: number | bigint | boolean, dtype: DType, out: Elements, at: number): void {
  if (dtype === "bool") out[at] = value ? 1 : 0;
  else if (out instanceof BigInt64Array) out[at] = bigElement(name, value);
  else {
    const number = Number(value);
    checkNumber(name, number, dtype);
    out[at] = number;
  }
}

function bigElement(name: string, value: number | bigint | boolean): bigint {
  if (typeof value !== "bigint") {
    checkNumber(name, Number(value), "int64");
    return BigInt(Math.trunc(Number(value)));
  }
  if (BigInt.asIntN(64, value) === value) return value;
  throw new RangeError(`${name}: ${value} does not fit into int64 (-2⁶³ … 2⁶³ - 1); use float64`);
}

/** Whose elements are what a dtype is of. */
const typedArrays: Readonly<Record<string, DType>> = {
  Float16Array: "float16",
  Float32Array: "float32",
  Float64Array: "float64",
  Int8Array: "int8",
  Uint8Array: "uint8",
  Int32Array: "int32",
  BigInt64Array: "int64",
};

/** What to write instead of an array that no dtype is of. */
const conversions: Readonly<Record<string, string>> = {
  Uint8ClampedArray: "new Uint8Array(data)",
  Int16Array: "Int32Array.from(data)",
  Uint16Array: "Int32Array.from(data)",
  Uint32Array: "Float64Array.from(data), or BigInt64Array.from(data, BigInt)",
  BigUint64Array: "BigInt64Array.from(data)",
  DataView:
    "a typed array on its buffer, such as new Uint8Array(data.buffer, data.byteOffset, data.byteLength)",
};

/** @throws TypeError for an array that no dtype is of. */
function dtypeOfTyped(data: ArrayBufferView): DType {
  const kind = Object.prototype.toString.call(data).slice("[object ".length, -1);
  const dtype = typedArrays[kind];
  if (dtype !== undefined) return dtype;
  throw new TypeError(
    `tensor: there is no dtype of the elements of ${/^[AEIO]/.test(kind) ? "an" : "a"} ${kind}; convert it: ${conversions[kind] ?? "Float64Array.from(data)"}`,
  );
}

/** Dims that a tensor may have. */
const mostDims = 16;

function shapeOfNested(data: unknown): number[] {
  const shape: number[] = [];
  const around = new Set<unknown>();
  let level = data;
  while (Array.isArray(level) || ArrayBuffer.isView(level)) {
    const list = level as ArrayLike<unknown>;
    if (around.has(list)) {
      const path = "[0]".repeat(shape.length);
      throw new TypeError(`tensor: element ${path} is an array that contains itself, expected a number`);
    }
    if (shape.length === mostDims) {
      throw new RangeError(
        `tensor: the arrays are nested more than ${mostDims} deep, expected at most ${mostDims} dims`,
      );
    }
    around.add(list);
    shape.push(list.length);
    if (list.length === 0) break;
    level = list[0];
  }
  return shape;
}

function copyNested(
  data: unknown,
  shape: Shape,
  dim: number,
  dtype: DType,
  out: Elements,
  at: number,
  path: string,
): number {
  if (dim === shape.length) {
    if (typeof data !== "number" && typeof data !== "boolean" && typeof data !== "bigint") {
      const what = Array.isArray(data) ? `an array of ${data.length}` : data === null ? "null" : typeof data;
      throw new TypeError(
        `tensor: element ${path || "0"} is ${what}, expected a number as in the elements before`,
      );
    }
    put("tensor", data, dtype, out, at);
    return at + 1;
  }
  if (!Array.isArray(data) && !ArrayBuffer.isView(data)) {
    throw new TypeError(`tensor: element ${path} is ${typeof data}, expected an array of ${shape[dim]}`);
  }
  const list = data as ArrayLike<unknown>;
  if (list.length !== shape[dim]) {
    throw new Error(
      `tensor: element ${path} has length ${list.length}, expected ${shape[dim]} as in the elements before`,
    );
  }
  let next = at;
  for (let i = 0; i < list.length; i++)
    next = copyNested(list[i], shape, dim + 1, dtype, out, next, `${path}[${i}]`);
  return next;
}

function firstElement(data: unknown): unknown {
  let level = data;
  while (Array.isArray(level) && level.length > 0) level = level[0];
  return level;
}

/**
 * A tensor from a number, a boolean, a bigint, nested arrays of them, or a typed array (`torch.tensor`). The data is copied.
 * A clone of `x.toCloneable()` gives the tensor again. Numbers give float32, booleans bool, bigints int64, typed arrays the dtype of their elements (a Uint8Array uint8, bool where that is asked for).
 * @throws Error when rows have different lengths; TypeError for what is not a number, and for typed arrays of no dtype (Uint16Array …);
 * RangeError for what does not fit into an integer dtype.
 */
export function tensor<const D extends TensorData>(data: D, options?: TensorOptions): Tensor<ShapeOfData<D>>;
export function tensor(data: TensorData, options?: TensorOptions): Tensor {
  if ((data as unknown) instanceof Tensor) {
    throw new TypeError(
      "tensor: got a tensor; use x.clone().detach() for a copy of its values, stack([...]) to join tensors",
    );
  }
  if (isCloneable(data)) {
    checkCloneable(data);
    const dtype = dtypeOf("tensor", options, data.dtype);
    const whole = fromTyped(data.data, dtype, data.shape);
    return finish("tensor", whole._node, { requiresGrad: data.requiresGrad, ...options });
  }
  let t: Tensor;
  if (ArrayBuffer.isView(data)) {
    const source = data as ArrayBufferView & ArrayLike<number | bigint>;
    const own = dtypeOfTyped(source);
    const dtype = dtypeOf("tensor", options, own);
    const fill = (elements: Elements): void => {
      if (dtype === own || !isInteger(dtype)) return copyAll(source, dtype, elements);
      for (let i = 0; i < source.length; i++) put("tensor", source[i]!, dtype, elements, i);
    };
    t = filledBy(fill, dtype, [source.length]);
  } else {
    const shape = shapeOfNested(data);
    let element = firstElement(data);
    if (ArrayBuffer.isView(element)) element = 0;
    const dtype = dtypeOf("tensor", options, dtypeOfElement(element));
    t = filledBy((elements) => copyNested(data, shape, 0, dtype, elements, 0, ""), dtype, shape);
  }
  return options?.requiresGrad ? finish("tensor", t._node, options) : t;
}

function dtypeOfElement(element: unknown): DType {
  return typeof element === "boolean" ? "bool" : typeof element === "bigint" ? "int64" : getDefaultDtype();
}
