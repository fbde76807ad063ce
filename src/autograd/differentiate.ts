/**
 * The backward pass: from results back to inputs it orders the recorded operations, runs their gradients, and gathers gradients at leaves.
 */
import { scalar } from "../graph/record/build.js";
import { latestSerial } from "../graph/record/node.js";
import { isAside } from "../graph/record/pending.js";
import { recorder } from "../graph/record/provenance.js";
import { isNarrow, unroundedly } from "../graph/record/rounding.js";
import { keep, planCacheStats } from "../graph/run/evaluate.js";
import { watcher } from "../graph/run/watch.js";
import { add } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { alias } from "../ops/copy.js";
import { computingDType } from "../primitives/dtypes.js";
import { stateMeant, stateOf } from "../tensor/alias.js";
import { Tensor } from "../tensor/core.js";
import { isFloating } from "../tensor/dtype.js";
import type { Op, Recorded } from "../tensor/op.js";
import { formatShape, sameShape } from "../tensor/shape.js";
import { anomaly, checkForNaN } from "./anomaly.js";
import { restoreGradMode, setGradMode } from "./mode.js";
import { extrasOf, restoreInputs } from "./record.js";
import { type Gradients, replay, sighted } from "./replay.js";
import { sumTo } from "./sum-to.js";
import { beginPass, currentPass, resumePass } from "./wanted.js";

/** What a backward pass keeps, and what it records. */
export interface PassOptions {
  /** Keep what operations saved, so that another backward pass can go through it. Default: the value of `createGraph`. */
  retainGraph?: boolean | null;
  /** Record the gradient computation itself, so that it can be differentiated. */
  createGraph?: boolean;
}

/** Tensors that are still to be entered, the next one last. */
const stack: Tensor[] = [];
/** The list of the last pass, to be filled again; null while a pass uses it. */
let spare: Tensor[] | null = [];

/** A tensor as an outer pass has left it: a hook's or a custom gradient's own pass may go through the same graph. */
interface Interrupted {
  readonly tensor: Tensor;
  readonly mark: number;
  readonly pending: Tensor | null;
}

/** Leaves and their gradients that a pass is to be learned from. */
interface Learning {
  readonly leaves: Tensor[];
  readonly gradients: Tensor[];
  /** The latest node before the pass, and how often something had been computed. */
  readonly since: number;
  readonly evaluated: number;
}

function beginLearning(): Learning {
  return { leaves: [], gradients: [], since: latestSerial(), evaluated: evaluations() };
}

function evaluations(): number {
  const { hits, misses } = planCacheStats();
  return hits + misses;
}

/** The gradients are added to those of the leaves, and the graph is let go of. */
function addAll({ leaves, gradients, passed }: Gradients, retainGraph: boolean): void {
  const before = setGradMode(false);
  try {
    for (let i = 0; i < leaves.length; i++) addToGrad(leaves[i]!, gradients[i]!, false);
  } finally {
    restoreGradMode(before);
  }
  if (retainGraph) return;
  for (let i = 0; i < passed.length; i++) {
    const t = passed[i]!;
    if (t._requiresGrad && t._op !== null && t._op.saves) letGo(t);
  }
}

/** The gradient to begin with at a root. @throws Error when it is missing or does not fit. */
export function seedFor(name: string, root: Tensor, gradient: Tensor | null | undefined): Tensor {
  if (!root.requiresGrad) {
    throw new Error(
      `${name}: this tensor does not require grad and was not computed from one that does; set requiresGrad on the inputs, and mind noGrad and detach()`,
    );
  }
  if (gradient === undefined || gradient === null) {
    if (root.numel() !== 1) {
      throw new Error(
        `${name}: a gradient can begin only at a single number, this tensor has shape ${formatShape(root.shape)}; use sum() or mean(), or pass a gradient of that shape`,
      );
    }
    const one = new Tensor(scalar(1, root.dtype));
    return root.ndim === 0 ? one : one.reshape(root.shape);
  }
  if (!sameShape(gradient.shape, root.shape)) {
    throw new Error(
      `${name}: expected a gradient of shape ${formatShape(root.shape)}, got ${formatShape(gradient.shape)}`,
    );
  }
  if (!isFloating(gradient.dtype))
    throw new TypeError(`${name}: expected a floating gradient, got ${gradient.dtype}`);
  return gradient;
}

/**
 * Differentiates the roots. Without `inputs`, gradients are added to `grad` of the leaves; with them, they are returned.
 * @internal
 */
export function differentiate(
  outputs: readonly Tensor[],
  seeds: readonly Tensor[],
  wanted: readonly Tensor[] | null,
  options: PassOptions,
): (Tensor | null)[] {
  const roots = outputs.map(stateOf);
  const inputs = wanted === null ? null : wanted.map(named);
  const createGraph = options.createGraph ?? false;
  const retainGraph = options.retainGraph ?? createGraph;
  const outer = currentPass();
  const interrupted: Interrupted[] | null = outer === 0 ? null : [];
  // Who looks on is told of each operation, and of the kernels that compute it.
  const isPlain =
    inputs === null &&
    !createGraph &&
    outer === 0 &&
    watcher === null &&
    recorder === null &&
    !anomaly.enabled &&
    !isAside();
  if (isPlain) {
    const known = replay(roots, seeds);
    if (known !== null) {
      addAll(known, retainGraph);
      return [];
    }
  }
  const entered = beginPass();
  const finished = entered + 1;
  const order = spare ?? [];
  spare = null;
  const results: (Tensor | null)[] = inputs === null ? [] : inputs.map(() => null);
  const before = setGradMode(createGraph);
  try {
    sortTopologically(roots, entered, order, interrupted);
    const sighting = isPlain ? sighted(order, roots, seeds) : null;
    const learning = sighting === null ? null : beginLearning();
    if (inputs !== null) restrictTo(inputs, finished, order);
    seed(roots, seeds, finished);
    for (let i = order.length - 1; i >= 0; i--) {
      const t = stateMeant(order[i]!);
      if (t._mark !== finished) continue;
      let g = t._pending;
      t._pending = null;
      if (g === null) continue;
      if (recorder !== null) recorder.differentiate(t._node);
      const extras = t._extras;
      if (extras !== null && extras.hooks !== null) for (const hook of extras.hooks.slice()) g = hook(g) ?? g;
      if (inputs !== null) {
        const own = extras?.owner ?? t;
        for (let k = 0; k < inputs.length; k++)
          if (inputs[k] === own) results[k] = added(results[k]!, g, createGraph);
      } else if (learning !== null && t._op === null) {
        learning.leaves.push(t);
        learning.gradients.push(g);
      } else if (t._op === null || (extras !== null && extras.retainGrad)) addToGrad(t, g, createGraph);
      if (t._op !== null && (inputs === null || hasMarkedInput(t, finished))) {
        // A hook may have changed something in place.
        restoreInputs(t);
        const op = t._op;
        const gradients = isNarrow(t._node)
          ? gradientsOfNarrow(t, op, g)
          : op.gradient(t as Recorded<unknown>, g);
        if (anomaly.enabled && anomaly.checkNan) checkForNaN(t, gradients);
        handOn(t, gradients, finished);
        if (!retainGraph && t._op.saves) letGo(t);
      }
    }
    if (learning !== null) {
      const { leaves, gradients, since, evaluated } = learning;
      // What depends on values that were read in the pass may be different the next time.
      const isPure = evaluated === evaluations() && latestSerial() >= since;
      const own = isPure ? sighting!.learn(leaves, gradients, ({ serial }) => serial > since) : gradients;
      leaves.forEach((leaf, i) => addToGrad(leaf, own[i]!, false));
    }
  } finally {
    recorder?.endBackward();
    restoreGradMode(before);
    resumePass(outer);
    if (interrupted !== null)
      for (const { tensor, mark, pending } of interrupted) {
        tensor._mark = mark;
        tensor._pending = pending;
      }
    order.length = 0;
    spare = order;
  }
  return results;
}

/**
 * Puts what the roots depend on into `order`, inputs before what was computed from them (a topological sort, depth first), and marks it as
 * finished.
 */
function sortTopologically(
  roots: readonly Tensor[],
  entered: number,
  order: Tensor[],
  interrupted: Interrupted[] | null,
): void {
  const finished = entered + 1;
  stack.length = 0;
  for (const root of roots) stack.push(root);
  while (stack.length > 0) {
    const t = stack[stack.length - 1]!;
    if (t._mark === finished) stack.pop();
    else if (t._mark === entered) {
      t._mark = finished;
      order.push(t);
      stack.pop();
    } else {
      interrupted?.push({ tensor: t, mark: t._mark, pending: t._pending });
      t._mark = entered;
      t._pending = null;
      if (t._op !== null) {
        const extras = t._extras;
        if (extras !== null && extras.freed) throwFreed();
        restoreInputs(t);
        pushInput(t._a, entered);
        pushInput(t._b, entered);
        pushInput(t._c, entered);
        if (extras !== null && extras.list !== null) for (const x of extras.list) pushInput(x, entered);
      }
    }
  }
}

function pushInput(t: Tensor | null, entered: number): void {
  if (t !== null && t._requiresGrad && t._mark !== entered && t._mark !== entered + 1) stack.push(t);
}

function throwFreed(): never {
  throw new Error(
    "backward: this graph was walked before and let go of what it had saved; pass { retainGraph: true } to the first backward() to go through it twice",
  );
}

/** Begins with the gradients of the roots, one of which may depend on another. */
function seed(roots: readonly Tensor[], seeds: readonly Tensor[], finished: number): void {
  for (let i = 0; i < roots.length; i++) {
    const root = roots[i]!;
    if (root._mark === finished)
      root._pending = root._pending === null ? seeds[i]! : add(root._pending, seeds[i]!);
    keep(root.node);
  }
}

/** Takes the mark from what does not lead to one of `inputs`, so that no gradient is computed there. */
function restrictTo(inputs: readonly Tensor[], finished: number, order: readonly Tensor[]): void {
  const targets = new Set(inputs);
  for (const t of order) if (!targets.has(t._extras?.owner ?? t) && !hasMarkedInput(t, finished)) t._mark = 1;
}

function hasMarkedInput(t: Tensor, finished: number): boolean {
  return (
    t._a?._mark === finished ||
    t._b?._mark === finished ||
    t._c?._mark === finished ||
    (t._extras?.list?.some((x) => x._mark === finished) ?? false)
  );
}

/**
 * The gradients with respect to the inputs of `t`. Those of a float16 or bfloat16 result are computed in float32, as in PyTorch's kernels, and
 * rounded when they are handed on.
 */
function gradientsOfNarrow(t: Tensor, op: Op, g: Tensor): readonly (Tensor | null)[] {
  return unroundedly(() => op.gradient(t as Recorded<unknown>, cast(g, computingDType(t._node.dtype))));
}

/** Gives the inputs of `t` their gradients. */
function handOn(t: Tensor, gradients: readonly (Tensor | null)[], finished: number): void {
  const list = t._extras?.list;
  if (list) {
    for (let i = 0; i < list.length; i++) gather(list[i]!, gradients[i], finished);
    return;
  }
  gather(t._a, gradients[0], finished);
  gather(t._b, gradients[1], finished);
  gather(t._c, gradients[2], finished);
}

/** Adds `g` to what this pass has gathered for `input`, if that is wanted. */
function gather(input: Tensor | null, g: Tensor | null | undefined, finished: number): void {
  if (g === null || g === undefined || input === null || input._mark !== finished) return;
  const { shape } = input._node;
  const sum = g._node.shape === shape ? g : sumTo(g, shape);
  const { dtype } = input._node;
  const own = sum._node.dtype === dtype ? sum : cast(sum, dtype);
  const pending = input._pending;
  input._pending = pending === null ? own : add(pending, own);
}

/** What stands for a tensor in a pass: for a leaf the leaf itself, whatever was changed in place, for any other tensor its state now. */
function named(t: Tensor): Tensor {
  const state = stateOf(t);
  return state._extras?.owner ?? state;
}

/** A leaf that was changed in place has a gradient at each of its states: they are added. */
function added(before: Tensor | null, g: Tensor, createGraph: boolean): Tensor {
  return before === null ? handleOf(g, createGraph) : add(before, g);
}

/** Two inputs may have been handed the same gradient tensor; whoever holds one must be able to change it in place. */
function handleOf(g: Tensor, createGraph: boolean): Tensor {
  return createGraph ? alias(g) : new Tensor(g.node);
}

/** Adds a gradient to `grad` of the leaf, or of the tensor whose gradient is retained, that has this state. @internal */
export function addToGrad(state: Tensor, g: Tensor, createGraph: boolean): void {
  const t = state._extras?.owner ?? state;
  const before = t._grad;
  if (before === null) t._grad = handleOf(g, createGraph);
  else {
    t._grad = add(before, g);
    // Where gradients of several batches are accumulated, each batch's are computed when its loss is read, and not all together in the step.
    keep(t._grad.node);
  }
  const accumulated = state._extras?.accumulated;
  if (accumulated !== undefined) for (const hook of accumulated.slice()) hook(t);
}

/** Lets go of what the operation saved for its gradient: afterwards only another forward pass gives one. */
function letGo(t: Tensor): void {
  t._a = null;
  t._b = null;
  t._c = null;
  t._attributes = null;
  const extras = extrasOf(t);
  extras.list = null;
  extras.freed = true;
}
