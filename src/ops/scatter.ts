/**
 * Adding and putting values at positions: scatterAdd and scatter.
 */
import type { Tensor } from "../tensor/core.js";
import { zeros } from "../tensor/creation/constant.js";
import { fromTyped } from "../tensor/creation/from-data.js";
import { operation } from "../tensor/operation.js";
import { readNumbers } from "../tensor/reading.js";
import { formatShape, normalizeDim, sameShape, sizeOf } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import { inPlace } from "./change.js";
import { ne } from "./compare.js";
import { addAt, checkIndexShape, indexTensor, reach, takeAt, zerosOf } from "./indexing.js";
import { broadcastTo, reshape } from "./movement.js";
import { checkTensor, constant } from "./operand.js";
import { where } from "./select.js";

/** The checks of what is put or added at positions; gives the dim from the front and the index. */
function checkedScatter(
  name: string,
  x: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
): { d: number; i: Tensor } {
  checkTensor(name, index);
  checkTensor(name, source);
  const d = normalizeDim(name, dim, x.ndim);
  const i = indexTensor(name, index, x.shape[d]);
  checkIndexShape(name, x.shape, d, i);
  if (source.dtype !== x.dtype)
    throw new TypeError(`${name}: expected a source of ${x.dtype}, got ${source.dtype}`);
  if (source.ndim !== i.ndim || i.shape.some((n, k) => n > source.shape[k]!)) {
    throw new Error(
      `${name}: source ${formatShape(source.shape)} is smaller than index ${formatShape(i.shape)}`,
    );
  }
  return { d, i };
}

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** A copy in which source[i][j] was added at [index[i][j]][j] for dim 0, and likewise for others (`torch.scatter_add`). */
    scatterAdd(dim: number, index: Tensor, source: Tensor): Tensor<S>;
    /** Adds source[i][j] at [index[i][j]][j] for dim 0, and likewise for others. */
    scatterAdd_(dim: number, index: Tensor, source: Tensor): this;
  }
}

export const scatterAdd = operation("scatterAdd", (x, dim, index, source) =>
  checkedScatterAdd("scatterAdd", x, dim, index, source),
);
inPlace("scatterAdd_", scatterAdd);

function checkedScatterAdd(name: string, x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  if (x.ndim === 0) {
    const [i, s] = [reshape(index, [index.numel()]), reshape(source, [source.numel()])];
    return reshape(checkedScatterAdd(name, reshape(x, [1]), dim, i, s), []);
  }
  const { d, i } = checkedScatter(name, x, dim, index, source);
  const part = reach(source, -1, i.shape);
  const base = reach(x, d, i.shape);
  if (sameShape(base.shape, x.shape)) return addAt(x, d, i, part);
  // Rows beyond the index stay: add into zeros of the reached part, pad to the whole, and add.
  const added = addAt(zerosOf(base), d, i, part);
  const padding = x.shape.flatMap((n, k) => [0, n - base.shape[k]!]);
  const pairs: number[] = [];
  for (let k = x.ndim - 1; k >= 0; k--) pairs.push(padding[2 * k]!, padding[2 * k + 1]!);
  return x.add(added.pad(pairs));
}

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /**
     * A copy in which source[i][j], or a number, was put at [index[i][j]][j] for dim 0, and likewise for others (`torch.scatter`). Of several
     * sources for one place the last one wins, and it alone gets the gradient; PyTorch promises neither. With a tensor as source reads the index.
     */
    scatter(dim: number, index: Tensor, source: Tensor | number): Tensor<S>;
    /** Puts source[i][j], or a number, at [index[i][j]][j] for dim 0, and likewise for others. */
    scatter_(dim: number, index: Tensor, source: Tensor | number): this;
  }
}

/** Where each source is put, the last of those with one target winning; reads the index. */
interface Landing {
  /** Whether anything is put at an element of the base. */
  readonly hit: Uint8Array;
  /** The position in the source of what is put there, 0 where nothing is. */
  readonly from: Int32Array;
}

function landing(shape: Shape, dim: number, index: Tensor, source: Shape): Landing {
  const size = sizeOf(shape);
  const hit = new Uint8Array(size);
  const from = new Int32Array(size);
  const sizes = index._node.shape;
  const at = new Array<number>(sizes.length).fill(0);
  for (const position of readNumbers(index, "scatter")) {
    let to = 0;
    let out = 0;
    for (let d = 0; d < sizes.length; d++) {
      const n = shape[d]!;
      to = to * n + (d !== dim ? at[d]! : position < 0 ? position + n : position);
      out = out * source[d]! + at[d]!;
    }
    hit[to] = 1;
    from[to] = out;
    for (let d = sizes.length - 1; d >= 0 && ++at[d]! === sizes[d]; d--) at[d] = 0;
  }
  return { hit, from };
}

export const scatter = operation("scatter", (x, dim, index, source): Tensor => {
  checkTensor("scatter", index);
  if (x.ndim === 0) {
    const value = typeof source === "number" ? source : reshape(source, [source.numel()]);
    return reshape(scatter(reshape(x, [1]), dim, reshape(index, [index.numel()]), value), []);
  }
  if (typeof source === "number") {
    const one = broadcastTo("scatter", constant(1, "int32"), index.shape);
    const hits = checkedScatterAdd("scatter", zeros(x.shape, { dtype: "int32" }), dim, index, one);
    return where(ne(hits, 0), constant(source, x.dtype), x);
  }
  const { d, i } = checkedScatter("scatter", x, dim, index, source);
  if (i.numel() === 0) return x.clone();
  const { hit, from } = landing(x.shape, d, i, source.shape);
  const put = takeAt(reshape(source, [source.numel()]), 0, fromTyped(from, "int32", x.shape));
  return where(fromTyped(hit, "bool", x.shape), put, x);
});
inPlace("scatter_", scatter);
