/** A line of text that is written again and again in its place, and what progress looks like in it. */

/** Something to write text to, such as process.stdout. */
export interface TextOutput {
  write(text: string): unknown;
}

/**
 * While the line is there, what others write to the same output stands above it: the line is wiped away first, and is back when it is
 * written the next time. As tqdm.write.
 */
export class RewrittenLine {
  readonly #out: TextOutput;
  #text = "";
  /** How many characters of the line are to be seen. */
  #width = 0;
  /** Whether what others have written ends within a line. */
  #cutsIn = false;
  #writing = false;
  #stopWatching: (() => void) | undefined;

  constructor(out: TextOutput) {
    this.#out = out;
  }

  /** Spaces cover what is left of a longer line before. */
  rewrite(text: string): void {
    this.#stopWatching ??= this.#watch();
    const width = columns(text);
    this.#write(`${this.#cutsIn ? "\n" : "\r"}${text}${" ".repeat(Math.max(0, this.#width - width))}`);
    this.#cutsIn = false;
    this.#text = text;
    this.#width = width;
  }

  /** What was written stays; the next line begins. */
  end(): void {
    if (this.#text !== "" && this.#width === 0) this.rewrite(this.#text);
    if (this.#width > 0) this.#write("\n");
    this.#text = "";
    this.#width = 0;
    this.#stopWatching?.();
    this.#stopWatching = undefined;
  }

  #write(text: string): void {
    this.#writing = true;
    try {
      this.#out.write(text);
    } finally {
      this.#writing = false;
    }
  }

  /** Sees to what others write, until the function that comes back is called. */
  #watch(): () => void {
    const out = this.#out;
    const own = Object.getOwnPropertyDescriptor(out, "write");
    const write = out.write;
    const watched = (text: string, ...rest: unknown[]): unknown => {
      if (!this.#writing) {
        if (this.#width > 0) this.#write(`\r${" ".repeat(this.#width)}\r`);
        this.#width = 0;
        this.#cutsIn = !String(text).endsWith("\n");
      }
      return Reflect.apply(write, out, [text, ...rest]);
    };
    Object.defineProperty(out, "write", { value: watched, configurable: true, writable: true });
    return () => {
      // Who has put another function in its place since then goes on calling this one, which does no more than the first.
      this.#width = 0;
      if (out.write !== watched) return;
      if (own) Object.defineProperty(out, "write", own);
      else Reflect.deleteProperty(out, "write");
    };
  }
}

/** Columns that a text takes on a terminal: Chinese characters take two. */
function columns(text: string): number {
  return text.length + (text.match(/[\u2e80-\uffef]/g)?.length ?? 0);
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
