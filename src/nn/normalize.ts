/**
 * Normalization by kernels (src/primitives/normalization.ts): rows of elements that lie side by side, and channels of a batch. What the kernels
 * do not take, and gradients that are recorded themselves, are composed of operations.
 */
import { isRecorded, recordWhole } from "../autograd/record-whole.js";
import { call, pick, scalar } from "../graph/record/build.js";
import { markSaved } from "../graph/run/evaluate.js";
import { Tensor } from "../tensor/core.js";
import { ones, zeros } from "../tensor/creation/constant.js";
import { areTaken } from "./kernel-operands.js";

/** (x − mean) / √(var + eps) over `dims`, with the statistics, their dims kept. */
export function normalized(
  input: Tensor,
  dims: readonly number[],
  eps: number,
): { output: Tensor; mean: Tensor; variance: Tensor } {
  const mean = input.mean(dims, { keepdim: true });
  const centered = input.sub(mean);
  const variance = centered.square().mean(dims, { keepdim: true });
  return { output: centered.mul(variance.add(eps).rsqrt()), mean, variance };
}

/**
 * Each row of x [rows, n] brought to mean 0 and variance 1, times its weights, plus its biases: vectors [W] or null. Each weight belongs to `inner`
 * neighbouring elements, and the rows go through all weights in turn.
 * @param name PyTorch's name for the backward function
 */
export function normalizeRows(
  name: string,
  x: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  inner: number,
  eps: number,
): Tensor {
  const [rows, n] = x.shape as [number, number];
  const given = weight ?? bias;
  const each = given === null ? n : inner;
  const count = given?.numel() ?? 1;
  const { dtype } = x;
  const inputs = [x, weight ?? ones([count], { dtype }), bias ?? zeros([count], { dtype })];
  const composed = ([a, w, b]: readonly Tensor[]): readonly [Tensor] => {
    // Nothing is to be normalized, but the weights have gradients of 0.
    if (n === 0) return [a!.add(w!.sum()).add(b!.sum())];
    const segments = n / each;
    const period = count / segments;
    const turns = rows / period;
    const apart = normalized(a!, [1], eps).output.reshape([turns, period, segments, each]);
    const beside = [1, period, segments, 1];
    return [apart.mul(w!.reshape(beside)).add(b!.reshape(beside)).reshape([rows, n])];
  };
  if (!areTaken(x, weight, bias)) return composed(inputs)[0];
  const forward = call("layerNorm", [...inputs.map(({ node }) => node), scalar(eps, "float64")], [each]);
  const y = pick(forward, 0);
  if (!isRecorded(inputs)) return new Tensor(y);
  const [mean, rstd] = [pick(forward, 1), pick(forward, 2)];
  for (const node of [mean, rstd]) markSaved(node);
  const backward = ([a, w]: readonly Tensor[], [g]: readonly (typeof y)[]): readonly Tensor[] => {
    const back = call("layerNormBackward", [g!, a!.node, mean, rstd, w!.node], [each]);
    return [0, 1, 2].map((i) => new Tensor(pick(back, i)));
  };
  return recordWhole(name, [y], inputs, backward, composed)[0]!;
}

/** Means and (biased) variances of channels [C]. */
export interface Statistics {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/**
 * Each channel of x [N, C, L] brought to mean 0 and variance 1, times its weight, plus its bias, [C] or null; and the channels' statistics, which
 * are those that are given or the batch's own.
 */
export function normalizeChannels(
  x: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  eps: number,
  given: Statistics | null,
): Statistics & { output: Tensor } {
  const channels = x.size(1);
  const { dtype } = x;
  const inputs = [x, weight ?? ones([channels], { dtype }), bias ?? zeros([channels], { dtype })];
  const beside = (a: Tensor): Tensor => a.reshape([1, channels, 1]);
  const composed = ([a, w, b]: readonly Tensor[]): Statistics & { output: Tensor } => {
    const mean = given?.mean ?? a!.mean([0, 2]);
    const centered = a!.sub(beside(mean));
    const variance = given?.variance ?? centered.square().mean([0, 2]);
    // One factor for each channel: it is computed once, and each element takes fewer steps.
    const scale = variance.add(eps).rsqrt().mul(w!);
    return { output: centered.mul(beside(scale)).add(beside(b!)), mean, variance };
  };
  const statistics = given === null ? [] : [given.mean, given.variance];
  if (!areTaken(x, weight, bias, ...statistics) || statistics.some((each) => each._requiresGrad))
    return composed(inputs);
  const batch = given === null ? call("moments", [x.node], []) : null;
  const [mean, variance] = [0, 1].map((i) => (batch === null ? statistics[i]!.node : pick(batch, i))) as [
    Tensor["node"],
    Tensor["node"],
  ];
  for (const node of [mean, variance]) markSaved(node);
  const epsilon = scalar(eps, "float64");
  const [a, w, b] = inputs.map(({ node }) => node) as [Tensor["node"], Tensor["node"], Tensor["node"]];
  const y = call("batchNorm", [a, mean, variance, w, b, epsilon], []);
  const backward = (now: readonly Tensor[], [g]: readonly Tensor["node"][]): readonly Tensor[] => {
    const operands = [g!, now[0]!.node, mean, variance, now[1]!.node, epsilon];
    const back = call("batchNormBackward", operands, [given === null ? 1 : 0]);
    return [0, 1, 2].map((i) => new Tensor(pick(back, i)));
  };
  const output = recordWhole("NativeBatchNormBackward0", [y], inputs, backward, (now) => [
    composed(now).output,
  ])[0]!;
  return { output, mean: new Tensor(mean), variance: new Tensor(variance) };
}
