/**
 * Recording: how an operation's result remembers its inputs, and how gradients are handed back to them.
 * What goes through the record in reverse is in differentiate.ts.
 */
import { markSaved } from "../graph/run/evaluate.js";
import { Flag, type Node } from "../graph/record/node.js";
import { originOfRecord } from "../graph/record/provenance.js";
import { referredTo, stateMeant, stateOf } from "../tensor/alias.js";
import { Tensor } from "../tensor/core.js";
import type { Extras, Op } from "../tensor/op.js";
import { anomaly } from "./anomaly.js";
import { isGradEnabled } from "./mode.js";

/** The tensor for `node`, which `op` computed from `a`, `b` and `c`. */
export function record<A>(
  op: Op<A>,
  node: Node,
  a: Tensor,
  b: Tensor | null = null,
  c: Tensor | null = null,
  attributes: NoInfer<A> | null = null,
): Tensor {
  const y = new Tensor(node);
  if (
    (a._requiresGrad || (b !== null && b._requiresGrad) || (c !== null && c._requiresGrad)) &&
    isGradEnabled()
  ) {
    y._op = op;
    y._a = referredTo(a);
    if (b !== null) y._b = referredTo(b);
    if (c !== null) y._c = referredTo(c);
    y._attributes = attributes;
    y._requiresGrad = true;
    markSaved(node);
    if (anomaly.enabled) extrasOf(y).origin = originOfRecord();
  }
  return y;
}

/** As `record`, for an operation with any number of inputs. */
export function recordList<A>(
  op: Op<A>,
  node: Node,
  tensors: readonly Tensor[],
  attributes: NoInfer<A> | null = null,
): Tensor {
  const y = new Tensor(node);
  if (tensors.some((t) => t._requiresGrad) && isGradEnabled()) {
    y._op = op;
    y._attributes = attributes;
    y._requiresGrad = true;
    extrasOf(y).list = tensors.map(referredTo);
    markSaved(node);
    if (anomaly.enabled) extrasOf(y).origin = originOfRecord();
  }
  return y;
}

export function extrasOf(t: Tensor): Extras {
  return (t._extras ??= { list: null, hooks: null, retainGrad: false, freed: false, owner: null });
}

/** The tensors that `root` was computed from and that gradients are gathered for, each once. */
export function leavesOf(root: Tensor): Tensor[] {
  const seen = new Set<Tensor>([stateOf(root)]);
  const leaves = new Set<Tensor>();
  // A set hands out what is added while it is gone through.
  for (const t of seen) {
    if (t._op === null && t._requiresGrad) leaves.add(t._extras?.owner ?? t);
    for (const input of [t._a, t._b, t._c, ...(t._extras?.list ?? [])])
      if (input !== null && input._requiresGrad) seen.add(stateMeant(input));
  }
  return [...leaves];
}

/**
 * Makes sure that the inputs of `y` are what they were when it was recorded: a tensor that was changed in place since is replaced by its
 * earlier state.
 * @throws Error when the gradient needs weights that an optimizer has replaced twice since.
 */
export function restoreInputs(y: Tensor): void {
  const { _a: a, _b: b, _c: c, _op: op } = y;
  const saves = op!.saves;
  if (a !== null) y._a = meant(a, op!.name, saves);
  if (b !== null) y._b = meant(b, op!.name, saves);
  if (c !== null) y._c = meant(c, op!.name, saves);
  const list = y._extras?.list;
  if (list) for (let i = 0; i < list.length; i++) list[i] = meant(list[i]!, op!.name, saves);
}

function meant(t: Tensor, name: string, saves: boolean): Tensor {
  const state = t._alias === null ? t : stateMeant(t);
  if (saves && (state._node.flags & Flag.revoked) !== 0) {
    throw new Error(
      `backward: a tensor of shape [${t.shape.join(", ")}] that ${name} needs for its gradient was changed in place after the operation, ` +
        `by two steps of an optimizer. ` +
        `Call backward() before the steps, run the forward pass again after them, or give the operation x.clone()`,
    );
  }
  return state;
}
