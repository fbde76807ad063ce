/** Clipping of gradients, between `backward()` and `step()`. Nothing is computed here: the clipped gradients are part of the step's plan. */
import { noGrad } from "../autograd/mode.js";
import { stack } from "../ops/join.js";
import type { Tensor } from "../tensor/tensor.js";

/**
 * Scales all gradients by min(1, maxNorm / (norm + 1e-6)), where norm is that of all gradients seen as one vector, and returns
 * the norm before. PyTorch's nn.utils.clip_grad_norm_.
 * @param options `normType` is 2 if not given; Infinity for the largest absolute value
 */
export function clipGradNorm_(
  params: readonly Tensor[],
  maxNorm: number,
  { normType = 2 }: { normType?: number } = {},
): Tensor<[]> {
  if (!(maxNorm > 0)) throw new RangeError(`clipGradNorm_: maxNorm must be above 0, not ${maxNorm}`);
  if (!(normType > 0)) throw new RangeError(`clipGradNorm_: normType must be above 0, not ${normType}`);
  const withGradient = params.filter((parameter) => parameter._grad !== null);
  if (withGradient.length === 0)
    throw new Error("clipGradNorm_: no parameter has a gradient; call it after loss.backward()");
  return noGrad(() => {
    const parts = withGradient.map(({ grad }) => powerSum(grad!, normType));
    const total = root(parts, normType);
    const factor = total.add(1e-6).reciprocal().mul(maxNorm).clamp(null, 1);
    for (const parameter of withGradient) parameter._grad = parameter._grad!.mul(factor);
    return total;
  });
}

/** Limits every element of all gradients to [-clipValue, clipValue]. PyTorch's nn.utils.clip_grad_value_. */
export function clipGradValue_(params: readonly Tensor[], clipValue: number): void {
  if (!(clipValue > 0)) throw new RangeError(`clipGradValue_: clipValue must be above 0, not ${clipValue}`);
  noGrad(() => {
    for (const parameter of params) {
      if (parameter._grad !== null) parameter._grad = parameter._grad.clamp(-clipValue, clipValue);
    }
  });
}

function powerSum(gradient: Tensor, normType: number): Tensor<[]> {
  if (normType === Infinity) return gradient.abs().max();
  if (normType === 2) return gradient.square().sum();
  return (normType === 1 ? gradient.abs() : gradient.abs().pow(normType)).sum();
}

function root(parts: readonly Tensor<[]>[], normType: number): Tensor<[]> {
  const all = stack(parts);
  if (normType === Infinity) return all.max();
  const sum = all.sum();
  return normType === 2 ? sum.sqrt() : normType === 1 ? sum : sum.pow(1 / normType);
}
