/** Hooks of state dicts: what is called before and after a module is saved and loaded. */
import { addHook, checkHook, type RemovableHandle } from "../autograd/handle.js";
import type { Module } from "./module.js";
import type { LoadResult, StateDict } from "./stateDict.js";

/** Called before a module is saved; `prefix` stands before its names. */
export type StateDictPreHook<M extends Module = Module> = (
  module: M,
  prefix: string,
  keepVars: boolean,
) => unknown;

/** Called when a module and what is below it are saved; it may change `stateDict`, and gives nothing. `localMetadata` is empty. */
export type StateDictPostHook<M extends Module = Module> = (
  module: M,
  stateDict: StateDict,
  prefix: string,
  localMetadata: Record<string, never>,
) => void;

/**
 * Called before a module is loaded, with the entries whose names begin with `prefix`: it may change them, and add to the lists of keys and of
 * messages, which loading then fails with. `localMetadata` is empty.
 */
export type LoadStateDictPreHook<M extends Module = Module> = (
  module: M,
  stateDict: Record<string, unknown>,
  prefix: string,
  localMetadata: Record<string, never>,
  strict: boolean,
  missingKeys: string[],
  unexpectedKeys: string[],
  errorMsgs: string[],
) => unknown;

/** Called when values are loaded; it may take keys off the lists, so that loading does not fail for them, and gives nothing. */
export type LoadStateDictPostHook<M extends Module = Module> = (
  module: M,
  incompatibleKeys: LoadResult,
) => void;

interface StateHooks {
  readonly savePre: StateDictPreHook<never>[];
  readonly savePost: StateDictPostHook<never>[];
  readonly loadPre: LoadStateDictPreHook<never>[];
  readonly loadPost: LoadStateDictPostHook<never>[];
}

const hooksOf = new WeakMap<Module, StateHooks>();

/** Adds a hook to a module. @throws TypeError for what cannot be called */
export function addStateHook(
  name: string,
  module: Module,
  kind: keyof StateHooks,
  hook: unknown,
): RemovableHandle {
  checkHook(name, hook);
  let hooks = hooksOf.get(module);
  if (hooks === undefined)
    hooksOf.set(module, (hooks = { savePre: [], savePost: [], loadPre: [], loadPost: [] }));
  return addHook(hooks[kind] as unknown[], hook);
}

/** The module's hooks of one kind, as they are now. */
export function stateHooks<K extends keyof StateHooks>(module: Module, kind: K): StateHooks[K] {
  return (hooksOf.get(module)?.[kind].slice() ?? []) as unknown as StateHooks[K];
}

/** @throws TypeError where a hook that may only change what it got has given something */
export function expectNothing(name: string, given: unknown): void {
  if (given !== undefined && given !== null)
    throw new TypeError(`${name}: the hook gave a value, expected nothing; change what it gets in place`);
}
