/**
 * Tensors from numbers: tensor, zeros, ones, full, eye, arange, linspace and the like.
 *
 * A JavaScript number has no integer type, so numbers become float32 unless a dtype is given; only `arange` of whole numbers
 * gives int32, because it mostly makes indices.
 */
import { binary, cast, expand, iota, leaf, reshape, scalar } from "../graph/record/build.js";
import type { Node } from "../graph/record/node.js";
import { engine } from "../engine/current.js";
import { formatBytes, OutOfMemory } from "../engine/engine.js";
import { platform } from "../platform/node.js";
import { Tensor } from "./core.js";
import { checkNumber, type DType, dtypeList, isDType, isFloating, isInteger } from "./dtype.js";
import { checkShape, sizeOf } from "./shape.js";
import type { Mutable, Shape, ShapeOfData, TensorData } from "./shape-types.js";
import { computingDType, dtypeBytes } from "../primitives/dtypes.js";
import { type Elements, writeElements } from "../primitives/elements.js";

/** What functions that make tensors take besides shape and values. */
export interface TensorOptions {
  /** Default float32. */
  dtype?: DType;
  /** Whether operations on the tensor are recorded for differentiation. Default false. */
  requiresGrad?: boolean;
}

/** Applies and checks the options. @internal */
export function finish(name: string, node: Node, options: TensorOptions | undefined): Tensor {
  const t = new Tensor(node);
  if (options?.requiresGrad) {
    if (!isFloating(node.dtype))
      throw new TypeError(`${name}: only floating tensors can require grad, not ${node.dtype}`);
    t.requiresGrad_();
  }
  return t;
}

/** @internal */
export function dtypeOf(
  name: string,
  options: TensorOptions | undefined,
  otherwise: DType = "float32",
): DType {
  const dtype = options?.dtype ?? otherwise;
  if (!isDType(dtype)) {
    throw new TypeError(`${name}: ${String(dtype)} is not a dtype; there are ${dtypeList}`);
  }
  return dtype;
}

/** @throws OutOfMemory for a tensor that could never be stored. @internal */
export function checkFits(name: string, shape: Shape, dtype: DType): void {
  const bytes = sizeOf(shape) * dtypeBytes[dtype];
  // Asking how much there is takes longer than most tensors.
  if (bytes < 1e9) return;
  const text = `${name}([${shape.join(", ")}]) needs ${formatBytes(bytes)}, more than`;
  const total = platform.totalMemory();
  if (bytes > total)
    throw new OutOfMemory(bytes, `${text} the ${formatBytes(total)} of memory that there are`);
  const { largestBuffer, largestBufferReason } = platform;
  if (bytes > largestBuffer) {
    const most = formatBytes(largestBuffer);
    throw new OutOfMemory(bytes, `${text} the ${most} that one tensor may have ${largestBufferReason}`);
  }
}

/** Reads `zeros([2, 3], options)`, `zeros(3, options)` and `zeros(2, 3)`. @internal */
export function parseShape(
  name: string,
  args: readonly unknown[],
): { shape: Shape; options?: TensorOptions } {
  const last = args[args.length - 1];
  const hasOptions = typeof last === "object" && last !== null && !Array.isArray(last);
  const sizes = hasOptions ? args.slice(0, -1) : args.filter((x, i) => x !== undefined || i === 0);
  // A list that the caller may go on and change is copied.
  const shape = (Array.isArray(sizes[0]) ? sizes[0].slice() : sizes) as Shape;
  if (Array.isArray(sizes[0]) && sizes.length > 1) {
    throw new TypeError(
      `${name}: expected ${name}([sizes], { options }), got a second argument ${String(sizes[1])}`,
    );
  }
  checkShape(name, shape);
  return hasOptions ? { shape, options: last as TensorOptions } : { shape };
}

/** A tensor of what `fill` writes, dense and row-major. */
function filledBy(fill: (elements: Elements) => void, dtype: DType, shape: Shape): Tensor {
  const size = sizeOf(shape);
  const here = engine();
  const storage = here.allocate(Math.max(1, size) * dtypeBytes[dtype], true);
  here.write(storage, ({ buffer, byteOffset }) => writeElements(dtype, buffer, byteOffset, size, fill));
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
 * Numbers give float32, booleans bool, bigints int64, typed arrays the dtype of their elements (a Uint8Array uint8, bool where that is asked for).
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
  return typeof element === "boolean" ? "bool" : typeof element === "bigint" ? "int64" : "float32";
}

function filled(name: string, shape: Shape, value: number, dtype: DType): Node {
  checkFits(name, shape, dtype);
  const node = scalar(value, dtype);
  return shape.length === 0 ? node : expand(node, shape);
}

/** A tensor of zeros (`torch.zeros`): `zeros([2, 3])`, `zeros(2, 3)`. */
export function zeros<const S extends Shape>(shape: S, options?: TensorOptions): Tensor<Mutable<S>>;
export function zeros<const N extends number>(size: N, options?: TensorOptions): Tensor<[N]>;
export function zeros<const S extends Shape>(...sizes: S): Tensor<Mutable<S>>;
export function zeros<const S extends Shape>(...sizesAndOptions: [...S, TensorOptions]): Tensor<Mutable<S>>;
export function zeros(...args: readonly unknown[]): Tensor {
  const { shape, options } = parseShape("zeros", args);
  return finish("zeros", filled("zeros", shape, 0, dtypeOf("zeros", options)), options);
}

/** A tensor of ones (`torch.ones`): `ones([2, 3])`, `ones(2, 3)`. */
export function ones<const S extends Shape>(shape: S, options?: TensorOptions): Tensor<Mutable<S>>;
export function ones<const N extends number>(size: N, options?: TensorOptions): Tensor<[N]>;
export function ones<const S extends Shape>(...sizes: S): Tensor<Mutable<S>>;
export function ones<const S extends Shape>(...sizesAndOptions: [...S, TensorOptions]): Tensor<Mutable<S>>;
export function ones(...args: readonly unknown[]): Tensor {
  const { shape, options } = parseShape("ones", args);
  return finish("ones", filled("ones", shape, 1, dtypeOf("ones", options)), options);
}

/** As `zeros`: uninitialized memory is nothing to read (`torch.empty`). */
export function empty<const S extends Shape>(shape: S, options?: TensorOptions): Tensor<Mutable<S>>;
export function empty<const N extends number>(size: N, options?: TensorOptions): Tensor<[N]>;
export function empty<const S extends Shape>(...sizes: S): Tensor<Mutable<S>>;
export function empty<const S extends Shape>(...sizesAndOptions: [...S, TensorOptions]): Tensor<Mutable<S>>;
export function empty(...args: readonly unknown[]): Tensor {
  const { shape, options } = parseShape("empty", args);
  return finish("empty", filled("empty", shape, 0, dtypeOf("empty", options)), options);
}

/** A tensor with every element `value` (`torch.full`). */
export function full<const S extends Shape>(
  shape: S,
  value: number | boolean,
  options?: TensorOptions,
): Tensor<Mutable<S>>;
export function full(shape: Shape, value: number | boolean, options?: TensorOptions): Tensor {
  if (!Array.isArray(shape))
    throw new TypeError(`full: expected full([sizes], value), got ${String(shape)} as sizes`);
  checkShape("full", shape);
  const dtype = dtypeOf("full", options, typeof value === "boolean" ? "bool" : "float32");
  checkNumber("full", Number(value), dtype);
  return finish("full", filled("full", shape.slice(), Number(value), dtype), options);
}

/** Zeros of the shape and dtype of `x`. */
export function zerosLike<S extends Shape>(x: Tensor<S>, options?: TensorOptions): Tensor<S> {
  const dtype = dtypeOf("zerosLike", options, x.dtype);
  return finish("zerosLike", filled("zerosLike", x.shape, 0, dtype), options) as Tensor<S>;
}

/** Ones of the shape and dtype of `x`. */
export function onesLike<S extends Shape>(x: Tensor<S>, options?: TensorOptions): Tensor<S> {
  const dtype = dtypeOf("onesLike", options, x.dtype);
  return finish("onesLike", filled("onesLike", x.shape, 1, dtype), options) as Tensor<S>;
}

/** As `zerosLike`. */
export function emptyLike<S extends Shape>(x: Tensor<S>, options?: TensorOptions): Tensor<S> {
  const dtype = dtypeOf("emptyLike", options, x.dtype);
  return finish("emptyLike", filled("emptyLike", x.shape, 0, dtype), options) as Tensor<S>;
}

/** `value` in the shape and dtype of `x`. */
export function fullLike<S extends Shape>(x: Tensor<S>, value: number, options?: TensorOptions): Tensor<S> {
  const dtype = dtypeOf("fullLike", options, x.dtype);
  checkNumber("fullLike", value, dtype);
  return finish("fullLike", filled("fullLike", x.shape, value, dtype), options) as Tensor<S>;
}

/** Ones on the diagonal of an [n, m] matrix, zeros elsewhere (`torch.eye`); m is n unless given. */
export function eye<const N extends number>(n: N, options?: TensorOptions): Tensor<[N, N]>;
export function eye<const N extends number, const M extends number>(
  n: N,
  m: M,
  options?: TensorOptions,
): Tensor<[N, M]>;
export function eye(n: number, second?: number | TensorOptions, third?: TensorOptions): Tensor {
  const m = typeof second === "number" ? second : n;
  const options = typeof second === "number" ? third : second;
  checkShape("eye", [n, m]);
  const dtype = dtypeOf("eye", options);
  checkFits("eye", [n, m], dtype);
  const rows = reshape(iota([n], "int32"), [n, 1]);
  return finish("eye", cast(binary("eq", rows, iota([m], "int32")), dtype), options);
}

/** start, start + step, … below end (`torch.arange`). `arange(5)` is 0 to 4. Whole arguments give int32, others float32. */
export function arange(end: number, options?: TensorOptions): Tensor<[number]>;
export function arange(start: number, end: number, options?: TensorOptions): Tensor<[number]>;
export function arange(start: number, end: number, step: number, options?: TensorOptions): Tensor<[number]>;
export function arange(...args: unknown[]): Tensor<[number]> {
  const last = args[args.length - 1];
  const options = typeof last === "object" && last !== null ? (last as TensorOptions) : undefined;
  const numbers = args.filter((x): x is number => typeof x === "number");
  const [start, end, step] =
    numbers.length === 1 ? [0, numbers[0]!, 1] : [numbers[0]!, numbers[1]!, numbers[2] ?? 1];
  if (numbers.length === 0 || numbers.some((x) => !Number.isFinite(x))) {
    throw new RangeError(`arange: expected finite numbers, got ${numbers.join(", ") || "none"}`);
  }
  if (step === 0) throw new RangeError("arange: step must not be 0");
  if ((end - start) / step < 0)
    throw new RangeError(`arange: a step of ${step} does not lead from ${start} to ${end}`);
  const whole = numbers.every((x) => Number.isInteger(x));
  const dtype = dtypeOf("arange", options, whole ? "int32" : "float32");
  const n = Math.ceil((end - start) / step);
  checkFits("arange", [n], dtype);
  if (n > 0) [start, start + (n - 1) * step].forEach((x) => checkNumber("arange", x, dtype));
  return finish("arange", progression(n, start, step, dtype), options) as Tensor<[number]>;
}

/** start + i · step, computed in float64 unless whole. */
function progression(n: number, start: number, step: number, dtype: DType): Node {
  if (start === 0 && step === 1 && dtype !== "bool") return iota([n], dtype);
  const inner: DType = isInteger(dtype) ? computingDType(dtype) : "float64";
  const y = binary("add", binary("mul", iota([n], inner), scalar(step, inner)), scalar(start, inner));
  return cast(y, dtype);
}

/** `steps` numbers from start to end, both included, evenly spaced (`torch.linspace`). */
export function linspace<const N extends number>(
  start: number,
  end: number,
  steps: N,
  options?: TensorOptions,
): Tensor<[N]>;
export function linspace(start: number, end: number, steps: number, options?: TensorOptions): Tensor {
  checkShape("linspace", [steps]);
  const dtype = dtypeOf("linspace", options);
  return finish("linspace", fromTyped(evenly(start, end, steps), dtype, [steps])._node, options);
}

/** Numbers at equal distances, both ends exactly: the second half counts down from the end. */
function evenly(start: number, end: number, steps: number): Float64Array {
  const step = steps > 1 ? (end - start) / (steps - 1) : 0;
  return Float64Array.from({ length: steps }, (_, i) =>
    i < steps / 2 || steps === 1 ? start + i * step : end - (steps - 1 - i) * step,
  );
}

/** base to the powers `linspace(start, end, steps)` (`torch.logspace`); the base is 10 unless given. */
export function logspace<const N extends number>(
  start: number,
  end: number,
  steps: N,
  options?: TensorOptions & { base?: number },
): Tensor<[N]>;
export function logspace(
  start: number,
  end: number,
  steps: number,
  options?: TensorOptions & { base?: number },
): Tensor {
  const base = options?.base ?? 10;
  checkShape("logspace", [steps]);
  const dtype = dtypeOf("logspace", options);
  return finish(
    "logspace",
    fromTyped(
      evenly(start, end, steps).map((x) => base ** x),
      dtype,
      [steps],
    )._node,
    options,
  );
}
