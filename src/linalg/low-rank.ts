/**
 * Singular values of matrices that are nearly of low rank, from products with few vectors drawn at random (Halko, Martinsson and Tropp, 2009).
 */
import { sub } from "../ops/arithmetic.js";
import { matmul } from "../ops/matmul.js";
import { broadcastTo, mT } from "../ops/movement.js";
import { checkTensor } from "../ops/operand.js";
import { meanDims } from "../ops/reduce.js";
import type { Tensor } from "../tensor/core.js";
import { type NamedTuple, namedTuple } from "../tensor/named-tuple.js";
import { randn } from "../tensor/random.js";
import { checkWhole } from "../tensor/shape.js";
import { takes } from "../tensor/signature.js";
import { checkMatrix } from "./matrix.js";
import { qr } from "./orthogonal.js";
import { svd } from "./spectral.js";

/** U diag(S) Vᵀ is near A. */
export type LowRank = NamedTuple<{ readonly U: Tensor; readonly S: Tensor; readonly V: Tensor }>;

/** Orthonormal columns [..., M, q] that span nearly what those of A do: products with A and Aᵀ in turn sharpen them. */
function basis(a: Tensor, q: number, niter: number): Tensor {
  const start = randn([a.shape.at(-1)!, q], { dtype: a.dtype as "float32" | "float64" });
  let y = qr(matmul(a, start)).Q;
  for (let i = 0; i < niter; i++) {
    y = qr(matmul(mT(a), y)).Q;
    y = qr(matmul(a, y)).Q;
  }
  return y;
}

function nearlyOf(name: string, given: Tensor, q: number, niter: number): LowRank {
  checkWhole(name, "q", q);
  checkWhole(name, "niter", niter);
  const most = Math.min(...given.shape.slice(-2));
  if (q < 0 || q > most) throw new RangeError(`${name}: expected q from 0 to ${most}, got ${q}`);
  if (niter < 0) throw new RangeError(`${name}: expected niter ≥ 0, got ${niter}`);
  const isWide = given.shape.at(-2)! < given.shape.at(-1)!;
  const a = isWide ? mT(given) : given;
  const y = basis(a, q, niter);
  const { U, S, Vh } = svd(matmul(mT(y), a), false);
  const [left, right] = [matmul(y, U), mT(Vh)];
  return namedTuple(isWide ? { U: right, S, V: left } : { U: left, S, V: right });
}

interface LowRankOptions {
  /** How many singular values: somewhat more than the rank of A. Default 6. */
  q?: number | null;
  /** How often the vectors are sharpened. Default 2. */
  niter?: number | null;
}

/**
 * U [..., M, q], S [..., q] and V [..., N, q] with U diag(S) Vᵀ near A [..., M, N], or near A − M (`torch.svd_lowrank`). Where A has a rank up to q it
 * is exact; otherwise it differs with the numbers that are drawn. A greater q makes it better, as `niter` does.
 */
export const svdLowrank: {
  (a: Tensor, q?: number | null, niter?: number | null, M?: Tensor | null): LowRank;
  (a: Tensor, options: LowRankOptions & { M?: Tensor | null }): LowRank;
  (a: Tensor, q: number | null, options: { niter?: number | null; M?: Tensor | null }): LowRank;
} = takes(
  "svdLowrank",
  "A | q, niter, M",
  (a: Tensor, { q = 6, niter = 2, M }: { q?: number; niter?: number; M?: Tensor } = {}) => {
    checkMatrix("svdLowrank", a);
    if (M !== undefined) checkTensor("svdLowrank", M);
    return nearlyOf(
      "svdLowrank",
      M === undefined ? a : sub(a, broadcastTo("svdLowrank", M, a.shape)),
      q,
      niter,
    );
  },
);

/**
 * The principal components of the rows of A [..., M, N]: `svdLowrank` of A less the mean of its rows, or with `center: false` of A as it is
 * (`torch.pca_lowrank`). q is 6 unless given, or the shorter side. V has the components as columns, and S² / (M − 1) are their variances.
 */
export const pcaLowrank: {
  (a: Tensor, q?: number | null, center?: boolean, niter?: number): LowRank;
  (a: Tensor, options: { q?: number | null; center?: boolean; niter?: number }): LowRank;
  (a: Tensor, q: number | null, options: { center?: boolean; niter?: number }): LowRank;
} = takes(
  "pcaLowrank",
  "A | q, center, niter",
  (a: Tensor, options: { q?: number; center?: boolean; niter?: number } = {}) => {
    checkMatrix("pcaLowrank", a);
    const { q = Math.min(6, ...a.shape.slice(-2)), center = true, niter = 2 } = options;
    return nearlyOf("pcaLowrank", center ? sub(a, meanDims(a, [a.ndim - 2], true)) : a, q, niter);
  },
);
