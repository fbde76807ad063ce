/** Results with names that can also be taken by position, as Python's named tuples: `const { values } = x.sort()`, `const [values] = x.sort()`. */

function iterate(this: object): Iterator<unknown> {
  return Object.values(this)[Symbol.iterator]();
}

/** The fields as they are, to be destructured by name and, in their order, by position. */
export function named<R extends object>(fields: R): Readonly<R> & Iterable<R[keyof R]> {
  return Object.defineProperty(fields, Symbol.iterator, { value: iterate }) as R & Iterable<R[keyof R]>;
}
