/**
 * Writes a group down as a kernel of the program.
 */
import type { GatherKernel, Kernel, MatmulKernel, ScatterAddKernel, Store, View } from "../engine/program.js";
import { dtypeBytes } from "../engine/program.js";
import { BodyWriter, type Places } from "./body.js";
import { type Flat, flat } from "./coordinates.js";
import type { Group, Operand } from "./group.js";
import { Kind } from "./node.js";
import { indexedShape } from "./operands.js";
import { mergedSpace, Space } from "./space.js";
import type { Value } from "./values.js";

/** The kernel of a group; null where there is nothing to do. */
export function emit(group: Group, places: Places): Kernel | null {
  if (group.special !== null) return emitIndexed(group, group.special, places);
  const writes = group.writes.filter((write) => write.target.size > 0);
  if (writes.length === 0) return null;
  const main = new BodyWriter(group, false, places);
  const targets = writes.map(({ value, from, target, to, root }) => ({
    number: main.value(value, from),
    place: places.of(target, root),
    dtype: target.dtype,
    at: flat(to, target.shape, group.dims.length),
  }));
  const views = [...main.views(), ...targets.map((target) => target.at)];
  const stores = (space: Space): Store[] =>
    targets.map(({ number, place, dtype, at }) => ({
      view: space.view(place, at, dtype, dtypeBytes[dtype]),
      value: main.final(number),
    }));

  if (group.matmul !== null) return emitMatmul(group, group.matmul, main, views, stores, places);
  if (group.folds.length === 0) {
    const space = mergedSpace(group.dims, 0, views);
    const body = main.body(space);
    return { kind: "map", dims: space.dims, body, stores: stores(space) };
  }
  const inner = new BodyWriter(group, true, places);
  const folded = group.folds.map((fold) => inner.value(fold.inputs[0]!, group.foldAt!));
  const kept = mergedSpace(group.dims, 0, [...views, ...inner.views()]);
  const reduced = mergedSpace(group.reduced, group.dims.length, inner.views());
  const body = inner.body(kept.around(reduced));
  const folds = group.folds.map(({ reduceOp, dtype }, i) => ({
    op: reduceOp,
    value: inner.final(folded[i]!),
    dtype,
  }));
  const epilogue = main.body(kept);
  return {
    kind: "reduce",
    kept: kept.dims,
    reduced: reduced.dims,
    body,
    folds,
    epilogue,
    stores: stores(kept),
  };
}

function emitMatmul(
  group: Group,
  product: Value,
  main: BodyWriter,
  views: readonly Flat[],
  stores: (space: Space) => Store[],
  places: Places,
): MatmulKernel {
  const rank = group.dims.length;
  const [a, b] = group.operands as [Operand, Operand];
  const row = rank - 2;
  const n = group.dims[rank - 1]!;
  const k = product.inputs[0]!.shape.at(-1)!;
  // Rows and columns as the operands' last two strides say; b does not depend on the row, a not on the column.
  const rowsOfB: Flat = { offset: 0, strides: [...b.view.strides.slice(0, row), 0] };
  const outer = mergedSpace(group.dims.slice(0, row + 1), 0, [
    ...views,
    { offset: 0, strides: a.view.strides.slice(0, row + 1) },
    rowsOfB,
  ]);
  // The innermost of these dims is the row, if b is the same along it: batches that share b make one taller matrix.
  const last = outer.columns.at(-1);
  const hasRow = last !== undefined && rowsOfB.strides[last] === 0;
  const batch = hasRow
    ? new Space(outer.dims.slice(0, -1), outer.columns.slice(0, -1))
    : new Space(outer.dims, outer.columns);
  const rows = hasRow ? new Space([outer.dims.at(-1)!], [last]) : new Space([1], [row]);
  const space = batch.around(rows).around(new Space([n], [rank - 1]));
  const rowOfA = a.view.strides[rows.columns[0]!]!;
  const operand = ({ base, view }: Operand, strides: readonly number[]): View => ({
    ...batch.view(places.of(base, -1), view, base.dtype, dtypeBytes[base.dtype]),
    strides: [...batch.strides(view), ...strides],
  });
  const epilogue = main.body(space);
  return {
    kind: "matmul",
    batch: batch.dims,
    m: rows.dims[0]!,
    n,
    k,
    dtype: product.dtype,
    a: operand(a, [rowOfA, a.view.strides[rank - 1]!]),
    b: operand(b, [b.view.strides[rank - 2]!, b.view.strides[rank - 1]!]),
    epilogue,
    stores: stores(space),
  };
}

function emitIndexed(group: Group, value: Value, places: Places): GatherKernel | ScatterAddKernel | null {
  const { dims, rows } = indexedShape(value);
  const [source, index] = group.operands.map(({ base, view }): View => {
    const { external, offset } = places.of(base, -1);
    return {
      external,
      offset: offset + view.offset * dtypeBytes[base.dtype],
      dtype: base.dtype,
      strides: view.strides,
    };
  }) as [View, View];
  if (dims.includes(0)) return null;
  const dense: View = {
    ...places.of(value, -1),
    dtype: value.dtype,
    strides: [
      (value.kind === Kind.gather || value.kind === Kind.take ? dims[1] : rows) * dims[2],
      dims[2],
      1,
    ],
  };
  if (value.kind === Kind.gather || value.kind === Kind.take) {
    // A negative or too large index in an empty table must still be reported, so rows may be 0 here.
    return { kind: "gather", dims, rows, source, index, out: dense };
  }
  return { kind: "scatterAdd", dims, rows, source, index, target: dense };
}
