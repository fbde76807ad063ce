/** execute_request: from the code to the reply. What the cell puts out meanwhile goes through `outputs.ts`. */
import type { RunOrigin } from "../../session/messages.js";
import type { CellOutcome } from "../../session/session.js";
import type { Json, Message } from "../../wire/message.js";
import type { KernelContext, Reply } from "../context.js";
import { flagField, objectField, textField } from "./fields.js";
import type { RunSummary } from "../output/outputs.js";
import { interruptedError, runCell } from "../execution/run-cell.js";
import type { StaleCell } from "../execution/staleness.js";
import { evaluateAll } from "../execution/user-expressions.js";

interface ExecuteRequest {
  readonly code: string;
  readonly silent: boolean;
  readonly storeHistory: boolean;
  readonly stopOnError: boolean;
  readonly userExpressions: Json;
  /** JupyterLab tells ids of cells. */
  readonly origin: RunOrigin & { readonly deletedCells: readonly string[] };
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
  const { origin } = request;
  kernel.staleness.drop(origin.deletedCells);
  let outcome: CellOutcome = { status: "ok" };
  let userExpressions: Json = {};
  let summary: RunSummary;
  try {
    const cell = { run, count, code, silent, origin };
    if (!blank) outcome = await runCell(cell, kernel, interruption);
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
    return { content: { status: "ok", ...content }, metadata: metadataOf(kernel.staleness.stale()) };
  }
  const { ename, evalue, traceback } = outcome.status === "interrupted" ? interruptedError() : outcome.error;
  if (!silent) kernel.publisher.publish("error", { ename, evalue, traceback }, message.header);
  return {
    content: { status: "error", ename, evalue, traceback, execution_count: count },
    metadata: metadataOf(kernel.staleness.stale()),
    abortsWaiting: request.stopOnError,
  };
}

/**
 * What `execute_reply` says of the notebook besides the cell: `cellgrad.stale` names each cell that holds values which are no longer those
 * of the cells that it read them from, and why.
 */
function metadataOf(stale: readonly StaleCell[]): Json {
  return { cellgrad: { stale } };
}

function parse({ header, content, metadata }: Message): ExecuteRequest {
  const type = "execute_request";
  const silent = flagField(type, content, "silent", false);
  const { cellId, deletedCells } = metadata;
  // Read when the cell asks; checked now, before anything has happened.
  flagField(type, content, "allow_stdin", true);
  return {
    code: textField(type, content, "code"),
    silent,
    storeHistory: flagField(type, content, "store_history", true) && !silent,
    stopOnError: flagField(type, content, "stop_on_error", true),
    userExpressions: objectField(type, content, "user_expressions"),
    origin: {
      ...(typeof cellId === "string" && { cellId }),
      client: header.session,
      deletedCells: Array.isArray(deletedCells) ? deletedCells.filter((id) => typeof id === "string") : [],
    },
  };
}
