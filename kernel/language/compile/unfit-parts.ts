/** What is told of parts of earlier cells that have been read again and do not fit what a later cell defines. */
import type { Diagnostic } from "../language.js";
import type { CellRecord } from "../names/registry.js";
import type { OpenCell } from "../program/workspace.js";
import { cellProblems, toDiagnostic } from "./diagnostics.js";
import type { Hints } from "./hints.js";

/** What functions that call each other return is any where none says so. */
const CIRCULAR = new Set([7022, 7023, 7024]);

/** Warnings, each with the part that it is about. */
export function unfitParts(
  { cell, source, parts }: CellRecord,
  { program, file, module }: OpenCell,
  hints: Hints,
): Diagnostic[] {
  const problems = cellProblems(program.getSemanticDiagnostics(file), module, hints);
  return problems
    .filter(({ code, mayCome }) => !mayCome && !CIRCULAR.has(code))
    .map((problem) => {
      const part = parts.find(({ spans }) =>
        spans.some(([start, end]) => start <= problem.start && problem.start < end),
      );
      const message = `'${part?.name ?? ""}' does not fit what this cell defines: ${problem.message}`;
      return { ...toDiagnostic({ ...problem, message }, source, "warning"), cell };
    });
}
