/** Every operation of the fuzzer by its name, and its cases by number. */
import { type Case, Draw, type Table } from "./draw.js";
import { elementwise } from "./tables/elementwise.js";
import { functional } from "./tables/functional.js";
import { indexing } from "./tables/indexing.js";
import { layout } from "./tables/layout.js";
import { reductions } from "./tables/reductions.js";

export const operations: Table = { ...elementwise, ...reductions, ...layout, ...indexing, ...functional };

/** Whose results are int32 here and int64 in PyTorch, from which one on: positions, which stand behind the values where there are such. */
const positions: Readonly<Record<string, number>> = {
  ...{ max: 1, min: 1, cummax: 1, cummin: 1, sort: 1 },
  ...{ argmax: 0, argmin: 0, argsort: 0, nonzero: 0, oneHot: 0, arange: 0 },
};

/** Whose results are whole numbers written in JavaScript, which are int32 here, where they stand beside booleans. */
const wholeNumbers = new Set(["square", "addNumber", "mulNumber", "powNumber", "rpow", "whereNumber"]);

/** The case of this number: the same for a seed, whatever other operations there are. */
export function caseOf(name: string, number: number, seed: number): Case {
  let hash = seed ^ 0x811c9dc5;
  for (const char of `${name} ${number}`) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
  const entry = operations[name]!(new Draw(hash, number));
  const isBool = wholeNumbers.has(name) && entry.inputs[0]!.dtype === "bool";
  return { ...entry, int32From: positions[name] ?? (isBool ? 0 : Infinity) };
}
