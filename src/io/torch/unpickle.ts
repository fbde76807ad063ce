/**
 * Reading Python's pickles without running anything: numbers, texts, lists, dicts, and of classes and functions only those that the caller
 * knows. A pickle is a program for a machine with a stack; this is that machine, without its power to import and call whatever it likes
 * (https://docs.python.org/3/library/pickle.html, pickletools.py).
 */

/** A class or function that a pickle names: what it makes of its arguments. */
export type Maker = (...args: readonly unknown[]) => unknown;

export interface UnpickleOptions {
  /** By "module.name"; undefined for what must not be used. */
  readonly find: (name: string) => unknown;
  /** What a persistent identifier stands for. */
  readonly load: (identifier: unknown) => unknown;
}

/** A dict of Python's, whose keys need not be texts. */
export type Dict = Map<unknown, unknown>;

/** The opcodes that PyTorch's and NumPy's files have. */
const OP = {
  MARK: 0x28,
  STOP: 0x2e,
  POP: 0x30,
  POP_MARK: 0x31,
  DUP: 0x32,
  BINFLOAT: 0x47,
  BININT: 0x4a,
  BININT1: 0x4b,
  BININT2: 0x4d,
  NONE: 0x4e,
  BINPERSID: 0x51,
  REDUCE: 0x52,
  BINUNICODE: 0x58,
  EMPTY_LIST: 0x5d,
  APPEND: 0x61,
  BUILD: 0x62,
  GLOBAL: 0x63,
  APPENDS: 0x65,
  BINGET: 0x68,
  LONG_BINGET: 0x6a,
  BINPUT: 0x71,
  LONG_BINPUT: 0x72,
  SETITEM: 0x73,
  TUPLE: 0x74,
  SETITEMS: 0x75,
  EMPTY_DICT: 0x7d,
  EMPTY_TUPLE: 0x29,
  BINBYTES: 0x42,
  SHORT_BINBYTES: 0x43,
  PROTO: 0x80,
  NEWOBJ: 0x81,
  TUPLE1: 0x85,
  TUPLE2: 0x86,
  TUPLE3: 0x87,
  NEWTRUE: 0x88,
  NEWFALSE: 0x89,
  LONG1: 0x8a,
  LONG4: 0x8b,
  SHORT_BINUNICODE: 0x8c,
  BINUNICODE8: 0x8d,
  EMPTY_SET: 0x8f,
  ADDITEMS: 0x90,
  STACK_GLOBAL: 0x93,
  MEMOIZE: 0x94,
  FRAME: 0x95,
} as const;

/** The value of a pickle. @throws Error with what is wrong with it, or what it asks for that is not allowed */
export function unpickle(bytes: Uint8Array, options: UnpickleOptions): unknown {
  return new Machine(bytes, options).run();
}

/** Marks the beginning of a list of arguments on the stack. */
const mark = Symbol("mark");

class Machine {
  readonly #view: DataView;
  readonly #memo = new Map<number, unknown>();
  readonly #stack: unknown[] = [];
  #at = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly options: UnpickleOptions,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): unknown {
    for (;;) {
      const op = this.#number(1, "getUint8");
      if (op === OP.STOP) return this.#pop();
      this.#step(op);
    }
  }

  #step(op: number): void {
    switch (op) {
      case OP.PROTO:
        this.#skip(1);
        return;
      case OP.FRAME:
        this.#skip(8);
        return;
      case OP.MARK:
        return this.#push(mark);
      case OP.POP:
        this.#pop();
        return;
      case OP.POP_MARK:
        this.#popMarked();
        return;
      case OP.DUP:
        return this.#push(this.#top());
      case OP.NONE:
        return this.#push(null);
      case OP.NEWTRUE:
        return this.#push(true);
      case OP.NEWFALSE:
        return this.#push(false);
      case OP.BININT:
        return this.#push(this.#number(4, "getInt32"));
      case OP.BININT1:
        return this.#push(this.#number(1, "getUint8"));
      case OP.BININT2:
        return this.#push(this.#number(2, "getUint16"));
      case OP.LONG1:
        return this.#push(this.#long(this.#number(1, "getUint8")));
      case OP.LONG4:
        return this.#push(this.#long(this.#number(4, "getUint32")));
      case OP.BINFLOAT: {
        const at = this.#skip(8);
        return this.#push(this.#view.getFloat64(at, false));
      }
      case OP.SHORT_BINUNICODE:
        return this.#push(this.#text(this.#number(1, "getUint8")));
      case OP.BINUNICODE:
        return this.#push(this.#text(this.#number(4, "getUint32")));
      case OP.BINUNICODE8:
        return this.#push(this.#text(this.#long64()));
      case OP.SHORT_BINBYTES:
        return this.#push(this.#slice(this.#number(1, "getUint8")));
      case OP.BINBYTES:
        return this.#push(this.#slice(this.#number(4, "getUint32")));
      default:
        return this.#build(op);
    }
  }

  /** Opcodes that take from the stack. */
  #build(op: number): void {
    switch (op) {
      case OP.EMPTY_LIST:
      case OP.EMPTY_TUPLE:
        return this.#push([]);
      case OP.EMPTY_DICT:
        return this.#push(new Map());
      case OP.EMPTY_SET:
        return this.#push(new Set());
      case OP.TUPLE:
        return this.#push(this.#popMarked());
      case OP.TUPLE1:
        return this.#push(this.#popSome(1));
      case OP.TUPLE2:
        return this.#push(this.#popSome(2));
      case OP.TUPLE3:
        return this.#push(this.#popSome(3));
      case OP.APPEND: {
        const value = this.#pop();
        return void this.#list().push(value);
      }
      case OP.APPENDS: {
        const values = this.#popMarked();
        const list = this.#list();
        for (const value of values) list.push(value);
        return;
      }
      case OP.ADDITEMS: {
        const values = this.#popMarked();
        const set = this.#top();
        if (!(set instanceof Set)) return this.#damaged("items are added to what is no set");
        for (const value of values) set.add(value);
        return;
      }
      case OP.SETITEM:
        return this.#setItems(this.#popSome(2));
      case OP.SETITEMS:
        return this.#setItems(this.#popMarked());
      case OP.BINPUT:
        return void this.#memo.set(this.#number(1, "getUint8"), this.#top());
      case OP.LONG_BINPUT:
        return void this.#memo.set(this.#number(4, "getUint32"), this.#top());
      case OP.MEMOIZE:
        return void this.#memo.set(this.#memo.size, this.#top());
      case OP.BINGET:
        return this.#push(this.#remembered(this.#number(1, "getUint8")));
      case OP.LONG_BINGET:
        return this.#push(this.#remembered(this.#number(4, "getUint32")));
      case OP.BINPERSID:
        return this.#push(this.options.load(this.#pop()));
      case OP.GLOBAL: {
        const module = this.#line();
        return this.#push(this.#found(module, this.#line()));
      }
      case OP.STACK_GLOBAL: {
        const [module, name] = this.#popSome(2);
        return this.#push(this.#found(String(module), String(name)));
      }
      case OP.NEWOBJ:
      case OP.REDUCE: {
        const [make, args] = this.#popSome(2);
        if (typeof make !== "function" || !Array.isArray(args))
          return this.#damaged("something is called that is no function");
        return this.#push((make as Maker)(...(args as unknown[])));
      }
      case OP.BUILD:
        // State beside the items of an OrderedDict, such as the versions in a state dict's _metadata.
        this.#pop();
        return;
      default:
        return this.#damaged(`there is no instruction 0x${op.toString(16)} in it`);
    }
  }

  #found(module: string, name: string): unknown {
    const value = this.options.find(`${module}.${name}`);
    if (value !== undefined) return value;
    throw new Error(
      `it asks for ${module}.${name}, which is refused: a file could run anything by that. Tensors, numbers, texts, lists and dicts are read, ` +
        "as by torch.load(…, weights_only=True); save a state dict",
    );
  }

  #setItems(items: readonly unknown[]): void {
    const dict = this.#top();
    if (!(dict instanceof Map) || items.length % 2 !== 0)
      return this.#damaged("items are set in what is no dict");
    for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
  }

  #list(): unknown[] {
    const list = this.#top();
    return Array.isArray(list) ? list : this.#damaged("something is appended to what is no list");
  }

  #remembered(number: number): unknown {
    if (!this.#memo.has(number)) return this.#damaged(`value ${number} is used before it is there`);
    return this.#memo.get(number);
  }

  #push(value: unknown): void {
    this.#stack.push(value);
  }

  #top(): unknown {
    if (this.#stack.length === 0) return this.#damaged("a value is missing");
    return this.#stack.at(-1);
  }

  #pop(): unknown {
    if (this.#stack.length === 0) return this.#damaged("a value is missing");
    return this.#stack.pop();
  }

  #popSome(count: number): unknown[] {
    if (this.#stack.length < count) return this.#damaged("values are missing");
    return this.#stack.splice(-count);
  }

  #popMarked(): unknown[] {
    const at = this.#stack.lastIndexOf(mark);
    if (at < 0) return this.#damaged("a mark is missing");
    return this.#stack.splice(at).slice(1);
  }

  /** Moves on; gives where it was. */
  #skip(count: number): number {
    const at = this.#at;
    if (at + count > this.bytes.length) return this.#damaged("it ends in the midst");
    this.#at += count;
    return at;
  }

  #number(bytes: number, read: "getUint8" | "getUint16" | "getUint32" | "getInt32"): number {
    return this.#view[read](this.#skip(bytes), true);
  }

  #long64(): number {
    return Number(this.#view.getBigUint64(this.#skip(8), true));
  }

  #slice(length: number): Uint8Array {
    const at = this.#skip(length);
    return this.bytes.slice(at, at + length);
  }

  #text(length: number): string {
    return new TextDecoder().decode(this.#slice(length));
  }

  /** A whole number of any length, in two's complement; a bigint only where a number does not hold it. */
  #long(length: number): number | bigint {
    const bytes = this.#slice(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
    if (length > 0) value = BigInt.asIntN(8 * length, value);
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }

  #line(): string {
    const end = this.bytes.indexOf(0x0a, this.#at);
    if (end < 0) return this.#damaged("it ends in the midst");
    const at = this.#skip(end + 1 - this.#at);
    return new TextDecoder().decode(this.bytes.subarray(at, end));
  }

  #damaged(problem: string): never {
    throw new Error(`its pickle is damaged at byte ${this.#at}: ${problem}`);
  }
}
