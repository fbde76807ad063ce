/** Reading safetensors: a whole file, or only what is asked for of a large one. */
import { interruptible } from "../../interrupts.js";
import type { StateDict } from "../../nn/stateDict.js";
import { platform } from "../../platform/node.js";
import { fromBytes, fromTyped } from "../../tensor/creation/from-data.js";
import type { DType } from "../../tensor/dtype.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type FileLike, type Input, openInput } from "../input.js";
import { type Entry, readHeader, type StoredName, storedTypes } from "./header.js";
import { isIndex, readShards } from "./shards.js";

/**
 * A safetensors file that is open: its names, dtypes and shapes are known, bytes of a tensor are read when it is asked for. `safe_open` of
 * the Python package.
 */
export interface SafetensorsFile {
  /** Names of the tensors, in the file's order. */
  keys(): string[];
  /** What the file says beside the tensors, such as `{ format: "pt" }`. */
  metadata(): Readonly<Record<string, string>>;
  /** @throws Error when there is no tensor of that name */
  shape(name: string): readonly number[];
  /** The dtype that the tensor will have. @throws Error when there is no tensor of that name */
  dtype(name: string): DType;
  /** @throws Error when there is no tensor of that name */
  getTensor(name: string): Tensor;
  /** Rows `start` to `end` (not included; to the last if not given) of a tensor's first dim; no other bytes are read. */
  getSlice(name: string, start: number, end?: number): Tensor;
  close(): void;
}

/**
 * Opens a safetensors file. Of bytes that are no dtype here, I16 and U16 are read as int32, U32 and U64 as int64.
 * @throws Error that names the file and what is wrong with it: cut off, tensors that overlap, a header that claims more than there is
 */
export function safeOpen(file: FileLike): SafetensorsFile {
  return opened("safeOpen", file);
}

function opened(asking: string, file: FileLike): SafetensorsFile {
  const input = openInput(asking, file);
  try {
    const { entries, metadata } = readHeader(asking, input);
    const entryOf = (name: string): Entry => {
      const entry = entries.get(name);
      if (entry !== undefined) return entry;
      throw new Error(`${asking}: ${input.name} has no tensor ${JSON.stringify(name)}${near(entries)}`);
    };
    return {
      keys: () => [...entries.keys()],
      metadata: () => metadata,
      shape: (name) => entryOf(name).shape,
      dtype: (name) => storedTypes[entryOf(name).stored].dtype,
      getTensor: (name) => tensorOf(asking, input, name, entryOf(name)),
      getSlice: (name, start, end) =>
        tensorOf(asking, input, name, rowsOf(asking, name, entryOf(name), start, end)),
      close: () => {
        input.close();
      },
    };
  } catch (error) {
    input.close();
    throw error;
  }
}

function near(entries: ReadonlyMap<string, Entry>): string {
  const names = [...entries.keys()];
  return names.length === 0 ? "" : `; it has ${names.slice(0, 8).join(", ")}${names.length > 8 ? ", …" : ""}`;
}

function rowsOf(asking: string, name: string, entry: Entry, start: number, end: number | undefined): Entry {
  const [rows, ...rest] = entry.shape;
  if (rows === undefined) throw new Error(`${asking}: ${name} has no dims, so it has no rows; use getTensor`);
  const last = end ?? rows;
  if (!(Number.isInteger(start) && Number.isInteger(last) && start >= 0 && start <= last && last <= rows))
    throw new RangeError(
      `${asking}: ${name} has ${rows} rows; ${start} to ${last} are not among them (start is counted from 0, end is not included)`,
    );
  const rowBytes = rows === 0 ? 0 : entry.byteLength / rows;
  return {
    stored: entry.stored,
    shape: [last - start, ...rest],
    position: entry.position + start * rowBytes,
    byteLength: (last - start) * rowBytes,
  };
}

function tensorOf(
  asking: string,
  input: Input,
  name: string,
  { stored, shape, position, byteLength }: Entry,
): Tensor {
  const { dtype } = storedTypes[stored];
  if (stored in widened) {
    const bytes = input.read(position, byteLength).slice().buffer;
    const elements = widened[stored as keyof typeof widened](bytes);
    const tooLarge =
      stored === "U64" ? (elements as BigInt64Array).find((element) => element < 0n) : undefined;
    if (tooLarge !== undefined)
      throw new RangeError(
        `${asking}: ${input.name}: ${JSON.stringify(name)} has ${BigInt.asUintN(64, tooLarge)}, which does not fit into int64`,
      );
    return fromTyped(elements, dtype, shape);
  }
  return fromBytes(dtype, shape, (bytes) => {
    input.readInto(bytes, position);
    // Other programs may write any byte for true.
    if (dtype === "bool") for (let i = 0; i < bytes.length; i++) bytes[i] = bytes[i] === 0 ? 0 : 1;
  });
}

const widened = {
  I16: (bytes) => Int32Array.from(new Int16Array(bytes)),
  U16: (bytes) => Int32Array.from(new Uint16Array(bytes)),
  U32: (bytes) => BigInt64Array.from(new Uint32Array(bytes), BigInt),
  U64: (bytes) => new BigInt64Array(bytes),
} as const satisfies Partial<
  Record<StoredName, (bytes: ArrayBuffer) => Int32Array<ArrayBuffer> | BigInt64Array<ArrayBuffer>>
>;

/**
 * The tensors of a safetensors file by name, such as PyTorch's state dicts: `model.loadStateDict(await io.loadSafetensors(path))`. Of a
 * checkpoint in several files pass the index, `model.safetensors.index.json`. Other things run in between tensors.
 * @param file a path, or a file's bytes
 * @throws Error that names the file and what is wrong with it, as `safeOpen`
 */
export async function loadSafetensors(file: FileLike): Promise<StateDict> {
  if (isIndex(file)) return readShards("loadSafetensors", file, loadSafetensors);
  const opening = opened("loadSafetensors", file);
  try {
    const tensors: [string, Tensor][] = [];
    for (const name of opening.keys()) {
      tensors.push([name, opening.getTensor(name)]);
      await interruptible(platform.nextTurn());
    }
    return Object.fromEntries(tensors);
  } finally {
    opening.close();
  }
}
