/** Reading what `torch.save` has written, without running anything of it. */
import type { StateDict } from "../../nn/stateDict.js";
import { fromBytes, fromTyped } from "../../tensor/creation/from-data.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type FileLike, type Input, openInput } from "../input.js";
import { ZipArchive } from "../zip/read.js";
import { laterTypes, storageTypes, type StorageType } from "./storage-types.js";
import { unpickle } from "./unpickle.js";

/** Dicts and lists within each other. */
const deepest = 500;

/**
 * What `torch.save` has written: `model.loadStateDict(await io.load("model.pt"))`, or of other values, with their type,
 * `await io.load<{ model: StateDict; epoch: number }>("checkpoint.pt")`. Tensors, numbers (bigint beyond 2⁵³), texts, booleans,
 * null, lists and tuples (arrays), dicts (objects, whose keys are texts), sets and bytes; of a dtype that is none here the next wider one, of
 * complex numbers a last dim of size 2. The file is a pickle, which in Python may run anything: here it names nothing but tensors, as with
 * `torch.load(f, weights_only=True)`, and everything else is refused.
 * @param file a path, or a file's bytes
 * @throws Error that names the file and what is wrong: damaged, a format of before PyTorch 1.6, or the class or function that it asks for
 */
export async function load<Value = StateDict>(file: FileLike): Promise<Value> {
  const input = openInput("load", file);
  try {
    const head = input.read(0, Math.min(4, input.size));
    if (head[0] === 0x80)
      throw fault(
        input,
        "it is a pickle and no archive, as PyTorch wrote before 1.6; load it there and save it again",
      );
    const archive = new ZipArchive("load", input);
    const prefix = prefixOf(input, archive);
    const storages = await storagesOf(archive, prefix);
    return new Reader(input, storages).read(await archive.read(`${prefix}/data.pkl`)) as Value;
  } finally {
    input.close();
  }
}

function fault(input: Input, problem: string): Error {
  return new Error(`load: ${input.name}: ${problem}`);
}

/** The folder in the archive, which has the file's name at its writing. */
function prefixOf(input: Input, archive: ZipArchive): string {
  const names = archive.entries().map(({ name }) => name);
  const found = names.find((name) => name.endsWith("/data.pkl"));
  if (found === undefined)
    throw fault(input, `it is an archive without a pickle, so torch.save has not written it`);
  const prefix = found.slice(0, -"/data.pkl".length);
  if (names.some((name) => name.startsWith(`${prefix}/code/`)))
    throw fault(input, "it is a TorchScript program; save the model's state dict in its place");
  return prefix;
}

async function storagesOf(archive: ZipArchive, prefix: string): Promise<Map<string, Uint8Array>> {
  const order = `${prefix}/byteorder`;
  if (archive.has(order) && new TextDecoder().decode(await archive.read(order)) !== "little")
    throw fault(archive.input, "its numbers have their highest byte first, which is not read");
  const storages = new Map<string, Uint8Array>();
  for (const { name } of archive.entries())
    if (name.startsWith(`${prefix}/data/`))
      storages.set(name.slice(prefix.length + "/data/".length), await archive.read(name));
  return storages;
}

/** Elements in a file, and their type. */
interface Stored {
  readonly type: StorageType;
  readonly bytes: Uint8Array;
}

/** A name of PyTorch's that stands for itself, such as a dtype's. */
class Named {
  constructor(readonly name: string) {}
}

class Reader {
  readonly #plain = new Map<object, unknown>();

  constructor(
    private readonly input: Input,
    private readonly storages: ReadonlyMap<string, Uint8Array>,
  ) {}

  read(bytes: Uint8Array): unknown {
    try {
      const value = unpickle(bytes, {
        find: (name) => this.#find(name),
        load: (identifier) => this.#stored(identifier),
      });
      return this.#plainOf(value, 0);
    } catch (error) {
      throw new Error(`load: ${this.input.name}: ${(error as Error).message}`, { cause: error });
    }
  }

  #find(name: string): unknown {
    const [, storage] = /^torch\.(\w+Storage)$/.exec(name) ?? [];
    if (storage !== undefined && Object.hasOwn(storageTypes, storage)) return storageTypes[storage];
    if (name === "torch.storage.UntypedStorage") return untyped;
    const [, dtype] = /^torch\.(u?int\d+|b?float\d+|complex\d+|bool)$/.exec(name) ?? [];
    if (dtype !== undefined) return new Named(dtype);
    return makers.get(name);
  }

  /** ("storage", class, key, place, number of elements) */
  #stored(identifier: unknown): Stored {
    const [kind, type, key, , count] = Array.isArray(identifier) ? (identifier as unknown[]) : [];
    if (kind !== "storage" || typeof key !== "string" || typeof count !== "number")
      throw new Error("its pickle names a storage in an unknown way");
    const bytes = this.storages.get(key);
    if (bytes === undefined) throw new Error(`it has no data/${key}`);
    if (!isStorageType(type)) throw new Error("its pickle names a storage of an unknown type");
    if (bytes.length < count * type.bytes)
      throw new Error(`data/${key} has ${bytes.length} bytes where ${count * type.bytes} are said`);
    return { type, bytes };
  }

  /** Maps as objects, names as texts. What occurs several times in the file is the same object afterwards too. */
  #plainOf(value: unknown, depth: number): unknown {
    if (value instanceof Named) return value.name;
    if (typeof value === "function") throw new Error("it holds a function");
    if (typeof value !== "object" || value === null) return value;
    if (depth > deepest) throw new Error(`it holds lists within lists, more than ${deepest} deep`);
    const known = this.#plain.get(value);
    if (known !== undefined) return known;
    if (Array.isArray(value)) {
      this.#plain.set(value, value);
      value.forEach((item, i) => (value[i] = this.#plainOf(item, depth + 1)));
      return value;
    }
    if (!(value instanceof Map)) return value;
    const object: Record<string, unknown> = {};
    this.#plain.set(value, object);
    for (const [key, item] of value) {
      if (typeof key !== "string" && typeof key !== "number" && typeof key !== "boolean")
        throw new Error(`it holds a dict with a key that is no text and no number`);
      // Not by assignment, which would take "__proto__" for something else.
      const own = { enumerable: true, configurable: true, writable: true };
      Object.defineProperty(object, String(key), { ...own, value: this.#plainOf(item, depth + 1) });
    }
    return object;
  }
}

/** Bytes: who makes a tensor of them says its dtype. */
const untyped: StorageType = { bytes: 1, dtype: "uint8" };

function isStorageType(value: unknown): value is StorageType {
  return value === untyped || Object.values(storageTypes).includes(value as StorageType);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);
}

/** torch._utils._rebuild_tensor_v2: elements of a storage from `offset` on, in these steps. */
function rebuildTensor(stored: unknown, offset: unknown, size: unknown, stride: unknown): Tensor {
  const { type, bytes } = stored as Stored;
  if (!isSizes(size) || !isSizes(stride) || !isSizes([offset]) || size.length !== stride.length)
    throw new Error("its pickle makes a tensor of what are no sizes");
  const last = size.includes(0)
    ? -1
    : size.reduce((at, each, d) => at + (each - 1) * stride[d]!, offset as number);
  if (!Number.isSafeInteger(last) || (last + 1) * type.bytes > bytes.length)
    throw new Error(`a tensor of shape [${size.join(", ")}] goes beyond its storage`);
  const shape = type.isComplex ? [...size, 2] : size;
  const place = { offset: offset as number, size, stride };
  if (type.widen === undefined)
    return fromBytes(type.dtype, shape, (into) => {
      copyDense(type, bytes, place, into);
    });
  const elements = new Uint8Array(size.reduce((length, n) => length * n, type.bytes));
  copyDense(type, bytes, place, elements);
  return fromTyped(type.widen(elements.buffer), type.dtype, shape);
}

/** Where a tensor's elements are in a storage, counted in elements. */
interface Strided {
  readonly offset: number;
  readonly size: readonly number[];
  readonly stride: readonly number[];
}

/** Writes the elements in row-major order. */
function copyDense(
  { bytes: each }: StorageType,
  bytes: Uint8Array,
  { offset, size, stride }: Strided,
  into: Uint8Array,
): void {
  let expected = 1;
  const isDense = size.every((_, i) => {
    const d = size.length - 1 - i;
    const fits = size[d] === 1 || stride[d] === expected;
    expected *= size[d]!;
    return fits;
  });
  if (isDense) return into.set(bytes.subarray(offset * each, offset * each + into.length));
  const index = size.map(() => 0);
  let from = offset;
  for (let at = 0; at < into.length; at += each) {
    into.set(bytes.subarray(from * each, (from + 1) * each), at);
    for (let d = size.length - 1; d >= 0; d--) {
      from += stride[d]!;
      if (++index[d]! < size[d]!) break;
      from -= stride[d]! * size[d]!;
      index[d] = 0;
    }
  }
}

/** torch._utils._rebuild_tensor_v3: the same, with the dtype named. */
function rebuildTyped(...args: readonly unknown[]): Tensor {
  const [stored, offset, size, stride, , , dtype] = args;
  const name = dtype instanceof Named ? dtype.name : String(dtype);
  const type = laterTypes[name];
  if (type === undefined) throw new Error(`it holds a tensor of dtype ${name}, which is not read`);
  return rebuildTensor({ type, bytes: (stored as Stored).bytes }, offset, size, stride);
}

/** Texts in which older pickles hold bytes: each character is one. */
function encode(text: unknown): Uint8Array {
  return Uint8Array.from(String(text), (character) => character.charCodeAt(0));
}

/** A dict of pairs, or an empty one. */
function dict(pairs: unknown = []): Map<unknown, unknown> {
  return new Map(pairs as [unknown, unknown][]);
}

/** All that a file may call. */
const makers = new Map<string, (...args: readonly unknown[]) => unknown>([
  ["torch._utils._rebuild_tensor_v2", rebuildTensor],
  ["torch._utils._rebuild_tensor", rebuildTensor],
  ["torch._utils._rebuild_tensor_v3", rebuildTyped],
  ["torch._utils._rebuild_parameter", (x) => x],
  ["torch.Size", (sizes = []) => sizes],
  ["torch.device", (...parts) => parts.join(":")],
  ["collections.OrderedDict", dict],
  ["collections.defaultdict", () => dict()],
  ["builtins.set", (items = []) => new Set(items as unknown[])],
  ["__builtin__.set", (items = []) => new Set(items as unknown[])],
  ["_codecs.encode", encode],
]);
