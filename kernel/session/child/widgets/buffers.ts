/** Binary values inside of a widget's state: they travel as buffers beside the JSON, with paths that say where they belong. */

export type Path = readonly (string | number)[];

export interface Separated {
  /** The value without what is binary; there is null where an array had it. */
  readonly json: unknown;
  readonly paths: Path[];
  readonly buffers: (ArrayBufferLike | ArrayBufferView)[];
}

function isBinary(value: unknown): value is ArrayBufferLike | ArrayBufferView {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof SharedArrayBuffer;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** Takes binary values out of plain objects and arrays; the value itself stays as it is. */
export function separate(value: unknown): Separated {
  const paths: Path[] = [];
  const buffers: (ArrayBufferLike | ArrayBufferView)[] = [];
  const walk = (part: unknown, path: Path): unknown => {
    if (Array.isArray(part)) return part.map((item, at) => take(item, [...path, at]) ?? null);
    if (!isPlain(part)) return part;
    const entries = Object.entries(part).map(([key, item]) => [key, take(item, [...path, key])]);
    return Object.fromEntries(entries) as unknown;
  };
  const take = (item: unknown, path: Path): unknown => {
    if (!isBinary(item)) return walk(item, path);
    paths.push(path);
    buffers.push(item);
    return undefined;
  };
  return { json: walk(value, []), paths, buffers };
}

/** Puts buffers where their paths say, into a value that came as JSON. What a path does not lead to is left out. */
export function join(value: unknown, paths: unknown, buffers: readonly Uint8Array[]): void {
  if (!Array.isArray(paths)) return;
  paths.forEach((path: unknown, at) => {
    const buffer = buffers[at];
    if (!Array.isArray(path) || path.length === 0 || !buffer) return;
    const keys = path.map(String);
    let owner = value;
    // Own properties only: a path comes from outside, and must not lead to a prototype.
    for (const key of keys.slice(0, -1)) {
      if (typeof owner !== "object" || owner === null || !Object.hasOwn(owner, key)) return;
      owner = (owner as Record<string, unknown>)[key];
    }
    if (typeof owner !== "object" || owner === null) return;
    const shape = { value: buffer, writable: true, enumerable: true, configurable: true };
    Object.defineProperty(owner, keys.at(-1)!, shape);
  });
}
