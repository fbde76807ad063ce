/**
 * State dicts: names of parameters and buffers with their values, and how one is taken over with errors that name every key.
 */
import { critical } from "../interrupts.js";
import { tensor } from "../tensor/creation/from-data.js";
import type { TensorData } from "../tensor/nested-types.js";
import { Tensor } from "../tensor/tensor.js";
import type { Module } from "./module.js";
import { assignValue } from "./parameter.js";
import { expectNothing, stateHooks } from "./state-hooks.js";

/**
 * Name → value, as `Module.stateDict()` gives it and safetensors files hold it. Only what a user's own `getExtraState` gives, under `_extra_state`,
 * may be something else.
 */
export type StateDict = Record<string, Tensor>;

/** A state dict, or what is left of one after JSON: `JSON.parse(JSON.stringify(model.stateDict()))` has nested arrays for tensors. */
export type SavedState = Readonly<Record<string, Tensor | TensorData>>;

/** What `loadStateDict` has found, as in PyTorch. */
export interface LoadResult {
  /** Names of the module's that the state dict lacks. */
  readonly missingKeys: string[];
  /** Names in the state dict that the module lacks. */
  readonly unexpectedKeys: string[];
}

/** What a module's own extra state is called. */
const EXTRA = "_extra_state";

/** All that a module and those below it save; a module that is in several places is saved in each of them, as PyTorch does. */
export function saveState(root: Module): StateDict {
  const state: StateDict = {};
  visit(root, "", (module, path) => {
    const prefix = path === "" ? "" : `${path}.`;
    for (const hook of stateHooks(module, "savePre")) hook(module as never, prefix, false);
    for (const [name, tensor] of module.ownState()) state[prefix + name] = tensor.detach().clone();
    if (module.getExtraState !== undefined) state[prefix + EXTRA] = module.getExtraState() as Tensor;
    return () => {
      for (const hook of stateHooks(module, "savePost"))
        expectNothing("registerStateDictPostHook", hook(module as never, state, prefix, {}));
    };
  });
  return state;
}

/** Calls `enter` with a module and its name, then goes below it, then calls what `enter` gave. */
function visit(
  module: Module,
  path: string,
  enter: (module: Module, path: string) => (() => void) | undefined,
  above: readonly Module[] = [],
): void {
  if (above.includes(module)) return;
  const leave = enter(module, path);
  for (const [name, child] of module.namedChildren())
    visit(child, path === "" ? name : `${path}.${name}`, enter, [...above, module]);
  leave?.();
}

/** Copies values from `saved` into the module; nothing is changed when it throws, but by hooks. */
export function loadState(root: Module, saved: SavedState, strict: boolean): LoadResult {
  const module = root.name();
  if (typeof saved !== "object" || saved === null)
    throw new TypeError(
      `${module}.loadStateDict: expected an object of names and tensors, as stateDict() gives it, not a ${typeof saved}` +
        (typeof saved === "string" ? "; parse a JSON text first: model.loadStateDict(JSON.parse(text))" : ""),
    );
  const result: LoadResult = { missingKeys: [], unexpectedKeys: [] };
  const errors: string[] = [];
  const state = beforeLoading(root, saved, result, errors);
  const own: [string, Tensor][] = [];
  const extras = new Map<string, Module>();
  const after: (() => void)[] = [];
  visit(root, "", (part, path) => {
    const prefix = path === "" ? "" : `${path}.`;
    for (const [name, tensor] of part.ownState()) own.push([prefix + name, tensor]);
    if (part.setExtraState !== undefined) extras.set(prefix + EXTRA, part);
    return () => {
      for (const hook of stateHooks(part, "loadPost"))
        after.push(() => {
          expectNothing("registerLoadStateDictPostHook", hook(part as never, result));
        });
    };
  });
  const mine = new Set([...own.map(([name]) => name), ...extras.keys()]);
  // A key may also be written in the other way: a user's own module has its fields' names, whose like in PyTorch is in snake_case.
  const byCamel = new Map([...mine].map((name) => [camelCase(name), name]));
  const nameOf = (key: string): string | undefined => (mine.has(key) ? key : byCamel.get(camelCase(key)));
  const given = new Map(Object.entries(state).map(([key, value]) => [nameOf(key) ?? key, value]));
  result.missingKeys.push(...[...mine].filter((name) => !given.has(name)));
  result.unexpectedKeys.push(...Object.keys(state).filter((key) => nameOf(key) === undefined));
  const misshaped: string[] = [];
  const updates: [Tensor, Tensor][] = [];
  for (const [name, target] of own) {
    const value = given.get(name);
    if (value === undefined) continue;
    const source = value instanceof Tensor ? value : parsed(module, name, value as TensorData, target);
    if (String(source.shape) !== String(target.shape))
      misshaped.push(
        `${name} is [${target.shape.join(", ")}], the state dict has [${source.shape.join(", ")}]`,
      );
    else updates.push([target, source]);
  }
  if (misshaped.length > 0) errors.push(`other shapes: ${misshaped.join("; ")}`);
  // Hooks that look at what was loaded may take keys off the lists, so that values come first where there are any.
  if (after.length === 0 || errors.length > 0) refuse(module, result, errors, strict);
  critical(() => {
    for (const [target, source] of updates) assignValue(target, source);
  });
  for (const [key, part] of extras) if (given.has(key)) part.setExtraState!(given.get(key) as never);
  for (const call of after) call();
  refuse(module, result, errors, strict);
  return result;
}

/** What is to be loaded, after the hooks that look at it before; each sees the entries of its module and those below. */
function beforeLoading(
  root: Module,
  saved: SavedState,
  { missingKeys, unexpectedKeys }: LoadResult,
  errors: string[],
): Record<string, unknown> {
  let state: Record<string, unknown> = { ...saved };
  visit(root, "", (module, path) => {
    const prefix = path === "" ? "" : `${path}.`;
    for (const hook of stateHooks(module, "loadPre")) {
      const own: Record<string, unknown> = {};
      const others: Record<string, unknown> = {};
      for (const [key, value] of Object.entries(state)) (key.startsWith(prefix) ? own : others)[key] = value;
      hook(module as never, own, prefix, {}, true, missingKeys, unexpectedKeys, errors);
      state = { ...others, ...own };
    }
    return undefined;
  });
  return state;
}

/** @throws Error that lists all that does not fit */
function refuse(module: string, result: LoadResult, errors: readonly string[], strict: boolean): void {
  const problems: string[] = [];
  const { missingKeys, unexpectedKeys } = result;
  if (strict && missingKeys.length > 0) problems.push(`missing keys: ${missingKeys.join(", ")}`);
  if (strict && unexpectedKeys.length > 0) problems.push(`unexpected keys: ${unexpectedKeys.join(", ")}`);
  problems.push(...errors);
  if (problems.length === 0) return;
  const advice = errors.length > 0 ? "" : "\nTo load what fits, pass { strict: false }.";
  throw new Error(
    `${module}.loadStateDict: the state dict does not fit\n  ${problems.join("\n  ")}${advice}`,
  );
}

/** What JSON has made of a tensor: numbers in the shape and of the type that they had. */
function parsed(module: string, name: string, value: TensorData, like: Tensor): Tensor {
  try {
    return tensor(value, { dtype: like.dtype });
  } catch (cause) {
    const found = JSON.stringify(value) ?? String(value);
    const nulls = found.includes("null") ? " (JSON has no NaN and no Infinity, it writes null)" : "";
    throw new TypeError(
      `${module}.loadStateDict: ${name} is neither a tensor nor numbers in nested arrays${nulls}: ${(cause as Error).message}`,
      { cause },
    );
  }
}

/** "norm.running_mean" → "norm.runningMean". */
function camelCase(key: string): string {
  return key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
