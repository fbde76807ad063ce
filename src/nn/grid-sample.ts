/** Images seen through a grid of places, and the grids of affine maps: spatial transformers. */
import { fused } from "../ops/fused.js";
import { stack } from "../ops/join.js";
import { where } from "../ops/select.js";
import { ones } from "../tensor/creation/constant.js";
import { linspace } from "../tensor/creation/range.js";
import { formatShape } from "../tensor/shape.js";
import { type Given, takes } from "../tensor/signature.js";
import type { Tensor } from "../tensor/tensor.js";

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

/** Elements of the image [N, C, P] at places [N, Q] along each dim, and 0 where one lies outside. */
function look(flat: Tensor, places: readonly Tensor[], sizes: readonly number[]): Tensor {
  const [count = 0, channels = 0] = flat.shape;
  let isInside: Tensor | null = null;
  let index: Tensor | null = null;
  places.forEach((place, dim) => {
    const size = sizes[dim]!;
    const within = place.ge(0).logicalAnd(place.le(size - 1));
    const whole = where(within, place, 0).to("int32");
    isInside = isInside === null ? within : (isInside as Tensor).logicalAnd(within);
    index = index === null ? whole : (index as Tensor).mul(size).add(whole);
  });
  const at: Tensor = index!;
  const where1 = at.unsqueeze(1).expand([count, channels, at.shape[1]!]);
  return where((isInside as unknown as Tensor).unsqueeze(1), flat.gather(2, where1), 0);
}

/**
 * The image [N, C, H, W] (or volume [N, C, D, H, W]) at the places of a grid [N, H', W', 2] of (x, y) (or [N, D', H', W', 3] of (x, y, z)), where -1
 * and 1 are its edges → [N, C, H', W'] (or [N, C, D', H', W']). PyTorch's nn.functional.grid_sample (Jaderberg et al. 2015).
 * @throws Error when shapes and modes do not fit
 */
export const gridSample = takes<
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
      const flat = image.reshape([count, channels, sizes.reduce((product, size) => product * size, 1)]);
      const list = given.reshape([count, places, sizes.length]);
      // The grid says x first, which is the last dim.
      const at = spaces.map((space, dim) => placeOf(list.select(2, sizes.length - 1 - dim), space));
      const result =
        mode === "bicubic"
          ? cubic(flat, at, spaces)
          : corners(
              flat,
              at.map((x, dim) => padded(x, spaces[dim]!)),
              sizes,
              mode,
            );
      return result.reshape([count, channels, ...out]);
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

/** The nearest element, or the mean of the 4 (8) around a place, weighted by nearness. */
function corners(flat: Tensor, at: readonly Tensor[], sizes: readonly number[], mode: string): Tensor {
  if (mode === "nearest")
    return look(
      flat,
      at.map((x) => x.detach().round()),
      sizes,
    );
  const floors = at.map((x) => x.detach().floor());
  const rests = at.map((x, dim) => x.sub(floors[dim]!));
  let sum: Tensor | null = null;
  for (let corner = 0; corner < 2 ** at.length; corner++) {
    const isUpper = at.map((_, dim) => ((corner >> dim) & 1) === 1);
    const weight = rests
      .map((rest, dim) => (isUpper[dim]! ? rest : rest.neg().add(1)))
      .reduce((a, b) => a.mul(b));
    const value = look(
      flat,
      floors.map((x, dim) => (isUpper[dim]! ? x.add(1) : x)),
      sizes,
    );
    const part = value.mul(weight.unsqueeze(1));
    sum = sum === null ? part : (sum as Tensor).add(part);
  }
  return sum!;
}

/** Keys' weights of the four elements around a place, t behind the second. */
function cubicWeights(t: Tensor): Tensor[] {
  const a = -0.75;
  const near = (x: Tensor): Tensor =>
    x
      .mul(a + 2)
      .sub(a + 3)
      .mul(x)
      .mul(x)
      .add(1);
  const far = (x: Tensor): Tensor =>
    x
      .mul(a)
      .sub(5 * a)
      .mul(x)
      .add(8 * a)
      .mul(x)
      .sub(4 * a);
  return [far(t.add(1)), near(t), near(t.neg().add(1)), far(t.neg().add(2))];
}

/** The 16 elements around a place; the padding mode is asked for each of them. */
function cubic(flat: Tensor, at: readonly Tensor[], spaces: readonly Space[]): Tensor {
  const floors = at.map((x) => x.detach().floor());
  const weights = at.map((x, dim) => cubicWeights(x.sub(floors[dim]!)));
  const sizes = spaces.map((space) => space.size);
  let sum: Tensor | null = null;
  for (let i = 0; i < 4; i++)
    for (let j = 0; j < 4; j++) {
      const value = look(
        flat,
        [i, j].map((k, dim) => padded(floors[dim]!.add(k - 1), spaces[dim]!)),
        sizes,
      );
      const part = value.mul(weights[0]![i]!.mul(weights[1]![j]!).unsqueeze(1));
      sum = sum === null ? part : (sum as Tensor).add(part);
    }
  return sum!;
}

/**
 * The grid [N, H, W, 2] (or [N, D, H, W, 3]) that `gridSample` takes, of affine maps theta [N, 2, 3] (or [N, 3, 4]) and an output of size [N, C, H, W]
 * (or [N, C, D, H, W]). PyTorch's nn.functional.affine_grid.
 * @throws Error when shapes do not fit
 */
export const affineGrid = takes<
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
