/** Writing values as Python's pickles (protocol 2, as `torch.save` does). */

/** What a persistent identifier and a call are made of. */
export interface Pickler {
  /** A value of Python's own or one that `reduce` knows. @param path where it is, for messages */
  value(value: unknown, path: string): void;
  /** A name to import, such as "torch._utils" and "_rebuild_tensor_v2". */
  global(module: string, name: string): void;
  /** Calls what `write` has written first with the tuple that it has written then. */
  call(callee: () => void, args: readonly (() => void)[]): void;
  tuple(items: readonly (() => void)[]): void;
  /** What the reader is asked for by the tuple that is written. */
  persistent(identifier: readonly (() => void)[]): void;
}

/**
 * The pickle of a value: null and undefined are None; numbers are int where they are whole, else float; arrays are lists; plain objects and
 * maps dicts, in which a plain object's keys that are whole numbers are int; Uint8Array is bytes; sets are sets.
 * @param extend writes what is none of these; false where it knows it neither
 * @throws TypeError that names the place of what cannot be written
 */
export function pickle(value: unknown, extend: (value: unknown, to: Pickler) => boolean): Uint8Array {
  const writer = new Writer(extend);
  writer.value(value, "");
  return writer.finish();
}

class Writer implements Pickler {
  #bytes = new Uint8Array(1024);
  #length = 0;
  readonly #around = new Set<object>();

  constructor(private readonly extend: (value: unknown, to: Pickler) => boolean) {
    this.#byte(0x80, 2);
  }

  finish(): Uint8Array {
    this.#text(".");
    return this.#bytes.slice(0, this.#length);
  }

  value(value: unknown, path: string): void {
    if (value === null || value === undefined) return this.#text("N");
    switch (typeof value) {
      case "boolean":
        return this.#byte(value ? 0x88 : 0x89);
      case "number":
        return this.#number(value);
      case "bigint":
        return this.#long(value, path);
      case "string":
        return this.#string(value);
      case "object":
        return this.#object(value, path);
      default:
        return this.#refuse(value, path);
    }
  }

  global(module: string, name: string): void {
    this.#text(`c${module}\n${name}\n`);
  }

  call(callee: () => void, args: readonly (() => void)[]): void {
    callee();
    this.tuple(args);
    this.#text("R");
  }

  tuple(items: readonly (() => void)[]): void {
    this.#text("(");
    for (const write of items) write();
    this.#text("t");
  }

  persistent(identifier: readonly (() => void)[]): void {
    this.tuple(identifier);
    this.#text("Q");
  }

  #object(value: object, path: string): void {
    if (this.extend(value, this)) return;
    if (this.#around.has(value)) throw new TypeError(`${path || "the value"} contains itself`);
    this.#around.add(value);
    if (Array.isArray(value)) this.#list(value, path);
    else if (value instanceof Uint8Array) this.#binary(value);
    else if (value instanceof Map) this.#dict([...value], path);
    else if (value instanceof Set) this.#set([...value], path);
    else if (isPlain(value))
      this.#dict(
        Object.entries(value).map(([key, of]) => [keyOf(key), of]),
        path,
      );
    else this.#refuse(value, path);
    this.#around.delete(value);
  }

  #list(items: readonly unknown[], path: string): void {
    this.#text("](");
    items.forEach((item, i) => {
      this.value(item, `${path}[${i}]`);
    });
    this.#text("e");
  }

  #dict(entries: readonly (readonly [unknown, unknown])[], path: string): void {
    this.#text("}(");
    for (const [key, value] of entries) {
      const place = path === "" ? String(key) : `${path}.${String(key)}`;
      this.value(key, place);
      this.value(value, place);
    }
    this.#text("u");
  }

  #set(items: readonly unknown[], path: string): void {
    this.call(() => {
      this.global("__builtin__", "set");
    }, [
      () => {
        this.#list(items, path);
      },
    ]);
  }

  /** Protocol 2 has no bytes; Python's own pickles call this too. */
  #binary(bytes: Uint8Array): void {
    this.call(() => {
      this.global("_codecs", "encode");
    }, [
      () => {
        this.#string(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
      },
      () => {
        this.#string("latin1");
      },
    ]);
  }

  #number(value: number): void {
    if (!Number.isInteger(value) || Object.is(value, -0)) {
      const view = new DataView(new ArrayBuffer(8));
      view.setFloat64(0, value, false);
      this.#text("G");
      return this.#append(new Uint8Array(view.buffer));
    }
    if (value < -(2 ** 31) || value >= 2 ** 31) return this.#long(BigInt(value), "");
    const view = new DataView(new ArrayBuffer(4));
    view.setInt32(0, value, true);
    this.#text("J");
    this.#append(new Uint8Array(view.buffer));
  }

  #long(value: bigint, path: string): void {
    const bytes: number[] = [];
    let rest = value;
    // Until the last byte's sign is the number's.
    for (let last = NaN; !((rest === 0n && last < 128) || (rest === -1n && last >= 128)); rest >>= 8n) {
      last = Number(BigInt.asUintN(8, rest));
      bytes.push(last);
      if (bytes.length > 255) throw new TypeError(`${path} has more than 255 bytes`);
    }
    this.#byte(0x8a, bytes.length, ...bytes);
  }

  #string(text: string): void {
    const bytes = new TextEncoder().encode(text);
    const length = new DataView(new ArrayBuffer(4));
    length.setUint32(0, bytes.length, true);
    this.#text("X");
    this.#append(new Uint8Array(length.buffer));
    this.#append(bytes);
  }

  /** Opcodes and names, which are ASCII. */
  #text(text: string): void {
    for (let i = 0; i < text.length; i++) this.#byte(text.charCodeAt(i));
  }

  #byte(...bytes: number[]): void {
    this.#append(Uint8Array.from(bytes));
  }

  #append(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(2 * length);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length = length;
  }

  #refuse(value: unknown, path: string): never {
    const what =
      typeof value === "object" && value !== null
        ? `a ${(value.constructor as { name?: string } | undefined)?.name ?? "object of a class"}`
        : `a ${typeof value}`;
    throw new TypeError(
      `${path || "the value"} is ${what}, which cannot be written; expected tensors, numbers, texts, booleans, null, arrays, objects and maps of them`,
    );
  }
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** JavaScript makes texts of the keys of `{ 0: … }`, such as an optimizer's state has; Python's are numbers. */
function keyOf(key: string): string | number {
  return /^(0|[1-9]\d{0,14})$/.test(key) ? Number(key) : key;
}
