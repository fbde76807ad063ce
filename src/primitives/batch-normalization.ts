/** What batch normalization computes of the statistics of channels, and the way back. */
import type { Builder } from "./builder.js";
import type { Dense, KernelRow } from "./kernel.js";
import type { Shaped } from "./shaped.js";

/** Numbers of channels [C] beside x [outer, C, inner]. */
function beside<Value extends Shaped>(b: Builder<Value>, x: Value): Value {
  return b.reshape(x, [1, x.shape[0]!, 1]);
}

/** 1 / √(variance + eps) */
function rstdOf<Value extends Shaped>(b: Builder<Value>, variance: Value, eps: Value): Value {
  return b.unary("rsqrt", b.binary("add", variance, b.cast(eps, variance.dtype)));
}

/** Calls `f` for each element of x [outer, channels, inner] with its position and its channel. */
function eachElement(x: Dense, f: (i: number, channel: number) => void): void {
  const [, channels, inner] = x.dims as [number, number, number];
  for (let i = 0; i < x.data.length; i++) f(i, Math.floor(i / inner) % channels);
}

/** y = (x − mean) / √(variance + eps) · weight + bias for x [outer, channels, inner], with a number for each channel. */
export const batchNorm = {
  operands: ["x", "mean", "variance", "weight", "bias"],
  results: ["y"],
  attributes: [],
  scalars: ["eps"],
  kinds: ["float"],
  infer: ([x]) => [x!],
  cpp: { run: "batchNorm", check: "checkBatchNorm", shared: "batchNormShared" },
  compose: (b, [x, mean, variance, weight, bias], _, [eps]) => {
    const scale = b.binary("mul", rstdOf(b, variance!, eps!), weight!);
    const scaled = b.binary("mul", b.binary("sub", x!, beside(b, mean!)), beside(b, scale));
    return [b.binary("add", scaled, beside(b, bias!))];
  },
  js: ([x, mean, variance, weight, bias], [y], _, [eps]) => {
    eachElement(x!, (i, c) => {
      const rstd = 1 / Math.sqrt(variance!.data[c]! + eps!);
      y!.data[i] = (x!.data[i]! - mean!.data[c]!) * rstd * weight!.data[c]! + bias!.data[c]!;
    });
  },
} as const satisfies KernelRow;

/**
 * Of the gradient g of y and of what `batchNorm` was given those of x, the weight and the bias. With `ofBatch` 1 mean and variance are those of x
 * and follow it, with 0 they are constants.
 */
export const batchNormBackward = {
  operands: ["g", "x", "mean", "variance", "weight"],
  results: ["dx", "dweight", "dbias"],
  attributes: ["ofBatch"],
  scalars: ["eps"],
  kinds: ["float"],
  infer: ([g, , mean]) => {
    const ofChannel = { dtype: g!.dtype, shape: mean!.shape };
    return [g!, ofChannel, ofChannel];
  },
  cpp: { run: "batchNormBackward", check: "checkBatchNormBackward", shared: "batchNormBackwardShared" },
  compose: (b, [g, x, mean, variance, weight], [ofBatch], [eps]) => {
    const [outer, channels, inner] = x!.shape as [number, number, number];
    const rstd = rstdOf(b, variance!, eps!);
    const normal = b.binary("mul", b.binary("sub", x!, beside(b, mean!)), beside(b, rstd));
    const sum = b.reduce("sum", g!, [0, 2], false);
    const along = b.reduce("sum", b.binary("mul", g!, normal), [0, 2], false);
    const scale = beside(b, b.binary("mul", rstd, weight!));
    if (ofBatch !== 1) return [b.binary("mul", g!, scale), along, sum];
    const count = b.scalar(outer * inner, x!.dtype);
    const share = (a: Value): Value => b.reshape(b.binary("div", a, count), [1, channels, 1]);
    const rest = b.binary("sub", b.binary("sub", g!, share(sum)), b.binary("mul", normal, share(along)));
    type Value = NonNullable<typeof g>;
    return [b.binary("mul", rest, scale), along, sum];
  },
  js: ([g, x, mean, variance, weight], [dx, dweight, dbias], [ofBatch], [eps]) => {
    const [outer, channels, inner] = x!.dims as [number, number, number];
    const rstd = Array.from(variance!.data, (value) => 1 / Math.sqrt(value + eps!));
    const normal = (i: number, c: number): number => (x!.data[i]! - mean!.data[c]!) * rstd[c]!;
    const sums = new Float64Array(channels);
    const alongs = new Float64Array(channels);
    eachElement(x!, (i, c) => {
      sums[c]! += g!.data[i]!;
      alongs[c]! += g!.data[i]! * normal(i, c);
    });
    const share = ofBatch === 1 ? 1 / (outer * inner) : 0;
    if (dx)
      eachElement(x!, (i, c) => {
        const rest = g!.data[i]! - share * (sums[c]! + normal(i, c) * alongs[c]!);
        dx.data[i] = rest * rstd[c]! * weight!.data[c]!;
      });
    dweight?.data.set(alongs);
    dbias?.data.set(sums);
  },
} as const satisfies KernelRow;
