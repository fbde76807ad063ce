/** Writing files that `torch.load` reads. */
import { readBytes } from "../../tensor/reading.js";
import { Tensor } from "../../tensor/tensor.js";
import { pathOf } from "../input.js";
import { replaceFile } from "../output.js";
import { type ZipContent, zipParts } from "../zip/write.js";
import { pickle, type Pickler } from "./pickle.js";
import { storageNames } from "./storage-types.js";

/** PyTorch lays storages at such places, from which they can be mapped into memory. */
const ALIGNMENT = 64;

/**
 * Writes a value so that `torch.load(f, weights_only=True)` reads it, such as `{ model: model.stateDict(), optimizer: optimizer.stateDict(),
 * epoch }`: tensors (as values, also where they require grad; those that occur several times share their memory there), whole numbers (int) and
 * others (float), texts, booleans, null, arrays (lists), plain objects and maps (dicts; keys of an object that are whole numbers are int, as in
 * an optimizer's state), sets and Uint8Array (bytes). The file that was there before stays as it is until the new one is complete.
 * @throws TypeError that names the place of what cannot be written; Error that names the file where the system refuses
 */
export async function save(value: unknown, file: string | URL): Promise<void> {
  const path = pathOf("save", file);
  const tensors = new Map<Tensor, string>();
  const data = pickled(value, tensors);
  const storages: ZipContent[] = [];
  for (const [x, key] of tensors) {
    // Awaited only where it must be: in between two tensors nobody takes a step.
    const bytes = readBytes(x);
    storages.push({ name: `data/${key}`, bytes: bytes instanceof Uint8Array ? bytes : await bytes });
  }
  const text = (content: string): Uint8Array => new TextEncoder().encode(content);
  const contents: ZipContent[] = [
    { name: "data.pkl", bytes: data },
    { name: "byteorder", bytes: text("little") },
    ...storages,
    { name: "version", bytes: text("3\n") },
  ];
  const inFolder = contents.map(({ name, bytes }) => ({ name: `archive/${name}`, bytes }));
  const parts = await zipParts(inFolder, { alignment: ALIGNMENT });
  replaceFile("save", path, (append) => parts.forEach(append));
}

function pickled(value: unknown, tensors: Map<Tensor, string>): Uint8Array {
  try {
    return pickle(value, (part, to) => {
      if (!(part instanceof Tensor)) return false;
      const key = tensors.get(part) ?? String(tensors.size);
      tensors.set(part, key);
      writeTensor(part, key, to);
      return true;
    });
  } catch (error) {
    if (error instanceof TypeError) throw new TypeError(`save: ${error.message}`, { cause: error });
    throw error;
  }
}

/** As PyTorch's tensors describe themselves: a storage by its key, and how the tensor lies in it. */
function writeTensor({ dtype, shape }: Tensor, key: string, to: Pickler): void {
  const numbers = (values: readonly number[]) => () => {
    to.tuple(
      values.map((value) => () => {
        to.value(value, "");
      }),
    );
  };
  const plain = (value: unknown) => () => {
    to.value(value, "");
  };
  const named = (module: string, name: string) => () => {
    to.global(module, name);
  };
  const elements = shape.reduce((product, size) => product * size, 1);
  const strides = shape.map((_, d) => shape.slice(d + 1).reduce((product, size) => product * size, 1));
  to.call(named("torch._utils", "_rebuild_tensor_v2"), [
    () => {
      const storage = named("torch", storageNames[dtype]);
      to.persistent([plain("storage"), storage, plain(key), plain("cpu"), plain(elements)]);
    },
    plain(0),
    numbers(shape),
    numbers(strides),
    plain(false),
    () => {
      to.call(named("collections", "OrderedDict"), []);
    },
  ]);
}
