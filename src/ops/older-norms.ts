/**
 * Norms by the names that torch has beside those of `linalg`: of one dim or a matrix, and of each entry of one dim.
 */
import type { Tensor } from "../tensor/core.js";
import { isFloating } from "../tensor/dtype.js";
import { allDims, formatShape, normalizeDim, normalizeDims } from "../tensor/shape.js";
import { takes } from "../tensor/signature.js";
import { norm } from "./norm.js";
import { checkTensor } from "./operand.js";
import type { ReduceOptions } from "./reduce.js";

/** √Σ x² over one dim or two, or with an empty list over all (`torch.frobenius_norm`); `linalg.vectorNorm` and `matrixNorm` are its successors. */
export const frobeniusNorm: {
  (input: Tensor, dim: number | readonly number[], keepdim?: boolean | { keepdim?: boolean }): Tensor;
  (input: Tensor, options: ReduceOptions & { dim: number | readonly number[] }): Tensor;
} = takes(
  "frobeniusNorm",
  "input, dim | keepdim",
  (x: Tensor, dim: number | readonly number[], { keepdim = false }: ReduceOptions = {}) => {
    checkTensor("frobeniusNorm", x);
    if ((dim as unknown) === undefined)
      throw new TypeError("frobeniusNorm: expected one dim or two, or [] for all");
    if (typeof dim !== "number" && dim.length > 2)
      throw new Error(`frobeniusNorm: expected at most two dims, got [${dim.join(", ")}]`);
    return norm(x, 2, normalizeDims("frobeniusNorm", dim, x.ndim), { keepdim });
  },
);

/** The sum of the singular values of a matrix, or of the matrices in two dims (`torch.nuclear_norm`; `linalg.matrixNorm` with "nuc"). */
export const nuclearNorm: {
  (input: Tensor, dim?: readonly number[], keepdim?: boolean | { keepdim?: boolean }): Tensor;
  (input: Tensor, given: boolean | (ReduceOptions & { dim?: readonly number[] })): Tensor;
} = takes(
  "nuclearNorm",
  "input | dim, keepdim",
  (x: Tensor, { dim, keepdim = false }: { dim?: readonly number[] | boolean; keepdim?: boolean } = {}) => {
    checkTensor("nuclearNorm", x);
    // PyTorch takes keepdim in the place of dim too.
    const isFlag = typeof dim === "boolean";
    return norm(x, "nuc", isFlag ? undefined : dim, { keepdim: isFlag ? dim : keepdim });
  },
);

/**
 * The p-norm of each entry of dim `dim`, over all other dims, which stay with size 1; with dim −1 the norm of the whole (`torch.norm_except_dim`,
 * what weight normalization divides by).
 */
export const normExceptDim: {
  (v: Tensor, pow?: number | { pow?: number; dim?: number }, dim?: number | { dim?: number }): Tensor;
} = takes(
  "normExceptDim",
  "v | pow, dim",
  (v: Tensor, { pow = 2, dim = 0 }: { pow?: number; dim?: number } = {}) => {
    checkTensor("normExceptDim", v);
    if (!isFloating(v.dtype))
      throw new TypeError(`normExceptDim: expected a floating tensor, got ${v.dtype}; use v.float()`);
    if (!Number.isInteger(pow)) throw new TypeError(`normExceptDim: expected a whole pow, got ${pow}`);
    if (dim === -1) return norm(v, pow);
    if (v.ndim === 0)
      throw new Error(`normExceptDim: expected a tensor with dims, got shape ${formatShape([])}`);
    const kept = normalizeDim("normExceptDim", dim, v.ndim);
    const others = allDims(v.ndim).filter((d) => d !== kept);
    // A vector has no other dims; an empty list would be all of them.
    return others.length === 0 ? norm(v.unsqueeze(1), pow, 1) : norm(v, pow, others, { keepdim: true });
  },
);
