/** Code that is no cell: expressions that a client asks for with a cell, and what a debugger evaluates. */
import type TS from "typescript";
import { ts } from "../compiler.js";
import type { CompileResult, FragmentResult } from "../language.js";
import type { OpenCell } from "../program/workspace.js";
import { parseCell, type ParsedCell } from "../syntax/parse.js";
import { awaits } from "./break-positions.js";
import { spoken, syntaxProblems, toDiagnostic } from "./diagnostics.js";
import { emitBody, emitCell } from "./emit.js";
import { namesUsed } from "./names-used.js";

/** Lays code before the checker, among what is committed. */
type Open = (parsed: ParsedCell) => OpenCell;

/** One expression, whose types are not looked at. */
export function expression(code: string, open: Open, options: TS.CompilerOptions): CompileResult {
  const parsed = parseCell(code);
  const problems = syntaxProblems(parsed);
  const [only, ...others] = parsed.file.statements;
  if (problems.length === 0 && !(only && ts.isExpressionStatement(only) && others.length === 0))
    problems.push({ code: 0, start: 0, length: code.length, message: "Expected one expression." });
  if (problems.length > 0)
    return { ok: false, diagnostics: problems.map((problem) => toDiagnostic(problem, code, "error")) };
  const cell = open(parsed);
  return {
    ok: true,
    cell: emitCell(cell, "Expression", options, { unchecked: true }),
    warnings: [],
    names: namesUsed(cell),
  };
}

/** Statements or an expression where a program stands. @param locals names of its functions that stand before those of cells */
export function fragment(
  code: string,
  locals: readonly string[],
  open: Open,
  options: TS.CompilerOptions,
): FragmentResult {
  const parsed = parseCell(code);
  const [problem] = syntaxProblems(parsed);
  if (problem) return { ok: false, message: spoken(problem) };
  if (parsed.file.statements.some(ts.isImportDeclaration))
    return { ok: false, message: "Expected an expression or statements; import in a cell instead." };
  const { js, scope } = emitBody(open(parsed), options, {
    unchecked: true,
    locals: new Set(locals),
    marksWaits: false,
  });
  return { ok: true, js, scope, awaits: awaits(parsed.file) };
}
