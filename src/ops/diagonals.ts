/**
 * Diagonals of the matrices in a tensor: read as views, and written into copies or zeros.
 */
import { geometryOf } from "../tensor/alias.js";
import type { Tensor } from "../tensor/core.js";
import { diagonalOf, permuted, wholeOf } from "../tensor/geometry.js";
import { operation } from "../tensor/operation.js";
import { allDims, checkWhole, formatShape, normalizeDim, sameShape } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import { padOf, permute, reshape, select, sliceOf } from "./movement.js";
import { checkTensor, constant } from "./operand.js";
import { broadcastTo } from "./movement.js";
import { viewed, written } from "./region.js";

export interface DiagonalOptions {
  /** How far above the main diagonal, below it where negative. Default 0. */
  offset?: number;
  /** The dim of rows. Default 0. */
  dim1?: number;
  /** The dim of columns. Default 1. */
  dim2?: number;
}

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The diagonal of dims `dim1` and `dim2`, 0 and 1 unless given, or the one `offset` above it, as a new last dim (`torch.diagonal`). */
    diagonal(offset?: number, dim1?: number, dim2?: number): Tensor;
    diagonal(options: DiagonalOptions): Tensor;
  }
}

const DIAGONAL = "| offset, dim1, dim2";

export const diagonal = operation(
  "diagonal",
  DIAGONAL,
  (x: Tensor, { offset = 0, dim1 = 0, dim2 = 1 }: DiagonalOptions = {}) =>
    diagonalView(x, offset, dim1, dim2),
);

/** The dims of a diagonal are brought to the end, and the diagonal of the last two dims taken. */
function diagonalView(x: Tensor, offset: number, dim1: number, dim2: number): Tensor {
  const rank = x._node.shape.length;
  if (rank < 2)
    throw new Error(`diagonal: expected at least 2 dimensions, got shape ${formatShape(x.shape)}`);
  checkWhole("diagonal", "offset", offset);
  const row = normalizeDim("diagonal", dim1, rank);
  const column = normalizeDim("diagonal", dim2, rank);
  if (row === column) throw new RangeError(`diagonal: dim1 and dim2 are both ${row}; expected two dims`);
  const order = allDims(rank).filter((d) => d !== row && d !== column);
  order.push(row, column);
  const y = lastDiagonal(permute(x, order), offset);
  return viewed(x, y, diagonalOf(permuted(geometryOf(x), order), offset, y.size(-1)));
}

/** Reads the matrix as rows of n + 1, so that the diagonal stands in the first column. */
function lastDiagonal(x: Tensor, offset: number): Tensor {
  const shape = x._node.shape;
  const rank = shape.length;
  const m = shape[rank - 2]!;
  const n = shape[rank - 1]!;
  const length = Math.max(0, Math.min(offset >= 0 ? m : m + offset, offset >= 0 ? n - offset : n));
  const batch = shape.slice(0, -2);
  const starts = new Array<number>(rank).fill(0);
  if (offset >= 0) starts[rank - 1] = length === 0 ? 0 : offset;
  else starts[rank - 2] = length === 0 ? 0 : -offset;
  const square = sliceOf(x, starts, [...batch, length, length], null);
  if (length === 0) return reshape(square, [...batch, 0]);
  const rows = reshape(
    padOf(
      reshape(square, [...batch, length * length]),
      new Array<number>(rank - 1).fill(0),
      [...batch.map(() => 0), length],
      0,
    ),
    [...batch, length, length + 1],
  );
  return select(rows, -1, 0);
}

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** A copy in which the diagonal is `src` (`torch.diagonal_scatter`). @throws Error for a source of another shape */
    diagonalScatter(src: Tensor, offset?: number | DiagonalOptions, dim1?: number, dim2?: number): Tensor<S>;
    /**
     * Matrices of zeros whose diagonal `offset` above the main one is the last dim, as dims `dim1` and `dim2` of the result, the last two
     * unless given (`torch.diag_embed`).
     */
    diagEmbed(offset?: number | DiagonalOptions, dim1?: number, dim2?: number): Tensor;
    /** A matrix of zeros with the elements on the diagonal `offset` above the main one (`torch.diagflat`). */
    diagflat(offset?: number | { offset?: number }): Tensor;
  }
}

/** The order in which dims `dim1` and `dim2` come last. */
function lastTwo(name: string, rank: number, dim1: number, dim2: number): number[] {
  const [row, column] = [normalizeDim(name, dim1, rank), normalizeDim(name, dim2, rank)];
  if (row === column) throw new RangeError(`${name}: dim1 and dim2 are both ${row}; expected two dims`);
  return [...allDims(rank).filter((d) => d !== row && d !== column), row, column];
}

operation(
  "diagonalScatter",
  "src | offset, dim1, dim2",
  (x: Tensor, src: Tensor, { offset = 0, dim1 = 0, dim2 = 1 }: DiagonalOptions = {}) => {
    checkTensor("diagonalScatter", src);
    const now = diagonalView(x, offset, dim1, dim2);
    if (!sameShape(now.shape, src.shape)) {
      throw new Error(
        `diagonalScatter: expected a source of shape ${formatShape(now.shape)}, got ${formatShape(src.shape)}`,
      );
    }
    const order = lastTwo("diagonalScatter", x.ndim, dim1, dim2);
    return written(x, diagonalOf(permuted(wholeOf(x._node.shape), order), offset, now.size(-1)), src);
  },
);

export const diagEmbed = operation(
  "diagEmbed",
  DIAGONAL,
  (x: Tensor, { offset = 0, dim1 = -2, dim2 = -1 }: DiagonalOptions = {}) => {
    if (x.ndim === 0) throw new Error("diagEmbed: expected at least 1 dimension, got a 0-dimensional tensor");
    checkWhole("diagEmbed", "offset", offset);
    const length = x.size(-1);
    const n = length + Math.abs(offset);
    const order = lastTwo("diagEmbed", x.ndim + 1, dim1, dim2);
    const matrices = [...x._node.shape.slice(0, -1), n, n];
    const zeros = broadcastTo("diagEmbed", constant(0, x.dtype), matrices);
    const y = written(zeros, diagonalOf(wholeOf(matrices), offset, length), x);
    const back = new Array<number>(order.length);
    order.forEach((d, i) => (back[d] = i));
    return permute(y, back);
  },
);

operation("diagflat", "| offset", (x: Tensor, { offset = 0 }: { offset?: number } = {}) =>
  diagEmbed(reshape(x, [x.numel()]), { offset }),
);
