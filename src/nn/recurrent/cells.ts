/** Recurrent cells, which compute one time: nn.RNNCell, nn.LSTMCell and nn.GRUCell. */
import { checkTensor } from "../../ops/operand.js";
import { uniform_ } from "../init.js";
import { BuiltIn } from "../module.js";
import { Parameter } from "../parameter.js";
import { empty, zeros } from "../../tensor/creation/constant.js";
import type { Tensor } from "../../tensor/core.js";
import type { FloatDType } from "../../tensor/dtype.js";
import { formatShape } from "../../tensor/shape.js";
import type { Checked, Shape, TypeOnly } from "../../tensor/shape-types.js";
import { type Given, optionsOf } from "../../tensor/signature.js";
import type { CellRule, For, Recurrence, RecurrentRule } from "./recurrent-types.js";
import {
  gruStep,
  inputPart,
  lstmStep,
  reluStep,
  type State,
  type Step,
  tanhStep,
  type Weights,
} from "./steps.js";

/** Options of cells. */
export interface CellOptions {
  /** Whether there are biases; true if not given. */
  bias?: boolean;
  dtype?: FloatDType;
}

abstract class Cell extends BuiltIn {
  /** [gates · H, in] */
  readonly weightIh: Parameter;
  /** [gates · H, H] */
  readonly weightHh: Parameter;
  readonly biasIh: Parameter | null;
  readonly biasHh: Parameter | null;
  readonly #step: Step;

  protected constructor(
    readonly inputSize: number,
    readonly hiddenSize: number,
    { bias = true, dtype = "float32" }: CellOptions,
    step: Step,
    gates: number,
  ) {
    super();
    for (const [what, size] of Object.entries({ inputSize, hiddenSize }))
      if (!Number.isInteger(size) || size < 1)
        throw new RangeError(`${this.name()}: ${what} must be a whole number of at least 1, got ${size}`);
    const make = (...shape: number[]): Parameter => new Parameter(empty(shape, { dtype }));
    this.weightIh = make(gates * hiddenSize, inputSize);
    this.weightHh = make(gates * hiddenSize, hiddenSize);
    this.biasIh = bias ? make(gates * hiddenSize) : null;
    this.biasHh = bias ? make(gates * hiddenSize) : null;
    this.#step = step;
    this.resetParameters();
  }

  /** Draws all parameters anew, uniform in ±1/√hiddenSize. */
  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.hiddenSize);
    for (const parameter of this.parameters()) uniform_(parameter, -bound, bound);
  }

  protected run(input: Tensor, given: State | null, states: number): State {
    const title = `${this.name()}(${this.inputSize} → ${this.hiddenSize})`;
    checkTensor(title, input);
    if ((input.ndim !== 1 && input.ndim !== 2) || input.shape.at(-1) !== this.inputSize)
      throw new Error(
        `${title}: input ${formatShape(input.shape)} must be [B, ${this.inputSize}] or [${this.inputSize}]`,
      );
    const isBatched = input.ndim === 2;
    const shape = isBatched ? [input.size(0), this.hiddenSize] : [this.hiddenSize];
    const state = Array.from({ length: states }, (_, i) => {
      const s = given?.[i] ?? zeros(shape, { dtype: input.dtype });
      if (String(s.shape) !== String(shape))
        throw new Error(
          `${title}: expected a state of shape ${formatShape(shape)}, got ${formatShape(s.shape)}`,
        );
      return isBatched ? s : s.unsqueeze(0);
    });
    const weights: Weights = {
      weightIh: this.weightIh,
      weightHh: this.weightHh,
      biasIh: this.biasIh,
      biasHh: this.biasHh,
      weightHr: null,
    };
    const next = this.#step(inputPart(isBatched ? input : input.unsqueeze(0), weights), state, weights);
    return isBatched ? next : next.map((s) => s.squeeze(0));
  }

  override extraRepr(): string {
    return `${this.inputSize}, ${this.hiddenSize}${this.biasIh === null ? ", bias=false" : ""}`;
  }
}

/** h′ = tanh(Wᵢₕ x + bᵢₕ + Wₕₕ h + bₕₕ), or with `nonlinearity: "relu"` max(0, …). PyTorch's nn.RNNCell. */
export class RNNCell<const In extends number = number, const H extends number = number> extends Cell {
  declare readonly rule?: TypeOnly<CellRule<Recurrence<"RNNCell", In, H>>>;

  readonly nonlinearity: "tanh" | "relu";

  constructor(
    inputSize: In,
    hiddenSize: H,
    ...rest: Given<
      CellOptions & { nonlinearity?: "tanh" | "relu" },
      [bias: "bias", nonlinearity: "nonlinearity"]
    >
  ) {
    const { nonlinearity = "tanh", ...options } = optionsOf<CellOptions & { nonlinearity: "tanh" | "relu" }>(
      "RNNCell",
      "bias, nonlinearity, *, dtype",
      rest,
    );
    if (nonlinearity !== "tanh" && nonlinearity !== "relu")
      throw new Error(`RNNCell: nonlinearity must be "tanh" or "relu", got ${JSON.stringify(nonlinearity)}`);
    super(inputSize, hiddenSize, options, nonlinearity === "tanh" ? tanhStep : reluStep, 1);
    this.nonlinearity = nonlinearity;
  }

  /** [B, in] and the state [B, H], zeros if not given, → the next state; without B for one example. */
  forward<R extends RecurrentRule, X extends Tensor, A extends Shape>(
    this: { readonly rule?: TypeOnly<R> },
    input: Checked<For<R, X>["input"], X>,
    h?: Checked<For<R, X, A>["state"], Tensor<A>> | null,
  ): For<R, X>["h"];
  forward(input: Tensor, h?: Tensor | null): Tensor {
    return this.run(input, h ? [h] : null, 1)[0]!;
  }
}

/** The LSTM's formulas for one time. PyTorch's nn.LSTMCell. */
export class LSTMCell<const In extends number = number, const H extends number = number> extends Cell {
  declare readonly rule?: TypeOnly<CellRule<Recurrence<"LSTMCell", In, H>>>;

  constructor(inputSize: In, hiddenSize: H, ...rest: Given<CellOptions, [bias: "bias"]>) {
    super(inputSize, hiddenSize, optionsOf<CellOptions>("LSTMCell", "bias, *, dtype", rest), lstmStep, 4);
  }

  /** [B, in] and the states [h, c] of [B, H] each, zeros if not given, → the next [h, c]; without B for one example. */
  forward<R extends RecurrentRule, X extends Tensor, A extends Shape, B extends Shape>(
    this: { readonly rule?: TypeOnly<R> },
    input: Checked<For<R, X>["input"], X>,
    hx?: Checked<For<R, X, A, B>["state"], readonly [Tensor<A>, Tensor<B>]> | null,
  ): [h: For<R, X>["h"], c: For<R, X>["c"]];
  forward(input: Tensor, hx?: readonly [Tensor, Tensor] | null): [h: Tensor, c: Tensor] {
    const [h, c] = this.run(input, hx ?? null, 2);
    return [h!, c!];
  }
}

/** The GRU's formulas for one time. PyTorch's nn.GRUCell. */
export class GRUCell<const In extends number = number, const H extends number = number> extends Cell {
  declare readonly rule?: TypeOnly<CellRule<Recurrence<"GRUCell", In, H>>>;

  constructor(inputSize: In, hiddenSize: H, ...rest: Given<CellOptions, [bias: "bias"]>) {
    super(inputSize, hiddenSize, optionsOf<CellOptions>("GRUCell", "bias, *, dtype", rest), gruStep, 3);
  }

  /** [B, in] and the state [B, H], zeros if not given, → the next state; without B for one example. */
  forward<R extends RecurrentRule, X extends Tensor, A extends Shape>(
    this: { readonly rule?: TypeOnly<R> },
    input: Checked<For<R, X>["input"], X>,
    h?: Checked<For<R, X, A>["state"], Tensor<A>> | null,
  ): For<R, X>["h"];
  forward(input: Tensor, h?: Tensor | null): Tensor {
    return this.run(input, h ? [h] : null, 1)[0]!;
  }
}
