/** Activations as functions, for `nn.functional`: what the tensor's methods compute, under PyTorch's other name. */
import * as smooth from "../ops/activation.js";
import * as indexing from "../ops/indexing.js";
import * as rectifiers from "../ops/rectifiers.js";
import * as softmaxes from "../ops/softmax.js";
import * as trigonometry from "../ops/trigonometry.js";

/** max(0, x). */
export const relu = rectifiers.relu;

/** tanh x. */
export const tanh = trigonometry.tanh;

/** 1 / (1 + e⁻ˣ). */
export const sigmoid = smooth.sigmoid;

/** ln(1 / (1 + e⁻ˣ)), exact for large |x| too. */
export const logSigmoid = smooth.logSigmoid;

/** x Φ(x), Φ the normal distribution's; `approximate: "tanh"` is 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))). */
export const gelu = smooth.gelu;

/** x / (1 + e⁻ˣ). */
export const silu = smooth.silu;

/** x for x ≥ 0, else negativeSlope · x (0.01 if not given). */
export const leakyRelu = rectifiers.leakyRelu;

/** x for x > 0, else α (eˣ − 1), α 1 if not given. */
export const elu = smooth.elu;

/** ln(1 + e^(βx)) / β, and x itself where βx is above `threshold`; β 1 and threshold 20 if not given. */
export const softplus = smooth.softplus;

/** eˣ over its sum along `dim`. */
export const softmax = softmaxes.softmax;

/** The logarithm of softmax along `dim`. */
export const logSoftmax = softmaxes.logSoftmax;

/** Rows of 0 with a 1 at the class: [N] → [N, numClasses]; int32 unless another dtype is given. */
export const oneHot = indexing.oneHot;
