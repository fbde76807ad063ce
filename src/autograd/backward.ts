/**
 * `backward()` with its options. What is asked of tensors beforehand (`retainGrad`, hooks) is in `hooks.ts`, the pass itself in
 * `differentiate.ts`.
 */
import { Tensor } from "../tensor/core.js";
import { operation } from "../tensor/operation.js";
import type { Shape } from "../tensor/shape-types.js";
import { addToGrad, differentiate, type PassOptions, seedFor } from "./differentiate.js";

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
  const { gradient, ...rest } = options(...given);
  gatherInLeaves([x], [gradient], rest);
});

function gatherInLeaves(
  roots: readonly Tensor[],
  gradients: readonly (Tensor | null | undefined)[],
  { inputs, ...pass }: BackwardOptions,
): void {
  const wanted = inputs instanceof Tensor ? [inputs] : (inputs ?? null);
  if (wanted?.length === 0) throw new Error("backward: inputs is an empty list; leave it out for all leaves");
  const seeds = roots.map((root, i) => seedFor("backward", root, gradients[i]));
  differentiate(roots, seeds, wanted, pass).forEach((g, i) => {
    if (g !== null) addToGrad(wanted![i]!, g, pass.createGraph ?? false);
  });
}

/** Options of `autograd.backward`. */
export interface BackwardOfManyOptions extends PassOptions {
  /** The gradients to begin with, one for each tensor; null for a single number. */
  gradTensors?: Tensor | readonly (Tensor | null)[] | null;
  /** Only these get a gradient; all leaves if not given. */
  inputs?: Tensor | readonly Tensor[] | null;
}

/**
 * Adds the gradients of all these tensors to `grad` of the leaves, in one pass (`torch.autograd.backward`): of the sum of their products with
 * `gradTensors`, which a tensor of one element does not need.
 * @throws Error as the method `backward`, and where the two lists differ in length
 */
export function backward(
  tensors: Tensor | readonly Tensor[],
  gradTensors?: Tensor | readonly (Tensor | null)[] | BackwardOfManyOptions | null,
  options: BackwardOfManyOptions = {},
): void {
  const roots = tensors instanceof Tensor ? [tensors] : tensors;
  const isOptions = (given: typeof gradTensors): given is BackwardOfManyOptions =>
    typeof given === "object" && given !== null && !(given instanceof Tensor) && !Array.isArray(given);
  const { gradTensors: named, ...rest } = isOptions(gradTensors) ? gradTensors : { ...options, gradTensors };
  const given = named instanceof Tensor ? [named] : (named ?? roots.map(() => null));
  if (given.length !== roots.length)
    throw new Error(
      `backward: expected ${roots.length} gradTensors, one for each tensor, got ${given.length}`,
    );
  gatherInLeaves(roots, given, rest);
}
