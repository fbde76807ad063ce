/**
 * Running sums, products and extremes along a dim.
 */
import { wanted } from "../autograd/wanted.js";
import { record } from "../autograd/record.js";
import { call, cast as graphCast, pick } from "../graph/record/build.js";
import { Tensor } from "../tensor/core.js";
import type { DType } from "../tensor/dtype.js";
import { namedTuple } from "../tensor/named-tuple.js";
import type { Op } from "../tensor/op.js";
import { operation } from "../tensor/operation.js";
import { normalizeDim } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import { mul } from "./arithmetic.js";
import { cast } from "./cast.js";
import { inPlace } from "./change.js";
import type { ValuesAndIndices } from "./extreme.js";
import { picking } from "./indexing.js";
import { checkInt32Count, summable } from "./reduce.js";

/** `dim`, and the dtype that the entries are brought to first. */
type Running = [options: { dim: number; dtype?: DType }] | [dim: number, options?: { dtype?: DType }];
const RUNNING = "dim | *, dtype";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** Sums of the entries up to each one along `dim` (`torch.cumsum`), int64 of integers. */
    cumsum(...args: Running): Tensor<S>;
    /** Replaces each entry by the sum up to it. */
    cumsum_(...args: Running): this;
  }
}

const CUMSUM: Op<number> = {
  name: "CumsumBackward0",
  saves: false,
  gradient(y, g) {
    const dim = y._attributes;
    return [cumsum(g.flip(dim), dim).flip(dim)];
  },
};

export const cumsum = operation(
  "cumsum",
  RUNNING,
  (x: Tensor, dim: number, options: { dtype?: DType } = {}) =>
    running("cumsum", CUMSUM, x, dim, options.dtype),
);
inPlace("cumsum_", RUNNING, cumsum);

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** Products of the entries up to each one along `dim` (`torch.cumprod`), int64 of integers. */
    cumprod(...args: Running): Tensor<S>;
    /** Replaces each entry by the product up to it. */
    cumprod_(...args: Running): this;
  }
}

/**
 * With E the product of all entries before each one, the gradient is E · S, where Sᵢ = gᵢ + xᵢ₊₁ Sᵢ₊₁: exact also where entries are 0.
 */
const CUMPROD: Op<number> = {
  name: "CumprodBackward0",
  saves: true,
  gradient(y, g) {
    const x = y._a;
    const dim = y._attributes;
    const before = cumprod(shifted(x, dim, 1, 1), dim);
    return [mul(before, recurrence(shifted(x, dim, -1, 0), g, { dim, reversed: true }))];
  },
};

export const cumprod = operation(
  "cumprod",
  RUNNING,
  (x: Tensor, dim: number, options: { dtype?: DType } = {}) =>
    running("cumprod", CUMPROD, x, dim, options.dtype),
);
inPlace("cumprod_", RUNNING, cumprod);

function running(
  kernel: "cumsum" | "cumprod",
  op: Op<number>,
  x: Tensor,
  dim: number,
  dtype: DType | undefined,
): Tensor {
  const a = dtype === undefined || dtype === "bool" ? summable(x) : cast(x, dtype);
  const y = scan(kernel, op, a, normalizeDim(kernel, dim, x.ndim));
  return dtype === "bool" ? cast(y, dtype) : y;
}

function scan(kernel: "cumsum" | "cumprod", op: Op<number>, x: Tensor, dim: number): Tensor {
  // A number has no dim to run along, for the gradients neither.
  if (x.ndim === 0) return scan(kernel, op, x.reshape([1]), 0).reshape([]);
  return record(op, call(kernel, [x.node], [dim]), x, null, null, dim);
}

interface Direction {
  readonly dim: number;
  readonly reversed: boolean;
}

/** Inputs: a, b. With λ the recurrence of the gradients the other way round, b gets λ, and a gets λ times what y was before. */
const RECURRENCE: Op<Direction> = {
  name: "LinearRecurrenceBackward0",
  saves: true,
  gradient(y, g) {
    const a = y._a;
    const { dim, reversed } = y._attributes;
    const slope = recurrence(shifted(a, dim, reversed ? 1 : -1, 0), g, { dim, reversed: !reversed });
    return [wanted(a) ? mul(slope, shifted(y, dim, reversed ? -1 : 1, 0)) : null, slope];
  },
};

/** yᵢ = aᵢ · yᵢ₋₁ + bᵢ along a dim from the first entry on or, reversed, yᵢ = aᵢ · yᵢ₊₁ + bᵢ from the last one back. */
export function recurrence(a: Tensor, b: Tensor, direction: Direction): Tensor {
  const y = call("linearRecurrence", [a.node, b.node], [direction.dim, Number(direction.reversed)]);
  return record(RECURRENCE, y, a, b, null, direction);
}

/** The entries along `dim` moved by one place, on (1) or back (-1); the place that becomes free holds `fill`. */
export function shifted(x: Tensor, dim: number, by: 1 | -1, fill: number): Tensor {
  const n = x.shape[dim]!;
  if (n === 0) return x;
  const padding = new Array<number>(2 * (x.ndim - dim)).fill(0);
  padding[padding.length - (by === 1 ? 2 : 1)] = 1;
  return x.narrow(dim, by === 1 ? 0 : 1, n - 1).pad(padding, { value: fill });
}

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The greatest entry up to each one along `dim`, and where it stands, of equal ones the last; NaN stays once it has come (`torch.cummax`). */
    cummax(dim: number | { dim: number }): ValuesAndIndices<S>;
    /** The least entry up to each one along `dim`, and where it stands, of equal ones the last; NaN stays once it has come (`torch.cummin`). */
    cummin(dim: number | { dim: number }): ValuesAndIndices<S>;
  }
}

const CUMMAX = picking("CummaxBackward0");

export const cummax = operation("cummax", "dim |", (x: Tensor, dim: number) =>
  extremes("cummax", CUMMAX, x, dim),
);

const CUMMIN = picking("CumminBackward0");

export const cummin = operation("cummin", "dim |", (x: Tensor, dim: number) =>
  extremes("cummin", CUMMIN, x, dim),
);

function extremes(kernel: "cummax" | "cummin", op: Op<number>, x: Tensor, dim: number): ValuesAndIndices {
  const d = normalizeDim(kernel, dim, x.ndim);
  checkInt32Count(kernel, x, x.ndim === 0 ? [] : [d], "a position");
  const from = call(kernel, [x.node], [d]);
  const indices = new Tensor(pick(from, 1));
  return namedTuple({ values: record(op, graphCast(pick(from, 0), x.dtype), x, indices, null, d), indices });
}
