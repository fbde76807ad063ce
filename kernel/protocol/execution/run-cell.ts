/**
 * Runs a cell: step by step where it has magics, else all at once. An interrupt ends the wait for whatever the cell is at.
 */
import type { CellToCheck, Diagnostic } from "../../language/language.js";
import { readMagics, type CodeStep } from "../../language/magics/parse.js";
import { isChinese } from "../../locale/notebook.js";
import { localized } from "../../locale/sentences.js";
import type { CellError, CompiledCell } from "../../session/messages.js";
import type { CellOutcome } from "../../session/session.js";
import type { CellToRun } from "./cell-to-run.js";
import type { KernelContext } from "../context.js";
import { helpPayload, helpQuery, isOwn, unknownName } from "./help-cell.js";
import type { Interruption } from "./interruption.js";
import { inSession } from "./magics/in-session.js";
import { runMagic } from "./magics/table.js";
import type { RunningCell } from "./staleness.js";

export async function runCell(
  cell: CellToRun,
  kernel: KernelContext,
  interruption: Interruption,
): Promise<CellOutcome> {
  const { run, count, code, origin } = cell;
  const query = helpQuery(code);
  if (query && !(await isOwn(query, kernel.language))) {
    const payload = await helpPayload(query, kernel.language);
    const text = `${unknownName(query.name)}\n`;
    kernel.outputs.handle(
      payload ? { type: "payload", run, payload } : { type: "stream", run, name: "stdout", text },
    );
    return { status: "ok" };
  }
  const { steps, problems, typecheck } = readMagics(code);
  kernel.typecheck = typecheck ?? kernel.typecheck;
  if (problems.length > 0) {
    // The language says it with the line.
    const refused = await kernel.language.compile({ source: code, number: count, problems }, run);
    return {
      status: "error",
      error: errorOf(refused.ok ? [] : refused.diagnostics, cell.name ?? count, "MagicError"),
    };
  }
  const known = kernel.staleness.begin(
    { ...(origin.cellId !== undefined && { cellId: origin.cellId }), executionCount: count },
    code,
  );
  let outcome: CellOutcome = { status: "ok" };
  for (const [index, step] of steps.entries()) {
    outcome =
      step.kind === "magic"
        ? await runMagic(step, cell, kernel, interruption, runCell)
        : step.capture === undefined
          ? await runCode(cell, step, index < steps.length - 1, kernel, interruption, known)
          : await runCaptured(cell, step, step.capture, kernel, interruption, known);
    if (outcome.status !== "ok") break;
  }
  known.end(outcome.status === "ok");
  return outcome;
}

/** Runs the code of a step without showing what it puts out, which is kept under a name. */
async function runCaptured(
  cell: CellToRun,
  step: CodeStep,
  name: string,
  kernel: KernelContext,
  interruption: Interruption,
  known: RunningCell,
): Promise<CellOutcome> {
  const release = kernel.outputs.capture(cell.run);
  let outcome: CellOutcome;
  try {
    outcome = await runCode(cell, step, false, kernel, interruption, known);
  } finally {
    const captured = release();
    if (name !== "") {
      const argument = JSON.stringify(captured);
      await inSession({ name: "captured", argument, body: "", bodyLine: 1 }, cell, kernel, interruption);
    }
  }
  if (outcome.status !== "ok" || name === "") return outcome;
  const text = `let ${name} = capturedOutput();`;
  return runCode({ ...cell, code: text }, { kind: "code", text }, true, kernel, interruption, known);
}

/** Checks, transforms and runs the code of one step. */
async function runCode(
  { run, count, code, silent, origin, name }: CellToRun,
  { text, measure }: CodeStep,
  part: boolean,
  kernel: KernelContext,
  interruption: Interruption,
  known: RunningCell,
): Promise<CellOutcome> {
  const { session, language, outputs } = kernel;
  const warn = (warnings: readonly Diagnostic[]): void => {
    for (const warning of warnings)
      outputs.handle({ type: "stream", run, name: "stderr", text: `${describe(warning, name ?? count)}\n` });
  };
  const begun = await kernel.checks.run(async () => {
    const toCheck: CellToCheck = {
      source: code,
      ...(text !== code && { text }),
      number: count,
      typecheck: kernel.typecheck,
      looped: measure?.kind === "timeit",
    };
    const compiled = await interruption.endsWait(language.compile(toCheck, run));
    if (compiled !== "interrupted") {
      if (!compiled.ok) return compiled;
      warn(compiled.warnings);
    }
    const { ready } = kernel.debugger;
    if (compiled === "interrupted" || (ready && (await interruption.endsWait(ready)) === "interrupted")) {
      language.discard(run);
      return "interrupted";
    }
    if (!silent) known.reads(compiled.names);
    const cell: CompiledCell = {
      ...compiled.cell,
      source: code,
      ...(measure && { measure }),
      ...(part && { part }),
      ...(name !== undefined && { name }),
    };
    const running = interruption.during(session.run(run, cell, { silent, origin }));
    // From its start a cell counts for the cells after it: what it declared before it threw is there.
    const told = language.commit(run).then(warn, (error: Error) => kernel.log(error.message));
    return { ok: true as const, names: compiled.names, running, told };
  });
  if (begun === "interrupted") return { status: "interrupted" };
  if (!begun.ok) return { status: "error", error: errorOf(begun.diagnostics, name ?? count) };
  const outcome = await begun.running;
  await interruption.endsWait(begun.told);
  const globals = outcome.status === "died" ? undefined : outcome.globals;
  language.ended(run, outcome.status === "ok", globals).catch((error: Error) => kernel.log(error.message));
  const { declares, assigns } = begun.names;
  const assigned = outcome.status === "died" ? [] : outcome.assigned;
  // A cell that ran to its end has made all that it declares, be it the same value as before.
  if (outcome.status === "ok") known.writes([...declares, ...(assigned ?? assigns)]);
  else known.writes(assigned ?? []);
  return outcome;
}

export function interruptedError(): CellError {
  const evalue = localized("the cell was stopped; variables keep their values");
  return { ename: "Interrupted", evalue, traceback: [`\u001b[31mInterrupted\u001b[39m: ${evalue}`] };
}

/** TypeScript numbers its syntax errors from 1000 to 1999. */
function errorOf(
  diagnostics: readonly Diagnostic[],
  place: number | string,
  otherwise = "TypeScriptError",
): CellError {
  const first = diagnostics.find(({ category }) => category === "error") ?? diagnostics[0];
  const others = diagnostics.length - 1;
  const more = others < 1 ? "" : isChinese() ? `（另有 ${others} 个错误）` : ` (and ${others} more)`;
  return {
    ename: first && first.code >= 1000 && first.code < 2000 ? "SyntaxError" : otherwise,
    evalue: first ? `${first.message}${more}` : localized("the cell does not compile"),
    traceback: diagnostics.map((diagnostic) => describe(diagnostic, place, otherwise)),
  };
}

const RED = ["\u001b[31m", "\u001b[39m"] as const;
/** Yellow cannot be read on the ground of errors in a light page. */
const BOLD = ["\u001b[1m", "\u001b[22m"] as const;

/** What is wrong, where, and the line itself. */
function describe(
  { code, category, message, cell, line, column, frame }: Diagnostic,
  place: number | string,
  otherwise = "TypeScript",
): string {
  const [on, off] = category === "error" ? RED : BOLD;
  const what = code > 0 ? `TS${code}` : otherwise;
  // What is said about a file beside the notebook has no line in the cell.
  if (frame === "") return `${on}${what}${off}: ${message}\n`;
  const own = typeof place === "number" ? `Cell [${place}]` : place;
  const at = cell === undefined ? own : `Cell [${cell}]`;
  return `${on}${what}${off}: ${message}\n\n${frame}\n\n    at ${at}:${line}:${column}\n`;
}
