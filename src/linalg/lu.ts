/**
 * LU factors as values: P · L · U, and what is solved with them.
 */
import { expand, mT, narrow } from "../ops/movement.js";
import { where } from "../ops/select.js";
import { tril, triu } from "../ops/triangle.js";
import { Tensor } from "../tensor/core.js";
import { empty } from "../tensor/creation/constant.js";
import { isInteger } from "../tensor/dtype.js";
import { type NamedTuple, namedTuple } from "../tensor/named-tuple.js";
import { operation } from "../tensor/operation.js";
import { formatShape, sameShape } from "../tensor/shape.js";
import { takes } from "../tensor/signature.js";
import {
  broadcastShapes,
  checkMatrix,
  checkSameDType,
  checkSquare,
  identity,
  isDiagonal,
  sameBatch,
  singular,
  whereWhole,
} from "./matrix.js";
import { factors, inverseOrder, orderOf, permuted, triangular } from "./systems.js";

/** L and U in one matrix, and which rows were exchanged. */
export type LuFactor = NamedTuple<{ readonly LU: Tensor; readonly pivots: Tensor }>;
/** As `LuFactor`, and where `info` is not 0 the pivot that is 0. */
export type LuFactorEx = NamedTuple<{ readonly LU: Tensor; readonly pivots: Tensor; readonly info: Tensor }>;
/** A = P L U. */
export type Lu = NamedTuple<{ readonly P: Tensor; readonly L: Tensor; readonly U: Tensor }>;

function checkPivoted(name: string, pivot: boolean): void {
  if (!pivot)
    throw new Error(
      `${name}: factors without pivoting are not there, as in PyTorch on a CPU; leave pivot out`,
    );
}

/**
 * L below the diagonal, which is 1, and U of [..., M, N] in one matrix, and int32 pivots: row i was exchanged with row pivots[i], counted from 1
 * (`torch.linalg.lu_factor`).
 * @throws Error where a pivot is 0
 */
export const luFactor = takes<(a: Tensor, options?: { pivot?: boolean }) => LuFactor>(
  "luFactor",
  "A | *, pivot",
  (a: Tensor, { pivot = true }: { pivot?: boolean } = {}) => {
    checkMatrix("luFactor", a);
    checkPivoted("luFactor", pivot);
    const { lu, pivots, info } = factors(a);
    return namedTuple({ LU: whereWhole("luFactor", lu, info, singular), pivots });
  },
);

/** As `luFactor`, but tells by `info` the number of the first pivot that is 0, or 0, rather than throw (`torch.linalg.lu_factor_ex`). */
export const luFactorEx = takes<
  (a: Tensor, options?: { pivot?: boolean; checkErrors?: boolean }) => LuFactorEx
>(
  "luFactorEx",
  "A | *, pivot, checkErrors",
  (a: Tensor, { pivot = true, checkErrors = false }: { pivot?: boolean; checkErrors?: boolean } = {}) => {
    checkMatrix("luFactorEx", a);
    checkPivoted("luFactorEx", pivot);
    const { lu, pivots, info } = factors(a);
    return namedTuple({ LU: checkErrors ? whereWhole("luFactorEx", lu, info, singular) : lu, pivots, info });
  },
);

/** L [..., M, K] and U [..., K, N] of both in one matrix. */
function triangles(lu: Tensor): readonly [Tensor, Tensor] {
  const [m, n] = lu.shape.slice(-2) as [number, number];
  const k = Math.min(m, n);
  const lower = narrow(lu, lu.ndim - 1, 0, k);
  return [where(isDiagonal(m, k), 1, tril(lower, -1)), triu(narrow(lu, lu.ndim - 2, 0, k))];
}

/** The matrix that takes rows back from their order: P · x has row i of x in row order[i]. */
function permutation(order: Tensor, like: Tensor): Tensor {
  const n = order.shape.at(-1)!;
  return permuted(expand(identity(like, n), [...order.shape, n]), inverseOrder(order));
}

/** P · L · U = A for A [..., M, N], P [..., M, M] being a permutation (`torch.linalg.lu`). */
export const lu = takes<(a: Tensor, options?: { pivot?: boolean }) => Lu>(
  "lu",
  "A | *, pivot",
  (a: Tensor, { pivot = true }: { pivot?: boolean } = {}) => {
    checkMatrix("lu", a);
    checkPivoted("lu", pivot);
    const found = factors(a);
    const [L, U] = triangles(found.lu);
    return namedTuple({ P: permutation(found.order, a), L, U });
  },
);

function checkPivots(name: string, factored: Tensor, pivots: Tensor): void {
  const k = Math.min(...factored.shape.slice(-2));
  if (!(pivots instanceof Tensor) || !isInteger(pivots.dtype) || pivots.shape.at(-1) !== k) {
    throw new Error(
      `${name}: expected ${k} integer pivots for each matrix of ${formatShape(factored.shape)}, as luFactor gives them`,
    );
  }
}

/**
 * P, L and U of what `luFactor` gives (`torch.lu_unpack`); with `unpackData: false` L and U, with `unpackPivots: false` P are empty.
 */
export const luUnpack: {
  (factored: Tensor, pivots: Tensor, unpackData?: boolean, unpackPivots?: boolean): Lu;
  (factored: Tensor, pivots: Tensor, options: { unpackData?: boolean; unpackPivots?: boolean }): Lu;
} = takes(
  "luUnpack",
  "LUData, LUPivots | unpackData, unpackPivots",
  (factored: Tensor, pivots: Tensor, options: { unpackData?: boolean; unpackPivots?: boolean } = {}) => {
    const { unpackData = true, unpackPivots = true } = options;
    checkMatrix("luUnpack", factored);
    checkPivots("luUnpack", factored, pivots);
    const none = empty([0], { dtype: factored.dtype });
    const [L, U] = unpackData ? triangles(factored) : [none, none];
    const P = unpackPivots ? permutation(orderOf(pivots, factored.shape.at(-2)!), factored) : none;
    return namedTuple({ P, L, U });
  },
);

/** The solution of A X = B, or with `left: false` of X A = B, by what `luFactor` gives; with `adjoint` of Aᵀ (`torch.linalg.lu_solve`). */
export const luSolve = takes<
  (factored: Tensor, pivots: Tensor, b: Tensor, options?: { left?: boolean; adjoint?: boolean }) => Tensor
>(
  "luSolve",
  "LU, pivots, B | *, left, adjoint",
  (factored: Tensor, pivots: Tensor, b: Tensor, options: { left?: boolean; adjoint?: boolean } = {}) => {
    const { left = true, adjoint = false } = options;
    checkSquare("luSolve", factored);
    checkMatrix("luSolve", b);
    checkSameDType("luSolve", factored, b);
    checkPivots("luSolve", factored, pivots);
    const n = factored.shape.at(-1)!;
    const right = left ? b : mT(b);
    if (right.shape.at(-2) !== n) {
      throw new Error(
        `luSolve: factors ${formatShape(factored.shape)} do not fit B ${formatShape(b.shape)}: expected ${n} ${left ? "rows" : "columns"}`,
      );
    }
    const [of, x] = sameBatch("luSolve", factored, right);
    const lead = of.shape.slice(0, -2);
    broadcastShapes("luSolve", lead, pivots.shape.slice(0, -1));
    const own = orderOf(pivots, n);
    const order = sameShape(own.shape, [...lead, n]) ? own : expand(own, [...lead, n]);
    // X A = B is Aᵀ Xᵀ = Bᵀ.
    const turned = adjoint === left;
    const solved = turned
      ? permuted(
          triangular(mT(of), triangular(mT(of), x, { upper: false, unit: false }), {
            upper: true,
            unit: true,
          }),
          inverseOrder(order),
        )
      : triangular(of, triangular(of, permuted(x, order), { upper: false, unit: true }), {
          upper: true,
          unit: false,
        });
    return left ? solved : mT(solved);
  },
);

declare module "../tensor/core.js" {
  interface Tensor {
    /**
     * LU and pivots of [..., M, N], and with `getInfos` also where a pivot is 0, which is thrown otherwise (`torch.lu`; `linalg.luFactor`,
     * `linalg.luFactorEx`).
     */
    lu(pivot?: boolean, getInfos?: false): LuFactor;
    lu(pivot: boolean, getInfos: true): LuFactorEx;
    lu(options: { pivot?: boolean; getInfos?: false }): LuFactor;
    lu(options: { pivot?: boolean; getInfos: true }): LuFactorEx;
    /** X with A X = this [..., N, K] by what `lu` gives of A (`torch.lu_solve`; `linalg.luSolve`). */
    luSolve(factored: Tensor, pivots: Tensor): Tensor;
    luSolve(options: { LUData: Tensor; LUPivots: Tensor }): Tensor;
  }
}

operation("lu", "| pivot, getInfos", (a: Tensor, options: { pivot?: boolean; getInfos?: boolean } = {}) => {
  const { pivot = true, getInfos = false } = options;
  return (getInfos ? luFactorEx(a, { pivot }) : luFactor(a, { pivot })) as LuFactorEx;
});

operation("luSolve", "LUData, LUPivots |", (b: Tensor, factored: Tensor, pivots: Tensor) =>
  luSolve(factored, pivots, b),
);
