/** Shapes of what cuts, pads, halves and resizes, as types; a sentence where sizes do not fit. */
import type { Digits, Product, ProductOf, Share, Sum, Value } from "../tensor/arithmetic-types.js";
import type { Dim, Fits, Known, Shape, ShapeText } from "../tensor/shape-types.js";
import type { At, Or, Windows } from "./window-types.js";

type Times<M, N> = Value<Product<Digits<M>, Digits<N>>>;

/** [N, C, H, W] or [C, H, W] as columns [N, C · kH · kW, patches]. */
export type UnfoldShape<A extends Shape, K, D, P, S> = A extends readonly [
  ...infer Batch extends Shape,
  infer C,
  infer H,
  infer W,
]
  ? Windows<[H, W], K, Or<S, 1>, Or<P, 0>, Or<D, 1>> extends infer Sizes
    ? Sizes extends Shape
      ? [...Batch, Value<ProductOf<[C, At<K, 0>, At<K, 1>]>>, Value<ProductOf<Sizes>>]
      : `unfold: input ${ShapeText<A>}: ${Sizes & string}`
    : never
  : number extends A["length"]
    ? Shape
    : `unfold: input ${ShapeText<A>} must be [N, C, H, W] or [C, H, W]`;

/** Columns [N, C · kH · kW, patches] as images [N, C, H, W] of `O`. */
export type FoldShape<A extends Shape, O, K, D, P, S> = A extends readonly [
  ...infer Batch extends Shape,
  infer Rows,
  infer Columns extends number,
]
  ? Windows<[At<O, 0>, At<O, 1>], K, Or<S, 1>, Or<P, 0>, Or<D, 1>> extends infer Sizes
    ? Sizes extends Shape
      ? Fits<Columns, Value<ProductOf<Sizes>>> extends true
        ? Share<Rows, Times<At<K, 0>, At<K, 1>>> extends infer C extends number
          ? [...Batch, C, At<O, 0>, At<O, 1>]
          : `fold: input ${ShapeText<A>}: ${Rows & number} rows are no multiple of the elements of a patch`
        : `fold: input ${ShapeText<A>} has ${Columns} columns, an image has ${Value<ProductOf<Sizes>>} patches`
      : `fold: input ${ShapeText<A>}: ${Sizes & string}`
    : never
  : number extends A["length"]
    ? Shape
    : `fold: input ${ShapeText<A>} must be [N, C · kH · kW, L] or [C · kH · kW, L]`;

/** [*, C · r², H, W] as [*, C, H · r, W · r]. */
export type ShuffledShape<A extends Shape, R> = A extends readonly [
  ...infer Front extends Shape,
  infer C extends number,
  infer H,
  infer W,
]
  ? Share<C, Times<R, R>> extends infer Out extends number
    ? [...Front, Out, Times<H, R>, Times<W, R>]
    : `pixelShuffle: input ${ShapeText<A>} has ${C} channels, no multiple of ${Times<R, R>}`
  : number extends A["length"]
    ? Shape
    : `pixelShuffle: input ${ShapeText<A>} must be [*, C, H, W]`;

/** [*, C, H · r, W · r] as [*, C · r², H, W]. */
export type UnshuffledShape<A extends Shape, R> = A extends readonly [
  ...infer Front extends Shape,
  infer C,
  infer H,
  infer W,
]
  ? Share<H, R> extends infer HR extends number
    ? Share<W, R> extends infer WR extends number
      ? [...Front, Times<C, Times<R, R>>, HR, WR]
      : `pixelUnshuffle: input ${ShapeText<A>}: the width is no multiple of ${R & number}`
    : `pixelUnshuffle: input ${ShapeText<A>}: the height is no multiple of ${R & number}`
  : number extends A["length"]
    ? Shape
    : `pixelUnshuffle: input ${ShapeText<A>} must be [*, C, H, W]`;

/** Dim `D` halved. */
export type HalvedShape<A extends Shape, D extends number> = D extends -1
  ? A extends readonly [...infer Front extends Shape, infer Last extends number]
    ? Share<Last, 2> extends infer N extends number
      ? [...Front, N]
      : `glu: size ${Last} of the last dim of ${ShapeText<A>} is odd; it must be halved`
    : Shape
  : Known<A> extends true
    ? number extends Dim<A, D>
      ? Shape
      : Halved<A, Dim<A, D>, D>
    : Shape;

type Halved<A extends Shape, At extends number, D extends number> =
  Share<A[At], 2> extends infer N extends number
    ? { -readonly [I in keyof A]: I extends `${At}` ? N : A[I] }
    : `glu: size ${A[At]} of dim ${D} of ${ShapeText<A>} is odd; it must be halved`;

/** The last `Dims` dims longer by `P`: a number for all sides, or [left, right, top, bottom, …]. */
export type PaddedShape<
  A extends Shape,
  Dims extends 1 | 2 | 3,
  P,
  Done extends 0[] = [],
> = Done["length"] extends Dims
  ? A
  : A extends readonly [...infer Front extends Shape, infer N]
    ? PaddedShape<Front, Dims, P, [...Done, 0]> extends infer F
      ? F extends Shape
        ? [...F, Value<Sum<Digits<N>, Sum<Digits<Side<P, Done, 0>>, Digits<Side<P, Done, 1>>>>>]
        : F
      : never
    : number extends A["length"]
      ? Shape
      : `padding: input has fewer than ${Dims} dims`;

type Side<P, Done extends 0[], Second extends 0 | 1> = 0 extends 1 & P
  ? number
  : P extends number
    ? P
    : P extends readonly unknown[]
      ? P[Second extends 0 ? [...Done, ...Done]["length"] & number : [...Done, ...Done, 0]["length"] & number]
      : number;

/** [N, C, ...] with `Size` for the dims of space, or `Scale` times as long. */
export type ResizedShape<A extends Shape, Size, Scale> =
  Known<A> extends true
    ? A extends readonly [infer N extends number, infer C extends number, ...infer Space extends Shape]
      ? [Or<Size, null>] extends [null]
        ? [Or<Scale, null>] extends [null]
          ? [N, C, ...{ [I in keyof Space]: number }]
          : [N, C, ...Scaled<Space, Or<Scale, null>>]
        : [N, C, ...Sized<Space, Or<Size, null>>]
      : `interpolate: input ${ShapeText<A>} must be [N, C, ...]`
    : Shape;

type Sized<Space extends Shape, Size> = {
  [I in keyof Space]: Size extends number ? Size : I extends keyof Size ? Size[I] & number : number;
};
type Scaled<Space extends Shape, Scale> = {
  [I in keyof Space]: Times<
    Space[I],
    Scale extends number ? Scale : I extends keyof Scale ? Scale[I] : number
  >;
};

/** Dim `D` as sizes `R`, of which one may be -1. */
export type UnflattenShape<A extends Shape, D extends number, R> =
  Known<A> extends true
    ? number extends Dim<A, D>
      ? Shape
      : R extends Shape
        ? Known<R> extends true
          ? Unflat<A, Dim<A, D>, R>
          : Shape
        : Shape
    : Shape;

type Unflat<A extends Shape, D extends number, R extends Shape> =
  WithRest<R, A[D]> extends infer Sizes
    ? Sizes extends Shape
      ? Fits<Value<ProductOf<Sizes>>, A[D]> extends true
        ? Spliced<A, D, Sizes>
        : `Unflatten: input ${ShapeText<A>}: ${A[D]} elements do not make up ${ShapeText<R>}`
      : `Unflatten: input ${ShapeText<A>}: ${A[D]} elements do not make up ${ShapeText<R>}`
    : never;

/** `R` with what is left of `N` elements in the place of -1; null where it is no whole number. */
type WithRest<R extends Shape, N> = -1 extends R[number]
  ? Share<N, Value<ProductOf<WithoutRest<R>>>> extends infer Rest extends number
    ? { -readonly [I in keyof R]: R[I] extends -1 ? Rest : R[I] }
    : null
  : R;

type WithoutRest<R extends Shape, Out extends Shape = []> = R extends readonly [
  infer N extends number,
  ...infer Rest extends Shape,
]
  ? WithoutRest<Rest, N extends -1 ? Out : [...Out, N]>
  : Out;

type Spliced<
  A extends Shape,
  D extends number,
  Sizes extends Shape,
  Front extends Shape = [],
> = A extends readonly [infer N extends number, ...infer Rest extends Shape]
  ? Front["length"] extends D
    ? [...Front, ...Sizes, ...Rest]
    : Spliced<Rest, D, Sizes, [...Front, N]>
  : Shape;
