/** How the functions of nn.functional are made: arguments by position and by name, and an option to act in place. */
import { change } from "../ops/change.js";
import { checkTensor } from "../ops/operand.js";
import type { Shape } from "../tensor/shape-types.js";
import { type Given, takes } from "../tensor/signature.js";
import type { Tensor } from "../tensor/tensor.js";

/** Option of functions that PyTorch lets change their input. */
export interface InPlace {
  /** Whether the input itself takes the result, as a method that ends in `_` does; false if not given. */
  readonly inplace?: boolean;
}

/** Parameters before the bar of a signature that are tensors whatever the function. */
const TENSORS = new Set(
  "input, input1, input2, x1, x2, target, targets, weight, linearWeight, grid, theta, logProbs, anchor, positive, negative, query, key, value".split(
    ", ",
  ),
);

/**
 * As `takes`, for functions of tensors: what its signature calls `input`, `target` and the like must be tensors.
 * @returns a function that also throws TypeError for another value in their place
 */
export function takesTensors<F extends (...args: never[]) => unknown>(
  name: string,
  signature: string,
  f: (...args: never[]) => ReturnType<F>,
): F {
  const before = signature
    .split("|")[0]!
    .split(",")
    .map((word) => word.trim());
  const checks = before.flatMap((word, i) =>
    TENSORS.has(word) ? [[i, i === 0 ? name : `${name} (${word})`] as const] : [],
  );
  return takes<F>(name, signature, (...args) => {
    for (const [i, what] of checks) checkTensor(what, args[i]);
    return f(...args);
  });
}

/** A function whose result has the shape of its input; the options `N` of `O` may be given by position too. */
export type SameShapeFunction<O, N extends readonly (keyof O)[]> = <S extends Shape>(
  input: Tensor<S>,
  ...options: Given<O, N>
) => Tensor<S>;

/**
 * A function of one tensor and options.
 * @param order names of the options that may be given by position
 */
export function sameShapeFunction<O extends object, const N extends readonly (keyof O & string)[]>(
  name: string,
  order: N,
  compute: (x: Tensor, options: O) => Tensor,
): SameShapeFunction<O, N> {
  return takesTensors(name, `input | ${order.join(", ")}`, (input: Tensor, options: O) =>
    (options as InPlace).inplace === true
      ? change(input, name, (old) => compute(old, options))
      : compute(input, options),
  );
}

/** The same as a function that always acts in place: `relu_(x)`. */
export function inPlaceFunction<O extends object, const N extends readonly (keyof O & string)[]>(
  name: string,
  order: N,
  compute: (x: Tensor, options: O) => Tensor,
): SameShapeFunction<O, N> {
  return sameShapeFunction(name, order, (x, options: O) => change(x, name, (old) => compute(old, options)));
}
