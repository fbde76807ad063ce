/**
 * Parameters that are computed from others: `module.weight` is what a chain of modules makes of the original, which is what an optimizer trains.
 * PyTorch's torch.nn.utils.parametrize.
 */
import { noGrad } from "../../autograd/mode.js";
import { Tensor } from "../../tensor/core.js";
import { formatShape } from "../../tensor/shape.js";
import { type Given, optionsOf } from "../../tensor/signature.js";
import { ModuleDict } from "../containers.js";
import { Module } from "../module.js";
import { Parameter } from "../parameter.js";

/** A step from the original to the value. `rightInverse` says what original gives a value, as one tensor or several. */
export interface Parametrization extends Module {
  forward(...originals: Tensor[]): Tensor;
  rightInverse?(value: Tensor): Tensor | readonly Tensor[];
}

/** The originals of one parameter and the steps that compute it. Its names in a state dict are PyTorch's: "original" or "original0", "original1". */
export class ParametrizationList extends Module {
  readonly #originals: Parameter[];
  readonly #steps: Parametrization[];

  constructor(steps: readonly Parametrization[], value: Tensor) {
    super();
    this.#steps = [...steps];
    this.#originals = originalsOf(steps, value).map(
      (t) => new Parameter(t, { requiresGrad: value.requiresGrad }),
    );
  }

  /** The originals: one, or as many as the first step takes. */
  get originals(): readonly Parameter[] {
    return this.#originals;
  }

  /** The original, where it is one. */
  get original(): Parameter {
    return this.#originals[0]!;
  }

  /** Number of steps. */
  get length(): number {
    return this.#steps.length;
  }

  /** The step at a place. */
  at(index: number): Parametrization {
    const step = this.#steps.at(index);
    if (step === undefined) throw new RangeError(`ParametrizationList: no step ${index} of ${this.length}`);
    return step;
  }

  /** Adds a step behind the others. @internal */
  append(step: Parametrization): void {
    this.#steps.push(step);
  }

  /** The value that the steps make of the originals. */
  forward(): Tensor {
    const [first, ...others] = this.#steps;
    let value = first!.forward(...this.#originals);
    for (const step of others) value = step.forward(value);
    return value;
  }

  /** Sets the originals to those of a value. @throws Error where a step has no `rightInverse` */
  assign(value: Tensor): void {
    noGrad(() => {
      const originals = originalsOf(this.#steps, value);
      for (const [i, t] of originals.entries()) this.#originals[i]!.copy_(t);
    });
  }

  /** @internal */
  override ownMembers(): [string, Tensor | Module][] {
    const isOne = this.#originals.length === 1;
    return [
      ...this.#originals.map((t, i): [string, Tensor] => [isOne ? "original" : `original${i}`, t]),
      ...this.#steps.map((step, i): [string, Module] => [String(i), step]),
    ];
  }
}

/** What the steps make `value` of; the value itself where they do not say. */
function originalsOf(steps: readonly Parametrization[], value: Tensor): readonly Tensor[] {
  return noGrad(() => {
    let current: Tensor | readonly Tensor[] = value.detach();
    for (const step of [...steps].reverse()) {
      if (step.rightInverse === undefined) continue;
      if (!(current instanceof Tensor))
        throw new Error("parametrize: only the first step may have several originals");
      current = step.rightInverse(current);
    }
    return current instanceof Tensor ? [current] : current;
  });
}

type Parametrized = Module & { parametrizations?: ModuleDict<ParametrizationList> };

/** Values that `cached` keeps while its function runs. */
let cache: Map<ParametrizationList, Tensor> | null = null;

/** Runs `f`; meanwhile each parameter is computed once (`torch.nn.utils.parametrize.cached`). */
export function cached<R>(f: () => R): R {
  const before = cache;
  cache ??= new Map();
  try {
    return f();
  } finally {
    cache = before;
  }
}

function valueOf(list: ParametrizationList): Tensor {
  const known = cache?.get(list);
  if (known !== undefined) return known;
  const value = list.forward();
  cache?.set(list, value);
  return value;
}

/**
 * Makes `module[tensorName]` what `parametrization` gives of the original, which is trained in its place and stands in
 * `module.parametrizations` (`torch.nn.utils.parametrize.register_parametrization`). Several are chained.
 * @throws Error for a name that is no parameter or buffer, and, unless `unsafe`, where the shape or dtype changes
 */
export function registerParametrization<M extends Module>(
  module: M,
  tensorName: string,
  parametrization: Parametrization,
  ...rest: Given<{ unsafe?: boolean }, [unsafe: "unsafe"]>
): M {
  const { unsafe = false } = optionsOf<{ unsafe: boolean }>("registerParametrization", "unsafe", rest);
  const name = camel(tensorName);
  const own = module as Parametrized & Record<string, unknown>;
  const value = own[name];
  if (!(value instanceof Tensor)) {
    const known = module.ownMembers().flatMap(([key, member]) => (member instanceof Tensor ? [key] : []));
    throw new Error(
      `registerParametrization: ${module.name()} has no tensor "${tensorName}"; it has ${known.join(", ") || "none"}`,
    );
  }
  const key = module.stateKey(name);
  const known = own.parametrizations?.has(key) === true ? own.parametrizations.get(key) : null;
  const list = known ?? new ParametrizationList([parametrization], value);
  if (known !== null) known.append(parametrization);
  parametrization.train(module.training);
  const made = noGrad(() => list.forward());
  if (!unsafe && (String(made.shape) !== String(value.shape) || made.dtype !== value.dtype))
    throw new Error(
      `registerParametrization: ${parametrization.name()} gives ${made.dtype} ${formatShape(made.shape)} for ${value.dtype} ${formatShape(value.shape)}; pass { unsafe: true } where that is meant`,
    );
  if (known !== null) return module;
  if (own.parametrizations === undefined) Object.assign(module, { parametrizations: new ModuleDict() });
  own.parametrizations!.set(key, list);
  // Not enumerable: the originals are the module's parameters now.
  Object.defineProperty(module, name, {
    get: () => valueOf(list),
    set: (next: Tensor) => {
      list.assign(next);
    },
    enumerable: false,
    configurable: true,
  });
  return module;
}

/** Whether a tensor of the module, or any of them, is computed from others (`torch.nn.utils.parametrize.is_parametrized`). */
export function isParametrized(module: Module, tensorName?: string): boolean {
  const { parametrizations } = module as Parametrized;
  if (parametrizations === undefined) return false;
  return tensorName === undefined
    ? parametrizations.length > 0
    : parametrizations.has(module.stateKey(camel(tensorName)));
}

/**
 * Makes `module[tensorName]` an ordinary parameter again, with the value that it has now, or with `leaveParametrized: false` the original's
 * (`torch.nn.utils.parametrize.remove_parametrizations`).
 * @throws Error where it is not computed from others, and where there are several originals to leave
 */
export function removeParametrizations<M extends Module>(
  module: M,
  tensorName: string,
  ...rest: Given<{ leaveParametrized?: boolean }, [leaveParametrized: "leaveParametrized"]>
): M {
  const options = optionsOf<{ leaveParametrized: boolean }>(
    "removeParametrizations",
    "leaveParametrized",
    rest,
  );
  const { parametrizations } = module as Parametrized;
  const name = camel(tensorName);
  const key = module.stateKey(name);
  if (parametrizations === undefined || !parametrizations.has(key))
    throw new Error(`removeParametrizations: ${module.name()}.${name} is not computed from others`);
  const list = parametrizations.pop(key);
  const leave = options.leaveParametrized ?? true;
  if (!leave && list.originals.length > 1)
    throw new Error(
      `removeParametrizations: ${name} has ${list.originals.length} originals, of which none is its value`,
    );
  const value = leave ? noGrad(() => list.forward()).detach() : list.original.detach();
  const parameter = new Parameter(value.clone(), { requiresGrad: list.original.requiresGrad });
  Object.defineProperty(module, name, {
    value: parameter,
    enumerable: true,
    configurable: true,
    writable: true,
  });
  if (parametrizations.length === 0) delete (module as Parametrized).parametrizations;
  return module;
}

/** A property's name for PyTorch's: "weight_ih_l0" is `weightIhL0`. */
function camel(name: string): string {
  return name.replace(/(?<=.)_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
