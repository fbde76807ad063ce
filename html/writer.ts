/**
 * HTML and SVG that escape by construction, for the kernel and the runtime alike. Markup is made here alone, out of names that code gives
 * and of values from anywhere: strings are text, and what is markup already is put in as it is. A value that its place cannot hold
 * without harm (an address, a style that loads something) is left out; a name that would be harmful is a mistake of the code, and throws.
 */

/** HTML or SVG source; only this module makes it. */
class MarkupSource {
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  toString(): string {
    return this.#source;
  }
}

export type Markup = MarkupSource;

/** What may stand between two tags; nothing is written for undefined. */
export type Content = Markup | string | number | undefined | readonly Content[];

/** CSS properties with their values. */
export type Style = Readonly<Record<string, string | number | undefined>>;

/** Attributes with their values, undefined for none; `style` is an object. */
export type Attributes = Readonly<Record<string, string | number | Style | undefined>>;

/** Text as HTML and XML show it, between tags and in double quotes. */
function escape(text: string): string {
  return (
    text
      .replace(/&/g, "&amp;")
      .replace(/</g, "&lt;")
      .replace(/>/g, "&gt;")
      .replace(/"/g, "&quot;")
      // Control characters are not allowed in XML, not even escaped.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "")
  );
}

const escaped: Readonly<Record<string, string>> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&amp;": "&" };

/** The text that was written into markup. */
export function textOf(markup: string): string {
  return markup.replace(/&(?:lt|gt|quot|amp);/g, (entity) => escaped[entity]!);
}

function source(content: Content): string {
  if (content === undefined) return "";
  if (content instanceof MarkupSource) return String(content);
  if (Array.isArray(content)) return (content as readonly Content[]).map(source).join("");
  return escape(String(content));
}

/** Pieces of markup and text, one behind the other. */
export function fragment(...content: readonly Content[]): Markup {
  return new MarkupSource(source(content));
}

/**
 * An element. Without content it is written as empty (`<img/>`, `<rect/>`); HTML's elements that have a closing tag want content, be it "".
 * @throws Error for a name that is not one of a plain element or attribute
 */
export function element(name: string, attributes: Attributes = {}, content?: Content): Markup {
  // The text of these is not read as other text is.
  if (!/^[a-z][a-z0-9]*$/i.test(name) || /^(?:script|style)$/i.test(name))
    throw new Error(`no element to write: ${name}`);
  const open = `<${name}${Object.entries(attributes).map(attribute).join("")}`;
  return new MarkupSource(content === undefined ? `${open}/>` : `${open}>${source(content)}</${name}>`);
}

function attribute([name, given]: [string, unknown]): string {
  if (!/^[a-z][\w:-]*$/i.test(name) || /^on/i.test(name)) throw new Error(`no attribute to write: ${name}`);
  const value = name === "style" ? styleText(given) : given;
  if (typeof value === "number") return Number.isFinite(value) ? ` ${name}="${String(value)}"` : "";
  // Values of figures come from anywhere; what is no text has no place here.
  if (typeof value !== "string" || !isHarmless(name, value)) return "";
  return ` ${name}="${escape(value)}"`;
}

const ADDRESSES = /^(?:href|xlink:href|src|srcset|srcdoc|action|formaction|background|poster|data|ping)$/i;
const TEXTS = /^(?:alt|title|aria-label|data-[\w-]+|content)$/i;

function isHarmless(name: string, value: string): boolean {
  if (ADDRESSES.test(name)) {
    // A picture in place, or a part of the same document: nothing runs and nobody is called.
    return /^(?:data:image\/(?:png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=]*|#[\w-]+)$/.test(value);
  }
  // A paint or a clip may be of another document, which would be fetched.
  return TEXTS.test(name) || !/url\s*\(|\\/i.test(value) || /^url\(#[\w-]+\)$/.test(value);
}

function styleText(style: unknown): string | undefined {
  if (typeof style !== "object" || style === null) return undefined;
  const declarations = Object.entries(style as Style)
    .filter(([property, value]) => /^-{0,2}[a-z][a-z0-9-]*$/.test(property) && isPlainCss(value))
    .map(([property, value]) => `${property}:${String(value)}`);
  return declarations.length === 0 ? undefined : declarations.join(";");
}

/** Words, numbers and colours: nothing that ends the declaration, and of functions those that load nothing. */
function isPlainCss(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "string" || !/^[-+\w.,%#()/ ]+$/.test(value)) return false;
  const calls = value.match(/[\w-]*\(/g) ?? [];
  return calls.every((call) => /^(?:rgba?|hsla?|var|calc|min|max)\($/.test(call));
}

/** JavaScript source; only this module makes it. */
class CodeSource {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

export type Code = CodeSource;

/** JavaScript in which each `${value}` is the value as JSON, or code that was made so. */
export function code(parts: TemplateStringsArray, ...values: readonly unknown[]): Code {
  return new CodeSource(parts.map((part, i) => (i === 0 ? part : `${json(values[i - 1])}${part}`)).join(""));
}

/** As JavaScript reads it, and such that HTML finds no end of a script in it, nor XML or old JavaScript the end of a line. */
function json(value: unknown): string {
  if (value instanceof CodeSource) return value.source;
  return (JSON.stringify(value) ?? "null")
    .replace(/</g, "\\u003c")
    .replace(/\u2028/g, "\\u2028")
    .replace(/\u2029/g, "\\u2029");
}

/** Where in markup a value of a template stands. */
type Place = "text" | "quoted" | "unquoted" | "tag" | "comment" | "script" | "style";

/**
 * Markup as a template has it: what is written in the template is taken as it is, and each `${value}` is text there, whatever it holds. Markup and
 * lists of it are put in as they are, `undefined`, `null` and `false` are nothing. In an attribute without quotes a value gets them; an address
 * that would run something is left out; in a script a value is JSON.
 * @throws Error where no value can stand: in a tag's or an attribute's name, in a comment
 */
export function template(parts: readonly string[], values: readonly unknown[]): Markup {
  let written = "";
  parts.forEach((part, i) => {
    written += part;
    if (i < values.length) written += placed(values[i], written);
  });
  return new MarkupSource(written);
}

function placed(value: unknown, before: string): string {
  const place = placeAfter(before);
  switch (place) {
    case "text":
      return source(contentOf(value));
    case "quoted":
    case "unquoted": {
      const text = value === undefined || value === null || value === false ? "" : String(value);
      const name = /([\w:-]+)\s*=\s*["']?$/.exec(before)?.[1];
      const address = name !== undefined && ADDRESSES.test(name);
      const harmless = address && RUNS.test(text) ? "" : escape(text).replace(/'/g, "&#39;");
      return place === "quoted" ? harmless : `"${harmless}"`;
    }
    case "script":
      return json(value);
    case "style":
      return String(value).replace(/</g, "\\3c ");
    case "tag":
    case "comment":
      throw new Error(
        `html\`…\`: a value stands for text, for the value of an attribute, or for JSON in a script; it cannot stand ${place === "tag" ? "inside of a tag otherwise" : "in a comment"}`,
      );
    default:
      return place satisfies never;
  }
}

/** Addresses of code, also where blanks and control characters hide it. */
const RUNS =
  /^[\u0000-\u0020]*(?:j\s*a\s*v\s*a|v\s*b)\s*s\s*c\s*r\s*i\s*p\s*t\s*:|^[\u0000-\u0020]*data:(?!image\/)/i;

function placeAfter(before: string): Place {
  let at = 0;
  while (at < before.length) {
    const open = before.indexOf("<", at);
    if (open < 0) return "text";
    if (before.startsWith("<!--", open)) {
      const end = before.indexOf("-->", open + 4);
      if (end < 0) return "comment";
      at = end + 3;
      continue;
    }
    const name = /^<\/?([a-z][^\s/>]*)/i.exec(before.slice(open))?.[1];
    if (name === undefined) {
      // A lone < is text, unless the value would make a tag of it.
      if (open === before.length - 1 || before.slice(open) === "</") return "tag";
      at = open + 1;
      continue;
    }
    const end = tagEnd(before, open + 1);
    if (typeof end === "string") return end;
    at = end;
    const raw = /^(script|style)$/i.exec(name)?.[1]?.toLowerCase() as "script" | "style" | undefined;
    if (raw === undefined || before[open + 1] === "/") continue;
    const close = before.slice(at).search(new RegExp(`</${raw}`, "i"));
    if (close < 0) return raw;
    at += close;
  }
  return "text";
}

/** Where a tag ends, or what place its end is at if it does not. */
function tagEnd(text: string, from: number): number | Place {
  for (let at = from; at < text.length; at++) {
    if (text[at] === ">") return at + 1;
    if (text[at] !== "=") continue;
    const value = at + 1 + /^\s*/.exec(text.slice(at + 1))![0].length;
    const quote = text[value];
    if (quote === undefined) return "unquoted";
    if (quote !== '"' && quote !== "'") continue;
    const end = text.indexOf(quote, value + 1);
    if (end < 0) return "quoted";
    at = end;
  }
  return "tag";
}

/** What a value of a template is between two tags. */
function contentOf(value: unknown): Content {
  if (value === undefined || value === null || value === false) return undefined;
  if (value instanceof MarkupSource) return value;
  if (Array.isArray(value)) return value.map(contentOf);
  return String(value);
}

/** A script element. */
export function script(body: Code): Markup {
  return new MarkupSource(`<script>${body.source}</script>`);
}

/** A whole document in HTML. */
export function page(title: string, content: Content): Markup {
  return new MarkupSource(
    `<!doctype html><meta charset="utf-8"><title>${escape(title)}</title>${source(content)}`,
  );
}
