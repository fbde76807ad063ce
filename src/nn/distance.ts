/** Distances and angles between vectors, as functions and as layers. */
import { fused } from "../ops/fused.js";
import { type Given, optionsOf } from "../tensor/signature.js";
import type { Tensor } from "../tensor/tensor.js";
import { BuiltIn } from "./module.js";
import { takesTensors } from "./function-form.js";

interface CosineOptions {
  /** The dim of the vectors' components; 1 if not given. */
  readonly dim?: number;
  /** The least length that is divided by; 1e-8 if not given. */
  readonly eps?: number;
}

/** a · b / (max(‖a‖, eps) max(‖b‖, eps)) along `dim`; the shapes broadcast. PyTorch's nn.functional.cosine_similarity. */
export const cosineSimilarity = takesTensors<
  (x1: Tensor, x2: Tensor, ...options: Given<CosineOptions, [dim: "dim", eps: "eps"]>) => Tensor
>("cosineSimilarity", "x1, x2 | dim, eps", (x1: Tensor, x2: Tensor, { dim = 1, eps = 1e-8 }: CosineOptions) =>
  fused([x1, x2], (a, b) => {
    const rank = Math.max(a.ndim, b.ndim);
    const d = dim < 0 ? dim : dim - rank;
    const unit = (x: Tensor): Tensor => {
      // The dim from the end, which is the same in both; a vector that is broadcast along it has its length of all components.
      const whole = x.ndim < -d || x.shape.at(d) === 1 ? x.expand(broadcastAlong(a, b, x, d)) : x;
      return whole.div(whole.norm(2, d, { keepdim: true }).clamp({ min: eps }));
    };
    return unit(a).mul(unit(b)).sum(d);
  }),
);

/** The shape of `x` with the size that both tensors together have along dim `d`, counted from the end. */
function broadcastAlong(a: Tensor, b: Tensor, x: Tensor, d: number): number[] {
  const size = Math.max(a.shape.at(d) ?? 1, b.shape.at(d) ?? 1);
  const shape = x.ndim < -d ? [...Array.from({ length: -d - x.ndim }, () => 1), ...x.shape] : [...x.shape];
  shape[shape.length + d] = size;
  return shape;
}

interface DistanceOptions {
  /** Of the norm; 2 if not given. */
  readonly p?: number;
  /** Added to each difference, so that the gradient at 0 is finite; 1e-6 if not given. */
  readonly eps?: number;
  /** Whether the dim of the components stays with size 1; false if not given. */
  readonly keepdim?: boolean;
}

/** ‖x1 - x2 + eps‖ₚ over the last dim; the shapes broadcast. PyTorch's nn.functional.pairwise_distance. */
export const pairwiseDistance = takesTensors<
  (
    x1: Tensor,
    x2: Tensor,
    ...options: Given<DistanceOptions, [p: "p", eps: "eps", keepdim: "keepdim"]>
  ) => Tensor
>("pairwiseDistance", "x1, x2 | p, eps, keepdim", (x1: Tensor, x2: Tensor, options: DistanceOptions) => {
  const { p = 2, eps = 1e-6, keepdim = false } = options;
  return fused([x1, x2], (a, b): Tensor => a.sub(b).add(eps).norm(p, -1, { keepdim }));
});

interface NormalizeOptions {
  /** Of the norm; 2 if not given. */
  readonly p?: number;
  /** The dim (or dims) whose norm becomes 1; 1 if not given. */
  readonly dim?: number | readonly number[];
  /** The least norm that is divided by; 1e-12 if not given. */
  readonly eps?: number;
}

/** x / max(‖x‖ₚ, eps) along `dim`. PyTorch's nn.functional.normalize. */
export const normalize = takesTensors<
  (input: Tensor, ...options: Given<NormalizeOptions, [p: "p", dim: "dim", eps: "eps"]>) => Tensor
>("normalize", "input | p, dim, eps", (input: Tensor, { p = 2, dim = 1, eps = 1e-12 }: NormalizeOptions) =>
  fused([input], (x) => x.div(x.norm(p, dim, { keepdim: true }).clamp({ min: eps }))),
);

/** `cosineSimilarity` as a layer. */
export class CosineSimilarity extends BuiltIn {
  readonly dim: number;
  readonly eps: number;

  constructor(...given: Given<CosineOptions, [dim: "dim", eps: "eps"]>) {
    super();
    const { dim = 1, eps = 1e-8 } = optionsOf<CosineOptions>("CosineSimilarity", "dim, eps", given);
    this.dim = dim;
    this.eps = eps;
  }

  forward(x1: Tensor, x2: Tensor): Tensor {
    return cosineSimilarity(x1, x2, { dim: this.dim, eps: this.eps });
  }
}

/** `pairwiseDistance` as a layer. */
export class PairwiseDistance extends BuiltIn {
  readonly p: number;
  readonly eps: number;
  readonly keepdim: boolean;

  constructor(...given: Given<DistanceOptions, [p: "p", eps: "eps", keepdim: "keepdim"]>) {
    super();
    const options = optionsOf<DistanceOptions>("PairwiseDistance", "p, eps, keepdim", given);
    const { p = 2, eps = 1e-6, keepdim = false } = options;
    this.p = p;
    this.eps = eps;
    this.keepdim = keepdim;
  }

  forward(x1: Tensor, x2: Tensor): Tensor {
    return pairwiseDistance(x1, x2, { p: this.p, eps: this.eps, keepdim: this.keepdim });
  }
}
