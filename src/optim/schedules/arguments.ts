/** What schedules are given after the optimizer: by position as PyTorch takes it, or by name. */
import { optionsOf } from "../../tensor/signature.js";

/**
 * The parameters of a schedule, by name.
 * @param signature as in `signature.ts`
 * @param required those that have no default
 * @throws TypeError for an unknown parameter, and for a required one that is missing
 */
export function scheduleArguments<O extends object, R extends keyof O & string = never>(
  name: string,
  signature: string,
  given: readonly unknown[],
  required: readonly R[] = [],
): Readonly<Partial<O> & Required<Pick<O, R>>> {
  const options = optionsOf<O>(name, signature, given);
  for (const key of required)
    if (options[key] === undefined) throw new TypeError(`${name}: ${key} is missing; it takes ${signature}`);
  return options as Readonly<Partial<O> & Required<Pick<O, R>>>;
}
