/**
 * Eigenvalues of symmetric matrices and singular values.
 */
import { isGradEnabled } from "../autograd/mode.js";
import { record } from "../autograd/record.js";
import { call, pick } from "../graph/record/build.js";
import { add, mul, sub } from "../ops/arithmetic.js";
import { div } from "../ops/division.js";
import { matmul } from "../ops/matmul.js";
import { mT, narrow, unsqueeze } from "../ops/movement.js";
import { where } from "../ops/select.js";
import { Tensor } from "../tensor/core.js";
import { type NamedTuple, namedTuple } from "../tensor/named-tuple.js";
import type { Op } from "../tensor/op.js";
import { operation } from "../tensor/operation.js";
import { takes } from "../tensor/signature.js";
import { checkMatrix, checkSquare, diagonalMatrix, isDiagonal, whereWhole } from "./matrix.js";

/** Eigenvalues in ascending order, and their vectors as columns. */
export type Eigh = NamedTuple<{ readonly eigenvalues: Tensor; readonly eigenvectors: Tensor }>;

const notFinite = (): string =>
  "the matrix has elements that are not finite, so that there are no such values";

interface Eigen {
  values: Tensor;
  vectors: Tensor;
}

/** V diag(g) Vᵀ. */
const EIGENVALUES: Op<Eigen> = {
  name: "LinalgEighBackward0",
  saves: true,
  gradient(y, g) {
    const v = y._attributes.vectors;
    return [matmul(mul(v, unsqueeze(g, -2)), mT(v))];
  },
};

/** 1 on the diagonal, elsewhere x[j] − x[i], [*, n, n]. */
function differences(x: Tensor): Tensor {
  const n = x.shape.at(-1)!;
  return where(isDiagonal(n, n), 1, sub(unsqueeze(x, -2), unsqueeze(x, -1)));
}

const skew = (x: Tensor): Tensor => sub(x, mT(x));

/** V (skew(Vᵀ g) / 2E) Vᵀ, E being the differences of eigenvalues, which is symmetric. */
const EIGENVECTORS: Op<Eigen> = {
  name: "LinalgEighBackward0",
  saves: true,
  gradient(y, g) {
    const { values, vectors } = y._attributes;
    const inner = div(mul(skew(matmul(mT(vectors), g)), 0.5), differences(values));
    return [matmul(matmul(vectors, inner), mT(vectors))];
  },
};

function eigenOf(name: string, given: Tensor, UPLO: "L" | "U", onlyValues: boolean): Eigen {
  checkSquare(name, given);
  const letter = typeof UPLO === "string" ? UPLO.toUpperCase() : UPLO;
  if (letter !== "L" && letter !== "U")
    throw new TypeError(`${name}: expected UPLO "L" or "U", got ${String(UPLO)}`);
  // The gradient is that of a symmetric matrix, whichever triangle is read.
  const a = given;
  const from = call("eigh", [(letter === "L" ? a : mT(a.detach())).node], []);
  const info = new Tensor(pick(from, 2));
  const pair = {} as Eigen;
  if (!onlyValues || (a.requiresGrad && isGradEnabled())) {
    const vectors = record(EIGENVECTORS, pick(from, 1), a, null, null, pair);
    pair.vectors = vectors;
  }
  pair.values = record(EIGENVALUES, pick(from, 0), a, null, null, pair);
  return {
    values: whereWhole(name, pair.values, info, notFinite),
    vectors: onlyValues ? pair.values : whereWhole(name, pair.vectors, info, notFinite),
  };
}

/**
 * Eigenvalues of symmetric A [..., N, N], rising, and orthonormal eigenvectors as columns; the lower triangle is read, or with UPLO "U" the
 * upper one (`torch.linalg.eigh`). Of each vector the first of its greatest elements is positive.
 */
export const eigh: {
  (a: Tensor, UPLO?: "L" | "U"): Eigh;
  (a: Tensor, options: { UPLO?: "L" | "U" }): Eigh;
} = takes("eigh", "A, UPLO |", (a: Tensor, UPLO: "L" | "U" = "L") => {
  const { values, vectors } = eigenOf("eigh", a, UPLO, false);
  return namedTuple({ eigenvalues: values, eigenvectors: vectors });
});

/** The eigenvalues that `eigh` gives (`torch.linalg.eigvalsh`). */
export const eigvalsh: {
  (a: Tensor, UPLO?: "L" | "U"): Tensor;
  (a: Tensor, options: { UPLO?: "L" | "U" }): Tensor;
} = takes(
  "eigvalsh",
  "A, UPLO |",
  (a: Tensor, UPLO: "L" | "U" = "L") => eigenOf("eigvalsh", a, UPLO, true).values,
);

/** A = U diag(S) Vh. */
export type Svd = NamedTuple<{ readonly U: Tensor; readonly S: Tensor; readonly Vh: Tensor }>;

interface Factors {
  /** As many vectors as there are values. */
  u: Tensor;
  s: Tensor;
  vh: Tensor;
}

/** U diag(g) Vᵀ. */
const SINGULAR_VALUES: Op<Factors> = {
  name: "LinalgSvdBackward0",
  saves: true,
  gradient(y, g) {
    const { u, vh } = y._attributes;
    return [matmul(mul(u, unsqueeze(g, -2)), vh)];
  },
};

/** s[j]² − s[i]² off the diagonal, 1 on it. */
const squares = (s: Tensor): Tensor => differences(mul(s, s));

/** (x Vᵀ-part) of U: U (skew(Uᵀ g) / E) diag(s) Vᵀ, and for a tall matrix (1 − U Uᵀ) g diag(1 / s) Vᵀ. */
const LEFT: Op<Factors> = {
  name: "LinalgSvdBackward0",
  saves: true,
  gradient(y, whole) {
    const { u, s, vh } = y._attributes;
    const k = s.shape.at(-1)!;
    const g = whole.shape.at(-1)! > k ? narrow(whole, whole.ndim - 1, 0, k) : whole;
    const inner = mul(div(skew(matmul(mT(u), g)), squares(s)), unsqueeze(s, -2));
    let left = matmul(u, inner);
    if (u.shape.at(-2)! > k) {
      const scaled = div(g, unsqueeze(s, -2));
      left = add(left, sub(scaled, matmul(u, matmul(mT(u), scaled))));
    }
    return [matmul(left, vh)];
  },
};

/** U diag(s) (skew(Vᵀ g) / E) Vᵀ, and for a wide matrix U diag(1 / s) gᵀ (1 − V Vᵀ). */
const RIGHT: Op<Factors> = {
  name: "LinalgSvdBackward0",
  saves: true,
  gradient(y, whole) {
    const { u, s, vh } = y._attributes;
    const k = s.shape.at(-1)!;
    const g = whole.shape.at(-2)! > k ? narrow(whole, whole.ndim - 2, 0, k) : whole;
    const inner = mul(unsqueeze(s, -1), div(skew(matmul(vh, mT(g))), squares(s)));
    let right = matmul(inner, vh);
    if (vh.shape.at(-1)! > k) {
      const scaled = div(g, unsqueeze(s, -1));
      right = add(right, sub(scaled, matmul(matmul(scaled, mT(vh)), vh)));
    }
    return [matmul(u, right)];
  },
};

/** U, S and Vᵀ; only S where that is all that is asked for and no gradient needs the others. */
function svdOf(name: string, a: Tensor, full: boolean, onlyValues: boolean): Factors {
  checkMatrix(name, a);
  const from = call("svd", [a.node], [Number(full)]);
  const info = new Tensor(pick(from, 3));
  const k = Math.min(a.shape.at(-2)!, a.shape.at(-1)!);
  const all = {} as Factors;
  const found = {} as Factors;
  const checked = (x: Tensor): Tensor => whereWhole(name, x, info, notFinite);
  if (!onlyValues || (a.requiresGrad && isGradEnabled())) {
    const u = record(LEFT, pick(from, 0), a, null, null, all);
    const vh = record(RIGHT, pick(from, 2), a, null, null, all);
    all.u = u.shape.at(-1)! > k ? narrow(u, u.ndim - 1, 0, k) : u;
    all.vh = vh.shape.at(-2)! > k ? narrow(vh, vh.ndim - 2, 0, k) : vh;
    if (!onlyValues) {
      found.u = checked(u);
      found.vh = checked(vh);
    }
  }
  all.s = record(SINGULAR_VALUES, pick(from, 1), a, null, null, all);
  found.s = checked(all.s);
  return found;
}

/**
 * U · diag(S) · Vh = A for A [..., M, N] (`torch.linalg.svd`): S falling, U [..., M, M] and Vh [..., N, N], or with `fullMatrices: false` only as
 * many vectors as there are values. Of each vector of U the first of its greatest elements is positive.
 */
export const svd: {
  (a: Tensor, fullMatrices?: boolean, options?: { driver?: null }): Svd;
  (a: Tensor, options: { fullMatrices?: boolean; driver?: null }): Svd;
} = takes(
  "svd",
  "A | fullMatrices, *, driver",
  (a: Tensor, { fullMatrices = true }: { fullMatrices?: boolean }) => {
    const { u, s, vh } = svdOf("svd", a, fullMatrices, false);
    return namedTuple({ U: u, S: s, Vh: vh });
  },
);

/** The singular values of A [..., M, N], falling (`torch.linalg.svdvals`). */
export const svdvals = takes<(a: Tensor, options?: { driver?: null }) => Tensor>(
  "svdvals",
  "A | *, driver",
  (a: Tensor) => svdOf("svdvals", a, false, true).s,
);

declare module "../tensor/core.js" {
  interface Tensor {
    /** U, S and V with U · diag(S) · Vᵀ = this; with `some: false` all vectors (`torch.svd`, which gives V, not its transpose; `linalg.svd`). */
    svd(
      some?: boolean,
      computeUv?: boolean,
    ): NamedTuple<{ readonly U: Tensor; readonly S: Tensor; readonly V: Tensor }>;
    svd(options: {
      some?: boolean;
      computeUv?: boolean;
    }): NamedTuple<{ readonly U: Tensor; readonly S: Tensor; readonly V: Tensor }>;
  }
}

operation("svd", "| some, computeUv", (a: Tensor, options: { some?: boolean; computeUv?: boolean } = {}) => {
  const { some = true, computeUv = true } = options;
  if (!computeUv) {
    const s = svdvals(a);
    const [m, n] = a.shape.slice(-2) as [number, number];
    const zeros = (size: number): Tensor => diagonalMatrix(mul(narrowTo(a, size), 0));
    return namedTuple({ U: zeros(m), S: s, V: zeros(n) });
  }
  const { u, s, vh } = svdOf("svd", a, !some, false);
  return namedTuple({ U: u, S: s, V: mT(vh) });
});

/** Some vector of so many elements for each matrix. */
function narrowTo(a: Tensor, size: number): Tensor {
  const m = a.shape.at(-2)!;
  return size === m ? a.detach().sum(-1) : a.detach().sum(-2);
}
