/**
 * Picking entries at the positions of several index tensors at once, as `x[i, j]` in PyTorch: the indices broadcast with each other, and
 * entry k of the result stands at (i[k], j[k]). A boolean mask of n dims is n index tensors.
 */
import * as graph from "../graph/record/build.js";
import { broadcast } from "../graph/record/shapes.js";
import { Tensor } from "../tensor/core.js";
import { allDims, checkBroadcast, formatShape, sizeOf } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import { indexTensor, takeAt } from "./indexing.js";
import { permute, reshape } from "./movement.js";

/** What picks along dim `dim`. */
export interface Picks {
  readonly dim: number;
  readonly index: Tensor;
}

/**
 * The positions where a mask that begins at dim `dim` of `shape` is true: one index tensor for each of its dims.
 * @throws Error when its shape is not that of the dims.
 */
export function maskPicks(name: string, mask: Tensor, shape: Shape, dim: number): readonly Tensor[] {
  const sizes = mask._node.shape;
  if (sizes.length === 0) throw new Error(`${name}: a mask needs at least one dim; use maskedSelect()`);
  if (sizes.some((n, i) => n !== shape[dim + i])) {
    throw new Error(
      `${name}: mask ${formatShape(sizes)} does not fit shape ${formatShape(shape)} from dim ${dim} on`,
    );
  }
  const rows = mask.nonzero();
  return sizes.map((_, i) => rows.select(1, i));
}

/** The entries at the given positions. Their shape takes the dims' place where these are neighbours, and comes first where not. */
export function pick(name: string, x: Tensor, picks: readonly Picks[]): Tensor {
  const single = picks.find(({ index }) => index.ndim === 0);
  if (single !== undefined) {
    // One position picks like a number: its dim goes away first.
    const y = takeAt(x, single.dim, indexTensor(name, single.index, x.shape[single.dim]!));
    const others = picks.filter((each) => each !== single);
    const moved = others.map(({ dim, index }) => ({ dim: dim > single.dim ? dim - 1 : dim, index }));
    return moved.length === 0 ? y : pick(name, y, moved);
  }
  const shape = x._node.shape;
  const dims = picks.map(({ dim }) => dim);
  const indices = picks.map(({ dim, index }) => indexTensor(name, index, shape[dim]!));
  if (picks.length === 1) return takeAt(x, dims[0]!, indices[0]!);
  let common: Shape = [];
  for (const index of indices) {
    checkBroadcast(`${name}: index tensors`, common, index._node.shape);
    common = broadcast(common, index._node.shape);
  }
  const rest = allDims(shape.length).filter((d) => !dims.includes(d));
  const sizes = dims.map((d) => shape[d]!);
  const rows = reshape(permute(x, [...dims, ...rest]), [sizeOf(sizes), ...rest.map((d) => shape[d]!)]);
  const picked = takeAt(rows, 0, rowNumbers(indices, sizes, common));
  const first = dims[0]!;
  if (!dims.every((d, i) => d === first + i)) return picked;
  const lead = allDims(common.length);
  const behind = rest.map((_, i) => common.length + i);
  return permute(picked, [...behind.slice(0, first), ...lead, ...behind.slice(first)]);
}

/** The number of the row at (i, j, …) when dims of these sizes are one. */
function rowNumbers(indices: readonly Tensor[], sizes: Shape, shape: Shape): Tensor {
  const whole = (value: number) => graph.scalar(value, "int32");
  let number = graph.expand(whole(0), shape);
  indices.forEach((index, i) => {
    const node = index.node;
    const fromFront = graph.select(
      graph.binary("lt", node, whole(0)),
      graph.binary("add", node, whole(sizes[i]!)),
      node,
    );
    number = graph.binary("add", graph.binary("mul", number, whole(sizes[i]!)), fromFront);
  });
  return new Tensor(number);
}
