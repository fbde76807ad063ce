/** LAMB: Adam's direction, as long as the parameter's own norm says: for large batches. */
import { binary, expand, reduce, scalar, select, unary } from "../graph/record/build.js";
import type { Node } from "../graph/record/node.js";
import { allDims } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Arguments, optimizerOptions } from "./arguments.js";
import { Optimizer, requireBetas, requireRange, type ParamGroup } from "./optimizer.js";
import { adam, ascend, learningRate, type Transform, weightDecay } from "./transform.js";

/** Options of `LAMB`; a parameter group may have its own. */
export interface LAMBOptions {
  /** Learning rate; 0.001 if not given. */
  lr: number;
  /** How slowly the averages of the gradient and of its square forget; [0.9, 0.999] if not given. */
  betas: readonly [number, number];
  /** Keeps the denominator above zero; 1e-6 if not given. */
  eps: number;
  /** Weight decay, part of the direction whose length is set; 0.01 if not given. */
  weightDecay: number;
  /** Goes uphill. */
  maximize: boolean;
}

const defaults: LAMBOptions = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-6,
  weightDecay: 0.01,
  maximize: false,
};

/** ‖p‖ / ‖direction‖ · direction; the direction as it is where either norm is 0. */
const trustRatio: Transform<LAMBOptions> = {
  update(direction, slot) {
    const zero = scalar(0, direction.dtype);
    const [parameter, length] = [norm(slot.parameter), norm(direction)];
    const ratio = binary("div", parameter, length);
    const defined = binary("gt", binary("min", parameter, length), zero);
    const factor = select(defined, ratio, scalar(1, direction.dtype));
    return binary("mul", direction, expand(factor, direction.shape));
  },
};

/** √(Σ x²), of as many dims as x, all of size 1. */
function norm(x: Node): Node {
  return unary("sqrt", reduce("sum", binary("mul", x, x), allDims(x.shape.length), true));
}

/**
 * p ← p - lr · ‖p‖ / ‖u‖ · u with u = m̂ / (√v̂ + ε) + weightDecay · p, norms over each parameter tensor (You et al. 2020, "Large batch
 * optimization for deep learning: training BERT in 76 minutes", algorithm 2, with φ(x) = x). Not in PyTorch.
 * @throws RangeError for options outside their range
 */
export class LAMB extends Optimizer<LAMBOptions> {
  constructor(
    params: readonly Tensor[] | readonly ParamGroup<LAMBOptions>[],
    ...rest: Arguments<LAMBOptions, [lr: "lr", betas: "betas", eps: "eps", weightDecay: "weightDecay"]>
  ) {
    const options = optimizerOptions<LAMBOptions>("LAMB", "lr, betas, eps, weightDecay, *, maximize", rest);
    super(params, options, defaults, [ascend, adam, weightDecay, trustRatio, learningRate]);
  }

  protected override check(options: LAMBOptions): void {
    super.check(options);
    requireBetas("LAMB", options.betas);
    requireRange("LAMB", "eps", options.eps, 0, Infinity);
    requireRange("LAMB", "weightDecay", options.weightDecay, 0, Infinity);
  }
}
