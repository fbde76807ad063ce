/** Runs a notebook from top to bottom in a kernel, filling in its outputs, and tells how it goes. */
import type { Json, Message } from "../wire/message.js";
import { CellOutputs } from "./cell-outputs.js";
import type { LaunchedKernel } from "./launch.js";
import type { Cell, Notebook } from "./notebook.js";

export interface RunOptions {
  /** Seconds that one cell may take; without it, any time. */
  readonly timeout?: number;
  /** Go on after a cell that throws. */
  readonly allowErrors?: boolean;
  readonly onProgress?: (progress: Progress) => void;
  /** Stops the running cell, which then counts as failed. */
  readonly signal?: AbortSignal;
}

export type Progress =
  | { readonly type: "begin"; readonly cell: Cell; readonly index: number; readonly total: number }
  /** What the running cell printed. */
  | { readonly type: "print"; readonly text: string }
  | {
      readonly type: "end";
      readonly index: number;
      readonly total: number;
      readonly seconds: number;
      readonly failed: boolean;
    };

export interface CellFailure {
  /** Place among the code cells, from 1. */
  readonly index: number;
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

/** Cells with these tags are treated as nbclient treats them. */
const MAY_RAISE = "raises-exception";
const SKIPPED = "skip-execution";
/** How long an interrupted cell may go on before the run is given up, in milliseconds. */
const PATIENCE = 5_000;

/** Runs all code cells, in place. What stops the run early comes back; it is also the last output in the notebook. */
export async function runNotebook(
  notebook: Notebook,
  kernel: LaunchedKernel,
  options: RunOptions = {},
): Promise<CellFailure | undefined> {
  const { client, info } = kernel;
  const cells = notebook.cells.filter(
    (cell) => cell.cell_type === "code" && cell.source.trim() !== "" && !hasTag(cell, SKIPPED),
  );
  for (const cell of cells) {
    cell.outputs = [];
    cell.execution_count = null;
  }
  notebook.metadata["language_info"] = info["language_info"];

  const collected = new CellOutputs();
  let running = "";
  client.onIopub = (message: Message) => {
    collected.receive(message);
    const { header, parentHeader, content } = message;
    if (header.msg_type === "stream" && parentHeader["msg_id"] === running) {
      options.onProgress?.({ type: "print", text: String(content["text"]) });
    }
  };
  for (const [i, cell] of cells.entries()) {
    const index = i + 1;
    const total = cells.length;
    const started = performance.now();
    options.onProgress?.({ type: "begin", cell, index, total });
    const request = {
      code: cell.source,
      silent: false,
      store_history: true,
      allow_stdin: false,
      stop_on_error: !options.allowErrors,
      user_expressions: {},
    };
    const replied = client.request("shell", "execute_request", request, (id) => {
      running = id;
      collected.watch(id, cell.outputs!);
    });
    const interrupt = (): void => void client.send("control", "interrupt_request", {});
    options.signal?.addEventListener("abort", interrupt);
    const reply = await withTimeout(replied, kernel, options.timeout);
    options.signal?.removeEventListener("abort", interrupt);
    const { content } = reply.message;
    cell.execution_count = (content["execution_count"] as number | undefined) ?? null;
    const failed = content["status"] !== "ok";
    options.onProgress?.({
      type: "end",
      index,
      total,
      seconds: (performance.now() - started) / 1_000,
      failed,
    });
    if (!failed) continue;
    if (reply.timedOut) {
      const evalue = `cell ${index} of ${total} took longer than ${options.timeout} s and was stopped`;
      return { index, ename: "Timeout", evalue, traceback: [evalue] };
    }
    const goesOn = options.allowErrors || hasTag(cell, MAY_RAISE);
    if (!goesOn || options.signal?.aborted) return { index, ...errorOf(content) };
  }
  return undefined;
}

/** Values of expressions in the kernel, as text. Throws where one cannot be evaluated. */
export async function valuesOf(
  { client }: LaunchedKernel,
  expressions: readonly string[],
): Promise<Record<string, string>> {
  const { content } = await client.request("shell", "execute_request", {
    code: "",
    silent: true,
    store_history: false,
    allow_stdin: false,
    user_expressions: Object.fromEntries(expressions.map((expression) => [expression, expression])),
  });
  const results = content["user_expressions"] as Record<string, Json>;
  return Object.fromEntries(
    expressions.map((expression) => {
      const result = results[expression]!;
      if (result["status"] !== "ok") {
        throw new Error(`${expression}: ${String(result["ename"])}: ${String(result["evalue"])}`);
      }
      return [expression, String((result["data"] as Json)["text/plain"])];
    }),
  );
}

/** Waits for a reply; when the time is over, interrupts the cell and waits for its reply to that. */
async function withTimeout(
  replied: Promise<Message>,
  { client, process: child }: LaunchedKernel,
  seconds: number | undefined,
): Promise<{ message: Message; timedOut: boolean }> {
  if (seconds === undefined) return { message: await replied, timedOut: false };
  let timedOut = false;
  let kill: NodeJS.Timeout | undefined;
  const timer = setTimeout(() => {
    timedOut = true;
    client.send("control", "interrupt_request", {});
    kill = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
  }, seconds * 1_000);
  try {
    return { message: await replied, timedOut };
  } finally {
    clearTimeout(timer);
    clearTimeout(kill);
  }
}

function hasTag(cell: Cell, tag: string): boolean {
  const tags = cell.metadata["tags"];
  return Array.isArray(tags) && tags.includes(tag);
}

function errorOf(content: Json): Omit<CellFailure, "index"> {
  const { ename = "Error", evalue = "", traceback = [] } = content as Partial<CellFailure>;
  return { ename, evalue, traceback };
}
