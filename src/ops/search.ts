/**
 * Searching: places in sorted sequences, and whether elements are among others.
 */
import { Tensor } from "../tensor/core.js";
import { zeros } from "../tensor/creation/constant.js";
import { tensor } from "../tensor/creation/from-data.js";
import { type DType, promote } from "../tensor/dtype.js";
import { formatShape, sameShape } from "../tensor/shape.js";
import { takes } from "../tensor/signature.js";
import { add, sub } from "./arithmetic.js";
import { cast } from "./cast.js";
import { clamp } from "./clamp.js";
import { eq, ge, gt, le } from "./compare.js";
import { gatherAt } from "./indexing.js";
import { logicalAnd, logicalNot } from "./logical.js";
import { expand, reshape } from "./movement.js";
import { checkTensor } from "./operand.js";
import { where } from "./select.js";
import { sort } from "./sort.js";

/**
 * How many entries of the sorted rows come before each value: those below it, and with `right` those that equal it. The number grows by powers
 * of two, each step a look at one entry.
 * @param rows [..., n], or a vector for all values
 * @param values [..., m] in the same dtype
 */
export function placesIn(rows: Tensor, values: Tensor, right: boolean): Tensor {
  const n = rows.shape.at(-1)!;
  const isShared = rows.ndim === 1;
  const sought = (isShared ? reshape(values, [values.numel()]) : values).detach();
  const d = isShared ? 0 : rows.ndim - 1;
  let place = zeros(sought.shape, { dtype: "int32" });
  const source = rows.detach();
  for (let step = 2 ** Math.floor(Math.log2(Math.max(n, 1))); n > 0 && step >= 1; step /= 2) {
    const next = add(place, step);
    const entry = gatherAt(source, d, clamp(sub(next, 1), null, n - 1));
    // Put so that NaN comes after all others.
    const comesBefore = logicalNot(right ? gt(entry, sought) : ge(entry, sought));
    place = where(logicalAnd(le(next, n), comesBefore), next, place);
  }
  return isShared ? reshape(place, values.shape) : place;
}

interface SearchOptions {
  /** int32 instead of int64; places are int32 here anyway. */
  outInt32?: boolean;
  /** Behind entries that equal the value, not before them. Default false. */
  right?: boolean;
}

interface SearchSortedOptions extends SearchOptions {
  /** "right" is `right: true`. */
  side?: "left" | "right";
  /** Positions that bring the sequence into order, where it is not. */
  sorter?: Tensor;
}

function valuesOf(name: string, input: Tensor | number): Tensor {
  if (typeof input === "number") return tensor(input);
  checkTensor(name, input);
  return input;
}

/** Both in one dtype; a number takes that of the sequence. */
function together(rows: Tensor, given: Tensor | number, values: Tensor): [Tensor, Tensor] {
  const isWhole = typeof given === "number" && Number.isInteger(given);
  const dtype: DType = isWhole ? rows.dtype : promote(rows.dtype, rows.ndim, values.dtype, values.ndim);
  return [cast(rows, dtype), cast(values, dtype)];
}

/** Where each value would be put into a sorted sequence, or into the sorted row that it belongs to, so that it stays sorted (`torch.searchsorted`). */
export const searchsorted = takes<
  (sortedSequence: Tensor, input: Tensor | number, options?: SearchSortedOptions) => Tensor
>(
  "searchsorted",
  "sortedSequence, input | *, outInt32, right, side, sorter",
  (sequence: Tensor, input: Tensor | number, options: SearchSortedOptions) => {
    const { side, sorter, right = side === "right" } = options;
    checkTensor("searchsorted", sequence);
    if (side !== undefined && side !== "left" && side !== "right")
      throw new TypeError(`searchsorted: side is "left" or "right", got ${JSON.stringify(side)}`);
    if (options.right === true && side === "left")
      throw new TypeError("searchsorted: right and side say the same, and differ; give one of them");
    if (sequence.ndim === 0)
      throw new Error("searchsorted: expected a sequence of at least one dim, got a 0-dimensional tensor");
    if (sorter !== undefined && !sameShape(sorter.shape, sequence.shape)) {
      throw new Error(
        `searchsorted: expected a sorter of shape ${formatShape(sequence.shape)}, got ${formatShape(sorter.shape)}`,
      );
    }
    const values = valuesOf("searchsorted", input);
    const lead = sequence.shape.slice(0, -1);
    if (sequence.ndim > 1 && !sameShape(lead, values.shape.slice(0, -1))) {
      throw new Error(
        `searchsorted: a sequence of ${formatShape(sequence.shape)} has rows for values of [${[...lead, "n"].join(", ")}], got ${formatShape(values.shape)}`,
      );
    }
    const ordered = sorter === undefined ? sequence : sequence.gather(-1, sorter);
    const [rows, sought] = together(ordered, input, values);
    return placesIn(rows, sought, right);
  },
);

/** The number of the bucket that each element lies in, by the buckets' boundaries in rising order (`torch.bucketize`). */
export const bucketize = takes<
  (input: Tensor | number, boundaries: Tensor, options?: SearchOptions) => Tensor
>(
  "bucketize",
  "input, boundaries | *, outInt32, right",
  (input: Tensor | number, boundaries: Tensor, options: SearchOptions) => {
    checkTensor("bucketize", boundaries);
    if (boundaries.ndim !== 1)
      throw new Error(
        `bucketize: expected boundaries as a vector, got shape ${formatShape(boundaries.shape)}`,
      );
    const [rows, sought] = together(boundaries, input, valuesOf("bucketize", input));
    return placesIn(rows, sought, options.right ?? false);
  },
);

interface IsinOptions {
  /** That both have no element twice, which need not be known here. */
  assumeUnique?: boolean;
  /** Whether they are not among the others. Default false. */
  invert?: boolean;
}

/** Whether each element is one of `testElements`; NaN is none (`torch.isin`). */
export const isin = takes<
  (elements: Tensor | number, testElements: Tensor | number, options?: IsinOptions) => Tensor
>(
  "isin",
  "elements, testElements | *, assumeUnique, invert",
  (elements: Tensor | number, testElements: Tensor | number, { invert = false }: IsinOptions) => {
    if (typeof elements === "number" && typeof testElements === "number")
      throw new TypeError("isin: expected a tensor, got two numbers; use elements === testElements");
    const [x, tests] = [valuesOf("isin", elements), valuesOf("isin", testElements)];
    const [others, sought] = together(tests, elements, x);
    const n = others.numel();
    const { values: rows } = sort(reshape(others.detach(), [n]), 0);
    let isThere: Tensor;
    if (n === 0) isThere = expand(tensor(false), sought.shape);
    else {
      const at = clamp(placesIn(rows, sought, false), null, n - 1);
      const found = gatherAt(rows, 0, reshape(at, [sought.numel()]));
      isThere = eq(reshape(found, sought.shape), sought);
    }
    return invert ? logicalNot(isThere) : isThere;
  },
);
