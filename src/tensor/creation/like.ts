/** Tensors of the dtype of another one, unless another dtype is given: newZeros and its like. */
import { Tensor } from "../core.js";
import { isFloating } from "../dtype.js";
import type { TensorData } from "../nested-types.js";
import { addMethod, operation } from "../operation.js";
import type { Shape } from "../shape-types.js";
import { full, ones, zeros } from "./constant.js";
import { tensor } from "./from-data.js";
import { parseShape, type TensorOptions } from "./options.js";

declare module "../core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** Zeros of this dtype (`torch.Tensor.new_zeros`): `x.newZeros([2, 3])`, `x.newZeros(2, 3)`. */
    newZeros(size: Shape, options?: TensorOptions): Tensor;
    newZeros(...size: Shape): Tensor;
    /** Ones of this dtype (`torch.Tensor.new_ones`). */
    newOnes(size: Shape, options?: TensorOptions): Tensor;
    newOnes(...size: Shape): Tensor;
    /** As `newZeros` (`torch.Tensor.new_empty`). */
    newEmpty(size: Shape, options?: TensorOptions): Tensor;
    newEmpty(...size: Shape): Tensor;
    /** A tensor of this dtype with every element `value` (`torch.Tensor.new_full`). */
    newFull(size: Shape, value: number | boolean, options?: TensorOptions): Tensor;
    /** A tensor of this dtype from data (`torch.Tensor.new_tensor`). */
    newTensor(data: TensorData, options?: TensorOptions): Tensor;
    /** Whether the dtype is one of fractions (`torch.is_floating_point`). */
    isFloatingPoint(): boolean;
    /** Whether the only element differs from 0 (`torch.is_nonzero`). @throws Error when there is not exactly one element */
    isNonzero(): boolean;
  }
}

for (const [name, make] of [
  ["newZeros", zeros],
  ["newOnes", ones],
  ["newEmpty", zeros],
] as const)
  addMethod(name, function (...args: readonly unknown[]) {
    const { shape, options } = parseShape(name, args);
    return make(shape, { dtype: this.dtype, ...options });
  });

operation(
  "newFull",
  "size, fillValue | *, dtype, requiresGrad",
  (x: Tensor, size: Shape, value: number | boolean, options: TensorOptions = {}) =>
    full(size, value, { dtype: x.dtype, ...options }),
);

operation(
  "newTensor",
  "data | *, dtype, requiresGrad",
  (x: Tensor, data: TensorData, options: TensorOptions = {}) => tensor(data, { dtype: x.dtype, ...options }),
);

operation("isFloatingPoint", (x) => isFloating(x.dtype));
operation("isNonzero", (x) => Boolean(x.item()));
