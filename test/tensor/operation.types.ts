/**
 * What the compiler says of implementations that do not fit the declaration of their method: this file is type-checked, not run. Each expected
 * error stands below a `@ts-expect-error`, which is itself an error where the compiler finds nothing to complain about.
 */
import { inPlace } from "../../src/ops/change.js";
import { exp } from "../../src/ops/exponential.js";
import { max } from "../../src/ops/extreme.js";
import { linear } from "../../src/ops/matmul.js";
import { operation, property, variadic } from "../../src/tensor/operation.js";
import type { Tensor } from "../../src/tensor/tensor.js";

declare const x: Tensor;
declare const matrix: Tensor<[2, 3]>;

// The function is the method with the tensor first: its parameters and its result are the declaration's.
export const sameShape: Tensor<[2, 3]> = exp(matrix);
export const all: Tensor = max(x);
export const alongDim: { values: Tensor; indices: Tensor } = max(x, 1, { keepdim: true });

// @ts-expect-error: max has a dim or none, no text
max(x, "1");

// Parameters are inferred from the declaration, those of overloads from all of them.
operation("gelu", (a, options) => {
  const approximate: "none" | "tanh" | undefined = options?.approximate;
  return approximate === undefined ? a : a.neg();
});
operation("median", (a, dim, keepdim) => {
  const given: number | object | undefined = dim;
  return given === undefined && keepdim === undefined ? a.sum() : a.sort();
});
variadic("slice", (a, indices) => a.slice(...indices));
variadic("reshape", (a, sizes) => {
  const given: readonly (number | readonly number[])[] = sizes;
  return given.length === 0 ? a : a.neg();
});
property("mT", (a) => a.neg());
inPlace("add_", (a, other, options) => a.add(other, options));

// @ts-expect-error: no method has this name
operation("lgama", (a: Tensor) => a);

// @ts-expect-error: what is declared as a property is no method
operation("mT", (a: Tensor) => a);

// @ts-expect-error: the result is a tensor
operation("lgamma", () => 3);

// @ts-expect-error: equal gives true or false
operation("equal", (a) => a);

// @ts-expect-error: lgamma has no parameter
operation("lgamma", (a: Tensor, _n: number) => a);

// @ts-expect-error: the dim of cumsum is a number
operation("cumsum", (a: Tensor, _dim: string) => a);

// @ts-expect-error: the second overload of clamp has an object of bounds
operation("clamp", (a: Tensor, _min?: number | Tensor | null) => a);

// @ts-expect-error: indices are numbers, ranges, texts, null or tensors
variadic("slice", (a: Tensor, _indices: readonly boolean[]) => a);

// @ts-expect-error: a property of tensors gives a tensor
property("mT", () => [1, 0]);

// @ts-expect-error: a method in place ends in _
inPlace("add", (a: Tensor) => a);

// @ts-expect-error: add_ may have a number as other operand
inPlace("add_", (a: Tensor, _other: Tensor) => a);

// @ts-expect-error: linear has a weight as its first parameter, exp_ has none
inPlace("exp_", linear);
