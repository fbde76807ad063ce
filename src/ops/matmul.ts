/**
 * Matrix products.
 */
import { wanted } from "../autograd/wanted.js";
import { record } from "../autograd/record.js";
import { binary, matmul as matmulNode, permute as permuteNode } from "../graph/record/build.js";
import type { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { operation } from "../tensor/operation.js";
import { checkBroadcast, formatShape, sizeOf } from "../tensor/shape.js";
import type { Matmul } from "../tensor/broadcast-types.js";
import type { Checked, Ok, Shape } from "../tensor/shape-types.js";
import { mul } from "./arithmetic.js";
import { fused } from "./fused.js";
import { mT, reshape } from "./movement.js";
import { checkTensor } from "./operand.js";
import { sumAll } from "./reduce.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /**
     * The matrix product (`torch.matmul`): [..., M, K] · [..., K, N] → [..., M, N], where the leading dims broadcast; a vector on the left
     * counts as a row, on the right as a column, and that dim is dropped again.
     * @throws Error when the inner sizes differ.
     */
    matmul<A extends Shape, B extends Shape>(
      this: Tensor<A>,
      other: Checked<Matmul<A, B>, Tensor<B>>,
    ): Tensor<Ok<Matmul<A, B>>>;
  }
}

/** Two operands of rank ≥ 2. */
const MATMUL: Op = {
  name: "BmmBackward0",
  saves: true,
  gradient(y, g) {
    const a = y._a;
    const b = y._b;
    return [wanted(a) ? product(g, mT(b)) : null, wanted(b) ? product(mT(a), g) : null];
  },
};
const MM: Op = { ...MATMUL, name: "MmBackward0" };

function product(a: Tensor, b: Tensor): Tensor {
  const matrices = a._node.shape.length === 2 && b._node.shape.length === 2;
  return record(matrices ? MM : MATMUL, matmulNode(a.node, b.node), a, b);
}

function mismatch(name: string, a: Tensor, b: Tensor, what: string): never {
  throw new Error(`${name}: ${formatShape(a.shape)} × ${formatShape(b.shape)}: ${what}`);
}

function checkOperands(name: string, a: Tensor, b: Tensor): void {
  checkTensor(name, b);
  if (a._node.dtype !== b._node.dtype) {
    throw new TypeError(
      `${name}: expected operands of one dtype, got ${a.dtype} and ${b.dtype}; convert one, as x.to("${a.dtype}")`,
    );
  }
  if (a._node.dtype === "bool")
    throw new TypeError(`${name}: bool tensors have no product; use float() or int()`);
}

/** The matrix product of any ranks. */
function multiply(name: string, a: Tensor, b: Tensor): Tensor {
  checkOperands(name, a, b);
  const m = a._node.shape;
  const n = b._node.shape;
  if (m.length === 0 || n.length === 0)
    mismatch(name, a, b, "a 0-dimensional tensor has no inner size; use mul()");
  const k = m[m.length - 1]!;
  const k2 = n.length === 1 ? n[0]! : n[n.length - 2]!;
  if (k !== k2) mismatch(name, a, b, `inner sizes ${k} and ${k2} differ`);
  if (m.length === 2 && n.length === 2) return product(a, b);
  if (m.length === 1 && n.length === 1) return fused([a, b], (x, y) => sumAll(mul(x, y)));
  if (m.length === 1) return dropDim(multiply(name, reshape(a, [1, k]), b), n.length - 2);
  if (n.length === 1) return dropDim(multiply(name, a, reshape(b, [k, 1])), m.length - 1);
  if (n.length === 2) {
    // One big product rather than many small ones, and its gradients likewise.
    const rows = reshape(a, [sizeOf(m) / Math.max(1, k), k]);
    if (k !== 0) return reshape(product(rows, b), [...m.slice(0, -1), n[1]!]);
  }
  checkBroadcast(`${name}: batch sizes`, m.slice(0, -2), n.slice(0, -2));
  return product(a, b);
}

function dropDim(x: Tensor, dim: number): Tensor {
  const shape = x._node.shape.slice();
  shape.splice(dim, 1);
  return reshape(x, shape);
}

export const matmul = operation("matmul", "other |", (a, b) => multiply("matmul", a, b));

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** [M, K] · [K, N] → [M, N], without broadcasting (`torch.mm`). */
    mm<A extends Shape, B extends Shape>(
      this: Tensor<A>,
      other: Checked<Matmul<A, B>, Tensor<B>>,
    ): Tensor<Ok<Matmul<A, B>>>;
    /** [B, M, K] · [B, K, N] → [B, M, N], without broadcasting (`torch.bmm`). */
    bmm<A extends Shape, B extends Shape>(
      this: Tensor<A>,
      other: Checked<Matmul<A, B>, Tensor<B>>,
    ): Tensor<Ok<Matmul<A, B>>>;
    /** [M, K] · [K] → [M] (`torch.mv`). */
    mv<A extends Shape, B extends Shape>(
      this: Tensor<A>,
      other: Checked<Matmul<A, B>, Tensor<B>>,
    ): Tensor<Ok<Matmul<A, B>>>;
    /** Σ aᵢ bᵢ of two vectors of one size (`torch.dot`). */
    dot<A extends Shape, B extends Shape>(
      this: Tensor<A>,
      other: Checked<Matmul<A, B>, Tensor<B>>,
    ): Tensor<Ok<Matmul<A, B>>>;
    /** As `dot`: without complex numbers there is nothing to conjugate (`torch.vdot`). */
    vdot<A extends Shape, B extends Shape>(
      this: Tensor<A>,
      other: Checked<Matmul<A, B>, Tensor<B>>,
    ): Tensor<Ok<Matmul<A, B>>>;
  }
}

/** The product of operands that must have these ranks. */
export function withRank(name: string, a: Tensor, b: Tensor, rankA: number, rankB: number): Tensor {
  checkTensor(name, b);
  if (a.ndim !== rankA || b.ndim !== rankB) {
    mismatch(
      name,
      a,
      b,
      `expected ${rankA} and ${rankB} dimensions, got ${a.ndim} and ${b.ndim}; use matmul`,
    );
  }
  if (rankA === 3 && a.shape[0] !== b.shape[0]) {
    mismatch(name, a, b, `batch sizes ${a.shape[0]} and ${b.shape[0]} differ; matmul broadcasts`);
  }
  return multiply(name, a, b);
}

export const mm = operation("mm", "mat2 |", (a, b) => withRank("mm", a, b, 2, 2));
export const bmm = operation("bmm", "mat2 |", (a, b) => withRank("bmm", a, b, 3, 3));
export const mv = operation("mv", "vec |", (a, b) => withRank("mv", a, b, 2, 1));
export const dot = operation("dot", "tensor |", (a, b) => withRank("dot", a, b, 1, 1));
operation("vdot", "other |", (a, b) => withRank("vdot", a, b, 1, 1));

/** x · weightᵀ + bias, in one step. */
const LINEAR: Op = {
  name: "AddmmBackward0",
  saves: true,
  gradient(y, g) {
    const x = y._a;
    const weight = y._b;
    return [wanted(x) ? product(g, weight) : null, wanted(weight) ? product(mT(g), x) : null, g];
  },
};

const SWAPPED: readonly number[] = [1, 0];

/**
 * y = x · weightᵀ + bias for x [..., in], weight [out, in], bias [out] (`torch.nn.functional.linear`).
 * @throws Error naming the shapes when they do not fit.
 */
export function linear(x: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  checkOperands("linear", x, weight);
  const shape = x._node.shape;
  const [out, size] = weight._node.shape;
  if (weight.ndim !== 2 || shape[shape.length - 1] !== size) {
    throw new Error(
      `linear: input ${formatShape(shape)} does not fit weight ${formatShape(weight.shape)}: expected the last size to be ${size}`,
    );
  }
  if (bias !== null && (bias.ndim !== 1 || bias.shape[0] !== out)) {
    throw new Error(`linear: expected a bias of shape [${out}], got ${formatShape(bias.shape)}`);
  }
  const rows = shape.length === 2 ? x : reshape(x, [x._node.size / Math.max(1, size!), size!]);
  const times = matmulNode(rows.node, permuteNode(weight.node, SWAPPED));
  const y =
    bias === null
      ? record(LINEAR, times, rows, weight)
      : record(LINEAR, binary("add", times, bias.node), rows, weight, bias);
  return shape.length === 2 ? y : reshape(y, [...shape.slice(0, -1), out!]);
}
