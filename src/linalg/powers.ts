/**
 * Powers and exponentials of matrices, and tensors taken for matrices.
 */
import { record } from "../autograd/record.js";
import { call } from "../graph/record/build.js";
import { fused } from "../ops/fused.js";
import { concat } from "../ops/join.js";
import { matmul } from "../ops/matmul.js";
import { expand, mT, narrow, permute, reshape } from "../ops/movement.js";
import { checkTensor, zeroLike } from "../ops/operand.js";
import type { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { operation } from "../tensor/operation.js";
import { checkWhole, formatShape, normalizeDim, sizeOf } from "../tensor/shape.js";
import { takes } from "../tensor/signature.js";
import { checkSquare, identity } from "./matrix.js";
import { inv, solve } from "./systems.js";

declare module "../tensor/core.js" {
  interface Tensor {
    /** The n-th power of square matrices [..., N, N]; a negative one is that of the inverse (`torch.matrix_power`). */
    matrixPower(n: number): Tensor;
    /** e to the power of square matrices [..., N, N]: Σ Aᵏ / k! (`torch.matrix_exp`). */
    matrixExp(): Tensor;
  }
}

export const matrixPower = operation("matrixPower", (a, n) => {
  checkWhole("matrixPower", "power", n);
  checkSquare("matrixPower", a);
  if (n === 0) return expand(identity(a, a.shape.at(-1)!), a.shape).clone();
  let base = n < 0 ? inv(a) : a;
  let result: Tensor | null = null;
  for (let rest = Math.abs(n); rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = result === null ? base : matmul(result, base);
    if (rest > 1) base = matmul(base, base);
  }
  return Math.abs(n) === 1 && n > 0 ? result!.clone() : result!;
});

/** The upper right block of e to the power of [[Aᵀ, g], [0, Aᵀ]]. */
const MATRIX_EXP: Op = {
  name: "LinalgMatrixExpBackward0",
  saves: true,
  gradient(y, g) {
    const turned = mT(y._a);
    const n = turned.shape.at(-1)!;
    const last = turned.ndim - 1;
    const top = concat([turned, g], last);
    const bottom = concat([zeroLike(turned), turned], last);
    const whole = matrixExp(concat([top, bottom], last - 1));
    return [narrow(narrow(whole, last - 1, 0, n), last, n, n)];
  },
};

export const matrixExp = operation("matrixExp", (given): Tensor =>
  fused([given], (a) => {
    checkSquare("matrixExp", a);
    return record(MATRIX_EXP, call("matrixExp", [a.node], []), a);
  }),
);

/** The inverse of a tensor as a map of its last dims to its first `ind` ones, two unless given (`torch.linalg.tensorinv`). */
export const tensorinv: {
  (a: Tensor, ind?: number): Tensor;
  (a: Tensor, options: { ind?: number }): Tensor;
} = takes("tensorinv", "A, ind |", (a: Tensor, ind: number = 2) => {
  checkTensor("tensorinv", a);
  checkWhole("tensorinv", "ind", ind);
  if (ind <= 0) throw new RangeError(`tensorinv: expected ind > 0, got ${ind}`);
  const [rows, columns] = [a.shape.slice(0, ind), a.shape.slice(ind)];
  if (sizeOf(rows) !== sizeOf(columns)) {
    throw new Error(
      `tensorinv: expected as many elements in the first ${ind} dims as in the others, got ${formatShape(rows)} and ${formatShape(columns)}`,
    );
  }
  return reshape(inv(reshape(a, [sizeOf(rows), sizeOf(columns)])), [...columns, ...rows]);
});

/** X with tensordot(A, X) = B over the last dims of A; `dims` of A are moved to its end first (`torch.linalg.tensorsolve`). */
export const tensorsolve: {
  (a: Tensor, b: Tensor, dims?: readonly number[] | null): Tensor;
  (a: Tensor, b: Tensor, options: { dims?: readonly number[] | null }): Tensor;
} = takes(
  "tensorsolve",
  "A, B, dims |",
  (given: Tensor, b: Tensor, dims: readonly number[] | null = null) => {
    checkTensor("tensorsolve", given);
    checkTensor("tensorsolve", b);
    const moved = (dims ?? []).map((d) => normalizeDim("tensorsolve", d, given.ndim));
    const order = given.shape.map((_, d) => d).filter((d) => !moved.includes(d));
    const a = moved.length === 0 ? given : permute(given, [...order, ...moved]);
    const columns = a.shape.slice(b.ndim);
    if (sizeOf(columns) !== b.numel() || sizeOf(a.shape.slice(0, b.ndim)) !== b.numel()) {
      throw new Error(
        `tensorsolve: A ${formatShape(a.shape)} does not fit B ${formatShape(b.shape)}: expected ${b.numel()} elements in its first ${b.ndim} dims and in the others`,
      );
    }
    const x = solve(reshape(a, [b.numel(), b.numel()]), reshape(b, [b.numel()]));
    return reshape(x, columns);
  },
);

/** A diagonal of the last two dims, or of those given (`torch.linalg.diagonal`). */
export const diagonal = takes<
  (a: Tensor, options?: { offset?: number; dim1?: number; dim2?: number }) => Tensor
>(
  "diagonal",
  "A | *, offset, dim1, dim2",
  (a: Tensor, options: { offset?: number; dim1?: number; dim2?: number } = {}) => {
    checkTensor("diagonal", a);
    const { offset = 0, dim1 = -2, dim2 = -1 } = options;
    return a.diagonal(offset, dim1, dim2);
  },
);
