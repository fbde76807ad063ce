/**
 * Questions as a whole cell: `name?`, `?name` and `help(name)` ask what a name is, shown in the client's pager, with the source for two
 * question marks. The first two are no TypeScript, so no program means anything else by them; `help` is asked for unless a cell has declared it.
 */
import type { Inspection, Language } from "../../language/language.js";
import { findMagic, MAGICS, magicHelp } from "../../language/magics/table.js";
import { localized } from "../../locale/sentences.js";
import { nearest } from "../../language/compile/spelling.js";
import type { Json } from "../../wire/message.js";

export interface HelpQuery {
  /** "" asks what there is. */
  readonly name: string;
  readonly detail: 0 | 1;
  /** It is a call, which a cell's own function may mean. */
  readonly isCall: boolean;
}

const NAME = String.raw`%{0,2}[\p{ID_Start}$_][\p{ID_Continue}$]*(?:\.[\p{ID_Start}$_][\p{ID_Continue}$]*)*`;
const BEHIND = new RegExp(String.raw`^(?<name>${NAME})\s*(?<marks>\?\??)\s*;?$`, "u");
const BEFORE = new RegExp(String.raw`^(?<marks>\?\??)\s*(?<name>${NAME})\s*;?$`, "u");
const CALL = new RegExp(String.raw`^help\(\s*(?<name>${NAME})?\s*\)\s*;?$`, "u");
const COMMENTS = /^(?:\s*(?:\/\/[^\n]*(?:\n|$)|\/\*[^]*?\*\/))*/u;

/** The question that a cell asks, if it is nothing else. */
export function helpQuery(code: string): HelpQuery | undefined {
  // Most cells are longer than any question, and are not looked through.
  if (!/\?|help\(/u.test(code.slice(0, 4_000))) return undefined;
  const text = code.replace(COMMENTS, "").trim();
  const call = CALL.exec(text);
  const { name = "", marks } = (call ?? BEHIND.exec(text) ?? BEFORE.exec(text))?.groups ?? {};
  if (!call && name === "") return undefined;
  return { name, detail: marks === "??" ? 1 : 0, isCall: call !== null };
}

/** Whether a cell's own `help` is meant. */
export async function isOwn({ isCall }: HelpQuery, language: Language): Promise<boolean> {
  return isCall && (await language.inspect("help", 4, 0)) !== undefined;
}

/** What is known of a name: of a magic, or of a value or type of the notebook. Undefined where that is nothing. */
export async function helpOn(
  { name, detail }: Pick<HelpQuery, "name" | "detail">,
  language: Language,
): Promise<Inspection["data"] | undefined> {
  if (name === "") return { "text/plain": overview() };
  const magic = findMagic(name.replace(/^%+/u, ""));
  const found = name.startsWith("%") ? undefined : await language.inspect(name, name.length, detail);
  if (found) return found.data;
  return magic && { "text/plain": magicHelp([magic]).trimEnd() };
}

/** Payload that opens the pager; undefined where nothing is known of the name. */
export async function helpPayload(query: HelpQuery, language: Language): Promise<Json | undefined> {
  const data = await helpOn(query, language);
  return data && { source: "page", data, start: 0 };
}

/** That nothing is known of a name, and which magic may have been meant. */
export function unknownName(name: string): string {
  const bare = name.replace(/^%+/u, "");
  const meant = nearest(
    bare,
    MAGICS.map((magic) => magic.name),
  );
  const guess = meant === undefined ? "" : `; did you mean %help ${meant}?`;
  return localized(
    name.startsWith("%") || meant !== undefined
      ? `there is no magic %${bare}${guess === "" ? "; %help lists those there are" : guess}`
      : `${name}: nothing of this name is known`,
  );
}

/** Magics, and what cells have besides the runtime. */
export function overview(): string {
  return `${magicHelp()}
name? shows what a name is, name?? its source; ?name, help(name) and %help name do too.
Magics stand at the head of a cell, one on a line.

In cells, without an import:
display(value)                  shows a value; display.update(id, value) replaces it
display.html .markdown .svg .latex .json .text .image   show contents of one kind
html\`…\` md\`…\` svg\`…\`            values that show themselves; html and svg escape what is put into them
progress(list)                  a progress bar for a loop: for (const batch of progress(loader)) …
await prompt(text), confirm(text), alert(text)   ask and tell the user
clearOutput(), setNextInput(text)   this cell's output; the next cell's text
widgets, comm                   controls in the page, and messages to it
_, __, ___, _3, Out[3], In[3]   the last results, that of cell [3], and its text
`;
}
