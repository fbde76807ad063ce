/**
 * Cutting a piece out of the recorded graph, so that a backward pass can go through it alone: what recomputes it (checkpoints) and what
 * applies it to many samples (vmap) needs a graph that ends at tensors of its own.
 */
import { stateMeant, stateOf } from "../tensor/alias.js";
import { Tensor } from "../tensor/core.js";
import { restoreInputs } from "./record.js";

/** A piece of the graph. */
export interface Enclosed {
  /** What the results are in it. */
  readonly outputs: readonly Tensor[];
  /** The tensors outside that it reads and that require grad, in the order in which they were met. */
  readonly captured: readonly Tensor[];
  /** For each of these the leaf that stands for it inside. */
  readonly standIns: readonly Tensor[];
  /** The tensors inside, results first. */
  readonly inside: readonly Tensor[];
}

/** A leaf with the value of `t`. */
export function leafFor(t: Tensor): Tensor {
  const leaf = new Tensor(t._node);
  leaf._requiresGrad = t._requiresGrad;
  return leaf;
}

/**
 * The part of the history of `outputs` up to `inputs` that `isInside` says is its own. It must be referred to by nobody else: from now on its steps refer to
 * leaves in place of what is outside (or to what else `standInFor` gives).
 */
export function enclose(
  outputs: readonly Tensor[],
  inputs: ReadonlySet<Tensor>,
  isInside: (t: Tensor) => boolean,
  standInFor: (captured: Tensor) => Tensor = leafFor,
): Enclosed {
  const standIns = new Map<Tensor, Tensor>();
  const inside = new Set<Tensor>();
  const within = (t: Tensor): Tensor => {
    if (!t._requiresGrad) return t;
    const state = stateMeant(t);
    if (inputs.has(state)) return state;
    if (isInside(state)) {
      inside.add(state);
      return state;
    }
    let leaf = standIns.get(state);
    if (leaf === undefined) standIns.set(state, (leaf = standInFor(state)));
    return leaf;
  };
  const roots = outputs.map((y) => within(stateOf(y)));
  // A set hands out what is added while it is gone through.
  for (const t of inside) {
    if (t._op === null) continue;
    restoreInputs(t);
    if (t._a !== null) t._a = within(t._a);
    if (t._b !== null) t._b = within(t._b);
    if (t._c !== null) t._c = within(t._c);
    const list = t._extras?.list;
    if (list) for (let i = 0; i < list.length; i++) list[i] = within(list[i]!);
  }
  return {
    outputs: roots,
    captured: [...standIns.keys()],
    standIns: [...standIns.values()],
    inside: [...inside],
  };
}
