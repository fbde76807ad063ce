/**
 * The worker thread of the language: answers calls one after another.
 */
import { parentPort, workerData } from "node:worker_threads";
import { Cells, type CellsOptions } from "./cells.js";
import { keepCompiledCode } from "./compiler.js";
import { WARM_UP } from "./prelude.js";
import type { Answer, Call, Calls } from "./requests.js";

const language = new Cells(workerData as CellsOptions);
const cells: Calls = language;

const say = (answer: Answer) => parentPort?.postMessage(answer);

let calls = 0;

parentPort?.on("message", ({ id, name, args }: Call) => {
  calls++;
  try {
    const method = cells[name] as (...args: readonly unknown[]) => unknown;
    say({ type: "answer", id, value: method.apply(cells, args as unknown[]) });
  } catch (error) {
    language.recover();
    say({
      type: "failure",
      id,
      message: `TypeScript failed: ${error instanceof Error ? error.message : String(error)}`,
    });
  }
});
say({ type: "ready" });

// While the user has not asked for anything yet, what the first cells need is made ready too.
setTimeout(() => {
  if (calls === 0) language.compile(WARM_UP, 0);
}, 30).unref();
setTimeout(keepCompiledCode, 3000).unref();
