/**
 * Normalization by kernels (src/primitives/normalization.ts): rows of elements that lie side by side, and channels of a batch. What the kernels
 * do not take, and gradients that are recorded themselves, are composed of operations.
 */
import { noGrad } from "../autograd/mode.js";
import { isRecorded, recordWhole } from "../autograd/record-whole.js";
import { call, pick, scalar } from "../graph/record/build.js";
import { markSaved } from "../graph/run/evaluate.js";
import { isComputed } from "../primitives/dtypes.js";
import { Tensor } from "../tensor/core.js";
import { ones, zeros } from "../tensor/creation/constant.js";
import { isFloating } from "../tensor/dtype.js";

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

/** Whether the kernels take these: all of one dtype that they compute in, and not empty. */
function areTaken(x: Tensor, ...others: readonly (Tensor | null)[]): boolean {
  const { dtype } = x;
  return (
    isFloating(dtype) &&
    isComputed(dtype) &&
    x.numel() > 0 &&
    others.every((other) => other === null || other.dtype === dtype)
  );
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

/** Each channel of x [N, C, L] brought to mean 0 and variance 1, times its weight, plus its bias, [C] or null; and the channels' statistics [1, C, 1]. */
export function normalizeChannels(
  x: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  eps: number,
): { output: Tensor; mean: Tensor; variance: Tensor } {
  const channels = x.size(1);
  const beside = (a: Tensor): Tensor => a.reshape([1, channels, 1]);
  const affine = (a: Tensor, w: Tensor | undefined, b: Tensor | undefined): Tensor => {
    const scaled = w === undefined ? a : a.mul(beside(w));
    return b === undefined ? scaled : scaled.add(beside(b));
  };
  const inputs = [x, weight, bias].filter((input) => input !== null);
  /** The weight and the bias among the inputs. */
  const parts = ([, ...rest]: readonly Tensor[]): [w: Tensor | undefined, b: Tensor | undefined] =>
    weight === null ? [undefined, rest[0]] : [rest[0], rest[1]];
  if (!areTaken(x, weight, bias)) {
    const { output, ...statistics } = normalized(x, [0, 2], eps);
    return { output: affine(output, ...parts(inputs)), ...statistics };
  }
  const from = call("moments", [x.node], []);
  const [mean, variance] = [0, 1].map((i) => pick(from, i)) as [Tensor["node"], Tensor["node"]];
  for (const node of [mean, variance]) markSaved(node);
  const statistics = { mean: beside(new Tensor(mean)), variance: beside(new Tensor(variance)) };
  const scaleOf = (w: Tensor | undefined): [rstd: Tensor, scale: Tensor] => {
    const rstd = statistics.variance.add(eps).rsqrt();
    return [rstd, w === undefined ? rstd : rstd.mul(beside(w))];
  };
  const [w, b] = parts(inputs);
  const y = noGrad(() => {
    const scale = scaleOf(w)[1];
    const shift = statistics.mean.mul(scale);
    return x.mul(scale).add(b === undefined ? shift.neg() : beside(b).sub(shift));
  });
  const backward = (now: readonly Tensor[], [given]: readonly Tensor["node"][]): readonly Tensor[] => {
    const g = new Tensor(given!);
    const centered = now[0]!.sub(statistics.mean);
    const [rstd, scale] = scaleOf(parts(now)[0]);
    const sum = g.sum([0, 2], { keepdim: true });
    const along = g.mul(centered).sum([0, 2], { keepdim: true });
    const count = x.numel() / channels;
    const rest = g.sub(sum.div(count)).sub(centered.mul(along.mul(rstd.square()).div(count)));
    const ofWeight = weight === null ? [] : [along.mul(rstd).reshape([channels])];
    return [rest.mul(scale), ...ofWeight, ...(bias === null ? [] : [sum.reshape([channels])])];
  };
  const composed = (now: readonly Tensor[]): readonly Tensor[] => [
    affine(normalized(now[0]!, [0, 2], eps).output, ...parts(now)),
  ];
  const [output] = recordWhole("NativeBatchNormBackward0", [y.node], inputs, backward, composed);
  return { output: output!, ...statistics };
}
