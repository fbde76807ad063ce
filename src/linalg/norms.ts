/**
 * Norms of vectors and matrices.
 */
import { sumDims } from "../ops/reduce.js";
import { abs } from "../ops/rounding.js";
import { amax, amin } from "../ops/extreme.js";
import { cast } from "../ops/cast.js";
import { norm as pNorm } from "../ops/norm.js";
import { permute, reshape } from "../ops/movement.js";
import { checkTensor } from "../ops/operand.js";
import type { Tensor } from "../tensor/core.js";
import { type DType, isFloating } from "../tensor/dtype.js";
import { allDims, formatShape, normalizeDim } from "../tensor/shape.js";
import { takes } from "../tensor/signature.js";
import { svdvals } from "./spectral.js";

/** Which norm of a matrix. */
export type MatrixOrd = "fro" | "nuc" | number;

/** Options of norms. */
export interface NormOptions {
  /** One dim or two; all of them unless given. */
  dim?: number | readonly number[] | null;
  /** Keep the reduced dims with size 1. Default false. */
  keepdim?: boolean;
  /** What the norm is computed in. */
  dtype?: DType;
}

function given(name: string, x: Tensor, dtype: DType | undefined): Tensor {
  checkTensor(name, x);
  const y = dtype === undefined ? x : cast(x, dtype);
  if (!isFloating(y.dtype))
    throw new TypeError(`${name}: expected a floating tensor, got ${y.dtype}; use x.float()`);
  return y;
}

/** (Σ |x|ᵖ)^(1/p) for p = `ord`, 2 unless given, over all elements or the dims (`torch.linalg.vector_norm`). */
export const vectorNorm: {
  (
    x: Tensor,
    ord?: number,
    dim?: number | readonly number[] | null,
    keepdim?: boolean,
    options?: { dtype?: DType },
  ): Tensor;
  (x: Tensor, options: NormOptions & { ord?: number }): Tensor;
  (x: Tensor, ord: number, options: NormOptions): Tensor;
  (x: Tensor, ord: number, dim: number | readonly number[] | null, options: NormOptions): Tensor;
} = takes(
  "vectorNorm",
  "x | ord, dim, keepdim, *, dtype",
  (x: Tensor, options: NormOptions & { ord?: number } = {}) => {
    const { ord = 2, dim, keepdim = false, dtype } = options;
    const y = given("vectorNorm", x, dtype);
    if (typeof ord !== "number")
      throw new TypeError(`vectorNorm: expected ord as a number, got ${String(ord)}`);
    return pNorm(y, ord, dim, { keepdim });
  },
);

/** The two dims of the matrices, different ones. */
function twoDims(name: string, x: Tensor, dim: readonly number[]): readonly [number, number] {
  if (x.ndim < 2)
    throw new Error(`${name}: expected a matrix or a batch of them, got shape ${formatShape(x.shape)}`);
  if (!Array.isArray(dim) || dim.length !== 2)
    throw new Error(`${name}: expected two dims, got [${String(dim)}]`);
  const [d, e] = dim.map((each: number) => normalizeDim(name, each, x.ndim)) as [number, number];
  if (d === e) throw new Error(`${name}: expected two different dims, got [${dim.join(", ")}]`);
  return [d, e];
}

/** Singular values of the matrices in two dims, along a new last dim. */
function singularValues(x: Tensor, d: number, e: number): Tensor {
  const others = allDims(x.ndim).filter((i) => i !== d && i !== e);
  return svdvals(permute(x, [...others, d, e]));
}

function normOfMatrix(
  name: string,
  x: Tensor,
  ord: MatrixOrd,
  dim: readonly number[],
  keepdim: boolean,
): Tensor {
  const [d, e] = twoDims(name, x, dim);
  const kept = (y: Tensor): Tensor =>
    keepdim
      ? reshape(
          y,
          x.shape.map((size, i) => (i === d || i === e ? 1 : size)),
        )
      : y;
  if (ord === "fro") return pNorm(x, 2, [d, e], { keepdim });
  if (ord === "nuc" || ord === 2 || ord === -2) {
    const s = singularValues(x, d, e);
    const last = s.ndim - 1;
    if (ord === "nuc") return kept(sumDims(s, [last], false));
    return kept(ord === 2 ? amax(s, last) : amin(s, last));
  }
  if (ord !== 1 && ord !== -1 && ord !== Infinity && ord !== -Infinity)
    throw new Error(`${name}: expected ord "fro", "nuc", ±1, ±2 or ±Infinity, got ${String(ord)}`);
  // The greatest sum of a column, or of a row.
  const along = Math.abs(ord) === 1 ? d : e;
  const over = along === d ? e : d;
  const sums = sumDims(abs(x), [along], true);
  const extreme = (ord > 0 ? amax : amin)(sums, over, { keepdim: true });
  return reshape(extreme, keepdim ? extreme.shape : x.shape.filter((_, i) => i !== d && i !== e));
}

/** The norm of matrices in two dims, the last unless given: "fro" unless said, "nuc", ±1, ±2, ±Infinity (`torch.linalg.matrix_norm`). */
export const matrixNorm: {
  (
    a: Tensor,
    ord?: MatrixOrd,
    dim?: readonly number[],
    keepdim?: boolean,
    options?: { dtype?: DType },
  ): Tensor;
  (a: Tensor, options: NormOptions & { ord?: MatrixOrd }): Tensor;
  (a: Tensor, ord: MatrixOrd, options: NormOptions): Tensor;
  (a: Tensor, ord: MatrixOrd, dim: readonly number[], options: NormOptions): Tensor;
} = takes(
  "matrixNorm",
  "A | ord, dim, keepdim, *, dtype",
  (a: Tensor, options: NormOptions & { ord?: MatrixOrd } = {}) => {
    const { ord = "fro", dim, keepdim = false, dtype } = options;
    return normOfMatrix(
      "matrixNorm",
      given("matrixNorm", a, dtype),
      ord,
      (dim ?? [-2, -1]) as readonly number[],
      keepdim,
    );
  },
);

/**
 * A vector's norm over one dim, a matrix's over two (`torch.linalg.norm`). Without ord it is the 2-norm of all elements, or of those in the dims;
 * without dims a tensor of one dimension is a vector and one of two a matrix.
 */
export const norm: {
  (
    a: Tensor,
    ord?: MatrixOrd | null,
    dim?: number | readonly number[] | null,
    keepdim?: boolean,
    options?: { dtype?: DType },
  ): Tensor;
  (a: Tensor, options: NormOptions & { ord?: MatrixOrd | null }): Tensor;
  (a: Tensor, ord: MatrixOrd | null, options: NormOptions): Tensor;
  (a: Tensor, ord: MatrixOrd | null, dim: number | readonly number[] | null, options: NormOptions): Tensor;
} = takes(
  "norm",
  "A | ord, dim, keepdim, *, dtype",
  (a: Tensor, options: NormOptions & { ord?: MatrixOrd } = {}) => {
    const { ord, dim, keepdim = false, dtype } = options;
    const x = given("norm", a, dtype);
    if (ord === undefined) return pNorm(x, 2, dim, { keepdim });
    const dims = dim === undefined || dim === null ? null : typeof dim === "number" ? [dim] : dim;
    if (dims === null && x.ndim !== 1 && x.ndim !== 2)
      throw new Error(
        `norm: with ord and without dim expected 1 or 2 dimensions, got shape ${formatShape(x.shape)}`,
      );
    const which = dims ?? allDims(x.ndim);
    if (which.length === 2) return normOfMatrix("norm", x, ord, which, keepdim);
    if (typeof ord !== "number" || which.length !== 1)
      throw new Error(
        `norm: ord ${String(ord)} is a norm of matrices, which take two dims; got [${which.join(", ")}]`,
      );
    return pNorm(x, ord, which, { keepdim });
  },
);
