/**
 * `Module`: what every layer and model is. It finds parameters, buffers and submodules by walking the object's own properties, so a
 * class only has to assign them: `this.hidden = new Linear(2, 3)`, `this.scale = new Parameter(ones([3]))`, `this.blocks = [...]`.
 * What a class keeps in a `#private` field nobody else can see, so parts of the model do not belong there.
 * How a module prints is in `repr.ts`, what a state dict may hold in `stateDict.ts`.
 */
import { dtypeTo } from "../ops/cast.js";
import { type DType, type FloatDType, isFloating } from "../tensor/dtype.js";
import { Tensor } from "../tensor/tensor.js";
import { convert, Parameter } from "./parameter.js";
import { describeModule, moduleTable } from "./repr.js";
import { loadState, type LoadResult, type SavedState, type StateDict } from "./stateDict.js";

/** A layer or a model: state plus `forward`. PyTorch's nn.Module. */
export abstract class Module {
  /** Whether layers such as Dropout behave as in training; set by `train()` and `eval()`. */
  training = true;
  readonly #buffers = new Set<string>();

  /** Computes the output from the input; subclasses say with what types. */
  abstract forward(...inputs: never[]): unknown;

  /** Marks the property `name` as a buffer: a tensor that is part of the state but is not trained. Returns the tensor. */
  protected registerBuffer<T extends Tensor>(name: string, value: T): T {
    this.#buffers.add(name);
    return value;
  }

  /**
   * Submodules with their names; an array of modules gives `name.0`, `name.1`, …, an object of them `name.key`. Subclasses that name
   * theirs otherwise override it.
   */
  namedChildren(): [string, Module][] {
    return members(this).filter((member): member is [string, Module] => member[1] instanceof Module);
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

  /** All parameters with names such as "0.weight", each once even where layers share it. */
  namedParameters(): [string, Parameter][] {
    return this.#collect((_, member) => member instanceof Parameter) as [string, Parameter][];
  }

  /** All parameters of this module and those below it, each once: what an optimizer takes. */
  parameters(): Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  /** All tensors that `registerBuffer` marked, with names such as "norm.runningMean". */
  namedBuffers(): [string, Tensor][] {
    return this.#collect((module, _, name) => module.#buffers.has(name));
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
   * A copy of all parameters and buffers, detached: training on does not change it.
   * Names are the properties' ("0.weight", "norm.runningMean").
   */
  stateDict(): StateDict {
    const state: StateDict = {};
    for (const [name, tensor] of this.#state()) state[name] = tensor.detach().clone();
    return state;
  }

  /**
   * Takes over the values of a state dict; the types stay this module's. PyTorch's snake_case names are understood, and so is a state dict
   * that was written as JSON: `model.loadStateDict(JSON.parse(text))`.
   * @throws Error that lists keys that are missing, unexpected or of another shape; with `strict: false` only the last.
   */
  loadStateDict(state: SavedState, { strict = true }: { strict?: boolean } = {}): LoadResult {
    return loadState(this.name(), this.#state(), state, strict);
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
    return members(this).filter(
      (member): member is [string, Tensor] =>
        member[1] instanceof Parameter || (member[1] instanceof Tensor && this.#buffers.has(member[0])),
    );
  }

  #state(): [string, Tensor][] {
    return this.#collect((module, member, name) => member instanceof Parameter || module.#buffers.has(name));
  }

  #collect(wanted: (module: Module, member: Tensor, name: string) => boolean): [string, Tensor][] {
    const found: [string, Tensor][] = [];
    const seen = new Set<Tensor>();
    for (const [prefix, module] of this.namedModules()) {
      for (const [name, member] of members(module)) {
        if (!(member instanceof Tensor) || seen.has(member) || !wanted(module, member, name)) continue;
        seen.add(member);
        found.push([join(prefix, name), member]);
      }
    }
    return found;
  }
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

function isCollection(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}

function join(prefix: string, name: string): string {
  return prefix === "" ? name : `${prefix}.${name}`;
}
