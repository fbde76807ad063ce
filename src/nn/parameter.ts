/** `Parameter`: a tensor that a module trains. */
import { noGrad } from "../autograd/mode.js";
import type { FloatDType } from "../tensor/dtype.js";
import type { Shape } from "../tensor/shape-types.js";
import { shareValue } from "../tensor/core.js";
import { Tensor } from "../tensor/tensor.js";

/** A leaf tensor that requires grad and that modules find among their properties. PyTorch's nn.Parameter. */
export class Parameter<S extends Shape = Shape> extends Tensor<S> {
  /** @param data the value, which is shared as by `detach`; `requiresGrad: false` for a frozen parameter */
  constructor(data: Tensor<S>, { requiresGrad = true }: { requiresGrad?: boolean } = {}) {
    super(data.node);
    shareValue(data, this);
    this.requiresGrad_(requiresGrad);
  }
}

/** Where `Module.parameters()` looks, and where it cannot. */
export const whereLayersAreFound =
  "Layers and parameters are found in ordinary properties (this.hidden = new nn.Linear(2, 3)), also in arrays and plain objects there, but " +
  "not in #private fields, closures, Maps or Sets";

/** Gives `target` the values of `source`, unrecorded; shape and type stay the target's. */
export function assignValue(target: Tensor, source: Tensor): void {
  noGrad(() => target.copy_(source));
}

/** Converts the tensor itself, in place: its gradient goes, and an optimizer sees the new type in its next step. */
export function convert(tensor: Tensor, dtype: FloatDType): void {
  const { _requiresGrad: requiresGrad } = tensor;
  const converted = new Tensor(tensor.node).to(dtype);
  tensor._alias = null;
  tensor._node = converted.node;
  tensor._grad = null;
  tensor._requiresGrad = false;
  tensor.requiresGrad_(requiresGrad);
}
