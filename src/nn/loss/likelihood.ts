/** Negative log likelihoods of counts and of numbers with a variance. */
import { checkedRange } from "../../ops/check.js";
import { fused } from "../../ops/fused.js";
import { where } from "../../ops/select.js";
import { full } from "../../tensor/creation/constant.js";
import { formatShape, sameShape } from "../../tensor/shape.js";
import { type Given, optionsOf } from "../../tensor/signature.js";
import { Tensor } from "../../tensor/tensor.js";
import {
  type LegacyOptions,
  Loss,
  lossFunction,
  type LossOptions,
  lossOptions,
  reduced,
  type ReducedShape,
  type Reduction,
} from "./reduction.js";
import { takesTensors } from "../function-form.js";

/** Options of `gaussianNllLoss`. */
interface GaussianOptions<R extends Reduction = Reduction> extends LossOptions<R> {
  /** Whether the constant ln(2π) / 2 is added; false if not given. */
  full?: boolean;
  /** The least variance, for stability; 1e-6 if not given. */
  eps?: number;
}

const GAUSSIAN_ORDER: [full: "full", eps: "eps", reduction: "reduction"] = ["full", "eps", "reduction"];

/** How `gaussianNllLoss` is called: the variance is a tensor or one number for all. */
export interface GaussianNllLoss {
  <R extends Reduction = "mean">(
    input: Tensor,
    target: Tensor,
    variance: Tensor | number,
    options?: GaussianOptions<R>,
  ): Tensor<ReducedShape<R>>;
  (
    input: Tensor,
    target: Tensor,
    variance: Tensor | number,
    ...options: Given<GaussianOptions, typeof GAUSSIAN_ORDER>
  ): Tensor;
}

/**
 * (ln v + (x - y)² / v) / 2 with the variance v, no less than `eps`: of the shape of x, or one number for each row ([..., 1] or [...]).
 * PyTorch's nn.functional.gaussian_nll_loss (Nix and Weigend 1994).
 * @throws Error when the shapes do not fit; RangeError for a variance below 0, at the latest when the loss is computed
 */
export const gaussianNllLoss = takesTensors<GaussianNllLoss>(
  "gaussianNllLoss",
  `input, target, var | ${GAUSSIAN_ORDER.join(", ")}`,
  (input: Tensor, target: Tensor, variance: Tensor | number, options: GaussianOptions): Tensor => {
    const { full: isFull = false, eps = 1e-6, reduction } = options;
    if (!(eps > 0)) throw new RangeError(`gaussianNllLoss: eps must be above 0, not ${eps}`);
    const given = variance instanceof Tensor ? variance : full(input.shape, variance, { dtype: input.dtype });
    const fitting = fittingVariance(input, given);
    const loss = fused([input, target, fitting], (x, y, v) => {
      // The gradient passes where the variance was raised to eps, as in PyTorch.
      const raised = v.add(v.clamp({ min: eps }).sub(v).detach());
      const each = raised.log().add(x.sub(y).square().div(raised)).mul(0.5);
      return reduced(isFull ? each.add(0.5 * Math.log(2 * Math.PI)) : each, reduction);
    });
    return checkedRange(
      loss,
      given,
      0,
      Infinity,
      (value, at) => `gaussianNllLoss: element ${at} of the variance is ${value}; variances are at least 0`,
    );
  },
);

function fittingVariance(input: Tensor, variance: Tensor): Tensor {
  const { shape } = input;
  if (sameShape(variance.shape, shape)) return variance;
  if (sameShape(variance.shape, shape.slice(0, -1))) return variance.unsqueeze(-1);
  const broadcasts =
    variance.ndim === shape.length && variance.shape.every((size, dim) => size === 1 || size === shape[dim]);
  if (broadcasts) return variance;
  throw new Error(
    `gaussianNllLoss: expected a variance of ${formatShape(shape)}, or one for each row, got ${formatShape(variance.shape)}`,
  );
}

/** Options of `poissonNllLoss`. */
interface PoissonOptions<R extends Reduction = Reduction> extends LossOptions<R>, LegacyOptions {
  /** Whether the input is the logarithm of the rate; true if not given. */
  logInput?: boolean;
  /** Whether Stirling's approximation of ln y! is added; false if not given. */
  full?: boolean;
  /** Added to the rate where its logarithm is taken; 1e-8 if not given. */
  eps?: number;
}

const POISSON_ORDER: [
  logInput: "logInput",
  full: "full",
  sizeAverage: "sizeAverage",
  eps: "eps",
  reduce: "reduce",
  reduction: "reduction",
] = ["logInput", "full", "sizeAverage", "eps", "reduce", "reduction"];

/**
 * eˣ - y x for counts y and the logarithm x of their rate, or x - y ln(x + eps) for the rate itself with `logInput: false`. PyTorch's
 * nn.functional.poisson_nll_loss.
 */
export const poissonNllLoss = lossFunction(
  "poissonNllLoss",
  POISSON_ORDER,
  (input: Tensor, target: Tensor, options: PoissonOptions) =>
    fused([input, target], (x, y) => {
      const { logInput = true, full: isFull = false, eps = 1e-8, reduction } = options;
      const loss = logInput ? x.exp().sub(y.mul(x)) : x.sub(y.mul(x.add(eps).log()));
      return reduced(isFull ? loss.add(stirling(y)) : loss, reduction);
    }),
);

/** y ln y - y + ln(2πy) / 2 where y is above 1, else 0. */
function stirling(y: Tensor): Tensor {
  const large = y.gt(1);
  const safe = where(large, y, 1);
  const value = safe
    .mul(safe.log())
    .sub(safe)
    .add(
      safe
        .mul(2 * Math.PI)
        .log()
        .mul(0.5),
    );
  return where(large, value, 0);
}

/** `gaussianNllLoss` as a layer. */
export class GaussianNLLLoss<R extends Reduction = "mean"> extends Loss<R> {
  readonly full: boolean;
  readonly eps: number;

  constructor(options: GaussianOptions<R> = {}) {
    const {
      full: isFull,
      eps,
      reduction,
    } = optionsOf<GaussianOptions<R>>("GaussianNLLLoss", "*, full, eps, reduction", [options]);
    super(reduction);
    this.full = isFull ?? false;
    this.eps = eps ?? 1e-6;
  }

  forward(input: Tensor, target: Tensor, variance: Tensor | number): Tensor<ReducedShape<R>>;
  forward(input: Tensor, target: Tensor, variance: Tensor | number): Tensor {
    const { full: isFull, eps, reduction } = this;
    return gaussianNllLoss(input, target, variance, { full: isFull, eps, reduction });
  }
}

/** `poissonNllLoss` as a layer. */
export class PoissonNLLLoss<R extends Reduction = "mean"> extends Loss<R> {
  readonly logInput: boolean;
  readonly full: boolean;
  readonly eps: number;

  constructor(options?: PoissonOptions<R>);
  constructor(...options: Given<PoissonOptions<R>, typeof POISSON_ORDER>);
  constructor(...given: readonly unknown[]) {
    const options = lossOptions<PoissonOptions<R>>("PoissonNLLLoss", POISSON_ORDER, given);
    super(options.reduction);
    this.logInput = options.logInput ?? true;
    this.full = options.full ?? false;
    this.eps = options.eps ?? 1e-8;
  }

  forward(input: Tensor, target: Tensor): Tensor<ReducedShape<R>> {
    const { logInput, full: isFull, eps, reduction } = this;
    return poissonNllLoss(input, target, { logInput, full: isFull, eps, reduction });
  }
}
