/** A batch norm behind a linear map or a convolution as one layer, for use after training. */
import { noGrad } from "../../autograd/mode.js";
import { zerosLike } from "../../tensor/creation/constant.js";
import type { Tensor } from "../../tensor/core.js";
import type { Module } from "../module.js";
import { Parameter } from "../parameter.js";

/** Weight and bias of the one layer. */
export type Fused = [weight: Parameter, bias: Parameter];

/** A layer with a weight and perhaps a bias. */
type Weighted = Module & { weight: Tensor; bias: Tensor | null };

/** A batch norm. */
type Norm = Module & {
  readonly runningMean: Tensor | null;
  readonly runningVar: Tensor | null;
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;
  readonly eps: number;
};

function fused(
  name: string,
  weight: Tensor,
  bias: Tensor | null,
  mean: Tensor,
  variance: Tensor,
  eps: number,
  scale: Tensor | null,
  shift: Tensor | null,
  outDim: number,
): Fused {
  return noGrad(() => {
    const rate = variance.add(eps).rsqrt();
    const factor = scale === null ? rate : rate.mul(scale);
    if (weight.size(outDim) !== factor.numel())
      throw new Error(
        `${name}: the weight [${weight.shape.join(", ")}] gives ${weight.size(outDim)} features, the norm has ${factor.numel()}`,
      );
    const perOutput = weight.shape.map((_, dim) => (dim === outDim ? factor.numel() : 1));
    const centered = (bias ?? zerosLike(mean)).sub(mean).mul(factor);
    return [
      new Parameter(weight.mul(factor.reshape(perOutput)).detach(), { requiresGrad: weight.requiresGrad }),
      new Parameter((shift === null ? centered : centered.add(shift)).detach(), {
        requiresGrad: bias?.requiresGrad ?? weight.requiresGrad,
      }),
    ];
  });
}

/**
 * Weight and bias of the convolution that computes what the given one and a batch norm after it do (`torch.nn.utils.fuse_conv_bn_weights`).
 * @param transpose whether it is a transposed convolution, whose outputs are the weight's second dim
 */
export function fuseConvBnWeights(
  convW: Tensor,
  convB: Tensor | null,
  bnRm: Tensor,
  bnRv: Tensor,
  bnEps: number,
  bnW: Tensor | null,
  bnB: Tensor | null,
  transpose = false,
): Fused {
  return fused("fuseConvBnWeights", convW, convB, bnRm, bnRv, bnEps, bnW, bnB, transpose ? 1 : 0);
}

/** As `fuseConvBnWeights`, for a linear map (`torch.nn.utils.fuse_linear_bn_weights`). */
export function fuseLinearBnWeights(
  linearW: Tensor,
  linearB: Tensor | null,
  bnRm: Tensor,
  bnRv: Tensor,
  bnEps: number,
  bnW: Tensor | null,
  bnB: Tensor | null,
): Fused {
  return fused("fuseLinearBnWeights", linearW, linearB, bnRm, bnRv, bnEps, bnW, bnB, 0);
}

function statistics(name: string, layer: Module, norm: Norm): [mean: Tensor, variance: Tensor] {
  if (layer.training || norm.training)
    throw new Error(`${name}: only layers in evaluation can become one; call model.eval() first`);
  if (norm.runningMean === null || norm.runningVar === null)
    throw new Error(
      `${name}: the norm keeps no running statistics; make it with { trackRunningStats: true }`,
    );
  return [norm.runningMean, norm.runningVar];
}

/** What a convolution is made with, besides its channels and its kernel. */
const convolutionOptions = ["stride", "padding", "outputPadding", "dilation", "groups", "paddingMode"];

/** A layer like the given one, with these values. */
function withWeights<L extends Weighted>(layer: L, [weight, bias]: Fused): L {
  const own = layer as unknown as Readonly<Record<string, unknown>>;
  const Layer = layer.constructor as new (...args: unknown[]) => L;
  const options: Record<string, unknown> = { bias: true, dtype: weight.dtype };
  for (const key of convolutionOptions) if (own[key] !== undefined) options[key] = own[key];
  const made =
    own["inFeatures"] === undefined
      ? new Layer(own["inChannels"], own["outChannels"], own["kernelSize"], options)
      : new Layer(own["inFeatures"], own["outFeatures"], { bias: true, dtype: weight.dtype });
  made.weight = weight;
  made.bias = bias;
  return made.train(layer.training);
}

/**
 * A convolution that computes what `conv` and then `bn` do in evaluation; both stay as they are (`torch.nn.utils.fuse_conv_bn_eval`).
 * @throws Error in training, and for a norm without running statistics
 */
export function fuseConvBnEval<L extends Weighted>(conv: L, bn: Norm, transpose = false): L {
  const [mean, variance] = statistics("fuseConvBnEval", conv, bn);
  const parts = fuseConvBnWeights(
    conv.weight,
    conv.bias,
    mean,
    variance,
    bn.eps,
    bn.weight,
    bn.bias,
    transpose,
  );
  return withWeights(conv, parts);
}

/** As `fuseConvBnEval`, for a linear map (`torch.nn.utils.fuse_linear_bn_eval`). */
export function fuseLinearBnEval<L extends Weighted>(linear: L, bn: Norm): L {
  const [mean, variance] = statistics("fuseLinearBnEval", linear, bn);
  return withWeights(
    linear,
    fuseLinearBnWeights(linear.weight, linear.bias, mean, variance, bn.eps, bn.weight, bn.bias),
  );
}
