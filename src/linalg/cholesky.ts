/**
 * Cholesky factors of positive-definite matrices, and what is solved with them.
 */
import { record } from "../autograd/record.js";
import { wanted } from "../autograd/wanted.js";
import { call, pick } from "../graph/record/build.js";
import { add, mul, neg } from "../ops/arithmetic.js";
import { matmul } from "../ops/matmul.js";
import { expand, mT } from "../ops/movement.js";
import { tril } from "../ops/triangle.js";
import { Tensor } from "../tensor/core.js";
import { type NamedTuple, namedTuple } from "../tensor/named-tuple.js";
import type { Op } from "../tensor/op.js";
import { operation } from "../tensor/operation.js";
import { takes } from "../tensor/signature.js";
import { formatShape } from "../tensor/shape.js";
import {
  below,
  checkMatrix,
  checkSameDType,
  checkSquare,
  identity,
  notPositive,
  plusTransposed,
  sameBatch,
  whereWhole,
} from "./matrix.js";
import { triangular } from "./systems.js";

declare module "../tensor/core.js" {
  interface Tensor {
    /** L with L·Lᵀ = this [..., N, N], or with `upper` its transpose (`torch.cholesky`; `linalg.cholesky`). */
    cholesky(upper?: boolean): Tensor;
    cholesky(options: { upper?: boolean }): Tensor;
    /** A⁻¹ for the factor of A that this is (`torch.cholesky_inverse`). */
    choleskyInverse(upper?: boolean): Tensor;
    choleskyInverse(options: { upper?: boolean }): Tensor;
    /** X with A X = this [..., N, K] for the factor of A (`torch.cholesky_solve`). */
    choleskySolve(factor: Tensor, upper?: boolean): Tensor;
    choleskySolve(factor: Tensor, options: { upper?: boolean }): Tensor;
  }
}

/** ½ L⁻ᵀ Φ L⁻¹ for the symmetric Φ whose lower triangle is that of Lᵀ g. */
const CHOLESKY: Op = {
  name: "LinalgCholeskyExBackward0",
  saves: true,
  gradient(y, g) {
    const phi = matmul(mT(y), g);
    const symmetric = add(tril(phi), mT(below(phi)));
    const half = triangular(mT(y), symmetric, { upper: true, unit: false });
    return [mul(mT(triangular(mT(y), mT(half), { upper: true, unit: false })), 0.5)];
  },
};

function factored(name: string, a: Tensor, upper: boolean): { factor: Tensor; info: Tensor } {
  checkSquare(name, a);
  // Of the triangle that is read the other one is the mirror image.
  const from = call("cholesky", [a.node], []);
  const lower = record(CHOLESKY, pick(from, 0), a);
  return { factor: upper ? mT(lower) : lower, info: new Tensor(pick(from, 1)) };
}

function whole(name: string, a: Tensor, upper: boolean): Tensor {
  const { factor, info } = factored(name, a, upper);
  return whereWhole(name, factor, info, notPositive);
}

operation("cholesky", "upper |", (a: Tensor, upper: boolean = false) =>
  whole("cholesky", upper ? mT(a) : a, upper),
);

/**
 * L with L·Lᵀ = A for positive-definite A [..., N, N], or with `upper` its transpose; the lower triangle of A is read (`torch.linalg.cholesky`).
 * @throws Error where A is not positive-definite.
 */
export const cholesky = takes<(a: Tensor, options?: { upper?: boolean }) => Tensor>(
  "cholesky",
  "A | *, upper",
  (a: Tensor, { upper = false }: { upper?: boolean } = {}) => whole("cholesky", a, upper),
);

/** The factor, and where `info` is not 0 the order of the first minor that is not positive. */
export type CholeskyEx = NamedTuple<{ readonly L: Tensor; readonly info: Tensor }>;

/** As `cholesky`, but tells by `info` the order of the first leading minor that is not positive, or 0, rather than throw (`torch.linalg.cholesky_ex`). */
export const choleskyEx = takes<
  (a: Tensor, options?: { upper?: boolean; checkErrors?: boolean }) => CholeskyEx
>(
  "choleskyEx",
  "A | *, upper, checkErrors",
  (a: Tensor, { upper = false, checkErrors = false }: { upper?: boolean; checkErrors?: boolean } = {}) => {
    const { factor, info } = factored("choleskyEx", a, upper);
    return namedTuple({
      L: checkErrors ? whereWhole("choleskyEx", factor, info, notPositive) : factor,
      info,
    });
  },
);

interface Half {
  readonly upper: boolean;
}

/** The gradient of A = L Lᵀ, or Uᵀ U, becomes that of the whole factor, as PyTorch gives it: of the triangle that is not read too. */
function ofFactor(factor: Tensor, g: Tensor, { upper }: Half): Tensor {
  const both = plusTransposed(g);
  return upper ? matmul(factor, both) : matmul(both, factor);
}

/** Of A X = B: of B it is A⁻¹ g, of A it is −(A⁻¹ g) Xᵀ. */
const CHOLESKY_SOLVE: Op<Half> = {
  name: "CholeskySolveBackward0",
  saves: true,
  gradient(y, g) {
    const factor = y._b as Tensor;
    const back = choleskySolve(g, factor, y._attributes.upper);
    return [back, wanted(factor) ? ofFactor(factor, neg(matmul(back, mT(y))), y._attributes) : null];
  },
};

/** Of A⁻¹ it is −A⁻¹ g A⁻¹. */
const CHOLESKY_INVERSE: Op<Half> = {
  name: "CholeskyInverseBackward0",
  saves: true,
  gradient(y, g) {
    return [ofFactor(y._a, neg(matmul(y, matmul(g, y))), y._attributes)];
  },
};

/** X with L Lᵀ X = b. */
function solvedWith(lower: Tensor, b: Tensor): Tensor {
  const y = triangular(lower, b, { upper: false, unit: false });
  return triangular(mT(lower), y, { upper: true, unit: false });
}

export const choleskySolve = operation(
  "choleskySolve",
  "factor, upper |",
  (b: Tensor, factor: Tensor, upper: boolean = false): Tensor => {
    checkSquare("choleskySolve", factor);
    checkMatrix("choleskySolve", b);
    checkSameDType("choleskySolve", b, factor);
    if (b.shape.at(-2) !== factor.shape.at(-1)) {
      throw new Error(
        `choleskySolve: the factor ${formatShape(factor.shape)} does not fit B ${formatShape(b.shape)}: expected ${factor.shape.at(-1)} rows`,
      );
    }
    const [whole, right] = sameBatch("choleskySolve", factor, b);
    const lower = whole.detach();
    const node = solvedWith(upper ? mT(lower) : lower, right.detach()).node;
    return record(CHOLESKY_SOLVE, node, right, whole, null, { upper });
  },
);

export const choleskyInverse = operation(
  "choleskyInverse",
  "upper |",
  (factor: Tensor, upper: boolean = false) => {
    checkSquare("choleskyInverse", factor);
    const given = factor.detach();
    const unit = expand(identity(given, given.shape.at(-1)!), given.shape);
    const node = solvedWith(upper ? mT(given) : given, unit).node;
    return record(CHOLESKY_INVERSE, node, factor, null, null, { upper });
  },
);
