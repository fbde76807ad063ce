/**
 * Examples made into a batch, part by part: tensors are stacked, numbers become a tensor, texts a list. PyTorch's default_collate.
 */
import { stack } from "../ops/join.js";
import type { Elements } from "../primitives/elements.js";
import { tensor } from "../tensor/creation/from-data.js";
import { formatShape, sameShape } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import { Tensor } from "../tensor/tensor.js";

/** What comes of examples of type `E`: each part along a new first dimension, under the name or at the place that it has in an example. */
export type Collated<E> = 0 extends 1 & E
  ? E
  : E extends Tensor<infer S>
    ? Stacked<S>
    : E extends number | boolean | bigint
      ? Tensor<[number]>
      : E extends Elements
        ? Tensor<[number, number]>
        : E extends string
          ? string[]
          : E extends object
            ? { -readonly [K in keyof E]: Collated<E[K]> }
            : unknown;

type Stacked<S extends Shape> = number extends S["length"] ? Tensor : Tensor<[number, ...S]>;

/**
 * One batch of examples that are all built alike: tensors of one shape, numbers (float32), booleans, typed arrays, texts, or lists and
 * objects of such, also nested. An example of several parts gives a batch of as many.
 * @throws TypeError or Error that names the part where examples differ or cannot be put together
 */
export function collate<Example>(examples: readonly Example[]): Collated<Example> {
  return together(examples, "") as Collated<Example>;
}

function together(values: readonly unknown[], path: string): unknown {
  const [first] = values;
  const kind = kindOf(first);
  const other = values.findIndex((value) => kindOf(value) !== kind);
  if (other > 0)
    throw new TypeError(
      `DataLoader: examples differ: ${named(path)} of the first is ${kind}, that of another ${kindOf(values[other])}; ${OWN}`,
    );
  if (first instanceof Tensor) return stacked(values as readonly Tensor[], path);
  if (typeof first === "number" || typeof first === "boolean" || typeof first === "bigint")
    return tensor(values as readonly number[]);
  if (typeof first === "string") return [...values];
  if (ArrayBuffer.isView(first) && !(first instanceof DataView))
    return stacked(
      (values as readonly Elements[]).map((value) => tensor(value)),
      path,
    );
  if (Array.isArray(first)) {
    const lists = values as readonly (readonly unknown[])[];
    const odd = lists.find(({ length }) => length !== first.length);
    if (odd)
      throw new Error(
        `DataLoader: examples differ: ${named(path)} of the first is a list of ${first.length}, that of another one of ${odd.length}; ${OWN}`,
      );
    return first.map((_, i) =>
      together(
        lists.map((list) => list[i]),
        `${path}[${i}]`,
      ),
    );
  }
  if (kind === "an object") {
    const objects = values as readonly Readonly<Record<string, unknown>>[];
    return Object.fromEntries(
      Object.keys(first as object).map((key) => [
        key,
        together(
          objects.map((object) => object[key]),
          `${path}.${key}`,
        ),
      ]),
    );
  }
  throw new TypeError(
    `DataLoader: ${named(path)} of an example is ${kind}; ` +
      `examples are tensors, numbers, booleans, texts, or lists and objects of them; ${OWN}`,
  );
}

const OWN = "make a batch of them yourself: new data.DataLoader(dataset, { collateFn: (examples) => … })";

function stacked(tensors: readonly Tensor[], path: string): Tensor {
  const first = tensors[0]!;
  const odd = tensors.find((each) => !sameShape(each.shape, first.shape));
  if (odd)
    throw new Error(
      `DataLoader: examples differ: ${named(path)} of the first has shape ${formatShape(first.shape)}, ` +
        `that of another ${formatShape(odd.shape)}; ${OWN}`,
    );
  return stack(tensors);
}

/** A part as the user's code names it. */
function named(path: string): string {
  return path === "" ? "the whole" : `part ${path.replace(/^\./, "")}`;
}

function kindOf(value: unknown): string {
  if (value instanceof Tensor) return "a tensor";
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "a list";
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name}`;
  if (value instanceof Promise) return "a promise";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
