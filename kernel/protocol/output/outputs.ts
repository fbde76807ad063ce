/**
 * What a cell puts out, on its way to IOPub with its own cell as the parent, be it early or late: a timer that prints after the next
 * cell has begun still prints below its own cell.
 */
import type { CapturedOutput } from "../../session/messages.js";
import type { OutputEvent } from "../../session/session.js";
import { joinObject } from "../../wire/json.js";
import type { Json } from "../../wire/message.js";
import { Flood } from "./flood.js";
import type { Parent, Publisher } from "./publisher.js";
import { StreamBuffer } from "./stream-buffer.js";

/** Runs whose parent is remembered for late output: those that have been heard of last. */
const REMEMBERED_RUNS = 1_000;
/** After this many milliseconds without late text, the tail of a late flood is shown. */
const LATE_TAIL_DELAY = 1_000;

interface Run {
  readonly parent: Parent;
  readonly silent: boolean;
  readonly count: number;
  /** While there is text, so that the thousands of runs that are remembered for late output weigh little. */
  text?: RunText;
  /** By source: of several payloads of one kind the last one counts, as with ipykernel. */
  payloads?: Map<string, Json>;
  /** The beginning of the result's text, for the history. */
  result?: string;
  /** What it puts out, while that is kept and not shown. */
  captured?: Capturable[];
  ended: boolean;
  lateTail?: NodeJS.Timeout;
}

interface RunText {
  readonly stream: StreamBuffer;
  readonly flood: Flood;
}

export interface RunSummary {
  readonly payloads: readonly Json[];
  readonly result?: string;
}

type Output = Extract<OutputEvent, { type: "stream" | "display" | "clear_output" | "result" | "payload" }>;
type Capturable = Extract<Output, { type: "stream" | "display" | "result" }>;

export class Outputs {
  readonly #publisher: Publisher;
  readonly #runs = new Map<number, Run>();
  #latest = 0;

  constructor(publisher: Publisher) {
    this.#publisher = publisher;
  }

  /** Announces a cell; its output may come from now on. */
  begin(run: number, parent: Parent, count: number, silent: boolean): void {
    this.#runs.set(run, { parent, silent, count, ended: false });
    this.#latest = run;
    if (this.#runs.size > REMEMBERED_RUNS) this.#forgetOne();
  }

  /** Sends all that the cell has put out; what its reply needs comes back. */
  end(run: number): RunSummary {
    const state = this.#find(run);
    if (!state) return { payloads: [] };
    this.#showTail(state);
    state.ended = true;
    const { payloads, result } = state;
    delete state.payloads;
    delete state.result;
    return { payloads: [...(payloads?.values() ?? [])], ...(result !== undefined && { result }) };
  }

  /** Keeps what a run puts out, until the function that comes back is called, which answers with it. */
  capture(run: number): () => readonly CapturedOutput[] {
    const state = this.#find(run);
    if (!state) return () => [];
    const captured: Capturable[] = [];
    const before = state.captured;
    state.captured = captured;
    return () => {
      if (before) state.captured = before;
      else delete state.captured;
      return captured.map((event) =>
        event.type === "stream"
          ? { type: "stream", name: event.name, text: event.text }
          : { type: "display", bundle: event.bundle.decode() },
      );
    };
  }

  /** Parent header of a run's messages. Output of an unknown run belongs to the last cell. */
  parentOf(run: number): Parent {
    return this.#find(run)?.parent ?? {};
  }

  handle(event: Output): void {
    const run = this.#find(event.run);
    if (!run || run.silent) return;
    if (run.captured && (event.type === "stream" || event.type === "display" || event.type === "result"))
      return void run.captured.push(event);
    if (run.ended) this.#keep(event.run, run);
    if (event.type === "stream") {
      const { stream, flood } = (run.text ??= this.#newText(run));
      for (const piece of flood.admit(event)) stream.write(piece);
      if (run.ended) this.#showTailLater(run);
      return;
    }
    if (event.type === "payload") {
      (run.payloads ??= new Map()).set(String(event.payload["source"]), { ...event.payload });
      return;
    }
    run.text?.stream.flush();
    if (event.type === "clear_output") {
      run.text?.flood.end();
      this.#publisher.publish("clear_output", { wait: event.wait }, run.parent);
      return;
    }
    const { data, metadata } = event.bundle;
    if (event.type === "result") {
      if (event.excerpt !== undefined) run.result = event.excerpt;
      const content = joinObject({ execution_count: run.count, data, metadata });
      this.#publisher.publish("execute_result", content, run.parent);
      return;
    }
    const transient = event.displayId === undefined ? {} : { display_id: event.displayId };
    const type = event.update ? "update_display_data" : "display_data";
    this.#publisher.publish(type, joinObject({ data, metadata, transient }), run.parent);
  }

  /** A timer that prints now and then keeps its cell remembered. */
  #keep(number: number, run: Run): void {
    if (this.#runs.delete(number)) this.#runs.set(number, run);
  }

  /** The oldest that has ended: while one goes on, thousands may come and go in subshells. */
  #forgetOne(): void {
    for (const [run, { ended }] of this.#runs) {
      if (ended) return void this.#runs.delete(run);
    }
  }

  #find(run: number): Run | undefined {
    return this.#runs.get(run) ?? this.#runs.get(this.#latest);
  }

  #newText({ parent, count }: Run): RunText {
    const stream = new StreamBuffer(({ name, text }) =>
      this.#publisher.publish("stream", { name, text }, parent),
    );
    return { stream, flood: new Flood(`cell-${count}`) };
  }

  #showTail(run: Run): void {
    if (!run.text) return;
    const { stream, flood } = run.text;
    delete run.text;
    for (const piece of flood.end()) stream.write(piece);
    stream.flush();
  }

  #showTailLater(run: Run): void {
    clearTimeout(run.lateTail);
    run.lateTail = setTimeout(() => this.#showTail(run), LATE_TAIL_DELAY);
    run.lateTail.unref();
  }
}
