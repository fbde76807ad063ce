/**
 * The parts that optimizers are chains of, after optax: each turns the gradient of one parameter into a better direction.
 *
 *     SGD       = ascend · weightDecay · momentum · learningRate
 *     Adam      = ascend · weightDecay · adam · learningRate
 *     AdamW     = ascend · adam · weightDecay · learningRate
 *     Adagrad   = ascend · weightDecay · adagrad · learningRate
 *     Rprop     = ascend · rprop
 *     Adafactor = ascend · adafactor
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
  /** What the state tensor is after the step. */
  write(name: string, value: Node): void;
}

/** How a state tensor begins, and its shape. */
export interface State<Options> {
  /** What its elements are at first: a number, or what the parameter is. 0 if not given. */
  readonly value?: number | "parameter" | ((options: Options) => number);
  /** Its shape for a parameter of a shape, or null where a parameter of that shape has no such state. The parameter's if not given. */
  readonly shape?: (parameter: Shape) => Shape | null;
}

/** One link of the chain. */
export interface Transform<Options> {
  /** All state tensors that it may keep of a parameter, by name: what a saved state may hold. */
  readonly states?: Readonly<Record<string, State<Options>>>;
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
  update: (direction, _slot, options) => (options.maximize ? unary("neg", direction) : direction),
};

/** direction + weightDecay · parameter: before the chain's other links an L2 penalty, after them decoupled decay. */
export const weightDecay: Transform<{ readonly weightDecay: number }> = {
  update: (direction, slot, options) =>
    options.weightDecay === 0 ? direction : add(direction, scale(slot.parameter, options.weightDecay)),
};

/** lr · direction. */
export const learningRate: Transform<{ readonly lr: number }> = {
  update: (direction, _slot, options) => scale(direction, options.lr),
};

/** b ← momentum · b + (1 - dampening) · direction, undamped in the first step; with Nesterov's look-ahead direction + momentum · b. */
export const momentum: Transform<{
  readonly momentum: number;
  readonly dampening: number;
  readonly nesterov: boolean;
}> = {
  states: { momentumBuffer: {} },
  update(direction, slot, options) {
    if (options.momentum === 0) return direction;
    const share = slot.step === 1 ? 1 : 1 - options.dampening;
    const buffer = add(scale(slot.read("momentumBuffer"), options.momentum), scale(direction, share));
    slot.write("momentumBuffer", buffer);
    return options.nesterov ? add(direction, scale(buffer, options.momentum)) : buffer;
  },
};

/**
 * m ← β₁ m + (1 - β₁) g,  v ← β₂ v + (1 - β₂) g²;  m̂ / (√v̂ + ε) with m̂ = m / (1 - β₁ᵗ), v̂ = v / (1 - β₂ᵗ).
 * With amsgrad, v̂ takes the largest v so far. Kingma and Ba 2015; Reddi, Kale and Kumar 2018.
 */
export const adam: Transform<{
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly amsgrad: boolean;
}> = {
  states: { expAvg: {}, expAvgSq: {}, maxExpAvgSq: {} },
  update(direction, slot, options) {
    const [beta1, beta2] = options.betas;
    const { dtype } = direction;
    const mean = add(scale(slot.read("expAvg"), beta1), scale(direction, 1 - beta1));
    const square = add(
      scale(slot.read("expAvgSq"), beta2),
      scale(binary("mul", direction, direction), 1 - beta2),
    );
    slot.write("expAvg", mean);
    slot.write("expAvgSq", square);
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
