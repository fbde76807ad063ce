/** Writing zip archives. */
import { platform } from "../../platform/node.js";
import { CENTRAL, DEFLATED, END, END64, EXTRA_64, IN_64_BITS, LOCAL, LOCATOR64, STORED } from "./format.js";

/** A file for an archive. */
export interface ZipContent {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A file as it is written. */
interface Packed {
  readonly name: Uint8Array;
  readonly bytes: Uint8Array;
  readonly size: number;
  readonly crc: number;
  readonly method: number;
}

/** 2.0 for deflated files, 4.5 for 64 bits. */
const VERSION = 45;
/** Names are UTF-8. */
const UTF_8 = 0x0800;
/** 1980-01-01, the first date that there is: the same content makes the same file. */
const DATE = 0x0021;
/** An extra field of zeros, by which a file is brought to a multiple of some bytes. */
const EXTRA_PADDING = 0x4246;

/**
 * An archive of these files, in parts that are to be written one after the other.
 * @param alignment stored files begin at a multiple of as many bytes
 */
export async function zipParts(
  contents: readonly ZipContent[],
  { compressed = false, alignment = 1 }: { compressed?: boolean; alignment?: number } = {},
): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = [];
  let position = 0;
  const append = (bytes: Uint8Array): void => {
    parts.push(bytes);
    position += bytes.length;
  };
  const directory: Uint8Array[] = [];
  for (const content of contents) {
    const file = await packed(content, compressed);
    directory.push(centralHeader(file, position));
    append(localHeader(file, position, alignment));
    append(file.bytes);
  }
  const start = position;
  for (const header of directory) append(header);
  append(ending(directory.length, start, position - start));
  return parts;
}

async function packed({ name, bytes }: ZipContent, compressed: boolean): Promise<Packed> {
  const of = {
    name: new TextEncoder().encode(name),
    size: bytes.length,
    crc: platform.crc32(bytes, 0),
  };
  if (!compressed) return { ...of, bytes, method: STORED };
  return { ...of, bytes: await platform.deflateRaw(bytes), method: DEFLATED };
}

/** Writes numbers of 2, 4 and 8 bytes one after the other. */
class Fields {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
    this.#view = new DataView(this.bytes.buffer);
  }

  two(...values: number[]): this {
    for (const value of values) this.#view.setUint16(this.#move(2), value, true);
    return this;
  }

  four(...values: number[]): this {
    for (const value of values) this.#view.setUint32(this.#move(4), value, true);
    return this;
  }

  eight(...values: number[]): this {
    for (const value of values) this.#view.setBigUint64(this.#move(8), BigInt(value), true);
    return this;
  }

  text(bytes: Uint8Array): this {
    this.bytes.set(bytes, this.#move(bytes.length));
    return this;
  }

  #move(by: number): number {
    this.#at += by;
    return this.#at - by;
  }
}

/** Sizes in 64 bits: identifier, length and two numbers. */
const SIZES_64 = 20;
/** The same with the place of the file. */
const PLACE_64 = 28;

function isLarge(...values: number[]): boolean {
  return values.some((value) => value >= IN_64_BITS);
}

function localHeader(
  { name, bytes, size, crc, method }: Packed,
  position: number,
  alignment: number,
): Uint8Array {
  const wide = isLarge(size, bytes.length);
  const length = LOCAL.size + name.length + (wide ? SIZES_64 : 0);
  const padding = paddingOf(position + length, alignment);
  const fields = new Fields(length + padding).four(LOCAL.signature).two(VERSION, UTF_8, method, 0, DATE);
  fields.four(crc, ...(wide ? [IN_64_BITS, IN_64_BITS] : [bytes.length, size]));
  fields.two(name.length, (wide ? SIZES_64 : 0) + padding).text(name);
  if (wide) fields.two(EXTRA_64, SIZES_64 - 4).eight(size, bytes.length);
  if (padding > 0) fields.two(EXTRA_PADDING, padding - 4);
  return fields.bytes;
}

/** An extra field has four bytes at least. */
function paddingOf(end: number, alignment: number): number {
  const missing = (alignment - (end % alignment)) % alignment;
  return missing === 0 || missing >= 4 ? missing : missing + Math.max(alignment, 4);
}

function centralHeader({ name, bytes, size, crc, method }: Packed, position: number): Uint8Array {
  const wide = isLarge(size, bytes.length, position);
  const extra = wide ? PLACE_64 : 0;
  const fields = new Fields(CENTRAL.size + name.length + extra);
  fields.four(CENTRAL.signature).two(VERSION, VERSION, UTF_8, method, 0, DATE);
  fields.four(crc, ...(wide ? [IN_64_BITS, IN_64_BITS] : [bytes.length, size]));
  fields
    .two(name.length, extra, 0, 0, 0)
    .four(0, wide ? IN_64_BITS : position)
    .text(name);
  if (wide) fields.two(EXTRA_64, PLACE_64 - 4).eight(size, bytes.length, position);
  return fields.bytes;
}

function ending(count: number, position: number, size: number): Uint8Array {
  const wide = isLarge(position, size) || count >= 0xffff;
  const fields = new Fields(END.size + (wide ? END64.size + LOCATOR64.size : 0));
  if (wide) {
    fields
      .four(END64.signature)
      .eight(END64.size - 12)
      .two(VERSION, VERSION)
      .four(0, 0);
    fields.eight(count, count, size, position);
    fields
      .four(LOCATOR64.signature, 0)
      .eight(position + size)
      .four(1);
  }
  const counted = wide ? 0xffff : count;
  fields.four(END.signature).two(0, 0, counted, counted);
  fields.four(...(wide ? [IN_64_BITS, IN_64_BITS] : [size, position])).two(0);
  return fields.bytes;
}
