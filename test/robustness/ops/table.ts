/** Every operation of the fuzzer by its name, and its cases by number. */
import { type Case, Draw, type Table } from "./draw.js";
import { elementwise } from "./tables/elementwise.js";
import { functional } from "./tables/functional.js";
import { indexing } from "./tables/indexing.js";
import { layout } from "./tables/layout.js";
import { reductions } from "./tables/reductions.js";

export const operations: Table = { ...elementwise, ...reductions, ...layout, ...indexing, ...functional };

/** Whose results are int32 here and int64 in PyTorch: positions, and whole numbers written in JavaScript. */
const int32 = new Set([
  ...["max", "min", "argmax", "argmin", "cummax", "cummin", "sort", "argsort", "nonzero"],
  ...["oneHot", "arange", "square", "addNumber", "mulNumber", "powNumber", "rpow", "whereNumber"],
]);

/** The case of this number: the same for a seed, whatever other operations there are. */
export function caseOf(name: string, number: number, seed: number): Case {
  let hash = seed ^ 0x811c9dc5;
  for (const char of `${name} ${number}`) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
  const entry = operations[name]!(new Draw(hash, number));
  return int32.has(name) ? { ...entry, int32: true } : entry;
}
