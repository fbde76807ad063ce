/** A display host for tests: cells whose outputs are kept as a notebook keeps them, and a clock that only the test moves. */
import { setDisplayHost } from "../../src/viz/display-host.js";
import type { DisplayHost, MimeBundle, RunningCell, SavedNotebook } from "../../src/viz/display-host.js";
import type { Clock } from "../../src/viz/live.js";

interface Output {
  readonly displayId: string | undefined;
  bundle: MimeBundle;
}

export class FakeNotebook implements DisplayHost {
  /** Outputs by cell id, in order of display. */
  readonly outputs = new Map<string, Output[]>();
  /** Every message that was sent, for counting. */
  readonly sent: { kind: "display" | "update"; bundle: MimeBundle }[] = [];
  /** Ids of deleted cells that the client has told. */
  readonly deleted = new Set<string>();
  #client = 1;
  #saved: SavedNotebook | undefined;
  #cell: { id: string; run: number; cleared: number; client: string } | undefined;
  #atEnd: (() => void)[] = [];
  #runs = 0;

  constructor() {
    setDisplayHost(this);
  }

  display(bundle: MimeBundle, displayId?: string): void {
    this.sent.push({ kind: "display", bundle });
    this.outputs.get(this.#cell!.id)!.push({ displayId, bundle });
  }

  update(displayId: string, bundle: MimeBundle): void {
    this.sent.push({ kind: "update", bundle });
    for (const outputs of this.outputs.values())
      for (const output of outputs) if (output.displayId === displayId) output.bundle = bundle;
  }

  cell(): RunningCell | undefined {
    return this.#cell && { ...this.#cell };
  }

  atCellEnd(callback: () => void): boolean {
    if (this.#cell === undefined) return false;
    this.#atEnd.push(callback);
    return true;
  }

  isDeleted(id: string): boolean {
    return this.deleted.has(id);
  }

  savedNotebook(): SavedNotebook | undefined {
    return this.#saved;
  }

  /** The user clears the outputs of all cells, which no kernel hears of. */
  clearAll(): void {
    for (const id of this.outputs.keys()) this.outputs.set(id, []);
  }

  /** The user saves the notebook, where the kernel can read it. */
  save(): void {
    const content = JSON.stringify([...this.outputs]);
    this.#saved = { savedAt: Date.now() + 1, includes: (text) => content.includes(text) };
  }

  /** The user loads the page anew: outputs are there as they are, but no longer under their display ids. */
  reload(): void {
    this.#client++;
    for (const [id, outputs] of this.outputs)
      this.outputs.set(
        id,
        outputs.map(({ bundle }) => ({ bundle, displayId: undefined })),
      );
  }

  clearOutput(): void {
    this.outputs.set(this.#cell!.id, []);
    this.#cell!.cleared++;
  }

  /** Runs a cell; a value that it returns is shown as the kernel shows a cell's last expression. */
  run(id: string, code: () => unknown): Output[] {
    this.#cell = { id, run: ++this.#runs, cleared: 0, client: `page ${this.#client}` };
    this.outputs.set(id, []);
    const value = code();
    const show = (value as Record<symbol, unknown> | undefined)?.[Symbol.for("Jupyter.display")];
    if (typeof show === "function") {
      const bundle = (show as () => MimeBundle).call(value);
      const displayId = (value as Record<symbol, string>)[Symbol.for("Jupyter.displayId")];
      if (Object.keys(bundle).length > 0) this.display(bundle, displayId);
    }
    for (const callback of this.#atEnd.splice(0)) callback();
    this.#cell = undefined;
    return this.outputs.get(id)!;
  }
}

/** The HTML of an output. */
export function html(output: Output | undefined): string {
  return String(output?.bundle["text/html"]);
}

/** An array of a figure as numbers, also where Plotly's base64 stands for it. */
export function numbersOf(value: unknown): number[] {
  if (Array.isArray(value)) return value as number[];
  const { dtype, bdata } = value as { dtype: string; bdata: string };
  const bytes = Uint8Array.from(Buffer.from(bdata, "base64"));
  const types = {
    u1: Uint8Array,
    i1: Int8Array,
    u2: Uint16Array,
    i2: Int16Array,
    i4: Int32Array,
    f4: Float32Array,
    f8: Float64Array,
  };
  return Array.from(new types[dtype as keyof typeof types](bytes.buffer));
}

/** Whether an output brings plotly.js along. */
export function carriesLibrary(output: Output | undefined): boolean {
  return html(output).includes("DecompressionStream");
}

export class FakeClock implements Clock {
  #now = 0;
  #timers: { at: number; callback: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  later(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + ms, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Lets time pass without running timers, as a loop that never yields does. */
  block(ms: number): void {
    this.#now += ms;
  }

  /** Lets time pass and runs the timers that fall due. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      this.#now = Math.max(this.#now, due.at);
      due.callback();
    }
    this.#now = end;
  }
}
