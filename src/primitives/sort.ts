/** Kernels about the order of values along a dim. */
import { alongDim, type Builder, only } from "./builder.js";
import { eachRow, type KernelRow } from "./kernel.js";
import type { Shaped } from "./shaped.js";

/** As if NaN were greater than every number. */
function compare(a: number, b: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1;
  return Number.isNaN(b) ? -1 : a < b ? -1 : a > b ? 1 : 0;
}

/** The numbers of n entries, [n, 1]. */
function column<Value extends Shaped>(b: Builder<Value>, n: number): Value {
  return b.reshape(b.iota([n], "int32"), [n, 1]);
}

/** Whether x is sorted before y, whatever their positions are. */
function precedes<Value extends Shaped>(b: Builder<Value>, x: Value, y: Value, descending: number): Value {
  const [first, last] = descending === 1 ? [x, y] : [y, x];
  const isNaNFirst = b.binary("and", b.unary("isnan", first), b.unary("not", b.unary("isnan", last)));
  return b.binary("or", b.binary("gt", first, last), isNaNFirst);
}

function sortedShape({ shape }: Shaped, dim: number, count: number): readonly number[] {
  return shape.length === 0 ? shape : shape.with(dim, count);
}

/** The first `count` of each row along `dim` in order, and their int32 positions; equal ones keep their order, NaN counts as the greatest. */
export const sort = {
  operands: ["x"],
  results: ["values", "indices"],
  attributes: ["dim", "descending", "count"],
  kinds: ["float", "int", "bool"],
  infer: ([x], [dim, , count]) => {
    const shape = sortedShape(x!, dim!, count!);
    return [
      { dtype: x!.dtype, shape },
      { dtype: "int32", shape },
    ];
  },
  cpp: { run: "sortRows", check: "checkSort", scratch: "sortScratch", shared: "sortShared" },
  compose: (b, [x], [dim, descending, count]) => {
    const [outer, n, inner] = alongDim(x!.shape, dim!);
    const before = b.reshape(x!, [outer, 1, n, inner]);
    const own = b.reshape(x!, [outer, n, 1, inner]);
    // An entry comes after all that precede it, and after equal ones that stood before it: their number is its place.
    const stoodBefore = b.binary("lt", column(b, n), b.reshape(column(b, n), [n, 1, 1]));
    const isTied = b.unary(
      "not",
      b.binary("or", precedes(b, before, own, descending!), precedes(b, own, before, descending!)),
    );
    const comesBefore = b.binary(
      "or",
      precedes(b, before, own, descending!),
      b.binary("and", isTied, stoodBefore),
    );
    const places = b.reduce("sum", b.cast(comesBefore, "int32"), [2], false);
    const isHere = b.binary(
      "eq",
      b.reshape(places, [outer, 1, n, inner]),
      b.reshape(b.iota([count!], places.dtype), [count!, 1, 1]),
    );
    const shape = sortedShape(x!, dim!, count!);
    const values = only(b, isHere, before, 2);
    const indices = only(b, isHere, column(b, n), 2);
    return [b.reshape(values, shape), b.reshape(indices, shape)];
  },
  js: ([x], [values, indices], [dim, descending, count]) => {
    const sign = descending === 1 ? -1 : 1;
    const rows: { readonly order: readonly number[]; readonly sorted: readonly number[] }[] = [];
    eachRow(x!.dims, dim!, (at) => {
      const order = Array.from({ length: x!.dims[dim!] ?? 1 }, (_, i) => i);
      order.sort((i, j) => sign * compare(x!.data[at(i)]!, x!.data[at(j)]!));
      rows.push({ order, sorted: order.map((i) => x!.data[at(i)]!) });
    });
    let row = 0;
    eachRow((values ?? indices)!.dims, dim!, (at) => {
      const { order, sorted } = rows[row++]!;
      for (let i = 0; i < count!; i++) {
        if (indices) indices.data[at(i)] = order[i]!;
        if (values) values.data[at(i)] = sorted[i]!;
      }
    });
  },
} as const satisfies KernelRow;
