/** What `%%capture` has kept of a cell's output, as a value. */
import { inspect } from "node:util";
import { EncodedBundle } from "../../encoded-bundle.js";
import type { CapturedOutput as CapturedEvent } from "../../messages.js";
import { emit } from "./event-pipe.js";
import { magicError, type MagicCall } from "../magics/magic.js";
import { currentRun } from "./streams.js";

class CapturedOutput {
  readonly #events: readonly CapturedEvent[];

  constructor(events: readonly CapturedEvent[]) {
    this.#events = events;
  }

  get stdout(): string {
    return this.#text("stdout");
  }

  get stderr(): string {
    return this.#text("stderr");
  }

  /** MIME bundles that were displayed. */
  get outputs(): readonly Record<string, unknown>[] {
    return this.#events.flatMap((event) => (event.type === "stream" ? [] : [event.bundle.data]));
  }

  /** Shows all of it again, in this cell. */
  show(): void {
    const run = currentRun();
    for (const event of this.#events) {
      if (event.type === "stream") emit({ ...event, run });
      else emit({ type: "display", run, bundle: EncodedBundle.of(event.bundle), update: false });
    }
  }

  [inspect.custom](): string {
    const { stdout, stderr, outputs } = this;
    return `CapturedOutput ${inspect({ stdout, stderr, outputs })}`;
  }

  #text(name: "stdout" | "stderr"): string {
    return this.#events
      .map((event) => (event.type === "stream" && event.name === name ? event.text : ""))
      .join("");
  }
}

let last: CapturedOutput | undefined;

/** Takes what the kernel has kept, as JSON. */
export function keepCaptured({ argument }: MagicCall): void {
  last = new CapturedOutput(JSON.parse(argument) as CapturedEvent[]);
}

/** What was captured last; the code that gives it its name calls this. */
export function capturedOutput(): CapturedOutput {
  if (!last) throw magicError("MagicError", "Nothing was captured yet; write %%capture name above a cell");
  return last;
}
