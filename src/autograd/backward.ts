/**
 * The walk from results back to inputs: order the recorded steps, run their gradients, gather at leaves.
 */
import { keep } from "../graph/run/evaluate.js";
import { scalar } from "../graph/record/build.js";
import { roundingOf, unroundedly } from "../graph/record/rounding.js";
import { add } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { alias } from "../ops/copy.js";
import { computingDType } from "../primitives/dtypes.js";
import { stateMeant, stateOf } from "../tensor/alias.js";
import { Tensor } from "../tensor/core.js";
import type { Op, Recorded } from "../tensor/op.js";
import { isFloating } from "../tensor/dtype.js";
import { operation } from "../tensor/operation.js";
import { formatShape, sameShape } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import { beginWalk, currentWalk, resumeWalk } from "./wanted.js";
import { sumTo } from "./sum-to.js";
import { restoreGradMode, setGradMode } from "./mode.js";
import { extrasOf, restoreInputs } from "./record.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /**
     * Computes the gradient of this tensor with respect to every leaf that requires grad and adds it to the leaf's `grad`
     * (`torch.Tensor.backward`). A tensor with more than one element needs `gradient`, of its shape.
     * @throws Error when nothing here requires grad, or the graph was walked before without `retainGraph`.
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

/** What walking back keeps. */
export interface WalkOptions {
  /** Keep what operations saved, so that backward can walk here again. Default: the value of `createGraph`. */
  retainGraph?: boolean | null;
  /** Record the gradient computation itself, so that it can be differentiated. */
  createGraph?: boolean;
}

export interface BackwardOptions extends WalkOptions {
  /** The gradient to begin with, of this tensor's shape; 1 for a single number if not given. */
  gradient?: Tensor | null;
  /** Only these get a gradient, also where they are no leaves; all leaves if not given. */
  inputs?: Tensor | readonly Tensor[] | null;
}

const stack: Tensor[] = [];
/** The list of the last walk, to be filled again; null while a walk uses it. */
let spare: Tensor[] | null = [];

/** Marks what the roots depend on and puts it in `order`, inputs before what was computed from them. */
function sort(roots: readonly Tensor[], entered: number, order: Tensor[]): void {
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
 * Differentiates the roots. Without `inputs`, gradients are added to `grad` of the leaves; with them, they are returned.
 * @internal
 */
export function differentiate(
  outputs: readonly Tensor[],
  seeds: readonly Tensor[],
  wanted: readonly Tensor[] | null,
  options: WalkOptions,
): (Tensor | null)[] {
  const roots = outputs.map(stateOf);
  const inputs = wanted === null ? null : wanted.map(named);
  const createGraph = options.createGraph ?? false;
  const retainGraph = options.retainGraph ?? createGraph;
  const outer = currentWalk();
  const entered = beginWalk();
  const finished = entered + 1;
  const order = spare ?? [];
  spare = null;
  const results: (Tensor | null)[] = inputs === null ? [] : inputs.map(() => null);
  const before = setGradMode(createGraph);
  try {
    sort(roots, entered, order);
    if (inputs !== null) restrictTo(inputs, finished, order);
    for (let i = 0; i < roots.length; i++) {
      const root = roots[i]!;
      if (root._mark === finished)
        root._pending = root._pending === null ? seeds[i]! : add(root._pending, seeds[i]!);
      keep(root.node);
    }
    for (let i = order.length - 1; i >= 0; i--) {
      const t = stateMeant(order[i]!);
      if (t._mark !== finished) continue;
      let g = t._pending;
      t._pending = null;
      if (g === null) continue;
      const extras = t._extras;
      if (extras !== null && extras.hooks !== null) for (const hook of extras.hooks) g = hook(g) ?? g;
      if (inputs !== null) {
        const own = extras?.owner ?? t;
        for (let k = 0; k < inputs.length; k++)
          if (inputs[k] === own) results[k] = added(results[k]!, g, createGraph);
      } else if (t._op === null || (extras !== null && extras.retainGrad)) addToGrad(t, g, createGraph);
      if (t._op !== null && (inputs === null || hasMarkedInput(t, finished))) {
        // A hook may have changed something in place.
        restoreInputs(t);
        handOn(t, gradientsOf(t, t._op, g), finished);
        if (!retainGraph && t._op.saves) letGo(t);
      }
    }
  } finally {
    restoreGradMode(before);
    resumeWalk(outer);
    order.length = 0;
    spare = order;
  }
  return results;
}

/** What a step hands back. Of a narrow dtype all of it is computed in the wider one, as in PyTorch's kernels, and rounded when it is handed on. */
function gradientsOf(t: Tensor, op: Op, g: Tensor): readonly (Tensor | null)[] {
  if (roundingOf(t._node) === 0) return op.gradient(t as Recorded<unknown>, g);
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

/** Adds `g` to what the walk has gathered for `input`, if it wants any. */
function gather(input: Tensor | null, g: Tensor | null | undefined, finished: number): void {
  if (g === null || g === undefined || input === null || input._mark !== finished) return;
  const { shape } = input._node;
  const sum = g._node.shape === shape ? g : sumTo(g, shape);
  const own = cast(sum, input._node.dtype);
  const pending = input._pending;
  input._pending = pending === null ? own : add(pending, own);
}

/** How the walk knows a tensor: a leaf by its own name, whatever was changed in place, any other tensor by its state now. */
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

function addToGrad(state: Tensor, g: Tensor, createGraph: boolean): void {
  const t = state._extras?.owner ?? state;
  const before = t._grad;
  if (before === null) {
    t._grad = handleOf(g, createGraph);
    return;
  }
  t._grad = add(before, g);
  // Several batches for one step: what each has added is computed with that batch's loss, not all together in the step.
  keep(t._grad.node);
}

function letGo(t: Tensor): void {
  t._a = null;
  t._b = null;
  t._c = null;
  t._attributes = null;
  const extras = extrasOf(t);
  extras.list = null;
  extras.freed = true;
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
  const { gradient, inputs, ...walk } = options(...given);
  const wanted = inputs instanceof Tensor ? [inputs] : (inputs ?? null);
  if (wanted?.length === 0) throw new Error("backward: inputs is an empty list; leave it out for all leaves");
  const found = differentiate([x], [seedFor("backward", x, gradient)], wanted, walk);
  found.forEach((g, i) => {
    if (g !== null) addToGrad(wanted![i]!, g, walk.createGraph ?? false);
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
