/**
 * Checkpoints in several files: an index, `NAME.safetensors.index.json`, says in which of the files beside it each tensor is (the layout of
 * Hugging Face's transformers).
 */
import type { StateDict } from "../../nn/stateDict.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type FileLike, openInput, pathOf } from "../input.js";

const INDEX = ".safetensors.index.json";
const FILE = ".safetensors";

export function isIndex(file: FileLike): file is string | URL {
  return (typeof file === "string" || file instanceof URL) && String(file).endsWith(INDEX);
}

/** The index that belongs to "model.safetensors". */
export function indexPath(path: string): string {
  return withoutEnding(path) + INDEX;
}

/** "model-00002-of-00003.safetensors". */
export function shardPath(path: string, number: number, count: number): string {
  const digits = (n: number): string => String(n).padStart(5, "0");
  return `${withoutEnding(path)}-${digits(number)}-of-${digits(count)}${FILE}`;
}

function withoutEnding(path: string): string {
  return path.endsWith(FILE) ? path.slice(0, -FILE.length) : path;
}

/** The name of a file without its folder. */
export function baseName(path: string): string {
  return path.slice(folderOf(path).length);
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

/** Reads all files that an index names. @param read reads one of them */
export async function readShards(
  asking: string,
  index: string | URL,
  read: (path: string) => Promise<StateDict>,
): Promise<StateDict> {
  const path = pathOf(asking, index);
  const files = filesOf(asking, path);
  const found = new Map<string, Tensor>();
  for (const [file, names] of files) {
    const tensors = await read(folderOf(path) + file);
    for (const name of names) {
      if (!Object.hasOwn(tensors, name))
        throw new Error(`${asking}: ${path} says that ${JSON.stringify(name)} is in ${file}, which lacks it`);
      found.set(name, tensors[name]!);
    }
  }
  return Object.fromEntries(found);
}

/** The files with the names of the tensors that are in them. */
function filesOf(asking: string, path: string): Map<string, string[]> {
  const input = openInput(asking, path);
  let map: unknown;
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(input.read(0, input.size)));
    map = (json as { weight_map?: unknown } | null)?.weight_map;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Error(`${asking}: ${path} is no JSON (${error.message})`, { cause: error });
  } finally {
    input.close();
  }
  if (typeof map !== "object" || map === null)
    throw new Error(`${asking}: ${path} is no index of a checkpoint: it has no weight_map`);
  const files = new Map<string, string[]>();
  for (const [name, file] of Object.entries(map)) {
    // An index from elsewhere must not open files of other folders.
    if (typeof file !== "string" || baseName(file) !== file || !file.endsWith(FILE))
      throw new Error(
        `${asking}: ${path} puts ${JSON.stringify(name)} into ${JSON.stringify(file)}, expected the name of a ${FILE} file beside it`,
      );
    const names = files.get(file);
    if (names === undefined) files.set(file, [name]);
    else names.push(name);
  }
  return files;
}
