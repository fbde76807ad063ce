/**
 * `process.stdin`: whoever waits for a line of it asks the user, in a box below the cell, so that `readline` works as in a terminal.
 */
import { Readable } from "node:stream";
import { currentRun } from "./streams.js";
import { prompt } from "../prelude.js";

/** A reader that has what it wanted gets so long to stop, before the next line is asked for. */
const PATIENCE_MS = 100;

/** Why no line came, with the run that waits for it. */
const refusals = new WeakMap<object, number>();

/** The run that waits in vain for input where an error is the refusal of it. */
export function refusedRun(error: unknown): number | undefined {
  return typeof error === "object" && error !== null ? refusals.get(error) : undefined;
}

class AskedInput extends Readable {
  readonly isTTY = false;
  readonly fd = 0;

  constructor(readonly run: number) {
    super({ highWaterMark: 0, encoding: "utf8" });
  }

  override _read(): void {
    setTimeout(() => this.ask(), PATIENCE_MS);
  }

  private ask(): void {
    if (this.destroyed) return;
    if (this.isPaused() && this.listenerCount("readable") === 0) {
      // Nothing is read now; who goes on reading asks anew.
      this.push("");
      return;
    }
    const run = currentRun();
    prompt().then(
      (line) => this.push(`${line}\n`),
      (error: unknown) => {
        const refusal = new Error(`process.stdin: ${(error as Error).message}`);
        refusals.set(refusal, run);
        this.destroy(refusal);
      },
    );
  }

  // What libraries call on standard input that is no terminal.
  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  setRawMode(): this {
    throw new Error("process.stdin.setRawMode: a notebook reads whole lines; there is no terminal");
  }
}

/** Replaces `process.stdin`: each cell has its own, so that one that was left waiting is in nobody's way. */
export function installInput(): void {
  let stdin: AskedInput | undefined;
  Object.defineProperty(process, "stdin", {
    get() {
      const run = currentRun();
      if (stdin === undefined || stdin.destroyed || stdin.run !== run) stdin = new AskedInput(run);
      return stdin;
    },
    enumerable: true,
    configurable: true,
  });
}
