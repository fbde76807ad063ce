/**
 * What optimizers are given after the tensors: by position as PyTorch takes it, or by name.
 */
import { type Given, optionsOf } from "../tensor/signature.js";

/** Options of PyTorch that say how it computes a step: taken and left aside, since a step is one plan here. */
interface Execution {
  foreach?: boolean | null;
  fused?: boolean | null;
  capturable?: boolean;
  differentiable?: false;
}

/** The options `O` of an optimizer, and those that say how PyTorch computes a step. */
type OptimizerOptions<O> = { [K in keyof (O & Execution)]?: (O & Execution)[K] | undefined };

/** Arguments of an optimizer with the options `O`, of which those named `N` may also be given by position, in this order. */
export type Arguments<O, N extends readonly (keyof (O & Execution))[]> = Given<OptimizerOptions<O>, N>;

const execution: readonly (keyof Execution)[] = ["foreach", "fused", "capturable", "differentiable"];

/**
 * The options of an optimizer, without those that only say how PyTorch computes.
 * @param signature as in `signature.ts`
 * @throws TypeError for an unknown option, and for `differentiable`, which there is not
 */
export function optimizerOptions<O extends object>(
  name: string,
  signature: string,
  rest: readonly unknown[],
): Partial<O> {
  const more = execution.filter((key) => !signature.includes(key)).join(", ");
  const full = signature.includes("*") ? `${signature}, ${more}` : `${signature}, *, ${more}`;
  const { foreach, fused, capturable, differentiable, ...options } = optionsOf<
    Record<string, unknown> & { [K in keyof Execution]: unknown }
  >(name, full, rest);
  for (const [key, value] of Object.entries({ foreach, fused, capturable, differentiable }))
    if (value !== undefined && typeof value !== "boolean")
      throw new TypeError(`${name}: expected ${key} to be true, false or null, got ${String(value)}`);
  if (differentiable === true)
    throw new TypeError(
      `${name}: a step cannot be differentiated here; write it with tensors: p.sub(grad(loss, [p], { createGraph: true })[0].mul(lr))`,
    );
  return options as Partial<O>;
}
