/** Pools that give values and positions, under the names that PyTorch has for them in torch.nn.functional. */
import { type Given, takes } from "../tensor/signature.js";
import type { Tensor } from "../tensor/tensor.js";
import {
  fractionalMaxPool2d,
  fractionalMaxPool3d,
  type FractionalMaxPoolOptions,
} from "./fractional-pool.js";
import {
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  type MaxPoolOptions,
  type OutputSizes,
} from "./max-pool.js";
import type { Sizes } from "./windows.js";

type Both = [values: Tensor, indices: Tensor];
type Pool<A> = (input: Tensor, sizes: A, options: object) => Both;

/** `pool` with positions, whatever `returnIndices` says. */
function withIndices<F extends (...args: never[]) => Both>(
  name: string,
  signature: string,
  pool: Pool<never>,
): F {
  return takes(name, signature, (input: Tensor, sizes: never, options: object) =>
    pool(input, sizes, { ...options, returnIndices: true }),
  ) as unknown as F;
}

export type MaxPoolWithIndices = (
  input: Tensor,
  kernelSize: Sizes,
  ...rest: Given<
    MaxPoolOptions,
    [
      stride: "stride",
      padding: "padding",
      dilation: "dilation",
      ceilMode: "ceilMode",
      returnIndices: "returnIndices",
    ]
  >
) => Both;

const WINDOWS = "input, kernelSize | stride, padding, dilation, ceilMode, returnIndices";
/** As `maxPool1d`, with positions (`torch.nn.functional.max_pool1d_with_indices`). */
export const maxPool1dWithIndices = withIndices<MaxPoolWithIndices>(
  "maxPool1dWithIndices",
  WINDOWS,
  maxPool1d as unknown as Pool<never>,
);
/** As `maxPool2d`, with positions (`torch.nn.functional.max_pool2d_with_indices`). */
export const maxPool2dWithIndices = withIndices<MaxPoolWithIndices>(
  "maxPool2dWithIndices",
  WINDOWS,
  maxPool2d as unknown as Pool<never>,
);
/** As `maxPool3d`, with positions (`torch.nn.functional.max_pool3d_with_indices`). */
export const maxPool3dWithIndices = withIndices<MaxPoolWithIndices>(
  "maxPool3dWithIndices",
  WINDOWS,
  maxPool3d as unknown as Pool<never>,
);

export type AdaptiveMaxPoolWithIndices = (
  input: Tensor,
  outputSize: OutputSizes,
  ...rest: Given<{ returnIndices?: boolean }, [returnIndices: "returnIndices"]>
) => Both;

const ADAPTIVE = "input, outputSize | returnIndices";
/** As `adaptiveMaxPool1d`, with positions (`torch.nn.functional.adaptive_max_pool1d_with_indices`). */
export const adaptiveMaxPool1dWithIndices = withIndices<AdaptiveMaxPoolWithIndices>(
  "adaptiveMaxPool1dWithIndices",
  ADAPTIVE,
  adaptiveMaxPool1d as unknown as Pool<never>,
);
/** As `adaptiveMaxPool2d`, with positions (`torch.nn.functional.adaptive_max_pool2d_with_indices`). */
export const adaptiveMaxPool2dWithIndices = withIndices<AdaptiveMaxPoolWithIndices>(
  "adaptiveMaxPool2dWithIndices",
  ADAPTIVE,
  adaptiveMaxPool2d as unknown as Pool<never>,
);
/** As `adaptiveMaxPool3d`, with positions (`torch.nn.functional.adaptive_max_pool3d_with_indices`). */
export const adaptiveMaxPool3dWithIndices = withIndices<AdaptiveMaxPoolWithIndices>(
  "adaptiveMaxPool3dWithIndices",
  ADAPTIVE,
  adaptiveMaxPool3d as unknown as Pool<never>,
);

export type FractionalMaxPoolWithIndices = (
  input: Tensor,
  kernelSize: Sizes,
  ...rest: Given<
    FractionalMaxPoolOptions,
    [
      outputSize: "outputSize",
      outputRatio: "outputRatio",
      returnIndices: "returnIndices",
      _randomSamples: "_randomSamples",
    ]
  >
) => Both;

const FRACTIONAL = "input, kernelSize | outputSize, outputRatio, returnIndices, _randomSamples";
/** As `fractionalMaxPool2d`, with positions (`torch.nn.functional.fractional_max_pool2d_with_indices`). */
export const fractionalMaxPool2dWithIndices = withIndices<FractionalMaxPoolWithIndices>(
  "fractionalMaxPool2dWithIndices",
  FRACTIONAL,
  fractionalMaxPool2d as unknown as Pool<never>,
);
/** As `fractionalMaxPool3d`, with positions (`torch.nn.functional.fractional_max_pool3d_with_indices`). */
export const fractionalMaxPool3dWithIndices = withIndices<FractionalMaxPoolWithIndices>(
  "fractionalMaxPool3dWithIndices",
  FRACTIONAL,
  fractionalMaxPool3d as unknown as Pool<never>,
);
