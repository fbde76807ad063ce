/**
 * What a session writes to its file descriptors 1 and 2 past JavaScript's streams: native code and processes that it started.
 * At a cell's end the session writes a marker to both; once it is here, everything before it is.
 */
import { StringDecoder } from "node:string_decoder";

/** The bytes that end a cell's raw output; `nonce` is a secret of the two processes, so that no output can forge one. */
export function marker(nonce: string, run: number): string {
  return `\u0000cellgrad ${nonce} ${String(run)}\u0000`;
}

/** Splits a raw pipe into text and markers, wherever the chunks break. */
export class RawOutput {
  private readonly start: Buffer;
  private readonly decoder = new StringDecoder("utf8");
  private held: Buffer = Buffer.alloc(0);

  constructor(
    nonce: string,
    private readonly onText: (text: string) => void,
    private readonly onMarker: (run: number) => void,
  ) {
    this.start = Buffer.from(`\u0000cellgrad ${nonce} `);
  }

  push(chunk: Buffer): void {
    let bytes = this.held.length > 0 ? Buffer.concat([this.held, chunk]) : chunk;
    for (;;) {
      const at = bytes.indexOf(this.start);
      const end = at < 0 ? -1 : bytes.indexOf(0, at + this.start.length);
      if (end < 0) {
        const keep = at < 0 ? this.possibleStart(bytes) : at;
        this.text(bytes.subarray(0, keep));
        // A copy: the chunk's memory would otherwise live as long as a held byte.
        this.held = Buffer.from(bytes.subarray(keep));
        return;
      }
      this.text(bytes.subarray(0, at));
      this.onMarker(Number(bytes.toString("latin1", at + this.start.length, end)));
      bytes = bytes.subarray(end + 1);
    }
  }

  /** The pipe has ended: what looked like the start of a marker was text. */
  end(): void {
    const rest = this.decoder.write(this.held) + this.decoder.end();
    this.held = Buffer.alloc(0);
    if (rest) this.onText(rest);
  }

  private text(bytes: Buffer): void {
    const text = this.decoder.write(bytes);
    if (text) this.onText(text);
  }

  /** Offset from which `bytes` may be the beginning of a marker. */
  private possibleStart(bytes: Buffer): number {
    for (let at = Math.max(0, bytes.length - this.start.length + 1); at < bytes.length; at++) {
      if (bytes[at] === 0 && this.start.subarray(0, bytes.length - at).equals(bytes.subarray(at))) return at;
    }
    return bytes.length;
  }
}
