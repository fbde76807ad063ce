/**
 * Taking tensors apart along a dim, as views: split, chunk, tensorSplit and their like, and unbind.
 */
import { Tensor } from "../tensor/core.js";
import { operation } from "../tensor/operation.js";
import { readNumbers } from "../tensor/reading.js";
import { checkList, checkWhole, formatShape, normalizeDim } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import { narrowedView, selectedView } from "./views.js";

export interface DimOption {
  /** Default 0. */
  readonly dim?: number;
}

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** Parts of `size` entries along `dim`, or of the given sizes; the last part may be shorter (`torch.split`). */
    split(size: number | readonly number[], dim?: number | DimOption): Tensor[];
    /** Parts of the given sizes along `dim` (`torch.split_with_sizes`). */
    splitWithSizes(sizes: readonly number[], dim?: number | DimOption): Tensor[];
    /** At most `chunks` parts of equal size along `dim`, but for the last (`torch.chunk`). */
    chunk(chunks: number, dim?: number | DimOption): Tensor[];
  }
}

export const split = operation(
  "split",
  "splitSize | dim",
  (x: Tensor, size: number | readonly number[], { dim = 0 }: DimOption = {}) => {
    if (x.ndim === 0) throw new Error("split: a 0-dimensional tensor cannot be split");
    const d = normalizeDim("split", dim, x.ndim);
    const n = x.shape[d]!;
    let sizes: readonly number[];
    if (typeof size === "number") {
      if (!Number.isInteger(size) || size < 0 || (size === 0 && n > 0))
        throw new RangeError(`split: expected a whole size ≥ 1, got ${size}`);
      sizes = Array.from({ length: Math.max(1, Math.ceil(n / (size || 1))) }, (_, i) =>
        Math.min(size, n - i * size),
      );
    } else {
      checkList("split", "sizes", size);
      sizes = size;
      const sum = size.reduce((a, b) => a + b, 0);
      if (sum !== n || size.some((k) => k < 0)) {
        throw new Error(`split: sizes [${size.join(", ")}] sum to ${sum}, dim ${d} has size ${n}`);
      }
    }
    let start = 0;
    return sizes.map((k) => {
      const part = narrowedView(x, d, start, k);
      start += k;
      return part;
    });
  },
);

operation(
  "splitWithSizes",
  "splitSizes | dim",
  (x: Tensor, sizes: readonly number[], options: DimOption = {}) => {
    if (!Array.isArray(sizes)) throw new TypeError("splitWithSizes: expected a list of sizes");
    return split(x, sizes, options);
  },
);

export const chunk = operation(
  "chunk",
  "chunks | dim",
  (x: Tensor, chunks: number, { dim = 0 }: DimOption = {}) => {
    if (!Number.isInteger(chunks) || chunks < 1)
      throw new RangeError(`chunk: expected a whole number ≥ 1, got ${chunks}`);
    const n = x.size(normalizeDim("chunk", dim, x.ndim));
    if (n === 0) return split(x, new Array<number>(chunks).fill(0), { dim });
    return split(x, Math.ceil(n / chunks), { dim });
  },
);

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The entries along `dim` (`torch.unbind`). */
    unbind(dim?: number | DimOption): Tensor[];
  }
}

export const unbind = operation("unbind", "| dim", (x: Tensor, { dim = 0 }: DimOption = {}) => {
  const n = x.size(normalizeDim("unbind", dim, x.ndim));
  return Array.from({ length: n }, (_, i) => selectedView(x, dim, i));
});

/** How many parts, or where to cut: a number, a list, or a tensor of either. */
export type Cuts = number | readonly number[] | Tensor;

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /**
     * So many parts along `dim`, of which the first ones are an entry longer where they cannot be equal; or parts cut at the given positions
     * (`torch.tensor_split`).
     */
    tensorSplit(indicesOrSections: Cuts, dim?: number | DimOption): Tensor[];
    /** `tensorSplit` along dim 1, of a vector along dim 0; the parts of a number are equal (`torch.hsplit`). */
    hsplit(indicesOrSections: Cuts): Tensor[];
    /** `tensorSplit` along dim 0 of at least 2 dims (`torch.vsplit`). */
    vsplit(indicesOrSections: Cuts): Tensor[];
    /** `tensorSplit` along dim 2 (`torch.dsplit`). */
    dsplit(indicesOrSections: Cuts): Tensor[];
  }
}

function cutsOf(name: string, given: Cuts): number | readonly number[] {
  if (!(given instanceof Tensor)) {
    if (typeof given !== "number") checkList(name, "positions", given);
    return given;
  }
  if (given.ndim > 1)
    throw new Error(`${name}: expected a number or a vector, got ${formatShape(given.shape)}`);
  const numbers = [...readNumbers(given, name)];
  return given.ndim === 0 ? numbers[0]! : numbers;
}

export const tensorSplit = operation(
  "tensorSplit",
  "indicesOrSections | dim",
  (x: Tensor, given: Cuts, { dim = 0 }: DimOption = {}): Tensor[] => {
    if (x.ndim === 0) throw new Error("tensorSplit: a 0-dimensional tensor cannot be split");
    const d = normalizeDim("tensorSplit", dim, x.ndim);
    const n = x.shape[d]!;
    const cuts = cutsOf("tensorSplit", given);
    const bounds = [0];
    if (typeof cuts === "number") {
      if (!Number.isInteger(cuts) || cuts < 1)
        throw new RangeError(`tensorSplit: expected a whole number of parts ≥ 1, got ${cuts}`);
      const [size, longer] = [Math.floor(n / cuts), n % cuts];
      for (let i = 0; i < cuts; i++) bounds.push(bounds[i]! + size + (i < longer ? 1 : 0));
    } else {
      const clip = (at: number): number => Math.min(n, Math.max(0, at < 0 ? at + n : at));
      for (const at of cuts) {
        checkWhole("tensorSplit", "position", at);
        bounds.push(clip(at));
      }
      bounds.push(n);
    }
    return bounds.slice(1).map((end, i) => narrowedView(x, d, bounds[i]!, Math.max(0, end - bounds[i]!)));
  },
);

function splitAlong(
  name: "hsplit" | "vsplit" | "dsplit",
  least: number,
  dimOf: (rank: number) => number,
): void {
  operation(name, "indicesOrSections |", (x: Tensor, given: Cuts): Tensor[] => {
    if (x.ndim < least)
      throw new Error(`${name}: expected at least ${least} dimension(s), got shape ${formatShape(x.shape)}`);
    if (typeof given !== "number" && !Array.isArray(given) && !(given instanceof Tensor))
      throw new TypeError(`${name}: expected a number of parts or a list of positions, got ${typeof given}`);
    const dim = dimOf(x.ndim);
    if (typeof given === "number" && !(given >= 1 && x.shape[dim]! % given === 0))
      throw new RangeError(
        `${name}: dim ${dim} of size ${x.shape[dim]} has no ${given} equal parts; use tensorSplit()`,
      );
    return tensorSplit(x, given, { dim });
  });
}

splitAlong("hsplit", 1, (rank) => (rank === 1 ? 0 : 1));
splitAlong("vsplit", 2, () => 0);
splitAlong("dsplit", 3, () => 2);
