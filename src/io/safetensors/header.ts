/**
 * The header of a safetensors file: eight bytes of its length, then JSON that says of each tensor its dtype, its shape and where its bytes lie
 * in the rest of the file, from end to end without gaps (https://github.com/huggingface/safetensors, "Format").
 */
import { dtypeBytes } from "../../primitives/dtypes.js";
import type { DType } from "../../tensor/dtype.js";
import type { Input } from "../input.js";

/** Bytes before the header. */
export const LENGTH_BYTES = 8;
/** Longer headers are refused, as by the reference implementation: a file of some bytes could ask for all memory. */
const mostHeaderBytes = 100_000_000;
/** More dims than a tensor has. */
const mostDims = 16;

/** A dtype of the format: its bytes, and the tensor's dtype that holds all its values. */
interface StoredType {
  readonly bytes: number;
  readonly dtype: DType;
}

const same = (dtype: DType): StoredType => ({ bytes: dtypeBytes[dtype], dtype });

const tensorTypes = {
  F32: same("float32"),
  F64: same("float64"),
  F16: same("float16"),
  BF16: same("bfloat16"),
  I8: same("int8"),
  U8: same("uint8"),
  I32: same("int32"),
  I64: same("int64"),
  BOOL: same("bool"),
} as const satisfies Readonly<Record<string, StoredType>>;

/** Those that are no tensor's dtype are read into a wider one. */
export const storedTypes = {
  ...tensorTypes,
  I16: { bytes: 2, dtype: "int32" },
  U16: { bytes: 2, dtype: "int32" },
  U32: { bytes: 4, dtype: "int64" },
  U64: { bytes: 8, dtype: "int64" },
} as const satisfies Readonly<Record<string, StoredType>>;

export type StoredName = keyof typeof storedTypes;

/** The name of a dtype in the format. */
export const storedNames = Object.fromEntries(
  Object.entries(tensorTypes).map(([name, { dtype }]) => [dtype, name]),
) as Readonly<Record<DType, StoredName>>;

/** A tensor in a file. */
export interface Entry {
  readonly stored: StoredName;
  readonly shape: readonly number[];
  /** Where its bytes begin, counted from the start of the file. */
  readonly position: number;
  readonly byteLength: number;
}

export interface Header {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** @throws Error that says what is wrong with the file, before anything is allocated by what it says */
export function readHeader(asking: string, input: Input): Header {
  const fail = (problem: string): never => {
    throw new Error(`${asking}: ${input.name} is no whole safetensors file: ${problem}`);
  };
  if (input.size < LENGTH_BYTES) return fail(`it has ${input.size} bytes`);
  const length = new DataView(input.read(0, LENGTH_BYTES).slice().buffer).getBigUint64(0, true);
  const size = LENGTH_BYTES + Number(length);
  if (length > mostHeaderBytes)
    return fail(`its header would have ${length} bytes, at most ${mostHeaderBytes} are read`);
  if (size > input.size)
    return fail(`its header of ${length} bytes does not fit into the file's ${input.size} bytes`);
  const json = parsed(input.read(LENGTH_BYTES, Number(length)), fail);
  const { __metadata__: metadata = {}, ...tensors } = json;
  if (!isTexts(metadata)) return fail("__metadata__ must be an object of texts");
  const entries = new Map(
    Object.entries(tensors).map(([name, entry]) => [name, entryOf(name, entry, size, fail)]),
  );
  checkPlaces(entries, size, input.size, fail);
  return { entries, metadata };
}

type Fail = (problem: string) => never;

function parsed(bytes: Uint8Array, fail: Fail): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    return fail(`its header is no JSON (${(error as Error).message})`);
  }
  return isObject(value) ? value : fail("its header is no JSON object");
}

function entryOf(name: string, value: unknown, start: number, fail: Fail): Entry {
  const quoted = JSON.stringify(name);
  if (!isObject(value)) return fail(`what it says of ${quoted} is no object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== "string" || !Object.hasOwn(storedTypes, dtype))
    return fail(
      `${quoted} has the dtype ${JSON.stringify(dtype)}, known are ${Object.keys(storedTypes).join(", ")}`,
    );
  if (!isSizes(shape) || shape.length > mostDims)
    return fail(`${quoted} has the shape ${JSON.stringify(shape)}, expected at most ${mostDims} sizes`);
  if (!isSizes(offsets) || offsets.length !== 2)
    return fail(`${quoted} has the offsets ${JSON.stringify(offsets)}, expected where it begins and ends`);
  const stored = dtype as StoredName;
  const [begin, end] = offsets as [number, number];
  const byteLength = shape.reduce((bytes, size) => bytes * size, storedTypes[stored].bytes);
  if (!Number.isSafeInteger(byteLength) || end - begin !== byteLength)
    return fail(
      `${quoted}, ${dtype} of shape [${shape.join(", ")}], has ${byteLength} bytes, but the offsets ${begin} to ${end}`,
    );
  return { stored, shape, position: start + begin, byteLength };
}

/** Tensors that overlap, gaps in which something could be hidden, and an end that is missing are refused, as by the reference implementation. */
function checkPlaces(entries: ReadonlyMap<string, Entry>, start: number, size: number, fail: Fail): void {
  let end = start;
  const inOrder = [...entries].sort(([, a], [, b]) => a.position - b.position || a.byteLength - b.byteLength);
  for (const [name, { position, byteLength }] of inOrder) {
    if (position !== end)
      return fail(
        `${JSON.stringify(name)} begins at byte ${position}, but what is before it ends at byte ${end}`,
      );
    end = position + byteLength;
  }
  if (end !== size) fail(`its tensors end at byte ${end}, the file at byte ${size}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is Record<string, string> {
  return isObject(value) && Object.values(value).every((text) => typeof text === "string");
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);
}
