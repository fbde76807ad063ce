/**
 * Triangles and diagonals of matrices.
 */
import { binary, iota, reshape, scalar } from "../graph/record/build.js";
import { Tensor } from "../tensor/core.js";
import { operation } from "../tensor/operation.js";
import { formatShape } from "../tensor/shape.js";
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
    tril(diagonal?: number): Tensor<S>;
    /** Makes what is above the diagonal 0. */
    tril_(diagonal?: number): this;
    /** The elements on and above diagonal k of the last two dims, 0 elsewhere (`torch.triu`). */
    triu(diagonal?: number): Tensor<S>;
    /** Makes what is below the diagonal 0. */
    triu_(diagonal?: number): this;
  }
}

function triangle(name: string, x: Tensor, op: "le" | "ge", k: number): Tensor {
  if (x.ndim < 2)
    throw new Error(`${name}: expected at least 2 dimensions, got shape ${formatShape(x.shape)}`);
  if (!Number.isInteger(k)) throw new RangeError(`${name}: expected a whole diagonal, got ${k}`);
  return where(beside(op, x.size(-2), x.size(-1), k), x, constant(0, x.dtype));
}

export const tril = operation("tril", (x, diagonal = 0) => triangle("tril", x, "le", diagonal));
inPlace("tril_", tril);

export const triu = operation("triu", (x, diagonal = 0) => triangle("triu", x, "ge", diagonal));
inPlace("triu_", triu);

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** A vector as the diagonal of a matrix, or a matrix's diagonal as a vector (`torch.diag`). */
    diag(diagonal?: number): Tensor;
    /** The sum of a matrix's diagonal (`torch.trace`). */
    trace(): Tensor<[]>;
  }
}

export const diag = operation("diag", (x, k = 0) => {
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
