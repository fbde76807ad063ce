/**
 * TypeScript's messages in words that fit a cell: what it says about files, compiler options and type libraries, which a notebook does
 * not have, gives way to what the user can do.
 */
import type TS from "typescript";
import { ts } from "../compiler.js";
import { isDataUrl } from "./habits/specifiers.js";
import type { Hints } from "./hints.js";
import { isLater } from "../dataflow/later-names.js";
import { tokenAt, type Place } from "../syntax/nodes.js";
import { inWordsOfCells } from "../program/cell-paths.js";

/** A name that nobody declares; with most of these TypeScript guesses at a type library that would. */
const UNKNOWN_NAME = new Set([2304, 2503, 2552, 2580, 2581, 2582, 2583, 2591, 2592, 2593]);
/** A name of the browser's. */
const NOT_IN_NODE = 2584;
const UNKNOWN_SHORTHAND = 18004;
/** A module that there is not, or a path without its extension that leads nowhere. */
const UNKNOWN_MODULE = new Set([2307, 2792, 2834, 2835, 2882]);
const NO_REACT = 2874;
/** A member that a later JavaScript has; TypeScript advises another `lib`, which would not make Node have it. */
const NOT_IN_LIBRARY = 2550;
const UNKNOWN_EXPORT = new Set([2305, 2614]);
/** The same, with a guess at what was meant. */
const MISSPELT_EXPORT = 2724;
/** A default import of what has no default export, but perhaps one of that name. */
const NAMED_ALIKE = 2613;
const NO_DEFAULT = new Set([1192, NAMED_ALIKE]);

/** Two operands, the left or the right one, or the only one, that an operator does not take. */
const OPERANDS = new Set([2365, 2362, 2363, 2356, 2367, 2447]);
/** A change of a constant; that it is also an operation of objects TypeScript does not say. */
const CONSTANT = 2588;
/** What is called is no function, a class without \`new\`, the value of a getter, no class. */
const NOT_CALLABLE = new Set([2349, 2348, 2351]);
const GETTER_CALLED = 6234;
/** An object in brackets that is none of a list's. */
const NOT_INDEXED = new Set([7053, 7052, 7015]);
const UNKNOWN_MEMBER = new Set([2339, 2551]);
const ARGUMENT = 2345;
/** No way to call a function fits; the value of an option does not. */
const CALL = 2769;
const OPTION_VALUES = new Set([2322, 2820, CALL]);
/** More arguments than are taken. */
const TOO_MANY = 2554;
/** An option that there is not, or something else in the place of an object of options. */
const OPTIONS = new Set([2353, 2559, 2561]);
/** Where the hint says all that there is to say. */
const SAYS_ALL = new Set([...OPERANDS, ...NOT_INDEXED, ...OPTION_VALUES, ARGUMENT, GETTER_CALLED]);
const MAYBE_MISSING = new Set([2531, 2532, 2533, 18047, 18048, 18049]);

export const NO_NAMED_ARGUMENTS = "There are no named arguments in TypeScript";

export interface Reported extends Place {
  readonly code: number;
  readonly message: string;
}

/** Whether there is nothing wrong about what TypeScript reports: a module whose text is in its name is none that it looks up. */
export function isUnfounded(reported: Reported): boolean {
  return UNKNOWN_MODULE.has(reported.code) && isDataUrl(problemText(reported).slice(1));
}

export function reworded(reported: Reported, hints: Hints): string {
  const { code, message } = reported;
  const name = /'([^']+)'/u.exec(message)?.[1] ?? "";
  if (UNKNOWN_NAME.has(code)) {
    if (isNamedArgument(reported))
      return `${NO_NAMED_ARGUMENTS}: give '${name}' by its place, or in an object of options, { ${name}: … }.`;
    const hint =
      hints.aboutName(name, reported) ?? (isAssigned(reported) ? `Declare it: let ${name} = …` : undefined);
    // TypeScript's own suggestion is as good as none of ours.
    return hint === undefined && code === 2552 ? message : withHint(firstSentence(message), hint);
  }
  if (code === NOT_IN_NODE) {
    const hint = hints.aboutName(name, reported) ?? "Cells run in Node.js, which has no page.";
    return withHint(firstSentence(message), hint);
  }
  if (code === UNKNOWN_SHORTHAND)
    return withHint(`Cannot find name '${name}'.`, hints.aboutName(name, reported));
  if (code === NOT_IN_LIBRARY)
    return `${firstSentence(message)} Node ${process.version} does not have it; a newer one may.`;
  if (code === NO_REACT)
    return "Elements need a library that makes them: npm install react beside the notebook, or name a function of your own with /** @jsx h */ at the head of the cell.";
  if (UNKNOWN_MODULE.has(code)) {
    const specifier = /^["'](.*)["']$/u.exec(problemText(reported))?.[1];
    if (specifier !== undefined)
      return withHint(`Cannot find module '${specifier}'.`, hints.aboutModule(specifier));
  }
  const specifier = UNKNOWN_EXPORT.has(code) || NO_DEFAULT.has(code) ? specifierBehind(reported) : undefined;
  const exported = problemText(reported);
  if (specifier !== undefined && /^[\p{ID_Continue}$]+$/u.test(exported)) {
    if (!NO_DEFAULT.has(code))
      return withHint(`'${specifier}' does not export '${exported}'.`, hints.aboutExport(exported));
    const named = code === NAMED_ALIKE ? exported : "…";
    const whole = code === NAMED_ALIKE ? "" : `, or import * as ${exported} from "${specifier}"`;
    return `'${specifier}' has no default export; write import { ${named} } from "${specifier}"${whole}`;
  }
  if (code === MISSPELT_EXPORT) return message.replace(/^'"[^"]*"' has no exported/u, "It has no exported");
  const hint = hintAbout(reported, name, hints);
  if (hint !== undefined && (SAYS_ALL.has(code) || /^(?:There is no option|Leave) /u.test(hint))) return hint;
  const said = code === ARGUMENT ? saidByTypes(message) : undefined;
  if (said !== undefined) return said;
  return hint === undefined
    ? inWordsOfCells(message)
    : withHint(inWordsOfCells(firstStatement(message)), hint);
}

function hintAbout(reported: Reported, name: string, hints: Hints): string | undefined {
  const { code } = reported;
  if (OPERANDS.has(code)) return hints.aboutOperator(reported);
  if (code === CONSTANT) return hints.aboutConstant(reported);
  if (NOT_CALLABLE.has(code)) return hints.aboutCall(reported);
  if (code === GETTER_CALLED) return hints.aboutGetter(reported);
  if (NOT_INDEXED.has(code)) return hints.aboutIndex(reported);
  if (UNKNOWN_MEMBER.has(code)) return hints.aboutMember(name, reported);
  if (code === ARGUMENT) return hints.aboutArgument(reported) ?? hints.aboutNew(reported);
  if (OPTION_VALUES.has(code)) return hints.aboutCallOptions(reported);
  if (code === TOO_MANY) return hints.aboutNew(reported);
  if (OPTIONS.has(code)) return hints.aboutOptions(reported);
  if (MAYBE_MISSING.has(code)) {
    const value = problemText(reported);
    return /^[\w$.()[\]]+$/u.test(value) ? `Where it is not, write ${value}!` : undefined;
  }
  return undefined;
}

/** Names that mean nothing else. */
const PYTHON_VALUES = new Set(["None", "True", "False"]);

/** Whether it is about a name that a later cell may define before it is needed. */
export function mayBeDefinedLater(reported: Reported): boolean {
  const { code, file, start, length } = reported;
  if (!UNKNOWN_NAME.has(code) && code !== NOT_IN_NODE && code !== UNKNOWN_SHORTHAND) return false;
  const name = file.text.slice(start, start + length);
  if (PYTHON_VALUES.has(name) || isNamedArgument(reported)) return false;
  const node = tokenAt(file, start);
  return ts.isIdentifier(node) && isLater(node);
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

/** What an import declaration imports from, seen from one of its names. */
function specifierBehind({ file, start }: Reported): string | undefined {
  return /^[^"';]*from\s*(["'])(.*?)\1/u.exec(file.text.slice(start))?.[2];
}

function problemText({ file, start, length }: Reported): string {
  return file.text.slice(start, start + length);
}

/** `sum(dim=1)`, as one would write it in Python. */
function isNamedArgument(reported: Reported): boolean {
  const assignment = assignmentTo(reported);
  const call = assignment?.parent;
  return call !== undefined && (ts.isCallExpression(call) || ts.isNewExpression(call));
}

/** `x = 1` as a statement. */
function isAssigned(reported: Reported): boolean {
  const assignment = assignmentTo(reported);
  return assignment !== undefined && ts.isExpressionStatement(assignment.parent);
}

function assignmentTo({ file, start }: Reported): TS.BinaryExpression | undefined {
  const name = tokenAt(file, start);
  const { parent } = name;
  if (!ts.isIdentifier(name) || !ts.isBinaryExpression(parent) || parent.left !== name) return undefined;
  return parent.operatorToken.kind === ts.SyntaxKind.EqualsToken ? parent : undefined;
}

export function firstSentence(message: string): string {
  return message.replace(/(?<='\.) [^]*$/u, "");
}

/** TypeScript's statement alone: its suggestion, and the lines of its reasons, give way to what to write. */
export function firstStatement(message: string): string {
  return message.split("\n")[0]!.replace(/ Did you mean [^]*$/u, "");
}

function withHint(message: string, hint: string | undefined): string {
  return hint === undefined ? message : `${message} ${hint}`;
}
