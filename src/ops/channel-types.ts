/** Types of shapes [N, C, …space] and [C, …space], for what looks at the channels. What becomes of space is in `window-types.ts`. */
import type { Digits, Product, Value } from "../tensor/arithmetic-types.js";
import type { Fits, Shape, ShapeText } from "../tensor/shape-types.js";
import type { Adapted, Convolved, Or, Transposed, Windows } from "./window-types.js";

/** Sizes of so many dims of space that are not known. */
export type Space<Dims extends 1 | 2 | 3> = Dims extends 1
  ? [number]
  : Dims extends 2
    ? [number, number]
    : [number, number, number];

/** What stands before the channels, the channels, and space. */
interface Parts {
  batch: Shape;
  channels: number;
  space: Shape;
}

/** The parts of a shape; null where it has too few dims, undefined where it is not known whether it has. */
export type PartsOf<A extends Shape, Dims extends 1 | 2 | 3> =
  FromBehind<A, Dims> extends infer P extends Parts ? P : number extends A["length"] ? undefined : null;

type FromBehind<A extends Shape, Dims extends 1 | 2 | 3> = Dims extends 1
  ? A extends readonly [...infer Batch, infer C, infer L]
    ? { batch: Batch; channels: C; space: [L] }
    : null
  : Dims extends 2
    ? A extends readonly [...infer Batch, infer C, infer H, infer W]
      ? { batch: Batch; channels: C; space: [H, W] }
      : null
    : A extends readonly [...infer Batch, infer C, infer D, infer H, infer W]
      ? { batch: Batch; channels: C; space: [D, H, W] }
      : null;

/** `Channels` and `Sizes` behind the batch, if there is one; a sentence where `Sizes` is one or there is more than a batch. */
type Behind<
  S extends Shape,
  Batch extends Shape,
  Channels extends number,
  Sizes,
  Title extends string,
> = number extends Batch["length"]
  ? Sizes extends Shape
    ? [...number[], Channels, ...Sizes]
    : `${Title}: input ${ShapeText<S>}: ${Sizes & string}`
  : Batch["length"] extends 0 | 1
    ? Sizes extends Shape
      ? [...Batch, Channels, ...Sizes]
      : `${Title}: input ${ShapeText<S>}: ${Sizes & string}`
    : `${Title}: input ${ShapeText<S>} has too many dims`;

/** The sizes of space, or so many that are not known. */
type SpaceOf<P, Dims extends 1 | 2 | 3> = P extends Parts ? P["space"] : Space<Dims>;

/** `Out` channels in the place of `In`, and `Sizes`; else a sentence that begins with the title. */
type WithChannels<
  S extends Shape,
  P,
  Title extends string,
  In extends number,
  Out extends number,
  Dims extends 1 | 2 | 3,
  Sizes,
> = P extends Parts
  ? Fits<P["channels"], In> extends true
    ? Behind<S, P["batch"], Out, Sizes, Title>
    : `${Title}: input ${ShapeText<S>} has ${P["channels"]} channels`
  : P extends undefined
    ? [...number[], Out, ...Space<Dims>]
    : `${Title}: input ${ShapeText<S>} has too few dims`;

/** The channels kept, and `Sizes`; else a sentence. */
type WithSpace<S extends Shape, P, Title extends string, Sizes> = P extends Parts
  ? Behind<S, P["batch"], P["channels"], Sizes, Title>
  : P extends undefined
    ? Shape
    : `${Title}: input ${ShapeText<S>} has too few dims`;

/** The shape behind a convolution with windows of size K, steps S, padding P and dilation D, or a sentence. */
export type ConvShape<
  A extends Shape,
  Title extends string,
  In extends number,
  Out extends number,
  Dims extends 1 | 2 | 3,
  K,
  S,
  P,
  D,
> =
  PartsOf<A, Dims> extends infer All
    ? WithChannels<
        A,
        All,
        Title,
        In,
        Out,
        Dims,
        Convolved<SpaceOf<All, Dims>, K, Or<S, 1>, Or<P, 0>, Or<D, 1>>
      >
    : never;

/** The shape behind a transposed convolution, or a sentence. */
export type ConvTransposeShape<
  A extends Shape,
  Title extends string,
  In extends number,
  Out extends number,
  Dims extends 1 | 2 | 3,
  K,
  S,
  P,
  More,
  D,
> =
  PartsOf<A, Dims> extends infer All
    ? WithChannels<
        A,
        All,
        Title,
        In,
        Out,
        Dims,
        Transposed<SpaceOf<All, Dims>, K, Or<S, 1>, Or<P, 0>, Or<More, 0>, Or<D, 1>>
      >
    : never;

/** The shape behind a convolution with a weight [out, in / groups, …kernel], or a sentence. */
export type ConvWithShape<
  A extends Shape,
  W extends Shape,
  Name extends string,
  Dims extends 1 | 2 | 3,
  S,
  P,
  D,
  G,
> =
  FromBehind<W, Dims> extends { batch: [infer Out extends number]; channels: infer C; space: infer K }
    ? ConvShape<A, `${Name} by ${ShapeText<W>}`, Times<C, Or<G, 1>>, Out, Dims, K, S, P, D>
    : ConvShape<A, Name, number, number, Dims, number, S, P, D>;

/** The shape behind a transposed convolution with a weight [in, out / groups, …kernel], or a sentence. */
export type ConvTransposeWithShape<
  A extends Shape,
  W extends Shape,
  Name extends string,
  Dims extends 1 | 2 | 3,
  S,
  P,
  More,
  D,
  G,
> =
  FromBehind<W, Dims> extends { batch: [infer In extends number]; channels: infer C; space: infer K }
    ? ConvTransposeShape<A, `${Name} by ${ShapeText<W>}`, In, Times<C, Or<G, 1>>, Dims, K, S, P, More, D>
    : ConvTransposeShape<A, Name, number, number, Dims, number, S, P, More, D>;

type Times<M, N> = N extends 1 ? M & number : Value<Product<Digits<M>, Digits<N>>>;

/** The shape behind a pool, with steps as long as windows if S is not given, or a sentence. */
export type PoolShape<
  A extends Shape,
  Title extends string,
  Dims extends 1 | 2 | 3,
  K,
  S,
  P = 0,
  D = 1,
  Ceil = false,
> =
  PartsOf<A, Dims> extends infer All
    ? WithSpace<A, All, Title, Windows<SpaceOf<All, Dims>, K, Or<S, K>, Or<P, 0>, Or<D, 1>, Ceil>>
    : never;

/** The shape behind an adaptive pool, or a sentence. */
export type AdaptivePoolShape<A extends Shape, Title extends string, Dims extends 1 | 2 | 3, O> =
  PartsOf<A, Dims> extends infer All ? WithSpace<A, All, Title, Adapted<SpaceOf<All, Dims>, O>> : never;
