/**
 * Operations with a gradient that a user writes: `autograd.Function` with its context, PyTorch's protocol.
 */
import { zerosOf } from "../ops/region.js";
import { replace } from "../ops/change.js";
import { referredTo, stateMeant } from "../tensor/alias.js";
import { Tensor } from "../tensor/core.js";
import { isFloating } from "../tensor/dtype.js";
import { formatShape } from "../tensor/shape.js";
import { alias } from "../ops/copy.js";
import { isGradEnabled, withGradMode } from "./mode.js";
import { recordJointly } from "./record-jointly.js";

/** What `forward` keeps for `backward`; a function may put fields of its own on it (`torch.autograd.function.FunctionCtx`). */
export class FunctionContext {
  /** For each argument of `apply` whether its gradient is asked for. */
  needsInputGrad: readonly boolean[] = [];
  [own: string]: unknown;

  #saved: readonly (Tensor | null)[] = [];
  readonly #nonDifferentiable = new Set<Tensor>();
  readonly #dirty = new Set<Tensor>();
  #materializes = true;

  /** Keeps tensors for `backward`, inputs and results among them, as they are now: later changes in place do not reach them. */
  saveForBackward(...tensors: readonly (Tensor | null)[]): void {
    this.#saved = tensors.map((t) => (t === null ? null : referredTo(t)));
  }

  /** What `saveForBackward` was given, with its history, so that a gradient can be differentiated again. */
  get savedTensors(): readonly Tensor[] {
    return this.#saved.map((t) =>
      t === null ? null : withGradMode(true, () => alias(stateMeant(t))),
    ) as Tensor[];
  }

  /** These results have no gradient. */
  markNonDifferentiable(...results: readonly Tensor[]): void {
    for (const t of results) this.#nonDifferentiable.add(t);
  }

  /** These inputs are changed in place by `forward`, which returns them. */
  markDirty(...inputs: readonly Tensor[]): void {
    for (const t of inputs) this.#dirty.add(t);
  }

  /** Whether `backward` gets zeros for results without a gradient (default), or null. */
  setMaterializeGrads(value: boolean): void {
    this.#materializes = value;
  }

  /** @internal */
  static isDirty(ctx: FunctionContext, t: Tensor): boolean {
    return ctx.#dirty.has(t);
  }

  /** @internal */
  static hasGradient(ctx: FunctionContext, t: Tensor): boolean {
    return isFloating(t.dtype) && !ctx.#nonDifferentiable.has(t);
  }

  /** @internal */
  static materializes(ctx: FunctionContext): boolean {
    return ctx.#materializes;
  }

  /** What was saved of the results as `forward` made them is from now on the results with their history. @internal */
  static resultsAre(ctx: FunctionContext, results: ReadonlyMap<Tensor, Tensor>): void {
    ctx.#saved = ctx.#saved.map((t) => (t === null ? null : (results.get(t) ?? t)));
  }
}

type Gradients = Tensor | null | undefined | readonly (Tensor | null | undefined)[];

/** A class with the two methods. Where it has `setupContext(ctx, args, result)` as well, `forward` takes no context. */
interface AnyCustom {
  forward(...args: never[]): unknown;
  backward(ctx: never, ...gradients: never[]): Gradients;
}

/** What `apply` takes: what `forward` does, but for the context. */
type ArgumentsOf<F extends AnyCustom> = F extends { setupContext: unknown }
  ? Parameters<F["forward"]>
  : Parameters<F["forward"]> extends [unknown, ...infer A]
    ? A
    : never;

interface Custom {
  readonly name: string;
  forward(...args: unknown[]): unknown;
  setupContext?(ctx: FunctionContext, args: readonly unknown[], result: unknown): void;
  backward(ctx: FunctionContext, ...gradients: (Tensor | null)[]): Gradients;
}

/**
 * An operation with a gradient of one's own (`torch.autograd.Function`). A subclass has two static methods: `forward(ctx, …)` computes the result
 * and keeps what is needed with `ctx.saveForBackward`; `backward(ctx, …)` takes the gradient of each result and gives that of each argument of
 * `forward`, null for what has none. `MyFunction.apply(…)` calls it.
 *
 *     class Exp extends autograd.Function {
 *       static forward(ctx: autograd.FunctionContext, x: Tensor) {
 *         const y = x.exp();
 *         ctx.saveForBackward(y);
 *         return y;
 *       }
 *       static backward(ctx: autograd.FunctionContext, g: Tensor) {
 *         const [y] = ctx.savedTensors;
 *         return g.mul(y!);
 *       }
 *     }
 *
 * A gradient that is made of operations on tensors can be differentiated again.
 */
export class CustomFunction extends FunctionContext {
  /**
   * Calls `forward` without recording what it does; the result's gradient is what `backward` gives.
   * @throws TypeError for a class without `forward` or `backward`
   */
  static override apply<F extends AnyCustom>(this: F, ...args: ArgumentsOf<F>): ReturnType<F["forward"]>;
  static override apply(...args: unknown[]): unknown {
    return applied(this as unknown as Custom, args);
  }
}

// Users know it as `autograd.Function`; here that is JavaScript's own.
Object.defineProperty(CustomFunction, "name", { value: "Function", configurable: true });

function applied(f: Custom, args: readonly unknown[]): unknown {
  if (typeof f.forward !== "function" || typeof f.backward !== "function")
    throw new TypeError(
      `${f.name}.apply: a subclass of autograd.Function needs static forward(ctx, …) and static backward(ctx, …)`,
    );
  const ctx = new FunctionContext();
  ctx.needsInputGrad = args.map((x) => x instanceof Tensor && x.requiresGrad);
  const inputs = args.filter((x) => x instanceof Tensor);
  // Before `forward` may change them in place.
  const states = inputs.map(referredTo);
  const result = withGradMode(false, () => {
    if (f.setupContext === undefined) return f.forward(ctx, ...args);
    const made = f.forward(...args);
    f.setupContext(ctx, args, made);
    return made;
  });
  if (!isGradEnabled() || !inputs.some((x) => x._requiresGrad)) return result;
  const list: readonly unknown[] = Array.isArray(result) ? result : [result];
  const made = list.filter((y) => y instanceof Tensor && FunctionContext.hasGradient(ctx, y)) as Tensor[];
  const shown = recordJointly(
    `${f.name}Backward`,
    made.map((y) => y.node),
    states,
    (gradients) => gradientsOf(f, ctx, args, list, made, gradients),
  );
  const results = new Map<Tensor, Tensor>();
  made.forEach((y, i) => {
    const isDirty = FunctionContext.isDirty(ctx, y);
    if (isDirty) replace(y, `${f.name}.apply`, shown[i]!);
    results.set(y, isDirty ? y : shown[i]!);
  });
  // An input that is a result as well is saved as the input.
  FunctionContext.resultsAre(ctx, new Map([...results].filter(([y]) => !inputs.includes(y))));
  const mapped = list.map((y) => results.get(y as Tensor) ?? y);
  return Array.isArray(result) ? mapped : mapped[0];
}

/** Of the gradients of the results that have one those of the tensors among the arguments. */
function gradientsOf(
  f: Custom,
  ctx: FunctionContext,
  args: readonly unknown[],
  results: readonly unknown[],
  made: readonly Tensor[],
  gradients: readonly (Tensor | null)[],
): (Tensor | null)[] {
  const given = results
    .filter((y) => y instanceof Tensor)
    .map((y) => gradients[made.indexOf(y)] ?? (FunctionContext.materializes(ctx) ? zerosOf(y) : null));
  const found = f.backward(ctx, ...given);
  const list: readonly (Tensor | null | undefined)[] = Array.isArray(found)
    ? found
    : [found as Tensor | null];
  const isTooMany =
    list.length > args.length && list.slice(args.length).some((g) => g !== null && g !== undefined);
  if (list.length < args.length || isTooMany)
    throw new Error(
      `${f.name}.backward: expected a list of ${args.length} gradients, one for each argument of forward (null where there is none), got ${list.length}`,
    );
  const own: (Tensor | null)[] = [];
  args.forEach((x, i) => {
    if (!(x instanceof Tensor)) {
      if (list[i] instanceof Tensor)
        throw new Error(
          `${f.name}.backward: argument ${i} of forward is no tensor, so its gradient must be null`,
        );
      return;
    }
    const g = list[i] ?? null;
    if (g !== null && !(g instanceof Tensor))
      throw new TypeError(`${f.name}.backward: gradient ${i} is ${typeof g}, expected a tensor or null`);
    if (g !== null && !broadcastsFrom(x._node.shape, g._node.shape))
      throw new Error(
        `${f.name}.backward: gradient ${i} has shape ${formatShape(g.shape)}, expected that of the argument, ${formatShape(x.shape)}`,
      );
    own.push(g);
  });
  return own;
}

/** Whether a gradient of shape `of` can be summed to `shape`. */
function broadcastsFrom(shape: readonly number[], of: readonly number[]): boolean {
  const lead = of.length - shape.length;
  return lead >= 0 && shape.every((n, i) => n === 1 || n === of[lead + i]);
}
