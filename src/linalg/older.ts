/**
 * Reflections and triangular systems by the names that LAPACK gives them in torch; `linalg` has what is made of them.
 */
import { matmul } from "../ops/matmul.js";
import { mT } from "../ops/movement.js";
import { pad } from "../ops/pad.js";
import type { Tensor } from "../tensor/core.js";
import { type NamedTuple, namedTuple } from "../tensor/named-tuple.js";
import { operation } from "../tensor/operation.js";
import { formatShape } from "../tensor/shape.js";
import { checkMatrix, checkSameDType } from "./matrix.js";
import { householderProduct, reflectionsOf } from "./orthogonal.js";
import { solveTriangular } from "./systems.js";

/** A matrix as reflections over R. */
export type Geqrf = NamedTuple<{ readonly a: Tensor; readonly tau: Tensor }>;
/** What `triangularSolve` gives. */
export type TriangularSolution = NamedTuple<{
  readonly solution: Tensor;
  readonly clonedCoefficient: Tensor;
}>;

/** Which triangle, and how it is read. */
export interface TriangularOptions {
  upper?: boolean;
  transpose?: boolean;
  unitriangular?: boolean;
}

declare module "../tensor/core.js" {
  interface Tensor {
    /** Reflections below the diagonal of a, over them R, and their factors tau, without a gradient (`torch.geqrf`; `linalg.qr` has one). */
    geqrf(): Geqrf;
    /** The first N columns of the product of the reflections in this [..., M, N] (`torch.orgqr`, another name of `linalg.householderProduct`). */
    orgqr(input2: Tensor): Tensor;
    /**
     * Q · other, for the square Q [..., M, M] of the reflections in this [..., M, K] and their factors `input2`; Qᵀ with `transpose`, and from
     * the right with `left: false` (`torch.ormqr`).
     */
    ormqr(input2: Tensor, input3: Tensor, left?: boolean, transpose?: boolean): Tensor;
    ormqr(input2: Tensor, input3: Tensor, options: { left?: boolean; transpose?: boolean }): Tensor;
    /** X with A X = this for a triangle A, or Aᵀ X with `transpose` (`torch.triangular_solve`; `linalg.solveTriangular` is its successor). */
    triangularSolve(
      A: Tensor,
      upper?: boolean,
      transpose?: boolean,
      unitriangular?: boolean,
    ): TriangularSolution;
    triangularSolve(A: Tensor, options: TriangularOptions): TriangularSolution;
  }
}

operation("geqrf", (x) => {
  checkMatrix("geqrf", x);
  const { reflectors, tau } = reflectionsOf(x.detach());
  return namedTuple({ a: reflectors, tau });
});

operation("orgqr", "input2 |", (x: Tensor, tau: Tensor) => householderProduct(x, tau));

operation(
  "ormqr",
  "input2, input3 | left, transpose",
  (
    x: Tensor,
    tau: Tensor,
    other: Tensor,
    { left = true, transpose = false }: { left?: boolean; transpose?: boolean } = {},
  ): Tensor => {
    checkMatrix("ormqr", x);
    checkMatrix("ormqr", other);
    checkSameDType("ormqr", x, other);
    const [rows, columns] = x.shape.slice(-2) as [number, number];
    const size = other.shape.at(left ? -2 : -1)!;
    if (size !== rows)
      throw new Error(
        `ormqr: reflections of ${formatShape(x.shape)} do not fit ${formatShape(other.shape)}: expected ${rows} ${left ? "rows" : "columns"}`,
      );
    // Columns without a reflection make Q square.
    const square = columns < rows ? pad(x, [0, rows - columns]) : x.narrow(x.ndim - 1, 0, rows);
    const q = householderProduct(square, tau);
    const turned = transpose ? mT(q) : q;
    return left ? matmul(turned, other) : matmul(other, turned);
  },
);

operation(
  "triangularSolve",
  "A | upper, transpose, unitriangular",
  (
    b: Tensor,
    a: Tensor,
    { upper = true, transpose = false, unitriangular = false }: TriangularOptions = {},
  ): TriangularSolution => {
    const solution = transpose
      ? solveTriangular(mT(a), b, { upper: !upper, unitriangular })
      : solveTriangular(a, b, { upper, unitriangular });
    return namedTuple({
      solution,
      clonedCoefficient: a.broadcastTo([...solution.shape.slice(0, -2), ...a.shape.slice(-2)]).clone(),
    });
  },
);
