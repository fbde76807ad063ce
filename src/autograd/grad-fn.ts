/** `gradFn`: the operation that made a tensor, to look at. */
import { stateMeant, stateOf } from "../tensor/alias.js";
import { Tensor } from "../tensor/core.js";
import { property } from "../tensor/operation.js";
import type { Shape } from "../tensor/shape-types.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The recorded operation that made this tensor, or null (`torch.Tensor.grad_fn`). */
    readonly gradFn: GradFn | null;
  }
}

/** A step of the recorded graph: the operation that made a tensor, or of a leaf where its gradient is gathered. */
export interface GradFn {
  /** PyTorch's name for it, such as "MulBackward0" or "AccumulateGrad". */
  readonly name: string;
  /** The steps that it hands gradients on to, one for each input; null for inputs that do not require grad (`next_functions`). */
  readonly nextFunctions: readonly (GradFn | null)[];
  /** Of "AccumulateGrad": the leaf. */
  readonly variable: Tensor | null;
}

/** Each state has one step, so that steps can be compared. */
const steps = new WeakMap<Tensor, Step>();

class Step implements GradFn {
  readonly name: string;
  readonly #state: Tensor;

  constructor(state: Tensor) {
    this.name = state._op === null ? "AccumulateGrad" : state._op.name;
    this.#state = state;
  }

  get nextFunctions(): readonly (GradFn | null)[] {
    const { _a, _b, _c, _extras, _op } = this.#state;
    if (_op === null) return [];
    const inputs = _extras?.list ?? [_a, _b, _c].filter((input) => input !== null);
    return inputs.map((input) => (input._requiresGrad ? stepOf(stateMeant(input)) : null));
  }

  get variable(): Tensor | null {
    const state = this.#state;
    return state._op === null ? (state._extras?.owner ?? state) : null;
  }

  toString(): string {
    return `<${this.name}>`;
  }
}

function stepOf(state: Tensor): Step {
  let step = steps.get(state);
  if (step === undefined) steps.set(state, (step = new Step(state)));
  return step;
}

property("gradFn", (x) => (x._now()._op === null ? null : stepOf(stateOf(x))));
