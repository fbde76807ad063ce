/**
 * What a recurrent cell computes at one time, and how it goes along the sequences of a batch in one direction. Layers with several directions and
 * levels are in `recurrent.ts`.
 */
import { cat } from "../../ops/join.js";
import type { Tensor } from "../../tensor/core.js";

/** Weights of one direction of one level, as PyTorch names them. */
export interface Weights {
  /** [gates · H, in] */
  readonly weightIh: Tensor;
  /** [gates · H, out] */
  readonly weightHh: Tensor;
  readonly biasIh: Tensor | null;
  readonly biasHh: Tensor | null;
  /** [projected, H], of an LSTM with projections. */
  readonly weightHr: Tensor | null;
}

/** What a cell keeps from one time to the next: the hidden state [B, out], and an LSTM's cell state [B, H] behind it. */
export type State = readonly Tensor[];

/** The next state from the input's part of the gates [B, gates · H] and the state before. */
export type Step = (fromInput: Tensor, state: State, weights: Weights) => State;

/** Wᵢₕ x + bᵢₕ for all times at once: [..., in] → [..., gates · H]. */
export function inputPart(x: Tensor, { weightIh, biasIh }: Weights): Tensor {
  const product = x.matmul(weightIh.transpose(0, 1));
  return biasIh === null ? product : product.add(biasIh);
}

function hiddenPart(h: Tensor, { weightHh, biasHh }: Weights): Tensor {
  const product = h.matmul(weightHh.transpose(0, 1));
  return biasHh === null ? product : product.add(biasHh);
}

/** h′ = tanh(Wᵢₕ x + bᵢₕ + Wₕₕ h + bₕₕ) (Elman 1990). */
export const tanhStep: Step = (fromInput, [h], weights) => [fromInput.add(hiddenPart(h!, weights)).tanh()];

/** h′ = max(0, Wᵢₕ x + bᵢₕ + Wₕₕ h + bₕₕ). */
export const reluStep: Step = (fromInput, [h], weights) => [fromInput.add(hiddenPart(h!, weights)).relu()];

/** i, f, o = σ(…), g = tanh(…), c′ = f c + i g, h′ = o tanh c′, times Wₕᵣ where there is one (Hochreiter and Schmidhuber 1997). */
export const lstmStep: Step = (fromInput, [h, c], weights) => {
  const gates = fromInput.add(hiddenPart(h!, weights));
  const size = c!.size(-1);
  const [i, f, g, o] = [0, 1, 2, 3].map((k) => gates.narrow(-1, k * size, size)) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  const cell = f.sigmoid().mul(c!).add(i.sigmoid().mul(g.tanh()));
  const out = o.sigmoid().mul(cell.tanh());
  return [weights.weightHr === null ? out : out.matmul(weights.weightHr.transpose(0, 1)), cell];
};

/** r, z = σ(…), n = tanh(Wᵢₙ x + bᵢₙ + r (Wₕₙ h + bₕₙ)), h′ = (1 − z) n + z h (Cho et al. 2014). */
export const gruStep: Step = (fromInput, [h], weights) => {
  const fromHidden = hiddenPart(h!, weights);
  const size = h!.size(-1);
  const part = (x: Tensor, k: number): Tensor => x.narrow(-1, k * size, size);
  const r = part(fromInput, 0).add(part(fromHidden, 0)).sigmoid();
  const z = part(fromInput, 1).add(part(fromHidden, 1)).sigmoid();
  const n = part(fromInput, 2)
    .add(r.mul(part(fromHidden, 2)))
    .tanh();
  // (1 − z) n + z h with one product.
  return [n.add(z.mul(h!.sub(n)))];
};

/** The outputs of each time, and each sequence's last state. */
export interface Swept {
  readonly outputs: readonly Tensor[];
  readonly last: State;
}

/**
 * Goes along the times, or back from the last one.
 * @param parts the input's part of the gates at each time; the batch shrinks from time to time where shorter sequences end
 * @param first the state before the first time that a sequence has, [B, ...]
 */
export function sweep(
  step: Step,
  parts: readonly Tensor[],
  first: State,
  weights: Weights,
  isReverse: boolean,
): Swept {
  return isReverse ? backward(step, parts, first, weights) : forward(step, parts, first, weights);
}

function forward(step: Step, parts: readonly Tensor[], first: State, weights: Weights): Swept {
  let state = first;
  const outputs: Tensor[] = [];
  /** Last states of sequences that have ended, the shortest first. */
  const ended: State[] = [];
  for (const part of parts) {
    const [size, before] = [part.size(0), state[0]!.size(0)];
    if (size < before) {
      ended.push(state.map((s) => s.narrow(0, size, before - size)));
      state = state.map((s) => s.narrow(0, 0, size));
    }
    state = step(part, state, weights);
    outputs.push(state[0]!);
  }
  const last =
    ended.length === 0 ? state : state.map((s, i) => cat([s, ...ended.map((e) => e[i]!).reverse()]));
  return { outputs, last };
}

function backward(step: Step, parts: readonly Tensor[], first: State, weights: Weights): Swept {
  let state: State | null = null;
  const outputs: Tensor[] = [];
  for (const part of [...parts].reverse()) {
    const [size, before] = [part.size(0), state?.[0]?.size(0) ?? 0];
    if (size > before) {
      // Longer sequences have begun before those that are under way.
      const begun = first.map((s) => s.narrow(0, before, size - before));
      state = state === null ? begun : state.map((s, i) => cat([s, begun[i]!]));
    }
    state = step(part, state!, weights);
    outputs.push(state[0]!);
  }
  return { outputs: outputs.reverse(), last: state! };
}
