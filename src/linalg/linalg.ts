/** The namespace `linalg` (torch.linalg). Matrices are the last two dims, all before them a batch. */
export { cholesky, choleskyEx, type CholeskyEx } from "./cholesky.js";
export type { Slogdet } from "./determinants.js";
export { ldlFactor, type LdlFactor, ldlFactorEx, type LdlFactorEx, ldlSolve } from "./ldl.js";
export { lu, type Lu, luFactor, type LuFactor, luFactorEx, type LuFactorEx, luSolve } from "./lu.js";
export { det, matmul, matrixExp, matrixPower, slogdet } from "../tensor/functions.js";
export { matrixNorm, type MatrixOrd, norm, type NormOptions, vectorNorm } from "./norms.js";
export { householderProduct, qr, type Qr, type QrMode } from "./orthogonal.js";
export { diagonal, tensorinv, tensorsolve } from "./powers.js";
export {
  cond,
  type ConditionNorm,
  lstsq,
  type Lstsq,
  type LstsqDriver,
  matrixRank,
  pinv,
  type Tolerance,
} from "./pseudo-inverse.js";
export { eig, type Eig, eigvals } from "./eigen.js";
export { eigh, type Eigh, eigvalsh, svd, type Svd, svdvals } from "./spectral.js";
export { inv, invEx, type InvEx, solve, solveEx, type SolveEx, solveTriangular } from "./systems.js";
export { risingVander as vander } from "../ops/combine.js";
export { cross, multiDot, vecdot } from "../ops/tensor-products.js";
