/**
 * State dicts: names of parameters and buffers with their values, and how one is taken over with errors that name every key.
 */
import { critical } from "../interrupts.js";
import { tensor } from "../tensor/creation/from-data.js";
import type { TensorData } from "../tensor/nested-types.js";
import { Tensor } from "../tensor/tensor.js";
import { assignValue } from "./parameter.js";

/** Name → value, as `Module.stateDict()` gives it and safetensors files hold it. */
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

/** Copies values from `state` into `own`; nothing is changed when it throws. */
export function loadState(
  module: string,
  own: readonly [string, Tensor][],
  state: SavedState,
  strict: boolean,
): LoadResult {
  if (typeof state !== "object" || state === null)
    throw new TypeError(
      `${module}.loadStateDict: expected an object of names and tensors, as stateDict() gives it, not a ${typeof state}` +
        (typeof state === "string" ? "; parse a JSON text first: model.loadStateDict(JSON.parse(text))" : ""),
    );
  const mine = new Map(own);
  // A key may also be written in the other way: a user's own module has its fields' names, whose like in PyTorch is in snake_case.
  const byCamel = new Map(own.map(([name]) => [camelCase(name), name]));
  const nameOf = (key: string): string | undefined => (mine.has(key) ? key : byCamel.get(camelCase(key)));
  const given = new Map(Object.entries(state).map(([key, value]) => [nameOf(key) ?? key, value]));
  const missingKeys = own.map(([name]) => name).filter((name) => !given.has(name));
  const unexpectedKeys = Object.keys(state).filter((key) => nameOf(key) === undefined);
  const misshaped: string[] = [];
  const updates: [Tensor, Tensor][] = [];
  for (const [name, target] of own) {
    const value = given.get(name);
    if (value === undefined) continue;
    const source = value instanceof Tensor ? value : parsed(module, name, value, target);
    if (String(source.shape) !== String(target.shape))
      misshaped.push(
        `${name} is [${target.shape.join(", ")}], the state dict has [${source.shape.join(", ")}]`,
      );
    else updates.push([target, source]);
  }
  const problems: string[] = [];
  if (strict && missingKeys.length > 0) problems.push(`missing keys: ${missingKeys.join(", ")}`);
  if (strict && unexpectedKeys.length > 0) problems.push(`unexpected keys: ${unexpectedKeys.join(", ")}`);
  if (misshaped.length > 0) problems.push(`other shapes: ${misshaped.join("; ")}`);
  if (problems.length > 0) {
    const advice = misshaped.length > 0 ? "" : "\nTo load what fits, pass { strict: false }.";
    throw new Error(
      `${module}.loadStateDict: the state dict does not fit\n  ${problems.join("\n  ")}${advice}`,
    );
  }
  critical(() => {
    for (const [target, source] of updates) assignValue(target, source);
  });
  return { missingKeys, unexpectedKeys };
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
