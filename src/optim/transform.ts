/**
 * The parts that optimizers are chains of, after optax: each turns the gradient of one parameter into a better direction.
 *
 *     SGD       = ascend · weightDecay · momentum · learningRate
 *     ASGD      = ascend · weightDecay · asgd
 *     Adagrad   = ascend · weightDecay · adagrad · learningRate
 *     Adadelta  = ascend · weightDecay · adadelta · learningRate
 *     RMSprop   = ascend · weightDecay · rmsprop · momentum · learningRate
 *     Rprop     = ascend · rprop
 *     Adam      = ascend · coupledDecay · adam · decoupledDecay · learningRate
 *     AdamW     = ascend · adam · weightDecay · learningRate
 *     Adamax    = ascend · weightDecay · adamax · learningRate
 *     NAdam     = ascend · coupledDecay · nadam · decoupledDecay · learningRate
 *     RAdam     = ascend · coupledDecay · radam · decoupledDecay · learningRate
 *     LAMB      = ascend · adam · weightDecay · trustRatio · learningRate
 *     Lion      = ascend · lion · weightDecay · learningRate
 *     Adafactor = ascend · adafactor
 *     SparseAdam = ascend · sparseAdam
 *     Muon      = muon
 *
 * and the parameter then becomes parameter - direction. They work on graph nodes, not on tensors: nothing here takes part in
 * differentiation, and where a parameter's whole chain is elementwise it is fused into one pass over gradient, state and parameter.
 * Numbers become run-time scalars, so that a learning rate that changes does not make a new plan.
 */
import { binary, scalar, unary } from "../graph/record/build.js";
import type { Node } from "../graph/record/node.js";
import type { Shape } from "../tensor/shape-types.js";

/** What a transformation sees of the parameter it works for. */
export interface Slot {
  /** The parameter's value before the step. */
  readonly parameter: Node;
  /** 1 in the parameter's first step. */
  readonly step: number;
  /** A state tensor that the transformation has declared. */
  read(name: string): Node;
  /** What the state tensor is after the step; it must have been read before. */
  write(name: string, value: Node): void;
  /** A number that the transformation has declared. */
  readNumber(name: string): number;
  /** What the number is after the step. */
  writeNumber(name: string, value: number): void;
}

/** A number that follows from options; the type of a method, which leaves an optimizer of more options an `Optimizer`. */
export type FromOptions<Options> = { of(options: Options): number }["of"];

/** How a state tensor begins, and its shape. */
export interface State<Options> {
  /** What its elements are at first: a number, or what the parameter is. 0 if not given. */
  readonly value?: number | "parameter" | FromOptions<Options>;
  /** Its shape for a parameter of a shape, or null where a parameter of that shape has no such state. The parameter's if not given. */
  readonly shape?: (parameter: Shape) => Shape | null;
}

/** One link of the chain. */
export interface Transform<Options> {
  /** All state tensors that it may keep of a parameter, by name: what a saved state may hold. */
  readonly states?: Readonly<Record<string, State<Options>>>;
  /** Numbers that it keeps of a parameter beside the step count, by name, and what they begin with. */
  readonly numbers?: Readonly<Record<string, FromOptions<Options>>>;
  /**
   * Elementwise, with numbers that follow from the options and the step alone: what it records for one parameter holds for all of a group. False if
   * not given.
   */
  readonly elementwise?: boolean;
  /** A better direction; `options` are those of the parameter's group now. */
  update(direction: Node, slot: Slot, options: Options): Node;
}

export function add(a: Node, b: Node): Node {
  return binary("add", a, b);
}

/** a · factor */
export function scale(a: Node, factor: number): Node {
  return binary("mul", a, scalar(factor, a.dtype));
}

/** Turns the direction round where the group maximizes. */
export const ascend: Transform<{ readonly maximize: boolean }> = {
  elementwise: true,
  update: (direction, _slot, options) => (options.maximize ? unary("neg", direction) : direction),
};

/** direction + weightDecay · parameter: before the chain's other links an L2 penalty, after them decoupled decay. */
export const weightDecay: Transform<{ readonly weightDecay: number }> = {
  elementwise: true,
  update: (direction, slot, options) =>
    options.weightDecay === 0 ? direction : add(direction, scale(slot.parameter, options.weightDecay)),
};

interface Decay {
  readonly weightDecay: number;
  readonly decoupledWeightDecay: boolean;
}

/** `weightDecay` where the group wants it as part of the gradient: the link before the averages. */
export const coupledDecay: Transform<Decay> = {
  elementwise: true,
  update: (direction, slot, options) =>
    options.decoupledWeightDecay ? direction : weightDecay.update(direction, slot, options),
};

/** `weightDecay` where the group wants it apart from the gradient: the link after the averages. */
export const decoupledDecay: Transform<Decay> = {
  elementwise: true,
  update: (direction, slot, options) =>
    options.decoupledWeightDecay ? weightDecay.update(direction, slot, options) : direction,
};

/** lr · direction. */
export const learningRate: Transform<{ readonly lr: number }> = {
  elementwise: true,
  update: (direction, _slot, options) => scale(direction, options.lr),
};

/** b ← momentum · b + (1 - dampening) · direction, undamped in the first step; with Nesterov's look-ahead direction + momentum · b. */
export const momentum: Transform<{
  readonly momentum: number;
  readonly dampening?: number;
  readonly nesterov?: boolean;
}> = {
  elementwise: true,
  states: { momentumBuffer: {} },
  update(direction, slot, options) {
    if (options.momentum === 0) return direction;
    const share = slot.step === 1 ? 1 : 1 - (options.dampening ?? 0);
    const buffer = add(scale(slot.read("momentumBuffer"), options.momentum), scale(direction, share));
    slot.write("momentumBuffer", buffer);
    return options.nesterov ? add(direction, scale(buffer, options.momentum)) : buffer;
  },
};

/** state ← rate · state + (1 - rate) · value: an exponential average, from which the step goes on. */
export function average(slot: Slot, name: string, value: Node, rate: number): Node {
  const after = add(scale(slot.read(name), rate), scale(value, 1 - rate));
  slot.write(name, after);
  return after;
}

/**
 * m ← β₁ m + (1 - β₁) g,  v ← β₂ v + (1 - β₂) g²;  m̂ / (√v̂ + ε) with m̂ = m / (1 - β₁ᵗ), v̂ = v / (1 - β₂ᵗ).
 * With amsgrad, v̂ takes the largest v so far. Kingma and Ba 2015; Reddi, Kale and Kumar 2018.
 */
export const adam: Transform<{
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly amsgrad?: boolean;
}> = {
  elementwise: true,
  states: { expAvg: {}, expAvgSq: {}, maxExpAvgSq: {} },
  update(direction, slot, options) {
    const [beta1, beta2] = options.betas;
    const { dtype } = direction;
    const mean = average(slot, "expAvg", direction, beta1);
    const square = average(slot, "expAvgSq", binary("mul", direction, direction), beta2);
    let spread = square;
    if (options.amsgrad) {
      spread = binary("max", slot.read("maxExpAvgSq"), square);
      slot.write("maxExpAvgSq", spread);
    }
    // The corrections are numbers: √(v / c₂) is √v · (1 / √c₂), and dividing the mean by c₁ is one factor.
    const root = scale(unary("sqrt", spread), 1 / Math.sqrt(1 - beta2 ** slot.step));
    const denominator = add(root, scalar(options.eps, dtype));
    return binary("div", scale(mean, 1 / (1 - beta1 ** slot.step)), denominator);
  },
};
