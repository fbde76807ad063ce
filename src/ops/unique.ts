/**
 * Distinct elements and distinct entries along a dim. They read values, because the size of what they give depends on them.
 */
import type { Tensor } from "../tensor/core.js";
import { fromTyped } from "../tensor/creation/from-data.js";
import { type FunctionOf, operation } from "../tensor/operation.js";
import { readElements, readNumbers } from "../tensor/reading.js";
import { sizeOf, normalizeDim } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import { ne } from "./compare.js";
import { takeAt } from "./indexing.js";
import { narrow, permute, reshape } from "./movement.js";
import { sort } from "./sort.js";

export interface ConsecutiveOptions {
  /** Also where each element went. Default false. */
  returnInverse?: boolean;
  /** Also how often each one stood. Default false. */
  returnCounts?: boolean;
  /** Compare the entries along this dim; without one all elements are compared. */
  dim?: number | null;
}

export interface UniqueOptions extends ConsecutiveOptions {
  /** In rising order, which they are anyway. */
  sorted?: boolean;
}

/** The distinct ones alone, or a list of them and of what else is asked for: positions, then counts. */
type Distinct<O> = O extends { returnInverse: true; returnCounts: true }
  ? [output: Tensor, inverse: Tensor, counts: Tensor]
  : O extends { returnInverse: true }
    ? [output: Tensor, inverse: Tensor]
    : O extends { returnCounts: true }
      ? [output: Tensor, counts: Tensor]
      : Tensor;

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The distinct elements, or entries along a dim, in rising order, each NaN on its own (`torch.unique`). */
    unique(): Tensor<[number]>;
    unique<const O extends UniqueOptions>(options: O): Distinct<O>;
    unique(
      sorted: boolean | undefined,
      returnInverse?: boolean | UniqueOptions,
      returnCounts?: boolean | UniqueOptions,
      dim?: number | null,
    ): Tensor | Tensor[];
    /** The first one of each run of equal elements, or entries along a dim (`torch.unique_consecutive`). */
    uniqueConsecutive(): Tensor<[number]>;
    uniqueConsecutive<const O extends ConsecutiveOptions>(options: O): Distinct<O>;
    uniqueConsecutive(
      returnInverse: boolean | undefined,
      returnCounts?: boolean | ConsecutiveOptions,
      dim?: number | null,
    ): Tensor | Tensor[];
  }
}

/** Where each row goes, and how many there are. */
interface Groups {
  /** The position of the first row of each group. */
  readonly first: Int32Array;
  readonly inverse: Int32Array;
  readonly counts: Int32Array;
}

/** Groups of neighbours among rows in the given order. */
function grouped(order: ArrayLike<number>, isSame: (a: number, b: number) => boolean): Groups {
  const n = order.length;
  const inverse = new Int32Array(n);
  const first: number[] = [];
  const counts: number[] = [];
  for (let i = 0; i < n; i++) {
    const row = order[i]!;
    if (i === 0 || !isSame(order[i - 1]!, row)) {
      first.push(row);
      counts.push(0);
    }
    counts[counts.length - 1]!++;
    inverse[row] = first.length - 1;
  }
  return { first: Int32Array.from(first), inverse, counts: Int32Array.from(counts) };
}

/** Compares rows of `width` elements; NaN is the greatest and equals nothing. */
function rowsOf(name: string, x: Tensor, width: number) {
  const data = readElements(x, `${name}, the shape of whose result depends on values`);
  const numbers = x.dtype === "int64" ? data : readNumbers(x, name);
  const isSame = (a: number, b: number): boolean => {
    for (let i = 0; i < width; i++) if (numbers[a * width + i] !== numbers[b * width + i]) return false;
    return true;
  };
  const compare = (a: number, b: number): number => {
    for (let i = 0; i < width; i++) {
      const p = numbers[a * width + i]!;
      const q = numbers[b * width + i]!;
      if (p < q) return -1;
      if (p > q) return 1;
      if (p !== p && q === q) return 1;
      if (q !== q && p === p) return -1;
    }
    return 0;
  };
  return { isSame, compare };
}

function result(
  x: Tensor,
  d: number,
  groups: Groups,
  shape: Shape,
  options: ConsecutiveOptions,
): Tensor | Tensor[] {
  const { first, inverse, counts } = groups;
  const list = [takeAt(x, d, fromTyped(first, "int32", [first.length]))];
  if (options.returnInverse === true) list.push(fromTyped(inverse, "int32", shape));
  if (options.returnCounts === true) list.push(fromTyped(counts, "int64", [counts.length]));
  return list.length === 1 ? list[0]! : list;
}

function distinct(
  name: string,
  x: Tensor,
  options: ConsecutiveOptions,
  isSorted: boolean,
): Tensor | Tensor[] {
  const { dim } = options;
  const isFlat = dim === undefined || dim === null;
  const source = x.detach();
  const d = isFlat ? 0 : normalizeDim(name, dim, x.ndim);
  const along = isFlat || x.ndim === 0 ? reshape(source, [x.numel()]) : source;
  const n = along.shape[d]!;
  const others = along.shape.map((_, i) => i).filter((i) => i !== d);
  const width = sizeOf(others.map((i) => along.shape[i]!));
  if (n > 0 && width === 0 && !isFlat)
    throw new Error(`${name}: the entries along dim ${d} have no elements to compare`);
  const rows = permute(along, [d, ...others]);
  const { isSame, compare } = rowsOf(name, rows, width);
  let order: ArrayLike<number> = Int32Array.from({ length: n }, (_, i) => i);
  if (isSorted) {
    if (width === 1) order = readNumbers(sort(reshape(rows, [n]), 0).indices, name);
    else order = Array.from(order).sort(compare);
  }
  return result(along, d, grouped(order, isSame), isFlat ? x.shape : [n], options);
}

/** The distinct elements where nothing else is asked for: one number is read, how many there are. */
function distinctElements(x: Tensor): Tensor {
  const flat = reshape(x.detach(), [x.numel()]);
  const sorted = sort(flat, 0).values;
  const n = sorted.numel();
  if (n < 2) return sorted;
  const differs = ne(narrow(sorted, 0, 1, n - 1), narrow(sorted, 0, 0, n - 1));
  const [count] = readNumbers(differs.sum(), "unique, the shape of whose result depends on values");
  // The first of equal ones come first, in their order.
  const isFirst = differs.pad([1, 0], { value: 1 });
  return takeAt(sorted, 0, isFirst.argsort(0, { descending: true }).narrow(0, 0, 1 + Number(count)));
}

/** Each NaN is an element of its own, as NaN ≠ NaN. */
export const unique = operation(
  "unique",
  "| sorted, returnInverse, returnCounts, dim",
  (x: Tensor, options: UniqueOptions = {}) => {
    const { returnInverse = false, returnCounts = false, dim } = options;
    if (!returnInverse && !returnCounts && (dim === undefined || dim === null)) return distinctElements(x);
    return distinct("unique", x, options, true);
  },
) as FunctionOf<"unique">;

export const uniqueConsecutive = operation(
  "uniqueConsecutive",
  "| returnInverse, returnCounts, dim",
  (x: Tensor, options: ConsecutiveOptions = {}) => distinct("uniqueConsecutive", x, options, false),
) as FunctionOf<"uniqueConsecutive">;
