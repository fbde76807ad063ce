/**
 * Symmetric matrices, definite or not, as L D Lᵀ: Bunch's and Kaufman's pivots make D of 1 × 1 and 2 × 2 blocks (LAPACK's sytrf and sytrs).
 *
 * Composed of tensor operations, a few dozen for each row: slower than the kernels for LU and Cholesky, and meant for matrices that are neither.
 */
import { noGrad } from "../autograd/mode.js";
import { record } from "../autograd/record.js";
import { add, mul, sub } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { amax } from "../ops/extreme.js";
import { eq, ge, gt, lt } from "../ops/compare.js";
import { div } from "../ops/division.js";
import { gatherAt } from "../ops/indexing.js";
import { logicalAnd, logicalNot, logicalOr } from "../ops/logical.js";
import { matmul } from "../ops/matmul.js";
import { expand, mT, narrow, reshape, unsqueeze } from "../ops/movement.js";
import { abs } from "../ops/rounding.js";
import { where } from "../ops/select.js";
import { tril } from "../ops/triangle.js";
import { Tensor } from "../tensor/core.js";
import { zeros } from "../tensor/creation/constant.js";
import { arange } from "../tensor/creation/range.js";
import { isInteger } from "../tensor/dtype.js";
import { type NamedTuple, namedTuple } from "../tensor/named-tuple.js";
import type { Op } from "../tensor/op.js";
import { formatShape, sameShape } from "../tensor/shape.js";
import { takes } from "../tensor/signature.js";
import {
  below,
  checkMatrix,
  checkSameDType,
  checkSquare,
  sameBatch,
  singular,
  whereWhole,
} from "./matrix.js";

/** L below the diagonal and D on and beside it in one matrix, and which rows were exchanged. */
export type LdlFactor = NamedTuple<{ readonly LD: Tensor; readonly pivots: Tensor }>;
/** As `LdlFactor`, and where `info` is not 0 the number of the first block of D that is 0. */
export type LdlFactorEx = NamedTuple<{ readonly LD: Tensor; readonly pivots: Tensor; readonly info: Tensor }>;

interface LdlOptions {
  /** Of real matrices the same. Default false. */
  hermitian?: boolean;
}

/** Below this share of its column an entry of the diagonal is no pivot. */
const SHARE = (1 + Math.sqrt(17)) / 8;

/** Column j of [..., n, m] as [..., n, 1]; row i as [..., 1, m]. */
const columnOf = (x: Tensor, j: number): Tensor => narrow(x, x.ndim - 1, j, 1);
const rowOf = (x: Tensor, i: number): Tensor => narrow(x, x.ndim - 2, i, 1);
const entryOf = (x: Tensor, i: number, j: number): Tensor => rowOf(columnOf(x, j), i);

/** The row of x [..., n, m] that is said for each matrix, [..., 1, 1]. */
function takenRow(x: Tensor, place: Tensor): Tensor {
  return gatherAt(x, x.ndim - 2, expand(place, [...x.shape.slice(0, -2), 1, x.shape.at(-1)!]));
}

/** Rows i and j, which are said for each matrix, exchanged. */
function exchanged(x: Tensor, i: Tensor, j: Tensor): Tensor {
  const rows = unsqueeze(arange(x.shape.at(-2)!, { dtype: "int32" }), -1);
  const order = where(eq(rows, i), j, where(eq(rows, j), i, rows));
  return gatherAt(x, x.ndim - 2, expand(order, x.shape));
}

function factored(given: Tensor): LdlFactorEx {
  const lower = tril(given.detach());
  const n = given.shape.at(-1)!;
  const lead = given.shape.slice(0, -2);
  const rows = unsqueeze(arange(n, { dtype: "int32" }), -1);
  const columns = arange(n, { dtype: "int32" });
  const one = [...lead, 1, 1];
  let a = add(lower, mT(below(lower)));
  let pivots = zeros([...lead, n, 1], { dtype: "int32" });
  let info = zeros(one, { dtype: "int32" });
  let isSecond: Tensor = zeros(one, { dtype: "bool" });
  for (let k = 0; k < n; k++) {
    const size = abs(entryOf(a, k, k));
    const under = where(gt(rows, k), abs(columnOf(a, k)), 0);
    const most = amax(under, -2, { keepdim: true });
    const place = where(gt(most, 0), under.argmax(-2, { keepdim: true }), k).int();
    const row = takenRow(a, place);
    const beside = where(logicalAnd(ge(columns, k), logicalNot(eq(columns, place))), abs(row), 0);
    const mostBeside = amax(beside, -1, { keepdim: true });
    const own = gatherAt(abs(row), row.ndim - 1, place);
    const stays = logicalOr(
      ge(size, mul(most, SHARE)),
      ge(mul(size, mostBeside), mul(mul(most, most), SHARE)),
    );
    const isTwo = logicalNot(logicalOr(stays, ge(own, mul(mostBeside, SHARE))));
    const to = where(stays, k, place).int();
    const from = cast(isTwo, "int32").add(k);
    // Only what is not factored yet changes places.
    const turned = mT(exchanged(mT(exchanged(a, from, to)), from, to));
    const x = where(logicalAnd(ge(rows, k), ge(columns, k)), turned, a);
    const next = where(isTwo, ...eliminated(x, k));
    a = where(isSecond, a, next);
    const noPivot = logicalAnd(eq(size, 0), eq(most, 0));
    info = where(logicalAnd(logicalAnd(noPivot, eq(info, 0)), logicalNot(isSecond)), k + 1, info).int();
    const number = where(isTwo, mul(to, -1).sub(1), add(to, 1));
    const isHere = logicalOr(eq(rows, k), logicalAnd(eq(rows, k + 1), isTwo));
    pivots = where(logicalAnd(isHere, logicalNot(isSecond)), number, pivots).int();
    isSecond = logicalAnd(isTwo, logicalNot(isSecond));
  }
  return namedTuple({ LD: tril(a), pivots: reshape(pivots, [...lead, n]), info: reshape(info, lead) });
}

/** The matrix after a block of two at (k, k) is eliminated, and after one entry is. */
function eliminated(x: Tensor, k: number): readonly [Tensor, Tensor] {
  const n = x.shape.at(-1)!;
  const rows = unsqueeze(arange(n, { dtype: "int32" }), -1);
  const columns = arange(n, { dtype: "int32" });
  const column = where(gt(rows, k), columnOf(x, k), 0);
  const d = entryOf(x, k, k);
  const factor = where(eq(d, 0), 0, div(column, d));
  const rest = sub(x, matmul(factor, mT(column)));
  const single = where(logicalAnd(gt(rows, k), eq(columns, k)), factor, rest);
  if (k + 1 === n) return [single, single];
  const isRest = gt(rows, k + 1);
  const [u, w] = [where(isRest, columnOf(x, k), 0), where(isRest, columnOf(x, k + 1), 0)];
  const [b, e] = [entryOf(x, k + 1, k), entryOf(x, k + 1, k + 1)];
  // The inverse of [[d, b], [b, e]] with b, which is greatest, divided out.
  const [p, q] = [div(d, b), div(e, b)];
  const scale = mul(sub(mul(p, q), 1), b);
  const first = div(sub(mul(u, q), w), scale);
  const second = div(sub(mul(w, p), u), scale);
  const left = sub(sub(x, matmul(first, mT(u))), matmul(second, mT(w)));
  const isUnder = (j: number): Tensor => logicalAnd(isRest, eq(columns, j));
  return [where(isUnder(k), first, where(isUnder(k + 1), second, left)), single];
}

/**
 * P L D Lᵀ Pᵀ = A for symmetric A [..., N, N], of which the lower triangle is read (`torch.linalg.ldl_factor`): D has blocks of one or two, int32 pivots
 * say which rows were exchanged, as LAPACK's sytrf does: negative ones those of a block of two. Without a gradient, as PyTorch's.
 * @throws Error where D is singular
 */
export const ldlFactor = takes<(a: Tensor, options?: LdlOptions) => LdlFactor>(
  "ldlFactor",
  "A | *, hermitian",
  (a: Tensor) => {
    checkSquare("ldlFactor", a);
    const { LD, pivots, info } = noGrad(() => factored(a));
    return namedTuple({ LD: whereWhole("ldlFactor", LD, info, singular), pivots });
  },
);

/** As `ldlFactor`, but tells by `info` the number of the first block of D that is 0, or 0, rather than throw (`torch.linalg.ldl_factor_ex`). */
export const ldlFactorEx = takes<
  (a: Tensor, options?: LdlOptions & { checkErrors?: boolean }) => LdlFactorEx
>(
  "ldlFactorEx",
  "A | *, hermitian, checkErrors",
  (a: Tensor, { checkErrors = false }: { checkErrors?: boolean } = {}) => {
    checkSquare("ldlFactorEx", a);
    const { LD, pivots, info } = noGrad(() => factored(a));
    return namedTuple({ LD: checkErrors ? whereWhole("ldlFactorEx", LD, info, singular) : LD, pivots, info });
  },
);

interface Factored {
  readonly ld: Tensor;
  readonly pivots: Tensor;
}

function substituted({ ld, pivots }: Factored, b: Tensor): Tensor {
  const n = ld.shape.at(-1)!;
  const rows = unsqueeze(arange(n, { dtype: "int32" }), -1);
  const one = [...ld.shape.slice(0, -2), 1, 1];
  const isFirst: Tensor[] = [];
  const isSecond: Tensor[] = [];
  let second: Tensor = zeros(one, { dtype: "bool" });
  let x = b;
  const numbers = unsqueeze(pivots, -1);
  const pivotOf = (k: number): Tensor => rowOf(numbers, k);
  const underOf = (k: number): Tensor => where(gt(rows, k), columnOf(ld, k), 0);
  for (let k = 0; k < n; k++) {
    const isTwo = logicalAnd(lt(pivotOf(k), 0), logicalNot(second));
    isFirst.push(isTwo);
    isSecond.push(second);
    const to = sub(abs(pivotOf(k)), 1);
    const y = exchanged(x, cast(isTwo, "int32").add(k), to);
    const own = rowOf(y, k);
    const d = entryOf(ld, k, k);
    const single = where(eq(rows, k), div(own, d), sub(y, matmul(underOf(k), own)));
    let both = single;
    if (k + 1 < n) {
      const other = rowOf(y, k + 1);
      const [under, off, e] = [underOf(k + 1), entryOf(ld, k + 1, k), entryOf(ld, k + 1, k + 1)];
      const first = where(gt(rows, k + 1), columnOf(ld, k), 0);
      const rest = sub(sub(y, matmul(first, own)), matmul(under, other));
      const [p, q] = [div(d, off), div(e, off)];
      const scale = mul(sub(mul(p, q), 1), off);
      const above = div(sub(mul(own, q), other), scale);
      const lower = div(sub(mul(other, p), own), scale);
      both = where(eq(rows, k), above, where(eq(rows, k + 1), lower, rest));
    }
    x = where(second, x, where(isTwo, both, single));
    second = isTwo;
  }
  for (let k = n - 1; k >= 0; k--) {
    const isTwo = isSecond[k]!;
    let y = where(eq(rows, k), sub(x, matmul(mT(underOf(k)), x)), x);
    if (k > 0) {
      const first = where(gt(rows, k), columnOf(ld, k - 1), 0);
      y = where(logicalAnd(isTwo, eq(rows, k - 1)), sub(x, matmul(mT(first), x)), y);
    }
    const at = zeros(one, { dtype: "int32" }).add(k);
    // The first row of a block has been done with its second.
    x = where(isFirst[k]!, x, exchanged(y, at, sub(abs(pivotOf(k)), 1)));
  }
  return x;
}

/** Of A X = B: of B it is A⁻¹ g, A being symmetric. */
const LDL_SOLVE: Op<Factored> = {
  name: "LinalgLdlSolveBackward0",
  saves: false,
  gradient(y, g) {
    return [solving(g, y._attributes)];
  },
};

function solving(b: Tensor, by: Factored): Tensor {
  return record(LDL_SOLVE, noGrad(() => substituted(by, b.detach())).node, b, null, null, by);
}

/** X [..., N, K] with A X = B by what `ldlFactor` gives of A (`torch.linalg.ldl_solve`). B has a gradient, the factors are constants, as in PyTorch. */
export const ldlSolve = takes<(LD: Tensor, pivots: Tensor, b: Tensor, options?: LdlOptions) => Tensor>(
  "ldlSolve",
  "LD, pivots, B | *, hermitian",
  (given: Tensor, pivots: Tensor, b: Tensor) => {
    checkSquare("ldlSolve", given);
    checkMatrix("ldlSolve", b);
    checkSameDType("ldlSolve", given, b);
    if (
      !(pivots instanceof Tensor) ||
      !isInteger(pivots.dtype) ||
      !sameShape(pivots.shape, given.shape.slice(0, -1))
    )
      throw new Error(
        `ldlSolve: expected integer pivots of shape ${formatShape(given.shape.slice(0, -1))}, as ldlFactor gives them`,
      );
    if (b.shape.at(-2) !== given.shape.at(-1))
      throw new Error(
        `ldlSolve: factors ${formatShape(given.shape)} do not fit B ${formatShape(b.shape)}: expected ${given.shape.at(-1)} rows`,
      );
    const [ld, right] = sameBatch("ldlSolve", given.detach(), b);
    return solving(right, { ld, pivots: expand(pivots.int(), ld.shape.slice(0, -1)) });
  },
);
