/** Losses that apply an activation themselves, given what has been through one already: training goes on, only badly, so it is said. */
import type { Tensor } from "../../tensor/tensor.js";
import { warn } from "../../tensor/warn.js";

const softmax = "SoftmaxBackward0";
const sigmoid = "SigmoidBackward0";
const reshaped = new Set(["ViewBackward0", "SqueezeBackward0", "UnsqueezeBackward0"]);

/** What each of these losses takes, and the activations whose output is something else. */
const losses = {
  crossEntropy: {
    takes: "logits, and applies logSoftmax to them itself: leave the activation away",
    not: [softmax, sigmoid],
  },
  nllLoss: {
    takes: "log probabilities: use logSoftmax, or crossEntropy with the logits",
    not: [softmax, sigmoid],
  },
  binaryCrossEntropyWithLogits: {
    takes:
      "logits, and applies the sigmoid to them itself: leave the activation away, or use binaryCrossEntropy",
    not: [softmax, sigmoid],
  },
  klDiv: { takes: "log probabilities as its input: use logSoftmax", not: [softmax, sigmoid] },
};

/** Warns once where the input of a loss, as far as its history is recorded, is the output of an activation that does not belong there. */
export function warnOfActivation(loss: keyof typeof losses, input: Tensor): void {
  let made = input;
  while (made._op !== null && reshaped.has(made._op.name) && made._a !== null) made = made._a;
  const { takes, not } = losses[loss];
  const name = made._op?.name;
  if (name !== undefined && not.includes(name))
    warn(
      `${loss}: the input is the output of a ${name === softmax ? "softmax" : "sigmoid"}, but ${loss} takes ${takes}`,
    );
}
