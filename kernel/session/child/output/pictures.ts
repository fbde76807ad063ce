/**
 * Values that are pictures by the conventions of other libraries: bytes of an image, elements of a page, canvases, charts. What is asked of a
 * value here is what it has been made to answer; a value that only looks like one is shown as any other.
 */
import { types } from "node:util";
import { cutTo } from "../../../text/width.js";
import { bytes as sizeOf } from "../magics/clock.js";

export type Contents = Readonly<Record<string, unknown>>;

/** What shows a value as a picture; undefined for what is none. */
export function pictureOf(value: object): Contents | Promise<Contents | undefined> | undefined {
  const bytes = bytesOf(value);
  if (bytes) return imageOf(bytes);
  if (value instanceof Blob) return blobOf(value);
  if (types.isProxy(value)) return undefined;
  const has = (name: string) => typeof read(value, name) === "function";
  if (has("toSpec")) return chartOf((value as { toSpec(): unknown }).toSpec());
  if (has("toDataURL")) return canvasOf(value as { toDataURL(): unknown });
  const outerHTML = read(value, "outerHTML");
  if (typeof outerHTML === "string" && outerHTML !== "") return elementOf(outerHTML);
  return chartOf(has("toJSON") && !(value instanceof Date) ? specOf(value as { toJSON(): unknown }) : value);
}

/** A property, whose getter may throw. */
function read(value: object, name: string): unknown {
  try {
    return (value as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}

/** The bytes that a value is, where it is made of bytes. */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (types.isUint8Array(value) || types.isUint8ClampedArray(value))
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (types.isAnyArrayBuffer(value)) return new Uint8Array(value);
  return undefined;
}

interface Format {
  readonly type: string;
  readonly name: string;
  /** What the bytes begin with, in Latin-1; any character where there is a dot. */
  readonly magic: RegExp;
}

const FORMATS: readonly Format[] = [
  { type: "image/png", name: "PNG picture", magic: /^\x89PNG\r\n\x1a\n/ },
  { type: "image/jpeg", name: "JPEG picture", magic: /^\xff\xd8\xff[\xc0-\xfe]/ },
  { type: "image/gif", name: "GIF picture", magic: /^GIF8[79]a/ },
  { type: "image/webp", name: "WebP picture", magic: /^RIFF[^]{4}WEBPVP8[ LX]/ },
  { type: "application/pdf", name: "PDF document", magic: /^%PDF-\d/ },
];

function formatOf(bytes: Uint8Array): Format | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(16, bytes.byteLength)).toString("latin1");
  return FORMATS.find(({ magic }) => magic.test(head));
}

/** Bytes in one of the formats that pages show. */
export function imageOf(bytes: Uint8Array): Contents | undefined {
  const format = formatOf(bytes);
  return (
    format && { [format.type]: base64(bytes), "text/plain": `${format.name}, ${sizeOf(bytes.byteLength)}` }
  );
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

async function blobOf(blob: Blob): Promise<Contents | undefined> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return blob.type === "image/svg+xml" ? svgOf(Buffer.from(bytes).toString()) : imageOf(bytes);
}

/** `data:` with a picture in it. */
export function dataUrlOf(url: string): Contents | undefined {
  const [, type, coded, data] =
    /^data:(image\/[\w.+-]+)(?:;[\w-]+=[^;,]*)*(;base64)?,([^]*)$/i.exec(url) ?? [];
  if (type === undefined || data === undefined) return undefined;
  const bytes = coded ? Buffer.from(data, "base64") : Buffer.from(decodeURIComponent(data));
  if (type === "image/svg+xml") return svgOf(bytes.toString());
  return imageOf(bytes);
}

function canvasOf(canvas: { toDataURL(): unknown }): Contents | Promise<Contents | undefined> | undefined {
  const url: unknown = canvas.toDataURL();
  if (url instanceof Promise)
    return url.then((late) => (typeof late === "string" ? dataUrlOf(late) : undefined));
  return typeof url === "string" ? dataUrlOf(url) : undefined;
}

function elementOf(source: string): Contents {
  if (/^\s*(?:<\?xml[^>]*>\s*)?<svg[\s>]/i.test(source)) return svgOf(source);
  return { "text/html": source, "text/plain": textOf(source) };
}

const SVG_NAMESPACE = "http://www.w3.org/2000/svg";

/** A page shows SVG as a picture, which needs its namespace; in HTML it is left out. */
export function svgOf(source: string): Contents {
  const open = /<svg(?=[\s>])[^>]*/i.exec(source)?.[0];
  const named =
    open === undefined || /\sxmlns\s*=/i.test(open)
      ? source
      : source.replace(open, open.replace(/^<svg/i, `<svg xmlns="${SVG_NAMESPACE}"`));
  return { "image/svg+xml": named, "text/plain": textOf(source) };
}

const TEXT_COLUMNS = 100;

/** Markup for where none can be shown. */
export function textOf(source: string): string {
  return cutTo(source.trim().replace(/\s+/g, " "), TEXT_COLUMNS);
}

const VEGA = /^https?:\/\/vega\.github\.io\/schema\/(vega|vega-lite)\/v(\d+)(?:\.[\d.]*)?\.json$/;
/** The newest versions that JupyterLab draws. */
const DRAWN = { vega: 5, "vega-lite": 5 };

/** A specification by Vega or Vega-Lite, under the types of those who draw it. */
function chartOf(spec: unknown): Contents | undefined {
  if (typeof spec !== "object" || spec === null) return undefined;
  const $schema = read(spec, "$schema");
  const [, library, version] = (typeof $schema === "string" ? VEGA.exec($schema) : null) ?? [];
  if (library !== "vega" && library !== "vega-lite") return undefined;
  const typeOf = (number: number) => `application/vnd.${library.replace("-", "")}.v${String(number)}+json`;
  // What is newer than the page may still be drawn as what it knows.
  const shownAs = new Set([Number(version), Math.min(Number(version), DRAWN[library])].map(typeOf));
  return {
    ...Object.fromEntries([...shownAs].map((type) => [type, spec])),
    "text/plain": `${library === "vega" ? "Vega" : "Vega-Lite"} chart: ${cutTo(JSON.stringify(spec), TEXT_COLUMNS)}`,
  };
}

/** What an object is as JSON, where it is a chart of a library whose charts say so by that alone. */
function specOf(value: { toJSON(): unknown }): unknown {
  // Anything may have this method, and may throw in it.
  try {
    return value.toJSON();
  } catch {
    return undefined;
  }
}
