/**
 * A value in a few words, for a list of variables. Nothing is computed, and of the user's code getters of shapes and names may run at most:
 * to look at a variable must not change anything.
 */
import { inspect, types } from "node:util";
import { bytes } from "./clock.js";

export interface Description {
  readonly value: string;
  readonly size: string;
}

const LIMIT = 60;

/** @param counts a model is asked for its parameters, which may be code of the user's; not in the midst of something that runs */
export function describe(value: unknown, counts = true): Description {
  try {
    return described(value, counts);
  } catch {
    return { value: "cannot be read", size: "" };
  }
}

function described(value: unknown, counts: boolean): Description {
  if (types.isProxy(value)) return { value: short(value), size: "" };
  if (typeof value === "string")
    return { value: short(value.slice(0, 2 * LIMIT)), size: count(value.length, "character") };
  if (typeof value === "function") return { value: isClass(value) ? "class" : "function", size: "" };
  if (typeof value !== "object" || value === null) return { value: short(value), size: "" };
  const shaped = value as { shape?: unknown; dtype?: unknown };
  if (isShape(shaped.shape) && typeof shaped.dtype === "string") {
    const elements = shaped.shape.reduce((product, n) => product * n, 1);
    const width = /(\d+)$/.exec(shaped.dtype)?.[1];
    const size = elements * (width === undefined ? 1 : Number(width) / 8);
    return { value: `[${shaped.shape.join(", ")}] ${shaped.dtype}`, size: bytes(size) };
  }
  if (Array.isArray(value)) return { value: short(value), size: count(value.length, "item") };
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer)
    return { value: short(value), size: bytes(value.byteLength) };
  if (value instanceof Map || value instanceof Set)
    return { value: short(value), size: count(value.size, "item") };
  if (value instanceof Date || value instanceof RegExp || value instanceof Error)
    return { value: short(value), size: "" };
  const maker = constructorName(value);
  if (maker === undefined || maker === "Object")
    return { value: short(value), size: count(Object.keys(value).length, "key") };
  const parameters = counts ? parameterCount(value) : undefined;
  return { value: maker, size: parameters === undefined ? "" : count(parameters, "parameter") };
}

/** Parameters of a model: whatever has `forward` and `parameters` and whose parameters have shapes. */
function parameterCount(value: object): number | undefined {
  const model = value as { forward?: unknown; parameters?: () => unknown };
  if (typeof model.forward !== "function" || typeof model.parameters !== "function") return undefined;
  const parameters = model.parameters();
  if (typeof parameters !== "object" || parameters === null || !(Symbol.iterator in parameters))
    return undefined;
  let total = 0;
  for (const { shape } of parameters as Iterable<{ shape?: unknown }>) {
    if (!isShape(shape)) return undefined;
    total += shape.reduce((product, n) => product * n, 1);
  }
  return total;
}

function isShape(shape: unknown): shape is readonly number[] {
  return Array.isArray(shape) && shape.every((n) => typeof n === "number");
}

export function isClass(value: unknown): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value));
}

function constructorName(value: object): string | undefined {
  const constructor = (Object.getPrototypeOf(value) as { constructor?: { name?: unknown } } | null)
    ?.constructor;
  return typeof constructor?.name === "string" && constructor.name !== "" ? constructor.name : undefined;
}

function short(value: unknown): string {
  const text = inspect(value, {
    depth: 0,
    breakLength: Infinity,
    compact: true,
    maxArrayLength: 6,
    maxStringLength: LIMIT,
    customInspect: false,
  }).replace(/\s+/g, " ");
  return text.length <= LIMIT ? text : `${text.slice(0, LIMIT - 1)}…`;
}

function count(n: number, what: string): string {
  return `${n.toLocaleString("en-US")} ${what}${n === 1 ? "" : "s"}`;
}
