/** Reductions: what a list of values is folded into. */
import { dtypeBytes, type DTypeName, dtypes } from "../../primitives/dtypes.js";
import type { ReduceOp } from "../../primitives/reductions.js";
import { type Value, whole } from "./elements.js";

/**
 * All `values`, which are of dtype `from`, as one. Floats are added and multiplied in float64, integers as bigints; of none there is the
 * identity. A NaN is larger and smaller than any number, and of equal values the first is the largest and the smallest.
 */
export function fold(op: ReduceOp, values: readonly Value[], from: DTypeName): Value {
  const isFloat = dtypes[from].kind === "float";
  switch (op) {
    case "sum":
      return isFloat
        ? values.reduce<number>((s, x) => s + Number(x), 0)
        : values.reduce<bigint>((s, x) => s + BigInt(x), 0n);
    case "prod":
      return isFloat
        ? values.reduce<number>((s, x) => s * Number(x), 1)
        : values.reduce<bigint>((s, x) => BigInt.asIntN(64, s * BigInt(x)), 1n);
    case "max":
      return values.length > 0 ? values[best(values, larger)]! : infinite(-Infinity, from);
    case "min":
      return values.length > 0 ? values[best(values, smaller)]! : infinite(Infinity, from);
    case "any":
      return Number(values.some((x) => x != 0));
    case "all":
      return Number(values.every((x) => x != 0));
    case "argmax":
      return best(values, larger);
    case "argmin":
      return best(values, smaller);
  }
}

const larger = (x: Value, y: Value): boolean => x > y;
const smaller = (x: Value, y: Value): boolean => x < y;

/** Where the first NaN is, or else the first value than which none is better. */
function best(values: readonly Value[], better: (x: Value, y: Value) => boolean): number {
  let at = 0;
  values.forEach((x, i) => {
    const y = values[at]!;
    if ((x !== x && y === y) || better(x, y)) at = i;
  });
  return at;
}

/** ±Infinity, or of a dtype that has none its largest or smallest value. */
function infinite(x: number, dtype: DTypeName): Value {
  switch (dtypes[dtype].kind) {
    case "float":
      return x;
    case "bool":
      return Number(x > 0);
    case "int":
      return whole(x, BigInt(8 * dtypeBytes[dtype]));
  }
}
