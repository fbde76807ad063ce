/** Weights that stay orthogonal while they are trained. */
import { noGrad } from "../../autograd/mode.js";
import { householderProduct, qr, reflectionsOf } from "../../linalg/orthogonal.js";
import { matrixExp } from "../../linalg/powers.js";
import { solve } from "../../linalg/systems.js";
import { cat } from "../../ops/join.js";
import { Tensor } from "../../tensor/core.js";
import { eye, zeros } from "../../tensor/creation/constant.js";
import { matmul } from "../../tensor/functions.js";
import { randn } from "../../tensor/random.js";
import { formatShape, sameShape } from "../../tensor/shape.js";
import { type Given, optionsOf } from "../../tensor/signature.js";
import { Module } from "../module.js";
import { registerParametrization } from "./parametrize.js";

/** How an orthogonal matrix is made of any other: e^A, (I + A / 2)(I − A / 2)⁻¹ with A = −Aᵀ, or a product of reflections. */
export type OrthogonalMap = "matrix_exp" | "cayley" | "householder";

const maps: readonly string[] = ["matrix_exp", "cayley", "householder"] satisfies OrthogonalMap[];

function identity(size: number, like: Tensor): Tensor {
  return eye(size, { dtype: like.dtype });
}

/** The matrix with as many rows as columns at least: itself, or its transpose. */
function tall(x: Tensor): { matrix: Tensor; rows: number; columns: number; isTurned: boolean } {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  return rows < columns
    ? { matrix: x.mT as Tensor, rows: columns, columns: rows, isTurned: true }
    : { matrix: x, rows, columns, isTurned: false };
}

/** The columns of Q of a tall matrix's QR, where the diagonal of R is above 0. */
function orthogonalized(x: Tensor): Tensor {
  const { Q, R } = qr(x);
  const signs = R.diagonal(0, -2, -1).sign() as Tensor;
  return Q.mul(signs.unsqueeze(-2));
}

function isOrthogonal(q: Tensor): boolean {
  const n = q.shape.at(-1)!;
  const epsilon = q.dtype === "float64" ? 2 ** -52 : 2 ** -23;
  const off = matmul(q.mT as Tensor, q).sub(identity(n, q)) as Tensor;
  return off.abs().max().item() <= 10 * n * epsilon;
}

class Orthogonal extends Module {
  /** Behind which the map begins: at first the weight itself, completed to a square matrix. */
  base: Tensor | null = null;
  readonly #shape: readonly number[];
  readonly #map: OrthogonalMap;
  readonly #isTrivialized: boolean;

  constructor(weight: Tensor, map: OrthogonalMap, isTrivialized: boolean) {
    super();
    this.#shape = weight.shape;
    this.#map = map;
    this.#isTrivialized = isTrivialized;
  }

  forward(weight: Tensor): Tensor {
    const { matrix, rows, columns, isTurned } = tall(weight);
    const mapped =
      this.#map === "householder" ? this.#reflected(matrix) : this.#rotated(matrix, rows, columns);
    const q = this.base === null ? mapped : matmul(this.base, mapped);
    return isTurned ? (q.mT as Tensor) : q;
  }

  /** A has the lower triangle of the weight, and the same turned round with the other sign. */
  #rotated(weight: Tensor, rows: number, columns: number): Tensor {
    const lower = weight.tril() as Tensor;
    const rest = zeros([...lower.shape.slice(0, -1), rows - columns], { dtype: lower.dtype }) as Tensor;
    const square = rows === columns ? lower : cat([lower, rest], -1);
    const a = square.sub(square.mT) as Tensor;
    const whole = this.#map === "matrix_exp" ? matrixExp(a) : cayley(a);
    return rows === columns ? whole : whole.narrow(-1, 0, columns);
  }

  /** Below the diagonal stand reflections, on it signs. */
  #reflected(weight: Tensor): Tensor {
    const below = weight.tril(-1) as Tensor;
    const tau = below.square().sum(-2).add(1).reciprocal().mul(2);
    const signs = weight.detach().diagonal(0, -2, -1).trunc() as Tensor;
    return householderProduct(below, tau).mul(signs.unsqueeze(-2));
  }

  rightInverse(value: Tensor): Tensor {
    if (!sameShape(value.shape, this.#shape))
      throw new Error(
        `orthogonal: expected a weight ${formatShape(this.#shape)}, got ${formatShape(value.shape)}`,
      );
    return noGrad(() => (this.#isTrivialized ? this.#begin(value) : this.#factored(value)));
  }

  /** The base is the value, made orthogonal where it is not, and the map begins at the identity. */
  #begin(value: Tensor): Tensor {
    const { matrix, rows, columns } = tall(value);
    const more = (): Tensor =>
      randn([...matrix.shape.slice(0, -1), rows - columns], { dtype: matrix.dtype }) as Tensor;
    const base =
      rows === columns
        ? isOrthogonal(matrix)
          ? matrix.clone()
          : orthogonalized(matrix)
        : orthogonalized(cat([matrix, more()], -1));
    if (this.base === null) this.base = this.registerBuffer("base", base);
    else this.base.copy_(base);
    const k = Math.min(rows, columns);
    const signs = identity(k, value).neg() as Tensor;
    const [n, m] = value.shape.slice(-2) as [number, number];
    const padded = zeros([...value.shape.slice(0, -2), n, m], { dtype: value.dtype }) as Tensor;
    padded.narrow(-2, 0, k).narrow(-1, 0, k).copy_(signs);
    return padded;
  }

  /** The reflections of the value's QR, with the signs of R on the diagonal. */
  #factored(value: Tensor): Tensor {
    if (this.#map !== "householder")
      throw new Error(
        `orthogonal: the map ${this.#map} has no inverse without a base; leave useTrivialization true, or take "householder"`,
      );
    const { matrix, isTurned } = tall(value);
    const { reflectors, tau } = reflectionsOf(matrix);
    const diagonal = reflectors.diagonal(0, -2, -1) as Tensor;
    // One that is not needed turns no sign round.
    diagonal.copy_(diagonal.sign().mul(tau.ne(0).to(tau.dtype).mul(2).sub(1)));
    return isTurned ? (reflectors.mT as Tensor) : reflectors;
  }
}

/** (I − A / 2)⁻¹ (I + A / 2). */
function cayley(a: Tensor): Tensor {
  const one = identity(a.shape.at(-1)!, a);
  const half = a.mul(0.5);
  return solve(one.sub(half) as Tensor, one.add(half) as Tensor);
}

/** Options of `orthogonal`. */
export interface OrthogonalOptions {
  /** "weight" if not given. */
  name?: string;
  /** "matrix_exp" for square matrices, "householder" for others if not given. */
  orthogonalMap?: OrthogonalMap | null;
  /** Whether training begins at the weight that is there, with a matrix of its own behind which the map begins; true if not given. */
  useTrivialization?: boolean;
}

/**
 * Keeps a weight [..., m, n] orthogonal: QᵀQ = I where m ≥ n, QQᵀ = I where not. A weight that is not is made so at first. PyTorch's
 * torch.nn.utils.parametrizations.orthogonal (Lezcano-Casado 2019).
 * @throws Error where the module has no such tensor of two dims or more; RangeError for another map
 */
export function orthogonal<M extends Module>(
  module: M,
  ...rest: Given<OrthogonalOptions, [name: "name", orthogonalMap: "orthogonalMap"]>
): M {
  const signature = "name, orthogonalMap, *, useTrivialization";
  const options = optionsOf<OrthogonalOptions>("orthogonal", signature, rest);
  const { name = "weight", useTrivialization = true } = options;
  const weight = (module as unknown as Record<string, unknown>)[name];
  if (!(weight instanceof Tensor)) throw new Error(`orthogonal: ${module.name()} has no tensor "${name}"`);
  if (weight.ndim < 2)
    throw new Error(`orthogonal: expected a matrix or several, got "${name}" ${formatShape(weight.shape)}`);
  const isSquare = weight.shape.at(-1) === weight.shape.at(-2);
  const map = options.orthogonalMap ?? (isSquare ? "matrix_exp" : "householder");
  if (!maps.includes(map))
    throw new RangeError(`orthogonal: expected orthogonalMap as ${maps.join(", ")}, got ${map}`);
  return registerParametrization(module, name, new Orthogonal(weight, map, useTrivialization), {
    unsafe: true,
  });
}
