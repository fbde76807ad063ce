/** LowRankMultivariateNormal: a covariance W Wᵀ + D, computed by way of a matrix as large as W is wide. */
import { broadcast } from "../graph/record/shapes.js";
import { cholesky } from "../linalg/cholesky.js";
import { solveTriangular } from "../linalg/systems.js";
import { eye } from "../tensor/creation/constant.js";
import { matmul } from "../tensor/functions.js";
import { randn } from "../tensor/random.js";
import { checkBroadcast, formatShape } from "../tensor/shape.js";
import type { Given } from "../tensor/signature.js";
import { Tensor } from "../tensor/tensor.js";
import { type Constraint, independent, positiveVector, real, realVector } from "./constraint.js";
import { Distribution, type DistributionOptions, read } from "./distribution.js";
import { MultivariateNormal } from "./multivariate-normal.js";

/** Options of `LowRankMultivariateNormal`. */
export interface LowRankMultivariateNormalOptions extends DistributionOptions {
  /** The means, of shape [..., K]. */
  loc?: Tensor;
  /** W, of shape [..., K, M]. */
  covFactor?: Tensor;
  /** The diagonal of D, above 0, of shape [..., K]. */
  covDiag?: Tensor;
}

/**
 * A multivariate normal distribution with the covariance W Wᵀ + D, where D is diagonal: its log-density costs K M² instead of K³. PyTorch's
 * distributions.LowRankMultivariateNormal.
 */
export class LowRankMultivariateNormal extends Distribution {
  override readonly hasRsample = true;
  readonly loc: Tensor;
  readonly covFactor: Tensor;
  readonly covDiag: Tensor;
  /** L with L Lᵀ = C = I + Wᵀ D⁻¹ W, of shape [..., M, M]. */
  readonly #capacitance: Tensor;
  constructor(
    ...rest: Given<
      LowRankMultivariateNormalOptions,
      [loc: "loc", covFactor: "covFactor", covDiag: "covDiag", validateArgs: "validateArgs"]
    >
  ) {
    const name = "LowRankMultivariateNormal";
    const given = read<LowRankMultivariateNormalOptions>(name, "loc, covFactor, covDiag, validateArgs", rest);
    const { loc, covFactor: factor, covDiag: diagonal, validateArgs } = given;
    if (!(loc instanceof Tensor) || loc.ndim === 0)
      throw new TypeError(`${name}: expected loc as a tensor [..., K]`);
    const k = loc.shape.at(-1)!;
    if (!(factor instanceof Tensor) || factor.ndim < 2 || factor.shape.at(-2) !== k)
      throw new TypeError(
        `${name}: loc ${formatShape(loc.shape)} needs covFactor [..., ${k}, M], got ${said(factor)}`,
      );
    if (!(diagonal instanceof Tensor) || diagonal.shape.at(-1) !== k)
      throw new TypeError(
        `${name}: loc ${formatShape(loc.shape)} needs covDiag [..., ${k}], got ${said(diagonal)}`,
      );
    let batchShape = loc.shape.slice(0, -1);
    for (const [key, shape] of [
      ["covFactor", factor.shape.slice(0, -2)],
      ["covDiag", diagonal.shape.slice(0, -1)],
    ] as const) {
      checkBroadcast(`${name}: loc and ${key}`, batchShape, shape);
      batchShape = broadcast(batchShape, shape).slice();
    }
    const parameters = {
      loc: loc.expand([...batchShape, k]) as Tensor,
      covFactor: factor.expand([...batchShape, k, factor.shape.at(-1)!]) as Tensor,
      covDiag: diagonal.expand([...batchShape, k]) as Tensor,
    };
    super({
      parameters,
      constraints: { loc: realVector, covFactor: independent(real, 2), covDiag: positiveVector },
      batchShape,
      eventShape: [k],
      validateArgs,
    });
    ({ loc: this.loc, covFactor: this.covFactor, covDiag: this.covDiag } = parameters);
    const { covFactor, covDiag } = this;
    const weighted = (covFactor.mT as Tensor).div(covDiag.unsqueeze(-2));
    this.#capacitance = cholesky(withIdentity(matmul(weighted, covFactor)));
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
    return this.covFactor.square().sum(-1).add(this.covDiag);
  }
  /** L with L Lᵀ = W Wᵀ + D, of shape [..., K, K]; I + D^(−½) W Wᵀ D^(−½) is factored, whose eigenvalues are at least 1. */
  get scaleTril(): Tensor {
    const root = this.covDiag.sqrt().unsqueeze(-1);
    const scaled = this.covFactor.div(root);
    return cholesky(withIdentity(matmul(scaled, scaled.mT as Tensor))).mul(root);
  }
  /** W Wᵀ + D. */
  get covarianceMatrix(): Tensor {
    return matmul(this.covFactor, this.covFactor.mT as Tensor).add(this.covDiag.diagEmbed());
  }
  /** (W Wᵀ + D)⁻¹ = D⁻¹ − D⁻¹ W C⁻¹ Wᵀ D⁻¹. */
  get precisionMatrix(): Tensor {
    const inner = this.#reduced();
    return this.covDiag
      .reciprocal()
      .diagEmbed()
      .sub(matmul(inner.mT as Tensor, inner));
  }
  /** A = L⁻¹ Wᵀ D⁻¹, so that the inverse of the covariance is D⁻¹ − Aᵀ A. */
  #reduced(): Tensor {
    const weighted = (this.covFactor.mT as Tensor).div(this.covDiag.unsqueeze(-2)) as Tensor;
    return solveTriangular(this.#capacitance, weighted, { upper: false });
  }
  protected override draw(shape: readonly number[]): Tensor {
    const { dtype } = this.loc;
    const along = [...shape.slice(0, -1), this.covFactor.shape.at(-1)!, 1];
    const within = matmul(this.covFactor, randn(along, { dtype }) as Tensor).squeeze(-1);
    const apart = this.covDiag.sqrt().mul(randn(shape.slice(), { dtype }) as Tensor);
    return this.loc.add(within).add(apart);
  }
  /** ln |Σ| = ln |C| + ln |D|. @internal */
  get logVolume(): Tensor {
    return this.#capacitance.diagonal(0, -2, -1).log().sum(-1).mul(2).add(this.covDiag.log().sum(-1));
  }
  /** xᵀ Σ⁻¹ x. @internal */
  distance(x: Tensor): Tensor {
    const shared = matmul(this.#reduced(), x.unsqueeze(-1) as Tensor).squeeze(-1);
    return x.square().div(this.covDiag).sum(-1).sub(shared.square().sum(-1));
  }
  /** tr(Σ⁻¹ F Fᵀ). @internal */
  trace(factor: Tensor): Tensor {
    const whole = factor.square().div(this.covDiag.unsqueeze(-1)).sum(-1).sum(-1);
    return whole.sub(matmul(this.#reduced(), factor).square().sum(-1).sum(-1));
  }
  protected override logDensity(value: Tensor): Tensor {
    const k = this.eventShape[0]!;
    return this.distance(value.sub(this.loc))
      .add(this.logVolume)
      .add(k * Math.log(2 * Math.PI))
      .mul(-0.5);
  }
  override entropy(): Tensor {
    const k = this.eventShape[0]!;
    return this.logVolume.add(k * (1 + Math.log(2 * Math.PI))).mul(0.5);
  }
}

function said(x: unknown): string {
  return x instanceof Tensor ? formatShape(x.shape) : x === undefined ? "nothing" : typeof x;
}

function withIdentity(x: Tensor): Tensor {
  return x.add(eye(x.shape.at(-1)!, { dtype: x.dtype }) as Tensor);
}

type AnyNormal = LowRankMultivariateNormal | MultivariateNormal;

/** ln |Σ|. */
function logVolumeOf(p: AnyNormal): Tensor {
  if (p instanceof LowRankMultivariateNormal) return p.logVolume;
  return p.scaleTril.diagonal(0, -2, -1).log().sum(-1).mul(2);
}

/** tr(Σ_q⁻¹ F Fᵀ) for q that has a triangle, or W and D. */
function traceOf(q: AnyNormal, factor: Tensor): Tensor {
  if (q instanceof LowRankMultivariateNormal) return q.trace(factor);
  const batch = broadcast(q.scaleTril.shape.slice(0, -2), factor.shape.slice(0, -2));
  const [k, m] = factor.shape.slice(-2) as [number, number];
  const solved = solveTriangular(
    q.scaleTril.expand([...batch, k, k]) as Tensor,
    factor.expand([...batch, k, m]) as Tensor,
    { upper: false },
  );
  return solved.square().sum(-1).sum(-1);
}

/** KL(p ‖ q) of two multivariate normals of which at least one is of low rank. @internal */
export function lowRankDivergence(p: AnyNormal, q: AnyNormal): Tensor {
  if (p.eventShape[0] !== q.eventShape[0])
    throw new RangeError(
      `klDivergence: the events have ${String(p.eventShape[0])} and ${String(q.eventShape[0])} numbers; expected as many`,
    );
  const apart = q.loc.sub(p.loc);
  const distance =
    q instanceof LowRankMultivariateNormal ? q.distance(apart) : traceOf(q, apart.unsqueeze(-1) as Tensor);
  const trace =
    p instanceof LowRankMultivariateNormal
      ? traceOf(q, p.covFactor).add(traceOf(q, p.covDiag.sqrt().diagEmbed() as Tensor))
      : traceOf(q, p.scaleTril);
  return logVolumeOf(q).sub(logVolumeOf(p)).add(trace).add(distance).sub(p.eventShape[0]!).mul(0.5);
}
