/**
 * Writes a group down as a kernel of the program.
 */
import type { CallKernel, Kernel, MatmulKernel, ShapedView, Store, View } from "../../engine/program.js";
import { BodyWriter, type Places } from "./body.js";
import { type Flat, flat, rowMajor } from "./coordinates.js";
import type { Group, Operand } from "./group.js";
import { mergedSpace, Space } from "./space.js";
import type { Value } from "./values.js";
import { dtypeBytes } from "../../primitives/dtypes.js";
import { kernels } from "../../primitives/kernels.js";

/** The kernel of a group; null where there is nothing to do. */
export function emit(group: Group, places: Places): Kernel | null {
  if (group.special !== null) return emitCall(group, group.special, places);
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
  const all = [...views, ...inner.views()];
  const outside = group.dims.length - group.inside;
  const within = mergedSpace(group.dims.slice(outside), outside, all);
  const kept = mergedSpace(group.dims.slice(0, outside), 0, all).around(within);
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
    inside: within.dims.length,
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
  const k = product.inputs[0]!.shape.at(-1)!;
  const [a, b] = group.operands as [Operand, Operand];
  const column = group.dims.length - 1;
  const rank = product.shape.length;
  // Each operand over the group's dims: the left one has stride 0 along the columns, the right one along the rows.
  const left = alongGroup(group, a.view, rank - 2, a.view.strides[rank - 2]!);
  const right = alongGroup(group, b.view, rank - 1, b.view.strides[rank - 1]!);
  const [aStep, bStep] = [a.view.strides[rank - 1]!, b.view.strides[rank - 2]!];

  const row = column - 1;
  const oneRowDim = row >= 0 && group.dims[row] === product.shape[rank - 2];
  if (oneRowDim && !main.countsPoints && prefersColumns(views, row, column)) {
    const batch = mergedSpace(group.dims.slice(0, row), 0, [...views, left, right]);
    const space = batch.around(new Space([group.dims[column]!, group.dims[row]!], [column, row]));
    const epilogue = main.body(space);
    return {
      kind: "matmul",
      batch: batch.dims,
      m: group.dims[column]!,
      n: group.dims[row]!,
      k,
      dtype: product.dtype,
      a: operandView(b, right, batch, [right.strides[column]!, bStep], places),
      b: operandView(a, left, batch, [aStep, left.strides[row]!], places),
      epilogue,
      stores: stores(space),
    };
  }
  // The innermost dim along which the right side has stride 0 gives the rows: batches that share the right side, and follow one another on
  // the left, make one taller matrix.
  const outer = mergedSpace(group.dims.slice(0, column), 0, [...views, left, right]);
  const last = outer.columns.at(-1);
  const rows = last !== undefined && right.strides[last] === 0;
  const batch = rows ? new Space(outer.dims.slice(0, -1), outer.columns.slice(0, -1)) : outer;
  const m = rows ? outer.dims.at(-1)! : 1;
  const n = group.dims[column]!;
  // Without rows any column will do, since its stride is never used.
  const space = batch.around(new Space([m, n], [rows ? last : column, column]));
  const epilogue = main.body(space);
  return {
    kind: "matmul",
    batch: batch.dims,
    m,
    n,
    k,
    dtype: product.dtype,
    a: operandView(a, left, batch, [rows ? left.strides[last]! : 0, aStep], places),
    b: operandView(b, right, batch, [bStep, right.strides[column]!], places),
    epilogue,
    stores: stores(space),
  };
}

/** The strides of an operand along the dims of the group: those of the batch, and `stride` along dimension `own` of the product. */
function alongGroup(group: Group, view: Flat, own: number, stride: number): Flat {
  const { step } = group.matmulAt!;
  const strides = group.dims.map((_, column) => {
    let sum = step[own]![column]! * stride;
    for (let j = 0; j < step.length - 2; j++) sum += step[j]![column]! * view.strides[j]!;
    return sum;
  });
  return { offset: 0, strides };
}

function operandView(
  { base, view }: Operand,
  along: Flat,
  batch: Space,
  inner: readonly number[],
  places: Places,
): View {
  const { external, offset } = places.of(base, -1);
  return {
    external,
    offset: offset + view.offset * dtypeBytes[base.dtype],
    dtype: base.dtype,
    strides: [...batch.strides(along), ...inner],
  };
}

/** Whether most of what the epilogue touches lies along the rows of the product: then the transposed product is computed. */
function prefersColumns(views: readonly Flat[], row: number, column: number): boolean {
  let columns = 0;
  for (const { strides } of views) {
    if (strides[column] === 1 && strides[row] !== 1) columns--;
    else if (strides[row] === 1 && strides[column] !== 1) columns++;
  }
  return columns > 0;
}

function emitCall(group: Group, value: Value, places: Places): CallKernel {
  const row = kernels[value.kernelOp];
  const results = row.results.map((_, i): ShapedView | null => {
    const result = value.results[i];
    if (result === undefined) return null;
    const { dtype, shape } = result;
    return { ...places.of(result, -1), dtype, dims: shape, strides: rowMajor(shape) };
  });
  const updated = row.updates ? 1 : 0;
  const read = group.operands.map(({ base, view }, i): ShapedView => {
    const { external, offset } = places.of(base, -1);
    return {
      external,
      offset: offset + view.offset * dtypeBytes[base.dtype],
      dtype: base.dtype,
      dims: value.inputs[updated + i]!.shape,
      strides: view.strides,
    };
  });
  return {
    kind: "call",
    primitive: value.kernelOp,
    operands: updated ? [results[0]!, ...read] : read,
    results,
    attributes: value.attributes,
    scalars: value.inputs.slice(row.operands.length).map((scalar) => places.scalar(scalar)),
  };
}
