/** SparseAdam: Adam that leaves alone the rows that a batch did not touch, for large tables of embeddings. */
import { binary, expand, reduce, scalar, select, unary } from "../graph/record/build.js";
import type { Node } from "../graph/record/node.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Arguments, optimizerOptions } from "./arguments.js";
import { Optimizer, requireBetas, requireRange, type ParamGroup } from "./optimizer.js";
import { add, ascend, scale, type Transform } from "./transform.js";

/** Options of `SparseAdam`; a parameter group may have its own. */
export interface SparseAdamOptions {
  /** Learning rate; 0.001 if not given. */
  lr: number;
  /** How slowly the averages of the gradient and of its square forget; [0.9, 0.999] if not given. */
  betas: readonly [number, number];
  /** Keeps the denominator above zero, added before the correction; 1e-8 if not given. */
  eps: number;
  /** Goes uphill. */
  maximize: boolean;
}

const defaults: SparseAdamOptions = { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, maximize: false };

const sparseAdam: Transform<SparseAdamOptions> = {
  states: { expAvg: {}, expAvgSq: {} },
  update(direction, slot, { lr, betas, eps }) {
    const [beta1, beta2] = betas;
    const { dtype } = direction;
    const touched = rowsTouched(direction);
    const averaged = (name: string, value: Node, rate: number): Node => {
      const before = slot.read(name);
      const after = add(before, scale(binary("sub", value, before), 1 - rate));
      slot.write(name, select(touched, after, before));
      return after;
    };
    const mean = averaged("expAvg", direction, beta1);
    const square = averaged("expAvgSq", binary("mul", direction, direction), beta2);
    const denominator = add(unary("sqrt", square), scalar(eps, dtype));
    const size = (lr * Math.sqrt(1 - beta2 ** slot.step)) / (1 - beta1 ** slot.step);
    return select(touched, scale(binary("div", mean, denominator), size), scalar(0, dtype));
  },
};

/** Where a row, what one index of the first dim takes, has an element that is not 0. */
function rowsTouched(gradient: Node): Node {
  const { shape } = gradient;
  const inner = shape.slice(1).map((_, i) => i + 1);
  const size = unary("abs", gradient);
  const largest = inner.length === 0 ? size : expand(reduce("max", size, inner, true), shape);
  return binary("ne", largest, scalar(0, largest.dtype));
}

/**
 * Adam in which a row p[i] and its averages change only in steps whose gradient has an element in that row that is not 0; the step count is the
 * whole parameter's. PyTorch's optim.SparseAdam, which takes sparse gradients and changes the rows that were looked up: gradients are dense
 * here, so a row that was looked up and has a gradient of exactly 0 stays too.
 * @throws RangeError for options outside their range
 */
export class SparseAdam extends Optimizer<SparseAdamOptions> {
  constructor(
    params: readonly Tensor[] | readonly ParamGroup<SparseAdamOptions>[],
    ...rest: Arguments<SparseAdamOptions, [lr: "lr", betas: "betas", eps: "eps", maximize: "maximize"]>
  ) {
    const options = optimizerOptions<SparseAdamOptions>("SparseAdam", "lr, betas, eps, maximize", rest);
    super(params, options, defaults, [ascend, sparseAdam]);
  }

  protected override check(options: SparseAdamOptions): void {
    super.check(options);
    requireBetas("SparseAdam", options.betas);
    if (!(options.eps > 0)) requireRange("SparseAdam", "eps", options.eps, Number.MIN_VALUE, Infinity);
  }
}
