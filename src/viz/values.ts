/**
 * Numbers as figures take them: tensors (by shape and dataSync, whoever made them), typed arrays and nested arrays, turned into the
 * plain arrays that Plotly's JSON wants.
 */
import { localText } from "./static/dates.js";

type TypedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** What a figure needs of a tensor. */
export interface TensorLike {
  readonly shape: readonly number[];
  dataSync(): TypedArray | readonly number[] | readonly boolean[];
}

/** A row of numbers. */
export type Vector = TensorLike | TypedArray | readonly number[];

/** Rows of equal length; a vector counts as one row. */
export type Matrix = Vector | readonly (readonly number[])[] | readonly TypedArray[];

export function isTensorLike(value: unknown): value is TensorLike {
  const candidate = value as Partial<TensorLike> | null;
  return (
    typeof candidate === "object" &&
    candidate !== null &&
    Array.isArray(candidate.shape) &&
    typeof candidate.dataSync === "function"
  );
}

function isTypedArray(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/**
 * `x` with `digits` significant digits, by scaling: what JSON then prints is short, and it is ten times faster than toPrecision.
 * Values that cannot be drawn (NaN, ±Infinity) become NaN, which JSON prints as null and Plotly draws as a gap.
 */
export function round(x: number, digits: number): number {
  if (x === 0 || Number.isInteger(x)) return x;
  if (!Number.isFinite(x)) return NaN;
  const places = digits - 1 - Math.floor(Math.log10(Math.abs(x)));
  if (places > 300 || places < -300) return x;
  const factor = 10 ** Math.abs(places);
  return places >= 0 ? Math.round(x * factor) / factor : Math.round(x / factor) * factor;
}

function flatNumbers(values: ArrayLike<number | bigint | boolean>): number[] {
  const out = new Array<number>(values.length);
  for (let i = 0; i < out.length; i++) out[i] = Number(values[i]);
  return out;
}

/** The array itself where it holds numbers, a converted copy of bigints and booleans. */
function numeric(values: TypedArray | readonly number[] | readonly boolean[]): ArrayLike<number> {
  const isNumbers = (array: typeof values): array is Float32Array | readonly number[] =>
    typeof array[0] === "number";
  return isNumbers(values) ? values : flatNumbers(values);
}

/** Numbers for JSON: 0.1 in float32 prints as 0.10000000149011612, but seven digits are all it has. */
function printable(values: ArrayLike<number | bigint | boolean>): number[] {
  return flatNumbers(values).map((v) => (values instanceof Float32Array ? round(v, 7) : v));
}

function describe(value: unknown): string {
  if (isTensorLike(value)) return `a tensor of shape [${value.shape.join(", ")}]`;
  if (isTypedArray(value)) return `a ${value.constructor.name} of ${value.length}`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return value === null
    ? "null"
    : typeof value === "object"
      ? "an object"
      : `${typeof value} ${String(value)}`;
}

/** A vector's numbers; a tensor of any shape is flattened. @throws TypeError when `value` is none. */
export function toNumbers(value: unknown, what: string): number[] {
  if (isTensorLike(value)) return flatNumbers(value.dataSync() as ArrayLike<number>);
  if (isTypedArray(value)) return flatNumbers(value as ArrayLike<number>);
  if (
    Array.isArray(value) &&
    value.every((v) => typeof v === "number" || v === null || typeof v === "boolean")
  )
    return value.map((v) => (v === null ? NaN : Number(v)));
  throw new TypeError(`${what}: expected numbers (array, typed array or tensor), got ${describe(value)}`);
}

function refuseDimensions(shape: readonly number[], what: string): never {
  throw new TypeError(
    `${what}: expected a matrix, got a tensor of shape [${shape.join(", ")}]; ` +
      `choose one, x.slice(...), or flatten: x.reshape([${shape[0]}, -1])`,
  );
}

/** Rows of a matrix. @throws TypeError for a tensor of more than two dimensions, RangeError for rows of different lengths. */
export function toRows(value: unknown, what: string): number[][] {
  if (isTensorLike(value)) {
    const { shape } = value;
    if (shape.length > 2) refuseDimensions(shape, what);
    const columns = shape.at(-1) ?? 1;
    const numbers = toNumbers(value, what);
    const rows: number[][] = [];
    for (let start = 0; start < numbers.length; start += columns)
      rows.push(numbers.slice(start, start + columns));
    return rows;
  }
  if (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((row) => Array.isArray(row) || isTypedArray(row))
  ) {
    const rows = value.map((row, i) => toNumbers(row, `${what}, row ${i}`));
    const ragged = rows.findIndex((row) => row.length !== rows[0]!.length);
    if (ragged > 0)
      throw new RangeError(
        `${what}: rows must have one length, but row 0 has ${rows[0]!.length} and row ${ragged} has ${rows[ragged]!.length}`,
      );
    return rows;
  }
  return [toNumbers(value, what)];
}

/** A matrix as it lies in memory: row by row. */
export interface Grid {
  readonly numbers: ArrayLike<number>;
  readonly height: number;
  readonly width: number;
}

/** As `toRows`, without a copy where the numbers lie in one array already. */
export function toGrid(value: unknown, what: string): Grid {
  if (!isTensorLike(value) && !isTypedArray(value)) {
    const rows = toRows(value, what);
    return { numbers: rows.flat(), height: rows.length, width: rows[0]!.length };
  }
  const shape = isTensorLike(value) ? value.shape : [value.length];
  if (shape.length > 2) refuseDimensions(shape, what);
  const numbers = numeric(isTensorLike(value) ? value.dataSync() : value);
  return { numbers, height: shape.length === 2 ? shape[0]! : 1, width: shape.at(-1) ?? 1 };
}

/** A tensor as a matrix with a row for each index of its first dimension. */
export function toFlatGrid(tensor: TensorLike): Grid {
  const height = tensor.shape[0] ?? 1;
  const numbers = numeric(tensor.dataSync());
  return { numbers, height, width: height === 0 ? 0 : numbers.length / height };
}

/** A deep copy in which tensors and typed arrays are plain (nested) arrays, ready for JSON. */
export function toPlain(value: unknown): unknown {
  if (isTensorLike(value)) {
    const numbers = printable(value.dataSync() as ArrayLike<number>);
    const [height, width] = value.shape;
    if (value.shape.length !== 2) return numbers;
    return Array.from({ length: height! }, (_, i) => numbers.slice(i * width!, (i + 1) * width!));
  }
  if (isTypedArray(value)) return printable(value as ArrayLike<number>);
  if (Array.isArray(value)) return value.map(toPlain);
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Date) return localText(value);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, toPlain(v)]));
  }
  return value;
}

/** Smallest and largest finite value, undefined when there is none. */
export function extent(values: Iterable<number>): [number, number] | undefined {
  let low = Infinity;
  let high = -Infinity;
  for (const v of values) {
    if (!Number.isFinite(v)) continue;
    if (v < low) low = v;
    if (v > high) high = v;
  }
  return low <= high ? [low, high] : undefined;
}
