/** A line of text that is written again and again in its place, and what progress looks like in it. */

/** Something to write text to, such as process.stdout. */
export interface TextOutput {
  write(text: string): unknown;
}

export class RewrittenLine {
  readonly #out: TextOutput;
  #width = 0;

  constructor(out: TextOutput) {
    this.#out = out;
  }

  /** Spaces cover what is left of a longer line before. */
  rewrite(text: string): void {
    this.#out.write(`\r${text.padEnd(this.#width)}`);
    this.#width = text.length;
  }

  /** What was written stays; the next line begins. */
  end(): void {
    if (this.#width > 0) this.#out.write("\n");
    this.#width = 0;
  }
}

const cells = 20;

/** How much of a whole is done, as a bar. */
export function bar(done: number, total: number): string {
  const filled = Math.min(cells, Math.floor((cells * done) / total));
  return `${"━".repeat(filled)}${"┄".repeat(cells - filled)}`;
}

/** A number as losses and rates are read: four digits after the point, or as a power of ten. */
export function formatNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return String(value);
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(2) : value.toFixed(4);
}

/** Seconds as a clock shows them: 0:07, 12:30, 1:02:03. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const rest = String(whole % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}
