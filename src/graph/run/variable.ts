/**
 * Parameters and the state of optimizers: the only values that change, and only when a step ends.
 */
import { engine } from "../../engine/current.js";
import type { Storage } from "../../engine/engine.js";
import { critical } from "../../interrupts.js";
import { copy } from "../record/build.js";
import { computePiece, computeSequence, sequenceToCut } from "./compute.js";
import { dtypeShift, Flag, Kind, Node } from "../record/node.js";
import { isAside, keep, takeKept, takeSinks } from "../record/pending.js";
import type { Plan } from "../plan/plan.js";
import { Placement } from "../plan/results.js";
import { addPlan, knownPlan, release, resultStorage, run, settle } from "./run.js";
import { appendWord, undoWalk, walk, walked } from "./walk.js";
import { dtypeNumbers } from "../../primitives/table.js";

/**
 * A value with a name that `step` replaces. The old value stays readable for one more step, so that what was computed from it
 * still is, unless the variable is `inPlace`: then nobody but the update itself may read it.
 */
export class Variable {
  /** The current value; after a step a leaf. */
  node: Node;
  readonly inPlace: boolean;
  /** Whether the current leaf's storage belongs to this variable alone. */
  private owned = false;
  /** The leaf of one step ago, whose storage the next value goes into. */
  private previous: Node | null = null;

  constructor(initial: Node, options: { readonly inPlace?: boolean } = {}) {
    this.node = initial;
    this.inPlace = options.inPlace ?? false;
    keep(initial);
  }

  /** Another value, without a step: loading weights, initializing again. */
  assign(node: Node): void {
    this.node = node;
    this.owned = false;
    this.previous = null;
    keep(node);
  }

  /** The leaf that a plan may overwrite, as its position in the walk; -1 where there is none. */
  overwritable(): number {
    const { node } = this;
    return this.inPlace && this.owned && node.epoch === walked.epoch ? node.index : -1;
  }

  /** Where a new value goes that does not overwrite the current one within its kernel. */
  storageFor(bytes: number): Storage {
    const { node, previous } = this;
    if (this.inPlace && this.owned && node.epoch !== walked.epoch) return node.storage!;
    // A value of two steps ago that this very plan reads must not be overwritten by it.
    if (previous === null || previous.epoch === walked.epoch) return engine().allocate(bytes);
    const storage = previous.storage!;
    storage.engine.discard?.(storage);
    revoke(previous);
    this.previous = null;
    return storage;
  }

  /** The new value is there. */
  advance(storage: Storage, shape: readonly number[]): void {
    const old = this.node;
    const { dtype } = old;
    const code = Kind.leaf | (dtypeNumbers[dtype] << dtypeShift);
    const leaf = new Node(code, dtype, shape, old.size, null, null, null);
    leaf.storage = storage;
    leaf.flags = Flag.variable;
    if (old.storage === storage) revoke(old);
    else this.previous = this.owned ? old : null;
    this.node = leaf;
    this.owned = true;
  }
}

function revoke(leaf: Node): void {
  leaf.storage = null;
  leaf.flags |= Flag.revoked;
}

/** The new value of a variable, of the same shape and dtype. */
export interface Update {
  readonly variable: Variable;
  readonly value: Node;
}

/**
 * Ends a training step: computes, in one plan, the new values, what was marked with `keep`, and everything pending that nothing
 * else has consumed; then gives each variable its value. A long step that is met for the first times is computed in pieces.
 * @param committed called in the section in which the values change, which an interrupt waits for: what changes with them
 * @throws RangeError for an index out of range; Error when a value is needed that two steps have overwritten.
 */
export function step(updates: readonly Update[], committed: () => void = nothing): void {
  if (isAside())
    throw new Error(
      "vmap: an optimizer cannot step within the function that is mapped, which runs once for all samples",
    );
  const count = updates.length;
  const { stepEpoch } = walked;
  let plan: Plan | null = null;
  let sequence: Node[] | null = null;
  const roots: Node[] = [];
  const overwritable: number[] = [];
  try {
    for (let i = 0; i < count; i++) {
      const { value } = updates[i]!;
      value.flags |= Flag.consumed;
      roots.push(value);
    }
    takeKept(roots);
    takeSinks(roots);
    if (roots.length === 0) return committed();
    walk(roots, count, false);
    for (let i = 0; i < count; i++) {
      const position = updates[i]!.variable.overwritable();
      overwritable.push(position);
      appendWord(position);
    }
    plan = knownPlan();
    if (plan === null) {
      sequence = sequenceToCut();
      if (sequence === null) plan = addPlan(roots, count, overwritable);
      else undoWalk(stepEpoch);
    }
    if (plan !== null) commit(plan, updates, roots, committed);
  } finally {
    release(plan);
  }
  if (sequence !== null) stepInPieces(updates, sequence, roots, committed);
}

/** A computation that is long ends at an interrupt before it has written anything; what follows is short. */
function commit(plan: Plan, updates: readonly Update[], roots: readonly Node[], committed: () => void): void {
  critical(() => {
    run(plan, (i, bytes) => updates[i]!.variable.storageFor(bytes));
    settle(plan, roots, updates.length);
    for (let i = 0; i < updates.length; i++) {
      const { variable, value } = updates[i]!;
      const result = plan.results[i]!;
      if (result.placement === Placement.block) throw new Error("a variable shares no storage");
      variable.advance(resultStorage(plan, result), value.shape);
    }
    committed();
  });
}

/** All new values are computed into storages of their own before the first variable is given one. */
function stepInPieces(
  updates: readonly Update[],
  sequence: readonly Node[],
  roots: readonly Node[],
  committed: () => void,
): void {
  computeSequence(sequence, new Set(roots), false);
  // What needs no computation, such as the value of another variable, which a later step may overwrite.
  const ready = updates.map(({ value }) => ((value.flags & Flag.variable) === 0 ? value : copy(value)));
  computePiece(ready, false);
  critical(() => {
    updates.forEach(({ variable }, i) => variable.assign(ready[i]!));
    committed();
  });
}

function nothing(): void {
  // Nothing else changes with the values.
}
