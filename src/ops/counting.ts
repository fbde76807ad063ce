/**
 * How often values stand in a tensor: of whole numbers one by one, of others in bins.
 */
import { Tensor } from "../tensor/core.js";
import { zeros } from "../tensor/creation/constant.js";
import { fromTyped } from "../tensor/creation/from-data.js";
import { linspace } from "../tensor/creation/range.js";
import { type DType, isFloating, isInteger } from "../tensor/dtype.js";
import { namedTuple, type Positions } from "../tensor/named-tuple.js";
import { operation } from "../tensor/operation.js";
import { readNumbers } from "../tensor/reading.js";
import { formatShape } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import type { Given } from "../tensor/signature.js";
import { mul, sub } from "./arithmetic.js";
import { clamp } from "./clamp.js";
import { ge, le } from "./compare.js";
import { div } from "./division.js";
import { amax, amin } from "./extreme.js";
import { addAt } from "./indexing.js";
import { logicalAnd } from "./logical.js";
import { broadcastTo, narrow, reshape } from "./movement.js";
import { sum } from "./reduce.js";
import { floor } from "./rounding.js";
import { placesIn } from "./search.js";
import { where } from "./select.js";

export interface BincountOptions {
  /** What each element counts. */
  weights?: Tensor | null;
  /** So many numbers at least. Default 0. */
  minlength?: number;
}

export interface HistcOptions {
  /** Default 100. */
  bins?: number;
  /** The lower end; where both ends are equal, that of the elements. Default 0. */
  min?: number;
  /** The upper end, which belongs to the last bin. Default 0. */
  max?: number;
}

export interface HistogramOptions {
  /** How many bins of equal width, or the edges of the bins in rising order. Default 100. */
  bins?: number | Tensor;
  /** Both ends, where `bins` is a number; those of the elements unless given. */
  range?: readonly [number, number];
  /** What each element counts, in the tensor's shape. */
  weight?: Tensor;
  /** The counts divided by their sum and the width of the bin. Default false. */
  density?: boolean;
}

/** What `histogram` gives; it may be destructured by position too. */
export interface Histogram extends Positions<Tensor> {
  readonly hist: Tensor;
  readonly binEdges: Tensor;
}

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** How often each whole number from 0 on stands in a vector of integers, as int64, or the sum of its weights, float32 if they are and else float64 (`torch.bincount`). */
    bincount(...args: Given<BincountOptions, [weights: "weights", minlength: "minlength"]>): Tensor<[number]>;
    /** How many elements lie in each of `bins` bins of equal width between min and max, in the tensor's dtype (`torch.histc`). */
    histc(...args: Given<HistcOptions, [bins: "bins", min: "min", max: "max"]>): Tensor<[number]>;
    /** How many elements lie in each bin, and the edges of the bins: `{ hist, binEdges }` (`torch.histogram`). */
    histogram(bins?: number | Tensor | HistogramOptions, options?: HistogramOptions): Histogram;
  }
}

export const bincount = operation(
  "bincount",
  "| weights, minlength",
  (x: Tensor, options: BincountOptions = {}) => {
    const { weights, minlength = 0 } = options;
    if (x.ndim !== 1 || !isInteger(x.dtype)) {
      throw new TypeError(
        `bincount: expected a vector of integers, got ${x.dtype} of shape ${formatShape(x.shape)}`,
      );
    }
    if (weights && (weights.ndim !== 1 || weights.numel() !== x.numel()))
      throw new Error(`bincount: expected ${x.numel()} weights, got shape ${formatShape(weights.shape)}`);
    if (!Number.isInteger(minlength) || minlength < 0)
      throw new RangeError(`bincount: expected a whole minlength ≥ 0, got ${minlength}`);
    const asking = "bincount, the shape of whose result depends on values";
    const w = weights ? readNumbers(weights, asking) : undefined;
    const data = readNumbers(x, asking);
    let length = minlength;
    for (const each of data) {
      const v = Number(each);
      if (v < 0) throw new RangeError(`bincount: expected numbers ≥ 0, got ${v}`);
      length = Math.max(length, v + 1);
    }
    const dtype = !weights ? "int64" : weights.dtype === "float32" ? "float32" : "float64";
    const counts = dtype === "float32" ? new Float32Array(length) : new Float64Array(length);
    data.forEach((v, i) => {
      counts[v] = counts[v]! + (w === undefined ? 1 : w[i]!);
    });
    return fromTyped(counts, dtype, [length]) as Tensor<[number]>;
  },
);

/** Both ends, those of the elements where none are given; equal ends are moved apart by so much to each side. */
function ends(
  name: string,
  x: Tensor,
  given: readonly [number, number] | null,
  apart: number,
): [number, number] {
  let [low, high] = given ?? [0, 0];
  if (given === null && x.numel() > 0) {
    const asking = `${name} without a range`;
    low = readNumbers(amin(x), asking)[0]!;
    high = readNumbers(amax(x), asking)[0]!;
  }
  if (!Number.isFinite(low) || !Number.isFinite(high))
    throw new RangeError(`${name}: the range of [${low}, ${high}] is not finite`);
  if (low > high) throw new RangeError(`${name}: the range ends at ${high}, before it starts at ${low}`);
  return low === high ? [low - apart, high + apart] : [low, high];
}

function checkBins(name: string, bins: number): void {
  if (!Number.isInteger(bins) || bins < 1)
    throw new RangeError(`${name}: expected a whole number of bins > 0, got ${String(bins)}`);
}

/** Sums of weights, or counts, by position; what is not in its bin counts nothing. */
function countsAt(at: Tensor, isInside: Tensor, weight: Tensor | number, bins: number, dtype: DType): Tensor {
  const counted = where(isInside, weight, 0).to(dtype);
  return addAt(zeros([bins], { dtype }), 0, at, broadcastTo("histogram", counted, at.shape));
}

export const histc = operation("histc", "| bins, min, max", (x: Tensor, options: HistcOptions = {}) => {
  const { bins = 100, min = 0, max = 0 } = options;
  checkBins("histc", bins);
  if (!isFloating(x.dtype))
    throw new TypeError(`histc: expected a floating tensor, got ${x.dtype}; use x.float()`);
  const { dtype } = x;
  const flat = reshape(x.detach(), [x.numel()]);
  const [low, high] = ends("histc", flat, min === max ? null : [min, max], 1);
  const isInside = logicalAnd(ge(flat, low), le(flat, high));
  const at = floor(div(mul(sub(flat, low), bins), high - low));
  const place = clamp(where(isInside, at, 0), 0, bins - 1).int();
  return countsAt(place, isInside, 1, bins, dtype) as Tensor<[number]>;
});

export const histogram = operation(
  "histogram",
  "bins | *, range, weight, density",
  (x: Tensor, bins: number | Tensor = 100, options: HistogramOptions = {}): Histogram => {
    const { range, weight, density = false } = options;
    const { dtype } = x;
    if (!isFloating(dtype))
      throw new TypeError(`histogram: expected a floating tensor, got ${dtype}; use x.float()`);
    if (weight !== undefined && weight.shape.join() !== x.shape.join()) {
      throw new Error(
        `histogram: expected weights of shape ${formatShape(x.shape)}, got ${formatShape(weight.shape)}`,
      );
    }
    const flat = reshape(x.detach(), [x.numel()]);
    let binEdges: Tensor;
    if (bins instanceof Tensor) {
      if (range !== undefined) throw new TypeError("histogram: edges of bins leave nothing for range to say");
      if (bins.ndim !== 1 || bins.dtype !== dtype)
        throw new TypeError(
          `histogram: expected edges as a vector of ${dtype}, got ${bins.dtype} of shape ${formatShape(bins.shape)}`,
        );
      binEdges = bins.detach();
    } else {
      checkBins("histogram", bins);
      const [low, high] = ends("histogram", flat, range ?? null, 0.5);
      binEdges = linspace(low, high, bins + 1, { dtype });
    }
    const count = binEdges.numel() - 1;
    if (count < 1) throw new RangeError("histogram: expected at least two edges");
    const last = narrow(binEdges, 0, count, 1);
    const isInside = logicalAnd(ge(flat, narrow(binEdges, 0, 0, 1)), le(flat, last));
    // The upper edge belongs to the last bin, each other one to the bin that it begins.
    const above = placesIn(binEdges, flat, true);
    const place = clamp(sub(above, 1), 0, count - 1).int();
    const hist = countsAt(
      place,
      isInside,
      weight === undefined ? 1 : reshape(weight.detach(), [x.numel()]),
      count,
      dtype,
    );
    if (!density) return namedTuple({ hist, binEdges });
    const width = sub(narrow(binEdges, 0, 1, count), narrow(binEdges, 0, 0, count));
    return namedTuple({ hist: div(div(hist, sum(hist)), width), binEdges });
  },
);
