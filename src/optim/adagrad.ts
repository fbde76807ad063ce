/** Adagrad: steps that grow smaller the more a parameter has moved. */
import { binary, scalar, unary } from "../graph/record/build.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Arguments, optimizerOptions } from "./arguments.js";
import { Optimizer, requireRange, type ParamGroup } from "./optimizer.js";
import { add, ascend, learningRate, scale, type Transform, weightDecay } from "./transform.js";

/** Options of `Adagrad`; a parameter group may have its own. */
export interface AdagradOptions {
  /** Learning rate; 0.01 if not given. */
  lr: number;
  /** Step t is taken with lr / (1 + (t - 1) · lrDecay); 0 if not given. */
  lrDecay: number;
  /** Weight decay, added to the gradient; 0 if not given. */
  weightDecay: number;
  /** What the sums of squares begin with; 0 if not given. */
  initialAccumulatorValue: number;
  /** Keeps the denominator above zero; 1e-10 if not given. */
  eps: number;
  /** Maximizes what the gradients are of, instead of minimizing it. */
  maximize: boolean;
}

const defaults: AdagradOptions = {
  lr: 1e-2,
  lrDecay: 0,
  weightDecay: 0,
  initialAccumulatorValue: 0,
  eps: 1e-10,
  maximize: false,
};

/** s ← s + g²;  g / ((√s + ε) (1 + (t - 1) · lrDecay)). */
const adagrad: Transform<AdagradOptions> = {
  elementwise: true,
  states: { sum: { value: (options) => options.initialAccumulatorValue } },
  update(direction, slot, options) {
    const sum = add(slot.read("sum"), binary("mul", direction, direction));
    slot.write("sum", sum);
    const denominator = add(unary("sqrt", sum), scalar(options.eps, direction.dtype));
    return scale(binary("div", direction, denominator), 1 / (1 + (slot.step - 1) * options.lrDecay));
  },
};

/**
 * p ← p - lr / (1 + (t - 1) · lrDecay) · g / (√s + ε), with s the sum of g² so far. PyTorch's optim.Adagrad (Duchi, Hazan and Singer 2011).
 * @throws RangeError for options outside their range
 */
export class Adagrad extends Optimizer<AdagradOptions> {
  constructor(
    params: readonly Tensor[] | readonly ParamGroup<AdagradOptions>[],
    ...rest: Arguments<
      AdagradOptions,
      [
        lr: "lr",
        lrDecay: "lrDecay",
        weightDecay: "weightDecay",
        initialAccumulatorValue: "initialAccumulatorValue",
        eps: "eps",
        foreach: "foreach",
      ]
    >
  ) {
    const options = optimizerOptions<AdagradOptions>(
      "Adagrad",
      "lr, lrDecay, weightDecay, initialAccumulatorValue, eps, foreach, *, maximize",
      rest,
    );
    super(params, options, defaults, [ascend, weightDecay, adagrad, learningRate]);
  }

  protected override check(options: AdagradOptions): void {
    super.check(options);
    for (const option of ["lrDecay", "weightDecay", "initialAccumulatorValue", "eps"] as const)
      requireRange("Adagrad", option, options[option], 0, Infinity);
  }
}
