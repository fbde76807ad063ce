/** Writing safetensors. */
import { dtypeBytes } from "../../primitives/dtypes.js";
import { readBytes } from "../../tensor/reading.js";
import { Tensor } from "../../tensor/tensor.js";
import { pathOf } from "../input.js";
import { replaceFile } from "../output.js";
import { LENGTH_BYTES, storedNames } from "./header.js";
import { baseName, indexPath, shardPath } from "./shards.js";

/** Options of `saveSafetensors`. */
export interface SaveSafetensorsOptions {
  /** Texts that the file holds besides `{ format: "pt" }`, which readers of PyTorch's ask for. */
  metadata?: Readonly<Record<string, string>>;
  /**
   * Bytes of tensors that a file may have. What needs more is written as several files, "model-00001-of-00003.safetensors", with an index,
   * "model.safetensors.index.json"; if not given, everything is in one file.
   */
  maxShardSize?: number;
}

interface Piece {
  readonly name: string;
  readonly tensor: Tensor;
  readonly bytes: Uint8Array;
}

/**
 * Writes tensors by name: `await io.saveSafetensors("model.safetensors", model.stateDict())`. PyTorch reads them with
 * `safetensors.torch.load_file`. The file that was there before stays as it is until the new one is complete.
 * @throws TypeError for what is no tensor; Error that names the file where the system refuses, such as on a full disk
 */
export async function saveSafetensors(
  file: string | URL,
  tensors: Readonly<Record<string, Tensor>>,
  { metadata = {}, maxShardSize = Infinity }: SaveSafetensorsOptions = {},
): Promise<void> {
  const asking = "saveSafetensors";
  const path = pathOf(asking, file);
  checkOptions(metadata, maxShardSize);
  const pieces = await piecesOf(tensors);
  const shards = divided(pieces, maxShardSize);
  if (shards.length <= 1) return writeOne(asking, path, shards[0] ?? [], metadata);
  const places: Record<string, string> = {};
  shards.forEach((shard, i) => {
    const part = shardPath(path, i + 1, shards.length);
    writeOne(asking, part, shard, metadata);
    for (const { name } of shard) places[name] = baseName(part);
  });
  // Last, so that it names only files that are there.
  const index = { metadata: { total_size: sizeOf(pieces) }, weight_map: places };
  replaceFile(asking, indexPath(path), (append) => {
    append(new TextEncoder().encode(`${JSON.stringify(index, null, 2)}\n`));
  });
}

function checkOptions(metadata: Readonly<Record<string, string>>, maxShardSize: number): void {
  for (const [key, text] of Object.entries(metadata))
    if (typeof text !== "string")
      throw new TypeError(
        `saveSafetensors: metadata must be texts, but ${key} is ${typeof text}; write it as JSON.stringify(value)`,
      );
  if (!(maxShardSize >= 1))
    throw new RangeError(`saveSafetensors: maxShardSize must be a number of bytes, not ${maxShardSize}`);
}

async function piecesOf(tensors: Readonly<Record<string, Tensor>>): Promise<Piece[]> {
  if (typeof tensors !== "object" || tensors === null || (tensors as unknown) instanceof Tensor)
    throw new TypeError(
      `saveSafetensors: expected an object of tensors by name, such as model.stateDict() or { x }`,
    );
  if ("stateDict" in tensors && typeof tensors["stateDict"] === "function")
    throw new TypeError(
      "saveSafetensors: expected tensors by name, got what has a stateDict(); pass that: model.stateDict()",
    );
  const pieces: Piece[] = [];
  for (const [name, tensor] of Object.entries(tensors)) {
    if (!((tensor as unknown) instanceof Tensor))
      throw new TypeError(
        `saveSafetensors: ${JSON.stringify(name)} is ${typeof tensor}, and the format holds tensors only; make one of it with tensor(value), or use io.save`,
      );
    // Awaited only where it must be: in between two tensors nobody takes a step.
    const bytes = readBytes(tensor);
    pieces.push({ name, tensor, bytes: bytes instanceof Uint8Array ? bytes : await bytes });
  }
  // The widest elements first, so that all of them lie at multiples of their size, as the reference implementation has it.
  return pieces.sort((a, b) => dtypeBytes[b.tensor.dtype] - dtypeBytes[a.tensor.dtype]);
}

/** As many pieces in a shard as fit, at least one. */
function divided(pieces: readonly Piece[], most: number): Piece[][] {
  const shards: Piece[][] = [];
  let room = 0;
  for (const piece of pieces) {
    if (shards.length === 0 || piece.bytes.length > room) {
      shards.push([]);
      room = most;
    }
    shards.at(-1)!.push(piece);
    room -= piece.bytes.length;
  }
  return shards;
}

function sizeOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

function writeOne(
  asking: string,
  path: string,
  pieces: readonly Piece[],
  metadata: Readonly<Record<string, string>>,
): void {
  let end = 0;
  const entries = pieces.map(({ name, tensor, bytes }) => {
    const begin = end;
    end += bytes.length;
    const of = { dtype: storedNames[tensor.dtype], shape: tensor.shape, data_offsets: [begin, end] };
    return [name, of] as const;
  });
  const header = JSON.stringify({
    __metadata__: { format: "pt", ...metadata },
    ...Object.fromEntries(entries),
  });
  const json = new TextEncoder().encode(header);
  const length = Math.ceil(json.length / LENGTH_BYTES) * LENGTH_BYTES;
  const head = new Uint8Array(LENGTH_BYTES + length).fill(" ".charCodeAt(0));
  new DataView(head.buffer).setBigUint64(0, BigInt(length), true);
  head.set(json, LENGTH_BYTES);
  replaceFile(asking, path, (append) => {
    append(head);
    for (const { bytes } of pieces) append(bytes);
  });
}
