/**
 * The header of a .npy file (NumPy's NEP 1): a magic text, a version, and a Python dict that says how the elements lie in the rest of the file.
 */
import { dtypeBytes } from "../../primitives/dtypes.js";
import type { DType } from "../../tensor/dtype.js";

const MAGIC = "\u0093NUMPY";
/** Magic and version. */
const PREFIX_BYTES = 8;
/** What is before the elements fills up so many bytes, as NumPy does it. */
const ALIGNMENT = 64;
/** Longer headers are refused, as by NumPy. */
const mostHeaderBytes = 10_000;
/** More dims than a tensor has. */
const mostDims = 16;

/** How the elements lie in a file. */
export interface NpyHeader {
  /** NumPy's letter and bytes, such as "f4", and whether the highest byte comes first. */
  readonly kind: NpyKind;
  readonly bigEndian: boolean;
  /** The first dim goes through memory fastest. */
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the elements begin. */
  readonly start: number;
}

/** NumPy's element types that can be read: bytes of an element, and the dtype that holds all its values. */
export const npyKinds = {
  f4: { bytes: 4, dtype: "float32" },
  f8: { bytes: 8, dtype: "float64" },
  f2: { bytes: 2, dtype: "float16" },
  i4: { bytes: 4, dtype: "int32" },
  i8: { bytes: 8, dtype: "int64" },
  i1: { bytes: 1, dtype: "int8" },
  u1: { bytes: 1, dtype: "uint8" },
  b1: { bytes: 1, dtype: "bool" },
  i2: { bytes: 2, dtype: "int32" },
  u2: { bytes: 2, dtype: "int32" },
  u4: { bytes: 4, dtype: "int64" },
  u8: { bytes: 8, dtype: "int64" },
  /** Complex numbers: a last dim of size 2 holds the two parts. */
  c8: { bytes: 8, dtype: "float32" },
  c16: { bytes: 16, dtype: "float64" },
} as const satisfies Readonly<Record<string, { readonly bytes: number; readonly dtype: DType }>>;

export type NpyKind = keyof typeof npyKinds;

/** How a tensor's dtype is written. NumPy has no bfloat16: its values are written as float32, which holds them exactly. */
export const writtenKinds = {
  float32: "f4",
  float64: "f8",
  float16: "f2",
  bfloat16: "f4",
  int32: "i4",
  int64: "i8",
  int8: "i1",
  uint8: "u1",
  bool: "b1",
} as const satisfies Readonly<Record<DType, NpyKind>>;

/**
 * Reads the header at the beginning of `bytes`.
 * @throws Error with the problem alone; who calls it knows the file
 */
export function parseNpyHeader(bytes: Uint8Array): NpyHeader {
  if (bytes.length < PREFIX_BYTES + 2 || latin(bytes.subarray(0, 6)) !== MAGIC)
    throw new Error("it does not begin as a .npy file does");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6]!;
  if (version < 1 || version > 3)
    throw new Error(`it has version ${version} of the format; 1 to 3 are known`);
  const lengthBytes = version === 1 ? 2 : 4;
  if (bytes.length < PREFIX_BYTES + lengthBytes) throw new Error("it is cut off");
  const length = version === 1 ? view.getUint16(PREFIX_BYTES, true) : view.getUint32(PREFIX_BYTES, true);
  const start = PREFIX_BYTES + lengthBytes + length;
  if (length > mostHeaderBytes)
    throw new Error(`its header has ${length} bytes, at most ${mostHeaderBytes} are read`);
  if (start > bytes.length) throw new Error("it is cut off in its header");
  const text = latin(bytes.subarray(PREFIX_BYTES + lengthBytes, start));
  const read = (key: string, pattern: string): string => {
    const found = new RegExp(`'${key}'\\s*:\\s*${pattern}`).exec(text)?.[1];
    if (found === undefined) throw new Error(`its header says nothing usable of '${key}': ${text.trim()}`);
    return found;
  };
  const fortranOrder = read("fortran_order", "(True|False)") === "True";
  const shape = shapeOf(read("shape", "\\(([\\d\\sL,]*)\\)"));
  return { ...elementType(read("descr", "('[^']*'|\\[)")), fortranOrder, shape, start };
}

function elementType(descr: string): Pick<NpyHeader, "kind" | "bigEndian"> {
  if (descr === "[") throw new Error("its elements are records; save each field as an array of its own");
  const [, order, kind] = /^'([<>|=]?)(\w+)'$/.exec(descr) ?? [];
  if (kind !== undefined && Object.hasOwn(npyKinds, kind))
    return { kind: kind as NpyKind, bigEndian: order === ">" };
  const what = kind?.startsWith("O")
    ? "Python objects, which only a program could make again; save arrays of numbers"
    : `of type ${descr}; expected ${Object.keys(npyKinds).join(", ")}`;
  throw new Error(`its elements are ${what}`);
}

function shapeOf(list: string): number[] {
  const sizes = list.split(",").map((size) => size.replace("L", "").trim());
  if (sizes.at(-1) === "") sizes.pop();
  const shape = sizes.map(Number);
  const elements = shape.reduce((count, size) => count * size, 1);
  if (!shape.every(Number.isSafeInteger) || shape.length > mostDims || !Number.isSafeInteger(elements))
    throw new Error(`its shape (${list}) is none`);
  return shape;
}

/** The bytes before a tensor's elements. */
export function npyHeader(dtype: DType, shape: readonly number[]): Uint8Array {
  const kind = writtenKinds[dtype];
  const order = dtypeBytes[dtype] === 1 ? "|" : "<";
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const dict = `{'descr': '${order}${kind}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const length = Math.ceil((PREFIX_BYTES + 2 + dict.length + 1) / ALIGNMENT) * ALIGNMENT;
  const text = `${MAGIC}\u0001\u0000  ${dict.padEnd(length - PREFIX_BYTES - 3)}\n`;
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  new DataView(bytes.buffer).setUint16(PREFIX_BYTES, length - PREFIX_BYTES - 2, true);
  return bytes;
}

function latin(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
