/**
 * Recording: how an operation's result remembers its inputs, and how gradients are handed back to them.
 * The walk over what was recorded is in backward.ts.
 */
import { markSaved } from "../graph/evaluate.js";
import type { Node } from "../graph/node.js";
import { type Extras, type Op, Tensor } from "../tensor/core.js";
import { isGradEnabled } from "./mode.js";

/** Versions are compared modulo 1024, so that three of them fit in one small integer. */
const VERSION_MASK = 1023;

/** The tensor for `node`, which `op` computed from `a`, `b` and `c`. */
export function record(
  op: Op,
  node: Node,
  a: Tensor,
  b: Tensor | null = null,
  c: Tensor | null = null,
  attributes: unknown = null,
): Tensor {
  const y = new Tensor(node);
  if (
    (a._requiresGrad || (b !== null && b._requiresGrad) || (c !== null && c._requiresGrad)) &&
    isGradEnabled()
  ) {
    y._op = op;
    y._a = a;
    y._b = b;
    y._c = c;
    y._attributes = attributes;
    y._requiresGrad = true;
    const versions = a._version | (b === null ? 0 : b._version) | (c === null ? 0 : c._version);
    if (versions !== 0) y._versions = packVersions(a, b, c);
    markSaved(node);
  }
  return y;
}

/** As `record`, for an operation with any number of inputs. */
export function recordList(
  op: Op,
  node: Node,
  tensors: readonly Tensor[],
  attributes: unknown = null,
): Tensor {
  const y = new Tensor(node);
  if (tensors.some((t) => t._requiresGrad) && isGradEnabled()) {
    y._op = op;
    y._attributes = attributes;
    y._requiresGrad = true;
    extrasOf(y).list = { tensors: tensors.slice(), versions: tensors.map((t) => t._version & VERSION_MASK) };
    markSaved(node);
  }
  return y;
}

function packVersions(a: Tensor, b: Tensor | null, c: Tensor | null): number {
  let packed = a._version & VERSION_MASK;
  if (b !== null) packed |= (b._version & VERSION_MASK) << 10;
  if (c !== null) packed |= (c._version & VERSION_MASK) << 20;
  return packed;
}

export function extrasOf(t: Tensor): Extras {
  return (t._extras ??= { list: null, hooks: null, retainGrad: false, freed: false, previous: null });
}

/** The tensors that `root` was computed from and that gradients are gathered for, each once. */
export function leavesOf(root: Tensor): Tensor[] {
  const seen = new Set<Tensor>([root]);
  // A set hands out what is added while it is gone through.
  for (const t of seen) {
    if (t._op === null) continue;
    for (const input of [t._a, t._b, t._c, ...(t._extras?.list?.tensors ?? [])])
      if (input !== null && input._requiresGrad) seen.add(input);
  }
  return [...seen].filter((t) => t._op === null && t._requiresGrad);
}

/** A handle of its own on the same value and history: what `t` was, once `t` is changed in place. */
export function snapshot(t: Tensor): Tensor {
  const old = new Tensor(t.node);
  old._op = t._op;
  old._a = t._a;
  old._b = t._b;
  old._c = t._c;
  old._attributes = t._attributes;
  old._versions = t._versions;
  old._version = t._version;
  old._requiresGrad = t._requiresGrad;
  old._extras = t._extras;
  return old;
}

/**
 * Makes sure that the inputs of `y` are what they were when it was recorded: where one was changed in place by a recorded operation,
 * its earlier state takes its place.
 * @throws Error when a change was not recorded and the gradient needs the old value.
 */
export function restoreInputs(y: Tensor): void {
  const op = y._op!;
  const a = y._a;
  const b = y._b;
  const c = y._c;
  if (a !== null) {
    const versions = y._versions;
    const now = a._version | (b === null ? 0 : b._version) | (c === null ? 0 : c._version);
    if ((versions | now) !== 0 && versions !== packVersions(a, b, c)) {
      y._a = atVersion(op, a, versions & VERSION_MASK);
      if (b !== null) y._b = atVersion(op, b, (versions >> 10) & VERSION_MASK);
      if (c !== null) y._c = atVersion(op, c, (versions >> 20) & VERSION_MASK);
      y._versions = packVersions(y._a, y._b, y._c);
    }
  }
  const list = y._extras?.list;
  if (list) {
    for (let i = 0; i < list.tensors.length; i++) {
      list.tensors[i] = atVersion(op, list.tensors[i]!, list.versions[i]!);
    }
  }
}

function atVersion(op: Op, t: Tensor, version: number): Tensor {
  let state = t;
  while ((state._version & VERSION_MASK) !== version) {
    const previous = state._extras?.previous ?? null;
    if (previous === null) {
      if (!op.saves) return state;
      throw new Error(
        `backward: a tensor of shape [${t.shape.join(", ")}] that ${op.name} needs for its gradient was changed in place after the operation ` +
          `(by an optimizer's step() or by a method ending in _ within noGrad). ` +
          `Call backward() before the change, run the forward pass again after it, or give the operation x.clone()`,
      );
    }
    state = previous;
  }
  return state;
}
