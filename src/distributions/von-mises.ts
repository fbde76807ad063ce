/** VonMises: angles. */
import { where } from "../ops/select.js";
import { i0e, i1e } from "../ops/special-functions.js";
import type { Given } from "../tensor/signature.js";
import { rand } from "../tensor/random.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Constraint, positive, real } from "./constraint.js";
import { broadcastAll, Distribution, type DistributionOptions, type Numeric, read } from "./distribution.js";

/** Options of `VonMises`. */
export interface VonMisesOptions extends DistributionOptions {
  loc?: Numeric;
  concentration?: Numeric;
}

/** A round is refused with a probability of at most 0.34. */
const rounds = 24;

/** e^(κ cos(x − μ)) / (2π I₀(κ)) for angles x in radians. PyTorch's distributions.VonMises. */
export class VonMises extends Distribution {
  readonly loc: Tensor;
  readonly concentration: Tensor;
  constructor(
    ...rest: Given<
      VonMisesOptions,
      [loc: "loc", concentration: "concentration", validateArgs: "validateArgs"]
    >
  ) {
    const { validateArgs, ...given } = read<VonMisesOptions>(
      "VonMises",
      "loc, concentration, validateArgs",
      rest,
    );
    const parameters = broadcastAll("VonMises", { loc: given.loc, concentration: given.concentration });
    const constraints = { loc: real, concentration: positive };
    super({ parameters, constraints, batchShape: parameters.loc.shape, validateArgs });
    ({ loc: this.loc, concentration: this.concentration } = parameters);
  }
  override get support(): Constraint {
    return real;
  }
  /** The mean direction. */
  override get mean(): Tensor {
    return this.loc;
  }
  override get mode(): Tensor {
    return this.loc;
  }
  /** The circular variance, 1 − I₁(κ) / I₀(κ). */
  override get variance(): Tensor {
    const { concentration: k } = this;
    return i1e(k).div(i0e(k)).neg().add(1);
  }
  protected override logDensity(value: Tensor): Tensor {
    const { concentration: k } = this;
    // e^κ is taken out of I₀, so that great concentrations do not overflow.
    const height = value.sub(this.loc).cos().sub(1).mul(k);
    return height.sub(Math.log(2 * Math.PI)).sub(i0e(k).log());
  }
  /** Best and Fisher 1979, in a fixed number of rounds and in float64. */
  protected override draw(shape: readonly number[]): Tensor {
    const k = (this.concentration.expand(shape.slice()) as Tensor).to("float64");
    const tau = k.square().mul(4).add(1).sqrt().add(1);
    const rho = tau.sub(tau.mul(2).sqrt()).div(k.mul(2));
    const usual = rho.square().add(1).div(rho.mul(2));
    // Where the formula loses its digits: the first terms of its series.
    const r = where(k.lt(1e-5), k.reciprocal().add(k), usual);
    let cosine: Tensor = k.mul(0).add(1);
    const uniform = (): Tensor => rand(shape.slice(), { dtype: "float64" }) as Tensor;
    for (let round = 0; round < rounds; round++) {
      const z = uniform().mul(Math.PI).cos();
      const f = r.mul(z).add(1).div(r.add(z));
      const c = k.mul(r.sub(f));
      const u = uniform().neg().add(1);
      const isAccepted = c.mul(c.neg().add(2)).sub(u).gt(0).logicalOr(c.div(u).log().add(1).sub(c).ge(0));
      cosine = where(isAccepted, f, cosine);
    }
    const side = where(uniform().lt(0.5), -1, 1);
    const angle = cosine.clamp(-1, 1).acos().mul(side).add(this.loc);
    const turn = 2 * Math.PI;
    const turned = angle.add(Math.PI);
    const wrapped = turned.sub(turned.div(turn).floor().mul(turn)).sub(Math.PI);
    return wrapped.to(this.loc.dtype);
  }
}
