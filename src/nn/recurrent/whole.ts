/**
 * Recurrent layers along all times as one kernel each way (src/primitives/recurrent/), for sequences of one length. Gradients that are recorded
 * themselves are those of the same formulas time by time.
 */
import { differentiate } from "../../autograd/differentiate.js";
import { isGradEnabled, withGradMode } from "../../autograd/mode.js";
import { recordJointly } from "../../autograd/record-jointly.js";
import { call, pick, reshape, slice } from "../../graph/record/build.js";
import type { Node } from "../../graph/record/node.js";
import { markSaved } from "../../graph/run/evaluate.js";
import { alias } from "../../ops/copy.js";
import { zerosOf } from "../../ops/region.js";
import { referredTo, stateMeant } from "../../tensor/alias.js";
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

/** The same results, made of operations on tensors. */
type Composed = (inputs: readonly Tensor[]) => Whole;

/** Gradients of the results, zeros where there are none, → those of the inputs as they were. */
type Backward = (inputs: readonly Tensor[], gradients: readonly Node[]) => readonly Tensor[];

function recorded(
  name: string,
  nodes: readonly Node[],
  inputs: readonly Tensor[],
  backward: Backward,
  composed: Composed,
): Whole {
  const states = inputs.map(referredTo);
  const results = recordJointly(name, nodes, inputs, (given) => {
    const now = states.map(stateMeant);
    if (isGradEnabled()) return throughComposed(now, given, composed);
    return backward(
      now,
      nodes.map((node, i) => (given[i] ?? zerosOf(new Tensor(node))).node),
    );
  });
  return results as unknown as Whole;
}

/** The gradients with a history of their own: the inputs' histories begin behind aliases, at which the inner pass ends. */
function throughComposed(
  inputs: readonly Tensor[],
  given: readonly (Tensor | null)[],
  composed: Composed,
): readonly (Tensor | null)[] {
  const apart = inputs.map((x) => (x._requiresGrad ? alias(x) : x));
  const results = withGradMode(true, () => composed(apart));
  const roots = results.flatMap((root, i) => {
    const seed = given[i] ?? null;
    return seed !== null && root._requiresGrad ? [{ root, seed }] : [];
  });
  return differentiate(
    roots.map(({ root }) => root),
    roots.map(({ seed }) => seed),
    apart,
    { createGraph: true },
  );
}

/** The time of [T, B, C] that is gone through last. */
function lastOf(node: Node, reversed: boolean): Node {
  const [times, ...rest] = node.shape as [number, ...number[]];
  const starts = node.shape.map((_, d) => (d === 0 && !reversed ? times - 1 : 0));
  return reshape(slice(node, starts, [1, ...rest], [1, 1, 1]), rest);
}

/** Σ slopesᵀ h over all times and examples, h the hidden state before the time: [C, H]. */
function weightGradient(slopes: Tensor, y: Tensor, first: Tensor, reversed: boolean): Tensor {
  const times = slopes.size(0);
  const product = (a: Tensor, b: Tensor): Tensor =>
    a
      .reshape([-1, a.size(-1)])
      .transpose(0, 1)
      .matmul(b.reshape([-1, b.size(-1)]));
  const atFirst = product(slopes.select(0, reversed ? times - 1 : 0), first);
  if (times === 1) return atFirst;
  const [later, before] = reversed ? [0, 1] : [1, 0];
  return product(slopes.narrow(0, later, times - 1), y.narrow(0, before, times - 1)).add(atFirst);
}

function isRecorded(inputs: readonly Tensor[]): boolean {
  return isGradEnabled() && inputs.some((x) => x._requiresGrad);
}

type Run = (inputs: readonly Tensor[], reversed: boolean, composed: Composed) => Whole;

/** Inputs: the input's part of the gates with all biases [T, B, 4 · H], h and c [B, H], the weight [4 · H, H]. Results: outputs, h, c. */
function wholeLstm(inputs: readonly Tensor[], reversed: boolean, composed: Composed): Whole {
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
    return [dx, dh, dc, weightGradient(dx, new Tensor(y), h!, reversed)];
  };
  return recorded("LSTMBackward0", nodes, inputs, backward, composed);
}

/** Inputs: the input's part with its bias [T, B, 3 · H], h [B, H], the hidden state's weight [3 · H, H] and bias [3 · H]. Results: outputs, h. */
function wholeGru(inputs: readonly Tensor[], reversed: boolean, composed: Composed): Whole {
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
    return [dx, dh, weightGradient(dm, new Tensor(y), h!, reversed), dm.sum([0, 1])];
  };
  return recorded("GRUBackward0", nodes, inputs, backward, composed);
}

/** Inputs: the input's part with all biases [T, B, H], h [B, H], the weight [H, H]. Results: outputs, h. */
const wholeRnn =
  (isRelu: boolean): Run =>
  (inputs, reversed, composed) => {
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
      return [dx, dh, weightGradient(dx, new Tensor(y), h!, reversed)];
    };
    return recorded("RNNBackward0", nodes, inputs, backward, composed);
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

/** `sweep` of sequences [T, B, in] of one length: outputs [T, B, H] and last states. */
export function sweepWhole(
  step: Step,
  input: Tensor,
  first: State,
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
  const [outputs, ...last] = kinds.get(step)!(inputs, isReverse, ([x, ...rest]) => {
    const states = rest.slice(0, first.length);
    const [weight, hiddenBias = null] = rest.slice(first.length);
    const changed = { ...own, weightHh: weight!, biasHh: hiddenBias };
    const swept = sweep(step, x!.unbind(0), states, changed, isReverse);
    return [stack([...swept.outputs]), ...swept.last];
  });
  return { outputs, last };
}
