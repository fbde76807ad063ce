/**
 * The loss of alignments of labels with times: kernels (src/primitives/alignment.ts), and the same made of operations, for gradients that are recorded
 * themselves and dtypes that the kernels do not compute in.
 */
import { isRecorded, recordWhole } from "../../autograd/record-whole.js";
import { call, pick } from "../../graph/record/build.js";
import { markSaved } from "../../graph/run/evaluate.js";
import { cat } from "../../ops/join.js";
import { where } from "../../ops/select.js";
import { full } from "../../tensor/creation/constant.js";
import { fromTyped, tensor as tensorOf } from "../../tensor/creation/from-data.js";
import { Tensor } from "../../tensor/core.js";

/** The classes of places blank, label, blank, label, …, blank of each sequence, in rows of one length. */
function placesOf(labels: readonly number[][], blank: number): { places: Int32Array; width: number } {
  const width = 2 * Math.max(0, ...labels.map((row) => row.length)) + 1;
  const places = new Int32Array(labels.length * width).fill(blank);
  labels.forEach((row, n) => row.forEach((label, i) => (places[n * width + 2 * i + 1] = label)));
  return { places, width };
}

/**
 * The loss of each sequence [N], for log probabilities [T, N, C], which are taken for the results of a logSoftmax: the gradient is that of both.
 * @param zeroInfinity whether infinite losses and their gradients are 0
 */
export function alignmentLoss(
  logProbs: Tensor,
  labels: readonly number[][],
  inputLengths: readonly number[],
  blank: number,
  zeroInfinity: boolean,
): Tensor {
  const composed = ([x]: readonly Tensor[]): readonly [Tensor] => {
    const nll = composedLoss(x!, labels, inputLengths, blank);
    return [zeroInfinity ? where(nll.eq(Infinity), 0, nll) : nll];
  };
  const { dtype } = logProbs;
  if (dtype !== "float32" && dtype !== "float64") return composed([logProbs])[0];
  const count = labels.length;
  const { places, width } = placesOf(labels, blank);
  const whole = (values: Int32Array, shape: readonly number[]): Tensor["node"] =>
    fromTyped(values, "int32", shape).node;
  const sequences = [
    whole(places, [count, width]),
    whole(Int32Array.from(inputLengths), [count]),
    whole(
      Int32Array.from(labels, (row) => 2 * row.length),
      [count],
    ),
  ];
  const forward = call("ctc", [logProbs.node, ...sequences], []);
  const nll = pick(forward, 0);
  const loss = zeroInfinity ? where(new Tensor(nll).eq(Infinity), 0, new Tensor(nll)).node : nll;
  if (!isRecorded([logProbs])) return new Tensor(loss);
  const alpha = pick(forward, 1);
  for (const node of [nll, alpha]) markSaved(node);
  const [recorded] = recordWhole(
    "CtcLossBackward0",
    [loss],
    [logProbs],
    ([x], [g]) => [
      new Tensor(call("ctcBackward", [g!, x!.node, ...sequences, nll, alpha], [Number(zeroInfinity)])),
    ],
    composed,
  );
  return recorded!;
}

/** What stands for the logarithm of 0 on the way: with −∞ gradients would be ∞ − ∞. */
const NOTHING = -1e30;

/**
 * The loss of each sequence [N]. Over time, a[n, l] is the logarithm of the probability to be at place l of blank, label, blank, label, …, blank;
 * it is reached from l, l − 1, and, between different labels, l − 2.
 */
function composedLoss(
  logProbs: Tensor,
  labels: readonly number[][],
  inputLengths: readonly number[],
  blank: number,
): Tensor {
  const [steps = 0, count = 0] = logProbs.shape;
  const { dtype } = logProbs;
  const { places, width } = placesOf(labels, blank);
  const skips: boolean[] = Array.from({ length: count * width }, () => false);
  labels.forEach((row, n) =>
    row.forEach((label, i) => {
      skips[n * width + 2 * i + 1] = i === 0 || label !== row[i - 1];
    }),
  );
  const index = fromTyped(places, "int32", [1, count, width]).expand([steps, count, width]);
  const emitted = logProbs.gather(2, index).clamp({ min: NOTHING });
  const mayskip = tensorOf(skips, { dtype: "bool" }).reshape([count, width]);
  const edge = full([count, 2], NOTHING, { dtype });
  const shortest = Math.min(...inputLengths);
  const ends = fromTyped(Int32Array.from(inputLengths), "int32", [count, 1]);
  // Before the first step it stands in front of the first place.
  let state = full([count, width], NOTHING, { dtype });
  let before = tensorOf([NOTHING, 0], { dtype }).expand([count, 2]);
  for (let t = 0; t < Math.max(0, ...inputLengths); t++) {
    const wide = cat([before, state], 1);
    const stay = state;
    const next = wide.narrow(1, 1, width);
    const skip = where(mayskip, wide.narrow(1, 0, width), NOTHING);
    const largest = stay.maximum(next).maximum(skip).detach();
    const sum = stay.sub(largest).exp().add(next.sub(largest).exp()).add(skip.sub(largest).exp());
    const moved = sum.log().add(largest).add(emitted.select(0, t)).clamp({ min: NOTHING });
    state = t < shortest ? moved : where(ends.gt(t), moved, state);
    before = edge;
  }
  const last = Int32Array.from(labels.flatMap((row) => [2 * row.length, Math.max(0, 2 * row.length - 1)]));
  const ended = state.gather(1, fromTyped(last, "int32", [count, 2]));
  const single = tensorOf(
    labels.map((row) => row.length === 0),
    { dtype: "bool" },
  );
  const both = where(single, ended.select(1, 0), ended.logsumexp(1));
  const empty = tensorOf(
    labels.map((row, n) => inputLengths[n] === 0 && row.length === 0),
    { dtype: "bool" },
  );
  const loss = where(empty, 0, where(both.lt(NOTHING / 2), Infinity, both.neg()));
  return loss.add(ofSoftmax(logProbs, inputLengths));
}

/**
 * Adds nothing to a loss, and to its gradient what PyTorch's has: the probabilities themselves. Behind a logSoftmax they are what its gradient
 * takes away again.
 */
function ofSoftmax(logProbs: Tensor, inputLengths: readonly number[]): Tensor {
  const [steps = 0, count = 0] = logProbs.shape;
  const within = inputLengths.flatMap((length) => Array.from({ length: steps }, (_, t) => t < length));
  const mask = tensorOf(within, { dtype: "bool" }).reshape([count, steps]).transpose(0, 1).unsqueeze(2);
  const total = where(mask, logProbs.exp(), 0).sum([0, 2]);
  return total.sub(total.detach());
}
