/** user_expressions of an execute request: small questions about the state after a cell, each with its own status. */
import type { CellError } from "../../session/messages.js";
import type { Json } from "../../wire/message.js";
import type { KernelContext } from "../context.js";
import { shown } from "../handlers/fields.js";
import type { Interruption } from "./interruption.js";

/** Name → MIME bundle or error, as the reply carries it. */
export async function evaluateAll(
  expressions: Json,
  run: number,
  kernel: KernelContext,
  interruption: Interruption,
): Promise<Json> {
  const results: [string, Json][] = [];
  for (const [name, expression] of Object.entries(expressions)) {
    results.push([name, await evaluateOne(expression, run, kernel, interruption)]);
  }
  return Object.fromEntries(results);
}

async function evaluateOne(
  expression: unknown,
  run: number,
  { language, session }: KernelContext,
  interruption: Interruption,
): Promise<Json> {
  if (typeof expression !== "string") {
    const evalue = `user_expressions: an expression should be a string, not ${shown(expression)}`;
    return { status: "error", ename: "TypeError", evalue, traceback: [] };
  }
  const compiled = await interruption.endsWait(language.compileExpression(expression));
  if (compiled === "interrupted") {
    return { status: "error", ename: "Interrupted", evalue: "not evaluated", traceback: [] };
  }
  if (!compiled.ok) {
    const evalue = compiled.diagnostics[0]?.message ?? "not an expression";
    const traceback = compiled.diagnostics.map(({ frame }) => frame);
    return { status: "error", ename: "SyntaxError", evalue, traceback };
  }
  try {
    const cell = { ...compiled.cell, source: expression };
    const { data, metadata } = (await interruption.during(session.evaluate(run, cell))).decode();
    return { status: "ok", data, metadata };
  } catch (error) {
    const { ename, evalue, traceback } = error as CellError;
    return {
      status: "error",
      ename: ename ?? "Error",
      evalue: evalue ?? String(error),
      traceback: traceback ?? [],
    };
  }
}
