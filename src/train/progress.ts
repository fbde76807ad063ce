/** The progress line of `fit`: rewritten in place while an epoch runs, one line for each epoch that is over. */

/** At least so long between two writings of a running epoch's line, in milliseconds. */
const interval = 100;
/** Lines that stay, at most about so many; with more epochs only every so-manieth line stays. */
const keptLines = 20;

/** Something to write text to, such as process.stdout. */
export interface TextOutput {
  write(text: string): unknown;
}

export class Progress {
  readonly #out: TextOutput | null;
  readonly #epochs: number;
  #next = 0;
  #width = 0;

  /** Silent without an output. */
  constructor(epochs: number, out: TextOutput | null) {
    this.#epochs = epochs;
    this.#out = out;
  }

  /** A step is over; `batches` is how many the epoch has. */
  step(epoch: number, batch: number, batches: number, loss: number): void {
    if (this.#out === null || batches < 2) return;
    const now = performance.now();
    if (now < this.#next) return;
    this.#next = now + interval;
    const filled = Math.floor((20 * batch) / batches);
    const bar = `${"━".repeat(filled)}${"┄".repeat(20 - filled)}`;
    this.#rewrite(`${this.#epoch(epoch)}  ${bar} ${batch}/${batches}  loss ${format(loss)}`);
  }

  /** An epoch is over. */
  epoch(epoch: number, values: readonly (readonly [string, number])[], seconds: number): void {
    if (this.#out === null) return;
    const stays = epoch === this.#epochs || epoch % Math.ceil(this.#epochs / keptLines) === 0;
    const now = performance.now();
    if (!stays && now < this.#next) return;
    this.#next = now + interval;
    const text = values.map(([name, value]) => `${name} ${format(value)}`).join("  ");
    this.#rewrite(`${this.#epoch(epoch)}  ${text}  ${formatSeconds(seconds)}`);
    if (stays) this.#newLine();
  }

  /** Training is over; what is on the running line stays. */
  end(message: string | null): void {
    if (this.#width > 0) this.#newLine();
    if (message !== null) this.#out?.write(`${message}\n`);
  }

  #epoch(epoch: number): string {
    return `Epoch ${String(epoch).padStart(String(this.#epochs).length)}/${this.#epochs}`;
  }

  /** Spaces cover what is left of a longer line before. */
  #rewrite(line: string): void {
    this.#out?.write(`\r${line.padEnd(this.#width)}`);
    this.#width = line.length;
  }

  #newLine(): void {
    this.#out?.write("\n");
    this.#width = 0;
  }
}

function format(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(2) : value.toFixed(4);
}

function formatSeconds(seconds: number): string {
  return seconds < 1 ? `${(1000 * seconds).toFixed(0)} ms` : `${seconds.toFixed(1)} s`;
}
