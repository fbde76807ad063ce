/**
 * Systems of linear equations: LU factors, triangular solves, solve, inverse and determinants.
 */
import { record } from "../autograd/record.js";
import { wanted } from "../autograd/wanted.js";
import { call, pick } from "../graph/record/build.js";
import { add, neg, sub } from "../ops/arithmetic.js";
import { concat } from "../ops/join.js";
import { gatherAt } from "../ops/indexing.js";
import { matmul } from "../ops/matmul.js";
import { expand, mT, narrow, reshape, unsqueeze } from "../ops/movement.js";
import { where } from "../ops/select.js";
import { tril, triu } from "../ops/triangle.js";
import { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { formatShape, sameShape } from "../tensor/shape.js";
import { takes } from "../tensor/signature.js";
import {
  above,
  below,
  checkMatrix,
  checkSameDType,
  checkSquare,
  identity,
  isDiagonal,
  sameBatch,
  singular,
  whereWhole,
} from "./matrix.js";
import { type NamedTuple, namedTuple } from "../tensor/named-tuple.js";

interface Triangle {
  readonly upper: boolean;
  readonly unit: boolean;
}

/** Of A X = B: of B it is A⁻ᵀ g, of A the triangle of −(A⁻ᵀ g) Xᵀ. */
const TRIANGULAR: Op<Triangle> = {
  name: "LinalgSolveTriangularBackward0",
  saves: true,
  gradient(y, g) {
    const { upper, unit } = y._attributes;
    const back = triangular(mT(y._a), g, { upper: !upper, unit });
    if (!wanted(y._a)) return [null, back];
    const whole = neg(matmul(back, mT(y)));
    const part = unit ? (upper ? above(whole) : below(whole)) : upper ? triu(whole) : tril(whole);
    return [part, back];
  },
};

/** X with A X = B for a triangle A [*, n, n] and B [*, n, m] with the same batch dims. */
export function triangular(a: Tensor, b: Tensor, how: Triangle): Tensor {
  const node = call("triangularSolve", [a.node, b.node], [Number(how.upper), Number(how.unit)]);
  return record(TRIANGULAR, node, a, b, null, how);
}

/**
 * The solution of A X = B, or with `left: false` of X A = B, for a triangle A [..., N, N] and B [..., N, K], of whose batch dims both broadcast;
 * the other half of A is not read (`torch.linalg.solve_triangular`).
 */
export const solveTriangular = takes<
  (a: Tensor, b: Tensor, options: { upper: boolean; left?: boolean; unitriangular?: boolean }) => Tensor
>(
  "solveTriangular",
  "A, B | *, upper, left, unitriangular",
  (a: Tensor, b: Tensor, options: { upper?: boolean; left?: boolean; unitriangular?: boolean }) => {
    const { upper, left = true, unitriangular = false } = options;
    checkSquare("solveTriangular", a);
    checkMatrix("solveTriangular", b);
    checkSameDType("solveTriangular", a, b);
    if (typeof upper !== "boolean")
      throw new TypeError("solveTriangular: say which triangle: solveTriangular(A, B, { upper: true })");
    const rows = b.shape.at(left ? -2 : -1)!;
    if (rows !== a.shape.at(-1)) {
      throw new Error(
        `solveTriangular: A ${formatShape(a.shape)} does not fit B ${formatShape(b.shape)}: expected ${a.shape.at(-1)} ${left ? "rows" : "columns"}`,
      );
    }
    const [x, y] = sameBatch("solveTriangular", a, b);
    if (left) return triangular(x, y, { upper, unit: unitriangular });
    return mT(triangular(mT(x), mT(y), { upper: !upper, unit: unitriangular }));
  },
);

export interface Factors {
  /** L below the diagonal, which is 1, and U, in one matrix. */
  readonly lu: Tensor;
  /** Row i was exchanged with row pivots[i], counted from 1. */
  readonly pivots: Tensor;
  /** Row i of P⁻¹ x is row order[i] of x. */
  readonly order: Tensor;
  /** The number of the first pivot that is 0, or 0. */
  readonly info: Tensor;
}

/** P, with permuted rows: row i of the result is row order[i] of x. */
export function permuted(x: Tensor, order: Tensor): Tensor {
  const index = unsqueeze(order, -1);
  return gatherAt(
    x,
    x.ndim - 2,
    expand(index, [...order.shape.slice(0, -1), order.shape.at(-1)!, x.shape.at(-1)!]),
  );
}

/** The order that undoes another. */
export function inverseOrder(order: Tensor): Tensor {
  return order.argsort(-1);
}

/** The order in which pivots take the rows of matrices with `rows` of them. */
export function orderOf(pivots: Tensor, rows: number): Tensor {
  return new Tensor(call("pivotOrder", [pivots.node], [rows]));
}

/** P L⁻ᵀ (tril(Lᵀ gL, −1) + triu(gU Uᵀ)) U⁻ᵀ of a square matrix; a wide or a tall one is its square part and a rest that is solved with it. */
const LU: Op<{ readonly order: Tensor }> = {
  name: "LinalgLuFactorExBackward0",
  saves: true,
  gradient(y, g) {
    const lu = y as Tensor;
    const [m, n] = lu.shape.slice(-2) as [number, number];
    const k = Math.min(m, n);
    const part = (x: Tensor, dim: -1 | -2, from: number, size: number): Tensor =>
      narrow(x, x.ndim + dim, from, size);
    const square = part(part(lu, -2, 0, k), -1, 0, k);
    const lower = where(isDiagonal(k, k), 1, tril(square, -1));
    const upper = triu(square);
    const gSquare = part(part(g, -2, 0, k), -1, 0, k);
    let inner = add(below(matmul(mT(lower), below(gSquare))), triu(matmul(triu(gSquare), mT(upper))));
    // What lies beyond the square part depends on its triangles too.
    const whole = (rest: Tensor | null, dim: number, solve: (x: Tensor) => Tensor): Tensor => {
      const solved = solveLeft(lower, solveRight(inner, upper));
      return rest === null ? solved : concat([solved, solve(rest)], solved.ndim + dim);
    };
    let result: Tensor;
    if (m > k) {
      const rest = part(g, -2, k, m - k);
      inner = sub(inner, triu(matmul(mT(part(lu, -2, k, m - k)), rest)));
      result = whole(rest, -2, (x) => solveRight(x, upper));
    } else if (n > k) {
      const rest = part(g, -1, k, n - k);
      inner = sub(inner, below(matmul(rest, mT(part(lu, -1, k, n - k)))));
      result = whole(rest, -1, (x) => solveLeft(lower, x));
    } else result = whole(null, 0, (x) => x);
    return [permuted(result, inverseOrder(y._attributes.order))];
  },
};

/** L⁻ᵀ x for a unit lower triangle. */
function solveLeft(lower: Tensor, x: Tensor): Tensor {
  return triangular(mT(lower), x, { upper: true, unit: true });
}

/** x U⁻ᵀ for an upper triangle. */
function solveRight(x: Tensor, upper: Tensor): Tensor {
  return mT(triangular(upper, mT(x), { upper: true, unit: false }));
}

/** LU factors with partial pivoting of [*, m, n]. */
export function factors(x: Tensor): Factors {
  const from = call("lu", [x.node], []);
  const pivots = new Tensor(pick(from, 1));
  const order = orderOf(pivots, x.shape.at(-2)!);
  return {
    lu: record(LU, pick(from, 0), x, null, null, { order }),
    pivots,
    order,
    info: new Tensor(pick(from, 2)),
  };
}

/** X with A X = B for the factors of A, B [*, n, m] with the batch dims of A. */
function solveFactored(lu: Tensor, order: Tensor, b: Tensor): Tensor {
  const y = triangular(lu, permuted(b, order), { upper: false, unit: true });
  return triangular(lu, y, { upper: true, unit: false });
}

/** Factors, which are constants. */
interface Solving {
  readonly lu: Tensor;
  readonly order: Tensor;
}

/** Xᵀ with Aᵀ X = g by the factors of A. */
function solveTransposed({ lu, order }: Solving, g: Tensor): Tensor {
  const y = triangular(mT(lu), g, { upper: false, unit: false });
  const x = triangular(mT(lu), y, { upper: true, unit: true });
  return permuted(x, inverseOrder(order));
}

/** Of A X = B: of B it is A⁻ᵀ g, of A it is −(A⁻ᵀ g) Xᵀ. */
const SOLVE: Op<Solving> = {
  name: "LinalgSolveExBackward0",
  saves: true,
  gradient(y, g) {
    const a = y._a;
    const back = solveAgain(a, g, y._attributes);
    return [wanted(a) ? neg(matmul(back, mT(y))) : null, back];
  },
};

const SOLVE_TRANSPOSED: Op<Solving> = {
  name: "LinalgSolveExBackward0",
  saves: true,
  gradient(y, g) {
    const a = y._a;
    const back = solving(a, g, y._attributes);
    return [wanted(a) ? neg(matmul(y, mT(back))) : null, back];
  },
};

/** A⁻ᵀ g, as a function of A and g, computed with the factors of A that are there. */
function solveAgain(a: Tensor, g: Tensor, by: Solving): Tensor {
  return record(SOLVE_TRANSPOSED, solveTransposed(by, g.detach()).node, a, g, null, by);
}

/** A⁻¹ b likewise. */
export function solving(a: Tensor, b: Tensor, by: Solving): Tensor {
  return record(SOLVE, solveFactored(by.lu, by.order, b.detach()).node, a, b, null, by);
}

/** The operands of `solve` as matrices with the same batch dims, and whether B was a vector, or a batch of them. */
function systemOf(
  name: string,
  a: Tensor,
  b: Tensor,
  left: boolean,
): { a: Tensor; b: Tensor; isVector: boolean } {
  checkSquare(name, a);
  if (!(b instanceof Tensor)) checkMatrix(name, b);
  checkSameDType(name, a, b);
  const isVector = b.ndim === 1 || (a.ndim - 1 === b.ndim && sameShape(b.shape, a.shape.slice(0, -1)));
  if (isVector && !left)
    throw new Error(`${name}: X A = B takes B as a matrix, got shape ${formatShape(b.shape)}`);
  const right = isVector ? unsqueeze(b, -1) : b;
  const n = a.shape.at(-1)!;
  if (right.ndim < 2 || right.shape.at(left ? -2 : -1) !== n) {
    throw new Error(
      `${name}: A ${formatShape(a.shape)} does not fit B ${formatShape(b.shape)}: expected ${n} ${left ? "rows" : "columns"}`,
    );
  }
  const [x, y] = sameBatch(name, left ? a : mT(a), left ? right : mT(right));
  return { a: x, b: y, isVector };
}

function solved(name: string, given: Tensor, right: Tensor, left: boolean): { x: Tensor; info: Tensor } {
  const { a, b, isVector } = systemOf(name, given, right, left);
  const { lu, order, info } = factors(a.detach());
  const x = solving(a, b, { lu, order });
  const result = left ? x : mT(x);
  return { x: isVector ? reshape(result, result.shape.slice(0, -1)) : result, info };
}

/**
 * The solution of A X = B, or with `left: false` of X A = B: A [..., N, N], B [..., N, K], or [N] or [..., N] as vectors (`torch.linalg.solve`).
 * @throws Error where A is singular.
 */
export const solve = takes<(a: Tensor, b: Tensor, options?: { left?: boolean }) => Tensor>(
  "solve",
  "A, B | *, left",
  (a: Tensor, b: Tensor, { left = true }: { left?: boolean } = {}) => {
    const { x, info } = solved("solve", a, b, left);
    return whereWhole("solve", x, info, singular);
  },
);

/** As `solve`, but tells by `info` where A is singular, rather than throw: the number of the pivot that is 0, or 0 (`torch.linalg.solve_ex`). */
export const solveEx = takes<
  (a: Tensor, b: Tensor, options?: { left?: boolean; checkErrors?: boolean }) => SolveEx
>(
  "solveEx",
  "A, B | *, left, checkErrors",
  (
    a: Tensor,
    b: Tensor,
    { left = true, checkErrors = false }: { left?: boolean; checkErrors?: boolean } = {},
  ) => {
    const { x, info } = solved("solveEx", a, b, left);
    return namedTuple({ result: checkErrors ? whereWhole("solveEx", x, info, singular) : x, info });
  },
);

/** The solution, and where `info` is not 0 the pivot that is 0. */
export type SolveEx = NamedTuple<{ readonly result: Tensor; readonly info: Tensor }>;

/** Of A⁻¹ it is −A⁻ᵀ g A⁻ᵀ. */
const INVERSE: Op = {
  name: "LinalgInvExBackward0",
  saves: true,
  gradient(y, g) {
    const turned = mT(y);
    return [neg(matmul(turned, matmul(g, turned)))];
  },
};

export function inverted(name: string, a: Tensor): { inverse: Tensor; info: Tensor } {
  checkSquare(name, a);
  const { lu, order, info } = factors(a.detach());
  const n = a.shape.at(-1)!;
  const unit = expand(identity(a, n), a.shape);
  return { inverse: record(INVERSE, solveFactored(lu, order, unit).node, a), info };
}

/** The inverse of [..., N, N] (`torch.linalg.inv`). @throws Error where it is singular. */
export function inv(a: Tensor): Tensor {
  const { inverse, info } = inverted("inv", a);
  return whereWhole("inv", inverse, info, singular);
}

/** The inverse, and where `info` is not 0 the pivot that is 0. */
export type InvEx = NamedTuple<{ readonly inverse: Tensor; readonly info: Tensor }>;

/** As `inv`, but tells by `info` where a matrix is singular, rather than throw (`torch.linalg.inv_ex`). */
export const invEx = takes<(a: Tensor, options?: { checkErrors?: boolean }) => InvEx>(
  "invEx",
  "A | *, checkErrors",
  (a: Tensor, { checkErrors = false }: { checkErrors?: boolean } = {}) => {
    const { inverse, info } = inverted("invEx", a);
    return namedTuple({
      inverse: checkErrors ? whereWhole("invEx", inverse, info, singular) : inverse,
      info,
    });
  },
);
