/**
 * What is built on singular values and eigenvalues: pseudo-inverses, least squares, ranks and condition numbers.
 */
import { record } from "../autograd/record.js";
import { noGrad } from "../autograd/mode.js";
import { add, mul, neg, sub } from "../ops/arithmetic.js";
import { amax } from "../ops/extreme.js";
import { cast } from "../ops/cast.js";
import { gt } from "../ops/compare.js";
import { div } from "../ops/division.js";
import { matmul } from "../ops/matmul.js";
import { mT, narrow, select, unsqueeze } from "../ops/movement.js";
import { constant } from "../ops/operand.js";
import { maximum } from "../ops/clamp.js";
import { reciprocal } from "../ops/power.js";
import { sumDims } from "../ops/reduce.js";
import { abs } from "../ops/rounding.js";
import { where } from "../ops/select.js";
import { Tensor } from "../tensor/core.js";
import { empty } from "../tensor/creation/constant.js";
import { type NamedTuple, namedTuple } from "../tensor/named-tuple.js";
import type { Op } from "../tensor/op.js";
import { operation } from "../tensor/operation.js";
import { formatShape } from "../tensor/shape.js";
import { takes } from "../tensor/signature.js";
import { checkMatrix, checkSameDType, checkSquare, sameBatch } from "./matrix.js";
import { norm } from "./norms.js";
import { qr } from "./orthogonal.js";
import { eigh, eigvalsh, svd, svdvals } from "./spectral.js";
import { inv, triangular } from "./systems.js";

const epsilon = (x: Tensor): number => (x.dtype === "float32" ? 2 ** -23 : 2 ** -52);

/** What counts as 0 among singular values. */
export interface Tolerance {
  /** Values up to this count as 0. Default 0. */
  atol?: number | Tensor | null;
  /** As does this share of the greatest: the machine's epsilon times the longer side, unless atol is given. */
  rtol?: number | Tensor | null;
  /** A is symmetric: eigenvalues are found instead. Default false. */
  hermitian?: boolean;
}

/** What values have to exceed: the greater of atol and rtol · the greatest, [..., 1]. */
function threshold(a: Tensor, greatest: Tensor, { atol, rtol }: Tolerance): Tensor {
  const given = (x: number | Tensor | null | undefined, otherwise: number): Tensor =>
    x instanceof Tensor ? cast(x, a.dtype) : constant(x ?? otherwise, a.dtype);
  const share = epsilon(a) * Math.max(a.shape.at(-2)!, a.shape.at(-1)!);
  const absolute = given(atol, 0);
  let relative = given(rtol, share);
  if (rtol === undefined || rtol === null) {
    // A tolerance that is given replaces the default one, where it is not 0.
    if (atol instanceof Tensor) relative = where(gt(absolute, 0), 0, relative);
    else if (atol !== undefined && atol !== null && atol > 0) relative = constant(0, a.dtype);
  }
  const last = (x: Tensor): Tensor => (x.ndim === 0 ? x : unsqueeze(x, -1));
  return maximum(last(absolute), mul(last(relative), greatest));
}

/** −(P K)ᵀ + … of PyTorch's pinv_backward, for the shorter side. */
const PINV: Op = {
  name: "LinalgPinvBackward0",
  saves: true,
  gradient(y, g) {
    const a = y._a;
    const p = y as Tensor;
    const pt = mT(p);
    const gt = mT(g);
    if (a.shape.at(-2)! <= a.shape.at(-1)!) {
      const k = matmul(gt, p);
      const kpt = matmul(k, pt);
      const first = add(neg(mT(matmul(p, k))), sub(kpt, matmul(matmul(a, p), kpt)));
      return [add(first, matmul(matmul(pt, p), sub(gt, matmul(k, a))))];
    }
    const k = matmul(p, gt);
    const ptk = matmul(pt, k);
    const first = add(neg(mT(matmul(k, p))), matmul(matmul(sub(gt, matmul(a, k)), p), pt));
    return [add(first, sub(ptk, matmul(matmul(ptk, p), a)))];
  },
};

function pseudoInverse(a: Tensor, options: Tolerance): Tensor {
  checkMatrix("pinv", a);
  if (a.numel() === 0) return mul(mT(a), 1);
  const y = noGrad(() => {
    const x = a.detach();
    if (options.hermitian) {
      checkSquare("pinv", a);
      const { eigenvalues, eigenvectors } = eigh(x);
      const size = abs(eigenvalues);
      const least = threshold(a, amax(size, -1, { keepdim: true }), options);
      const scaled = where(gt(size, least), reciprocal(eigenvalues), 0);
      return matmul(mul(eigenvectors, unsqueeze(scaled, -2)), mT(eigenvectors));
    }
    const { U, S, Vh } = svd(x, false);
    const least = threshold(a, narrow(S, S.ndim - 1, 0, 1), options);
    const scaled = where(gt(S, least), reciprocal(S), 0);
    return matmul(mul(mT(Vh), unsqueeze(scaled, -2)), mT(U));
  });
  return record(PINV, y.node, a);
}

/**
 * The Moore-Penrose pseudo-inverse of A [..., M, N] (`torch.linalg.pinv`): [..., N, M]. Singular values up to max(atol, rtol · the greatest) count
 * as 0.
 */
export const pinv: {
  (a: Tensor, rcond?: number | Tensor, hermitian?: boolean): Tensor;
  (a: Tensor, options: Tolerance & { rcond?: number | Tensor }): Tensor;
} = takes(
  "pinv",
  "A | rcond, hermitian, *, atol, rtol",
  (a: Tensor, { rcond, rtol, ...rest }: Tolerance & { rcond?: number | Tensor } = {}) =>
    pseudoInverse(a, { ...rest, rtol: rtol ?? rcond ?? null }),
);

declare module "../tensor/core.js" {
  interface Tensor {
    /** The pseudo-inverse (`torch.pinverse`; `linalg.pinv`). */
    pinverse(rcond?: number): Tensor;
    pinverse(options: { rcond?: number }): Tensor;
    /** The inverse (`torch.inverse`, `torch.linalg.inv`). @throws Error where a matrix is singular. */
    inverse(): Tensor;
  }
}

operation("pinverse", "rcond |", (a: Tensor, rcond: number = 1e-15) => pseudoInverse(a, { rtol: rcond }));
operation("inverse", (a) => inv(a));

/**
 * The number of singular values of A [..., M, N] above max(atol, rtol · the greatest), as int64 (`torch.linalg.matrix_rank`).
 */
export const matrixRank: {
  (a: Tensor, tol?: number | Tensor | null, hermitian?: boolean): Tensor;
  (a: Tensor, options: Tolerance & { tol?: number | Tensor | null }): Tensor;
} = takes(
  "matrixRank",
  "A | tol, hermitian, *, atol, rtol",
  (a: Tensor, { tol, ...options }: Tolerance & { tol?: number | Tensor | null } = {}) => {
    checkMatrix("matrixRank", a);
    return noGrad(() => {
      const size = options.hermitian ? abs(eigvalsh(a.detach())) : svdvals(a.detach());
      if (size.shape.at(-1) === 0) return sumDims(cast(size, "int64"), [size.ndim - 1], false);
      const limits = tol !== undefined && tol !== null ? { atol: tol, rtol: 0 } : options;
      const least = threshold(a, amax(size, -1, { keepdim: true }), limits);
      return sumDims(cast(gt(size, least), "int64"), [size.ndim - 1], false);
    });
  },
);

/** The norm of a condition number; null for the one of singular values. */
export type ConditionNorm = number | "fro" | "nuc" | null;

/** The condition number ‖A‖ · ‖A⁻¹‖ in the norm p; of the 2-norm, which is meant unless p is given, the greatest singular value over the least (`torch.linalg.cond`). */
export const cond: {
  (a: Tensor, p?: ConditionNorm): Tensor;
  (a: Tensor, options: { p?: ConditionNorm }): Tensor;
} = takes("cond", "A, p |", (a: Tensor, p: ConditionNorm = null) => {
  checkMatrix("cond", a);
  if (p === null || p === 2 || p === -2) {
    const s = svdvals(a);
    const [greatest, least] = [select(s, s.ndim - 1, 0), select(s, s.ndim - 1, s.shape.at(-1)! - 1)];
    return p === -2 ? div(least, greatest) : div(greatest, least);
  }
  checkSquare("cond", a);
  return mul(norm(a, p, [-2, -1]), norm(inv(a), p, [-2, -1]));
});

/** What `lstsq` gives. */
export type Lstsq = NamedTuple<{
  readonly solution: Tensor;
  /** Σ (A X − B)² of each column where A has more rows than columns, which it is only of full rank; else empty. */
  readonly residuals: Tensor;
  /** Of A, as int64; empty with driver "gels". */
  readonly rank: Tensor;
  /** With drivers "gelsd" and "gelss"; else empty. */
  readonly singularValues: Tensor;
}>;
/** LAPACK's names of the ways to solve. */
export type LstsqDriver = "gels" | "gelsy" | "gelsd" | "gelss";

/** X of least ‖A X − B‖ for A of full rank, by QR. */
function ofFullRank(a: Tensor, b: Tensor): Tensor {
  if (a.shape.at(-2)! >= a.shape.at(-1)!) {
    const { Q, R } = qr(a);
    return triangular(R, matmul(mT(Q), b), { upper: true, unit: false });
  }
  const { Q, R } = qr(mT(a));
  return matmul(Q, triangular(mT(R), b, { upper: false, unit: false }));
}

/**
 * X that makes ‖A X − B‖ least, for A [..., M, N] and B [..., M, K] or vectors [..., M] (`torch.linalg.lstsq`). Driver "gelsy", the default, and
 * "gelsd" and "gelss" take A of any rank and give the shortest X, values up to `rcond` times the greatest counting as 0; "gels" is faster
 * and takes A of full rank.
 */
export const lstsq: {
  (a: Tensor, b: Tensor, rcond?: number | null, options?: { driver?: LstsqDriver | null }): Lstsq;
  (a: Tensor, b: Tensor, options: { rcond?: number | null; driver?: LstsqDriver | null }): Lstsq;
} = takes(
  "lstsq",
  "A, B | rcond, *, driver",
  (a: Tensor, given: Tensor, options: { rcond?: number; driver?: LstsqDriver } = {}) => {
    const { rcond, driver = "gelsy" } = options;
    checkMatrix("lstsq", a);
    if (!(given instanceof Tensor)) checkMatrix("lstsq", given);
    checkSameDType("lstsq", a, given);
    if (!["gels", "gelsy", "gelsd", "gelss"].includes(driver))
      throw new TypeError(
        `lstsq: expected driver "gels", "gelsy", "gelsd" or "gelss", got ${String(driver)}`,
      );
    const isVector = a.ndim - 1 === given.ndim;
    const right = isVector ? unsqueeze(given, -1) : given;
    if (right.ndim < 2 || right.shape.at(-2) !== a.shape.at(-2)) {
      throw new Error(
        `lstsq: A ${formatShape(a.shape)} does not fit B ${formatShape(given.shape)}: expected ${a.shape.at(-2)} rows`,
      );
    }
    const [x, b] = sameBatch("lstsq", a, right);
    const [m, n] = x.shape.slice(-2) as [number, number];
    const rtol = rcond ?? epsilon(a) * Math.max(m, n);
    const none = (dtype: "int64" | Tensor["dtype"]): Tensor => empty([0], { dtype });
    const solution = driver === "gels" ? ofFullRank(x, b) : matmul(pseudoInverse(x, { rtol }), b);
    const off = sub(matmul(x, solution), b);
    const residuals = m > n ? sumDims(mul(off, off), [off.ndim - 2], false) : none(a.dtype);
    return namedTuple({
      solution: isVector ? select(solution, solution.ndim - 1, 0) : solution,
      residuals:
        isVector && m > n
          ? select(residuals, residuals.ndim - 1, 0).reshape([...x.shape.slice(0, -2)])
          : residuals,
      rank: driver === "gels" ? none("int64") : matrixRank(x, { rtol }),
      singularValues:
        driver === "gelsd" || driver === "gelss" ? noGrad(() => svdvals(x.detach())) : none(a.dtype),
    });
  },
);
