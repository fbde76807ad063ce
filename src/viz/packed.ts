/**
 * Numbers in a figure's JSON as Plotly's base64 of typed arrays: a third as long, and one line of a notebook's file instead of one for
 * each number. Short arrays stay readable.
 */
import { platform } from "../platform/node.js";
import { isAttributes } from "./plotly.js";
import type { Attributes, Spec } from "./plotly.js";
import { extent } from "./values.js";

/** Shorter arrays are as short as numbers. */
const fewest = 40;

interface Format {
  /** Plotly's name of it. */
  readonly dtype: string;
  readonly pack: (values: readonly number[]) => ArrayBufferView;
}

const integers: readonly (Format & { readonly low: number; readonly high: number })[] = [
  { dtype: "u1", low: 0, high: 0xff, pack: (v) => Uint8Array.from(v) },
  { dtype: "i1", low: -0x80, high: 0x7f, pack: (v) => Int8Array.from(v) },
  { dtype: "u2", low: 0, high: 0xffff, pack: (v) => Uint16Array.from(v) },
  { dtype: "i2", low: -0x8000, high: 0x7fff, pack: (v) => Int16Array.from(v) },
  { dtype: "i4", low: -0x80000000, high: 0x7fffffff, pack: (v) => Int32Array.from(v) },
];
const single: Format = { dtype: "f4", pack: (v) => Float32Array.from(v) };
const double: Format = { dtype: "f8", pack: (v) => Float64Array.from(v) };

/** The shortest format that keeps every integer, and of other numbers a millionth of the range that they span. */
function formatOf(values: readonly number[]): Format {
  const [low, high] = extent(values) ?? [0, 0];
  if (values.every(Number.isInteger))
    return integers.find((each) => low >= each.low && high <= each.high) ?? double;
  const finest = (high - low) * 1e-6;
  return values.every((v) => !(Math.abs(v - Math.fround(v)) > finest)) ? single : double;
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((v) => typeof v === "number");
}

function pack(values: readonly number[], shape?: string): Attributes {
  const { dtype, pack: into } = formatOf(values);
  const { buffer, byteOffset, byteLength } = into(values);
  const bdata = platform.base64(new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength));
  return { dtype, bdata, ...(shape !== undefined && { shape }) };
}

function packed(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  if (isNumbers(value)) return value.length < fewest ? value : pack(value);
  const shape = shapeOf(value);
  if (shape === null || shape.length > 3 || shape.reduce((size, n) => size * n, 1) < fewest) return value;
  return pack(value.flat(2) as number[], shape.join(", "));
}

/** Sizes of arrays of numbers within arrays; null where they are not equally long, or hold something else. */
function shapeOf(value: unknown): number[] | null {
  if (isNumbers(value)) return [value.length];
  if (!Array.isArray(value)) return null;
  const inner = value.map(shapeOf);
  const [first] = inner;
  if (first == null || !inner.every((shape) => shape?.join() === first.join())) return null;
  return [value.length, ...first];
}

/** Attributes of a trace that are data, and parts of it that have some. */
const arrays = [
  "x",
  "y",
  "z",
  "values",
  "open",
  "high",
  "low",
  "close",
  "array",
  "arrayminus",
  "color",
  "size",
  "customdata",
];
const parts = ["marker", "line", "error_x", "error_y"];

function packTrace(trace: Attributes): Attributes {
  const out: Record<string, unknown> = { ...trace };
  for (const key of arrays) if (key in out) out[key] = packed(out[key]);
  for (const key of parts) if (isAttributes(out[key])) out[key] = packTrace(out[key]);
  return out;
}

/** The figure with its long arrays of numbers packed. */
export function packSpec(spec: Spec): Spec {
  return { ...spec, data: spec.data.map(packTrace) };
}
