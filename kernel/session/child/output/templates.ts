/** `` html`…` ``, `` svg`…` `` and `` md`…` `` in cells: values that are shown as what they are written in. */
import { inspect } from "node:util";
import { template, type Markup } from "../../../../html/writer.js";
import { DISPLAY } from "./mime.js";
import { svgOf, textOf, type Contents } from "./pictures.js";

/** What a template has made; it can stand in another one. */
class Written {
  constructor(
    readonly source: Markup | string,
    readonly contents: Contents,
  ) {}

  toString(): string {
    return String(this.source);
  }

  [DISPLAY](): Contents {
    return this.contents;
  }

  [inspect.custom](): string {
    return String(this.source);
  }
}

type Tag = (parts: TemplateStringsArray | string, ...values: readonly unknown[]) => Written;

function markupTag(name: string, contentsOf: (source: string) => Contents): Tag {
  return (parts, ...values) => {
    const markup = template(partsOf(name, parts), values.map(inner));
    return new Written(markup, contentsOf(String(markup)));
  };
}

/** A template's text, or text that is taken as a whole: `html(text)`. */
function partsOf(name: string, parts: TemplateStringsArray | string): readonly string[] {
  if (typeof parts === "string") return [parts];
  if (Array.isArray(parts) && "raw" in parts) return parts;
  throw new TypeError(
    `${name}: expected a template, ${name}\`…\`, or a string, got a value of type ${typeof parts}`,
  );
}

function inner(value: unknown): unknown {
  if (value instanceof Written) return typeof value.source === "string" ? value.toString() : value.source;
  return Array.isArray(value) ? value.map(inner) : value;
}

export const html = markupTag("html", (source) => ({ "text/html": source, "text/plain": textOf(source) }));

export const svg = markupTag("svg", svgOf);

/** Markdown without the indentation that all its lines share; values are Markdown too. */
export const md: Tag = (parts, ...values) => {
  const texts = partsOf("md", parts);
  const indent = sharedIndent(texts.join("x"));
  const flush = texts.map((text) => (indent === "" ? text : text.replaceAll(`\n${indent}`, "\n")));
  const source = flush
    .map((text, i) => (i < values.length ? text + markdownOf(values[i]) : text))
    .join("")
    .trim();
  return new Written(source, { "text/markdown": source, "text/plain": source });
};

function markdownOf(value: unknown): string {
  if (value === undefined || value === null || value === false) return "";
  return Array.isArray(value) ? value.map(markdownOf).join("") : String(value);
}

/** In Markdown four blanks make a block of code; a template in code is indented as the code is. */
function sharedIndent(text: string): string {
  const indents = [...text.matchAll(/\n([ \t]*)(?=\S)/g)].map(([, indent]) => indent!);
  return indents.reduce<string>((shared, indent) => {
    let length = 0;
    while (length < shared.length && shared[length] === indent[length]) length++;
    return shared.slice(0, length);
  }, indents[0] ?? "");
}
