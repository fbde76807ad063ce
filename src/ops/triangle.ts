/**
 * Triangles and diagonals of matrices.
 */
import { binary, iota, reshape, scalar } from "../graph/record/build.js";
import { Tensor } from "../tensor/core.js";
import { fromTyped } from "../tensor/creation/from-data.js";
import type { DType } from "../tensor/dtype.js";
import { operation } from "../tensor/operation.js";
import { checkShape, checkWhole, formatShape } from "../tensor/shape.js";
import { takes } from "../tensor/signature.js";
import type { Shape } from "../tensor/shape-types.js";
import { inPlace } from "./change.js";
import { unsqueeze } from "./movement.js";
import { constant } from "./operand.js";
import { where } from "./select.js";

/** column − row, compared with k. */
function beside(op: "le" | "ge" | "eq", m: number, n: number, k: number): Tensor {
  const distance = binary("sub", iota([n], "int32"), reshape(iota([m], "int32"), [m, 1]));
  return new Tensor(binary(op, distance, scalar(k, "int32")));
}

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The elements on and below diagonal k of the last two dims, 0 elsewhere (`torch.tril`). */
    tril(diagonal?: number | { diagonal?: number }): Tensor<S>;
    /** Makes what is above the diagonal 0. */
    tril_(diagonal?: number | { diagonal?: number }): this;
    /** The elements on and above diagonal k of the last two dims, 0 elsewhere (`torch.triu`). */
    triu(diagonal?: number | { diagonal?: number }): Tensor<S>;
    /** Makes what is below the diagonal 0. */
    triu_(diagonal?: number | { diagonal?: number }): this;
  }
}

function triangle(name: string, x: Tensor, op: "le" | "ge", k: number): Tensor {
  if (x.ndim < 2)
    throw new Error(`${name}: expected at least 2 dimensions, got shape ${formatShape(x.shape)}`);
  if (!Number.isInteger(k)) throw new RangeError(`${name}: expected a whole diagonal, got ${k}`);
  return where(beside(op, x.size(-2), x.size(-1), k), x, constant(0, x.dtype));
}

export const tril = operation("tril", "diagonal |", (x: Tensor, diagonal?: number) =>
  triangle("tril", x, "le", diagonal ?? 0),
);
inPlace("tril_", "diagonal |", tril);

export const triu = operation("triu", "diagonal |", (x: Tensor, diagonal?: number) =>
  triangle("triu", x, "ge", diagonal ?? 0),
);
inPlace("triu_", "diagonal |", triu);

/** The positions of a triangle of a matrix [row, col], rows and columns as [2, N]. */
function indicesOf(
  name: string,
  row: number,
  col: number,
  offset: number,
  op: "le" | "ge",
  dtype: DType,
): Tensor {
  checkShape(name, [row, col]);
  checkWhole(name, "offset", offset);
  const [rows, columns]: [number[], number[]] = [[], []];
  for (let i = 0; i < row; i++) {
    const [from, to] = op === "le" ? [0, i + offset] : [Math.max(0, i + offset), col - 1];
    for (let j = from; j <= Math.min(to, col - 1); j++) {
      rows.push(i);
      columns.push(j);
    }
  }
  return fromTyped(Int32Array.from([...rows, ...columns]), dtype, [2, rows.length]);
}

export interface TriangleIndicesOptions {
  /** How far above the main diagonal, below it where negative. Default 0. */
  readonly offset?: number;
  /** Default int32. */
  readonly dtype?: DType;
}

type TriangleIndices = (
  row: number,
  col: number,
  offset?: number | TriangleIndicesOptions,
  options?: TriangleIndicesOptions,
) => Tensor;

function triangleIndices(name: string, op: "le" | "ge"): TriangleIndices {
  return takes<TriangleIndices>(
    name,
    "row, col | offset, *, dtype",
    (row: number, col: number, { offset = 0, dtype = "int32" }: TriangleIndicesOptions) =>
      indicesOf(name, row, col, offset, op, dtype),
  );
}

/** Rows and columns [2, N] of the elements on and below diagonal `offset` of a matrix, row by row (`torch.tril_indices`). */
export const trilIndices = triangleIndices("trilIndices", "le");
/** Rows and columns [2, N] of the elements on and above diagonal `offset` of a matrix, row by row (`torch.triu_indices`). */
export const triuIndices = triangleIndices("triuIndices", "ge");

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** A vector as the diagonal of a matrix, or a matrix's diagonal as a vector (`torch.diag`). */
    diag(diagonal?: number | { diagonal?: number }): Tensor;
    /** The sum of a matrix's diagonal (`torch.trace`). */
    trace(): Tensor<[]>;
  }
}

export const diag = operation("diag", "diagonal |", (x: Tensor, diagonal?: number): Tensor => {
  const k = diagonal ?? 0;
  if (x.ndim === 2) return x.diagonal(k).clone();
  if (x.ndim !== 1) throw new Error(`diag: expected a vector or a matrix, got shape ${formatShape(x.shape)}`);
  const n = x.numel() + Math.abs(k);
  const padded = k >= 0 ? x.pad([k, 0]) : x.pad([0, -k]);
  return where(beside("eq", n, n, k), unsqueeze(padded, 0), constant(0, x.dtype));
});

export const trace = operation("trace", (x) => {
  if (x.ndim !== 2) throw new Error(`trace: expected a matrix, got shape ${formatShape(x.shape)}`);
  return x.diagonal().sum();
});
