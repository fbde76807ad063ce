/**
 * TypeScript's errors as a person reads them in a notebook: at the cell's lines, in words that fit a cell, with a code frame.
 */
import type TS from "typescript";
import { isChinese } from "../../locale/notebook.js";
import { codeFrame } from "../../text/code-frame.js";
import { ts } from "../compiler.js";
import { messageInChinese, sentencesOf, type Sentence } from "./chinese.js";
import { toCell, type CellModule } from "../program/cell-module.js";
import type { Diagnostic } from "../language.js";
import { TOO_MANY_BRANCHES } from "./flow-limit.js";
import { namesPutOnGlobal } from "./global-names.js";
import type { Hints } from "./hints.js";
import { fromPython } from "./habits/python.js";
import { unpackings } from "./habits/unpacking.js";
import { isUnfounded, mayBeDefinedLater, NO_NAMED_ARGUMENTS, type Reported, reworded } from "./rewording.js";
import type { ParsedCell } from "../syntax/parse.js";

/** What is an error in a file and none in a cell. */
const SUPPRESSED = new Set([
  1543, // JSON imported without its attribute: the cell gets it
  2528, // several default exports
  TOO_MANY_BRANCHES,
  7005, // a variable without a type, where it is not known what it was given: it is any
  7034,
  7016, // a package without types: it is any
  7026, // an element that no types know: it is any
  7059, // a cast in angle brackets
  7060, // a type parameter of an arrow function without a comma
]);

/** A place in a cell and what is wrong there. */
export interface Problem {
  readonly code: number;
  readonly start: number;
  readonly length: number;
  /** In English; `spoken` says it in the user's language. */
  readonly message: string;
  /** What of it TypeScript has said. */
  readonly sentences?: readonly Sentence[];
  /** It need not keep the cell from running: a later cell may define what is missing. */
  readonly mayCome?: boolean;
}

/** Syntax errors of a cell. */
export function syntaxProblems(parsed: ParsedCell): Problem[] {
  const problems = parsed.errors.map(({ code, start, length, messageText }) => ({
    code,
    sentences: sentencesOf({ code, messageText }),
    start: Math.min(start, parsed.text.length),
    length,
    message: ts.flattenDiagnosticMessageText(messageText, "\n"),
  }));
  return ofPython(problems, parsed.text) ?? withShellHint(problems, parsed.text);
}

/** One problem in place of all, if the first one is in a line of Python: what it would be here. */
function ofPython([first]: readonly Problem[], text: string): Problem[] | undefined {
  if (!first) return undefined;
  const start = text.lastIndexOf("\n", first.start - 1) + 1;
  const line = /^[^\n\r]*/u.exec(text.slice(start))![0];
  const message = SHELL_COMMAND.test(line) ? undefined : fromPython(line);
  if (message === undefined) return undefined;
  const indent = line.length - line.trimStart().length;
  return [{ code: first.code, start: start + indent, length: line.trim().length, message }];
}

const SHELL_HINT = "A shell command? Begin the cell with %%bash.";
/** As people write them in IPython, and the first words of those that need no more than a name. */
const SHELL_COMMAND = /^\s*(?:!\s*[\w./~-]+|(?:npm|npx|pip|git)\s+\w)/u;

/** Says where shell commands go, if the first problem is in what looks like one. */
function withShellHint(problems: Problem[], text: string): Problem[] {
  const [first, ...others] = problems;
  const line = first && text.slice(text.lastIndexOf("\n", first.start - 1) + 1);
  if (!line || !SHELL_COMMAND.test(line)) return problems;
  return [{ ...first, message: `${first.message} ${SHELL_HINT}` }, ...others];
}

/** Problems of a cell's module that lie in the cell, in order. */
export function cellProblems(
  diagnostics: readonly TS.Diagnostic[],
  module: CellModule,
  hints: Hints,
): Problem[] {
  const { file } = module.parsed;
  const ofPython = unpackings(file).map((unpacking) => {
    const [start, length] = [unpacking.statement.getStart(file), unpacking.statement.getWidth(file)];
    return { code: 0, start, length, message: hints.aboutUnpacking(unpacking, module.names) };
  });
  const isOfPython = ({ start }: Problem): boolean =>
    ofPython.some((line) => line.start <= start && start < line.start + line.length);
  const told = diagnostics
    .flatMap((diagnostic) => problemOf(diagnostic, module, hints) ?? [])
    .filter((problem) => !isOfPython(problem))
    .concat(ofPython)
    .sort((a, b) => a.start - b.start)
    .filter((problem, index, problems) => !isSaidAlready(problem, index, problems));
  // Said once: plain JavaScript has many such places.
  const untyped = told.findIndex(({ code }) => IMPLICIT_ANY.has(code));
  return told.map((problem, i) =>
    i === untyped ? { ...problem, message: `${problem.message} ${PLAIN_JAVASCRIPT}` } : problem,
  );
}

/** What a cell's reader is told of a diagnostic; undefined where it is none of the cell's, or no error in a cell. */
function problemOf(
  { code, file, start, length = 0, messageText, relatedInformation = [] }: TS.Diagnostic,
  module: CellModule,
  hints: Hints,
): Problem | undefined {
  const place = start === undefined ? undefined : toCell(module, start);
  if (file === undefined || start === undefined || place === undefined) return undefined;
  const related = relatedInformation.filter((each) => HINTS.has(each.code));
  const message = [messageText, ...related.map((each) => each.messageText)]
    .map((text) => ts.flattenDiagnosticMessageText(text, "\n"))
    .join("\n");
  const sentences = [...sentencesOf({ code, messageText }), ...related.flatMap(sentencesOf)];
  const reported = { code, message, file, start, length };
  if (SUPPRESSED.has(code) || isUnfounded(reported) || isOnGlobal(reported, module)) return undefined;
  // A command of one word is an expression with a name that nobody declares.
  const isCommand = code === UNKNOWN_NAME && /(?:^|\n)[^\S\n]*!$/u.test(module.parsed.text.slice(0, place));
  const mayCome = !isCommand && mayBeDefinedLater(reported);
  const outdated = MISFIT.has(code) ? hints.aboutOutdated(reported) : undefined;
  let said = reworded(reported, hints);
  if (outdated !== undefined) said += `\n${outdated}`;
  if (isCommand) said += ` ${SHELL_HINT}`;
  else if (mayCome) said += `${/[.?]$/u.test(said) ? " " : "\n"}${MAY_COME}`;
  const end = toCell(module, start + length) ?? place;
  return { code, start: place, length: end - place, message: said, sentences, ...(mayCome && { mayCome }) };
}

/** Whether it is about what anybody may put on `globalThis`, or a name that the cell puts there itself. */
function isOnGlobal({ code, message, file, start, length }: Reported, module: CellModule): boolean {
  if (OPEN_OBJECT.has(code)) return message.includes("'typeof globalThis'");
  if (code !== UNKNOWN_NAME && code !== MISSPELT_NAME) return false;
  return putOnGlobal(module).has(file.text.slice(start, start + length));
}

const putBy = new WeakMap<CellModule, ReadonlySet<string>>();

function putOnGlobal(module: CellModule): ReadonlySet<string> {
  const names = putBy.get(module) ?? namesPutOnGlobal(module.parsed.file);
  putBy.set(module, names);
  return names;
}

/** A variable, parameter, member or result without a type. */
const IMPLICIT_ANY = new Set([7005, 7006, 7008, 7010, 7011, 7013, 7019, 7020, 7023, 7024, 7031, 7034]);
const PLAIN_JAVASCRIPT =
  "Write its type, as in x: number. To let plain JavaScript run, begin the cell with %typecheck warn, " +
  'or write { "compilerOptions": { "strict": false } } into tsconfig.json beside the notebook.';

/** A value without a member, or one that is not of the type that is asked for. */
const MISFIT = new Set([2322, 2339, 2345, 2353, 2551, 2739, 2740, 2741]);

const MAY_COME = "A later cell may define it before this is called.";

/**
 * Both operands of an operation can be wrong for one reason, a named argument is told once, and a name that is missing is so wherever a
 * function has it.
 */
function isSaidAlready(
  { code, message, start, mayCome }: Problem,
  index: number,
  problems: readonly Problem[],
): boolean {
  if (mayCome) return problems.findIndex((other) => other.message === message) < index;
  return problems.some((other) =>
    code === RIGHT_OPERAND
      ? other.code === LEFT_OPERAND && other.message === message
      : code !== other.code && other.start === start && other.message.startsWith(NO_NAMED_ARGUMENTS),
  );
}

const UNKNOWN_NAME = 2304;
const MISSPELT_NAME = 2552;
/** A property that an object has not got; anything may be put on `globalThis`. */
const OPEN_OBJECT = new Set([7017, 7053]);
const LEFT_OPERAND = 2362;
const RIGHT_OPERAND = 2363;

/** Related information that tells what to do and needs no place: "did you forget to use await", which argument is missing. */
const HINTS = new Set([2773, 6210]);

/** What a problem is, in the language of this process. */
export function spoken({ message, sentences = [] }: Problem): string {
  return isChinese() ? messageInChinese(message, sentences) : message;
}

/** A problem with its line, column and code frame. */
export function toDiagnostic(problem: Problem, source: string, category: "error" | "warning"): Diagnostic {
  const before = source.slice(0, problem.start);
  const line = before.split("\n").length;
  const column = problem.start - (before.lastIndexOf("\n") + 1) + 1;
  return {
    code: problem.code,
    category,
    message: spoken(problem),
    line,
    column,
    frame: codeFrame(source, { line, column, length: problem.length }).join("\n"),
  };
}
