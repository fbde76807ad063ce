/** Reading zip archives: the directory first, a file of them only when it is asked for. */
import { platform } from "../../platform/node.js";
import type { Input } from "../input.js";
import { CENTRAL, DEFLATED, END, END64, EXTRA_64, IN_64_BITS, LOCAL, LOCATOR64, STORED } from "./format.js";

/** A file in an archive. */
export interface ZipEntry {
  readonly name: string;
  readonly size: number;
}

interface Entry extends ZipEntry {
  readonly method: number;
  readonly crc: number;
  /** Bytes in the archive, and where the header before them begins. */
  readonly packed: number;
  readonly position: number;
}

/** Comments at the end of an archive are this long at most. */
const longestComment = 0xffff;
/** No byte of deflated data stands for more: what claims it would fill memory with nothing. */
const mostInflation = 1032;

export class ZipArchive {
  readonly #entries: ReadonlyMap<string, Entry>;

  /** @throws Error that says what is wrong with the archive */
  constructor(
    readonly asking: string,
    readonly input: Input,
  ) {
    this.#entries = this.#directory();
  }

  /** The files in it, in its order. */
  entries(): ZipEntry[] {
    return [...this.#entries.values()];
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** The bytes of a file. @throws Error where they are damaged or not there */
  async read(name: string): Promise<Uint8Array> {
    const entry = this.#entries.get(name);
    if (entry === undefined) return this.#fail(`it has no ${JSON.stringify(name)}`);
    const packed = this.input.read(this.#begin(entry), entry.packed);
    const bytes = entry.method === STORED ? packed : await this.#inflated(entry, packed);
    if (bytes.length !== entry.size)
      return this.#fail(`${name} has ${bytes.length} bytes where ${entry.size} are said`);
    if (platform.crc32(bytes, 0) !== entry.crc)
      return this.#fail(`${name} is damaged: its checksum differs; copy or download the file again`);
    return bytes;
  }

  async #inflated({ name, size }: Entry, packed: Uint8Array): Promise<Uint8Array> {
    try {
      return await platform.inflateRaw(packed, size);
    } catch (error) {
      return this.#fail(`${name} is damaged (${(error as Error).message})`);
    }
  }

  #begin({ name, position, packed }: Entry): number {
    const header = this.#view(position, LOCAL.size);
    if (header.getUint32(0, true) !== LOCAL.signature)
      return this.#fail(`there is no file at byte ${position}, where ${name} should be`);
    const begin = position + LOCAL.size + header.getUint16(26, true) + header.getUint16(28, true);
    if (begin + packed > this.input.size) return this.#fail(`${name} goes beyond the end`);
    return begin;
  }

  #directory(): Map<string, Entry> {
    const { count, position, size } = this.#end();
    if (position + size > this.input.size) return this.#fail("its directory goes beyond the end");
    if (count * CENTRAL.size > size)
      return this.#fail(`${count} files do not fit into a directory of ${size} bytes`);
    const bytes = this.input.read(position, size);
    const view = viewOf(bytes);
    const entries = new Map<string, Entry>();
    let at = 0;
    for (let i = 0; i < count; i++) {
      if (at + CENTRAL.size > size || view.getUint32(at, true) !== CENTRAL.signature)
        return this.#fail("its directory is damaged");
      const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) =>
        view.getUint16(at + field, true),
      ) as [number, number, number];
      const end = at + CENTRAL.size + nameLength + extraLength + commentLength;
      if (end > size) return this.#fail("its directory is damaged");
      const name = new TextDecoder().decode(
        bytes.subarray(at + CENTRAL.size, at + CENTRAL.size + nameLength),
      );
      const extra = at + CENTRAL.size + nameLength;
      entries.set(name, this.#entry(name, view, at, extra, extraLength));
      at = end;
    }
    return entries;
  }

  #entry(name: string, view: DataView, at: number, extra: number, extraLength: number): Entry {
    const flags = view.getUint16(at + 8, true);
    if (flags & 1) return this.#fail(`${name} is encrypted`);
    const method = view.getUint16(at + 10, true);
    if (method !== STORED && method !== DEFLATED)
      return this.#fail(`${name} is packed by method ${method}; known are 0 (stored) and 8 (deflated)`);
    const wide = wideFields(view, extra, extraLength);
    const [size, packed, position] = [24, 20, 42].map((field) => {
      const value = view.getUint32(at + field, true);
      return value === IN_64_BITS ? wide() : value;
    }) as [number, number, number];
    if (![size, packed, position].every(Number.isSafeInteger) || position + packed > this.input.size)
      return this.#fail(`${name} goes beyond the end`);
    if (method === STORED ? size !== packed : size > mostInflation * packed + mostInflation)
      return this.#fail(`${name} says that its ${packed} bytes hold ${size}, which cannot be`);
    return { name, method, crc: view.getUint32(at + 16, true), size, packed, position };
  }

  /** Where the directory is. */
  #end(): { count: number; position: number; size: number } {
    const length = Math.min(this.input.size, END.size + longestComment);
    const start = this.input.size - length;
    const view = this.#view(start, length);
    for (let at = length - END.size; at >= 0; at--) {
      if (view.getUint32(at, true) !== END.signature) continue;
      const count = view.getUint16(at + 10, true);
      const [size, position] = [view.getUint32(at + 12, true), view.getUint32(at + 16, true)];
      const is64 = count === 0xffff || size === IN_64_BITS || position === IN_64_BITS;
      return is64 ? this.#end64(start + at) : { count, position, size };
    }
    return this.#fail("it has no directory at its end; it is cut off, or no zip archive");
  }

  #end64(end: number): { count: number; position: number; size: number } {
    if (end < LOCATOR64.size) return this.#fail("its directory is damaged");
    const locator = this.#view(end - LOCATOR64.size, LOCATOR64.size);
    const at = Number(locator.getBigUint64(8, true));
    if (locator.getUint32(0, true) !== LOCATOR64.signature || at + END64.size > end)
      return this.#fail("its directory is damaged");
    const view = this.#view(at, END64.size);
    if (view.getUint32(0, true) !== END64.signature) return this.#fail("its directory is damaged");
    const [count, size, position] = [32, 40, 48].map((field) => Number(view.getBigUint64(field, true)));
    return { count: count!, size: size!, position: position! };
  }

  #view(position: number, length: number): DataView {
    return viewOf(this.input.read(position, length));
  }

  #fail(problem: string): never {
    throw new Error(`${this.asking}: ${this.input.name} is no whole zip archive: ${problem}`);
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** Gives the numbers of the extra field for 64 bits one after the other, NaN where there is none. */
function wideFields(view: DataView, start: number, length: number): () => number {
  let [next, end] = [0, 0];
  for (let at = start; at + 4 <= start + length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== EXTRA_64) continue;
    next = at + 4;
    end = Math.min(next + view.getUint16(at + 2, true), start + length);
    break;
  }
  return () => {
    if (next + 8 > end) return NaN;
    next += 8;
    return Number(view.getBigUint64(next - 8, true));
  };
}
