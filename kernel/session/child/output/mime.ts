/**
 * The MIME bundle of a value: what the value itself offers, or text. Nothing that a value does here, throwing, looping over
 * itself or being a gigabyte long, reaches further than a note in the text.
 */
import { inspect, types } from "node:util";
import { EncodedBundle } from "../../encoded-bundle.js";
import { jsonNestsDeeper, LEVELS } from "../../../wire/nesting.js";
import { isError, printed } from "../run/errors.js";
import { base64, bytesOf, pictureOf } from "./pictures.js";
import { tableHtml, tableOf, tableText, type Table } from "./tables.js";

/** The method by which an object shows itself; the convention of Deno's kernel, and all that runtime and kernel share. */
export const DISPLAY = Symbol.for("Jupyter.display");

const TEXT_LIMIT = 100_000;
/** Longer strings are cut before they are quoted, which would make copies of them. */
const STRING_LIMIT = 50_000;
/** More than this in one message is refused: clients and notebooks break on it. */
const BUNDLE_LIMIT = 64 * 1024 * 1024;

/** Calls `deliver` with the bundle of `value`: at once, or when the promise that its display method returned is settled. */
export function bundleOf(
  value: unknown,
  deliver: (bundle: EncodedBundle) => void,
  fail: (error: unknown) => void,
): void {
  let shown: unknown;
  try {
    const method = displayMethod(value);
    shown = method === undefined ? conventional(value) : method.call(value);
    if (isThenable(shown)) {
      shown.then((late) => deliver(checked(late, value)), fail);
      return;
    }
  } catch (error) {
    fail(error);
    return;
  }
  deliver(checked(shown, value));
}

/** What a value is shown as by the conventions of other libraries: tables have text as they had, pictures are nothing as text. */
function conventional(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  let table: Table | undefined;
  try {
    table = tableOf(value);
  } catch {
    // It only looks like one.
  }
  if (!table) return pictureOf(value);
  return {
    "text/html": tableHtml(table),
    "text/plain": Array.isArray(value) ? textOf(value) : tableText(table),
  };
}

function displayMethod(value: unknown): ((this: unknown) => unknown) | undefined {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return undefined;
  let method: unknown;
  try {
    method = (value as Record<symbol, unknown>)[DISPLAY];
  } catch {
    // A proxy or a getter that throws has no display method; it is shown as text.
    return undefined;
  }
  return typeof method === "function" ? (method as () => unknown) : undefined;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function"
  );
}

/** A bundle as a display method gave it, made safe to send. */
function checked(shown: unknown, value: unknown): EncodedBundle {
  if (typeof shown !== "object" || shown === null) return textBundle(value);
  return rawBundle(shown as Record<string, unknown>);
}

/** MIME types to contents as given by user code; what cannot be sent is left out, with a note. */
export function rawBundle(
  data: Record<string, unknown>,
  metadata: Record<string, unknown> = {},
): EncodedBundle {
  const notes: string[] = [];
  const members = new Map<string, string>();
  let plain: string | undefined;
  for (const [type, content] of Object.entries(data)) {
    if (content === undefined) continue;
    try {
      members.set(type, contentJson(content));
      if (type === "text/plain" && typeof content === "string") plain = content;
    } catch (error) {
      notes.push(`[${type} left out: ${isError(error) ? error.message : "it cannot be sent as JSON"}]`);
    }
  }
  if (notes.length > 0) {
    plain = (plain === undefined ? "" : `${plain}\n`) + notes.join("\n");
    members.set("text/plain", JSON.stringify(plain));
  }
  const json = Array.from(members, ([type, content]) => `${JSON.stringify(type)}:${content}`);
  return new EncodedBundle(Buffer.from(`{${json.join(",")}}`), Buffer.from(JSON.stringify(metadata)), plain);
}

/** Throws where a message cannot carry it. */
function contentJson(content: unknown): string {
  const text = typeof content === "string" ? content : encoded(content);
  if (text !== undefined) {
    refuseLong(text.length);
    return JSON.stringify(text);
  }
  const json = JSON.stringify(content) as string | undefined;
  if (json === undefined) throw new TypeError(`a ${typeof content} is no JSON`);
  if (jsonNestsDeeper(json)) throw new RangeError(`it nests deeper than ${String(LEVELS)} levels`);
  refuseLong(json.length);
  return json;
}

function refuseLong(size: number): void {
  if (size > BUNDLE_LIMIT)
    throw new RangeError(`${String(size)} characters, ${String(BUNDLE_LIMIT)} can be sent`);
}

/** Bytes as a message carries them. */
function encoded(content: unknown): string | undefined {
  const bytes = bytesOf(content);
  return bytes && base64(bytes);
}

/** The MIME bundle that an object is, alone or with its metadata as Jupyter's messages have it; undefined for any other value. */
export function bundleIn(value: unknown): EncodedBundle | undefined {
  if (!isPlain(value)) return undefined;
  if (isContents(value)) return rawBundle(value);
  const { data, metadata, ...others } = value;
  if (!isPlain(data) || !isContents(data) || Object.keys(others).length > 0) return undefined;
  return rawBundle(data, isPlain(metadata) ? metadata : {});
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || types.isProxy(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** Types of MIME as keys, and nothing else. */
function isContents(value: Record<string, unknown>): boolean {
  const types = Object.keys(value);
  return types.length > 0 && types.every((type) => MIME_TYPE.test(type));
}

const MIME_TYPE = /^(?:text|image|application|audio|video|model|font)\/[\w.+-]+(?:;.*)?$/;

/** A value as text, cut to what a page can bear. */
export function textBundle(value: unknown): EncodedBundle {
  return EncodedBundle.of({ data: { "text/plain": textOf(value) }, metadata: {} });
}

function textOf(value: unknown): string {
  if (typeof value === "string") {
    if (value.length <= STRING_LIMIT) return inspect(value);
    return `${inspect(value.slice(0, STRING_LIMIT))}… ${more(value.length - STRING_LIMIT)}`;
  }
  // All that Node puts there would fill a page.
  if (value === globalThis) return "Object [global]";
  const text = printed(value);
  return text.length <= TEXT_LIMIT ? text : `${text.slice(0, TEXT_LIMIT)}… ${more(text.length - TEXT_LIMIT)}`;
}

function more(count: number): string {
  return `(${count.toLocaleString("en-US")} more characters)`;
}
