/**
 * The worker thread of the language: answers calls one after another.
 */
import { parentPort, workerData } from "node:worker_threads";
import { Cells, type CellsOptions } from "./cells.js";
import type { Answer, Call, Calls } from "./requests.js";

const cells: Calls = new Cells(workerData as CellsOptions);

const say = (answer: Answer) => parentPort?.postMessage(answer);

parentPort?.on("message", ({ id, name, args }: Call) => {
  try {
    const method = cells[name] as (...args: readonly unknown[]) => unknown;
    say({ type: "answer", id, value: method.apply(cells, args as unknown[]) });
  } catch (error) {
    say({
      type: "failure",
      id,
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  }
});
say({ type: "ready" });
