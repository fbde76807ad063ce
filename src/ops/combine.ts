/**
 * Combinations of several tensors: blocks of a matrix, all pairs of entries, powers.
 */
import { Tensor } from "../tensor/core.js";
import { fromTyped } from "../tensor/creation/from-data.js";
import { ones } from "../tensor/creation/constant.js";
import { isFloating } from "../tensor/dtype.js";
import { checkWhole, formatShape } from "../tensor/shape.js";
import { takes } from "../tensor/signature.js";
import { cast } from "./cast.js";
import { takeAt } from "./indexing.js";
import { cat, stack } from "./join.js";
import { broadcastTo, flip, padOf, reshape, unsqueeze } from "./movement.js";
import { checkTensor } from "./operand.js";
import { cumprod } from "./scan.js";

/** Tensors given one by one, or as one list. */
function listOf(name: string, given: readonly (Tensor | readonly Tensor[])[]): readonly Tensor[] {
  const list = (given.length === 1 && Array.isArray(given[0]) ? given[0] : given) as readonly Tensor[];
  list.forEach((x) => checkTensor(name, x));
  return list;
}

/** The tensors as blocks along the diagonal of a matrix of zeros; a vector is a row (`torch.block_diag`). */
export function blockDiag(...tensors: readonly (Tensor | readonly Tensor[])[]): Tensor {
  const list = listOf("blockDiag", tensors).map((x, i) => {
    if (x.ndim > 2)
      throw new Error(
        `blockDiag: tensor ${i} has shape ${formatShape(x.shape)}, expected at most 2 dimensions`,
      );
    return reshape(x, x.ndim === 2 ? x.shape : [1, x.numel()]);
  });
  if (list.length === 0) return fromTyped([], "float32", [1, 0]);
  const width = list.reduce((n, x) => n + x.shape[1]!, 0);
  let before = 0;
  const rows = list.map((x) => {
    const own = x.shape[1]!;
    const row = padOf(x, [0, before], [0, width - before - own], 0);
    before += own;
    return row;
  });
  return cat(rows, 0);
}

/** All tuples with an entry of each vector, the last changing fastest: [N · M · …, k]; of one vector the vector (`torch.cartesian_prod`). */
export function cartesianProd(...tensors: readonly (Tensor | readonly Tensor[])[]): Tensor {
  const list = listOf("cartesianProd", tensors);
  list.forEach((x, i) => {
    if (x.ndim !== 1)
      throw new Error(`cartesianProd: tensor ${i} has shape ${formatShape(x.shape)}, expected a vector`);
    if (x.dtype !== list[0]!.dtype)
      throw new TypeError(
        `cartesianProd: expected vectors of one dtype, got ${list[0]!.dtype} and ${x.dtype}`,
      );
  });
  if (list.length === 0) throw new Error("cartesianProd: expected at least one vector");
  if (list.length === 1) return list[0]!;
  const sizes = list.map((x) => x.numel());
  const columns = list.map((x, i) => {
    const wide = broadcastTo(
      "cartesianProd",
      reshape(
        x,
        sizes.map((n, d) => (d === i ? n : 1)),
      ),
      sizes,
    );
    return reshape(wide, [sizes.reduce((n, size) => n * size, 1)]);
  });
  return stack(columns, 1);
}

/** Rising lists of `r` numbers below n, as rows one after another. */
function rising(n: number, r: number, repeats: boolean): Int32Array {
  const rows: number[] = [];
  const chosen: number[] = [];
  const choose = (from: number): void => {
    if (chosen.length === r) {
      rows.push(...chosen);
      return;
    }
    for (let i = from; i < n; i++) {
      chosen.push(i);
      choose(repeats ? i : i + 1);
      chosen.pop();
    }
  };
  choose(0);
  return Int32Array.from(rows);
}

/** All ways to choose r entries of a vector in their order, as rows (`torch.combinations`). */
export const combinations: {
  (input: Tensor, r?: number, withReplacement?: boolean): Tensor;
  (input: Tensor, options: { r?: number; withReplacement?: boolean }): Tensor;
  (input: Tensor, r: number, options: { withReplacement?: boolean }): Tensor;
} = takes(
  "combinations",
  "input | r, withReplacement",
  (x: Tensor, options: { r?: number; withReplacement?: boolean } = {}) => {
    const { r = 2, withReplacement = false } = options;
    checkTensor("combinations", x);
    if (x.ndim !== 1) throw new Error(`combinations: expected a vector, got shape ${formatShape(x.shape)}`);
    checkWhole("combinations", "r", r);
    if (r < 0) throw new RangeError(`combinations: expected r ≥ 0, got ${r}`);
    if (r === 0) return fromTyped([], x.dtype, [0]);
    const places = rising(x.numel(), r, withReplacement);
    return takeAt(x, 0, fromTyped(places, "int32", [places.length / r, r]));
  },
);

/** Powers 0 … n − 1 of the last dim's entries as rows, rising. */
function powers(x: Tensor, n: number): Tensor {
  const base = isFloating(x.dtype) ? x : cast(x, "int64");
  const one = ones([...x.shape, 1], { dtype: base.dtype });
  if (n <= 1) return n === 0 ? one.narrow(-1, 0, 0) : one;
  const rest = broadcastTo("vander", unsqueeze(base, -1), [...x.shape, n - 1]);
  return cat([one, cumprod(rest, x.ndim)], x.ndim);
}

function checkColumns(n: number): void {
  checkWhole("vander", "N", n);
  if (n < 0) throw new RangeError(`vander: expected N ≥ 0, got ${n}`);
}

/** The powers of a vector's entries as rows, the highest first unless `increasing`: [L] → [L, N], N being L unless given (`torch.vander`). */
export const vander: {
  (x: Tensor, N?: number, increasing?: boolean): Tensor;
  (x: Tensor, options: { N?: number; increasing?: boolean }): Tensor;
  (x: Tensor, N: number, options: { increasing?: boolean }): Tensor;
} = takes("vander", "x | N, increasing", (x: Tensor, options: { N?: number; increasing?: boolean } = {}) => {
  checkTensor("vander", x);
  if (x.ndim !== 1) throw new Error(`vander: expected a vector, got shape ${formatShape(x.shape)}`);
  const n = options.N ?? x.numel();
  checkColumns(n);
  const rising = powers(x, n);
  return options.increasing ? rising : flip(rising, [1]);
});

/** Powers 0 … N − 1 of the last dim's entries: [..., L] → [..., L, N], N being L unless given; a number is one entry (`torch.linalg.vander`). */
export const risingVander = takes<(x: Tensor, options?: { N?: number }) => Tensor>(
  "vander",
  "x | *, N",
  (x: Tensor, options: { N?: number } = {}) => {
    checkTensor("vander", x);
    const entries = x.ndim === 0 ? reshape(x, [1]) : x;
    const n = options.N ?? entries.shape.at(-1)!;
    checkColumns(n);
    if (n <= 1 && options.N !== undefined) throw new RangeError(`vander: expected N > 1, got ${n}`);
    return powers(entries, n);
  },
);
