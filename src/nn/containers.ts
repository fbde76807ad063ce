/** Lists and dictionaries of modules and of parameters, which a model finds its parts in. */
import type { Tensor } from "../tensor/tensor.js";
import { Module } from "./module.js";
import { Parameter } from "./parameter.js";

/** What all of them have in common: they hold parts and compute nothing themselves. */
abstract class Container extends Module {
  /** @throws Error: a container has no output of its own */
  override forward(): never {
    throw new Error(
      `${this.name()} has no forward: call its elements, for (const layer of list) x = layer.forward(x)`,
    );
  }
}

/** A place in a list, counted from its end where it is negative. @throws RangeError @internal */
export function place(name: string, index: number, length: number): number {
  const i = index < 0 ? index + length : index;
  if (!Number.isInteger(i) || i < 0 || i >= length)
    throw new RangeError(`${name}: index ${index} is out of range for ${length} element(s)`);
  return i;
}

/** Modules by their place; their names in a state dict are "0", "1", … PyTorch's nn.ModuleList. */
export class ModuleList<M extends Module = Module> extends Container {
  readonly #modules: M[];

  constructor(modules: Iterable<M> = []) {
    super();
    this.#modules = [...modules];
  }

  /** Number of modules. */
  get length(): number {
    return this.#modules.length;
  }

  /** The module at a place, counted from the end where it is negative. @throws RangeError */
  at(index: number): M {
    return this.#modules[place("ModuleList.at", index, this.length)]!;
  }

  /** Puts another module at a place. @throws RangeError */
  set(index: number, module: M): void {
    this.#modules[place("ModuleList.set", index, this.length)] = module;
  }

  /** Adds a module at the end. */
  append(module: M): this {
    this.#modules.push(module);
    return this;
  }

  /** Adds modules at the end. */
  extend(modules: Iterable<M>): this {
    this.#modules.push(...modules);
    return this;
  }

  /** Puts a module before the one at `index`. */
  insert(index: number, module: M): void {
    this.#modules.splice(index, 0, module);
  }

  /** Takes the module at a place out of the list, the last one unless said otherwise, and returns it. @throws RangeError */
  pop(index = -1): M {
    return this.#modules.splice(place("ModuleList.pop", index, this.length), 1)[0]!;
  }

  /** What `f` gives of each module. */
  map<R>(f: (module: M, index: number) => R): R[] {
    return this.#modules.map(f);
  }

  override namedChildren(): [string, Module][] {
    return this.#modules.map((module, i) => [String(i), module]);
  }

  /** @internal */
  override setChild(name: string, module: Module): void {
    if (name === String(this.length)) this.append(module as M);
    else this.set(Number(name), module as M);
  }

  [Symbol.iterator](): IterableIterator<M> {
    return this.#modules.values();
  }
}

/** Modules by name. PyTorch's nn.ModuleDict. */
export class ModuleDict<M extends Module = Module> extends Container {
  readonly #modules: Map<string, M>;

  constructor(modules: Readonly<Record<string, M>> = {}) {
    super();
    this.#modules = new Map(Object.entries(modules));
  }

  /** Number of modules. */
  get length(): number {
    return this.#modules.size;
  }

  /** The module of a name. @throws Error that lists the names there are */
  get(key: string): M {
    const module = this.#modules.get(key);
    if (module === undefined)
      throw new Error(`ModuleDict: no "${key}"; there is ${[...this.#modules.keys()].join(", ") || "none"}`);
    return module;
  }

  /** Adds a module, or puts it in the place of the one of that name. */
  set(key: string, module: M): this {
    this.#modules.set(key, module);
    return this;
  }

  /** Whether there is one of that name. */
  has(key: string): boolean {
    return this.#modules.has(key);
  }

  /** Takes the module of a name out and returns it. @throws Error */
  pop(key: string): M {
    const module = this.get(key);
    this.#modules.delete(key);
    return module;
  }

  /** Takes all modules out (`torch.nn.ModuleDict.clear`). */
  clear(): void {
    this.#modules.clear();
  }

  /** Adds modules by name. */
  update(modules: Readonly<Record<string, M>>): void {
    for (const [key, module] of Object.entries(modules)) this.set(key, module);
  }

  /** The names. */
  keys(): string[] {
    return [...this.#modules.keys()];
  }

  /** What is named, in the order of the names. */
  values(): M[] {
    return [...this.#modules.values()];
  }

  /** Names with what they name, in the order in which they came. */
  items(): [string, M][] {
    return [...this.#modules];
  }

  override namedChildren(): [string, Module][] {
    return this.items();
  }

  /** @internal */
  override setChild(name: string, module: Module): void {
    this.set(name, module as M);
  }

  [Symbol.iterator](): IterableIterator<string> {
    return this.keys()[Symbol.iterator]();
  }
}

function parameterOf(value: Tensor): Parameter {
  return value instanceof Parameter ? value : new Parameter(value);
}

/** Parameters by their place, "0", "1", …; other tensors become parameters. PyTorch's nn.ParameterList. */
export class ParameterList extends Container {
  readonly #parameters: Parameter[] = [];

  constructor(parameters: Iterable<Tensor> = []) {
    super();
    this.extend(parameters);
  }

  /** Number of parameters. */
  get length(): number {
    return this.#parameters.length;
  }

  /** The parameter at a place, counted from the end where it is negative. @throws RangeError */
  at(index: number): Parameter {
    return this.#parameters[place("ParameterList.at", index, this.length)]!;
  }

  /** Puts another parameter at a place. @throws RangeError */
  set(index: number, value: Tensor): void {
    this.#parameters[place("ParameterList.set", index, this.length)] = parameterOf(value);
  }

  /** Adds a parameter at the end. */
  append(value: Tensor): this {
    this.#parameters.push(parameterOf(value));
    return this;
  }

  /** Adds parameters at the end. */
  extend(values: Iterable<Tensor>): this {
    for (const value of values) this.append(value);
    return this;
  }

  /** @internal */
  override ownMembers(): [string, Tensor | Module][] {
    return this.#parameters.map((parameter, i) => [String(i), parameter]);
  }

  [Symbol.iterator](): IterableIterator<Parameter> {
    return this.#parameters.values();
  }
}

/** Parameters by name; other tensors become parameters. PyTorch's nn.ParameterDict. */
export class ParameterDict extends Container {
  readonly #parameters = new Map<string, Parameter>();

  constructor(parameters: Readonly<Record<string, Tensor>> = {}) {
    super();
    this.update(parameters);
  }

  /** Number of parameters. */
  get length(): number {
    return this.#parameters.size;
  }

  /** The parameter of a name. @throws Error that lists the names there are */
  get(key: string): Parameter {
    const parameter = this.#parameters.get(key);
    if (parameter === undefined)
      throw new Error(`ParameterDict: no "${key}"; there is ${this.keys().join(", ") || "none"}`);
    return parameter;
  }

  /** Adds a parameter, or puts it in the place of the one of that name. */
  set(key: string, value: Tensor): this {
    this.#parameters.set(key, parameterOf(value));
    return this;
  }

  /** Whether there is one of that name. */
  has(key: string): boolean {
    return this.#parameters.has(key);
  }

  /** Takes the parameter of a name out and returns it. @throws Error (`torch.nn.ParameterDict.pop`) */
  pop(key: string): Parameter {
    const parameter = this.get(key);
    this.#parameters.delete(key);
    return parameter;
  }

  /** Takes the last parameter out and returns it with its name. @throws Error where there is none (`torch.nn.ParameterDict.popitem`) */
  popitem(): [string, Parameter] {
    const last = this.items().at(-1);
    if (last === undefined) throw new Error("ParameterDict.popitem: there is no parameter to take out");
    this.#parameters.delete(last[0]);
    return last;
  }

  /** The parameter of a name; where there is none, `value` becomes it (`torch.nn.ParameterDict.setdefault`). */
  setdefault(key: string, value: Tensor): Parameter {
    if (!this.has(key)) this.set(key, value);
    return this.get(key);
  }

  /** Takes all parameters out (`torch.nn.ParameterDict.clear`). */
  clear(): void {
    this.#parameters.clear();
  }

  /** A dictionary of its own with the same parameters (`torch.nn.ParameterDict.copy`). */
  copy(): ParameterDict {
    return new ParameterDict(Object.fromEntries(this.#parameters));
  }

  /** Adds parameters by name. */
  update(parameters: Readonly<Record<string, Tensor>>): void {
    for (const [key, value] of Object.entries(parameters)) this.set(key, value);
  }

  /** The names. */
  keys(): string[] {
    return [...this.#parameters.keys()];
  }

  /** What is named, in the order of the names. */
  values(): Parameter[] {
    return [...this.#parameters.values()];
  }

  /** Names with what they name, in the order in which they came. */
  items(): [string, Parameter][] {
    return [...this.#parameters];
  }

  /** @internal */
  override ownMembers(): [string, Tensor | Module][] {
    return this.items();
  }

  [Symbol.iterator](): IterableIterator<string> {
    return this.keys()[Symbol.iterator]();
  }
}
