/**
 * TypeScript's messages in Chinese, as TypeScript itself ships them. All that makes a cell's messages (rewording.ts, hints.ts) reads and
 * writes English; here, at the end, each of TypeScript's sentences in the finished message gives way to the Chinese one, and what stands
 * between them to that of the kernel's own table.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type TS from "typescript";
import { inChinese, joined } from "../../locale/sentences.js";
import { filled, reader } from "../../locale/templates.js";
import { ts } from "../compiler.js";
import { firstSentence, firstStatement } from "./rewording.js";
import { inWordsOfCells } from "../program/cell-paths.js";

/** A sentence of TypeScript's, by the number of its template. */
export interface Sentence {
  readonly code: number;
  readonly text: string;
}

/** A message's sentences, in the order in which TypeScript writes them. */
export function sentencesOf({
  code,
  messageText,
}: Pick<TS.Diagnostic, "code" | "messageText">): readonly Sentence[] {
  if (typeof messageText === "string") return [{ code, text: messageText }];
  return [
    { code: messageText.code, text: messageText.messageText },
    ...(messageText.next ?? []).flatMap((next) => sentencesOf({ code: next.code, messageText: next })),
  ];
}

/** A message that is made of these sentences and of the kernel's own. */
export function messageInChinese(message: string, sentences: readonly Sentence[]): string {
  const parts: string[] = [];
  let rest = message;
  for (const sentence of sentences) {
    const found = findIn(rest, sentence);
    if (!found) continue;
    parts.push(between(rest.slice(0, found.start)), found.chinese);
    rest = rest.slice(found.end);
  }
  parts.push(between(rest));
  return joined(parts);
}

/** The kernel's sentences between two of TypeScript's; line breaks and what indents the next line stay. */
function between(text: string): string {
  const chinese = inChinese(text.replace(/^ +/u, ""));
  return chinese.includes("\n") ? chinese : chinese.trim();
}

/** Where a sentence stands in a message, perhaps in the words of cells, or without what TypeScript suggests at its end. */
function findIn(
  message: string,
  sentence: Sentence,
): { readonly start: number; readonly end: number; readonly chinese: string } | undefined {
  const { text } = sentence;
  const [inCells, statement] = [inWordsOfCells(text), firstStatement(text)];
  const forms = [
    { form: text, isWhole: true },
    { form: inCells, isWhole: true },
    ...[firstSentence(text), inWordsOfCells(statement)].map((form) => ({ form, isWhole: form === inCells })),
  ];
  const found = forms.find(({ form }) => message.includes(form));
  const chinese = found && sentenceInChinese(sentence);
  if (chinese === undefined) return undefined;
  const start = message.indexOf(found!.form);
  return {
    start,
    end: start + found!.form.length,
    chinese: found!.isWhole ? chinese : chinese.replace(/(?<=。)[^]*$/u, ""),
  };
}

/** Undefined where TypeScript has no such template, or not in Chinese. */
function sentenceInChinese({ code, text }: Sentence): string | undefined {
  const template = templates().get(code);
  const values = template && reader(template.english)(text);
  if (!values) return undefined;
  const inCells = values.map((value) => inWordsOfCells(value).replace(/^the notebook$/u, "笔记本"));
  return filled(template.chinese, inCells);
}

interface Template {
  readonly english: string;
  readonly chinese: string;
}

/** By code. Read at the first use: 300 KB that nobody needs who reads English. */
let known: ReadonlyMap<number, Template> | undefined;

function templates(): ReadonlyMap<number, Template> {
  known ??= loadTemplates();
  return known;
}

function loadTemplates(): ReadonlyMap<number, Template> {
  // What TypeScript has and does not declare: its messages by name, each with the key of its translations.
  const { Diagnostics } = ts as typeof ts & {
    readonly Diagnostics: Readonly<Record<string, TS.DiagnosticMessage>>;
  };
  const path = createRequire(import.meta.url).resolve(
    "typescript/lib/zh-cn/diagnosticMessages.generated.json",
  );
  const translations = JSON.parse(readFileSync(path, "utf8")) as Readonly<Record<string, string>>;
  return new Map(
    Object.values(Diagnostics).flatMap(({ code, key, message }) => {
      const chinese = translations[key];
      return chinese === undefined ? [] : [[code, { english: message, chinese }] as const];
    }),
  );
}
