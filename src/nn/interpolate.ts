/**
 * Changing the sizes of images and their like. Each size is changed by itself: along a dim every output is a sum of a few inputs, whose places and
 * weights depend on sizes alone.
 */
import { adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d } from "../ops/average-pool.js";
import { fused } from "../ops/fused.js";
import type { ResizedShape } from "../ops/rearranged-types.js";
import { entriesAt, sumAt } from "../ops/taps.js";
import type { NotGiven } from "../ops/windows.js";
import { fromTyped, tensor as tensorOf } from "../tensor/creation/from-data.js";
import { isFloating } from "../tensor/dtype.js";
import { formatShape, sizeOf } from "../tensor/shape.js";
import type { Checked, Ok, Shape } from "../tensor/shape-types.js";
import type { Given } from "../tensor/signature.js";
import type { Tensor } from "../tensor/tensor.js";
import { antialiased, type Taps, taps } from "./resampling.js";
import { takesTensors } from "./function-form.js";

/** How `interpolate` finds values between elements. */
export type InterpolateMode =
  "nearest" | "nearest-exact" | "linear" | "bilinear" | "bicubic" | "trilinear" | "area" | "lanczos";

/** Type of sizes or scales that may be left out. */
export type Resize = number | readonly number[] | null | NotGiven;

/** Options of `interpolate`. */
export interface InterpolateOptions<
  Size = number | readonly number[] | null,
  Scale = number | readonly number[] | null,
> {
  /** Sizes of the output, one for each dim after [N, C] or one for all. */
  readonly size?: Size;
  /** By what the sizes are multiplied, instead of `size`. */
  readonly scaleFactor?: Scale;
  /** "nearest" if not given. */
  readonly mode?: InterpolateMode;
  /** Whether the centers of the corners stay where they are; false if not given. */
  readonly alignCorners?: boolean | null;
  /** Whether the scale is computed anew of the sizes that come out; false if not given. */
  readonly recomputeScaleFactor?: boolean | null;
  /** Whether "bilinear" and "bicubic" average over what they shrink; false if not given. */
  readonly antialias?: boolean;
}

const ORDER: [
  size: "size",
  scaleFactor: "scaleFactor",
  mode: "mode",
  alignCorners: "alignCorners",
  recomputeScaleFactor: "recomputeScaleFactor",
  antialias: "antialias",
] = ["size", "scaleFactor", "mode", "alignCorners", "recomputeScaleFactor", "antialias"];

const ranks: Readonly<Record<InterpolateMode, readonly number[]>> = {
  nearest: [3, 4, 5],
  "nearest-exact": [3, 4, 5],
  area: [3, 4, 5],
  linear: [3],
  bilinear: [4],
  bicubic: [4],
  lanczos: [4],
  trilinear: [5],
};

/**
 * [N, C, ...sizes] → [N, C, ...new sizes]. PyTorch's nn.functional.interpolate.
 * @throws Error when sizes and mode do not fit the input
 */
export const interpolate = takesTensors(
  "interpolate",
  `input | ${ORDER.join(", ")}`,
  (input: Tensor, options: InterpolateOptions): Tensor => {
    const { mode = "nearest", antialias = false } = options;
    check(input, options);
    const alignCorners = options.alignCorners ?? false;
    const spatial = input.shape.slice(2);
    const scales = scalesOf(options, spatial.length);
    const sizes = sizesOf(options, spatial);
    sizes.forEach((size) => {
      if (!Number.isInteger(size) || size < 1)
        throw new RangeError(
          `interpolate: sizes that come out must be whole numbers above 0, got ${formatShape(sizes)}`,
        );
    });
    if (spatial.includes(0) || input.shape[1] === 0)
      throw new Error(`interpolate: expected an input with elements, got ${formatShape(input.shape)}`);
    if (mode === "area") return averaged(input, sizes);
    // A dim that shrinks comes first, and of those that grow the last one, in which an entry is one element.
    const order = spatial.map((_, i) => i).sort((i, j) => growth(i) - growth(j) || j - i);
    function growth(i: number): number {
      return Math.sign(sizes[i]! - spatial[i]!);
    }
    const isDouble = input.dtype === "float64";
    const resized = (x: Tensor): Tensor =>
      order.reduce((y, i) => {
        const [from, to, scale] = [spatial[i]!, sizes[i]!, scales?.[i] ?? null];
        const along = antialias
          ? antialiased(mode, from, to, scale, alignCorners)
          : taps(mode, from, to, scale, alignCorners, isDouble);
        return tapped(y, i + 2, along);
      }, x);
    if (isFloating(input.dtype) || mode.startsWith("nearest")) return fused([input], resized);
    const rounded = resized(input.float()).round();
    return (input.dtype === "uint8" ? rounded.clamp(0, 255) : rounded).to(input.dtype);
  },
) as unknown as <A extends Shape, const Size extends Resize = Resize, const Scale extends Resize = Resize>(
  input: Checked<ResizedShape<A, Size, Scale>, Tensor<A>>,
  ...options: Given<InterpolateOptions<Size, Scale>, typeof ORDER>
) => Tensor<Ok<ResizedShape<A, Size, Scale>>>;

/** Options of `upsampleNearest` and `upsampleBilinear`. */
export interface OldUpsampleOptions {
  size?: InterpolateOptions["size"];
  scaleFactor?: InterpolateOptions["scaleFactor"];
}

function older(name: string, mode: Partial<InterpolateOptions>) {
  return takesTensors<
    (
      input: Tensor,
      ...options: Given<OldUpsampleOptions, [size: "size", scaleFactor: "scaleFactor"]>
    ) => Tensor
  >(name, "input | size, scaleFactor", (input: Tensor, options: OldUpsampleOptions) =>
    interpolate(input, { ...options, ...mode }),
  );
}

/** `interpolate` by the nearest element (`torch.nn.functional.upsample_nearest`). */
export const upsampleNearest = older("upsampleNearest", { mode: "nearest" });
/** `interpolate` of images between elements, corners on corners (`torch.nn.functional.upsample_bilinear`). */
export const upsampleBilinear = older("upsampleBilinear", { mode: "bilinear", alignCorners: true });

function check(
  input: Tensor,
  { size, scaleFactor, mode = "nearest", alignCorners, recomputeScaleFactor, antialias }: InterpolateOptions,
): void {
  if (!Object.hasOwn(ranks, mode))
    throw new TypeError(
      `interpolate: mode is one of ${Object.keys(ranks).join(", ")}, not ${JSON.stringify(mode)}`,
    );
  if (!ranks[mode].includes(input.ndim))
    throw new Error(
      `interpolate: mode "${mode}" takes inputs [N, C, ...] of ${ranks[mode].join(", ")} dimensions, got ${formatShape(input.shape)}`,
    );
  const isSharp = mode === "nearest" || mode === "nearest-exact" || mode === "area";
  if (isSharp && (alignCorners ?? null) !== null)
    throw new Error(
      `interpolate: alignCorners is for linear, bilinear, bicubic and trilinear, not for "${mode}"`,
    );
  if ((size ?? null) === null && (scaleFactor ?? null) === null)
    throw new Error("interpolate: expected size or scaleFactor");
  if ((size ?? null) !== null && (scaleFactor ?? null) !== null)
    throw new Error("interpolate: expected size or scaleFactor, got both");
  if (recomputeScaleFactor === true && (size ?? null) !== null)
    throw new Error(
      "interpolate: with a size there is no scale factor to compute anew; leave recomputeScaleFactor out",
    );
  const mayAverage = mode === "bilinear" || mode === "bicubic" || mode === "lanczos";
  if (antialias === true && !mayAverage)
    throw new Error(`interpolate: antialias is for bilinear, bicubic and lanczos, not for "${mode}"`);
  if (mode === "lanczos" && antialias !== true)
    throw new Error('interpolate: mode "lanczos" needs antialias: true');
}

function perDim(name: string, given: number | readonly number[], count: number): readonly number[] {
  if (typeof given === "number") return Array.from({ length: count }, () => given);
  if (given.length !== count)
    throw new Error(
      `interpolate: expected ${name} of ${count} numbers, one for each dim after [N, C], got ${formatShape(given)}`,
    );
  return given;
}

/** Scales as they are given, which decide where outputs lie unless they are computed anew. */
function scalesOf(options: InterpolateOptions, count: number): readonly number[] | null {
  const { scaleFactor, recomputeScaleFactor } = options;
  if (scaleFactor === null || scaleFactor === undefined || recomputeScaleFactor === true) return null;
  return perDim("scaleFactor", scaleFactor, count);
}

function sizesOf({ size, scaleFactor }: InterpolateOptions, spatial: readonly number[]): readonly number[] {
  if (size !== null && size !== undefined) return perDim("size", size, spatial.length);
  const scales = perDim("scaleFactor", scaleFactor!, spatial.length);
  return spatial.map((n, i) => Math.floor(n * scales[i]!));
}

function averaged(input: Tensor, sizes: readonly number[]): Tensor {
  if (sizes.length === 1) return adaptiveAvgPool1d(input, sizes[0]!);
  return sizes.length === 2
    ? adaptiveAvgPool2d(input, sizes as [number, number])
    : adaptiveAvgPool3d(input, sizes as [number, number, number]);
}

/** Σ_k weights_k · the entries at places_k along `dim`. */
function tapped(x: Tensor, dim: number, { places, weights }: Taps): Tensor {
  if (weights === null) return entriesAt(x, dim, places[0]!);
  const table = [1, places.length, places[0]!.length];
  const flat = new Int32Array(sizeOf(table));
  places.forEach((list, k) => flat.set(list, k * list.length));
  const factors = tensorOf(weights.flat(), { dtype: x.dtype }).reshape(table);
  const { shape } = x;
  const planes = x.reshape([1, sizeOf(shape.slice(0, dim)), shape[dim]!, sizeOf(shape.slice(dim + 1))]);
  return sumAt(planes, fromTyped(flat, "int32", table), factors).reshape(shape.with(dim, table[2]!));
}

/** `interpolate` under its older name. PyTorch's nn.functional.upsample. */
export const upsample = takesTensors<
  (
    input: Tensor,
    ...options: Given<
      InterpolateOptions,
      [size: "size", scaleFactor: "scaleFactor", mode: "mode", alignCorners: "alignCorners"]
    >
  ) => Tensor
>("upsample", "input | size, scaleFactor, mode, alignCorners", (input: Tensor, options: InterpolateOptions) =>
  interpolate(input, options),
);
