/**
 * State dicts: names of parameters and buffers with their values, and how one is taken over with errors that name every key.
 */
import { critical } from "../interrupts.js";
import type { Tensor } from "../tensor/tensor.js";
import { assignValue } from "./parameter.js";

/** Name → value, as `Module.stateDict()` gives it and safetensors files hold it. */
export type StateDict = Record<string, Tensor>;

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
  state: StateDict,
  strict: boolean,
): LoadResult {
  const mine = new Map(own);
  const given = new Map(
    Object.entries(state).map(([key, value]) => [mine.has(key) ? key : camelCase(key), value]),
  );
  const missingKeys = own.map(([name]) => name).filter((name) => !given.has(name));
  const unexpectedKeys = Object.keys(state).filter((key) => !mine.has(key) && !mine.has(camelCase(key)));
  const misshaped: string[] = [];
  const updates: [Tensor, Tensor][] = [];
  for (const [name, target] of own) {
    const source = given.get(name);
    if (source === undefined) continue;
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

/** "norm.running_mean" → "norm.runningMean". */
function camelCase(key: string): string {
  return key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
