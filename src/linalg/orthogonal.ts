/**
 * QR factors and products of Householder reflections.
 */
import { isGradEnabled } from "../autograd/mode.js";
import { record } from "../autograd/record.js";
import { call, pick } from "../graph/record/build.js";
import { add, mul, neg, sub } from "../ops/arithmetic.js";
import { concat } from "../ops/join.js";
import { matmul } from "../ops/matmul.js";
import { expand, mT, narrow, unsqueeze } from "../ops/movement.js";
import { where } from "../ops/select.js";
import { tril, triu } from "../ops/triangle.js";
import { Tensor } from "../tensor/core.js";
import { empty } from "../tensor/creation/constant.js";
import { type NamedTuple, namedTuple } from "../tensor/named-tuple.js";
import type { Op } from "../tensor/op.js";
import { operation } from "../tensor/operation.js";
import { formatShape, sameShape } from "../tensor/shape.js";
import { takes } from "../tensor/signature.js";
import { below, checkMatrix, checkSameDType, identity, isDiagonal } from "./matrix.js";
import { triangular } from "./systems.js";

/** A = Q R. */
export type Qr = NamedTuple<{ readonly Q: Tensor; readonly R: Tensor }>;
/** How many columns Q has, or that it is not wanted. */
export type QrMode = "reduced" | "complete" | "r";

declare module "../tensor/core.js" {
  interface Tensor {
    /** Q and R of this [..., M, N]; with `some: false` Q is square (`torch.qr`; `linalg.qr`). */
    qr(some?: boolean): Qr;
    qr(options: { some?: boolean }): Qr;
  }
}

/** Both results, each of which the gradient of the other needs. */
interface Pair {
  q: Tensor;
  r: Tensor;
}

/** The gradient that M contributes: (Q · (tril(M) + tril(M, −1)ᵀ) + more) · R⁻ᵀ. */
function pulled({ q, r }: Pair, m: Tensor, more: Tensor | null): Tensor {
  const inner = matmul(q, add(tril(m), mT(below(m))));
  return mT(triangular(r, mT(more === null ? inner : add(inner, more)), { upper: true, unit: false }));
}

const Q: Op<Pair> = {
  name: "LinalgQrBackward0",
  saves: true,
  gradient(y, g) {
    return [pulled(y._attributes, neg(matmul(mT(g), y._attributes.q)), g)];
  },
};
const R: Op<Pair> = {
  name: "LinalgQrBackward0",
  saves: true,
  gradient(y, g) {
    return [pulled(y._attributes, matmul(y._attributes.r, mT(triu(g))), null)];
  },
};

const NOT_DIFFERENTIABLE: Op<string> = {
  name: "LinalgQrBackward0",
  saves: false,
  gradient(y) {
    throw new Error(`qr: the factors of mode "${y._attributes}" have no gradient; use mode "reduced"`);
  },
};

/** The reflections below the diagonal, over them R; and a factor for each. Without a gradient. @internal */
export function reflectionsOf(a: Tensor): { reflectors: Tensor; tau: Tensor } {
  const from = call("householderQr", [a.node], []);
  return { reflectors: new Tensor(pick(from, 0)), tau: new Tensor(pick(from, 1)) };
}

/** The first `columns` columns of the product of reflections. */
function columnsOf(reflectors: Tensor, tau: Tensor, columns: number): Tensor {
  return new Tensor(call("householderProduct", [reflectors.node, tau.node], [columns]));
}

function factored(a: Tensor, mode: QrMode): { q: Tensor; r: Tensor } {
  const [m, n] = a.shape.slice(-2) as [number, number];
  const k = Math.min(m, n);
  const needsGradient = a.requiresGrad && isGradEnabled();
  if (mode === "reduced" && m < n && needsGradient) {
    // Of a wide matrix the square part is factored, and the rest follows by a product.
    const { q, r } = factored(narrow(a, a.ndim - 1, 0, m), mode);
    return { q, r: concat([r, matmul(mT(q), narrow(a, a.ndim - 1, m, n - m))], a.ndim - 1) };
  }
  const { reflectors, tau } = reflectionsOf(a);
  const rows = mode === "complete" ? m : k;
  const upper = triu(narrow(reflectors, a.ndim - 2, 0, rows));
  const unfit = mode === "r" || (mode === "complete" && m > n);
  const orthogonal = mode === "r" ? empty([0], { dtype: a.dtype }) : columnsIn(reflectors, tau, m, rows);
  if (unfit) {
    return {
      q: record(NOT_DIFFERENTIABLE, orthogonal.node, a, null, null, mode),
      r: record(NOT_DIFFERENTIABLE, upper.node, a, null, null, mode),
    };
  }
  const pair = {} as Pair;
  pair.q = record(Q, orthogonal.node, a, null, null, pair);
  pair.r = record(R, upper.node, a, null, null, pair);
  return pair;
}

/** Of a wide matrix only the first reflectors count. */
function columnsIn(reflectors: Tensor, tau: Tensor, m: number, columns: number): Tensor {
  const n = reflectors.shape.at(-1)!;
  return columnsOf(n > m ? narrow(reflectors, reflectors.ndim - 1, 0, m) : reflectors, tau, columns);
}

/**
 * Q · R = A for A [..., M, N] (`torch.linalg.qr`): "reduced" gives Q [..., M, K] and R [..., K, N] with K the smaller size, "complete" Q
 * [..., M, M] and R [..., M, N], "r" only R, and Q empty.
 */
export const qr: {
  (a: Tensor, mode?: QrMode): Qr;
  (a: Tensor, options: { mode?: QrMode }): Qr;
} = takes("qr", "A, mode |", (a: Tensor, mode: QrMode = "reduced") => {
  checkMatrix("qr", a);
  if (mode !== "reduced" && mode !== "complete" && mode !== "r")
    throw new TypeError(`qr: expected mode "reduced", "complete" or "r", got ${String(mode)}`);
  const { q, r } = factored(a, mode);
  return namedTuple({ Q: q, R: r });
});

operation("qr", "some |", (a: Tensor, some: boolean = true) => qr(a, some ? "reduced" : "complete"));

/** The product of the reflections as tensor operations, for its gradient: Hⱼ X = X − tauⱼ vⱼ (vⱼᵀ X). */
function multiplied(v: Tensor, tau: Tensor): Tensor {
  const [m, n] = v.shape.slice(-2) as [number, number];
  const unit = where(isDiagonal(m, n), 1, tril(v, -1));
  let q = expand(identity(v, m, n), v.shape);
  for (let j = tau.shape.at(-1)! - 1; j >= 0; j--) {
    const column = narrow(unit, unit.ndim - 1, j, 1);
    const scaled = mul(column, unsqueeze(narrow(tau, tau.ndim - 1, j, 1), -1));
    q = sub(q, matmul(scaled, matmul(mT(column), q)));
  }
  return q;
}

/** The first N columns of H₁ · H₂ ⋯ for v below the diagonal of A [..., M, N] and tau [..., K] (`torch.linalg.householder_product`). */
export function householderProduct(a: Tensor, tau: Tensor): Tensor {
  checkMatrix("householderProduct", a);
  if (!(tau instanceof Tensor)) throw new TypeError("householderProduct: expected tau as a tensor");
  checkSameDType("householderProduct", a, tau);
  const [m, n] = a.shape.slice(-2) as [number, number];
  if (m < n)
    throw new Error(
      `householderProduct: expected at least as many rows as columns, got ${formatShape(a.shape)}`,
    );
  if (
    tau.ndim !== a.ndim - 1 ||
    !sameShape(tau.shape.slice(0, -1), a.shape.slice(0, -2)) ||
    tau.shape.at(-1)! > n
  ) {
    throw new Error(
      `householderProduct: expected tau of at most ${n} numbers for each matrix of ${formatShape(a.shape)}, got ${formatShape(tau.shape)}`,
    );
  }
  if (isGradEnabled() && (a.requiresGrad || tau.requiresGrad)) return multiplied(a, tau);
  return columnsOf(a, tau, n);
}
