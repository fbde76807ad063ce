/**
 * Reads fields of a request's content. A field of another type than the protocol says is an error reply that names it: guessing what was
 * meant would run or change what nobody asked for. A field that is null counts as missing, for Python's clients send None as null.
 */
import type { Json } from "../../wire/message.js";

/** A request that cannot be answered as it stands: its error reply says what to change. */
export class RequestError extends Error {
  override readonly name = "RequestError";
}

/** A string that must be there. Throws {@link RequestError}, as all functions of this file do. */
export function textField(type: string, content: Json, field: string): string {
  return read(type, content, field, "a string", isText) ?? missing(type, field, "a string");
}

export function optionalText(type: string, content: Json, field: string): string | undefined {
  return read(type, content, field, "a string", isText);
}

export function flagField(type: string, content: Json, field: string, fallback: boolean): boolean {
  return read(type, content, field, "true or false", isFlag) ?? fallback;
}

export function optionalInteger(type: string, content: Json, field: string): number | undefined {
  return read(
    type,
    content,
    field,
    "a whole number",
    Number.isSafeInteger as (value: unknown) => value is number,
  );
}

/** An object of JSON; empty where there is none. */
export function objectField(type: string, content: Json, field: string): Json {
  return read(type, content, field, "an object", isObject) ?? {};
}

function read<T>(
  type: string,
  content: Json,
  field: string,
  expected: string,
  is: (value: unknown) => value is T,
): T | undefined {
  const value = content[field];
  if (value === undefined || value === null) return undefined;
  if (!is(value)) throw new RequestError(`${type}: ${field} should be ${expected}, not ${shown(value)}`);
  return value;
}

function missing(type: string, field: string, expected: string): never {
  throw new RequestError(`${type}: ${field} is missing: it should be ${expected}`);
}

const isText = (value: unknown): value is string => typeof value === "string";
const isFlag = (value: unknown): value is boolean => typeof value === "boolean";
const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A value as an error shows it: short, whatever it is. */
export function shown(value: unknown): string {
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "a list" : "an object";
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
