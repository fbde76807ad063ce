/**
 * Values on one line, as a browser's debugger shows them, out of what V8 tells of them without running any of their code.
 */
import type { Runtime } from "node:inspector";

/** Longer texts are cut; the whole of a string can still be evaluated. */
const LIMIT = 200;

/** @param described how the value describes itself, where it does */
export function valueText(value: Runtime.RemoteObject, described?: string | null): string {
  if (typeof described === "string") return cut(oneLine(described));
  switch (value.type) {
    case "undefined":
      return "undefined";
    case "string":
      return quoted(String(value.value));
    case "number":
    case "bigint":
      return value.unserializableValue ?? String(value.value);
    case "boolean":
      return String(value.value);
    case "symbol":
      return value.description ?? "Symbol()";
    case "function":
      return functionText(value.description ?? "");
    default:
      return value.subtype === "null" ? "null" : objectText(value);
  }
}

/** The type that is shown beside a value. */
export function typeText(value: Runtime.RemoteObject): string {
  if (value.type !== "object") return value.type;
  return value.subtype === "null" ? "null" : (value.className ?? "object");
}

/** How many elements an array has; undefined for what is none. */
export function elementCount(value: Runtime.RemoteObject): number | undefined {
  if (value.subtype !== "array" && value.subtype !== "typedarray") return undefined;
  const count = /\((\d+)\)$/.exec(value.description ?? "");
  return count ? Number(count[1]) : undefined;
}

function objectText({ subtype, description = "Object", preview, className }: Runtime.RemoteObject): string {
  if (subtype === "error") return cut(description.split(/\n {4}at /)[0]!.replace(/\n/g, " "));
  if (subtype === "regexp" || subtype === "date" || !preview) return cut(description);
  return cut(previewText(preview, className));
}

function previewText(preview: Runtime.ObjectPreview, className = preview.description): string {
  const { subtype, description = "", properties, entries, overflow } = preview;
  const more = overflow ? ["…"] : [];
  if (entries) {
    const shown = entries.map(({ key, value }) =>
      key ? `${partText(key)} → ${partText(value)}` : partText(value),
    );
    return `${description} {${[...shown, ...more].join(", ")}}`;
  }
  if (subtype === "array" || subtype === "typedarray") {
    const isElement = ({ name }: Runtime.PropertyPreview) => /^\d+$/.test(name);
    // V8 lists of a typed array what it has from its class, too.
    const listed = subtype === "array" ? properties : properties.filter(isElement);
    const shown = listed.map((property) =>
      isElement(property) ? propertyText(property) : `${property.name}: ${propertyText(property)}`,
    );
    const text = `[${[...shown, ...more].join(", ")}]`;
    return description.startsWith("Array(")
      ? `${description.slice("Array".length)} ${text}`
      : `${description} ${text}`;
  }
  if (subtype === "promise") {
    const find = (name: string) => properties.find((property) => property.name === name);
    const state = find("[[PromiseState]]")?.value ?? "pending";
    const result = find("[[PromiseResult]]");
    const settled = state !== "pending" && result ? `: ${propertyText(result)}` : "";
    return `Promise {<${state}>${settled}}`;
  }
  const shown = properties.map((property) => `${property.name}: ${propertyText(property)}`);
  const text = `{${[...shown, ...more].join(", ")}}`;
  return className === undefined || className === "Object" ? text : `${className} ${text}`;
}

/** A key or a value of a Map or Set. */
function partText(part: Runtime.ObjectPreview): string {
  if (part.type === "string") return quoted(part.description ?? "");
  if (part.type !== "object" || part.subtype === "null") return part.description ?? String(part.type);
  return previewText(part);
}

function propertyText({ type, subtype, value = "", valuePreview }: Runtime.PropertyPreview): string {
  if (type === "string") return quoted(value);
  if (type === "function") return "ƒ";
  if (type === "accessor") return "(…)";
  if (type !== "object" || subtype === "null") return value;
  if (valuePreview) return previewText(valuePreview);
  return value === "Object" ? "{…}" : value;
}

/** The head of a function's source. */
function functionText(source: string): string {
  const head = oneLine(source.split("\n", 1)[0]!);
  if (head.startsWith("class")) return head.replace(/\s*\{.*$/, "");
  const signature = /^(async\s+)?(?:function\b)?(\s*\*)?\s*([\w$]*)\s*(\((?:[^()]|\([^()]*\))*\))/.exec(head);
  if (!signature) return `ƒ ${head.replace(/\s*(?:=>|\{).*$/, "")}`;
  const [, async = "", star = "", name, parameters] = signature;
  return `${async.trim()}${async && " "}ƒ${star.trim()} ${name!}${parameters!}`;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > LIMIT ? `${text.slice(0, LIMIT)}…` : text);
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, " ");
}

function cut(text: string): string {
  return text.length > LIMIT ? `${text.slice(0, LIMIT)}…` : text;
}
