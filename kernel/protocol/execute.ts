/** execute_request: from the code to the reply. What the cell puts out meanwhile goes through `outputs.ts`. */
import type { Diagnostic } from "../language/language.js";
import type { CellError } from "../session/messages.js";
import type { CellOutcome } from "../session/session.js";
import type { Json, Message } from "../wire/message.js";
import type { KernelContext, Reply } from "./context.js";
import { flagField, objectField, textField } from "./fields.js";
import { helpPayload, helpQuery } from "./help-cell.js";
import type { Interruption } from "./interruption.js";
import type { RunSummary } from "./outputs.js";
import { evaluateAll } from "./user-expressions.js";

interface ExecuteRequest {
  readonly code: string;
  readonly silent: boolean;
  readonly storeHistory: boolean;
  readonly stopOnError: boolean;
  readonly userExpressions: Json;
  readonly cellId?: string;
}

export async function execute(message: Message, kernel: KernelContext): Promise<Reply> {
  const request = parse(message);
  const { code, silent } = request;
  const blank = code.trim() === "";
  if (request.storeHistory && !blank) kernel.executionCount++;
  const count = kernel.executionCount;
  if (!silent) kernel.publisher.publish("execute_input", { code, execution_count: count }, message.header);

  const run = ++kernel.lastRun;
  kernel.outputs.begin(run, message.header, count, silent);
  kernel.inputs.begin(run, message);
  const interruption = kernel.interruptions.begin();
  let outcome: CellOutcome = { status: "ok" };
  let userExpressions: Json = {};
  let summary: RunSummary;
  try {
    if (!blank) outcome = await runCell(run, count, request, kernel, interruption);
    if (outcome.status === "ok") {
      userExpressions = await evaluateAll(request.userExpressions, run, kernel, interruption);
    }
  } finally {
    kernel.interruptions.end(interruption);
    kernel.inputs.end(run);
    summary = kernel.outputs.end(run);
  }
  const { payloads, result } = summary;
  if (outcome.status === "died") await kernel.forgetCells();
  if (request.storeHistory && !blank) kernel.history.add(count, code, result);

  if (outcome.status === "ok") {
    const content = { execution_count: count, user_expressions: userExpressions, payload: payloads };
    return { content: { status: "ok", ...content } };
  }
  const { ename, evalue, traceback } = outcome.status === "interrupted" ? INTERRUPTED : outcome.error;
  if (!silent) kernel.publisher.publish("error", { ename, evalue, traceback }, message.header);
  return {
    content: { status: "error", ename, evalue, traceback, execution_count: count },
    abortsWaiting: request.stopOnError,
  };
}

/** Checks, transforms and runs a cell. An interrupt ends the wait for each of the steps. */
async function runCell(
  run: number,
  count: number,
  request: ExecuteRequest,
  kernel: KernelContext,
  interruption: Interruption,
): Promise<CellOutcome> {
  const { session, language, outputs } = kernel;
  const query = helpQuery(request.code);
  if (query) {
    const payload = await helpPayload(query, language);
    const text = `${query.name}: nothing of this name is known\n`;
    outputs.handle(
      payload ? { type: "payload", run, payload } : { type: "stream", run, name: "stdout", text },
    );
    return { status: "ok" };
  }
  // From its start a cell counts for the cells after it: what it declared before it threw is there.
  let committed: Promise<void> | undefined;
  const compiled = await kernel.checks.take(async () => {
    const checked = await interruption.endsWait(language.compile(request.code, count, run));
    if (checked !== "interrupted" && checked.ok) {
      committed = language.commit(run).catch((error: Error) => kernel.log(error.message));
    }
    return checked;
  });
  if (compiled === "interrupted") return { status: "interrupted" };
  if (!compiled.ok) return { status: "error", error: errorOf(compiled.diagnostics, count) };
  for (const warning of compiled.warnings) {
    outputs.handle({ type: "stream", run, name: "stderr", text: `${describe(warning, count)}\n` });
  }
  if (kernel.debugger.ready && (await interruption.endsWait(kernel.debugger.ready)) === "interrupted")
    return { status: "interrupted" };
  const { cellId, silent } = request;
  const outcome = await interruption.during(
    session.run(run, compiled.cell, { silent, ...(cellId !== undefined && { cellId }) }),
  );
  await committed;
  return outcome;
}

const INTERRUPTED: CellError = {
  ename: "Interrupted",
  evalue: "the cell was stopped; variables keep their values",
  traceback: ["\u001b[31mInterrupted\u001b[39m: the cell was stopped; variables keep their values"],
};

/** TypeScript numbers its syntax errors from 1000 to 1999. */
function errorOf(diagnostics: readonly Diagnostic[], count: number): CellError {
  const first = diagnostics.find(({ category }) => category === "error") ?? diagnostics[0];
  const more = diagnostics.length > 1 ? ` (and ${diagnostics.length - 1} more)` : "";
  return {
    ename: first && first.code >= 1000 && first.code < 2000 ? "SyntaxError" : "TypeScriptError",
    evalue: first ? `${first.message}${more}` : "the cell does not compile",
    traceback: diagnostics.map((diagnostic) => describe(diagnostic, count)),
  };
}

/** What is wrong, where, and the line itself. */
function describe({ code, category, message, line, column, frame }: Diagnostic, count: number): string {
  const colour = category === "error" ? 31 : 33;
  const what = code > 0 ? `TS${code}` : "TypeScript";
  return `\u001b[${colour}m${what}\u001b[39m: ${message}\n\n${frame}\n\n    at \u001b[36mCell [${count}]:${line}:${column}\u001b[39m\n`;
}

function parse({ content, metadata }: Message): ExecuteRequest {
  const type = "execute_request";
  const silent = flagField(type, content, "silent", false);
  const cellId = metadata["cellId"];
  // Read when the cell asks; checked now, before anything has happened.
  flagField(type, content, "allow_stdin", true);
  return {
    code: textField(type, content, "code"),
    silent,
    storeHistory: flagField(type, content, "store_history", true) && !silent,
    stopOnError: flagField(type, content, "stop_on_error", true),
    userExpressions: objectField(type, content, "user_expressions"),
    ...(typeof cellId === "string" && { cellId }),
  };
}
