/** Ways to compute a weight from others. PyTorch's torch.nn.utils.parametrizations. */
import { noGrad } from "../../autograd/mode.js";
import { Tensor } from "../../tensor/core.js";
import { randn } from "../../tensor/random.js";
import { type Given, optionsOf } from "../../tensor/signature.js";
import { Module } from "../module.js";
import { registerParametrization } from "./parametrize.js";

/** The Euclidean norm over all dims but one, the others kept as 1; over all where `dim` is null. */
function normButDim(v: Tensor, dim: number | null): Tensor {
  if (dim === null) return v.norm();
  const dims = v.shape.map((_, d) => d).filter((d) => d !== dim);
  return dims.length === 0 ? v.abs() : v.norm(2, dims, { keepdim: true });
}

/** w = g v / ‖v‖. */
class WeightNorm extends Module {
  constructor(readonly dim: number | null) {
    super();
  }

  forward(g: Tensor, v: Tensor): Tensor {
    return v.mul(g.div(normButDim(v, this.dim)));
  }

  rightInverse(weight: Tensor): [g: Tensor, v: Tensor] {
    return [normButDim(weight, this.dim), weight.clone()];
  }
}

/** Options of `weightNorm`. */
export interface WeightNormOptions {
  /** "weight" if not given. */
  name?: string;
  /** The dim along which each entry has a length of its own; 0 if not given, −1 or null for one length of all. */
  dim?: number | null;
}

/**
 * Trains length and direction of a weight apart: w = g v / ‖v‖ with `original0` = g and `original1` = v. PyTorch's
 * torch.nn.utils.parametrizations.weight_norm (Salimans and Kingma 2016).
 */
export function weightNorm<M extends Module>(
  module: M,
  ...rest: Given<WeightNormOptions, [name: "name", dim: "dim"]>
): M {
  const isNull = rest.some((x) => x === null || (typeof x === "object" && x.dim === null));
  const { name = "weight", dim = isNull ? null : 0 } = optionsOf<WeightNormOptions>(
    "weightNorm",
    "name, dim",
    rest,
  );
  return registerParametrization(module, name, new WeightNorm(dim === -1 ? null : dim), { unsafe: true });
}

/** w / σ with σ ≈ uᵀ W v, the greatest singular value; each forward pass in training betters u and v. */
class SpectralNorm extends Module {
  readonly _u: Tensor | null = null;
  readonly _v: Tensor | null = null;
  readonly #dim: number;
  readonly #nPowerIterations: number;
  readonly #eps: number;

  constructor(weight: Tensor, nPowerIterations: number, dim: number, eps: number) {
    super();
    this.#dim = dim < 0 ? dim + weight.ndim : dim;
    this.#nPowerIterations = nPowerIterations;
    this.#eps = eps;
    if (weight.ndim < 2) return;
    const matrix = this.#matrix(weight.detach());
    const [rows, columns] = [matrix.size(0), matrix.size(1)];
    const [u, v] = [
      randn([rows], { dtype: weight.dtype }),
      randn([columns], { dtype: weight.dtype }),
    ] as const;
    this._u = this.registerBuffer("_u", this.#unit(u));
    this._v = this.registerBuffer("_v", this.#unit(v));
    this.#iterate(matrix, 15);
  }

  #unit(x: Tensor): Tensor {
    return x.div(x.norm().clamp(this.#eps));
  }

  /** The weight as a matrix whose rows are the entries of `dim`. */
  #matrix(weight: Tensor): Tensor {
    const moved = this.#dim === 0 ? weight : weight.movedim(this.#dim, 0);
    return moved.reshape([moved.size(0), -1]);
  }

  #iterate(matrix: Tensor, times: number): void {
    const [u, v] = [this._u!, this._v!];
    noGrad(() => {
      for (let i = 0; i < times; i++) {
        u.copy_(this.#unit(matrix.matmul(v)));
        v.copy_(this.#unit(matrix.transpose(0, 1).matmul(u)));
      }
    });
  }

  forward(weight: Tensor): Tensor {
    if (this._u === null || this._v === null) return weight.div(weight.norm().clamp(this.#eps));
    const matrix = this.#matrix(weight);
    if (this.training) this.#iterate(matrix.detach(), this.#nPowerIterations);
    // What later passes change is not what this one's gradient is of.
    const [u, v] = [this._u.clone(), this._v.clone()];
    return weight.div(u.mul(matrix.matmul(v)).sum());
  }

  rightInverse(value: Tensor): Tensor {
    return value;
  }
}

/** Options of `spectralNorm`. */
export interface SpectralNormOptions {
  /** "weight" if not given. */
  name?: string;
  /** Steps of the power iteration at each forward pass in training; 1 if not given. */
  nPowerIterations?: number;
  /** Least length that is divided by; 1e-12 if not given. */
  eps?: number;
  /** The dim of the outputs: 0, or 1 for transposed convolutions, if not given. */
  dim?: number | null;
}

/**
 * Divides a weight by its greatest singular value, so that the layer stretches nothing. PyTorch's
 * torch.nn.utils.parametrizations.spectral_norm (Miyato et al. 2018).
 */
export function spectralNorm<M extends Module>(
  module: M,
  ...rest: Given<
    SpectralNormOptions,
    [name: "name", nPowerIterations: "nPowerIterations", eps: "eps", dim: "dim"]
  >
): M {
  const options = optionsOf<SpectralNormOptions>("spectralNorm", "name, nPowerIterations, eps, dim", rest);
  const { name = "weight", nPowerIterations = 1, eps = 1e-12 } = options;
  if (!Number.isInteger(nPowerIterations) || nPowerIterations < 1)
    throw new RangeError(
      `spectralNorm: nPowerIterations must be a whole number of at least 1, got ${nPowerIterations}`,
    );
  const weight = (module as unknown as Record<string, unknown>)[name];
  if (!(weight instanceof Tensor)) throw new Error(`spectralNorm: ${module.name()} has no tensor "${name}"`);
  const dim = options.dim ?? (module.name().startsWith("ConvTranspose") ? 1 : 0);
  return registerParametrization(module, name, new SpectralNorm(weight, nPowerIterations, dim, eps));
}

export { orthogonal, type OrthogonalMap, type OrthogonalOptions } from "./orthogonal.js";
