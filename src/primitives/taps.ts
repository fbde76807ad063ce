/**
 * Sums of a few entries along a dim, each times a factor: what resizing, sampling at places between elements and bags of embeddings have in
 * common. The sum is linear in the entries and in the factors, so each of its gradients is one of the three kernels, and theirs too.
 *
 * Planes [rows, inner] lie in x [batch, channels, rows, inner]. Which entries are summed up for a point say tables [tables, taps, points] of
 * positions and factors: image b has table b mod `tables`. A tap whose position is not one of the rows is left out.
 */
import type { Builder } from "./builder.js";
import type { Dense, KernelRow } from "./kernel.js";
import type { Shaped } from "./shaped.js";

/** Calls `f` with where an entry lies, where its factor and where the point that it belongs to, for all taps. */
function eachTap(
  [, channels, rows, inner]: readonly number[],
  batch: number,
  { data, dims }: Dense,
  f: (entry: number, tap: number, point: number) => void,
): void {
  const [tables, taps, points] = dims as [number, number, number];
  for (let plane = 0; plane < batch * channels!; plane++) {
    const table = Math.floor(plane / channels!) % tables;
    for (let k = 0; k < taps; k++)
      for (let q = 0; q < points; q++) {
        const tap = (table * taps + k) * points + q;
        const row = data[tap]!;
        if (row < 0 || row >= rows!) continue;
        for (let i = 0; i < inner!; i++)
          f((plane * rows! + row) * inner! + i, tap, (plane * points + q) * inner! + i);
      }
  }
}

/** x, points and factors beside each other as [batch / tables, tables, channels, taps, points, rows, inner], where dims of size 1 stand for all. */
function beside<Value extends Shaped>(
  b: Builder<Value>,
  index: Value,
  [batch, channels, rows, inner]: readonly number[],
): {
  entries: (x: Value) => Value;
  points: (y: Value) => Value;
  factors: (f: Value) => Value;
  isAt: Value;
} {
  const [tables, taps, count] = index.shape as [number, number, number];
  const turns = tables === 0 ? 0 : batch! / tables;
  const factors = (f: Value): Value => b.reshape(f, [1, tables, 1, taps, count, 1, 1]);
  const row = b.reshape(b.iota([rows!], index.dtype), [rows!, 1]);
  return {
    entries: (x) => b.reshape(x, [turns, tables, channels!, 1, 1, rows!, inner!]),
    points: (y) => b.reshape(y, [turns, tables, channels!, 1, count, 1, inner!]),
    factors,
    isAt: b.binary("eq", factors(index), row),
  };
}

/** y[b, c, q, i] = Σ_k factors[b, k, q] · x[b, c, index[b, k, q], i] */
export const taps = {
  operands: ["x", "index", "factors"],
  results: ["y"],
  attributes: [],
  kinds: ["float"],
  infer: ([x, index]) => [{ dtype: x!.dtype, shape: x!.shape.with(2, index!.shape[2]!) }],
  cpp: { run: "sumTaps", check: "checkTaps", scratch: "tapsScratch" },
  compose: (b, [x, index, factors]) => {
    const at = beside(b, index!, x!.shape);
    const terms = b.binary("mul", at.factors(factors!), at.entries(x!));
    const sum = b.reduce("sum", b.select(at.isAt, terms, b.scalar(0, x!.dtype)), [3, 5], false);
    return [b.reshape(sum, x!.shape.with(2, index!.shape[2]!))];
  },
  js: ([x, index, factors], [y]) => {
    eachTap(x!.dims, x!.dims[0]!, index!, (entry, tap, point) => {
      y!.data[point]! += factors!.data[tap]! * x!.data[entry]!;
    });
  },
} as const satisfies KernelRow;

/** dx[b, c, index[b, k, q], i] = Σ factors[b, k, q] · g[b, c, q, i], over all taps of the row. */
export const tapsInput = {
  operands: ["g", "index", "factors"],
  results: ["dx"],
  attributes: ["rows"],
  kinds: ["float"],
  infer: ([g], [rows]) => [{ dtype: g!.dtype, shape: g!.shape.with(2, rows!) }],
  cpp: { run: "spreadTaps", check: "checkTapsInput", scratch: "tapsInputScratch" },
  compose: (b, [g, index, factors], [rows]) => {
    const shape = g!.shape.with(2, rows!);
    const at = beside(b, index!, shape);
    const terms = b.binary("mul", at.factors(factors!), at.points(g!));
    const sum = b.reduce("sum", b.select(at.isAt, terms, b.scalar(0, g!.dtype)), [3, 4], false);
    return [b.reshape(sum, shape)];
  },
  js: ([g, index, factors], [dx]) => {
    eachTap(dx!.dims, g!.dims[0]!, index!, (entry, tap, point) => {
      dx!.data[entry]! += factors!.data[tap]! * g!.data[point]!;
    });
  },
} as const satisfies KernelRow;

/** dfactors[b, k, q] = Σ x[b, c, index[b, k, q], i] · g[b, c, q, i], over c, i and all images of the table. */
export const tapsFactor = {
  operands: ["x", "g", "index"],
  results: ["dfactors"],
  attributes: [],
  kinds: ["float"],
  infer: ([x, , index]) => [{ dtype: x!.dtype, shape: index!.shape }],
  cpp: { run: "tapsProducts", check: "checkTapsFactor", scratch: "tapsFactorScratch" },
  compose: (b, [x, g, index]) => {
    const at = beside(b, index!, x!.shape);
    const terms = b.binary("mul", at.entries(x!), at.points(g!));
    const sum = b.reduce("sum", b.select(at.isAt, terms, b.scalar(0, x!.dtype)), [0, 2, 5, 6], false);
    return [b.reshape(sum, index!.shape)];
  },
  js: ([x, g, index], [dfactors]) => {
    eachTap(x!.dims, x!.dims[0]!, index!, (entry, tap, point) => {
      dfactors!.data[tap]! += x!.data[entry]! * g!.data[point]!;
    });
  },
} as const satisfies KernelRow;
