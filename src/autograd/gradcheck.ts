/**
 * Checks gradients against central differences: gradcheck and gradgradcheck.
 */
import { checkTensor } from "../ops/operand.js";
import { Tensor } from "../tensor/core.js";
import { fromTyped } from "../tensor/creation/from-data.js";
import type { TypedArray } from "../primitives/elements.js";
import { isFloating } from "../tensor/dtype.js";
import { readNumbers } from "../tensor/reading.js";
import { formatShape } from "../tensor/shape.js";
import { grad } from "./grad.js";
import { withGradMode } from "./mode.js";

/** A function of tensors with one or several results. */
export type Differentiable = (...inputs: Tensor[]) => Tensor | readonly Tensor[];

/** Options of `gradcheck` and `gradgradcheck`. */
export interface GradcheckOptions {
  /** Step of the central difference. Default 1e-6. */
  eps?: number;
  /** Absolute tolerance. Default 1e-5. */
  atol?: number;
  /** Relative tolerance. Default 1e-3. */
  rtol?: number;
}

function outputsOf(fn: Differentiable, inputs: readonly Tensor[]): readonly Tensor[] {
  const result = fn(...inputs);
  return (result instanceof Tensor ? [result] : result).filter((t) => {
    checkTensor("gradcheck", t);
    return isFloating(t.dtype);
  });
}

function place(flat: number, shape: readonly number[]): string {
  const position: number[] = [];
  let rest = flat;
  for (let d = shape.length - 1; d >= 0; d--) {
    position.unshift(rest % shape[d]!);
    rest = Math.floor(rest / shape[d]!);
  }
  return formatShape(position);
}

/**
 * A check that asks for the elements of tensors on its way, so that it is the same for engines that are read at once and for those that are
 * awaited.
 */
type Check<Result> = Generator<Tensor, Result, TypedArray>;

/** Column of the Jacobian by central differences: how every output's elements move with one element of an input. */
function* numericalColumn(
  fn: Differentiable,
  inputs: readonly Tensor[],
  which: number,
  element: number,
  eps: number,
): Check<Float64Array[]> {
  const at = function* (delta: number): Check<Float64Array[]> {
    const data = (yield inputs[which]!).slice();
    data[element] = data[element]! + delta;
    const moved = inputs.map((t, i) =>
      i === which ? fromTyped(data, t.dtype, t.shape) : new Tensor(t.node),
    );
    for (let i = 0; i < moved.length; i++) moved[i]!._requiresGrad = inputs[i]!._requiresGrad;
    const outputs: Float64Array[] = [];
    for (const t of outputsOf(fn, moved)) outputs.push(Float64Array.from(yield t));
    return outputs;
  };
  const up = yield* at(eps);
  const down = yield* at(-eps);
  return up.map((values, k) => values.map((v, i) => (v - down[k]![i]!) / (2 * eps)));
}

/**
 * Compares the gradients of `fn` at the inputs that require grad with central differences, element by element
 * (`torch.autograd.gradcheck`). Use float64 inputs, and none at kinks.
 * @returns true, so that it can stand in an assertion
 * @throws Error naming input, position, and both values where they differ by more than atol + rtol · |numerical|.
 */
export function gradcheck(
  fn: Differentiable,
  inputs: Tensor | readonly Tensor[],
  options: GradcheckOptions = {},
): boolean {
  return withGradMode(true, () => readAtOnce(checkGradients(fn, inputs, options)));
}

function readAtOnce<Result>(check: Check<Result>): Result {
  let next = check.next();
  while (next.done !== true) next = check.next(readNumbers(next.value, "gradcheck"));
  return next.value;
}

/** @internal */
export function* checkGradients(
  fn: Differentiable,
  inputs: Tensor | readonly Tensor[],
  options: GradcheckOptions = {},
): Check<true> {
  const { eps = 1e-6, atol = 1e-5, rtol = 1e-3 } = options;
  const given = inputs instanceof Tensor ? [inputs] : inputs;
  given.forEach((t) => checkTensor("gradcheck", t));
  const checked = given.map((t, i) => (t._requiresGrad ? i : -1)).filter((i) => i >= 0);
  if (checked.length === 0)
    throw new Error("gradcheck: no input requires grad; make one with { requiresGrad: true }");
  for (const i of checked) {
    if (given[i]!.dtype !== "float64") {
      throw new TypeError(`gradcheck: input ${i} is ${given[i]!.dtype}; differences of ${eps} need float64`);
    }
  }
  const points = given.map((t) => {
    const leaf = new Tensor(t.node);
    leaf._requiresGrad = t._requiresGrad;
    return leaf;
  });
  const outputs = outputsOf(fn, points);
  const wanted = checked.map((i) => points[i]!);
  const numerical: Float64Array[][][] = [];
  for (const i of checked) {
    const columns: Float64Array[][] = [];
    for (let element = 0; element < points[i]!.numel(); element++)
      columns.push(yield* numericalColumn(fn, points, i, element, eps));
    numerical.push(columns);
  }
  for (const [k, output] of outputs.entries()) {
    if (!output._requiresGrad) {
      const moves = numerical.some((columns) =>
        columns.some((column) => column[k]!.some((v) => Math.abs(v) > atol)),
      );
      if (moves) throw new Error(`gradcheck: output ${k} depends on the inputs but does not require grad`);
      continue;
    }
    for (let row = 0; row < output.numel(); row++) {
      const seed = new Float64Array(output.numel());
      seed[row] = 1;
      const gradients = grad(output, wanted, {
        gradOutputs: fromTyped(seed, output.dtype, output.shape),
        retainGraph: true,
        allowUnused: true,
      });
      for (const [j, g] of gradients.entries()) {
        const input = wanted[j]!;
        const analytical = g === null ? undefined : yield g;
        for (let element = 0; element < input.numel(); element++) {
          const a = analytical?.[element] ?? 0;
          const n = numerical[j]![element]![k]![row]!;
          if (!(Math.abs(a - n) <= atol + rtol * Math.abs(n))) {
            throw new Error(
              `gradcheck: d output${k}${place(row, output.shape)} / d input${checked[j]}${place(element, input.shape)}: ` +
                `analytical ${a}, numerical ${n}`,
            );
          }
        }
      }
    }
  }
  return true;
}

/**
 * Checks second derivatives: `gradcheck` of the gradient of `fn` (`torch.autograd.gradgradcheck`). The gradients to begin with are
 * fixed numbers near 1 and are checked as inputs too.
 * @throws Error as `gradcheck`.
 */
export function gradgradcheck(
  fn: Differentiable,
  inputs: Tensor | readonly Tensor[],
  options: GradcheckOptions = {},
): boolean {
  return withGradMode(true, () => readAtOnce(checkSecondGradients(fn, inputs, options)));
}

/** @internal */
export function checkSecondGradients(
  fn: Differentiable,
  inputs: Tensor | readonly Tensor[],
  options: GradcheckOptions = {},
): Check<true> {
  const given = inputs instanceof Tensor ? [inputs] : inputs;
  const outputs = outputsOf(fn, given).filter((t) => t._requiresGrad);
  const seeds = outputs.map((t) => {
    const values = Float64Array.from({ length: t.numel() }, (_, i) => 1 + 0.25 * Math.sin(1 + i));
    return fromTyped(values, "float64", t.shape).requiresGrad_();
  });
  const count = given.length;
  const gradient: Differentiable = (...all) => {
    const points = all.slice(0, count);
    const begin = all.slice(count);
    const wanted = points.filter((t) => t._requiresGrad);
    const roots = outputsOf(fn, points).filter((t) => t._requiresGrad);
    const gradients = grad(roots, wanted, { gradOutputs: begin, createGraph: true, allowUnused: true });
    return gradients.filter((g) => g !== null);
  };
  return checkGradients(gradient, [...given, ...seeds], options);
}
