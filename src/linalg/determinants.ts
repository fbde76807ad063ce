/**
 * Determinants: values, signs and logarithms.
 */
import { isGradEnabled } from "../autograd/mode.js";
import { record } from "../autograd/record.js";
import { mul, rsub } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { eq, lt, ne } from "../ops/compare.js";
import { log } from "../ops/exponential.js";
import { expand, mT, reshape } from "../ops/movement.js";
import { prod } from "../ops/product.js";
import { sumDims } from "../ops/reduce.js";
import { abs, sign } from "../ops/rounding.js";
import { where } from "../ops/select.js";
import { arange } from "../tensor/creation/range.js";
import type { Tensor } from "../tensor/core.js";
import { type NamedTuple, namedTuple } from "../tensor/named-tuple.js";
import type { Op } from "../tensor/op.js";
import { operation } from "../tensor/operation.js";
import { checkSquare, identity, isDiagonal } from "./matrix.js";
import { factors, type Factors, inverted, inverseOrder, permuted, triangular } from "./systems.js";

/** The sign of a determinant and the logarithm of its magnitude. */
export type Slogdet = NamedTuple<{
  /** 1, −1, or 0 of a singular matrix. */
  readonly sign: Tensor;
  /** The logarithm of the magnitude, −Infinity of a singular matrix. */
  readonly logabsdet: Tensor;
}>;

declare module "../tensor/core.js" {
  interface Tensor {
    /** The determinants of [..., N, N] (`torch.det`, `torch.linalg.det`). */
    det(): Tensor;
    /** Their logarithms, NaN where they are negative (`torch.logdet`). */
    logdet(): Tensor;
    /** Their signs and the logarithms of their magnitudes (`torch.slogdet`, `torch.linalg.slogdet`). */
    slogdet(): Slogdet;
  }
}

/** 1 or −1 for an even or odd number of exchanges of rows. */
function parity({ pivots, lu }: Factors): Tensor {
  const own = arange(1, pivots.shape.at(-1)! + 1);
  const exchanges = sumDims(cast(ne(pivots, own), "int32"), [pivots.ndim - 1], false);
  return cast(rsub(mul(exchanges.remainder(2), 2), 1), lu.dtype);
}

const diagonalOf = (x: Tensor): Tensor => x.diagonal(0, -2, -1);

/** As small as it is nothing beside what a singular matrix has on its diagonal, and its reciprocal still a number. */
const NEARLY_ZERO = { float32: 1e-30, float64: 1e-200 };

/** g · det · A⁻ᵀ. Where A is singular its factors are taken as if the pivots that are 0 were nearly so: the limit is finite where one is. */
const DET: Op<Factors> = {
  name: "LinalgDetBackward0",
  saves: true,
  gradient(y, g) {
    const a = y._a;
    const n = a.shape.at(-1)!;
    const wide = (x: Tensor): Tensor => reshape(x, [...x.shape, 1, 1]);
    if (isGradEnabled()) return [mul(wide(mul(g, y)), mT(inverted("det", a).inverse))];
    const { lu, order } = y._attributes;
    const least = NEARLY_ZERO[lu.dtype as "float32" | "float64"];
    const near = where(isDiagonal(n, n), where(eq(lu, 0), least, lu), lu);
    const value = mul(prod(diagonalOf(near), -1), parity(y._attributes));
    const unit = expand(identity(a, n), a.shape);
    const solved = triangular(mT(near), unit, { upper: false, unit: false });
    const turned = permuted(triangular(mT(near), solved, { upper: true, unit: true }), inverseOrder(order));
    return [mul(wide(mul(g, value)), turned)];
  },
};

export const det = operation("det", (a) => {
  checkSquare("det", a);
  const found = factors(a.detach());
  const value = mul(prod(diagonalOf(found.lu), -1), parity(found));
  return record(DET, value.node, a, null, null, found);
});

/** g · A⁻ᵀ. */
const LOGABSDET: Op = {
  name: "LinalgSlogdetBackward0",
  saves: true,
  gradient(y, g) {
    const a = y._a;
    return [mul(reshape(g, [...g.shape, 1, 1]), mT(inverted("slogdet", a).inverse))];
  },
};

/** The sign, which is the same all around, and the logarithm of the magnitude. */
function parts(name: string, a: Tensor): { sign: Tensor; logabsdet: Tensor } {
  checkSquare(name, a);
  const found = factors(a.detach());
  const diagonal = diagonalOf(found.lu);
  const logs = sumDims(log(abs(diagonal)), [diagonal.ndim - 1], false);
  return {
    sign: mul(prod(sign(diagonal), -1), parity(found)),
    logabsdet: record(LOGABSDET, logs.node, a),
  };
}

export const slogdet = operation("slogdet", (a) => namedTuple(parts("slogdet", a)));

export const logdet = operation("logdet", (a) => {
  const { sign: signs, logabsdet } = parts("logdet", a);
  return where(lt(signs, 0), NaN, logabsdet);
});
