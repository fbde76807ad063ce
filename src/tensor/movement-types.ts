/** Shapes of operations that move, join and cut elements and compute nothing. */
import type { Digits, Product, ProductOf, Share, Sum, Value } from "./arithmetic-types.js";
import type { Dim, Known, Shape } from "./shape-types.js";

/** Dims `D` and `E` exchanged. */
export type Transpose<A extends Shape, D extends number, E extends number> =
  Known<A> extends true
    ? number extends Dim<A, D> | Dim<A, E>
      ? Shape
      : {
          -readonly [K in keyof A]: K extends `${Dim<A, D>}`
            ? A[Dim<A, E>]
            : K extends `${Dim<A, E>}`
              ? A[Dim<A, D>]
              : A[K];
        }
    : Shape;

/** The last two dims exchanged; fewer than two dims stay as they are. */
export type TransposeLast<A extends Shape> =
  Known<A> extends true
    ? A extends readonly [...infer B extends Shape, infer M extends number, infer N extends number]
      ? [...B, N, M]
      : A
    : Shape;

/** `R` with what is left of the elements of `A` in the place of -1. */
export type Reshape<R extends Shape, A extends Shape = Shape> =
  Known<R> extends true
    ? -1 extends R[number]
      ? { -readonly [K in keyof R]: R[K] extends -1 ? Rest<A, R> : R[K] }
      : { -readonly [K in keyof R]: R[K] }
    : Shape;

/** The elements of `A` in the sizes of `R` that are known; `number` where that is not known, or does not divide them. */
type Rest<A extends Shape, R extends Shape> =
  Known<A> extends true
    ? Share<
        Value<ProductOf<A>>,
        Value<ProductOf<{ [K in keyof R]: R[K] extends -1 ? 1 : R[K] }>>
      > extends infer N
      ? N extends number
        ? N
        : number
      : never
    : number;

/** `A` with pairs of amounts before and behind its dims, the last one first; a size is not known where an amount is negative. */
export type Pad<A extends Shape, P extends Shape> =
  Known<A> extends true
    ? Known<P> extends true
      ? P extends readonly [infer Before, infer Behind, ...infer Others extends Shape]
        ? A extends readonly [...infer Front extends Shape, infer N]
          ? [...Pad<Front, Others>, Value<Sum<Digits<N>, Sum<Digits<Before>, Digits<Behind>>>>]
          : Shape
        : A
      : Shape
    : Shape;

/** Dims `D` to `E` as one; a 0-dimensional tensor becomes a vector. */
export type Flatten<A extends Shape, D extends number, E extends number> =
  Known<A> extends true
    ? A extends readonly []
      ? [1]
      : number extends Dim<A, D> | Dim<A, E>
        ? Shape
        : Dim<A, D> extends Dim<A, E>
          ? A
          : FlattenFrom<A, Dim<A, D>, Dim<A, E>>
    : Shape;

type FlattenFrom<
  A extends Shape,
  D extends number,
  E extends number,
  Front extends number[] = [],
> = A extends readonly [infer H extends number, ...infer R extends Shape]
  ? Front["length"] extends D
    ? [...Front, ...JoinedTo<R, E, Front, Digits<H>>]
    : FlattenFrom<R, D, E, [...Front, H]>
  : [];

/** `Size`, in digits, times all up to dim `E`, and what comes behind it of a shape whose first `Seen` dims are gone. */
type JoinedTo<A extends Shape, E extends number, Seen extends number[], Size> = Seen["length"] extends E
  ? [Value<Size>, ...A]
  : A extends readonly [infer H extends number, ...infer R extends Shape]
    ? JoinedTo<R, E, [...Seen, H], Product<Size, Digits<H>>>
    : [];

/** Size 1 put in before dim `D`. */
export type Unsqueeze<A extends Shape, D extends number> =
  Known<A> extends true
    ? number extends Dim<[...A, 0], D>
      ? Shape
      : InsertOne<A, Dim<[...A, 0], D>>
    : Shape;

type InsertOne<A extends Shape, D extends number, Front extends number[] = []> = Front["length"] extends D
  ? [...Front, 1, ...A]
  : A extends readonly [infer H extends number, ...infer R extends Shape]
    ? InsertOne<R, D, [...Front, H]>
    : Shape;

/** `A` with `N` as the size of dim `D`. */
export type WithSize<A extends Shape, D extends number, N extends number> =
  Known<A> extends true
    ? number extends Dim<A, D>
      ? Shape
      : { -readonly [K in keyof A]: K extends `${Dim<A, D>}` ? N : A[K] }
    : Shape;

/** `A` permuted. */
export type Permute<A extends Shape, O extends Shape> =
  Known<A> extends true
    ? Known<O> extends true
      ? { -readonly [K in keyof O]: Dim<A, O[K]> extends infer D extends number ? A[D] : number }
      : Shape
    : Shape;

type ShapeOf<T> = T extends { readonly shape: infer S extends Shape } ? S : Shape;

/** The shape of tensors joined along dim `D`: the first one's, with an unknown size there. */
export type Cat<L extends readonly unknown[], D extends number> = number extends L["length"]
  ? WithSize<ShapeOf<L[number]>, D, number>
  : WithSize<ShapeOf<L[0]>, D, number>;

/** The shape of tensors joined along a new dim `D`. */
export type Stack<L extends readonly unknown[], D extends number> =
  ShapeOf<L[number]> extends infer A extends Shape
    ? Known<A> extends true
      ? WithSize<Unsqueeze<A, D>, D, L["length"]>
      : Shape
    : Shape;

/** The shape that `slice` gives: numbers drop their dim, ranges leave an unknown size, `null` and ":" the dim as it is. */
export type Slice<A extends Shape, I extends readonly unknown[]> =
  Known<A> extends true
    ? number extends I["length"]
      ? Shape
      : I extends readonly [infer H, ...infer R]
        ? H extends "..." | { readonly shape: Shape }
          ? Shape
          : H extends "new"
            ? [1, ...Slice<A, R>]
            : A extends readonly [infer N extends number, ...infer B extends Shape]
              ? H extends number
                ? Slice<B, R>
                : [H extends null | ":" ? N : number, ...Slice<B, R>]
              : Shape
        : A
    : Shape;
