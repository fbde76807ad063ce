/**
 * Hooks of modules: what is called before and after `forward`, and with the gradients that go through a module. Modules are no functions, so a module
 * with hooks gets a `forward` of its own, which calls theirs.
 */
import { addHook, checkHook, type RemovableHandle } from "../autograd/handle.js";
import { isGradEnabled } from "../autograd/mode.js";
import { recordJointly } from "../autograd/record-jointly.js";
import { Tensor } from "../tensor/tensor.js";
import type { Module } from "./module.js";

/** Called before `forward` with its arguments; a list that it gives, or a single value, takes their place. */
export type ForwardPreHook<M extends Module = Module> = (module: M, inputs: unknown[]) => unknown;

/** Called after `forward`; what it gives takes the place of the output. */
export type ForwardHook<M extends Module = Module> = (module: M, inputs: unknown[], output: never) => unknown;

/** Gradients of the tensors among a module's arguments or results; null for those without one. */
export type ModuleGradients = readonly (Tensor | null)[];

/** Called with the gradients of a module's output before its backward pass; what it gives takes their place. */
export type BackwardPreHook<M extends Module = Module> = (
  module: M,
  gradOutput: ModuleGradients,
) => ModuleGradients | Tensor | null | undefined;

/** Called with the gradients of a module's inputs, once they are there, and of its output; what it gives takes the place of the first. */
export type BackwardHook<M extends Module = Module> = (
  module: M,
  gradInput: ModuleGradients,
  gradOutput: ModuleGradients,
) => ModuleGradients | Tensor | null | undefined;

/** Where a hook stands among the others. */
export interface HookOptions {
  /** Call it before those that are there already. Default false. */
  prepend?: boolean;
}

interface Hooks {
  readonly forwardPre: ForwardPreHook<never>[];
  readonly forward: ForwardHook<never>[];
  readonly backwardPre: BackwardPreHook<never>[];
  readonly backward: BackwardHook<never>[];
}

const hooksOf = new WeakMap<Module, Hooks>();

function hooksFor(module: Module): Hooks {
  const known = hooksOf.get(module);
  if (known !== undefined) return known;
  const hooks: Hooks = { forwardPre: [], forward: [], backwardPre: [], backward: [] };
  hooksOf.set(module, hooks);
  const forward = module.forward as (...inputs: unknown[]) => unknown;
  // Not enumerable: parts of the model are looked for among the properties that are.
  Object.defineProperty(module, "forward", {
    value: (...inputs: unknown[]) => hooked(module, hooks, forward, inputs),
    writable: true,
    configurable: true,
    enumerable: false,
  });
  return hooks;
}

/** Adds a hook to a module. @throws TypeError for what cannot be called */
export function addModuleHook(
  name: string,
  module: Module,
  kind: keyof Hooks,
  hook: unknown,
  { prepend = false }: HookOptions,
): RemovableHandle {
  checkHook(name, hook);
  return addHook(hooksFor(module)[kind] as unknown[], hook, prepend);
}

function hooked(
  module: Module,
  hooks: Hooks,
  forward: (...inputs: unknown[]) => unknown,
  given: unknown[],
): unknown {
  let inputs = given;
  for (const hook of hooks.forwardPre.slice()) {
    const others = (hook as ForwardPreHook)(module, inputs);
    if (others !== null && others !== undefined)
      inputs = Array.isArray(others) ? (others as unknown[]) : [others];
  }
  const watch =
    isGradEnabled() && hooks.backward.length + hooks.backwardPre.length > 0 ? new Watch(module, hooks) : null;
  if (watch !== null) inputs = watch.inputs(inputs);
  let output = forward.apply(module, inputs);
  for (const hook of hooks.forward.slice()) {
    const other = hook(module as never, inputs, output as never);
    if (other !== null && other !== undefined) output = other;
  }
  return watch === null ? output : watch.output(output);
}

/** One call of a module whose gradients are watched: what goes in and what comes out passes through a step that changes nothing. */
class Watch {
  #gradOutput: ModuleGradients = [];
  #hasInputs = false;

  constructor(
    private readonly module: Module,
    private readonly hooks: Hooks,
  ) {}

  inputs(inputs: unknown[]): unknown[] {
    const tensors = inputs.filter((x) => x instanceof Tensor);
    const watched = tensors.filter((x) => x.requiresGrad);
    if (watched.length === 0) return inputs;
    this.#hasInputs = true;
    const shown = through(watched, (gradients) => {
      const all = tensors.map((x) => gradients[watched.indexOf(x)] ?? null);
      const replaced = this.#called(all);
      return watched.map((x) => replaced[tensors.indexOf(x)] ?? null);
    });
    return inputs.map((x) => shown[watched.indexOf(x as Tensor)] ?? x);
  }

  output(output: unknown): unknown {
    const list: readonly unknown[] = Array.isArray(output) ? output : [output];
    const tensors = list.filter((y) => y instanceof Tensor);
    const watched = tensors.filter((y) => y.requiresGrad);
    if (watched.length === 0) return output;
    const shown = through(watched, (gradients) => {
      let all: ModuleGradients = tensors.map((y) => gradients[watched.indexOf(y)] ?? null);
      for (const hook of this.hooks.backwardPre.slice())
        all = replacement("registerFullBackwardPreHook", all, (hook as BackwardPreHook)(this.module, all));
      this.#gradOutput = all;
      // No gradient goes further than the module's own parameters.
      if (!this.#hasInputs) this.#called([null]);
      return watched.map((y) => all[tensors.indexOf(y)] ?? null);
    });
    const results = list.map((y) => shown[watched.indexOf(y as Tensor)] ?? y);
    return Array.isArray(output) ? results : results[0];
  }

  #called(gradInput: ModuleGradients): ModuleGradients {
    let all = gradInput;
    for (const hook of this.hooks.backward.slice())
      all = replacement(
        "registerFullBackwardHook",
        all,
        (hook as BackwardHook)(this.module, all, this.#gradOutput),
      );
    return all;
  }
}

/** The tensors with the same values, whose gradients go through `gradient` together. */
function through(
  tensors: readonly Tensor[],
  gradient: (gradients: ModuleGradients) => ModuleGradients,
): Tensor[] {
  return recordJointly(
    "BackwardHookFunctionBackward",
    tensors.map((x) => x.node),
    tensors,
    gradient,
  );
}

/** The gradients after a hook. @throws Error where it gives another number of them */
function replacement(
  name: string,
  before: ModuleGradients,
  given: ModuleGradients | Tensor | null | undefined,
): ModuleGradients {
  if (given === null || given === undefined) return before;
  const list = given instanceof Tensor ? [given] : given;
  if (list.length !== before.length)
    throw new Error(`${name}: the hook gave ${list.length} gradients, expected ${before.length}`);
  return list;
}
