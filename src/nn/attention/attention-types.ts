/** Shapes of attention, as types: of queries, keys and values, and of what comes out. */
import type { Broadcast } from "../../tensor/broadcast-types.js";
import type { Fits, Known, Shape, ShapeText } from "../../tensor/shape-types.js";
import type { Or } from "../../ops/window-types.js";

/** What types know of attention with several heads: sizes, and options as they were given. */
export interface Heads<
  E extends number = number,
  N extends number = number,
  First = unknown,
  K = unknown,
  V = unknown,
  Added = unknown,
> {
  readonly embedDim: E;
  readonly heads: N;
  readonly batchFirst: First;
  readonly kdim: K;
  readonly vdim: V;
  readonly added: Added;
}

type Title<M extends Heads> = `MultiheadAttention(${M["embedDim"]}, ${M["heads"]})`;

/** An option that is null or left out is `Usual`. */
type OrNull<Option, Usual> = [Or<Option, null>] extends [null] ? Usual : Or<Option, null>;

type EndsIn<M extends Heads, What extends string, S extends Shape, N> = S extends readonly [
  ...number[],
  infer Last extends number,
]
  ? Fits<Last, N & number> extends true
    ? Known<S> extends true
      ? S["length"] extends 2 | 3
        ? S
        : `${Title<M>}: ${What} ${ShapeText<S>} must have 3 dims, or 2 for one example`
      : S
    : `${Title<M>}: ${What} ${ShapeText<S>} must have the last size ${N & number}`
  : S;

/** Queries, or a sentence. */
export type Queries<M extends Heads, Q extends Shape> = EndsIn<M, "queries", Q, M["embedDim"]>;

/** Keys, or a sentence. */
export type Keys<M extends Heads, S extends Shape> = EndsIn<M, "keys", S, OrNull<M["kdim"], M["embedDim"]>>;

/** Values, as many as keys `K`, or a sentence. */
export type Values<M extends Heads, K extends Shape, S extends Shape> =
  EndsIn<M, "values", S, OrNull<M["vdim"], M["embedDim"]>> extends infer Out
    ? Out extends string
      ? Out
      : SameFront<K, S> extends true
        ? S
        : `${Title<M>}: keys ${ShapeText<K>} and values ${ShapeText<S>} must be as many`
    : never;

type SameFront<K extends Shape, V extends Shape> = K extends readonly [
  infer A extends number,
  infer B extends number,
  number,
]
  ? V extends readonly [infer C extends number, infer D extends number, number]
    ? Fits<A, C> extends true
      ? Fits<B, D>
      : false
    : true
  : K extends readonly [infer A extends number, number]
    ? V extends readonly [infer C extends number, number]
      ? Fits<A, C>
      : true
    : true;

/** The shape of the weights: for each example, or with `Average` false for each of its heads, [L, S]. */
export type WeightsShape<
  M extends Heads,
  Q extends Shape,
  K extends Shape,
  Average,
> = number extends M["embedDim"]
  ? Shape
  : Or<M["batchFirst"], false> extends infer First
    ? boolean extends First
      ? Shape
      : Q extends readonly [infer A extends number, infer B extends number, number]
        ? K extends readonly [infer C extends number, infer D extends number, number]
          ? First extends true
            ? [A, ...PerHead<M, Average, [B, Sources<M, D>]>]
            : [B, ...PerHead<M, Average, [A, Sources<M, C>]>]
          : Shape
        : Q extends readonly [infer A extends number, number]
          ? K extends readonly [infer C extends number, number]
            ? PerHead<M, Average, [A, Sources<M, C>]>
            : Shape
          : Shape
    : never;

type Sources<M extends Heads, S extends number> = Or<M["added"], false> extends false ? S : number;

type PerHead<M extends Heads, Average, Matrix extends Shape> =
  Or<Average, true> extends infer Mean
    ? boolean extends Mean
      ? Shape
      : Mean extends true
        ? Matrix
        : [M["heads"], ...Matrix]
    : never;

/** Where [..., L, E], [..., S, E] and [..., S, Ev] belong together [..., L, Ev], else a sentence; `Gqa`: whether heads may be shared. */
export type Attended<Q extends Shape, K extends Shape, V extends Shape, Gqa> = Q extends readonly [
  ...infer QB extends Shape,
  infer L extends number,
  infer E extends number,
]
  ? K extends readonly [...infer KB extends Shape, infer S extends number, infer F extends number]
    ? V extends readonly [...infer VB extends Shape, infer T extends number, infer Ev extends number]
      ? Fits<E, F> extends true
        ? Fits<S, T> extends true
          ? Or<Gqa, false> extends false
            ? Joint<QB, KB, VB> extends infer B
              ? B extends Shape
                ? [...B, L, Ev]
                : `scaledDotProductAttention: queries ${ShapeText<Q>}, keys ${ShapeText<K>} and values ${ShapeText<V>} are not as many`
              : never
            : [...QB, L, Ev]
          : `scaledDotProductAttention: keys ${ShapeText<K>} and values ${ShapeText<V>} must be as many, their last size but one`
        : `scaledDotProductAttention: queries ${ShapeText<Q>} and keys ${ShapeText<K>} must have the same last size`
      : Shape
    : Shape
  : Shape;

type Joint<A extends Shape, B extends Shape, C extends Shape> =
  Broadcast<"", A, B> extends infer AB ? (AB extends Shape ? Broadcast<"", AB, C> : AB) : never;
