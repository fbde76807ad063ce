/** Whether what the optimizer trains is what the loss is computed from: asked once, in the first step of a training. */
import { leavesOf } from "../autograd/record.js";
import type { Module } from "../nn/module.js";
import { Parameter, whereLayersAreFound } from "../nn/parameter.js";
import { formatShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { warn } from "../tensor/warn.js";

/**
 * Warns of parameters that the loss depends on, but that neither the model shows nor the optimizer trains. To be called before the
 * backward pass, which forgets how the loss was computed.
 */
export function warnOfHidden(model: Module, trained: readonly Tensor[], loss: Tensor): void {
  const seen = new Set<Tensor>([...model.parameters(), ...trained]);
  const hidden = leavesOf(loss).filter((leaf) => leaf instanceof Parameter && !seen.has(leaf));
  if (hidden.length === 0) return;
  const shapes = hidden.map(({ shape }) => formatShape(shape)).join(", ");
  warn(
    `fit: the loss depends on ${hidden.length} parameter(s) that are not among the model's and are not trained, of shape ${shapes}. ` +
      whereLayersAreFound,
  );
}

/** @throws Error when the backward pass gave no gradient to anything that the optimizer trains */
export function requireGradients(model: Module, trained: readonly Tensor[]): void {
  if (trained.some(({ _grad }) => _grad !== null)) return;
  if (model.parameters().length === 0)
    throw new Error(`fit: ${model.name()} has no parameters. ${whereLayersAreFound}`);
  throw new Error(
    `fit: the loss does not depend on any of the ${trained.length} tensor(s) that the optimizer trains. Was it made for another model, or for ` +
      "this one before it was made anew? Make it again: new optim.SGD(model.parameters(), …)",
  );
}
