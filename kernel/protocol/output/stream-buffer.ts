/**
 * Gathers the text that a cell prints into few messages: at most 20 a second as long as it only prints, in the order in which it
 * was printed.
 */
import type { StreamName, Text } from "./flood.js";

/** Milliseconds between stream messages of one cell. */
const INTERVAL = 50;
/** Alternations between stdout and stderr kept within one interval; beyond, order gives way to fewer messages. */
const MAX_PIECES = 16;

export class StreamBuffer {
  readonly #emit: (piece: Text) => void;
  #pieces: { name: StreamName; chunks: string[] }[] = [];
  #timer: NodeJS.Timeout | undefined;
  #nextAt = 0;

  constructor(emit: (piece: Text) => void) {
    this.#emit = emit;
  }

  write({ name, text }: Text): void {
    if (text === "") return;
    const last =
      this.#pieces.length < MAX_PIECES
        ? this.#pieces.at(-1)
        : this.#pieces.findLast((piece) => piece.name === name);
    if (last?.name === name) last.chunks.push(text);
    else this.#pieces.push({ name, chunks: [text] });
    this.#timer ??= setTimeout(() => this.flush(), Math.max(0, this.#nextAt - performance.now()));
  }

  /** Sends what is there now, so that what comes next on IOPub stands behind it. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const pieces = this.#pieces;
    if (pieces.length === 0) return;
    this.#pieces = [];
    for (const { name, chunks } of pieces) this.#emit({ name, text: chunks.join("") });
    this.#nextAt = performance.now() + INTERVAL * pieces.length;
  }
}
