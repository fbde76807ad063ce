/** Bags of entries: neighbours in a list of positions, whose entries become one. What a bag's entries mean is left to `embeddingBag`. */
import { takeAt } from "../ops/indexing.js";
import { where } from "../ops/select.js";
import { sumAt } from "../ops/taps.js";
import { ones, zeros } from "../tensor/creation/constant.js";
import { fromTyped, tensor as tensorOf } from "../tensor/creation/from-data.js";
import { arange } from "../tensor/creation/range.js";
import type { Tensor } from "../tensor/tensor.js";

/** How many numbers of a list are in all bags, and in the longest one; `starts` says where each bag begins, and where the last one ends. */
function extentOf(starts: readonly number[]): { used: number; count: number; longest: number } {
  let longest = 0;
  for (let bag = 1; bag < starts.length; bag++) longest = Math.max(longest, starts[bag]! - starts[bag - 1]!);
  return { used: starts.at(-1)!, count: starts.length - 1, longest };
}

/** A list [n] as one row for each bag, [bags, longest]; `otherwise` where a bag has no more. */
function rowsOfBags(list: Tensor, starts: readonly number[], otherwise: number): Tensor {
  const { used, count, longest } = extentOf(starts);
  if (used === count * longest) return list.narrow(0, 0, used).reshape([count, longest]);
  const places = new Int32Array(count * longest);
  const isThere = new Array<boolean>(places.length).fill(false);
  for (let bag = 0; bag < count; bag++) {
    for (let i = starts[bag]!; i < starts[bag + 1]!; i++) {
      const at = bag * longest + i - starts[bag]!;
      places[at] = i;
      isThere[at] = true;
    }
  }
  const all = takeAt(list, 0, fromTyped(places, "int32", [places.length]));
  return where(tensorOf(isThere, { dtype: "bool" }), all, otherwise).reshape([count, longest]);
}

/** The list has room for its bags as rows that are at most so many times as many numbers. */
const mostEmpty = 4;

/**
 * For each bag the sum of rows of x [rows, D], each times its factor: at int32 positions [n], of which those below 0 are left out.
 * @param factors [n]; null: 1
 */
export function sumsOfBags(
  x: Tensor,
  positions: Tensor,
  factors: Tensor | null,
  starts: readonly number[],
): Tensor {
  const { used, count, longest } = extentOf(starts);
  if (longest > 2 && count * longest > mostEmpty * used) return sumsOfParts(x, positions, factors, starts);
  const index = rowsOfBags(positions, starts, -1).transpose(0, 1).unsqueeze(0);
  const by =
    factors === null
      ? ones(index.shape, { dtype: x.dtype })
      : rowsOfBags(factors, starts, 0).transpose(0, 1).unsqueeze(0).to(x.dtype);
  const [rows, size] = x.shape as [number, number];
  return sumAt(x.reshape([1, 1, rows, size]), index, by).reshape([count, size]);
}

/** Where few bags are much longer than the others, sums of parts of bags, and then of these. */
function sumsOfParts(
  x: Tensor,
  positions: Tensor,
  factors: Tensor | null,
  starts: readonly number[],
): Tensor {
  const { used, count } = extentOf(starts);
  const most = Math.max(2, Math.ceil(used / count));
  const parts: number[] = [];
  const ofParts = [0];
  for (let bag = 0; bag < count; bag++) {
    for (let i = starts[bag]!; i < starts[bag + 1]!; i += most) parts.push(i);
    ofParts.push(parts.length);
  }
  const sums = sumsOfBags(x, positions, factors, [...parts, used]);
  return sumsOfBags(sums, arange(parts.length, { dtype: "int32" }), null, ofParts);
}

/** For each bag the greatest elements of rows of x [rows, D] at int32 positions [n], of which those below 0 are left out; 0 for an empty bag. */
export function greatestOfBags(x: Tensor, positions: Tensor, starts: readonly number[]): Tensor {
  const { count, longest } = extentOf(starts);
  const size = x.shape[1]!;
  if (longest === 0) return zeros([count, size], { dtype: x.dtype });
  const index = rowsOfBags(positions, starts, -1);
  const isThere = index.ge(0);
  const rows = takeAt(x, 0, where(isThere, index, 0).reshape([count * longest]));
  const table = where(isThere.unsqueeze(2), rows.reshape([count, longest, size]), -Infinity);
  return where(isThere.any(1).unsqueeze(1), table.max(1).values, 0);
}
