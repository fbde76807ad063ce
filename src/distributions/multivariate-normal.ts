/** MultivariateNormal. */
import { matmul } from "../tensor/functions.js";
import { cholesky } from "../linalg/cholesky.js";
import { solveTriangular } from "../linalg/systems.js";
import { broadcast } from "../graph/record/shapes.js";
import { eye } from "../tensor/creation/constant.js";
import { checkBroadcast, formatShape } from "../tensor/shape.js";
import type { Given } from "../tensor/signature.js";
import { randn } from "../tensor/random.js";
import { Tensor } from "../tensor/tensor.js";
import { type Constraint, lowerTriangularPositive, realVector, symmetricPositive } from "./constraint.js";
import { Distribution, type DistributionOptions, read } from "./distribution.js";

/** A covariance, in one of three ways, of shape [..., K, K]. */
export interface MatrixOptions {
  covarianceMatrix?: Tensor | null;
  /** The inverse of the covariance. */
  precisionMatrix?: Tensor | null;
  /** L with L Lᵀ the covariance, a lower triangle with a diagonal above 0: the form that is fastest. */
  scaleTril?: Tensor | null;
}

/** Options of `MultivariateNormal`: one of the three matrices. */
export interface MultivariateNormalOptions extends DistributionOptions, MatrixOptions {
  /** The means, of shape [..., K]. */
  loc?: Tensor;
}

const matrices = ["covarianceMatrix", "precisionMatrix", "scaleTril"] as const;
type MatrixKey = (typeof matrices)[number];

/** The one matrix that is given. @throws TypeError for none or more than one @internal */
export function matrixOf(name: string, given: MatrixOptions): [MatrixKey, Tensor] {
  const which = matrices.filter((key) => given[key] instanceof Tensor);
  if (which.length !== 1)
    throw new TypeError(
      `${name}: expected one of ${matrices.join(", ")}, got ${which.join(" and ") || "none"}`,
    );
  return [which[0]!, given[which[0]!]!];
}

/** L of the matrix that is given; `cholesky` refuses what is not positive definite. @internal */
export function triangleOf(key: MatrixKey, matrix: Tensor): Tensor {
  if (key === "scaleTril") return matrix;
  return key === "covarianceMatrix" ? cholesky(matrix) : fromPrecision(matrix);
}

/** e^(−½ (x − μ)ᵀ Σ⁻¹ (x − μ)) / √((2π)ᴷ |Σ|). PyTorch's distributions.MultivariateNormal. */
export class MultivariateNormal extends Distribution {
  override readonly hasRsample = true;
  readonly loc: Tensor;
  /** L with L Lᵀ the covariance, of shape [..., K, K]. */
  readonly scaleTril: Tensor;
  constructor(
    ...rest: Given<
      MultivariateNormalOptions,
      [
        loc: "loc",
        covarianceMatrix: "covarianceMatrix",
        precisionMatrix: "precisionMatrix",
        scaleTril: "scaleTril",
        validateArgs: "validateArgs",
      ]
    >
  ) {
    const name = "MultivariateNormal";
    const signature = "loc, covarianceMatrix, precisionMatrix, scaleTril, validateArgs";
    const { loc, validateArgs, ...given } = read<MultivariateNormalOptions>(name, signature, rest);
    if (!(loc instanceof Tensor) || loc.ndim === 0)
      throw new TypeError(`${name}: expected loc as a tensor [..., K]`);
    const [key, matrix] = matrixOf(name, given);
    const k = loc.shape.at(-1)!;
    if (matrix.ndim < 2 || matrix.shape.at(-1) !== k || matrix.shape.at(-2) !== k)
      throw new Error(
        `${name}: loc ${formatShape(loc.shape)} needs ${key} [..., ${k}, ${k}], got ${formatShape(matrix.shape)}`,
      );
    checkBroadcast(`${name}: loc and ${key}`, loc.shape.slice(0, -1), matrix.shape.slice(0, -2));
    const batchShape = broadcast(loc.shape.slice(0, -1), matrix.shape.slice(0, -2)).slice();
    const parameters = {
      loc: loc.expand([...batchShape, k]) as Tensor,
      [key]: matrix.expand([...batchShape, k, k]) as Tensor,
    };
    super({
      parameters,
      constraints: {
        loc: realVector,
        covarianceMatrix: symmetricPositive,
        precisionMatrix: symmetricPositive,
        scaleTril: lowerTriangularPositive,
      },
      batchShape,
      eventShape: [k],
      validateArgs,
    });
    this.loc = parameters.loc;
    this.scaleTril = triangleOf(key, parameters[key]!);
  }
  override get support(): Constraint {
    return realVector;
  }
  override get mean(): Tensor {
    return this.loc;
  }
  override get mode(): Tensor {
    return this.loc;
  }
  override get variance(): Tensor {
    return this.scaleTril.square().sum(-1);
  }
  /** L Lᵀ. */
  get covarianceMatrix(): Tensor {
    return this.made.parameters.covarianceMatrix ?? matmul(this.scaleTril, this.scaleTril.mT as Tensor);
  }
  /** (L Lᵀ)⁻¹. */
  get precisionMatrix(): Tensor {
    if (this.made.parameters.precisionMatrix !== undefined) return this.made.parameters.precisionMatrix;
    const inverse = solveTriangular(this.scaleTril, identity(this.scaleTril), { upper: false });
    return matmul(inverse.mT as Tensor, inverse);
  }
  protected override draw(shape: readonly number[]): Tensor {
    const z = (randn(shape.slice(), { dtype: this.loc.dtype }) as Tensor).unsqueeze(-1) as Tensor;
    return this.loc.add(matmul(this.scaleTril, z).squeeze(-1));
  }
  /** ln √|Σ|. */
  private get logVolume(): Tensor {
    return this.scaleTril.diagonal(0, -2, -1).log().sum(-1);
  }
  protected override logDensity(value: Tensor): Tensor {
    const apart = value.sub(this.loc).unsqueeze(-1) as Tensor;
    const distance = solveTriangular(this.scaleTril, apart, { upper: false }).squeeze(-1).square().sum(-1);
    const k = this.eventShape[0]!;
    return distance
      .add(k * Math.log(2 * Math.PI))
      .mul(-0.5)
      .sub(this.logVolume);
  }
  override entropy(): Tensor {
    const k = this.eventShape[0]!;
    return this.logVolume.add(0.5 * k * (1 + Math.log(2 * Math.PI)));
  }
  /** KL(this ‖ q). @internal */
  divergence(q: MultivariateNormal): Tensor {
    const half = q.logVolume.sub(this.logVolume);
    const ratio = solveTriangular(q.scaleTril, this.scaleTril, { upper: false }).square().sum(-1).sum(-1);
    const apart = q.loc.sub(this.loc).unsqueeze(-1) as Tensor;
    const distance = solveTriangular(q.scaleTril, apart, { upper: false }).squeeze(-1).square().sum(-1);
    return half.add(ratio.add(distance).sub(this.eventShape[0]!).mul(0.5));
  }
}

function identity(like: Tensor): Tensor {
  const k = like.shape.at(-1)!;
  return eye(k, { dtype: like.dtype }).expand(like.shape.slice()) as Tensor;
}

/** L of the inverse of P, without inverting: with P in the reverse order of rows and columns. */
function fromPrecision(precision: Tensor): Tensor {
  const reversed = cholesky(precision.flip([-2, -1]) as Tensor);
  const upper = (reversed.flip([-2, -1]) as Tensor).mT as Tensor;
  return solveTriangular(upper, identity(precision), { upper: false });
}
