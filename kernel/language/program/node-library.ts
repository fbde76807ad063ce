/**
 * What of JavaScript's newer library the running Node has, as TypeScript's declarations: each is there where Node has what it declares. So
 * cells are told of what they can call and of nothing else, whatever an older `lib` or `target` of a tsconfig.json says.
 */

import { startupSnapshot } from "node:v8";

/** What every Node has that cellgrad runs on. */
const EVERYWHERE = ["es2023", "es2024.regexp", "es2024.sharedmemory", "es2024.string"];

type Property = readonly [owner: object | undefined, name: string];

/** Declarations by name, each with a property that comes with them. */
const later = (): Readonly<Record<string, Property>> => ({
  "es2024.arraybuffer": [ArrayBuffer.prototype, "transfer"],
  "es2024.collection": [Map, "groupBy"],
  "es2024.object": [Object, "groupBy"],
  "es2024.promise": [Promise, "withResolvers"],
  "es2025.collection": [Set.prototype, "union"],
  "es2025.float16": [globalThis, "Float16Array"],
  "es2025.intl": [Intl, "DurationFormat"],
  "es2025.iterator": [globalThis, "Iterator"],
  "es2025.promise": [Promise, "try"],
  "es2025.regexp": [RegExp, "escape"],
  "esnext.array": [Array, "fromAsync"],
  "esnext.collection": [Map.prototype, "getOrInsert"],
  "esnext.date": [Date.prototype, "toTemporalInstant"],
  "esnext.disposable": [globalThis, "DisposableStack"],
  "esnext.error": [Error, "isError"],
  "esnext.intl": [globalThis, "Temporal"],
  "esnext.sharedmemory": [Atomics, "pause"],
  "esnext.temporal": [globalThis, "Temporal"],
  "esnext.typedarrays": [Uint8Array, "fromBase64"],
});

/**
 * Names of TypeScript's libraries that declare what Node has; `using` needs no more than @types/node has for it. While a snapshot is made
 * Node hides a part of what it has: then the names are the last argument but one, as whoever has it made sees them.
 */
export function librariesOfNode(): string[] {
  if (startupSnapshot.isBuildingSnapshot()) return JSON.parse(process.argv.at(-2)!) as string[];
  const found = Object.entries(later()).filter(([, [owner, name]]) => owner !== undefined && name in owner);
  return [...EVERYWHERE, ...found.map(([library]) => library)];
}

/** Declarations of what Node has only a part of: a library holds buffers that grow together with what came to Node later. */
export function partsOfNode(): string {
  return librariesOfNode().includes("es2024.arraybuffer") ? "" : RESIZABLE;
}

const RESIZABLE = `
declare global {
  interface ArrayBuffer {
    /** The largest size that the buffer can be given. */
    get maxByteLength(): number;
    /** Whether the buffer's size can be changed. */
    get resizable(): boolean;
    /** Gives the buffer another size, of at most \`maxByteLength\` bytes. */
    resize(newByteLength?: number): void;
  }
  interface ArrayBufferConstructor {
    new (byteLength: number, options?: { maxByteLength?: number }): ArrayBuffer;
  }
}
`;
