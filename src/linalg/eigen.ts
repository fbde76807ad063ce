/**
 * Eigenvalues and eigenvectors of matrices that need not be symmetric: complex numbers, as a last dim of size 2.
 */
import { isGradEnabled } from "../autograd/mode.js";
import { record } from "../autograd/record.js";
import { call, pick } from "../graph/record/build.js";
import { add, mul, sub } from "../ops/arithmetic.js";
import { div } from "../ops/division.js";
import { concat } from "../ops/join.js";
import { matmul } from "../ops/matmul.js";
import { mT, narrow, select, unsqueeze } from "../ops/movement.js";
import { where } from "../ops/select.js";
import { Tensor } from "../tensor/core.js";
import { type NamedTuple, namedTuple } from "../tensor/named-tuple.js";
import type { Op } from "../tensor/op.js";
import { checkSquare, diagonalMatrix, isDiagonal, whereWhole } from "./matrix.js";
import { solve } from "./systems.js";

/** A V = V diag(L), both complex. */
export type Eig = NamedTuple<{ readonly eigenvalues: Tensor; readonly eigenvectors: Tensor }>;

const notFound = (): string =>
  "the matrix has elements that are not finite, or its eigenvalues were not found in 60 steps each";

/** A complex matrix by its parts. */
interface Complex {
  readonly re: Tensor;
  readonly im: Tensor;
}

function partsOf(z: Tensor): Complex {
  return { re: select(z, z.ndim - 1, 0), im: select(z, z.ndim - 1, 1) };
}

function times(a: Complex, b: Complex): Complex {
  return {
    re: sub(matmul(a.re, b.re), matmul(a.im, b.im)),
    im: add(matmul(a.re, b.im), matmul(a.im, b.re)),
  };
}

/** The conjugate of the transpose. */
function adjoint({ re, im }: Complex): Complex {
  return { re: mT(re), im: mul(mT(im), -1) };
}

/** A⁻¹ B, by the real matrix [[re, −im], [im, re]], which multiplies as A does. */
function solved(a: Complex, b: Complex): Complex {
  const last = a.re.ndim - 1;
  const n = a.re.shape[last]!;
  const top = concat([a.re, mul(a.im, -1)], last);
  const whole = concat([top, concat([a.im, a.re], last)], last - 1);
  const x = solve(whole, concat([b.re, b.im], last - 1));
  return { re: narrow(x, last - 1, 0, n), im: narrow(x, last - 1, n, n) };
}

interface Eigen {
  values: Tensor;
  vectors: Tensor;
}

/** V⁻ᴴ M Vᴴ, of which a real A takes the real part. */
function pulled(vectors: Tensor, m: Complex): Tensor {
  const turned = adjoint(partsOf(vectors));
  return solved(turned, times(m, turned)).re;
}

/** V⁻ᴴ diag(g) Vᴴ. */
const EIGENVALUES: Op<Eigen> = {
  name: "LinalgEigBackward0",
  saves: true,
  gradient(y, g) {
    const { re, im } = partsOf(g);
    return [pulled(y._attributes.vectors, { re: diagonalMatrix(re), im: diagonalMatrix(im) })];
  },
};

/**
 * V⁻ᴴ ((Vᴴ g − Vᴴ V diag(Re Vᴴ g)) / conj(E)) Vᴴ, E being the differences of eigenvalues: vectors stay of length 1, and of a
 * change of their phase nothing is told.
 */
const EIGENVECTORS: Op<Eigen> = {
  name: "LinalgEigBackward0",
  saves: true,
  gradient(y, g) {
    const { values, vectors } = y._attributes;
    const n = values.shape.at(-2)!;
    const v = partsOf(vectors);
    const along = times(adjoint(v), partsOf(g));
    const gram = times(adjoint(v), v);
    const kept = unsqueeze(along.re.diagonal(0, -2, -1), -2);
    const [re, im] = [sub(along.re, mul(gram.re, kept)), sub(along.im, mul(gram.im, kept))];
    const { re: p, im: q } = partsOf(values);
    const diagonal = isDiagonal(n, n);
    const u = where(diagonal, 1, sub(unsqueeze(p, -2), unsqueeze(p, -1)));
    const w = where(diagonal, 0, sub(unsqueeze(q, -2), unsqueeze(q, -1)));
    // Divided by the conjugate u − i w.
    const size = add(mul(u, u), mul(w, w));
    const m = {
      re: where(diagonal, 0, div(sub(mul(re, u), mul(im, w)), size)),
      im: where(diagonal, 0, div(add(mul(im, u), mul(re, w)), size)),
    };
    return [pulled(vectors, m)];
  },
};

function eigenOf(name: string, a: Tensor, onlyValues: boolean): Eigen {
  checkSquare(name, a);
  const from = call("eig", [a.node], []);
  const info = new Tensor(pick(from, 2));
  const pair = {} as Eigen;
  if (!onlyValues || (a.requiresGrad && isGradEnabled()))
    pair.vectors = record(EIGENVECTORS, pick(from, 1), a, null, null, pair);
  pair.values = record(EIGENVALUES, pick(from, 0), a, null, null, pair);
  return {
    values: whereWhole(name, pair.values, info, notFound),
    vectors: onlyValues ? pair.values : whereWhole(name, pair.vectors, info, notFound),
  };
}

/**
 * Eigenvalues [..., N, 2] and eigenvectors of length 1 as columns [..., N, N, 2] of A [..., N, N], complex numbers (`torch.linalg.eig`). Values
 * come by rising real part, of conjugates the one with the positive imaginary part first; of each vector the first of its greatest entries is real and
 * positive, and gradients take no notice of a change of its phase. `eigh` is for symmetric matrices.
 * @throws Error where A is not finite
 */
export function eig(a: Tensor): Eig {
  const { values, vectors } = eigenOf("eig", a, false);
  return namedTuple({ eigenvalues: values, eigenvectors: vectors });
}

/** The eigenvalues [..., N, 2] that `eig` gives (`torch.linalg.eigvals`). */
export function eigvals(a: Tensor): Tensor {
  return eigenOf("eigvals", a, true).values;
}
