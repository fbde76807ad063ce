/** Rows of a table at the positions that indices give, alone or summed up in bags. */
import { noGrad } from "../autograd/mode.js";
import { record } from "../autograd/record.js";
import { positions as checkedPositions } from "../graph/record/build.js";
import { labelPositions } from "../ops/check.js";
import { takeAt } from "../ops/indexing.js";
import { where } from "../ops/select.js";
import { ones, zeros } from "../tensor/creation/constant.js";
import type { Op } from "../tensor/op.js";
import { readNumbers } from "../tensor/reading.js";
import { formatShape, sameShape } from "../tensor/shape.js";
import type { Known, Shape } from "../tensor/shape-types.js";
import type { Given } from "../tensor/signature.js";
import { Tensor } from "../tensor/tensor.js";
import { greatestOfBags, sumsOfBags } from "./bags.js";
import { takesTensors } from "./function-form.js";

/** The input itself, whose gradient is multiplied by the second one, and is 0 where that is. */
const SCALED: Op = {
  name: "EmbeddingBackward0",
  saves: true,
  gradient(y, g) {
    return [where(y._b.eq(0), 0, g.mul(y._b)), null];
  },
};

/** Options of `embedding`. */
export interface EmbeddingFunctionOptions {
  /** The row that gets no gradient. */
  readonly paddingIdx?: number | null;
  /** Rows that are used are first shortened to this norm, in the table itself. */
  readonly maxNorm?: number | null;
  /** The p of that norm; 2 if not given. */
  readonly normType?: number;
  /** Whether a row's gradient is divided by how often it is used; false if not given. */
  readonly scaleGradByFreq?: boolean;
  /** Without effect: gradients are dense. */
  readonly sparse?: boolean;
}

type EmbeddingOrder = [
  paddingIdx: "paddingIdx",
  maxNorm: "maxNorm",
  normType: "normType",
  scaleGradByFreq: "scaleGradByFreq",
  sparse: "sparse",
];

/** Positions that have been checked, flat. */
function positions(name: string, input: Tensor, weight: Tensor): Tensor {
  if (weight.ndim !== 2)
    throw new Error(`${name}: expected a weight [rows, D], got ${formatShape(weight.shape)}`);
  if (input.dtype !== "int32" && input.dtype !== "int64")
    throw new TypeError(`${name}: expected int32 or int64 positions, got ${input.dtype}; use input.long()`);
  const rows = weight.shape[0]!;
  return labelPositions(
    input.reshape([input.numel()]),
    rows,
    -(2 ** 31),
    (position) => `${name}: position ${position} is out of range for ${rows} rows (0 to ${rows - 1})`,
  );
}

function paddingOf(name: string, padding: number | null | undefined, rows: number): number | null {
  if (padding === null || padding === undefined) return null;
  if (!Number.isInteger(padding) || padding < -rows || padding >= rows)
    throw new RangeError(`${name}: paddingIdx must be one of ${rows} rows, not ${padding}`);
  return padding < 0 ? padding + rows : padding;
}

/** How often each row is used. */
function uses(index: Tensor, weight: Tensor): Tensor {
  const rows = weight.shape[0]!;
  return zeros([rows], { dtype: "float32" }).indexAdd(0, index, ones([index.numel()], { dtype: "float32" }));
}

/** Shortens the rows that are used, in place, as PyTorch does. */
function shorten(weight: Tensor, index: Tensor, maxNorm: number, p: number): void {
  noGrad(() => {
    const norm = weight.norm(p, 1, { keepdim: true }) as Tensor;
    const long = norm.gt(maxNorm).logicalAnd(uses(index, weight).gt(0).unsqueeze(1));
    weight.copy_(where(long, weight.mul(norm.add(1e-7).reciprocal().mul(maxNorm)), weight));
  });
}

/** The table, of which each row's gradient is divided by how often the row is used. */
function scaledByUses(weight: Tensor, index: Tensor): Tensor {
  const factor = uses(index, weight).clamp({ min: 1 }).reciprocal().to(weight.dtype);
  return record(SCALED, weight.node, weight, factor.unsqueeze(1));
}

/** The table as rows are taken from it at flat positions, and the row that gets no gradient. */
function prepared(
  name: string,
  weight: Tensor,
  index: Tensor,
  { paddingIdx, maxNorm, normType = 2, scaleGradByFreq }: EmbeddingFunctionOptions,
): { table: Tensor; padding: number | null } {
  const padding = paddingOf(name, paddingIdx, weight.shape[0]!);
  if (maxNorm !== null && maxNorm !== undefined) shorten(weight, index, maxNorm, normType);
  return { table: scaleGradByFreq === true ? scaledByUses(weight, index) : weight, padding };
}

/**
 * weight[input]: rows of the table [rows, D] at the positions in the input, [...] → [..., D]. PyTorch's nn.functional.embedding.
 * @throws RangeError for a position outside, at the latest when it is used
 */
export const embedding = takesTensors(
  "embedding",
  "input, weight | paddingIdx, maxNorm, normType, scaleGradByFreq, sparse",
  (input: Tensor, weight: Tensor, options: EmbeddingFunctionOptions): Tensor => {
    const index = positions("embedding", input, weight);
    const { table, padding } = prepared("embedding", weight, index, options);
    const all = takeAt(table, 0, index);
    const rows =
      padding === null ? all : record(SCALED, all.node, all, index.ne(padding).to(weight.dtype).unsqueeze(1));
    return rows.reshape([...input.shape, weight.shape[1]!]);
  },
) as unknown as <A extends Shape, W extends Shape>(
  input: Tensor<A>,
  weight: Tensor<W>,
  ...options: Given<EmbeddingFunctionOptions, EmbeddingOrder>
) => Tensor<Known<A> extends true ? [...A, W[1]] : Shape>;

/** How a bag's rows become one. */
export type BagMode = "sum" | "mean" | "max";

/** Options of `embeddingBag`. */
export interface EmbeddingBagFunctionOptions extends EmbeddingFunctionOptions {
  /** Where each bag begins in an input [n]; with `includeLastOffset` also where the last one ends. */
  readonly offsets?: Tensor | null;
  /** "mean" if not given. */
  readonly mode?: BagMode;
  /** Factors for the rows of a sum, in the shape of the input. */
  readonly perSampleWeights?: Tensor | null;
  /** False if not given. */
  readonly includeLastOffset?: boolean;
}

const BAG_ORDER: [
  offsets: "offsets",
  maxNorm: "maxNorm",
  normType: "normType",
  scaleGradByFreq: "scaleGradByFreq",
  mode: "mode",
  sparse: "sparse",
  perSampleWeights: "perSampleWeights",
  includeLastOffset: "includeLastOffset",
  paddingIdx: "paddingIdx",
] = [
  "offsets",
  "maxNorm",
  "normType",
  "scaleGradByFreq",
  "mode",
  "sparse",
  "perSampleWeights",
  "includeLastOffset",
  "paddingIdx",
];

/** Begins of bags and the end of the last. */
function bounds(input: Tensor, offsets: Tensor | null | undefined, includesLast: boolean): number[] {
  if (input.ndim === 2) {
    if (offsets) throw new Error("embeddingBag: with an input [B, L] each row is a bag; leave offsets out");
    const [count = 0, length = 0] = input.shape;
    return Array.from({ length: count + 1 }, (_, i) => i * length);
  }
  if (input.ndim !== 1)
    throw new Error(
      `embeddingBag: expected an input [B, L], or [n] with offsets, got ${formatShape(input.shape)}`,
    );
  if (!offsets || offsets.ndim !== 1)
    throw new Error("embeddingBag: an input [n] needs offsets [B], where each bag begins");
  const starts = [...readNumbers(offsets, "embeddingBag")];
  if (!includesLast) starts.push(input.numel());
  if (starts[0] !== 0) throw new RangeError(`embeddingBag: offsets must begin with 0, not ${starts[0]}`);
  starts.forEach((start, i) => {
    if (start > input.numel() || (i > 0 && start < starts[i - 1]!))
      throw new RangeError(`embeddingBag: offsets must not fall nor be above ${input.numel()}, got ${start}`);
  });
  return starts;
}

/**
 * The sum, mean or greatest element of the rows of each bag, [B, L] or [n] with offsets → [B, D]; an empty bag gives 0. Reads the offsets.
 * PyTorch's nn.functional.embedding_bag.
 * @throws Error when shapes do not fit
 */
export const embeddingBag = takesTensors<
  (input: Tensor, weight: Tensor, ...options: Given<EmbeddingBagFunctionOptions, typeof BAG_ORDER>) => Tensor
>(
  "embeddingBag",
  `input, weight | ${BAG_ORDER.join(", ")}`,
  (input: Tensor, weight: Tensor, options: EmbeddingBagFunctionOptions): Tensor => {
    const { mode = "mean", perSampleWeights: factors = null, includeLastOffset = false } = options;
    if (mode !== "sum" && mode !== "mean" && mode !== "max")
      throw new TypeError(
        `embeddingBag: mode is "sum", "mean" or "max", not ${JSON.stringify(mode satisfies never)}`,
      );
    if (factors !== null && mode !== "sum")
      throw new Error(`embeddingBag: perSampleWeights are for mode "sum", not "${mode}"`);
    if (factors !== null && !sameShape(factors.shape, input.shape))
      throw new Error(
        `embeddingBag: expected perSampleWeights of the input's shape ${formatShape(input.shape)}, got ${formatShape(factors.shape)}`,
      );
    if (mode === "max" && options.scaleGradByFreq === true)
      throw new Error('embeddingBag: mode "max" does not scale gradients by frequency');
    const starts = bounds(input, options.offsets, includeLastOffset);
    const index = positions("embeddingBag", input, weight);
    const { table, padding } = prepared("embeddingBag", weight, index, options);
    const from = new Tensor(checkedPositions(index.node, weight.shape[0]!)).int();
    const at = padding === null ? from : where(from.eq(padding), -1, from);
    if (mode === "max") return greatestOfBags(table, at, starts);
    const sum = sumsOfBags(table, at, factors?.reshape([factors.numel()]) ?? null, starts);
    if (mode === "sum") return sum;
    const sizes = sumsOfBags(ones([weight.shape[0]!, 1], { dtype: sum.dtype }), at, null, starts);
    return sum.div(sizes.clamp({ min: 1 }));
  },
);
