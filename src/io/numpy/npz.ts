/** NumPy's .npz files: several tensors by name, a zip archive of .npy files. */
import { Tensor } from "../../tensor/tensor.js";
import { type FileLike, openInput, pathOf } from "../input.js";
import { replaceFile } from "../output.js";
import { ZipArchive } from "../zip/read.js";
import { zipParts } from "../zip/write.js";
import { decodeNpy, encodeNpy, inFile } from "./npy.js";

const ENDING = ".npy";

/** Options of `saveNpz`. */
export interface SaveNpzOptions {
  /** Deflates the arrays (`numpy.savez_compressed`): some times as slow, and smaller where values repeat. */
  compressed?: boolean;
}

/**
 * The tensors in a .npz file by name (`numpy.load`); dtypes as for `loadNpy`.
 * @param file a path, or a file's bytes
 * @throws Error that names the file, the array, and what is wrong
 */
export async function loadNpz(file: FileLike): Promise<Record<string, Tensor>> {
  const asking = "loadNpz";
  const input = openInput(asking, file);
  try {
    const archive = new ZipArchive(asking, input);
    const tensors: [string, Tensor][] = [];
    for (const { name } of archive.entries()) {
      if (!name.endsWith(ENDING))
        throw new Error(
          `${asking}: ${input.name}: ${JSON.stringify(name)} is no array, expected names with ${ENDING}`,
        );
      const bytes = await archive.read(name);
      try {
        tensors.push([name.slice(0, -ENDING.length), decodeNpy(bytes)]);
      } catch (error) {
        throw inFile(asking, `${input.name}, ${name}`, error);
      }
    }
    return Object.fromEntries(tensors);
  } finally {
    input.close();
  }
}

/**
 * Writes tensors by name as a .npz file (`numpy.savez`): `await io.saveNpz("data.npz", { x, y })`. The file that was there before stays as it
 * is until the new one is complete.
 */
export async function saveNpz(
  file: string | URL,
  tensors: Readonly<Record<string, Tensor>>,
  { compressed = false }: SaveNpzOptions = {},
): Promise<void> {
  const asking = "saveNpz";
  const path = pathOf(asking, file);
  for (const [name, x] of Object.entries(tensors))
    if (!((x as unknown) instanceof Tensor))
      throw new TypeError(
        `${asking}: ${JSON.stringify(name)} is no tensor; make one of it with tensor(value)`,
      );
  const encoded = await Promise.all(
    Object.entries(tensors).map(async ([name, x]) => ({ name: name + ENDING, parts: await encodeNpy(x) })),
  );
  const contents = encoded.map(({ name, parts }) => ({ name, bytes: joined(parts) }));
  const parts = await zipParts(contents, { compressed, alignment: 64 });
  replaceFile(asking, path, (append) => parts.forEach(append));
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
