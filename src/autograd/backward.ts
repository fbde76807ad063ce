/**
 * The methods of tensors for differentiation: `backward()` with its options, and what is asked of it beforehand (`retainGrad`, hooks).
 * The pass itself is in `differentiate.ts`.
 */
import { stateOf } from "../tensor/alias.js";
import { Tensor } from "../tensor/core.js";
import { operation } from "../tensor/operation.js";
import type { Shape } from "../tensor/shape-types.js";
import { addToGrad, differentiate, type PassOptions, seedFor } from "./differentiate.js";
import { extrasOf } from "./record.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /**
     * Computes the gradient of this tensor with respect to every leaf that requires grad and adds it to the leaf's `grad`
     * (`torch.Tensor.backward`). A tensor with more than one element needs `gradient`, of its shape.
     * @throws Error when nothing here requires grad, or a backward pass went through the graph before without `retainGraph`.
     */
    backward(options?: BackwardOptions): void;
    backward(gradient: Tensor | null | undefined, options?: BackwardOptions): void;
    /** With PyTorch's arguments by their places. */
    backward(
      gradient: Tensor | null | undefined,
      retainGraph: boolean | null | undefined,
      createGraph?: boolean,
      inputs?: Tensor | readonly Tensor[] | null,
    ): void;
    /** Lets `backward()` leave a gradient in `grad` of this tensor too though it is not a leaf. */
    retainGrad(): this;
    /** Calls `hook` with this tensor's gradient during backward; what it returns takes the gradient's place. Gives a function that removes it. */
    registerHook(hook: (gradient: Tensor) => Tensor | undefined): () => void;
  }
}

export interface BackwardOptions extends PassOptions {
  /** The gradient to begin with, of this tensor's shape; 1 for a single number if not given. */
  gradient?: Tensor | null;
  /** Only these get a gradient, also where they are no leaves; all leaves if not given. */
  inputs?: Tensor | readonly Tensor[] | null;
}

/** The options, however they were given. */
function options(
  first: Tensor | BackwardOptions | null | undefined,
  second: BackwardOptions | boolean | null | undefined,
  createGraph: boolean | undefined,
  inputs: BackwardOptions["inputs"],
): BackwardOptions {
  if (first instanceof Tensor || first === null || first === undefined) {
    if (typeof second === "object" && second !== null) return { ...second, gradient: first };
    return { gradient: first, retainGraph: second, createGraph, inputs };
  }
  return first;
}

operation("backward", (x, ...given: Parameters<typeof options>) => {
  const { gradient, inputs, ...pass } = options(...given);
  const wanted = inputs instanceof Tensor ? [inputs] : (inputs ?? null);
  if (wanted?.length === 0) throw new Error("backward: inputs is an empty list; leave it out for all leaves");
  const found = differentiate([x], [seedFor("backward", x, gradient)], wanted, pass);
  found.forEach((g, i) => {
    if (g !== null) addToGrad(wanted![i]!, g, pass.createGraph ?? false);
  });
});

operation("retainGrad", (x) => {
  if (!x.requiresGrad) throw new Error("retainGrad: this tensor does not require grad");
  if (x._op !== null) {
    const extras = extrasOf(stateOf(x));
    extras.retainGrad = true;
    extras.owner = x;
  }
  return x;
});

operation("registerHook", (x, hook) => {
  if (!x.requiresGrad) throw new Error("registerHook: this tensor does not require grad");
  const extras = extrasOf(stateOf(x));
  const hooks = (extras.hooks ??= []);
  hooks.push(hook);
  return () => {
    const i = hooks.indexOf(hook);
    if (i >= 0) hooks.splice(i, 1);
  };
});
