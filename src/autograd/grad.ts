/**
 * Gradients as values rather than in `.grad`: grad and valueAndGrad.
 */
import { checkTensor } from "../ops/operand.js";
import { Tensor } from "../tensor/core.js";
import { formatShape } from "../tensor/shape.js";
import { differentiate, type PassOptions, seedFor } from "./differentiate.js";
import { withGradMode } from "./mode.js";

/** Options of `grad`. */
export interface GradOptions extends PassOptions {
  /** Gradients to begin with, one for each output; needed for outputs of more than one element. */
  gradOutputs?: Tensor | readonly (Tensor | null)[];
  /** Give null for inputs that the outputs do not depend on, rather than throw. Default false. */
  allowUnused?: boolean;
}

type Gradients<I, Unused> =
  I extends Tensor<infer S>
    ? [Tensor<S> | Unused]
    : { -readonly [K in keyof I]: I[K] extends Tensor<infer S> ? Tensor<S> | Unused : never };

/**
 * The gradients of outputs with respect to inputs, a list as long as that of the inputs (`torch.autograd.grad`); `.grad` stays as it is.
 * @throws Error when an input does not require grad, or the outputs do not depend on it and `allowUnused` is not set.
 */
export function grad<const I extends Tensor | readonly Tensor[]>(
  outputs: Tensor | readonly Tensor[],
  inputs: I,
  options: GradOptions & { allowUnused: true },
): Gradients<I, null>;
export function grad<const I extends Tensor | readonly Tensor[]>(
  outputs: Tensor | readonly Tensor[],
  inputs: I,
  options?: GradOptions,
): Gradients<I, never>;
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  options: GradOptions = {},
): unknown {
  const roots = outputs instanceof Tensor ? [outputs] : outputs;
  const wanted = inputs instanceof Tensor ? [inputs] : inputs;
  roots.forEach((t) => checkTensor("grad", t));
  wanted.forEach((t) => checkTensor("grad", t));
  const given = options.gradOutputs;
  const seeds = given === undefined ? [] : given instanceof Tensor ? [given] : given;
  if (given !== undefined && seeds.length !== roots.length) {
    throw new Error(`grad: expected ${roots.length} gradOutputs, one for each output, got ${seeds.length}`);
  }
  wanted.forEach((t, i) => {
    if (!t.requiresGrad) {
      throw new Error(
        `grad: input ${i} of shape ${formatShape(t.shape)} does not require grad; make it with { requiresGrad: true }`,
      );
    }
  });
  const begin = roots.map((root, i) => seedFor("grad", root, seeds[i]));
  const results = differentiate(roots, begin, wanted, options);
  if (!options.allowUnused) {
    results.forEach((g, i) => {
      if (g === null) {
        throw new Error(
          `grad: the outputs do not depend on input ${i} of shape ${formatShape(wanted[i]!.shape)}; pass { allowUnused: true } for null there`,
        );
      }
    });
  }
  return results;
}

/**
 * The function that gives a function's value and its gradient with respect to arguments: `valueAndGrad(loss)(w, x)` is
 * `{ value, grad }`, `valueAndGrad(loss, [0, 1])` has a list of gradients as `grad`. The arguments need not require grad; the value must be one number. As `jax.value_and_grad`.
 * @throws TypeError when such an argument is not a tensor.
 */
export function valueAndGrad<A extends readonly unknown[], R extends Tensor>(
  fn: (...args: A) => R,
  argnums?: 0,
): (...args: A) => { value: R; grad: A[0] };
export function valueAndGrad<A extends readonly unknown[], R extends Tensor, const N extends number>(
  fn: (...args: A) => R,
  argnums: N,
): (...args: A) => { value: R; grad: A[N] };
export function valueAndGrad<
  A extends readonly unknown[],
  R extends Tensor,
  const N extends readonly number[],
>(
  fn: (...args: A) => R,
  argnums: N,
): (...args: A) => { value: R; grad: { -readonly [K in keyof N]: A[N[K]] } };
export function valueAndGrad(
  fn: (...args: unknown[]) => Tensor,
  argnums: number | readonly number[] = 0,
): (...args: unknown[]) => { value: Tensor; grad: unknown } {
  const numbers = typeof argnums === "number" ? [argnums] : argnums;
  return (...args) => {
    const inputs: Tensor[] = [];
    const replaced = args.slice();
    for (const n of numbers) {
      const argument = args[n];
      if (!(argument instanceof Tensor)) {
        throw new TypeError(`valueAndGrad: argument ${n} is ${typeof argument}, expected a tensor`);
      }
      const input =
        (replaced[n] as Tensor) === argument
          ? new Tensor(argument.node).requiresGrad_()
          : (replaced[n] as Tensor);
      replaced[n] = input;
      inputs.push(input);
    }
    const value = withGradMode(true, () => fn(...replaced));
    checkTensor("valueAndGrad", value);
    if (!value.requiresGrad) {
      throw new Error("valueAndGrad: the function's value does not depend on the chosen arguments");
    }
    const grads = grad(value, inputs as readonly Tensor[]);
    return { value: value.detach(), grad: typeof argnums === "number" ? grads[0] : grads };
  };
}
