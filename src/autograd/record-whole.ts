/**
 * Recording what kernels of their own compute, forward and back. Gradients that are recorded themselves are those of the same results made of
 * operations on tensors.
 */
import type { Node } from "../graph/record/node.js";
import { alias } from "../ops/copy.js";
import { zerosOf } from "../ops/region.js";
import { referredTo, stateMeant } from "../tensor/alias.js";
import { Tensor } from "../tensor/core.js";
import { differentiate } from "./differentiate.js";
import { isGradEnabled, withGradMode } from "./mode.js";
import { recordJointly } from "./record-jointly.js";

/** The same results, made of operations on tensors. */
export type Composed = (inputs: readonly Tensor[]) => readonly Tensor[];

/** Gradients of the results, zeros where there are none, → those of the inputs as they were. */
export type Backward = (inputs: readonly Tensor[], gradients: readonly Node[]) => readonly (Tensor | null)[];

/** Whether gradients may be asked for, so that the kernel should give what they need. */
export function isRecorded(inputs: readonly Tensor[]): boolean {
  return isGradEnabled() && inputs.some((x) => x._requiresGrad);
}

/** The tensors for `nodes`, which a kernel computed from `inputs`. */
export function recordWhole(
  name: string,
  nodes: readonly Node[],
  inputs: readonly Tensor[],
  backward: Backward,
  composed: Composed,
): readonly Tensor[] {
  const states = inputs.map(referredTo);
  return recordJointly(name, nodes, inputs, (given) => {
    const now = states.map(stateMeant);
    if (isGradEnabled()) return throughComposed(now, given, composed);
    return backward(
      now,
      nodes.map((node, i) => (given[i] ?? zerosOf(new Tensor(node))).node),
    );
  });
}

/** The gradients with a history of their own: the inputs' histories begin behind aliases, at which the inner pass ends. */
function throughComposed(
  inputs: readonly Tensor[],
  given: readonly (Tensor | null)[],
  composed: Composed,
): readonly (Tensor | null)[] {
  const apart = inputs.map((x) => (x._requiresGrad ? alias(x) : x));
  const results = withGradMode(true, () => composed(apart));
  const roots = results.flatMap((root, i) => {
    const seed = given[i] ?? null;
    return seed !== null && root._requiresGrad ? [{ root, seed }] : [];
  });
  return differentiate(
    roots.map(({ root }) => root),
    roots.map(({ seed }) => seed),
    apart,
    { createGraph: true },
  );
}
