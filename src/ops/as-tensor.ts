/** Tensors of what may be one already. */
import { cast } from "./cast.js";
import { clone } from "./copy.js";
import { Tensor } from "../tensor/core.js";
import { type DType, isFloating } from "../tensor/dtype.js";
import type { TensorData } from "../tensor/nested-types.js";
import { takes } from "../tensor/signature.js";
import { tensor } from "../tensor/creation/from-data.js";
import type { TensorOptions } from "../tensor/creation/options.js";

/** The tensor itself where it has the dtype, else one of the data (`torch.as_tensor`); a typed array is copied. */
export const asTensor = takes<(data: Tensor | TensorData, options?: { dtype?: DType } | DType) => Tensor>(
  "asTensor",
  "data | dtype, device",
  (data: Tensor | TensorData, { dtype }: TensorOptions = {}) =>
    data instanceof Tensor
      ? cast(data, dtype ?? data.dtype)
      : tensor(data, dtype === undefined ? {} : { dtype }),
);

/** What `asarray` takes. */
export interface ArrayOptions extends TensorOptions {
  /** True: a copy in any case; false: an error where a copy would be needed. By default one is made where it is needed. */
  copy?: boolean | null;
}

/** A tensor of data or of a tensor, detached unless `requiresGrad` says otherwise (`torch.asarray`). */
export const asarray = takes<(data: Tensor | TensorData, options?: ArrayOptions) => Tensor>(
  "asarray",
  "obj | *, dtype, device, copy, requiresGrad",
  (data: Tensor | TensorData, { dtype, copy, requiresGrad = false }: ArrayOptions = {}) => {
    if (!(data instanceof Tensor)) {
      if (copy === false)
        throw new TypeError("asarray: an array cannot be shared, it is copied; leave copy: false out");
      return tensor(data, dtype === undefined ? { requiresGrad } : { dtype, requiresGrad });
    }
    const wanted = dtype ?? data.dtype;
    if (copy === false && wanted !== data.dtype)
      throw new TypeError(`asarray: a ${data.dtype} tensor as ${wanted} is a copy; leave copy: false out`);
    if (data.requiresGrad && requiresGrad && copy !== true && wanted === data.dtype) return data;
    let result = wanted === data.dtype ? data : cast(data, wanted);
    if (copy === true && result === data) result = clone(data);
    if (!requiresGrad) return result.requiresGrad ? result.detach() : result;
    if (!isFloating(wanted))
      throw new TypeError(`asarray: only floating tensors can require grad, not ${wanted}`);
    return result.requiresGrad ? result : result.detach().requiresGrad_();
  },
);

/** A tensor of 0 dims, in the default dtype unless another is given (`torch.scalar_tensor`). */
export function scalarTensor(value: number | boolean | bigint, options?: TensorOptions): Tensor<[]> {
  return tensor(Number(value), options) as Tensor<[]>;
}
