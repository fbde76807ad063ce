/**
 * TypeScript's messages in words that fit a cell: what it says about files, compiler options and type libraries, which a notebook does
 * not have, gives way to what the user can do.
 */
import type TS from "typescript";
import type { Hints } from "./hints.js";
import { inWordsOfCells } from "./wording.js";

/** A name that nobody declares; with most of these TypeScript guesses at a type library that would. */
const UNKNOWN_NAME = new Set([2304, 2503, 2552, 2580, 2581, 2582, 2583, 2591, 2592, 2593]);
/** A name of the browser's. */
const NOT_IN_NODE = 2584;
const UNKNOWN_SHORTHAND = 18004;
/** A module that there is not, or a path without its extension that leads nowhere. */
const UNKNOWN_MODULE = new Set([2307, 2792, 2834, 2835]);
const NO_REACT = 2874;
const UNKNOWN_EXPORT = new Set([2305, 2614]);

/** Two operands, the left or the right one, that an operator does not take. */
const OPERANDS = new Set([2365, 2362, 2363]);
const ARGUMENT = 2345;

export interface Reported {
  readonly code: number;
  readonly message: string;
  /** The cell's module, and where in it the problem is. */
  readonly file: TS.SourceFile;
  readonly start: number;
  readonly length: number;
}

export function reworded(reported: Reported, hints: Hints): string {
  const { code, message } = reported;
  const name = /'([^']+)'/u.exec(message)?.[1] ?? "";
  if (UNKNOWN_NAME.has(code)) {
    if (isNamedArgument(reported))
      return `There are no named arguments in TypeScript: give '${name}' by its place, or in an object of options, { ${name}: … }.`;
    const hint = hints.aboutName(name) ?? (isAssigned(reported) ? `Declare it: let ${name} = …` : undefined);
    // TypeScript's own suggestion is as good as none of ours.
    return hint === undefined && code === 2552 ? message : withHint(firstSentence(message), hint);
  }
  if (code === NOT_IN_NODE) {
    const hint = hints.aboutName(name) ?? "Cells run in Node.js, which has no page.";
    return withHint(firstSentence(message), hint);
  }
  if (code === UNKNOWN_SHORTHAND) return withHint(`Cannot find name '${name}'.`, hints.aboutName(name));
  if (code === NO_REACT)
    return "Elements need a library that makes them: npm install react beside the notebook, or name a function of your own with /** @jsx h */ at the head of the cell.";
  if (UNKNOWN_MODULE.has(code)) {
    const specifier = /^["'](.*)["']$/u.exec(problemText(reported))?.[1];
    if (specifier !== undefined)
      return withHint(`Cannot find module '${specifier}'.`, hints.aboutModule(specifier));
  }
  if (UNKNOWN_EXPORT.has(code)) {
    const exported = problemText(reported);
    const specifier = /^[^"';]*from\s*(["'])(.*?)\1/u.exec(reported.file.text.slice(reported.start))?.[2];
    if (specifier !== undefined && /^[\p{ID_Continue}$]+$/u.test(exported))
      return withHint(`'${specifier}' does not export '${exported}'.`, hints.aboutExport(exported));
  }
  if (OPERANDS.has(code)) {
    const hint = hints.aboutOperator(reported.file, reported.start);
    if (hint !== undefined) return hint;
  }
  return (code === ARGUMENT ? saidByTypes(message) : undefined) ?? inWordsOfCells(message);
}

/**
 * Libraries can have their types say what is wrong: the parameter has a string for its type, such as "matmul: inner sizes 2 and 3 differ".
 * What stands in brackets at its end is advice for a compiler that knows less than cells do.
 */
export function saidByTypes(message: string): string | undefined {
  const said = /is not assignable to parameter of type '[^]*?(["`])(\w[^"`\n]*: [^"`\n]+)\1/u.exec(
    message,
  )?.[2];
  return said
    ?.replaceAll(/\\u([0-9a-f]{4})/giu, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    .replaceAll(/\$\{(\w+)\}/gu, "$1")
    .replace(/ \([^()]*\)$/u, "");
}

function problemText({ file, start, length }: Reported): string {
  return file.text.slice(start, start + length);
}

/** `sum(dim=1)`, as one would write it in Python. */
function isNamedArgument({ file: { text }, start, length }: Reported): boolean {
  return /[(,]\s*$/u.test(text.slice(0, start)) && /^\s*=(?![=>])/u.test(text.slice(start + length));
}

/** `x = 1` as a statement. */
function isAssigned({ file: { text }, start, length }: Reported): boolean {
  return (
    /(?:^|[;\n])[^\S\n]*$/u.test(text.slice(0, start)) && /^\s*=(?![=>])/u.test(text.slice(start + length))
  );
}

function firstSentence(message: string): string {
  return message.replace(/(?<='\.) [^]*$/u, "");
}

function withHint(message: string, hint: string | undefined): string {
  return hint === undefined ? message : `${message} ${hint}`;
}
