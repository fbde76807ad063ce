/** NumPy's .npy files: one tensor each. */
import { fromBytes, fromTyped } from "../../tensor/creation/from-data.js";
import { readBytes } from "../../tensor/reading.js";
import { Tensor } from "../../tensor/tensor.js";
import { type FileLike, openInput } from "../input.js";
import { replaceFile } from "../output.js";
import { type NpyHeader, npyHeader, npyKinds, type NpyKind, parseNpyHeader } from "./header.js";

/**
 * The tensor in a .npy file (`numpy.load`). Unsigned and 16-bit integers come in the next wider dtype, complex numbers with a last dim of
 * size 2.
 * @param file a path, or a file's bytes
 * @throws Error that names the file and what is wrong with it: no .npy file, cut off, elements that are no numbers
 */
export async function loadNpy(file: FileLike): Promise<Tensor> {
  const input = openInput("loadNpy", file);
  try {
    return decodeNpy(input.read(0, input.size));
  } catch (error) {
    throw inFile("loadNpy", input.name, error);
  } finally {
    input.close();
  }
}

/**
 * Writes a tensor as a .npy file (`numpy.save`); bfloat16, which NumPy lacks, as float32. The file that was there before stays as it is until
 * the new one is complete.
 */
export async function saveNpy(file: string | URL, x: Tensor): Promise<void> {
  if (!((x as unknown) instanceof Tensor))
    throw new TypeError(
      `saveNpy: expected a tensor, got ${typeof x}; for several use saveNpz(file, { x, y })`,
    );
  const parts = await encodeNpy(x);
  replaceFile("saveNpy", file, (append) => parts.forEach(append));
}

/** An error of `decodeNpy` with the file that it is about. */
export function inFile(asking: string, name: string, error: unknown): unknown {
  const { message } = error as Error;
  return message.startsWith(asking) ? error : new Error(`${asking}: ${name}: ${message}`, { cause: error });
}

/** The bytes of a .npy file, as header and elements. */
export async function encodeNpy(x: Tensor): Promise<Uint8Array[]> {
  const elements = readBytes(x.dtype === "bfloat16" ? x.detach().to("float32") : x);
  return [npyHeader(x.dtype, x.shape), elements instanceof Uint8Array ? elements : await elements];
}

/** @throws Error with the problem alone */
export function decodeNpy(bytes: Uint8Array): Tensor {
  const header = parseNpyHeader(bytes);
  const { kind, shape, start, fortranOrder } = header;
  const isComplex = kind.startsWith("c");
  const elements = bytes.subarray(start);
  const needed = shape.reduce((size, each) => size * each, npyKinds[kind].bytes);
  if (elements.length !== needed)
    throw new Error(
      `an array of shape [${shape.join(", ")}] of ${kind} has ${needed} bytes, but the file ${elements.length}`,
    );
  // In Fortran's order the elements are those of the transposed array.
  const stored = fortranOrder ? shape.toReversed() : shape;
  const x = tensorOf(header, elements, isComplex ? [...stored, 2] : stored);
  if (!fortranOrder || shape.length < 2) return x;
  const dims = shape.map((_, dim) => shape.length - 1 - dim);
  return x.permute(isComplex ? [...dims, shape.length] : dims).contiguous();
}

function tensorOf({ kind, bigEndian }: NpyHeader, elements: Uint8Array, shape: readonly number[]): Tensor {
  const { dtype } = npyKinds[kind];
  const ordered = bigEndian ? reversed(elements, elementBytes(kind)) : elements;
  const widen = widened[kind];
  if (widen !== undefined) return fromTyped(widen(ordered.slice().buffer), dtype, shape);
  return fromBytes(dtype, shape, (into) => {
    into.set(ordered);
  });
}

const widened: Partial<Record<NpyKind, (bytes: ArrayBuffer) => ArrayLike<number | bigint>>> = {
  i2: (bytes) => new Int16Array(bytes),
  u2: (bytes) => new Uint16Array(bytes),
  u4: (bytes) => BigInt64Array.from(new Uint32Array(bytes), BigInt),
  // @throws RangeError for what int64 does not hold
  u8: (bytes) => Array.from(new BigUint64Array(bytes)),
};

/** Bytes of what is one number to the processor. */
function elementBytes(kind: NpyKind): number {
  const { bytes } = npyKinds[kind];
  return kind.startsWith("c") ? bytes / 2 : bytes;
}

function reversed(bytes: Uint8Array, size: number): Uint8Array {
  const out = bytes.slice();
  for (let at = 0; at < out.length; at += size) out.subarray(at, at + size).reverse();
  return out;
}
