/**
 * Several results with names that can also be taken by position, as PyTorch's named tuples: `const { values } = x.sort()`,
 * `const [values] = x.sort()`, `x.sort()[0]`.
 */

/** What is reached by position beside the names. */
export interface Positions<Element> extends Iterable<Element> {
  readonly [position: number]: Element;
}

export type NamedTuple<Fields> = Readonly<Fields> & Positions<Fields[keyof Fields]>;

function iterate(this: object): Iterator<unknown> {
  return Object.values(this)[Symbol.iterator]();
}

/** The fields, in the order in which they are written; nothing else of the object is enumerable. */
export function namedTuple<const Fields extends object>(fields: Fields): NamedTuple<Fields> {
  const result = { ...fields };
  Object.values(fields).forEach((value, position) => Object.defineProperty(result, position, { value }));
  Object.defineProperty(result, Symbol.iterator, { value: iterate });
  return result as NamedTuple<Fields>;
}
