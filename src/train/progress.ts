/** The progress line of `fit`: rewritten in place while an epoch runs, one line for each epoch that is over. */
import { say, sayMetric } from "../locale/words.js";
import { bar, RewrittenLine, type TextOutput } from "../progress/line.js";

/** At least so long between two writings of a running epoch's line, in milliseconds. */
const interval = 100;
/** About how many lines stay at most: with more epochs only every n-th line does. */
const keptLines = 20;

export class Progress {
  readonly #out: TextOutput | null;
  readonly #line: RewrittenLine | null;
  readonly #epochs: number;
  #next = 0;

  /** Silent without an output. */
  constructor(epochs: number, out: TextOutput | null) {
    this.#epochs = epochs;
    this.#out = out;
    this.#line = out && new RewrittenLine(out);
  }

  /** A step is over; `batches` is how many the epoch has. */
  step(epoch: number, batch: number, batches: number, loss: number): void {
    if (this.#out === null || batches < 2) return;
    const now = performance.now();
    if (now < this.#next) return;
    this.#next = now + interval;
    this.#line?.rewrite(
      `${this.#epoch(epoch)}  ${bar(batch, batches)} ${batch}/${batches}  ${sayMetric("loss")} ${format(loss)}`,
    );
  }

  /** An epoch is over. */
  epoch(epoch: number, values: readonly (readonly [string, number])[], seconds: number): void {
    if (this.#out === null) return;
    const stays = epoch === this.#epochs || epoch % Math.ceil(this.#epochs / keptLines) === 0;
    const now = performance.now();
    if (!stays && now < this.#next) return;
    this.#next = now + interval;
    const text = values.map(([name, value]) => `${sayMetric(name)} ${format(value)}`).join("  ");
    this.#line?.rewrite(`${this.#epoch(epoch)}  ${text}  ${formatSeconds(seconds)}`);
    if (stays) this.#line?.end();
  }

  /** Training is over; what is on the running line stays. */
  end(message: string | null): void {
    this.#line?.end();
    if (message !== null) this.#out?.write(`${message}\n`);
  }

  #epoch(epoch: number): string {
    return say("Epoch {0}/{1}", String(epoch).padStart(String(this.#epochs).length), this.#epochs);
  }
}

function format(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(2) : value.toFixed(4);
}

function formatSeconds(seconds: number): string {
  return seconds < 1 ? `${(1000 * seconds).toFixed(0)} ms` : `${seconds.toFixed(1)} s`;
}
