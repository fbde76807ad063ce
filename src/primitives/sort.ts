/** Kernels about the order of values along a dim. */
import { eachRow, type KernelRow } from "./kernel.js";

/** As if NaN were greater than every number. */
function compare(a: number, b: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1;
  return Number.isNaN(b) ? -1 : a < b ? -1 : a > b ? 1 : 0;
}

/** The first `count` of each row along `dim` in order, and their int32 positions; equal ones keep their order, NaN counts as the greatest. */
export const sort = {
  operands: ["x"],
  results: ["values", "indices"],
  attributes: ["dim", "descending", "count"],
  kinds: ["float", "int", "bool"],
  infer: ([x], [dim, , count]) => {
    const shape = x!.shape.length === 0 ? x!.shape : x!.shape.with(dim!, count!);
    return [
      { dtype: x!.dtype, shape },
      { dtype: "int32", shape },
    ];
  },
  cpp: { run: "sortRows", check: "checkSort", scratch: "sortScratch", shared: "sortShared" },
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
