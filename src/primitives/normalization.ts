/**
 * What normalizing layers compute: rows brought to mean 0 and variance 1 with a weight and a bias, the way back, and the mean and variance of
 * channels.
 */
import type { Builder } from "./builder.js";
import type { KernelRow } from "./kernel.js";
import type { Shaped } from "./shaped.js";

/**
 * How rows [rows, n] have their weights [W]: each weight belongs to `inner` neighbouring elements, a row has n / inner weights, and so many rows
 * that all weights are used are a period. With inner = 1 and W = n each row has all of them (layer norm), with inner = n each row one of its own.
 */
interface Weights {
  readonly period: number;
  readonly segments: number;
  readonly inner: number;
  /** Rows by period: [turns, period, segments, inner]. */
  readonly dims: readonly [number, number, number, number];
}

function weightsOf([rows, n]: readonly number[], count: number, inner: number): Weights {
  const segments = n! / inner;
  const period = count / segments;
  return { period, segments, inner, dims: [rows! / period, period, segments, inner] };
}

/** Weights [W] beside rows [rows, n]. */
function spread<Value extends Shaped>(b: Builder<Value>, x: Value, weight: Value, inner: number): Value {
  const { period, segments, dims } = weightsOf(x.shape, weight.shape[0]!, inner);
  return b.reshape(b.expand(b.reshape(weight, [1, period, segments, 1]), dims), x.shape);
}

/** Of rows [rows, n] the means [rows, 1]. */
function meanOf<Value extends Shaped>(b: Builder<Value>, x: Value): Value {
  return b.binary("div", b.reduce("sum", x, [1], true), b.scalar(x.shape[1]!, x.dtype));
}

function column<Value extends Shaped>(b: Builder<Value>, x: Value): Value {
  return b.reshape(x, [x.shape[0]!, 1]);
}

/** y = (x − mean) / √(variance + eps) · weight + bias for each row of x [rows, n], and the rows' means and 1 / √(variance + eps). */
export const layerNorm = {
  operands: ["x", "weight", "bias"],
  results: ["y", "mean", "rstd"],
  attributes: ["inner"],
  scalars: ["eps"],
  kinds: ["float"],
  infer: ([x]) => {
    const ofRow = { dtype: x!.dtype, shape: [x!.shape[0]!] };
    return [{ dtype: x!.dtype, shape: x!.shape }, ofRow, ofRow];
  },
  cpp: { run: "layerNorm", check: "checkLayerNorm" },
  compose: (b, [x, weight, bias], [inner], [eps]) => {
    const rows = [x!.shape[0]!];
    const mean = meanOf(b, x!);
    const centered = b.binary("sub", x!, mean);
    const variance = meanOf(b, b.binary("mul", centered, centered));
    const rstd = b.unary("rsqrt", b.binary("add", variance, b.cast(eps!, x!.dtype)));
    const scaled = b.binary("mul", b.binary("mul", centered, rstd), spread(b, x!, weight!, inner!));
    const y = b.binary("add", scaled, spread(b, x!, bias!, inner!));
    return [y, b.reshape(mean, rows), b.reshape(rstd, rows)];
  },
  js: ([x, weight, bias], [y, means, rstds], [inner], [eps]) => {
    const [rows, n] = x!.dims as [number, number];
    const { period, segments } = weightsOf(x!.dims, weight!.data.length, inner!);
    for (let r = 0; r < rows; r++) {
      const row = x!.data.subarray(r * n, (r + 1) * n);
      const mean = row.reduce((sum, value) => sum + value, 0) / n;
      const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n;
      const rstd = 1 / Math.sqrt(variance + eps!);
      if (means) means.data[r] = mean;
      if (rstds) rstds.data[r] = rstd;
      row.forEach((value, i) => {
        const w = (r % period) * segments + Math.floor(i / inner!);
        if (y) y.data[r * n + i] = (value - mean) * rstd * weight!.data[w]! + bias!.data[w]!;
      });
    }
  },
} as const satisfies KernelRow;

/** Of the gradient g [rows, n] of y and of what `layerNorm` was given and gave: those of x, the weight and the bias. */
export const layerNormBackward = {
  operands: ["g", "x", "mean", "rstd", "weight"],
  results: ["dx", "dweight", "dbias"],
  attributes: ["inner"],
  kinds: ["float"],
  infer: ([g, , , , weight]) => {
    const ofWeight = { dtype: g!.dtype, shape: weight!.shape };
    return [{ dtype: g!.dtype, shape: g!.shape }, ofWeight, ofWeight];
  },
  cpp: { run: "layerNormBackward", check: "checkLayerNormBackward", shared: "layerNormBackwardShared" },
  compose: (b, [g, x, mean, rstd, weight], [inner]) => {
    const { dims } = weightsOf(x!.shape, weight!.shape[0]!, inner!);
    const normal = b.binary("mul", b.binary("sub", x!, column(b, mean!)), column(b, rstd!));
    const slope = b.binary("mul", g!, spread(b, x!, weight!, inner!));
    const along = b.binary("mul", normal, meanOf(b, b.binary("mul", slope, normal)));
    const rest = b.binary("sub", b.binary("sub", slope, meanOf(b, slope)), along);
    const ofWeights = (a: Value): Value =>
      b.reshape(b.reduce("sum", b.reshape(a, dims), [0, 3], false), weight!.shape);
    type Value = NonNullable<typeof g>;
    return [b.binary("mul", rest, column(b, rstd!)), ofWeights(b.binary("mul", g!, normal)), ofWeights(g!)];
  },
  js: ([g, x, mean, rstd, weight], [dx, dweight, dbias], [inner]) => {
    const [rows, n] = x!.dims as [number, number];
    const { period, segments } = weightsOf(x!.dims, weight!.data.length, inner!);
    for (let r = 0; r < rows; r++) {
      const at = (i: number): number => (r % period) * segments + Math.floor(i / inner!);
      const row = g!.data.subarray(r * n, (r + 1) * n);
      const normal = x!.data
        .subarray(r * n, (r + 1) * n)
        .map((value) => (value - mean!.data[r]!) * rstd!.data[r]!);
      const slope = row.map((value, i) => value * weight!.data[at(i)]!);
      const sum = slope.reduce((total, value) => total + value, 0) / n;
      const along = slope.reduce((total, value, i) => total + value * normal[i]!, 0) / n;
      row.forEach((value, i) => {
        if (dx) dx.data[r * n + i] = (slope[i]! - sum - normal[i]! * along) * rstd!.data[r]!;
        if (dweight) dweight.data[at(i)]! += value * normal[i]!;
        if (dbias) dbias.data[at(i)]! += value;
      });
    }
  },
} as const satisfies KernelRow;

/** Of x [outer, channels, inner] the mean and the (biased) variance of each channel. */
export const moments = {
  operands: ["x"],
  results: ["mean", "variance"],
  attributes: [],
  kinds: ["float"],
  infer: ([x]) => {
    const ofChannel = { dtype: x!.dtype, shape: [x!.shape[1]!] };
    return [ofChannel, ofChannel];
  },
  cpp: { run: "moments", check: "checkMoments" },
  compose: (b, [x]) => {
    const [outer, channels, inner] = x!.shape as [number, number, number];
    const mean = (a: NonNullable<typeof x>): NonNullable<typeof x> =>
      b.binary("div", b.reduce("sum", a, [0, 2], true), b.scalar(outer * inner, a.dtype));
    const first = mean(x!);
    const centered = b.binary("sub", x!, first);
    const second = mean(b.binary("mul", centered, centered));
    return [b.reshape(first, [channels]), b.reshape(second, [channels])];
  },
  js: ([x], [mean, variance]) => {
    const [outer, channels, inner] = x!.dims as [number, number, number];
    for (let c = 0; c < channels; c++) {
      const values = Array.from(
        { length: outer * inner },
        (_, i) => x!.data[(Math.floor(i / inner) * channels + c) * inner + (i % inner)]!,
      );
      const first = values.reduce((sum, value) => sum + value, 0) / values.length;
      if (mean) mean.data[c] = first;
      if (variance)
        variance.data[c] = values.reduce((sum, value) => sum + (value - first) ** 2, 0) / values.length;
    }
  },
} as const satisfies KernelRow;
