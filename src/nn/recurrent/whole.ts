/**
 * Recurrent layers along all times as one kernel each way (src/primitives/recurrent/), for sequences of one length. Gradients that are recorded
 * themselves are those of the same formulas time by time.
 */
import { type Backward, type Composed, isRecorded, recordWhole } from "../../autograd/record-whole.js";
import { call, pick, reshape, slice } from "../../graph/record/build.js";
import type { Node } from "../../graph/record/node.js";
import { markSaved } from "../../graph/run/evaluate.js";
import { Tensor } from "../../tensor/core.js";
import { zeros } from "../../tensor/creation/constant.js";
import { stack } from "../../ops/join.js";
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

/** Hidden states of all times [T, B, H], and the last states. */
type Whole = readonly [outputs: Tensor, ...last: Tensor[]];

/** The time of [T, B, C] that is gone through last. */
function lastOf(node: Node, reversed: boolean): Node {
  const [times, ...rest] = node.shape as [number, ...number[]];
  const starts = node.shape.map((_, d) => (d === 0 && !reversed ? times - 1 : 0));
  return reshape(slice(node, starts, [1, ...rest], [1, 1, 1]), rest);
}

/** Σ slopesᵀ h over all times and examples, h the hidden state before the time, `first` before all of them, null where it is zero: [C, H]. */
function weightGradient(slopes: Tensor, y: Tensor, first: Tensor | null, reversed: boolean): Tensor {
  const [times, n, columns] = slopes.shape as [number, number, number];
  const rows = (times - 1) * n;
  // Times and examples are one dim before it is cut, so that the products read the rows where they lie.
  const [slopesInTime, states] = [slopes.reshape([-1, columns]), y.reshape([-1, y.size(-1)])];
  const product = (from: number, length: number, h: Tensor): Tensor =>
    slopesInTime.narrow(0, from, length).transpose(0, 1).matmul(h);
  const atFirst = (h: Tensor): Tensor => product(reversed ? rows : 0, n, h);
  if (times === 1) return first === null ? zeros([columns, y.size(-1)], { dtype: y.dtype }) : atFirst(first);
  const [later, before] = reversed ? [0, n] : [n, 0];
  const sum = product(later, rows, states.narrow(0, before, rows));
  return first === null ? sum : sum.add(atFirst(first));
}

/** `isZero` says that the first states are zero. */
type Run = (inputs: readonly Tensor[], isZero: boolean, reversed: boolean, composed: Composed) => Whole;

/** Inputs: the input's part of the gates with all biases [T, B, 4 · H], h and c [B, H], the weight [4 · H, H]. Results: outputs, h, c. */
function wholeLstm(inputs: readonly Tensor[], isZero: boolean, reversed: boolean, composed: Composed): Whole {
  const forward = call(
    "lstm",
    inputs.map((x) => x.node),
    [Number(reversed)],
  );
  const [y, cells] = [pick(forward, 0), pick(forward, 1)];
  const nodes = [y, lastOf(y, reversed), lastOf(cells, reversed)];
  if (!isRecorded(inputs)) return nodes.map((node) => new Tensor(node)) as unknown as Whole;
  const gates = pick(forward, 2);
  for (const node of [cells, gates]) markSaved(node);
  const backward: Backward = ([, h, c, w], gradients) => {
    const back = call("lstmBackward", [...gradients, gates, cells, c!.node, w!.node], [Number(reversed)]);
    const [dx, dh, dc] = [0, 1, 2].map((i) => new Tensor(pick(back, i))) as [Tensor, Tensor, Tensor];
    return [dx, dh, dc, weightGradient(dx, new Tensor(y), isZero ? null : h!, reversed)];
  };
  return recordWhole("LSTMBackward0", nodes, inputs, backward, composed) as Whole;
}

/** Inputs: the input's part with its bias [T, B, 3 · H], h [B, H], the hidden state's weight [3 · H, H] and bias [3 · H]. Results: outputs, h. */
function wholeGru(inputs: readonly Tensor[], isZero: boolean, reversed: boolean, composed: Composed): Whole {
  const forward = call(
    "gru",
    inputs.map((x) => x.node),
    [Number(reversed)],
  );
  const y = pick(forward, 0);
  const nodes = [y, lastOf(y, reversed)];
  if (!isRecorded(inputs)) return nodes.map((node) => new Tensor(node)) as unknown as Whole;
  const gates = pick(forward, 1);
  markSaved(gates);
  const backward: Backward = ([, h, w], gradients) => {
    const back = call("gruBackward", [...gradients, gates, y, h!.node, w!.node], [Number(reversed)]);
    const [dx, dm, dh] = [0, 1, 2].map((i) => new Tensor(pick(back, i))) as [Tensor, Tensor, Tensor];
    return [dx, dh, weightGradient(dm, new Tensor(y), isZero ? null : h!, reversed), dm.sum([0, 1])];
  };
  return recordWhole("GRUBackward0", nodes, inputs, backward, composed) as Whole;
}

/** Inputs: the input's part with all biases [T, B, H], h [B, H], the weight [H, H]. Results: outputs, h. */
const wholeRnn =
  (isRelu: boolean): Run =>
  (inputs, isZero, reversed, composed) => {
    const attributes = [Number(reversed), Number(isRelu)];
    const y = call(
      "rnn",
      inputs.map((x) => x.node),
      attributes,
    );
    const nodes = [y, lastOf(y, reversed)];
    if (!isRecorded(inputs)) return nodes.map((node) => new Tensor(node)) as unknown as Whole;
    const backward: Backward = ([, h, w], gradients) => {
      const back = call("rnnBackward", [...gradients, y, w!.node], attributes);
      const [dx, dh] = [0, 1].map((i) => new Tensor(pick(back, i))) as [Tensor, Tensor];
      return [dx, dh, weightGradient(dx, new Tensor(y), isZero ? null : h!, reversed)];
    };
    return recordWhole("RNNBackward0", nodes, inputs, backward, composed) as Whole;
  };

/** How the cells go along all times. The biases of both parts are one to all but a GRU, whose reset gate stands between them. */
const kinds = new Map<Step, Run>([
  [lstmStep, wholeLstm],
  [gruStep, wholeGru],
  [tanhStep, wholeRnn(false)],
  [reluStep, wholeRnn(true)],
]);

/** Whether `sweepWhole` takes these: without projections, of one dtype that the kernels compute in, and at least one time and example. */
export function canSweepWhole(input: Tensor, first: State, weights: Weights): boolean {
  const { dtype } = input;
  return (
    (dtype === "float32" || dtype === "float64") &&
    weights.weightHr === null &&
    input.shape.every((size) => size > 0) &&
    [...first, ...Object.values(weights)].every((x: Tensor | null) => x === null || x.dtype === dtype)
  );
}

/** `sweep` of sequences [T, B, in] of one length: outputs [T, B, H] and last states; `isZero` says that the first ones are zero. */
export function sweepWhole(
  step: Step,
  input: Tensor,
  first: State,
  isZero: boolean,
  weights: Weights,
  isReverse: boolean,
): { outputs: Tensor; last: State } {
  const { weightHh, biasIh, biasHh } = weights;
  const isApart = step === gruStep;
  const own: Weights =
    isApart || biasIh === null || biasHh === null
      ? weights
      : { ...weights, biasIh: biasIh.add(biasHh), biasHh: null };
  const bias = own.biasHh ?? zeros([weightHh.size(0)], { dtype: input.dtype });
  const inputs = [inputPart(input, own), ...first, weightHh, ...(isApart ? [bias] : [])];
  const [outputs, ...last] = kinds.get(step)!(inputs, isZero, isReverse, ([x, ...rest]) => {
    const states = rest.slice(0, first.length);
    const [weight, hiddenBias = null] = rest.slice(first.length);
    const changed = { ...own, weightHh: weight!, biasHh: hiddenBias };
    const swept = sweep(step, x!.unbind(0), states, changed, isReverse);
    return [stack([...swept.outputs]), ...swept.last];
  });
  return { outputs, last };
}
