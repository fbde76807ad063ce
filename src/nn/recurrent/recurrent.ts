/** Recurrent layers: nn.RNN, nn.LSTM and nn.GRU, with levels, directions, dropout between levels, projections, and packed sequences. */
import { checkTensor } from "../../ops/operand.js";
import { dropout } from "../dropout.js";
import { uniform_ } from "../init.js";
import { BuiltIn } from "../module.js";
import { Parameter } from "../parameter.js";
import { stack } from "../../ops/join.js";
import type { CountOrDefault, FlagOrDefault } from "../../ops/windows.js";
import { empty, zeros } from "../../tensor/creation/constant.js";
import { Tensor } from "../../tensor/core.js";
import type { FloatDType } from "../../tensor/dtype.js";
import { formatShape } from "../../tensor/shape.js";
import type { Checked, Shape, TypeOnly } from "../../tensor/shape-types.js";
import { type Given, optionsOf } from "../../tensor/signature.js";
import { PackedSequence } from "./packed.js";
import type { For, LayerRule, Recurrence, RecurrentRule } from "./recurrent-types.js";
import { beside, joined, type Sequences } from "./sequences.js";
import {
  gruStep,
  inputPart,
  lstmStep,
  reluStep,
  type State,
  type Step,
  sweep,
  tanhStep,
  type Weights,
} from "./steps.js";
import { canSweepWhole, sweepWhole } from "./whole.js";

/** Options of `LSTM` and `GRU`; PyTorch's defaults. */
export interface RecurrentOptions<L = number, First = boolean, Both = boolean> {
  /** Levels, each with the outputs of the one below as its inputs; 1 if not given. */
  numLayers?: L;
  /** Whether there are biases; true if not given. */
  bias?: boolean;
  /** Whether the batch is the first dim, [B, T, in]; it is the second, [T, B, in], if not given. */
  batchFirst?: First;
  /** Share of the outputs that is dropped in training between levels; 0 if not given. */
  dropout?: number;
  /** Whether a second direction goes from the end of the sequences to their beginning; false if not given. */
  bidirectional?: Both;
  dtype?: FloatDType;
}

/** Options of `LSTM`. */
export interface LSTMOptions<
  L = number,
  First = boolean,
  Both = boolean,
  P = number,
> extends RecurrentOptions<L, First, Both> {
  /** Size to which hidden states are projected; 0, which is none, if not given (Sak et al. 2014). */
  projSize?: P;
}

/** Options of `RNN`. */
export interface RNNOptions<L = number, First = boolean, Both = boolean> extends RecurrentOptions<
  L,
  First,
  Both
> {
  /** "tanh" if not given. */
  nonlinearity?: "tanh" | "relu";
}

const ORDER = "numLayers, bias, batchFirst, dropout, bidirectional";

/** What the three layers have in common: parameters, levels, directions and forms of input. */
abstract class Recurrent extends BuiltIn {
  readonly numLayers: number;
  readonly bias: boolean;
  readonly batchFirst: boolean;
  readonly dropout: number;
  readonly bidirectional: boolean;
  readonly projSize: number;
  /** Of the first level; further ones are `weightIhL1`, …, the other direction's `weightIhL0Reverse`, … */
  declare readonly weightIhL0: Parameter;
  declare readonly weightHhL0: Parameter;
  declare readonly biasIhL0: Parameter;
  declare readonly biasHhL0: Parameter;
  readonly #step: Step;
  readonly #states: number;

  /** @param gates how many times the hidden size the gates have; @param states how many tensors the state is */
  protected constructor(
    readonly inputSize: number,
    readonly hiddenSize: number,
    {
      numLayers = 1,
      bias = true,
      batchFirst = false,
      dropout = 0,
      bidirectional = false,
      ...rest
    }: LSTMOptions,
    kind: { step: Step; gates: number; states: number },
  ) {
    super();
    const { projSize = 0, dtype = "float32" } = rest;
    for (const [what, size] of Object.entries({ inputSize, hiddenSize, numLayers }))
      if (!Number.isInteger(size) || size < 1)
        throw new RangeError(`${this.name()}: ${what} must be a whole number of at least 1, got ${size}`);
    if (!(dropout >= 0 && dropout <= 1))
      throw new RangeError(`${this.name()}: dropout must be between 0 and 1, got ${dropout}`);
    if (!Number.isInteger(projSize) || projSize < 0 || projSize >= hiddenSize)
      throw new RangeError(
        `${this.name()}: projSize must be less than hiddenSize (${hiddenSize}), or 0 for none, got ${projSize}`,
      );
    this.numLayers = numLayers;
    this.bias = bias;
    this.batchFirst = batchFirst;
    this.dropout = dropout;
    this.bidirectional = bidirectional;
    this.projSize = projSize;
    this.#step = kind.step;
    this.#states = kind.states;
    const out = projSize || hiddenSize;
    const gates = kind.gates * hiddenSize;
    const make = (shape: readonly number[]): Parameter => new Parameter(empty([...shape], { dtype }));
    for (let level = 0; level < numLayers; level++) {
      const inputs = level === 0 ? inputSize : out * this.#directions();
      for (const suffix of this.#suffixes(level)) {
        Object.assign(this, {
          [`weightIh${suffix}`]: make([gates, inputs]),
          [`weightHh${suffix}`]: make([gates, out]),
        });
        if (bias)
          Object.assign(this, { [`biasIh${suffix}`]: make([gates]), [`biasHh${suffix}`]: make([gates]) });
        if (projSize > 0) Object.assign(this, { [`weightHr${suffix}`]: make([projSize, hiddenSize]) });
      }
    }
    this.resetParameters();
  }

  /** Draws all parameters anew, uniform in ±1/√hiddenSize. */
  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.hiddenSize);
    for (const parameter of this.parameters()) uniform_(parameter, -bound, bound);
  }

  /** Parameters may be used as they are; PyTorch lays them out for a GPU here. */
  flattenParameters(): void {
    // Engines lay bytes out themselves.
  }

  #directions(): number {
    return this.bidirectional ? 2 : 1;
  }

  #suffixes(level: number): string[] {
    return this.bidirectional ? [`L${level}`, `L${level}Reverse`] : [`L${level}`];
  }

  #weights(suffix: string): Weights {
    const own = this as unknown as Record<string, Tensor | undefined>;
    return {
      weightIh: own[`weightIh${suffix}`]!,
      weightHh: own[`weightHh${suffix}`]!,
      biasIh: own[`biasIh${suffix}`] ?? null,
      biasHh: own[`biasHh${suffix}`] ?? null,
      weightHr: own[`weightHr${suffix}`] ?? null,
    };
  }

  /** Outputs of the last level and last states of all levels and directions, [levels · directions, B, ...] each. */
  protected run(input: Tensor | PackedSequence, given: State | null): [Tensor | PackedSequence, State] {
    if (input instanceof PackedSequence) {
      this.#checkSize(input.data);
      const steps: Tensor[] = [];
      let start = 0;
      for (const size of input.sizes) {
        steps.push(input.data.narrow(0, start, size));
        start += size;
      }
      const order = input.sortedIndices;
      const initial = this.#initial(given, input.sizes[0]!, input.data);
      const sorted = order === null ? initial : initial.map((s) => s.indexSelect(1, order));
      const [outputs, last] = this.#levels(steps, sorted, given === null);
      const back = input.unsortedIndices;
      return [input.with(joined(outputs)), back === null ? last : last.map((s) => s.indexSelect(1, back))];
    }
    this.#checkSize(input);
    if (input.ndim !== 2 && input.ndim !== 3)
      throw new Error(
        `${this.#title()}: input ${formatShape(input.shape)} must be ${this.batchFirst ? "[B, T, " : "[T, B, "}${this.inputSize}], or [T, ${this.inputSize}] for one sequence`,
      );
    const isBatched = input.ndim === 3;
    const inTime = !isBatched ? input.unsqueeze(1) : this.batchFirst ? input.transpose(0, 1) : input;
    const initial = this.#initial(
      isBatched || given === null ? given : given.map((s) => s.unsqueeze(1)),
      inTime.size(1),
      input,
    );
    const [outputs, last] = this.#levels(inTime, initial, given === null);
    const all = outputs instanceof Tensor ? outputs : stack([...outputs]);
    if (!isBatched) return [all.squeeze(1), last.map((s) => s.squeeze(1))];
    return [this.batchFirst ? all.transpose(0, 1) : all, last];
  }

  #levels(input: Sequences, initial: State, isZero: boolean): [Sequences, State] {
    let below = input;
    const finals: State[] = [];
    for (let level = 0; level < this.numLayers; level++) {
      const directions = this.#suffixes(level).map((suffix, i) => {
        const first = initial.map((s) => s.select(0, level * this.#directions() + i));
        const swept = this.#sweep(below, first, isZero, this.#weights(suffix), i === 1);
        finals.push(swept.last);
        return swept.outputs;
      });
      below = beside(directions);
      if (this.dropout > 0 && this.training && level < this.numLayers - 1) below = this.#dropped(below);
    }
    return [below, Array.from({ length: this.#states }, (_, i) => stack(finals.map((s) => s[i]!)))];
  }

  #dropped(outputs: Sequences): Sequences {
    // One mask for all times, drawn at once.
    const all = dropout(joined(outputs), { p: this.dropout, training: true });
    return outputs instanceof Tensor ? all : all.split(outputs.map((y) => y.size(0)));
  }

  #sweep(
    input: Sequences,
    first: State,
    isZero: boolean,
    weights: Weights,
    isReverse: boolean,
  ): { outputs: Sequences; last: State } {
    if (input instanceof Tensor && canSweepWhole(input, first, weights))
      return sweepWhole(this.#step, input, first, isZero, weights, isReverse);
    // One product for all times.
    const part = inputPart(joined(input), weights);
    const parts = input instanceof Tensor ? part.unbind(0) : part.split(input.map((x) => x.size(0)));
    return sweep(this.#step, parts, first, weights, isReverse);
  }

  #initial(given: State | null, batch: number, like: Tensor): State {
    const count = this.numLayers * this.#directions();
    const sizes = [this.projSize || this.hiddenSize, this.hiddenSize].slice(0, this.#states);
    return sizes.map((size, i) => {
      const state = given?.[i];
      const expected = [count, batch, size];
      if (state === undefined) return zeros(expected, { dtype: like.dtype });
      if (String(state.shape) !== String(expected))
        throw new Error(
          `${this.#title()}: expected a first ${i === 0 ? "hidden" : "cell"} state of shape ${formatShape(expected)}, got ${formatShape(state.shape)}`,
        );
      return state;
    });
  }

  #checkSize(input: Tensor): void {
    checkTensor(this.#title(), input);
    const last = input.shape.at(-1);
    if (last !== this.inputSize)
      throw new Error(
        `${this.#title()}: input ${formatShape(input.shape)} has last size ${last}; it must be ${this.inputSize}`,
      );
  }

  #title(): string {
    return `${this.name()}(${this.inputSize} → ${this.hiddenSize})`;
  }

  override extraRepr(): string {
    const extra = [`${this.inputSize}, ${this.hiddenSize}`];
    if (this.projSize > 0) extra.push(`projSize=${this.projSize}`);
    if (this.numLayers !== 1) extra.push(`numLayers=${this.numLayers}`);
    if (!this.bias) extra.push("bias=false");
    if (this.batchFirst) extra.push("batchFirst=true");
    if (this.dropout !== 0) extra.push(`dropout=${this.dropout}`);
    if (this.bidirectional) extra.push("bidirectional=true");
    return extra.join(", ");
  }
}

/** A layer with one state: `[output, h]`. */
abstract class Simple extends Recurrent {
  /**
   * [T, B, in] and a first state [levels · directions, B, H], zeros if not given, → the last level's outputs [T, B, directions · H] and the last state.
   * With `batchFirst` the batch comes first; [T, in] is one sequence; a packed sequence gives a packed one.
   * @throws Error for another last size and another shape of the state
   */
  forward<R extends RecurrentRule, X extends Tensor | PackedSequence, A extends Shape>(
    this: { readonly rule?: TypeOnly<R> },
    input: Checked<For<R, X>["input"], X>,
    h0?: Checked<For<R, X, A>["state"], Tensor<A>> | null,
  ): [output: For<R, X>["output"], h: For<R, X>["h"]];
  forward(input: Tensor | PackedSequence, h0?: Tensor | null): [Tensor | PackedSequence, Tensor] {
    const [output, [h]] = this.run(input, h0 ? [h0] : null);
    return [output, h!];
  }
}

/** h′ = tanh(Wᵢₕ x + bᵢₕ + Wₕₕ h + bₕₕ) at each time, or with `nonlinearity: "relu"` max(0, …). PyTorch's nn.RNN (Elman 1990). */
export class RNN<
  const In extends number = number,
  const H extends number = number,
  const L extends CountOrDefault = CountOrDefault,
  const First extends FlagOrDefault = FlagOrDefault,
  const Both extends FlagOrDefault = FlagOrDefault,
> extends Simple {
  declare readonly rule?: TypeOnly<LayerRule<Recurrence<"RNN", In, H, L, First, Both, 0>>>;
  readonly nonlinearity: "tanh" | "relu";

  constructor(
    inputSize: In,
    hiddenSize: H,
    ...rest: Given<
      RNNOptions<L, First, Both>,
      [
        numLayers: "numLayers",
        nonlinearity: "nonlinearity",
        bias: "bias",
        batchFirst: "batchFirst",
        dropout: "dropout",
        bidirectional: "bidirectional",
      ]
    >
  ) {
    const order = "numLayers, nonlinearity, bias, batchFirst, dropout, bidirectional, *, dtype";
    const { nonlinearity = "tanh", ...options } = optionsOf<RNNOptions>("RNN", order, rest);
    if (nonlinearity !== "tanh" && nonlinearity !== "relu")
      throw new Error(`RNN: nonlinearity must be "tanh" or "relu", got ${JSON.stringify(nonlinearity)}`);
    const step = nonlinearity === "tanh" ? tanhStep : reluStep;
    super(inputSize, hiddenSize, options, { step, gates: 1, states: 1 });
    this.nonlinearity = nonlinearity;
  }
}

/** r, z = σ(…), n = tanh(Wᵢₙ x + bᵢₙ + r (Wₕₙ h + bₕₙ)), h′ = (1 − z) n + z h at each time. PyTorch's nn.GRU (Cho et al. 2014). */
export class GRU<
  const In extends number = number,
  const H extends number = number,
  const L extends CountOrDefault = CountOrDefault,
  const First extends FlagOrDefault = FlagOrDefault,
  const Both extends FlagOrDefault = FlagOrDefault,
> extends Simple {
  declare readonly rule?: TypeOnly<LayerRule<Recurrence<"GRU", In, H, L, First, Both, 0>>>;
  constructor(
    inputSize: In,
    hiddenSize: H,
    ...rest: Given<
      RecurrentOptions<L, First, Both>,
      [
        numLayers: "numLayers",
        bias: "bias",
        batchFirst: "batchFirst",
        dropout: "dropout",
        bidirectional: "bidirectional",
      ]
    >
  ) {
    const options = optionsOf<RecurrentOptions>("GRU", `${ORDER}, *, dtype`, rest);
    super(inputSize, hiddenSize, options, { step: gruStep, gates: 3, states: 1 });
  }
}

/** i, f, o = σ(…), g = tanh(…), c′ = f c + i g, h′ = o tanh c′ at each time. PyTorch's nn.LSTM (Hochreiter and Schmidhuber 1997). */
export class LSTM<
  const In extends number = number,
  const H extends number = number,
  const L extends CountOrDefault = CountOrDefault,
  const First extends FlagOrDefault = FlagOrDefault,
  const Both extends FlagOrDefault = FlagOrDefault,
  const P extends CountOrDefault = CountOrDefault,
> extends Recurrent {
  declare readonly rule?: TypeOnly<LayerRule<Recurrence<"LSTM", In, H, L, First, Both, P>>>;
  constructor(
    inputSize: In,
    hiddenSize: H,
    ...rest: Given<
      LSTMOptions<L, First, Both, P>,
      [
        numLayers: "numLayers",
        bias: "bias",
        batchFirst: "batchFirst",
        dropout: "dropout",
        bidirectional: "bidirectional",
        projSize: "projSize",
      ]
    >
  ) {
    const options = optionsOf<LSTMOptions>("LSTM", `${ORDER}, projSize, *, dtype`, rest);
    super(inputSize, hiddenSize, options, { step: lstmStep, gates: 4, states: 2 });
  }

  /**
   * [T, B, in] and first states [h, c] of [levels · directions, B, H] each, zeros if not given, → `[output, [h, c]]`: the last level's outputs
   * [T, B, directions · H] and the last states. With `batchFirst` the batch comes first; [T, in] is one sequence; a packed sequence gives a packed one.
   * @throws Error for another last size and another shape of a state
   */
  forward<R extends RecurrentRule, X extends Tensor | PackedSequence, A extends Shape, B extends Shape>(
    this: { readonly rule?: TypeOnly<R> },
    input: Checked<For<R, X>["input"], X>,
    hx?: Checked<For<R, X, A, B>["state"], readonly [Tensor<A>, Tensor<B>]> | null,
  ): [output: For<R, X>["output"], state: [h: For<R, X>["h"], c: For<R, X>["c"]]];
  forward(
    input: Tensor | PackedSequence,
    hx?: readonly [Tensor, Tensor] | null,
  ): [Tensor | PackedSequence, [Tensor, Tensor]] {
    if (hx !== undefined && hx !== null && (!Array.isArray(hx) || hx.length !== 2))
      throw new TypeError("LSTM: expected the first states as [h, c]");
    const [output, [h, c]] = this.run(input, hx ?? null);
    return [output, [h!, c!]];
  }
}
