/** Images seen through a grid of places, and the grids of affine maps: spatial transformers. */
import { fused } from "../ops/fused.js";
import { stack } from "../ops/join.js";
import { where } from "../ops/select.js";
import { sumAt } from "../ops/taps.js";
import { ones } from "../tensor/creation/constant.js";
import { arange, linspace } from "../tensor/creation/range.js";
import { formatShape } from "../tensor/shape.js";
import type { Given } from "../tensor/signature.js";
import type { Tensor } from "../tensor/tensor.js";
import { takesTensors } from "./function-form.js";

/** Options of `gridSample`. */
export interface GridSampleOptions {
  /** How values between elements are found; "bilinear" (trilinear for volumes) if not given. */
  readonly mode?: "bilinear" | "nearest" | "bicubic";
  /** What lies outside: zeros (the default), the nearest border, or the image mirrored. */
  readonly paddingMode?: "zeros" | "border" | "reflection";
  /** Whether -1 and 1 are the centers of the corners instead of their outer edges; false if not given. */
  readonly alignCorners?: boolean | null;
}

interface Space {
  readonly size: number;
  readonly paddingMode: "zeros" | "border" | "reflection";
  readonly alignCorners: boolean;
}

/** -1 … 1 as a place 0 … size - 1. */
function placeOf(x: Tensor, { size, alignCorners }: Space): Tensor {
  return alignCorners ? x.add(1).mul((size - 1) / 2) : x.add(1).mul(size).sub(1).div(2);
}

/** Places outside brought inside, as the padding mode says. Outermost places have no slope, as in PyTorch. */
function padded(x: Tensor, space: Space): Tensor {
  const { size, paddingMode, alignCorners } = space;
  if (paddingMode === "zeros") return x;
  const inside = (place: Tensor): Tensor =>
    where(place.gt(0).logicalAnd(place.lt(size - 1)), place, place.detach().clamp(0, size - 1));
  if (paddingMode === "border") return inside(x);
  const low = alignCorners ? 0 : -0.5;
  const span = alignCorners ? size - 1 : size;
  if (span === 0) return x.mul(0);
  const distance = where(x.lt(low), x.neg().add(low), x.sub(low));
  const flips = distance.detach().div(span).floor();
  const rest = distance.sub(flips.mul(span));
  const isEven = flips.sub(flips.div(2).floor().mul(2)).eq(0);
  return inside(where(isEven, rest.add(low), rest.neg().add(span + low)));
}

/**
 * The image [N, C, H, W] (or volume [N, C, D, H, W]) at the places of a grid [N, H', W', 2] of (x, y) (or [N, D', H', W', 3] of (x, y, z)), where -1
 * and 1 are its edges → [N, C, H', W'] (or [N, C, D', H', W']). PyTorch's nn.functional.grid_sample (Jaderberg et al. 2015).
 * @throws Error when shapes and modes do not fit
 */
export const gridSample = takesTensors<
  (
    input: Tensor,
    grid: Tensor,
    ...options: Given<
      GridSampleOptions,
      [mode: "mode", paddingMode: "paddingMode", alignCorners: "alignCorners"]
    >
  ) => Tensor
>(
  "gridSample",
  "input, grid | mode, paddingMode, alignCorners",
  (input: Tensor, grid: Tensor, options: GridSampleOptions): Tensor => {
    const { mode = "bilinear", paddingMode = "zeros" } = options;
    const alignCorners = options.alignCorners ?? false;
    check(input, grid, mode, paddingMode);
    const sizes = input.shape.slice(2);
    const [count = 0, channels = 0] = input.shape;
    const out = grid.shape.slice(1, -1);
    const places = out.reduce((product, size) => product * size, 1);
    const spaces = sizes.map((size): Space => ({ size, paddingMode, alignCorners }));
    return fused([input, grid], (image, given) => {
      const flat = image.reshape([count, channels, sizes.reduce((product, size) => product * size, 1), 1]);
      const list = given.reshape([count, places, sizes.length]);
      // The grid says x first, which is the last dim.
      const at = spaces.map((space, dim) => placeOf(list.select(2, sizes.length - 1 - dim), space));
      const beside = [count, ...sizes.map(() => 1), places];
      const lines = at.map((x, dim) => lineOf(mode, x.reshape(beside), spaces[dim]!, dim + 1));
      const { index, weight } = together(lines, sizes);
      const table = [count, index.numel() / (count * places), places];
      return sumAt(flat, index.reshape(table), weight.reshape(table)).reshape([count, channels, ...out]);
    });
  },
);

function check(input: Tensor, grid: Tensor, mode: string, paddingMode: string): void {
  if (mode !== "bilinear" && mode !== "nearest" && mode !== "bicubic")
    throw new TypeError(
      `gridSample: mode is "bilinear", "nearest" or "bicubic", not ${JSON.stringify(mode)}`,
    );
  if (paddingMode !== "zeros" && paddingMode !== "border" && paddingMode !== "reflection")
    throw new TypeError(
      `gridSample: paddingMode is "zeros", "border" or "reflection", not ${JSON.stringify(paddingMode)}`,
    );
  const rank = input.ndim;
  if (
    (rank !== 4 && rank !== 5) ||
    grid.ndim !== rank ||
    grid.shape[0] !== input.shape[0] ||
    grid.shape.at(-1) !== rank - 2
  )
    throw new Error(
      `gridSample: expected input [N, C, H, W] and grid [N, H', W', 2], or [N, C, D, H, W] and [N, D', H', W', 3], got ${formatShape(input.shape)} and ${formatShape(grid.shape)}`,
    );
  if (mode === "bicubic" && rank === 5)
    throw new Error('gridSample: mode "bicubic" is for images [N, C, H, W] only');
  if (input.shape.slice(2).includes(0))
    throw new Error(`gridSample: expected an input with elements, got ${formatShape(input.shape)}`);
}

/** Along one dim the elements around places, which stand beside each other in a dim of their own, and their weights. */
interface Line {
  /** int32; −1 where there is none. */
  readonly index: Tensor;
  readonly weight: Tensor;
}

/** The elements around places x [N, 1, …, Q], in dim `dim`: the nearest one, the two between which a place lies, or the four around it. */
function lineOf(mode: string, x: Tensor, space: Space, dim: number): Line {
  if (mode === "nearest") {
    const index = inside(padded(x, space).detach().round(), space);
    return { index, weight: ones(x.shape, { dtype: x.dtype }) };
  }
  const taps = mode === "bicubic" ? 4 : 2;
  const step = arange(taps, { dtype: x.dtype }).reshape(x.shape.map((_, d) => (d === dim ? taps : 1)));
  if (mode === "bicubic") {
    // The padding mode is asked for each element.
    const floor = x.detach().floor();
    const index = inside(padded(floor.add(step.sub(1)), space).detach(), space);
    return { index, weight: cubicWeight(x.sub(floor).add(1).sub(step)) };
  }
  const at = padded(x, space);
  const floor = at.detach().floor();
  // 1 − t of the lower one, t of the upper one, at a place t behind the lower.
  const weight = at.sub(floor).mul(step.mul(2).sub(1)).add(step.neg().add(1));
  return { index: inside(floor.add(step), space), weight };
}

/** Whole places as positions, −1 for those outside. */
function inside(place: Tensor, { size }: Space): Tensor {
  return where(place.ge(0).logicalAnd(place.le(size - 1)), place, -1).to("int32");
}

/** Keys' weight of an element at a distance from a place. */
function cubicWeight(difference: Tensor): Tensor {
  const a = -0.75;
  const x = difference.abs();
  const near = x
    .mul(a + 2)
    .sub(a + 3)
    .mul(x)
    .mul(x)
    .add(1);
  const far = x
    .mul(a)
    .sub(5 * a)
    .mul(x)
    .add(8 * a)
    .mul(x)
    .sub(4 * a);
  return where(x.le(1), near, far);
}

/** Elements around places in all dims: where they lie in the image, and their weights, which are products. */
function together(lines: readonly Line[], sizes: readonly number[]): Line {
  return lines.reduce((all, line, dim) => {
    const isOutside = all.index.lt(0).logicalOr(line.index.lt(0));
    const index = where(isOutside, -1, all.index.mul(sizes[dim]!).add(line.index));
    return { index, weight: all.weight.mul(line.weight) };
  });
}

/**
 * The grid [N, H, W, 2] (or [N, D, H, W, 3]) that `gridSample` takes, of affine maps theta [N, 2, 3] (or [N, 3, 4]) and an output of size [N, C, H, W]
 * (or [N, C, D, H, W]). PyTorch's nn.functional.affine_grid.
 * @throws Error when shapes do not fit
 */
export const affineGrid = takesTensors<
  (
    theta: Tensor,
    size: readonly number[],
    ...options: Given<{ alignCorners?: boolean | null }, [alignCorners: "alignCorners"]>
  ) => Tensor
>(
  "affineGrid",
  "theta, size | alignCorners",
  (theta: Tensor, size: readonly number[], { alignCorners }: { alignCorners?: boolean }): Tensor => {
    const spatial = size.slice(2);
    const dims = spatial.length;
    if (
      (dims !== 2 && dims !== 3) ||
      theta.ndim !== 3 ||
      theta.shape[0] !== size[0] ||
      theta.shape[1] !== dims ||
      theta.shape[2] !== dims + 1
    )
      throw new Error(
        `affineGrid: expected theta [N, 2, 3] and size [N, C, H, W], or [N, 3, 4] and [N, C, D, H, W], got ${formatShape(theta.shape)} and ${formatShape(size)}`,
      );
    if (size.some((n) => !Number.isInteger(n) || n < 1))
      throw new RangeError(`affineGrid: sizes must be whole numbers above 0, got ${formatShape(size)}`);
    const { dtype } = theta;
    const total = spatial.reduce((product, n) => product * n, 1);
    const axes = spatial.map((n, dim) => {
      const line = n === 1 ? linspace(0, 0, 1, { dtype }) : linspace(-1, 1, n, { dtype });
      const centers = alignCorners === true ? line : line.mul((n - 1) / n);
      return centers
        .reshape(spatial.map((_, d) => (d === dim ? n : 1)))
        .expand(spatial)
        .reshape([total]);
    });
    const base = stack([...axes.reverse(), ones([total], { dtype })], 1);
    return base.matmul(theta.transpose(1, 2)).reshape([size[0]!, ...spatial, dims]);
  },
);
