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
  const folded = group.folds.map(({ value, at }) => inner.value(value.inputs[0]!, at));
  const kept = mergedSpace(group.dims, 0, [...views, ...inner.views()]);
  const reduced = mergedSpace(group.reduced, group.dims.length, inner.views());
  const body = inner.body(kept.around(reduced));
  const folds = group.folds.map(({ value: { reduceOp, dtype } }, i) => ({
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
  const k = product.inputs[0]!.shape.at(-1)!;
  const [a, b] = group.operands as [Operand, Operand];
  // Each side as [...batch, its own dim, k].
  const bTransposed = swapped(b.view.strides);
  const transposed = !main.countsPoints && prefersColumns(views, rank);
  const [left, right] = transposed ? [b, a] : [a, b];
  const [ofLeft, ofRight] = transposed ? [bTransposed, a.view.strides] : [a.view.strides, bTransposed];
  const [row, column] = transposed ? [rank - 1, rank - 2] : [rank - 2, rank - 1];

  const batchDims = group.dims.slice(0, rank - 2);
  // Along the rows the right side stands still. Batches that share it, and follow one another on the left, make one taller matrix.
  const still: Flat = { offset: 0, strides: [...ofRight.slice(0, -2), 0] };
  const outer = mergedSpace([...batchDims, group.dims[row]!], 0, [
    ...views.map((view) => rowsLast(view, rank, row)),
    { offset: 0, strides: ofLeft.slice(0, -1) },
    still,
  ]);
  const last = outer.columns.at(-1);
  const hasRow = last !== undefined && still.strides[last] === 0;
  const batch = hasRow ? new Space(outer.dims.slice(0, -1), outer.columns.slice(0, -1)) : outer;
  const rowFrom = hasRow && last < rank - 2 ? last : row;
  const rows = hasRow ? outer.dims.at(-1)! : 1;
  const n = group.dims[column]!;
  const space = batch.around(new Space([rows, n], [rowFrom, column]));

  const operand = ({ base, view }: Operand, inner: readonly number[]): View => ({
    ...batch.view(places.of(base, -1), view, base.dtype, dtypeBytes[base.dtype]),
    strides: [...batch.strides(view), ...inner],
  });
  const leftRow = ofLeft[hasRow ? last : rank - 2]!;
  const epilogue = main.body(space);
  return {
    kind: "matmul",
    batch: batch.dims,
    m: rows,
    n,
    k,
    dtype: product.dtype,
    a: operand(left, [leftRow, ofLeft[rank - 1]!]),
    b: operand(right, [ofRight[rank - 1]!, ofRight[rank - 2]!]),
    epilogue,
    stores: stores(space),
  };
}

/** Whether most of what the epilogue touches lies along the rows of the product: then the transposed product is computed. */
function prefersColumns(views: readonly Flat[], rank: number): boolean {
  let columns = 0;
  for (const { strides } of views) {
    if (strides[rank - 1] === 1 && strides[rank - 2] !== 1) columns--;
    else if (strides[rank - 2] === 1 && strides[rank - 1] !== 1) columns++;
  }
  return columns > 0;
}

function swapped(strides: readonly number[]): number[] {
  const rank = strides.length;
  return [...strides.slice(0, -2), strides[rank - 1]!, strides[rank - 2]!];
}

/** The view over batch and row only. */
function rowsLast(view: Flat, rank: number, row: number): Flat {
  return { offset: 0, strides: [...view.strides.slice(0, rank - 2), view.strides[row]!] };
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
