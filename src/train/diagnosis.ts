/**
 * Why a loss is no longer a number: keeps hold of the weights of the last step (nothing is copied or computed), and when the loss goes
 * bad finds the layer where it began.
 */
import { noGrad } from "../autograd/mode.js";
import { restoring } from "../interrupts.js";
import type { Module } from "../nn/module.js";
import { assignValue } from "../nn/parameter.js";
import { isFloating } from "../tensor/dtype.js";
import { Tensor } from "../tensor/tensor.js";
import type { Model } from "./batch.js";
import { numberOf } from "./reading.js";

/** Where a number first was NaN or infinite. */
export interface Culprit {
  /** The module's name in the model, "" for the model itself or when it is no layer. */
  readonly layer: string;
  readonly what: "input" | "target" | "gradient" | "weight" | "activation" | "loss function";
  /** The step in which it happened. */
  readonly step: number;
  /**
   * For an activation or a loss function: of the layers whose gradient is not finite, the one nearest to the loss, where the backward
   * pass met it first; "" when all are finite.
   */
  readonly gradientOf?: string;
}

/** Thrown by `fit`. The model has the weights from before the step again. */
export class NonFiniteLossError extends Error {
  constructor(
    message: string,
    readonly step: number,
    readonly loss: number,
    readonly culprit: Culprit,
  ) {
    super(message);
    this.name = "NonFiniteLossError";
  }
}

export class Diagnosis {
  readonly #model: Model;
  readonly #names: string[];
  readonly #parameters: Tensor[];
  /** Handles on the weights that the last loss was computed from: a step keeps the values it has just replaced. */
  readonly #weights: Tensor[] = [];

  constructor(model: Model) {
    this.#model = model;
    const named = model.namedParameters();
    this.#names = named.map(([name]) => name);
    this.#parameters = named.map(([, parameter]) => parameter);
  }

  /** Call it before the optimizer's step. */
  remember(): void {
    for (let i = 0; i < this.#parameters.length; i++)
      this.#weights[i] = new Tensor(this.#parameters[i]!.node);
  }

  /** The error for a loss that is not finite, computed in step `step` from these inputs. */
  async explain(
    step: number,
    loss: number,
    inputs: readonly Tensor[],
    target: Tensor,
  ): Promise<NonFiniteLossError> {
    const culprit = await this.#find(step, inputs, target);
    this.#putBack();
    const message = `fit: the loss of step ${step} is ${loss}: ${this.#sentence(culprit)}`;
    return new NonFiniteLossError(message, step, loss, culprit);
  }

  /** The error for weights that went bad in the last step of the training, or null. */
  async explainWeights(step: number, loss: number): Promise<NonFiniteLossError | null> {
    const culprit = await this.#badUpdate(this.#parameters, step);
    if (culprit === null) return null;
    this.#putBack();
    return new NonFiniteLossError(`fit: step ${step}: ${this.#sentence(culprit)}`, step, loss, culprit);
  }

  #putBack(): void {
    this.#parameters.forEach((parameter, i) => assignValue(parameter, this.#weights[i]!));
  }

  async #find(step: number, inputs: readonly Tensor[], target: Tensor): Promise<Culprit> {
    for (const input of inputs) if (!(await isFinite(input))) return { layer: "", what: "input", step };
    if (!(await isFinite(target))) return { layer: "", what: "target", step };
    const update = await this.#badUpdate(this.#weights, step - 1);
    if (update !== null) return update;
    const gradientOf = (await this.#lastBad(this.#parameters.map((parameter) => parameter.grad))) ?? "";
    const layer = await this.#badActivation(inputs);
    return layer === null
      ? { layer: "", what: "loss function", step, gradientOf }
      : { layer, what: "activation", step, gradientOf };
  }

  /**
   * The layer whose weights the update of `step` ruined, or null. Gradients flow from the last layer to the first, so the last bad one
   * was the first to go bad. A finite gradient can make a weight infinite, but only one that is no number makes it NaN.
   */
  async #badUpdate(weights: readonly Tensor[], step: number): Promise<Culprit | null> {
    const layer = await this.#lastBad(weights);
    if (layer === null) return null;
    for (const each of weights) {
      if ((await numberOf(each.isnan().any())) !== 0) return { layer, what: "gradient", step };
    }
    return { layer, what: "weight", step };
  }

  /** The layer of the last tensor that is not finite; the tensors are in the order of the parameters. */
  async #lastBad(tensors: readonly (Tensor | null)[]): Promise<string | null> {
    for (let i = tensors.length - 1; i >= 0; i--) {
      const each = tensors[i]!;
      if (each !== null && !(await isFinite(each))) return this.#names[i]!.split(".").slice(0, -1).join(".");
    }
    return null;
  }

  /** Runs the model on the weights that the loss was computed from, and gives the first layer with a bad output. */
  async #badActivation(inputs: readonly Tensor[]): Promise<string | null> {
    this.#putBack();
    const outputs: (readonly [layer: string, output: Tensor])[] = [];
    const leaves = this.#model.namedModules().filter(([, module]) => module.namedChildren().length === 0);
    const watched = leaves as [string, Module & { forward(...args: unknown[]): unknown }][];
    // The method of the class is there again once the own property is gone.
    const putBack = (): void => {
      for (const [, module] of watched) delete (module as Partial<typeof module>).forward;
    };
    restoring(putBack, () => {
      for (const [name, module] of watched) {
        const forward = module.forward.bind(module);
        module.forward = (...args: unknown[]) => {
          const output = forward(...args);
          outputs.push([name, output as Tensor]);
          return output;
        };
      }
      outputs.push(["", noGrad(() => this.#model.forward(...inputs))]);
    });
    for (const [layer, output] of outputs) if (!(await isFinite(output))) return layer;
    return null;
  }

  #sentence({ layer, what, step, gradientOf }: Culprit): string {
    const lower = "lower the learning rate, or pass clipGradNorm";
    const backward = gradientOf
      ? `; of the gradients that of ${this.#describe(gradientOf)} went bad first`
      : "";
    switch (what) {
      case "input":
      case "target":
        return `the batch's ${what} holds NaN or infinite values; clean the data: x.isfinite()`;
      case "gradient":
        return `the gradient went bad first in step ${step}, in ${this.#describe(layer)}; ${lower}`;
      case "weight":
        return `the gradient of step ${step} was so large that a weight overflowed, in ${this.#describe(layer)}; ${lower}`;
      case "activation":
        return `the first output that is not finite is that of ${this.#describe(layer)}${backward}; ${lower}, or normalize the input`;
      case "loss function":
        return (
          "all layers' outputs are finite, so the loss function made it: an overflow, a logarithm of 0 or a division by 0" +
          `${backward}; ${lower}`
        );
      default:
        return what satisfies never;
    }
  }

  #describe(layer: string): string {
    if (layer === "") return "the model itself";
    const module = this.#model.namedModules().find(([name]) => name === layer)?.[1] ?? this.#model;
    return `layer ${layer}, ${module.namedChildren().length === 0 ? module : module.name()}`;
  }
}

async function isFinite(tensor: Tensor): Promise<boolean> {
  if (!isFloating(tensor.dtype)) return true;
  return (await tensor.data()).every((value) => Number.isFinite(value));
}
