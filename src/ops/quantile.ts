/**
 * Quantiles: values below which a part of the elements lies.
 */
import { Tensor } from "../tensor/core.js";
import { tensor } from "../tensor/creation/from-data.js";
import { isFloating } from "../tensor/dtype.js";
import { operation } from "../tensor/operation.js";
import { readNumbers } from "../tensor/reading.js";
import { allDims, formatShape, normalizeDim } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import type { Given } from "../tensor/signature.js";
import { add, mul, sub } from "./arithmetic.js";
import { clamp } from "./clamp.js";
import { isnan } from "./finite.js";
import { gatherAt } from "./indexing.js";
import { logicalNot } from "./logical.js";
import { broadcastTo, permute, reshape } from "./movement.js";
import { any, sum } from "./reduce.js";
import { ceil, floor, round } from "./rounding.js";
import { where } from "./select.js";
import { sort } from "./sort.js";

const interpolations = ["linear", "lower", "higher", "midpoint", "nearest"] as const;

export interface QuantileOptions {
  /** Without one, of all elements. */
  dim?: number;
  /** Keep the dim with size 1. Default false. */
  keepdim?: boolean;
  /** What is taken between two elements. Default "linear". */
  interpolation?: (typeof interpolations)[number];
}

type Part = number | readonly number[] | Tensor;
type Arguments = [
  q: Part | (QuantileOptions & { q: Part }),
  ...rest: Given<QuantileOptions, [dim: "dim", keepdim: "keepdim"]>,
];

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /**
     * The value below which the part q of the elements lies, NaN where one is there; for several q these are the first dim (`torch.quantile`).
     * @throws RangeError for q outside [0, 1]
     */
    quantile(...args: Arguments): Tensor;
    /** The quantile of what is not NaN, and NaN where nothing is (`torch.nanquantile`). */
    nanquantile(...args: Arguments): Tensor;
  }
}

type Rule = "quantile" | "nanquantile";

/** q as a vector in the dtype of x, and whether it is one number that stands for itself. */
function partsOf(name: Rule, x: Tensor, q: Part): { readonly parts: Tensor; readonly isOne: boolean } {
  if (q instanceof Tensor && q.dtype !== x.dtype)
    throw new TypeError(
      `${name}: expected q of ${x.dtype} like the tensor, got ${q.dtype}; use q.to("${x.dtype}")`,
    );
  if (q instanceof Tensor && q.ndim > 1)
    throw new Error(`${name}: expected q as a number or a vector, got shape ${formatShape(q.shape)}`);
  const isOne = typeof q === "number" || (q instanceof Tensor && q.ndim === 0);
  const given: unknown =
    typeof q === "number" ? [q] : q instanceof Tensor ? Array.from(readNumbers(q, `${name}'s q`)) : q;
  if (!Array.isArray(given)) throw new TypeError(`${name}: expected q as a number, an array or a tensor`);
  const numbers: readonly number[] = given;
  const wrong = numbers.find((part) => !(part >= 0 && part <= 1));
  if (wrong !== undefined) throw new RangeError(`${name}: expected q in [0, 1], got ${String(wrong)}`);
  const parts = q instanceof Tensor ? reshape(q, [q.numel()]) : tensor(numbers, { dtype: x.dtype });
  return { parts, isOne };
}

/** The quantiles of the rows of `x`, [..., n], as [..., number of parts]. */
function ofRows(name: Rule, x: Tensor, q: Tensor, interpolation: string): Tensor {
  const n = x.shape.at(-1)!;
  const { values } = sort(x, -1);
  const isMissing = isnan(values.detach());
  let rank: Tensor;
  if (name === "quantile") {
    // NaN sorts last.
    rank = where(any(isMissing, -1, { keepdim: true }), n - 1, mul(q, n - 1));
  } else {
    const numbers = sum(logicalNot(isMissing), -1, { keepdim: true }).to(x.dtype);
    rank = clamp(mul(q, sub(numbers, 1)), 0);
  }
  const shape = [...x.shape.slice(0, -1), q.numel()];
  const at = (place: Tensor) => gatherAt(values, x.ndim - 1, broadcastTo(name, place, shape).int());
  if (interpolation === "lower") return at(floor(rank));
  if (interpolation === "higher") return at(ceil(rank));
  if (interpolation === "nearest") return at(round(rank));
  const low = at(floor(rank));
  const high = at(ceil(rank));
  const weight = interpolation === "midpoint" ? tensor(0.5, { dtype: x.dtype }) : sub(rank, floor(rank));
  return add(low, mul(sub(high, low), weight));
}

function quantileBy(name: Rule) {
  return operation(
    name,
    "q, dim | keepdim, *, interpolation",
    (x: Tensor, q: Part, dim?: number | null, options: QuantileOptions = {}): Tensor => {
      const { keepdim = false, interpolation = "linear" } = options;
      if (x.dtype !== "float32" && x.dtype !== "float64") {
        const how = isFloating(x.dtype) ? "float32 or float64" : "a floating tensor";
        throw new TypeError(`${name}: expected ${how}, got ${x.dtype}; use x.float()`);
      }
      if (!interpolations.includes(interpolation)) {
        throw new TypeError(
          `${name}: interpolation is one of ${interpolations.map((each) => JSON.stringify(each)).join(", ")}, got ${JSON.stringify(interpolation)}`,
        );
      }
      if (x.numel() === 0) throw new Error(`${name}: shape ${formatShape(x.shape)} is empty`);
      const { parts, isOne } = partsOf(name, x, q);
      const isOfAll = dim === undefined || dim === null || x.ndim === 0;
      if (x.ndim === 0 && typeof dim === "number") normalizeDim(name, dim, 0);
      const d = isOfAll ? 0 : normalizeDim(name, dim, x.ndim);
      const rest = allDims(x.ndim).filter((i) => i !== d);
      const rows = isOfAll ? reshape(x, [x.numel()]) : permute(x, [...rest, d]);
      const y = ofRows(name, rows, parts, interpolation);
      const first = permute(y, [y.ndim - 1, ...allDims(y.ndim - 1)]);
      const kept = x.shape.map((size, i) => (isOfAll || i === d ? 1 : size));
      const shape = keepdim ? kept : isOfAll ? [] : rest.map((i) => x.shape[i]!);
      return reshape(first, isOne ? shape : [parts.numel(), ...shape]);
    },
  );
}

export const quantile = quantileBy("quantile");
export const nanquantile = quantileBy("nanquantile");
