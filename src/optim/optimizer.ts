/**
 * `Optimizer`: parameter groups, state and the step that all optimizers share. What differs between them is their chain of
 * transformations (`transform.ts`). A step only builds nodes; `graph/run` runs them, with all that is pending, as one plan.
 */
import { addHook, type RemovableHandle } from "../autograd/handle.js";
import { enableGrad } from "../autograd/mode.js";
import { binary } from "../graph/record/build.js";
import { recorder } from "../graph/record/provenance.js";
import { pendingCount, pendingSince } from "../graph/record/pending.js";
import { settled } from "../graph/record/rounding.js";
import { step } from "../graph/run/evaluate.js";
import { watcher } from "../graph/run/watch.js";
import { critical, stepEnded } from "../interrupts.js";
import type { HookOptions } from "../nn/hooks.js";
import { whereLayersAreFound } from "../nn/parameter.js";
import type { TensorData } from "../tensor/nested-types.js";
import { zerosLike } from "../tensor/creation/constant.js";
import { Tensor } from "../tensor/tensor.js";
import { SharedUpdate } from "./shared-update.js";
import { type Declared, declaredBy, ParameterState, savedStates, type Update } from "./state.js";
import type { Transform } from "./transform.js";

/** Tensors to train, with options of their own where they differ from the optimizer's. */
export type ParamGroup<Options> = Partial<Options> & { params: readonly Tensor[] };

/** What `stateDict()` gives: tensors and step counts by the parameter's number, and each group's options. */
export interface OptimizerState<Options> {
  state: Record<number, Record<string, Tensor | number>>;
  paramGroups: (Options & { params: number[] })[];
}

/** The same, or what is left of it after JSON, with nested arrays for tensors. */
export interface SavedOptimizerState<Options> extends Pick<OptimizerState<Options>, "paramGroups"> {
  readonly state: Readonly<Record<number, Readonly<Record<string, Tensor | TensorData>>>>;
}

/** When hooks are called. */
type Hooked = "stepPre" | "stepPost" | "savePre" | "savePost" | "loadPre" | "loadPost";

/** Base of all optimizers; PyTorch's optim.Optimizer. */
export abstract class Optimizer<Options extends { lr: number } = { lr: number }> {
  /** Options can be changed between steps: `opt.paramGroups[0].lr = 0.001`. */
  readonly paramGroups: (Options & { params: readonly Tensor[] })[] = [];
  /** The options of groups that say nothing else. */
  readonly defaults: Readonly<Options>;
  readonly #chain: readonly Transform<Options>[];
  readonly #isElementwise: boolean;
  /** What the chain's links keep of a parameter. */
  readonly #declared: Declared<Options>;
  readonly #states = new Map<Tensor, ParameterState<Options>>();
  readonly #hooks: Record<Hooked, ((state: never) => unknown)[]> = {
    stepPre: [],
    stepPost: [],
    savePre: [],
    savePost: [],
    loadPre: [],
    loadPost: [],
  };

  protected constructor(
    params: readonly Tensor[] | readonly ParamGroup<Options>[],
    options: Partial<Options>,
    defaults: Options,
    chain: readonly Transform<Options>[],
  ) {
    this.defaults = { ...defaults, ...given(options) };
    this.#chain = chain;
    this.#declared = declaredBy(chain);
    this.#isElementwise = chain.every(({ elementwise }) => elementwise === true);
    this.check(this.defaults);
    const list: readonly (Tensor | ParamGroup<Options>)[] = [...params];
    if (list.length === 0)
      throw new Error(
        `${this.constructor.name}: there is nothing to train, the list is empty; pass model.parameters(). ${whereLayersAreFound}`,
      );
    const tensors = list.filter((entry) => entry instanceof Tensor);
    if (tensors.length === list.length)
      this.addParamGroup({ params: tensors } as unknown as ParamGroup<Options>);
    else for (const group of list) this.addParamGroup(group as ParamGroup<Options>);
  }

  /** Adds tensors to train, with their own options where given. */
  addParamGroup(group: ParamGroup<Options>): void {
    const { params, ...options } = group;
    const full = { ...this.defaults, ...given(options as unknown as Partial<Options>), params };
    this.check(full);
    for (const tensor of params) {
      if (!(tensor instanceof Tensor) || !tensor.requiresGrad || !tensor.isLeaf)
        throw new TypeError(
          `${this.constructor.name}: only leaf tensors with requiresGrad can be trained, not ${describe(tensor)}; ` +
            `make it with { requiresGrad: true } or as nn.Parameter`,
        );
      if (this.#states.has(tensor))
        throw new Error(
          `${this.constructor.name}: a tensor of shape [${tensor.shape.join(", ")}] is in two groups or twice in one`,
        );
      this.#states.set(tensor, new ParameterState(tensor, this.#declared));
    }
    this.paramGroups.push(full);
  }

  /**
   * Forgets the gradients, so that the next `backward()` starts from none; with `setToNone` false makes them 0, as tensors that stay.
   */
  zeroGrad(setToNone: boolean | { setToNone?: boolean } = true): void {
    const forgets = typeof setToNone === "object" ? (setToNone.setToNone ?? true) : setToNone;
    for (const group of this.paramGroups)
      for (const tensor of group.params) {
        if (forgets || tensor._grad === null) tensor.grad = null;
        else tensor.grad = zerosLike(tensor._grad);
      }
  }

  /**
   * Updates every parameter that has a gradient, and evaluates all that is pending. With a closure that computes the loss and
   * its gradients, calls it first and returns its result.
   */
  step(): void;
  step<T>(closure: () => T): T;
  step<T>(closure?: () => T): T | undefined {
    this.#call("stepPre", null);
    const result = this.advance(closure);
    this.#call("stepPost", null);
    return result;
  }

  /** Calls `hook` before each step; `handle.remove()` removes it (`torch.optim.Optimizer.register_step_pre_hook`). */
  registerStepPreHook(hook: (optimizer: this) => void): RemovableHandle {
    return this.#register("stepPre", hook);
  }

  /** Calls `hook` after each step; `handle.remove()` removes it (`torch.optim.Optimizer.register_step_post_hook`). */
  registerStepPostHook(hook: (optimizer: this) => void): RemovableHandle {
    return this.#register("stepPost", hook);
  }

  /** Calls `hook` before each `stateDict()` (`torch.optim.Optimizer.register_state_dict_pre_hook`). */
  registerStateDictPreHook(hook: (optimizer: this) => void, options?: HookOptions): RemovableHandle {
    return this.#register("savePre", hook, options);
  }

  /**
   * Calls `hook` with what `stateDict()` is to give; it may change it, or give another that takes its place
   * (`torch.optim.Optimizer.register_state_dict_post_hook`).
   */
  registerStateDictPostHook(
    hook: (optimizer: this, state: OptimizerState<Options>) => unknown,
    options?: HookOptions,
  ): RemovableHandle {
    return this.#register("savePost", hook, options);
  }

  /**
   * Calls `hook` with a shallow copy of what `loadStateDict` was given; it may change it, or give another that takes its place
   * (`torch.optim.Optimizer.register_load_state_dict_pre_hook`).
   */
  registerLoadStateDictPreHook(
    hook: (optimizer: this, state: SavedOptimizerState<Options>) => unknown,
    options?: HookOptions,
  ): RemovableHandle {
    return this.#register("loadPre", hook, options);
  }

  /** Calls `hook` after each `loadStateDict` (`torch.optim.Optimizer.register_load_state_dict_post_hook`). */
  registerLoadStateDictPostHook(hook: (optimizer: this) => void, options?: HookOptions): RemovableHandle {
    return this.#register("loadPost", hook, options);
  }

  #register(
    moment: Hooked,
    hook: (optimizer: this, state: never) => unknown,
    { prepend = false }: HookOptions = {},
  ): RemovableHandle {
    if (typeof hook !== "function")
      throw new TypeError(
        `${this.constructor.name}: expected a function that is called with the optimizer, got ${typeof hook}`,
      );
    return addHook(this.#hooks[moment], (state: never) => hook(this, state), prepend);
  }

  /** Calls the hooks of a moment; a state that one gives takes the place of the one that there is. */
  #call<State extends object | null>(moment: Hooked, state: State): State {
    let current = state;
    for (const hook of this.#hooks[moment].slice()) {
      const other = hook(current as never);
      if (current !== null && typeof other === "object" && other !== null) current = other as State;
    }
    return current;
  }

  /** A copy of what is kept of each parameter that has been trained, by the parameter. */
  get state(): Map<Tensor, Record<string, Tensor | number>> {
    const state = new Map<Tensor, Record<string, Tensor | number>>();
    for (const [tensor, own] of this.#states) if (own.done > 0) state.set(tensor, own.save());
    return state;
  }

  /** The step itself, without hooks. */
  protected advance<T>(closure: (() => T) | undefined): T | undefined {
    const result = closure === undefined ? undefined : enableGrad(closure);
    const updates: Update[] = [];
    const stepped: ParameterState<Options>[] = [];
    recorder?.optimize(true);
    // Who looks on is told of each operation, and of the kernels that compute it.
    const shares = this.#isElementwise && recorder === null && watcher === null;
    for (const group of this.paramGroups) {
      let shared: SharedUpdate<Options> | null = null;
      for (const tensor of group.params) {
        // Not `grad`: reading that has the gradient stored, which the step alone does not need.
        const grad = tensor._grad;
        if (grad === null) continue;
        const state = this.#states.get(tensor)!;
        stepped.push(state);
        state.begin(updates, group);
        if (shared !== null && shared.holdsFor(grad.node, state)) {
          shared.apply(grad.node, state, updates);
          continue;
        }
        const first = updates.length;
        const before = pendingCount();
        let direction = grad.node;
        for (const transform of this.#chain) direction = transform.update(direction, state, group);
        updates.push({
          variable: tensor.variable(),
          value: settled(binary("sub", state.parameter, direction)),
        });
        if (shares && group.params.length > 1)
          shared = SharedUpdate.of(grad.node, state, pendingSince(before), updates.slice(first));
      }
    }
    recorder?.optimize(false);
    // Counted when the step is committed: one that fails, for instance on an index out of range, does not count.
    const committed = (): void => {
      for (const state of stepped) state.end();
      stepEnded();
    };
    if (updates.length > 0) step(updates, committed);
    return result;
  }

  /** A copy of state and options, for `loadStateDict`; parameters are numbered through all groups. */
  stateDict(): OptimizerState<Options> {
    this.#call("savePre", null);
    return this.#call("savePost", this.saved());
  }

  /** What `stateDict` gives, without hooks. */
  protected saved(): OptimizerState<Options> {
    const state: OptimizerState<Options>["state"] = {};
    const paramGroups: OptimizerState<Options>["paramGroups"] = [];
    let number = 0;
    for (const group of this.paramGroups) {
      const first = number;
      for (const tensor of group.params) {
        const own = this.#states.get(tensor)!;
        if (own.done > 0) state[number] = own.save();
        number++;
      }
      paramGroups.push({ ...group, params: group.params.map((_, i) => first + i) });
    }
    return { state, paramGroups };
  }

  /** Takes over what `stateDict` gave, also by way of JSON. @throws Error when groups, names of states or shapes differ */
  loadStateDict(saved: SavedOptimizerState<Options>): void {
    this.load(this.#call("loadPre", { ...saved }));
    this.#call("loadPost", null);
  }

  /** What `loadStateDict` does, without hooks. */
  protected load(saved: SavedOptimizerState<Options>): void {
    const name = `${this.constructor.name}.loadStateDict`;
    const sizes = (groups: readonly { params: readonly unknown[] }[]) =>
      groups.map((group) => group.params.length).join(" + ");
    if (sizes(saved.paramGroups) !== sizes(this.paramGroups))
      throw new Error(
        `${name}: this optimizer trains ${sizes(this.paramGroups)} tensors, the saved one ${sizes(saved.paramGroups)}`,
      );
    const tensors = this.paramGroups.flatMap((group) => group.params);
    const states = tensors.map((parameter, number) =>
      savedStates(saved.state[number] ?? {}, parameter, this.#declared, `${name}: parameter ${number}`),
    );
    critical(() => {
      saved.paramGroups.forEach(({ params: _, ...options }, i) =>
        Object.assign(this.paramGroups[i]!, options),
      );
      tensors.forEach((tensor, i) => this.#states.get(tensor)!.load(states[i]!));
    });
  }

  /** Refuses options outside their range. */
  protected check(options: Options): void {
    requireRange(this.constructor.name, "lr", options.lr, 0, Infinity);
  }

  /** The groups with their options, as PyTorch prints them. */
  toString(): string {
    const groups = this.paramGroups.map(({ params, ...options }, i) => {
      const lines = Object.entries(options).map(([key, value]) => `    ${key}: ${String(value)}\n`);
      return `Parameter Group ${i} (${params.length} tensors)\n${lines.join("")}`;
    });
    return `${this.constructor.name} (\n${groups.join("\n")})`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** Options that are there but undefined count as not given. */
function given<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}

function describe(value: unknown): string {
  if (!(value instanceof Tensor)) return typeof value === "object" ? JSON.stringify(value) : String(value);
  return `a ${value.isLeaf ? "tensor without requiresGrad" : "computed tensor"} of shape [${value.shape.join(", ")}]`;
}

/** @throws RangeError unless low <= value <= high */
export function requireRange(
  optimizer: string,
  option: string,
  value: number,
  low: number,
  high: number,
): void {
  if (value >= low && value <= high) return;
  const range =
    high === Infinity
      ? `at least ${low}`
      : low === -Infinity
        ? `at most ${high}`
        : `between ${low} and ${high}`;
  throw new RangeError(`${optimizer}: ${option} must be ${range}, not ${value}`);
}

/**
 * A rate of 1 would never take a new value, and the correction of the beginning would divide by 0.
 * @throws RangeError unless both are from 0 up to but not 1
 */
export function requireBetas(optimizer: string, betas: readonly [number, number]): void {
  for (const i of [0, 1] as const) {
    if (!(betas[i] >= 0 && betas[i] < 1))
      throw new RangeError(`${optimizer}: betas[${i}] must be at least 0 and below 1, not ${betas[i]}`);
  }
}
