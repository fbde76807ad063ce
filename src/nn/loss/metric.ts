/** Losses that learn distances: triplets, and pairs that are alike or not. */
import { fused } from "../../ops/fused.js";
import { where } from "../../ops/select.js";
import { formatShape, sameShape } from "../../tensor/shape.js";
import { type Given, optionsOf } from "../../tensor/signature.js";
import type { Tensor } from "../../tensor/tensor.js";
import { pairwiseDistance } from "../distance.js";
import {
  LEGACY,
  type LegacyOptions,
  Loss,
  lossFunction3,
  type LossOptions,
  lossOptions,
  reduced,
  type ReducedShape,
  type Reduction,
} from "./reduction.js";
import { takesTensors } from "../function-form.js";

interface TripletOptions<R extends Reduction = Reduction> extends LossOptions<R>, LegacyOptions {
  /** 1 if not given. */
  margin?: number;
  /** Of the norm; 2 if not given. */
  p?: number;
  /** Added to each difference; 1e-6 if not given. */
  eps?: number;
  /** Whether the distance from the positive to the negative counts where it is the smaller; false if not given. */
  swap?: boolean;
}

const TRIPLET_ORDER: [margin: "margin", p: "p", eps: "eps", swap: "swap", ...typeof LEGACY] = [
  "margin",
  "p",
  "eps",
  "swap",
  ...LEGACY,
];

/**
 * max(0, ‖a - p‖ - ‖a - n‖ + margin) for anchors a, positives p and negatives n, [N, D] or [D]. PyTorch's
 * nn.functional.triplet_margin_loss (Balntas et al. 2016).
 */
export const tripletMarginLoss = lossFunction3(
  "tripletMarginLoss",
  "anchor, positive, negative",
  TRIPLET_ORDER,
  (anchor: Tensor, positive: Tensor, negative: Tensor, options: TripletOptions) => {
    const { p = 2, eps = 1e-6, swap = false, margin = 1, reduction } = options;
    checkMargin("tripletMarginLoss", margin);
    sameRank("tripletMarginLoss", anchor, positive, negative);
    return fused([anchor, positive, negative], (a, b, c) =>
      triplet(a, b, c, (x, y) => pairwiseDistance(x, y, { p, eps }), { margin, swap, reduction }),
    );
  },
);

/** A distance of each pair of vectors: [N, D], [N, D] → [N]. */
export type DistanceFunction = (x: Tensor, y: Tensor) => Tensor;

interface TripletDistanceOptions<R extends Reduction = Reduction> extends LossOptions<R> {
  /** `pairwiseDistance` if not given. */
  distanceFunction?: DistanceFunction | null;
  /** 1 if not given. */
  margin?: number;
  /** As in `tripletMarginLoss`. */
  swap?: boolean;
}

const TRIPLET_DISTANCE = "*, distanceFunction, margin, swap, reduction";

/** How `tripletMarginWithDistanceLoss` is called. */
export type TripletMarginWithDistanceLossFunction = <R extends Reduction = "mean">(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options?: TripletDistanceOptions<R>,
) => Tensor<ReducedShape<R>>;

/** `tripletMarginLoss` with a distance of one's own. PyTorch's nn.functional.triplet_margin_with_distance_loss. */
export const tripletMarginWithDistanceLoss = takesTensors<TripletMarginWithDistanceLossFunction>(
  "tripletMarginWithDistanceLoss",
  `anchor, positive, negative | ${TRIPLET_DISTANCE}`,
  (anchor: Tensor, positive: Tensor, negative: Tensor, options: TripletDistanceOptions): Tensor => {
    const { distanceFunction, margin = 1, swap = false, reduction } = options;
    checkMargin("tripletMarginWithDistanceLoss", margin);
    sameRank("tripletMarginWithDistanceLoss", anchor, positive, negative);
    const distance: DistanceFunction = distanceFunction ?? ((x, y) => pairwiseDistance(x, y));
    return triplet(anchor, positive, negative, distance, { margin, swap, reduction });
  },
);

function triplet(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  distance: DistanceFunction,
  { margin, swap, reduction }: { margin: number; swap: boolean; reduction: Reduction | undefined },
): Tensor {
  const near = distance(anchor, positive);
  let far = distance(anchor, negative);
  if (swap) far = far.minimum(distance(positive, negative));
  return reduced(near.sub(far).add(margin).clamp({ min: 0 }), reduction);
}

function checkMargin(name: string, margin: number): void {
  if (!(margin > 0)) throw new RangeError(`${name}: margin must be above 0, not ${margin}`);
}

function sameRank(name: string, ...tensors: Tensor[]): void {
  if (tensors.some((t) => t.ndim !== tensors[0]!.ndim))
    throw new Error(
      `${name}: anchor, positive and negative must have the same number of dimensions, got ${tensors.map((t) => formatShape(t.shape)).join(", ")}`,
    );
}

type CosineOptions<R extends Reduction = Reduction> = LossOptions<R> &
  LegacyOptions & {
    /** 0 if not given. */
    margin?: number;
  };

const COSINE_ORDER: [margin: "margin", ...typeof LEGACY] = ["margin", ...LEGACY];

/**
 * 1 - cos(x1, x2) where y is 1, max(0, cos(x1, x2) - margin) where y is -1, for x1 and x2 [N, D] and y [N], or [D] and one number. PyTorch's
 * nn.functional.cosine_embedding_loss.
 * @throws Error when the shapes do not fit
 */
export const cosineEmbeddingLoss = lossFunction3(
  "cosineEmbeddingLoss",
  "input1, input2, target",
  COSINE_ORDER,
  (input1: Tensor, input2: Tensor, target: Tensor, { margin = 0, reduction }: CosineOptions) => {
    const rank = target.ndim + 1;
    if (rank > 2 || input1.ndim !== rank || !sameShape(input1.shape, input2.shape))
      throw new Error(
        `cosineEmbeddingLoss: expected input1 and input2 [N, D] and target [N], or [D] and one number, got ${formatShape(input1.shape)}, ` +
          `${formatShape(input2.shape)} and ${formatShape(target.shape)}`,
      );
    return fused([input1, input2], (a, b) => {
      // PyTorch's constant, which keeps the square root's slope finite at 0.
      const length = (x: Tensor): Tensor => x.square().sum(-1).add(1e-12);
      const cosine = a
        .mul(b)
        .sum(-1)
        .div(length(a).mul(length(b)).sqrt());
      const alike = where(target.eq(1), cosine.neg().add(1), 0);
      const other = where(target.eq(-1), cosine.sub(margin).clamp({ min: 0 }), 0);
      return reduced(alike.add(other), reduction);
    });
  },
);

/** `tripletMarginLoss` as a layer. */
export class TripletMarginLoss<R extends Reduction = "mean"> extends Loss<R> {
  readonly margin: number;
  readonly p: number;
  readonly eps: number;
  readonly swap: boolean;

  constructor(options?: TripletOptions<R>);
  constructor(...options: Given<TripletOptions<R>, typeof TRIPLET_ORDER>);
  constructor(...given: readonly unknown[]) {
    const options = lossOptions<TripletOptions<R>>("TripletMarginLoss", TRIPLET_ORDER, given);
    super(options.reduction);
    this.margin = options.margin ?? 1;
    this.p = options.p ?? 2;
    this.eps = options.eps ?? 1e-6;
    this.swap = options.swap ?? false;
    checkMargin("TripletMarginLoss", this.margin);
  }

  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor<ReducedShape<R>> {
    const { margin, p, eps, swap, reduction } = this;
    return tripletMarginLoss(anchor, positive, negative, { margin, p, eps, swap, reduction });
  }
}

/** `tripletMarginWithDistanceLoss` as a layer. */
export class TripletMarginWithDistanceLoss<R extends Reduction = "mean"> extends Loss<R> {
  readonly distanceFunction: DistanceFunction;
  readonly margin: number;
  readonly swap: boolean;

  constructor(given: TripletDistanceOptions<R> = {}) {
    const options = optionsOf<TripletDistanceOptions<R>>("TripletMarginWithDistanceLoss", TRIPLET_DISTANCE, [
      given,
    ]);
    super(options.reduction);
    this.distanceFunction = options.distanceFunction ?? ((x, y) => pairwiseDistance(x, y));
    this.margin = options.margin ?? 1;
    this.swap = options.swap ?? false;
    checkMargin("TripletMarginWithDistanceLoss", this.margin);
  }

  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor<ReducedShape<R>> {
    const { distanceFunction, margin, swap, reduction } = this;
    return tripletMarginWithDistanceLoss(anchor, positive, negative, {
      distanceFunction,
      margin,
      swap,
      reduction,
    });
  }
}

/** `cosineEmbeddingLoss` as a layer. */
export class CosineEmbeddingLoss<R extends Reduction = "mean"> extends Loss<R> {
  readonly margin: number;

  constructor(options?: CosineOptions<R>);
  constructor(...options: Given<CosineOptions<R>, typeof COSINE_ORDER>);
  constructor(...given: readonly unknown[]) {
    const options = lossOptions<CosineOptions<R>>("CosineEmbeddingLoss", COSINE_ORDER, given);
    super(options.reduction);
    this.margin = options.margin ?? 0;
  }

  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor<ReducedShape<R>> {
    return cosineEmbeddingLoss(input1, input2, target, { margin: this.margin, reduction: this.reduction });
  }
}
