/**
 * Whether a console should run what was typed or let the user go on typing, by syntax alone.
 */
import type TS from "typescript";
import { ts } from "../compiler.js";
import type { Completeness } from "../language.js";
import { readMagics } from "../magics/parse.js";
import { parsings, type ParsedCell } from "../syntax/parse.js";

/** Errors that more text can mend although they are not reported at the end. */
const OPEN_ENDED = new Set([
  1010, // '*/' expected
  1160, // unterminated template literal
]);

const UNTERMINATED_STRING = 1002;

/** @param code all that was typed so far */
export function completenessOf(code: string): Completeness {
  const { steps, problems, open } = readMagics(code);
  // A magic that wants lines below it is not wrong yet where there are none.
  if (open) return { status: "incomplete", indent: "" };
  if (problems.length > 0) return { status: "invalid", indent: "" };
  const answers = steps.flatMap((step) => (step.kind === "code" ? [judgeCode(step.text)] : []));
  return (
    answers.find(({ status }) => status === "invalid") ??
    answers.find(({ status }) => status === "incomplete") ?? { status: "complete", indent: "" }
  );
}

function judgeCode(text: string): Completeness {
  const answers = parsings(text).map((parsed) => judge(parsed));
  return (
    answers.find(({ status }) => status === "complete") ??
    answers.find(({ status }) => status === "incomplete") ?? { status: "invalid", indent: "" }
  );
}

function judge({ text, errors, scriptKind }: ParsedCell): Completeness {
  if (errors.length === 0) return { status: "complete", indent: "" };
  const open = openBrackets(text, scriptKind);
  const end = text.trimEnd().length;
  const mendable = errors.some((error) => OPEN_ENDED.has(error.code) || error.start >= end);
  // An error before the end stays one whatever follows, unless it comes from an element or bracket that is still open.
  const early = errors.find(
    (error) =>
      error.code === UNTERMINATED_STRING ||
      (error.start < end && !OPEN_ENDED.has(error.code) && !isUnclosedJsx(error.code)),
  );
  if (!mendable || (early && !causedByOpenBracket(early, open))) return { status: "invalid", indent: "" };
  const inTemplateOrComment = errors.some((error) => OPEN_ENDED.has(error.code));
  return { status: "incomplete", indent: indentAfter(text, open, inTemplateOrComment) };
}

function isUnclosedJsx(code: number): boolean {
  return code === 17008 || code === 17014;
}

/** TypeScript reports some errors of an unfinished bracket at the bracket. */
function causedByOpenBracket(error: TS.DiagnosticWithLocation, open: readonly number[]): boolean {
  return open.includes(error.start);
}

/** Offsets of the brackets that are still open at the end. */
function openBrackets(text: string, scriptKind: TS.ScriptKind): number[] {
  const variant = scriptKind === ts.ScriptKind.TSX ? ts.LanguageVariant.JSX : ts.LanguageVariant.Standard;
  const scanner = ts.createScanner(ts.ScriptTarget.ES2022, true, variant, text);
  const open: { offset: number; template: boolean }[] = [];
  let previous = ts.SyntaxKind.Unknown;
  for (let token = scanner.scan(); token !== ts.SyntaxKind.EndOfFileToken; token = scanner.scan()) {
    if (token === ts.SyntaxKind.SlashToken || token === ts.SyntaxKind.SlashEqualsToken)
      if (!endsOperand(previous)) token = scanner.reScanSlashToken();
    if (token === ts.SyntaxKind.CloseBraceToken && open.at(-1)?.template === true) {
      token = scanner.reScanTemplateToken(false);
      if (token === ts.SyntaxKind.TemplateTail) open.pop();
    } else if (token === ts.SyntaxKind.TemplateHead) {
      open.push({ offset: scanner.getTokenStart(), template: true });
    } else if (OPENING.has(token)) {
      open.push({ offset: scanner.getTokenStart(), template: false });
    } else if (CLOSING.has(token)) {
      open.pop();
    }
    previous = token;
  }
  return open.map(({ offset }) => offset);
}

const OPENING = new Set([
  ts.SyntaxKind.OpenBraceToken,
  ts.SyntaxKind.OpenParenToken,
  ts.SyntaxKind.OpenBracketToken,
]);
const CLOSING = new Set([
  ts.SyntaxKind.CloseBraceToken,
  ts.SyntaxKind.CloseParenToken,
  ts.SyntaxKind.CloseBracketToken,
]);

/** After an operand a slash divides, elsewhere it begins a regular expression. */
function endsOperand(token: TS.SyntaxKind): boolean {
  return (
    token === ts.SyntaxKind.Identifier ||
    token === ts.SyntaxKind.NumericLiteral ||
    token === ts.SyntaxKind.BigIntLiteral ||
    token === ts.SyntaxKind.StringLiteral ||
    token === ts.SyntaxKind.NoSubstitutionTemplateLiteral ||
    token === ts.SyntaxKind.TemplateTail ||
    token === ts.SyntaxKind.RegularExpressionLiteral ||
    token === ts.SyntaxKind.ThisKeyword ||
    token === ts.SyntaxKind.PlusPlusToken ||
    token === ts.SyntaxKind.MinusMinusToken ||
    CLOSING.has(token)
  );
}

/** Blanks for the next line: one step deeper than the line of the bracket that is open, else as deep as the last line. */
function indentAfter(text: string, open: readonly number[], inTemplateOrComment: boolean): string {
  const innermost = open.at(-1);
  if (innermost !== undefined) return lineIndent(text, innermost) + indentUnit(text);
  const lines = text.trimEnd();
  if (inTemplateOrComment) return "";
  // A block is closed and its other half is missing: `catch`, `while`.
  if (lines.endsWith("}")) return lineIndent(lines, lines.length);
  // Something is expected: `const x =`, `else`, `if (a)`.
  return lineIndent(lines, lines.length) + indentUnit(text);
}

function lineIndent(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return /^[ \t]*/u.exec(text.slice(start))![0];
}

/** What the cell indents with, two blanks where it does not say. */
function indentUnit(text: string): string {
  const indented = /(?:^|\n)(\t+|[ ]+)\S/u.exec(text)?.[1];
  if (indented === undefined) return "  ";
  return indented.startsWith("\t") ? "\t" : indented;
}
