/**
 * Values that are computed only when they are read, such as tensors: what is timed has to compute them. An object says so by a method
 * under a registered symbol, so that neither half of cellgrad imports the other.
 */
const EVALUATE: unique symbol = Symbol.for("cellgrad.evaluate") as never;

interface Lazy {
  [EVALUATE](): void;
}

export function isLazy(value: unknown): value is Lazy {
  return (
    typeof value === "object" && value !== null && typeof (value as Partial<Lazy>)[EVALUATE] === "function"
  );
}

/** Computes what a value stands for, or the values of an array. */
export function evaluated(value: unknown): void {
  if (isLazy(value)) value[EVALUATE]();
  else if (Array.isArray(value)) for (const element of value) if (isLazy(element)) element[EVALUATE]();
}
