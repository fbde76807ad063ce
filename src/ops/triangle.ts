/**
 * Triangles and diagonals of matrices.
 */
import { binary, iota, reshape, scalar } from "../graph/build.js";
import { defineMethods, Tensor } from "../tensor/core.js";
import { formatShape } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import { unsqueeze } from "./movement.js";
import { constant } from "./operand.js";
import { where } from "./select.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The elements on and below diagonal k of the last two dims, 0 elsewhere (`torch.tril`). */
    tril(diagonal?: number): Tensor<S>;
    /** The elements on and above diagonal k of the last two dims, 0 elsewhere (`torch.triu`). */
    triu(diagonal?: number): Tensor<S>;
    /** A vector as the diagonal of a matrix, or a matrix's diagonal as a vector (`torch.diag`). */
    diag(diagonal?: number): Tensor;
    /** The sum of a matrix's diagonal (`torch.trace`). */
    trace(): Tensor<[]>;
  }
}

/** column − row, compared with k. */
function beside(op: "le" | "ge" | "eq", m: number, n: number, k: number): Tensor {
  const distance = binary("sub", iota([n], "int32"), reshape(iota([m], "int32"), [m, 1]));
  return new Tensor(binary(op, distance, scalar(k, "int32")));
}

function triangle(name: string, x: Tensor, op: "le" | "ge", k: number): Tensor {
  if (x.ndim < 2)
    throw new Error(`${name}: expected at least 2 dimensions, got shape ${formatShape(x.shape)}`);
  if (!Number.isInteger(k)) throw new RangeError(`${name}: expected a whole diagonal, got ${k}`);
  return where(beside(op, x.size(-2), x.size(-1), k), x, constant(0, x.dtype));
}

function diag(x: Tensor, k: number): Tensor {
  if (x.ndim === 2) return x.diagonal(k).clone();
  if (x.ndim !== 1) throw new Error(`diag: expected a vector or a matrix, got shape ${formatShape(x.shape)}`);
  const n = x.numel() + Math.abs(k);
  const padded = k >= 0 ? x.pad([k, 0]) : x.pad([0, -k]);
  return where(beside("eq", n, n, k), unsqueeze(padded, 0), constant(0, x.dtype));
}

defineMethods({
  tril(diagonal = 0) {
    return triangle("tril", this, "le", diagonal);
  },
  triu(diagonal = 0) {
    return triangle("triu", this, "ge", diagonal);
  },
  diag(diagonal = 0) {
    return diag(this, diagonal);
  },
  trace() {
    if (this.ndim !== 2) throw new Error(`trace: expected a matrix, got shape ${formatShape(this.shape)}`);
    return this.diagonal().sum();
  },
});
