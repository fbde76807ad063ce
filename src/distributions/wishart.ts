/** Distributions of matrices: Wishart, of covariances, and LKJCholesky, of correlations. */
import { broadcast } from "../graph/record/shapes.js";
import { choleskyInverse, choleskySolve } from "../linalg/cholesky.js";
import { slogdet } from "../linalg/determinants.js";
import { cat } from "../ops/join.js";
import { eye } from "../tensor/creation/constant.js";
import { arange } from "../tensor/creation/range.js";
import { matmul } from "../tensor/functions.js";
import { randn } from "../tensor/random.js";
import { checkBroadcast, formatShape } from "../tensor/shape.js";
import type { Given } from "../tensor/signature.js";
import { Tensor } from "../tensor/tensor.js";
import {
  above,
  type Constraint,
  correlationTriangle,
  lowerTriangularPositive,
  positive,
  positiveDefinite,
} from "./constraint.js";
import { broadcastAll, Distribution, type DistributionOptions, type Numeric, read } from "./distribution.js";
import { Beta, Chi2 } from "./gamma.js";
import { matrixOf, type MatrixOptions, triangleOf } from "./multivariate-normal.js";

/** Options of `Wishart`: one of the three matrices, of shape [..., K, K]. */
export interface WishartOptions extends DistributionOptions, MatrixOptions {
  /** Degrees of freedom, above K − 1. */
  df?: Numeric;
}

/** The least normal number of a dtype, which stands for what is not above 0. */
function least(dtype: Tensor["dtype"]): number {
  return dtype === "float64" ? 2 ** -1022 : 2 ** -126;
}

/**
 * Sums of `df` squares x xᵀ of normal vectors with the covariance Σ: |X|^((ν − K − 1) / 2) e^(−½ tr Σ⁻¹X) / (2^(νK/2) |Σ|^(ν/2) Γ_K(ν / 2)).
 * Samples are made by Bartlett's decomposition. PyTorch's distributions.Wishart.
 */
export class Wishart extends Distribution {
  override readonly hasRsample = true;
  readonly df: Tensor;
  /** L with L Lᵀ = Σ, of shape [..., K, K]. */
  readonly scaleTril: Tensor;
  constructor(
    ...rest: Given<
      WishartOptions,
      [
        df: "df",
        covarianceMatrix: "covarianceMatrix",
        precisionMatrix: "precisionMatrix",
        scaleTril: "scaleTril",
        validateArgs: "validateArgs",
      ]
    >
  ) {
    const name = "Wishart";
    const signature = "df, covarianceMatrix, precisionMatrix, scaleTril, validateArgs";
    const { df: given, validateArgs, ...matrices } = read<WishartOptions>(name, signature, rest);
    const [key, matrix] = matrixOf(name, matrices);
    const k = matrix.shape.at(-1)!;
    if (matrix.ndim < 2 || matrix.shape.at(-2) !== k)
      throw new Error(`${name}: expected ${key} [..., K, K], got ${formatShape(matrix.shape)}`);
    const { df } = broadcastAll(name, { df: typeof given === "number" ? numberLike(given, matrix) : given });
    checkBroadcast(`${name}: df and ${key}`, df.shape, matrix.shape.slice(0, -2));
    const batchShape = broadcast(df.shape, matrix.shape.slice(0, -2)).slice();
    const parameters = {
      df: df.expand(batchShape) as Tensor,
      [key]: matrix.expand([...batchShape, k, k]) as Tensor,
    };
    super({
      parameters,
      constraints: {
        df: above(k - 1),
        covarianceMatrix: positiveDefinite,
        precisionMatrix: positiveDefinite,
        scaleTril: lowerTriangularPositive,
      },
      batchShape,
      eventShape: [k, k],
      validateArgs,
    });
    this.df = parameters.df!;
    this.scaleTril = triangleOf(key, parameters[key]!);
  }
  override get support(): Constraint {
    return positiveDefinite;
  }
  /** Σ = L Lᵀ. */
  get covarianceMatrix(): Tensor {
    return this.made.parameters.covarianceMatrix ?? matmul(this.scaleTril, this.scaleTril.mT as Tensor);
  }
  /** Σ⁻¹. */
  get precisionMatrix(): Tensor {
    const { precisionMatrix } = this.made.parameters;
    return precisionMatrix ?? choleskyInverse(this.scaleTril);
  }
  private get k(): number {
    return this.eventShape[0]!;
  }
  /** One number for each distribution, beside matrices. */
  private static beside(x: Tensor): Tensor {
    return x.unsqueeze(-1).unsqueeze(-1) as Tensor;
  }
  override get mean(): Tensor {
    return this.covarianceMatrix.mul(Wishart.beside(this.df));
  }
  /** NaN where ν ≤ K + 1. */
  override get mode(): Tensor {
    const factor = this.df.sub(this.k + 1);
    return this.covarianceMatrix.mul(Wishart.beside(factor.maskedFill(factor.le(0), NaN)));
  }
  override get variance(): Tensor {
    const sigma = this.covarianceMatrix;
    const diagonal = sigma.diagonal(0, -2, -1) as Tensor;
    const outer = diagonal.unsqueeze(-1).mul(diagonal.unsqueeze(-2));
    return sigma.square().add(outer).mul(Wishart.beside(this.df));
  }
  protected override draw(shape: readonly number[]): Tensor {
    const { k, df } = this;
    const { dtype } = df;
    const degrees = df.unsqueeze(-1).sub(arange(k, { dtype }));
    const samples = shape.slice(0, shape.length - this.batchShape.length - 2);
    const roots = new Chi2(degrees as Tensor, false).rsample(samples).sqrt().clampMin(least(dtype));
    const noise = (randn(shape.slice(), { dtype }) as Tensor).tril(-1).add(roots.diagEmbed());
    const triangle = matmul(this.scaleTril, noise as Tensor);
    return matmul(triangle, triangle.mT as Tensor);
  }
  /** ½ ln |Σ| + ½ K ln 2. */
  private get logVolume(): Tensor {
    return this.scaleTril
      .diagonal(0, -2, -1)
      .log()
      .sum(-1)
      .add((this.k * Math.LN2) / 2);
  }
  protected override logDensity(value: Tensor): Tensor {
    const { k, df, scaleTril } = this;
    const batch = broadcast(value.shape.slice(0, -2), this.batchShape);
    const wide = (x: Tensor): Tensor => x.expand([...batch, k, k]) as Tensor;
    const solved = choleskySolve(wide(value), wide(scaleTril));
    return slogdet(value)
      .logabsdet.mul(df.sub(k + 1).mul(0.5))
      .sub(df.mul(this.logVolume))
      .sub(df.mul(0.5).mvlgamma(k))
      .sub(solved.diagonal(0, -2, -1).sum(-1).mul(0.5));
  }
  override entropy(): Tensor {
    const { k, df } = this;
    const half = df.mul(0.5);
    const steps = arange(k, { dtype: df.dtype }).mul(0.5);
    const slope = half.unsqueeze(-1).sub(steps).digamma().sum(-1);
    return this.logVolume
      .mul(k + 1)
      .add(half.mvlgamma(k))
      .sub(
        df
          .sub(k + 1)
          .mul(0.5)
          .mul(slope),
      )
      .add(half.mul(k));
  }
}

function numberLike(value: number, like: Tensor): Tensor {
  return like.detach().flatten().narrow(0, 0, 1).mul(0).add(value).reshape([]) as Tensor;
}

/** Options of `LKJCholesky`. */
export interface LkjCholeskyOptions extends DistributionOptions {
  /** How many rows and columns a matrix has, at least 2. */
  dim?: number;
  /** η > 0: 1 (if not given) is uniform, more favours what is near to the identity. */
  concentration?: Numeric;
}

/**
 * Triangles L of correlation matrices L Lᵀ, with a density of |L Lᵀ|^(η − 1) for the matrix (Lewandowski, Kurowicka and Joe 2009); samples
 * come by the onion method. PyTorch's distributions.LKJCholesky.
 */
export class LKJCholesky extends Distribution {
  readonly dim: number;
  readonly concentration: Tensor;
  constructor(
    ...rest: Given<
      LkjCholeskyOptions,
      [dim: "dim", concentration: "concentration", validateArgs: "validateArgs"]
    >
  ) {
    const name = "LKJCholesky";
    const given = read<LkjCholeskyOptions>(name, "dim, concentration, validateArgs", rest);
    const { dim, concentration = 1, validateArgs } = given;
    if (dim === undefined || !Number.isInteger(dim) || dim < 2)
      throw new RangeError(`${name}: expected dim as a whole number from 2 on, got ${String(dim)}`);
    const parameters = broadcastAll(name, { concentration });
    super({
      parameters,
      constraints: { concentration: positive },
      batchShape: parameters.concentration.shape,
      eventShape: [dim, dim],
      validateArgs,
      more: { dim },
    });
    this.dim = dim;
    this.concentration = parameters.concentration;
  }
  override get support(): Constraint {
    return correlationTriangle;
  }
  protected override draw(shape: readonly number[]): Tensor {
    const { dim, concentration: eta } = this;
    const { dtype } = eta;
    // Row i has a direction of i numbers, whose squared length is Beta(i / 2, η + (dim − 1 − i) / 2).
    const before = arange(dim - 1, { dtype }).mul(0.5);
    const marginal = eta.add((dim - 2) / 2).unsqueeze(-1);
    const samples = shape.slice(0, shape.length - this.batchShape.length - 2);
    const lengths = new Beta(before.add(0.5) as Tensor, marginal.sub(before) as Tensor, false).sample(
      samples,
    );
    const normal = (randn([...shape.slice(0, -2), dim, dim], { dtype }) as Tensor)
      .tril(-1)
      .narrow(-2, 1, dim - 1);
    const below = normal
      .div(normal.norm(2, -1, { keepdim: true }))
      .mul(lengths.sqrt().unsqueeze(-1)) as Tensor;
    const left = below.square().sum(-1).neg().add(1).clampMin(least(dtype)).sqrt();
    const rest = below.add(left.diagEmbed(1).narrow(-2, 0, dim - 1)) as Tensor;
    const first = eye(dim, { dtype })
      .narrow(0, 0, 1)
      .expand([...shape.slice(0, -2), 1, dim]) as Tensor;
    return cat([first, rest], -2);
  }
  protected override logDensity(value: Tensor): Tensor {
    const { dim, concentration: eta } = this;
    const { dtype } = eta;
    const n = dim - 1;
    const diagonal = value.diagonal(0, -2, -1).narrow(-1, 1, n) as Tensor;
    // L_ii has the exponent 2 (η − 1) + dim − i, with i from 2 to dim.
    const order = eta
      .sub(1)
      .mul(2)
      .unsqueeze(-1)
      .add(arange(n - 1, -1, -1, { dtype }));
    const alpha = eta.add(n / 2);
    const norm = alpha
      .sub(0.5)
      .mvlgamma(n)
      .sub(alpha.lgamma().mul(n))
      .add((n * Math.log(Math.PI)) / 2);
    return order.mul(diagonal.log()).sum(-1).sub(norm);
  }
}
