/** Modules as functions of their parameters: functionalCall and stackModuleState. PyTorch's torch.func. */
import { restoring } from "../interrupts.js";
import { Module } from "../nn/module.js";
import { noGrad } from "../autograd/mode.js";
import { stack } from "../ops/join.js";
import { isOptions as isPlainObject } from "../tensor/signature.js";
import { Tensor } from "../tensor/core.js";

/** Tensors by the names of `namedParameters()` and `namedBuffers()`. */
export type ModuleState = Readonly<Record<string, Tensor>>;

/** Options of `functionalCall`. */
export interface FunctionalCallOptions {
  /** What is given for one of several names of the same tensor is used for all. Default true. */
  tieWeights?: boolean;
  /** Whether all parameters and buffers have to be given. Default false. */
  strict?: boolean;
}

/** A place in a module, or in a list or object in one of its fields, that holds a tensor. */
interface Place {
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

function placesOf(module: Module): Map<Tensor, Place[]> {
  const places = new Map<Tensor, Place[]>();
  const seen = new Set<unknown>();
  const visit = (holder: Record<string, unknown>): void => {
    if (seen.has(holder)) return;
    seen.add(holder);
    for (const [key, value] of Object.entries(holder)) {
      if (value instanceof Tensor) {
        const known = places.get(value);
        if (known === undefined) places.set(value, [{ holder, key }]);
        else known.push({ holder, key });
      } else if (Array.isArray(value) || isPlainObject(value)) visit(value as Record<string, unknown>);
    }
  };
  for (const each of module.modules()) visit(each as unknown as Record<string, unknown>);
  return places;
}

/**
 * Calls the module with these tensors in place of its own parameters and buffers of these names (`torch.func.functional_call`):
 * `func.functionalCall(model, params, x)`. Several arguments are given as a list. The module is as before afterwards; a buffer that it changes in place
 * is changed in the tensor that was given.
 * @param state by the names of `namedParameters()` and `namedBuffers()`, or a list of such objects
 * @throws Error for a name that the module does not have, with `strict` for one that is missing
 */
export function functionalCall<R = Tensor>(
  module: Module,
  state: ModuleState | readonly ModuleState[],
  args: unknown = [],
  kwargs: Readonly<Record<string, unknown>> | null = null,
  options: FunctionalCallOptions = {},
): R {
  const given: Record<string, Tensor> = {};
  for (const each of Array.isArray(state) ? (state as readonly ModuleState[]) : [state as ModuleState])
    for (const [name, tensor] of Object.entries(each)) {
      if (name in given) throw new Error(`functionalCall: "${name}" is given twice`);
      given[name] = tensor;
    }
  const own = new Map([...module.namedParameters(), ...module.namedBuffers()]);
  const unknownNames = Object.keys(given).filter((name) => !own.has(name));
  if (unknownNames.length > 0)
    throw new Error(
      `functionalCall: ${module.name()} has no parameter or buffer ${unknownNames.map((name) => `"${name}"`).join(", ")}; it has ${[...own.keys()].join(", ")}`,
    );
  const missing = [...own.keys()].filter((name) => !(name in given));
  if (options.strict && missing.length > 0)
    throw new Error(`functionalCall: with strict all names are needed; missing: ${missing.join(", ")}`);
  const places = placesOf(module);
  const changed: (Place & { readonly before: unknown })[] = [];
  return restoring(
    () => {
      for (const { holder, key, before } of changed.splice(0)) holder[key] = before;
    },
    () => {
      for (const [name, tensor] of Object.entries(given)) {
        const found = places.get(own.get(name)!) ?? [];
        const used = options.tieWeights === false ? found.slice(0, 1) : found;
        for (const { holder, key } of used) {
          changed.push({ holder, key, before: holder[key] });
          holder[key] = tensor;
        }
      }
      const list: readonly unknown[] = Array.isArray(args) ? args : [args];
      const forward = module.forward as (...inputs: unknown[]) => R;
      return kwargs === null ? forward.apply(module, [...list]) : forward.apply(module, [...list, kwargs]);
    },
  );
}

/**
 * The parameters and buffers of modules of one kind, stacked: `[parameters, buffers]`, each tensor with the modules as its first dim
 * (`torch.func.stack_module_state`). With `vmap` over them the modules are computed as one.
 * @throws Error for no modules, or modules of several classes
 */
export function stackModuleState(
  models: readonly Module[],
): [Record<string, Tensor>, Record<string, Tensor>] {
  if (models.length === 0) throw new Error("stackModuleState: expected at least one module");
  const kinds = new Set(models.map((model) => model.constructor));
  if (kinds.size > 1)
    throw new Error(
      `stackModuleState: expected modules of one class, got ${[...kinds].map((kind) => kind.name).join(", ")}`,
    );
  const stacked = (
    entries: readonly (readonly (readonly [string, Tensor])[])[],
    isTrained: boolean,
  ): Record<string, Tensor> =>
    Object.fromEntries(
      entries[0]!.map(([name, first], i) => {
        const together = noGrad(() => stack(entries.map((each) => each[i]![1])));
        return [name, isTrained && first.requiresGrad ? together.requiresGrad_() : together];
      }),
    );
  return [
    stacked(
      models.map((model) => model.namedParameters()),
      true,
    ),
    stacked(
      models.map((model) => model.namedBuffers()),
      false,
    ),
  ];
}
