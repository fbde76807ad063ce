/** Adafactor: of a matrix's squared gradients only the means of rows and of columns are kept. */
import { binary, expand, reduce, scalar, unary } from "../graph/record/build.js";
import type { Node } from "../graph/record/node.js";
import type { DTypeName } from "../primitives/dtypes.js";
import { allDims } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Arguments, optimizerOptions } from "./arguments.js";
import { Optimizer, requireRange, type ParamGroup } from "./optimizer.js";
import { add, ascend, scale, type Slot, type Transform } from "./transform.js";

/** Options of `Adafactor`; a parameter group may have its own. */
export interface AdafactorOptions {
  /** The greatest learning rate relative to the parameter's size: step t has min(lr, 1/√t); 0.01 if not given. */
  lr: number;
  /** Exponent of the decay rate: in the average of squared gradients step t has the weight t^beta2Decay; −0.8 if not given. */
  beta2Decay: number;
  /** Keep squared gradients above zero (null: the machine epsilon of the dtype), and the parameter's size; [null, 1e-3] if not given. */
  eps: readonly [number | null, number];
  /** The greatest root mean square of an update before it is scaled; 1 if not given. */
  d: number;
  /** Weight decay, relative to lr and apart from the gradient; 0 if not given. */
  weightDecay: number;
  /** Maximizes what the gradients are of, instead of minimizing it. */
  maximize: boolean;
}

const defaults: AdafactorOptions = {
  lr: 1e-2,
  beta2Decay: -0.8,
  eps: [null, 1e-3],
  d: 1,
  weightDecay: 0,
  maximize: false,
};

/** Machine epsilon, by dtype. */
const resolution: Readonly<Partial<Record<DTypeName, number>>> = {
  float16: 2 ** -10,
  bfloat16: 2 ** -7,
  float32: 2 ** -23,
  float64: 2 ** -52,
};

/** The shape with size 1 at a dim counted from the end; null for less than two dims, which are not factored. */
const without = (fromEnd: 1 | 2) => (shape: Shape) =>
  shape.length < 2 ? null : shape.with(shape.length - fromEnd, 1);

const adafactor: Transform<AdafactorOptions> = {
  states: {
    rowVar: { shape: without(1) },
    colVar: { shape: without(2) },
    variance: { shape: (shape) => (shape.length < 2 ? shape : null) },
  },
  update(direction, slot, options) {
    const { parameter, step } = slot;
    const { dtype } = direction;
    const eps = options.eps[0] ?? resolution[parameter.dtype]!;
    const share = step ** options.beta2Decay;
    const estimate =
      direction.shape.length < 2
        ? average(slot, "variance", binary("mul", direction, direction), share)
        : factored(slot, binary("mul", direction, direction), share, eps);
    const root = unary("rsqrt", binary("max", scalar(eps * eps, dtype), estimate));
    const update = binary("mul", root, direction);
    const size = binary("max", scalar(options.eps[1], dtype), rootMeanSquare(parameter));
    const clipped = binary("max", scalar(1, dtype), scale(rootMeanSquare(update), 1 / options.d));
    const rate = scale(binary("div", size, clipped), Math.min(options.lr, 1 / Math.sqrt(step)));
    const change = binary("mul", update, rate);
    const decay = options.lr * options.weightDecay;
    return decay === 0 ? change : add(change, scale(parameter, decay));
  },
};

/** state ← state + share · (value - state). */
function average(slot: Slot, name: string, value: Node, share: number): Node {
  const before = slot.read(name);
  const after = add(before, scale(binary("sub", value, before), share));
  slot.write(name, after);
  return after;
}

/** The matrix of rank one that has these means of rows and of columns: their product over the mean of all. */
function factored(slot: Slot, squares: Node, share: number, eps: number): Node {
  const rank = squares.shape.length;
  const rows = average(slot, "rowVar", mean(squares, [rank - 1]), share);
  const columns = average(slot, "colVar", mean(squares, [rank - 2]), share);
  const all = binary("max", scalar(eps, squares.dtype), mean(rows, [rank - 2]));
  return binary("div", binary("mul", rows, columns), all);
}

function mean(x: Node, dims: readonly number[]): Node {
  const sum = reduce("sum", x, dims, true);
  return scale(sum, sum.size / x.size);
}

/** √(Σ x² / n) in the shape of `x`. */
function rootMeanSquare(x: Node): Node {
  const squares = reduce("sum", binary("mul", x, x), allDims(x.shape.length), true);
  return expand(unary("sqrt", scale(squares, 1 / x.size)), x.shape);
}

/**
 * The gradient over the root of its averaged square, in steps that are relative to the parameter's size; of a matrix the average is kept as
 * the means of rows and of columns. PyTorch's optim.Adafactor (Shazeer and Stern 2018).
 * @throws RangeError for options outside their range
 */
export class Adafactor extends Optimizer<AdafactorOptions> {
  constructor(
    params: readonly Tensor[] | readonly ParamGroup<AdafactorOptions>[],
    ...rest: Arguments<
      AdafactorOptions,
      [lr: "lr", beta2Decay: "beta2Decay", eps: "eps", d: "d", weightDecay: "weightDecay"]
    >
  ) {
    const options = optimizerOptions<AdafactorOptions>(
      "Adafactor",
      "lr, beta2Decay, eps, d, weightDecay, *, maximize",
      rest,
    );
    super(params, options, defaults, [ascend, adafactor]);
  }

  protected override check(options: AdafactorOptions): void {
    super.check(options);
    requireRange("Adafactor", "beta2Decay", options.beta2Decay, -Infinity, 0);
    const [first, second] = options.eps;
    if (first !== null) requireRange("Adafactor", "eps[0]", first, 0, Infinity);
    requireRange("Adafactor", "eps[1]", second, 0, Infinity);
    requireRange("Adafactor", "d", options.d, 1, Infinity);
    requireRange("Adafactor", "weightDecay", options.weightDecay, 0, Infinity);
  }
}
