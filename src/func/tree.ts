/** Nested lists and plain objects with tensors in them: taken apart and put together again. */
import { isOptions as isPlainObject } from "../tensor/signature.js";
import { Tensor } from "../tensor/core.js";

/** The same structure with tensors of any shape. */
export type Plain<T> = T extends Tensor
  ? Tensor
  : T extends readonly unknown[]
    ? { -readonly [K in keyof T]: Plain<T[K]> }
    : T extends (...args: never[]) => unknown
      ? T
      : T extends object
        ? { [K in keyof T]: Plain<T[K]> }
        : T;

/** Arguments with tensors of any shape. */
export type PlainArguments<A extends readonly unknown[]> =
  Plain<A> extends infer P extends readonly unknown[] ? P : never;

/** The leaves of a structure, and how to make the same structure of others. */
export interface Tree {
  readonly leaves: readonly unknown[];
  readonly build: (leaves: readonly unknown[]) => unknown;
}

/** Takes apart what are lists or plain objects; all else is a leaf. */
export function treeOf(value: unknown): Tree {
  const leaves: unknown[] = [];
  const shape = record(value, leaves);
  return {
    leaves,
    build: (others) => {
      let next = 0;
      return shape(() => others[next++]);
    },
  };
}

type Builder = (next: () => unknown) => unknown;

function record(value: unknown, leaves: unknown[]): Builder {
  if (value instanceof Tensor) {
    leaves.push(value);
    return (next) => next();
  }
  if (Array.isArray(value)) {
    const parts = value.map((each) => record(each, leaves));
    return (next) => parts.map((part) => part(next));
  }
  if (isPlainObject(value)) {
    const parts = Object.entries(value).map(([key, each]) => [key, record(each, leaves)] as const);
    return (next) => Object.fromEntries(parts.map(([key, part]) => [key, part(next)]));
  }
  leaves.push(value);
  return (next) => next();
}

/** `value` with each tensor in it replaced. */
export function mapTensors(value: unknown, replace: (t: Tensor) => unknown): unknown {
  const tree = treeOf(value);
  return tree.build(tree.leaves.map((leaf) => (leaf instanceof Tensor ? replace(leaf) : leaf)));
}

/** The tensors of a result. @throws TypeError for a leaf that is none */
export function tensorsOf(name: string, what: string, leaves: readonly unknown[]): Tensor[] {
  return leaves.map((leaf) => {
    if (leaf instanceof Tensor) return leaf;
    throw new TypeError(`${name}: expected ${what} of tensors, got ${leaf === null ? "null" : typeof leaf}`);
  });
}

/**
 * For each leaf of `value` what `spec` says of it: a number or null for all below it, or a list or object of the same structure.
 * @throws Error where the structures differ
 */
export function spreadOver(name: string, spec: unknown, value: unknown): (number | null)[] {
  if (typeof spec === "number" || spec === null) return treeOf(value).leaves.map(() => spec);
  if (Array.isArray(spec) && Array.isArray(value) && spec.length === value.length)
    return value.flatMap((each, i) => spreadOver(name, spec[i], each));
  if (isPlainObject(spec) && isPlainObject(value)) {
    const keys = Object.keys(value);
    const other = Object.keys(spec);
    if (keys.length === other.length && keys.every((key) => key in spec))
      return keys.flatMap((key) => spreadOver(name, spec[key], value[key]));
  }
  throw new Error(
    `${name}: expected a dim, null, or a structure like that of what it is for, got ${JSON.stringify(spec) ?? "undefined"}`,
  );
}
