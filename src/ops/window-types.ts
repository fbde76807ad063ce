/** Sizes of space behind convolutions and pools, as types: how many windows there are, or a sentence where not even one fits. */
import type { Difference, Digits, Product, Quotient, Sum, Value } from "../tensor/arithmetic-types.js";
import type { Shape } from "../tensor/shape-types.js";
import type { NotGiven } from "./windows.js";

/** An option as it was given, or what it is if it was not; `number` for `any`. */
export type Or<Option, Usual> = 0 extends 1 & Option ? number : NotGiven extends Option ? Usual : Option;

/** What an option given once for all dims of space, or for each of them, is for dim `I`. */
export type At<Option, I extends number> = 0 extends 1 & Option
  ? number
  : Option extends number
    ? Option
    : Option extends readonly [infer One]
      ? One
      : Option extends readonly unknown[]
        ? Option[I]
        : number;

/** Elements from the first to the last of a window, D · (K − 1) + 1. */
type Reach<K, D> = D extends 1 ? Digits<K> : Sum<Product<Digits<D>, Difference<Digits<K>, "1">>, "1">;

/** The size of a dim with the padding at both ends. */
type Padded<N, P> = P extends 0 ? Digits<N> : Sum<Digits<N>, Sum<Digits<P>, Digits<P>>>;

/** ⌊(N − R) / S⌋ + 1 for the padded size and the reach in digits. */
type Count<N, R, S> = [N] extends [never]
  ? number
  : [R] extends [never]
    ? number
    : Difference<N, R> extends infer Steps
      ? [Steps] extends [never]
        ? `a window of ${Value<R>} does not fit into the padded size ${Value<N>}`
        : Value<Sum<S extends 1 ? Steps : Quotient<Steps, Digits<S>>, "1">>
      : never;

/** As `Count`, with a last window that reaches past the end, unless it would begin behind the elements: from `Before` on there are none. */
type CountUp<N, R, S, Before> =
  Quotient<Difference<Sum<N, Difference<S, "1">>, R>, S> extends infer Steps
    ? [Steps | Before] extends [never]
      ? number
      : Value<[Difference<Product<Steps, S>, Before>] extends [never] ? Sum<Steps, "1"> : Steps>
    : never;

/** Sizes of space behind windows of size `K` at steps of `S`, with padding `P` and dilation `D`, or a sentence. */
export type Windows<Space, K, S, P, D, Ceil = false, Done extends Shape = []> = Space extends readonly [
  infer N,
  ...infer Rest,
]
  ? WindowsAlong<
      N,
      At<K, Done["length"]>,
      At<S, Done["length"]>,
      At<P, Done["length"]>,
      At<D, Done["length"]>,
      Ceil
    > extends infer Size
    ? Size extends number
      ? Windows<Rest, K, S, P, D, Ceil, [...Done, Size]>
      : Size
    : never
  : Done;

type WindowsAlong<N, K, S, P, D, Ceil> = Ceil extends false
  ? Count<Padded<N, P>, Reach<K, D>, S>
  : boolean extends Ceil
    ? number
    : CountUp<Padded<N, P>, Reach<K, D>, Digits<S>, Sum<Digits<N>, Digits<P>>>;

/** Sizes of space behind a convolution, whose padding may be "same" or "valid". */
export type Convolved<Space, K, S, P, D> = [P] extends ["same"]
  ? Space
  : Windows<Space, K, S, [P] extends ["valid"] ? 0 : P, D>;

/** Sizes of space behind a transposed convolution, (N − 1) · S − 2 P + D (K − 1) + more + 1, or a sentence. */
export type Transposed<Space, K, S, P, More, D, Done extends Shape = []> = Space extends readonly [
  infer N,
  ...infer Rest,
]
  ? TransposedAlong<
      N,
      At<K, Done["length"]>,
      At<S, Done["length"]>,
      At<P, Done["length"]>,
      At<More, Done["length"]>,
      At<D, Done["length"]>
    > extends infer Size
    ? Size extends number
      ? Transposed<Rest, K, S, P, More, D, [...Done, Size]>
      : Size
    : never
  : Done;

type TransposedAlong<N, K, S, P, More, D> =
  Sum<Product<Difference<Digits<N>, "1">, Digits<S>>, Sum<Reach<K, D>, Digits<More>>> extends infer All
    ? [All] extends [never]
      ? number
      : Value<Difference<All, Sum<Digits<P>, Digits<P>>>>
    : never;

/** Sizes that an adaptive pool gives: its `outputSize`, with the input's own in the place of null. */
export type Adapted<Space, O> = {
  -readonly [I in keyof Space]: O extends number
    ? O
    : O extends readonly [infer One]
      ? One extends number
        ? One
        : Space[I]
      : O extends readonly unknown[]
        ? I extends keyof O
          ? O[I] extends number
            ? O[I]
            : O[I] extends null
              ? Space[I]
              : number
          : number
        : number;
};
