/** Rprop: steps whose size follows from the gradient's signs alone. */
import { binary, scalar, select, unary } from "../graph/record/build.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Arguments, optimizerOptions } from "./arguments.js";
import { Optimizer, requireRange, type ParamGroup } from "./optimizer.js";
import { ascend, type Transform } from "./transform.js";

/** Options of `Rprop`; a parameter group may have its own. */
export interface RpropOptions {
  /** The size of the first step; 0.01 if not given. */
  lr: number;
  /** Factors of a step's size: where the gradient's sign has changed, and where it has not; [0.5, 1.2] if not given. */
  etas: readonly [number, number];
  /** The least and the greatest size of a step; [1e-6, 50] if not given. */
  stepSizes: readonly [number, number];
  /** Maximizes what the gradients are of, instead of minimizing it. */
  maximize: boolean;
}

const defaults: RpropOptions = { lr: 1e-2, etas: [0.5, 1.2], stepSizes: [1e-6, 50], maximize: false };

/** Where the sign has changed the step is smaller, the gradient counts as 0, and there is no step. */
const rprop: Transform<RpropOptions> = {
  elementwise: true,
  states: { prev: {}, stepSize: { value: (options) => options.lr } },
  update(direction, slot, options) {
    const number = (value: number) => scalar(value, direction.dtype);
    const [shrink, grow] = options.etas;
    const [least, greatest] = options.stepSizes;
    const product = binary("mul", direction, slot.read("prev"));
    const changed = binary("lt", product, number(0));
    const kept = binary("gt", product, number(0));
    const factor = select(changed, number(shrink), select(kept, number(grow), number(1)));
    const scaled = binary("mul", slot.read("stepSize"), factor);
    const size = binary("min", number(greatest), binary("max", number(least), scaled));
    const gradient = select(changed, number(0), direction);
    slot.write("prev", gradient);
    slot.write("stepSize", size);
    return binary("mul", unary("sign", gradient), size);
  },
};

/**
 * p ← p - sign(g) · η: each element's η grows while the sign of g stays and shrinks when it changes. PyTorch's optim.Rprop (Riedmiller and
 * Braun 1993). Meant for gradients of the whole data, not of batches.
 * @throws RangeError for options outside their range
 */
export class Rprop extends Optimizer<RpropOptions> {
  constructor(
    params: readonly Tensor[] | readonly ParamGroup<RpropOptions>[],
    ...rest: Arguments<RpropOptions, [lr: "lr", etas: "etas", stepSizes: "stepSizes"]>
  ) {
    const options = optimizerOptions<RpropOptions>("Rprop", "lr, etas, stepSizes, *, maximize", rest);
    super(params, options, defaults, [ascend, rprop]);
  }

  protected override check(options: RpropOptions): void {
    super.check(options);
    const [shrink, grow] = options.etas;
    if (!(shrink > 0 && shrink < 1 && grow > 1))
      throw new RangeError(
        `Rprop: etas must be a number between 0 and 1 and one above 1, not [${shrink}, ${grow}]`,
      );
    const [least, greatest] = options.stepSizes;
    requireRange("Rprop", "stepSizes[0]", least, 0, Infinity);
    requireRange("Rprop", "stepSizes[1]", greatest, least, Infinity);
  }
}
