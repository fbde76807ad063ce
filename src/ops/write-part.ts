/**
 * Copies in which a part has other values, as functions of both: what a change of a view would do, without changing anything. Views by strides.
 */
import { geometryOf, stateOf } from "../tensor/alias.js";
import type { Tensor } from "../tensor/core.js";
import { type Geometry, isContiguous, selected, sliced, wholeOf } from "../tensor/geometry.js";
import { operation } from "../tensor/operation.js";
import { checkList, checkShape, formatShape, normalizeDim, sameShape, sizeOf } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import { normalizeIndex } from "./movement.js";
import { checkTensor } from "./operand.js";
import { rangeOf } from "./part.js";
import { read, viewed, written } from "./region.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** A copy in which entry `index` of a dim is `src` (`torch.select_scatter`). @throws Error for a source of another shape */
    selectScatter(src: Tensor, dim: number, index: number): Tensor<S>;
    /** A copy in which the entries start, start + step … before end of a dim are those of `src` (`torch.slice_scatter`). */
    sliceScatter(
      src: Tensor,
      dim?: number | { dim?: number; start?: number; end?: number; step?: number },
      start?: number | null,
      end?: number | null,
      step?: number,
    ): Tensor<S>;
    /**
     * A view of `size` whose element [i, j, …] is element storageOffset + i · stride[0] + j · stride[1] + … of the base in row-major order
     * (`torch.as_strided`); the offset is that of this view unless given. @throws Error for what lies outside of the base
     */
    asStrided(
      size: Shape,
      stride: readonly number[],
      storageOffset?: number | { storageOffset?: number },
    ): Tensor;
    /** A copy in which the elements that `asStrided` shows are those of `src` (`torch.as_strided_scatter`). */
    asStridedScatter(
      src: Tensor,
      size: Shape,
      stride: readonly number[],
      storageOffset?: number | { storageOffset?: number },
    ): Tensor<S>;
  }
}

function writtenPart(name: string, x: Tensor, part: Geometry, src: Tensor): Tensor {
  checkTensor(name, src);
  if (!sameShape(part.shape, src.shape)) {
    throw new Error(
      `${name}: expected a source of shape ${formatShape(part.shape)}, got ${formatShape(src.shape)}`,
    );
  }
  return written(x, part, src.to(x.dtype));
}

operation("selectScatter", "src, dim, index |", (x: Tensor, src: Tensor, dim: number, index: number) => {
  if (x.ndim === 0) throw new RangeError("selectScatter: a 0-dimensional tensor has no entries");
  const d = normalizeDim("selectScatter", dim, x.ndim);
  const i = normalizeIndex("selectScatter", index, d, x._node.shape);
  return writtenPart("selectScatter", x, selected(wholeOf(x._node.shape), d, i), src);
});

operation(
  "sliceScatter",
  "src | dim, start, end, step",
  (
    x: Tensor,
    src: Tensor,
    { dim = 0, start, end, step }: { dim?: number; start?: number; end?: number; step?: number } = {},
  ) => {
    if (x.ndim === 0) throw new RangeError("sliceScatter: a 0-dimensional tensor has no entries");
    const { shape } = x._node;
    const d = normalizeDim("sliceScatter", dim, x.ndim);
    if (step !== undefined && !(step > 0))
      throw new RangeError(`sliceScatter: expected a step ≥ 1, got ${step}`);
    const range = rangeOf("sliceScatter", start, end, step, shape[d]!);
    const at = (value: number, otherwise: readonly number[]): number[] => otherwise.with(d, value);
    const none = shape.map(() => 0);
    const ones = shape.map(() => 1);
    const part = sliced(
      wholeOf(shape),
      at(range.size === 0 ? 0 : range.start, none),
      at(range.size, shape),
      at(range.step, ones),
    );
    return writtenPart("sliceScatter", x, part, src);
  },
);

/** @throws Error for what is no geometry, or lies outside of so many elements */
function checkedGeometry(
  name: string,
  size: Shape,
  strides: readonly number[],
  offset: number,
  elements: number,
): Geometry {
  checkShape(name, size);
  checkList(name, "strides", strides);
  if (strides.length !== size.length)
    throw new Error(
      `${name}: expected ${size.length} strides for size ${formatShape(size)}, got ${strides.length}`,
    );
  if (
    strides.some((stride) => !Number.isInteger(stride) || stride < 0) ||
    !Number.isInteger(offset) ||
    offset < 0
  )
    throw new RangeError(
      `${name}: expected whole strides and an offset ≥ 0, got [${strides.join(", ")}] and ${offset}`,
    );
  const last = size.reduce((sum, n, d) => sum + (n - 1) * strides[d]!, offset);
  if (sizeOf(size) > 0 && last >= elements) {
    throw new RangeError(
      `${name}: size ${formatShape(size)} with strides [${strides.join(", ")}] from ${offset} on reaches element ${last} of ${elements}`,
    );
  }
  return { shape: size.slice(), strides: strides.slice(), offset };
}

const STRIDED = "size, stride | storageOffset";

operation(
  "asStrided",
  STRIDED,
  (x: Tensor, size: Shape, stride: readonly number[], { storageOffset }: { storageOffset?: number } = {}) => {
    const own = geometryOf(x);
    const base = x._now()._alias?.base ?? null;
    const elements = x._alias === null ? x.numel() : x._alias.cell.value.size;
    const geometry = checkedGeometry("asStrided", size, stride, storageOffset ?? own.offset, elements);
    // Where all of it lies in this tensor, gradients go to it; else to its base.
    const inside = { ...geometry, offset: geometry.offset - own.offset };
    const last = size.reduce((sum, n, d) => sum + (n - 1) * stride[d]!, inside.offset);
    if (isContiguous(own) && inside.offset >= 0 && last < x.numel())
      return viewed(x, read(x, inside), geometry);
    if (base === null || base === x)
      throw new Error("asStrided: this view was made within noGrad and does not know its base; use its base");
    return viewed(base, read(stateOf(base), geometry), geometry);
  },
);

declare module "../tensor/core.js" {
  interface Tensor {
    /**
     * Makes the elements whose positions are equal in all dims `fillValue`; with `wrap` the diagonal of a tall matrix begins anew below a
     * row that it leaves out (`torch.Tensor.fill_diagonal_`). @throws Error for less than 2 dims, and more than 2 of different sizes
     */
    fillDiagonal_(fillValue: number, wrap?: boolean | { wrap?: boolean }): this;
  }
}

operation("fillDiagonal_", "fillValue, wrap |", (x: Tensor, fillValue: number, wrap = false) => {
  const { shape, ndim } = x;
  if (ndim < 2) throw new Error(`fillDiagonal_: expected at least 2 dims, got ${formatShape(shape)}`);
  if (ndim > 2 && shape.some((n) => n !== shape[0]))
    throw new Error(
      `fillDiagonal_: expected equal sizes of more than 2 dims, got ${formatShape(shape)}; use x.diagonal().fill_(${fillValue})`,
    );
  const { strides, offset } = geometryOf(x);
  const step = strides.reduce((a, b) => a + b, 0);
  const size = Math.min(...shape);
  x.asStrided([size], [step]).fill_(fillValue);
  const [height, width] = shape as [number, number];
  if (wrap && ndim === 2 && height > width + 1) {
    const rest = Math.ceil((height * width) / (width + 1)) - size;
    x.asStrided([rest], [step], offset + strides[0]! * (width + 1)).fill_(fillValue);
  }
  return x;
});

operation(
  "asStridedScatter",
  "src, size, stride | storageOffset",
  (
    x: Tensor,
    src: Tensor,
    size: Shape,
    stride: readonly number[],
    { storageOffset = 0 }: { storageOffset?: number } = {},
  ) =>
    writtenPart(
      "asStridedScatter",
      x,
      checkedGeometry("asStridedScatter", size, stride, storageOffset, x.numel()),
      src,
    ),
);
