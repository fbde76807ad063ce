/** Several results with names, as PyTorch's named tuples: an object that can also be destructured by position. */
import type { Tensor } from "./core.js";

export type NamedTuple<Fields> = Fields & {
  [Symbol.iterator](): Iterator<Tensor>;
};

const tuple = {
  *[Symbol.iterator](this: Readonly<Record<string, Tensor>>): Generator<Tensor> {
    yield* Object.values(this);
  },
};

/** The fields, in the order in which they are written; nothing else of the object is enumerable. */
export function namedTuple<const Fields extends Readonly<Record<string, Tensor>>>(
  fields: Fields,
): NamedTuple<Fields> {
  const result = { ...fields };
  Object.defineProperty(result, Symbol.iterator, { value: tuple[Symbol.iterator], enumerable: false });
  return result as NamedTuple<Fields>;
}
