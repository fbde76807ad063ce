/**
 * `Module`: what every layer and model is. It finds parameters, buffers and submodules by walking the object's own properties, so a
 * class only has to assign them: `this.hidden = new Linear(2, 3)`, `this.scale = new Parameter(ones([3]))`, `this.blocks = [...]`.
 * What a class keeps in a `#private` field nobody else can see, so parts of the model do not belong there.
 * How a module prints is in `repr.ts`, what a state dict may hold in `stateDict.ts`.
 */
import { dtypeTo } from "../ops/cast.js";
import { type DType, type FloatDType, isFloating } from "../tensor/dtype.js";
import { emptyLike } from "../tensor/creation/constant.js";
import { Tensor } from "../tensor/tensor.js";
import type { RemovableHandle } from "../autograd/handle.js";
import {
  addModuleHook,
  type BackwardHook,
  type BackwardPreHook,
  type ForwardHook,
  type ForwardPreHook,
  type HookOptions,
} from "./hooks.js";
import { assignValue, convert, Parameter } from "./parameter.js";
import { describeModule, moduleTable } from "./repr.js";
import {
  addStateHook,
  type LoadStateDictPostHook,
  type LoadStateDictPreHook,
  type StateDictPostHook,
  type StateDictPreHook,
} from "./state-hooks.js";
import { loadState, type LoadResult, type SavedState, saveState, type StateDict } from "./stateDict.js";

/** A layer or a model: state plus `forward`. PyTorch's nn.Module. */
export abstract class Module {
  /** Whether layers such as Dropout behave as in training; set by `train()` and `eval()`. */
  training = true;
  /** Names of properties that are buffers, and whether they are part of the state dict. */
  readonly #buffers = new Map<string, boolean>();

  /** Computes the output from the input; subclasses say with what types. */
  abstract forward(...inputs: never[]): unknown;

  /**
   * Marks the property `name` as a buffer: a tensor that is not trained, but is part of the state dict unless `persistent` is false. Sets the
   * property where the object has none yet, and returns the tensor (`torch.nn.Module.register_buffer`).
   */
  registerBuffer<T extends Tensor | null>(name: string, value: T, options: { persistent?: boolean } = {}): T {
    const { persistent = true } = options;
    this.#buffers.set(name, persistent);
    if (!(name in this)) Object.assign(this, { [name]: value });
    return value;
  }

  /** Sets the property `name` to a parameter, which may be null (`torch.nn.Module.register_parameter`). */
  registerParameter(name: string, value: Parameter | null): void {
    Object.assign(this, { [name]: value });
  }

  /** Sets the property `name` to a submodule (`torch.nn.Module.register_module`). */
  registerModule(name: string, value: Module | null): void {
    Object.assign(this, { [name]: value });
  }

  /** As `registerModule` (`torch.nn.Module.add_module`). */
  addModule(name: string, value: Module | null): void {
    this.registerModule(name, value);
  }

  /**
   * Calls `hook(module, inputs)` before each `forward`; a list that it gives, or a single value, takes the arguments' place
   * (`torch.nn.Module.register_forward_pre_hook`). `handle.remove()` removes it.
   */
  registerForwardPreHook(hook: ForwardPreHook<this>, options: HookOptions = {}): RemovableHandle {
    return addModuleHook("registerForwardPreHook", this, "forwardPre", hook, options);
  }

  /**
   * Calls `hook(module, inputs, output)` after each `forward`; what it gives takes the output's place
   * (`torch.nn.Module.register_forward_hook`). `handle.remove()` removes it.
   */
  registerForwardHook(hook: ForwardHook<this>, options: HookOptions = {}): RemovableHandle {
    return addModuleHook("registerForwardHook", this, "forward", hook, options);
  }

  /**
   * Calls `hook(module, gradOutput)` with the gradients of the output before they go through the module; a list that it gives takes their place
   * (`torch.nn.Module.register_full_backward_pre_hook`). `handle.remove()` removes it.
   */
  registerFullBackwardPreHook(hook: BackwardPreHook<this>, options: HookOptions = {}): RemovableHandle {
    return addModuleHook("registerFullBackwardPreHook", this, "backwardPre", hook, options);
  }

  /**
   * Calls `hook(module, gradInput, gradOutput)` once the gradients of the inputs are there; a list that it gives takes the place of `gradInput`
   * (`torch.nn.Module.register_full_backward_hook`). `handle.remove()` removes it.
   */
  registerFullBackwardHook(hook: BackwardHook<this>, options: HookOptions = {}): RemovableHandle {
    return addModuleHook("registerFullBackwardHook", this, "backward", hook, options);
  }

  /** Calls `hook(module, prefix, keepVars)` before the module is saved (`torch.nn.Module.register_state_dict_pre_hook`). */
  registerStateDictPreHook(hook: StateDictPreHook<this>): RemovableHandle {
    return addStateHook("registerStateDictPreHook", this, "savePre", hook);
  }

  /**
   * Calls `hook(module, stateDict, prefix, localMetadata)` when the module is saved, which may change `stateDict`
   * (`torch.nn.Module.register_state_dict_post_hook`).
   */
  registerStateDictPostHook(hook: StateDictPostHook<this>): RemovableHandle {
    return addStateHook("registerStateDictPostHook", this, "savePost", hook);
  }

  /**
   * Calls `hook(module, stateDict, prefix, localMetadata, strict, missingKeys, unexpectedKeys, errorMsgs)` before the module is loaded, which may
   * change what it gets (`torch.nn.Module.register_load_state_dict_pre_hook`).
   */
  registerLoadStateDictPreHook(hook: LoadStateDictPreHook<this>): RemovableHandle {
    return addStateHook("registerLoadStateDictPreHook", this, "loadPre", hook);
  }

  /**
   * Calls `hook(module, incompatibleKeys)` when values are loaded, which may take keys off the lists
   * (`torch.nn.Module.register_load_state_dict_post_hook`).
   */
  registerLoadStateDictPostHook(hook: LoadStateDictPostHook<this>): RemovableHandle {
    return addStateHook("registerLoadStateDictPostHook", this, "loadPost", hook);
  }

  /**
   * What a subclass has to save beside tensors, such as a table of words; in state dicts it is called `_extra_state`
   * (`torch.nn.Module.get_extra_state`). JSON must take it where the state dict is to become JSON.
   */
  getExtraState?(): unknown;

  /** Takes over what `getExtraState` gave, from a state dict (`torch.nn.Module.set_extra_state`). */
  setExtraState?(state: never): void;

  /**
   * What the property `name` is called in state dicts: as written in a user's module; the library's own layers say PyTorch's name.
   * @internal
   */
  stateKey(name: string): string {
    return name;
  }

  /**
   * Submodules with their names; an array of modules gives `name.0`, `name.1`, …, an object of them `name.key`. Subclasses that name
   * theirs otherwise override it.
   */
  namedChildren(): [string, Module][] {
    return this.ownMembers()
      .filter((member): member is [string, Module] => member[1] instanceof Module)
      .map(([name, child]) => [this.stateKey(name), child]);
  }

  /** The modules that are direct properties of this one. */
  children(): Module[] {
    return this.namedChildren().map(([, child]) => child);
  }

  /** This module ("" as its name) and all below it, each once, parents first. */
  namedModules(prefix = "", seen = new Set<Module>()): [string, Module][] {
    if (seen.has(this)) return [];
    seen.add(this);
    const below = this.namedChildren().flatMap(([name, child]) =>
      child.namedModules(join(prefix, name), seen),
    );
    return [[prefix, this], ...below];
  }

  /** This module and all below it, each once. */
  modules(): Module[] {
    return this.namedModules().map(([, module]) => module);
  }

  /**
   * All parameters with PyTorch's keys, such as "0.weight" and "lstm.weight_ih_l0", each once even where layers share it.
   * @param prefix stands before each name; without `recurse` only this module's own
   */
  namedParameters(prefix = "", recurse = true): [string, Parameter][] {
    return this.#collect((_, member) => member instanceof Parameter, prefix, recurse) as [
      string,
      Parameter,
    ][];
  }

  /** All parameters of this module and those below it, each once: what an optimizer takes. */
  parameters(recurse = true): Parameter[] {
    return this.namedParameters("", recurse).map(([, parameter]) => parameter);
  }

  /** All tensors that `registerBuffer` marked, with PyTorch's keys, such as "norm.running_mean". */
  namedBuffers(prefix = "", recurse = true): [string, Tensor][] {
    return this.#collect((module, _, name) => module.#buffers.has(name), prefix, recurse);
  }

  /** The module of a name such as "encoder.layers.0"; "" is this one. @throws Error (`torch.nn.Module.get_submodule`) */
  getSubmodule(target: string): Module {
    return found(this, target, "submodule", this.namedModules());
  }

  /**
   * Puts a module in the place of the one of a name such as "encoder.layers.0", or adds it to its parent, which `strict` forbids
   * (`torch.nn.Module.set_submodule`).
   * @throws Error where there is no such parent, or what is there is no module
   */
  setSubmodule(target: string, module: Module, strict: boolean | { strict?: boolean } = false): void {
    const name = `${this.name()}.setSubmodule`;
    if (target === "") throw new Error(`${name}: expected a name such as "encoder.layers.0", got ""`);
    if (!(module instanceof Module))
      throw new TypeError(`${name}: expected a module, got ${module === null ? "null" : typeof module}`);
    for (const [path, parent] of this.namedModules()) {
      const child = path === "" ? target : target.slice(path.length + 1);
      if (path !== "" && !target.startsWith(`${path}.`)) continue;
      if (parent.namedChildren().some(([each]) => each === child)) {
        parent.setChild(child, module);
        return;
      }
    }
    const at = target.lastIndexOf(".");
    const parent = this.getSubmodule(target.slice(0, Math.max(at, 0)));
    if (typeof strict === "object" ? strict.strict === true : strict)
      found(this, target, "submodule", this.namedModules());
    parent.setChild(target.slice(at + 1), module);
  }

  /** Puts a module in the place of the child of a name, or adds it. @throws Error where something else is there @internal */
  setChild(name: string, module: Module): void {
    const [holder, key] = holderOf(this, (path) => this.stateKey(path) === name) ?? [this, name];
    const before: unknown = Reflect.get(holder, key);
    if (key in holder && !(before instanceof Module))
      throw new Error(
        `${this.name()}.setSubmodule: "${name}" is no module; registerModule("${name}", module) replaces what is there`,
      );
    Object.assign(holder, { [key]: module });
  }

  /** The parameter of a name such as "encoder.weight". @throws Error (`torch.nn.Module.get_parameter`) */
  getParameter(target: string): Parameter {
    return found(this, target, "parameter", this.namedParameters());
  }

  /** The buffer of a name such as "norm.running_mean". @throws Error (`torch.nn.Module.get_buffer`) */
  getBuffer(target: string): Tensor {
    return found(this, target, "buffer", this.namedBuffers());
  }

  /** All buffers of this module and those below it, each once. */
  buffers(): Tensor[] {
    return this.namedBuffers().map(([, buffer]) => buffer);
  }

  /** Sets `training` here and in all submodules. */
  train(mode = true): this {
    for (const module of this.modules()) module.training = mode;
    return this;
  }

  /** `train(false)`: layers such as Dropout behave as in use. */
  eval(): this {
    return this.train(false);
  }

  /** Calls `visit` with every submodule, children first, then with this one; often with functions of `nn.init`. */
  apply(visit: (module: Module) => void): this {
    for (const child of this.children()) child.apply(visit);
    visit(this);
    return this;
  }

  /** Forgets the gradients of all parameters. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.grad = null;
  }

  /** Freezes (`false`) or unfreezes all parameters: whether they require grad. */
  requiresGrad_(flag = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad_(flag);
    return this;
  }

  /**
   * Converts parameters and floating-point buffers to another floating-point type, in place. Everything is on the "cpu", so that there is
   * nothing to do for `to("cpu")`.
   */
  to(what: FloatDType | "cpu" | Tensor): this;
  to(device: "cpu", dtype: FloatDType): this;
  to(what: DType | "cpu" | Tensor, second?: DType): this {
    const dtype = dtypeTo(`${this.name()}.to`, what, second);
    if (dtype === undefined) return this;
    if (!isFloating(dtype))
      throw new TypeError(
        `${this.name()}.to("${dtype}"): parameters are float32, float64, float16 or bfloat16`,
      );
    for (const tensor of [...this.parameters(), ...this.buffers()])
      if (isFloating(tensor.dtype)) convert(tensor, dtype);
    return this;
  }

  /** `to("float32")`. */
  float(): this {
    return this.to("float32");
  }

  /** `to("float64")`. */
  double(): this {
    return this.to("float64");
  }

  /** `to("float16")`. */
  half(): this {
    return this.to("float16");
  }

  /** `to("bfloat16")`. */
  bfloat16(): this {
    return this.to("bfloat16");
  }

  /** The module itself: all modules are there. */
  cpu(): this {
    return this;
  }

  /**
   * Gives parameters and buffers values that nobody has set, in place, before others are loaded (`torch.nn.Module.to_empty`).
   * Without `recurse` only this module's own.
   */
  toEmpty({ recurse = true }: { device?: "cpu"; recurse?: boolean } = {}): this {
    const buffers = this.namedBuffers("", recurse).map(([, buffer]) => buffer);
    for (const tensor of [...this.parameters(recurse), ...buffers]) assignValue(tensor, emptyLike(tensor));
    return this;
  }

  /**
   * A copy of all parameters and buffers, detached: training on does not change it. Names are PyTorch's ("0.weight", "norm.running_mean",
   * "lstm.weight_ih_l0"). What `getExtraState` gives stands under `_extra_state`.
   */
  stateDict(): StateDict {
    return saveState(this);
  }

  /**
   * Takes over the values of a state dict; the types stay this module's. A state dict that was written as JSON is understood too:
   * `model.loadStateDict(JSON.parse(text))`.
   * @throws Error that lists keys that are missing, unexpected or of another shape; with `strict: false` only the last. Nothing is changed then, but
   *   by hooks.
   */
  loadStateDict(state: SavedState, { strict = true }: { strict?: boolean } = {}): LoadResult {
    return loadState(this, state, strict);
  }

  /** Tensors and modules that are properties of this one, by name; containers say theirs. @internal */
  ownMembers(): [string, Tensor | Module][] {
    return members(this);
  }

  /** The class's name, as `toString` shows it. */
  name(): string {
    return this.constructor.name;
  }

  /** What `toString` writes between the parentheses of a layer; subclasses override it. */
  extraRepr(): string {
    return "";
  }

  /** Prints as PyTorch does, with names in camelCase. */
  toString(): string {
    return describeModule(this);
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/plain": this.toString(), "text/html": String(moduleTable(this)) };
  }

  /** Own parameters and buffers of this module alone, for tables. */
  ownTensors(): [string, Tensor][] {
    return this.ownMembers()
      .filter(
        (member): member is [string, Tensor] =>
          member[1] instanceof Parameter || (member[1] instanceof Tensor && this.#buffers.has(member[0])),
      )
      .map(([name, tensor]) => [this.stateKey(name), tensor]);
  }

  /** Own parameters and buffers of this module alone that state dicts have. @internal */
  ownState(): [string, Tensor][] {
    return this.ownMembers()
      .filter(
        (member): member is [string, Tensor] =>
          member[1] instanceof Parameter ||
          (member[1] instanceof Tensor && this.#buffers.get(member[0]) === true),
      )
      .map(([name, tensor]) => [this.stateKey(name), tensor]);
  }

  /** Tensors of this module and those below, each once. */
  #collect(
    wanted: (module: Module, member: Tensor, name: string) => boolean,
    prefix: string,
    recurse: boolean,
  ): [string, Tensor][] {
    const found: [string, Tensor][] = [];
    const seen = new Set<Tensor>();
    const modules: readonly [string, Module][] = recurse ? this.namedModules(prefix) : [[prefix, this]];
    for (const [path, module] of modules) {
      for (const [name, member] of module.ownMembers()) {
        if (!(member instanceof Tensor) || !wanted(module, member, name)) continue;
        if (seen.has(member)) continue;
        seen.add(member);
        found.push([join(path, module.stateKey(name)), member]);
      }
    }
    return found;
  }
}

/** A layer of the library: its properties are the camelCase of PyTorch's names, which its state dict has. */
export abstract class BuiltIn extends Module {
  /** @internal */
  override stateKey(name: string): string {
    return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  }
}

function found<T>(module: Module, target: string, what: string, all: readonly [string, T][]): T {
  const entry = all.find(([name]) => name === target);
  if (entry !== undefined) return entry[1];
  const known = all.map(([name]) => name).filter((name) => name !== "");
  throw new Error(`${module.name()}: no ${what} "${target}"; there is ${known.join(", ") || "none"}`);
}

/** Own properties that are tensors or modules; arrays and plain objects of them (also nested) are spread out. */
function members(module: Module): [string, Tensor | Module][] {
  const found: [string, Tensor | Module][] = [];
  const seen = new Set<unknown>();
  const visit = (name: string, value: unknown): void => {
    if (value instanceof Tensor || value instanceof Module) {
      found.push([name, value]);
    } else if (isCollection(value) && !seen.has(value)) {
      seen.add(value);
      for (const [key, element] of Object.entries(value)) visit(`${name}.${key}`, element);
    }
  };
  for (const [name, value] of Object.entries(module)) visit(name, value);
  return found;
}

/** The module, array or plain object that has a module under a path that is wanted, and its key there. */
function holderOf(
  module: Module,
  isWanted: (path: string) => boolean,
): readonly [holder: object, key: string] | undefined {
  const seen = new Set<unknown>();
  const visit = (holder: object, prefix: string): readonly [object, string] | undefined => {
    seen.add(holder);
    for (const [key, value] of Object.entries(holder) as [string, unknown][]) {
      const path = join(prefix, key);
      if (value instanceof Module && isWanted(path)) return [holder, key];
      const below = isCollection(value) && !seen.has(value) ? visit(value, path) : undefined;
      if (below !== undefined) return below;
    }
    return undefined;
  };
  return visit(module, "");
}

function isCollection(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}

/** A name behind those of what it is in. @internal */
export function join(prefix: string, name: string): string {
  return prefix === "" ? name : `${prefix}.${name}`;
}
