/**
 * Arithmetic on whole numbers that are literal types, for sizes of convolutions, of flattened dims, of patches.
 *
 * It is done digit by digit, as on paper: so a size of 50,000 costs hardly more than one of 5, which tuples of so many elements do not
 * manage. A number is the text of its digits here, the last one first: "422" is 224, and zeros at the end of the text mean nothing. `never`
 * stands for what is not known, and all that is computed from it is `never` too; only `Difference` has another reason for it.
 */

type Digit = "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9";
type Bit = 0 | 1;

/** Row a, column b: a + b. */
type Sums = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  [2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
  [3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  [4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
  [5, 6, 7, 8, 9, 10, 11, 12, 13, 14],
  [6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  [8, 9, 10, 11, 12, 13, 14, 15, 16, 17],
  [9, 10, 11, 12, 13, 14, 15, 16, 17, 18],
  [10, 11, 12, 13, 14, 15, 16, 17, 18, 19],
];
type Ones = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
type Tens = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1];
type FromNine = [9, 8, 7, 6, 5, 4, 3, 2, 1, 0];
/** ⌊d / 2⌋, and 5 more behind an odd digit. */
type Halves = [[0, 0, 1, 1, 2, 2, 3, 3, 4, 4], [5, 5, 6, 6, 7, 7, 8, 8, 9, 9]];

type Turned<S, Out extends string = ""> = S extends `${infer D extends Digit}${infer Rest}`
  ? Turned<Rest, `${D}${Out}`>
  : S extends ""
    ? Out
    : never;

type IsUnion<N, All = N> = N extends unknown ? ([All] extends [N] ? false : true) : never;

/** The digits of a literal; `never` for `number`, for one of several, and for what is negative or no whole number. */
export type Digits<N> = [N] extends [number]
  ? number extends N
    ? never
    : true extends IsUnion<N>
      ? never
      : Turned<`${N}`>
  : never;

type WithoutZeros<S> = S extends `0${infer Rest}` ? WithoutZeros<Rest> : S extends "" ? "0" : S;

/** The number of such digits; `number` when it is not known. */
export type Value<A> = [A] extends [never]
  ? number
  : WithoutZeros<Turned<A>> extends `${infer N extends number}`
    ? N
    : number;

/** A + B + C */
export type Sum<
  A,
  B,
  C extends Bit = 0,
  Out extends string = "",
> = A extends `${infer D extends Digit}${infer AR}`
  ? B extends `${infer E extends Digit}${infer BR}`
    ? Sum<AR, BR, Tens[Sums[Sums[D][C]][E]], `${Out}${Ones[Sums[Sums[D][C]][E]]}`>
    : C extends 0
      ? `${Out}${A}`
      : Sum<A, "1", 0, Out>
  : B extends string
    ? C extends 0
      ? `${Out}${B}`
      : B extends ""
        ? `${Out}1`
        : Sum<B, "1", 0, Out>
    : never;

/** A − B, by adding 9 − d for each digit d of B, and 1 (C); `never` when that is negative. */
export type Difference<
  A,
  B,
  C extends Bit = 1,
  Out extends string = "",
> = B extends `${infer E extends Digit}${infer BR}`
  ? A extends `${infer D extends Digit}${infer AR}`
    ? Difference<AR, BR, Tens[Sums[Sums[D][C]][FromNine[E]]], `${Out}${Ones[Sums[Sums[D][C]][FromNine[E]]]}`>
    : A extends ""
      ? E extends "0"
        ? Difference<"", BR, C, Out>
        : never
      : never
  : A extends string
    ? C extends 1
      ? `${Out}${A}`
      : Difference<A, "1", 1, Out>
    : never;

interface Multiples<A> {
  "0": "0";
  "1": A;
  "2": Sum<A, A>;
  "3": Sum<A, Multiples<A>[2]>;
  "4": Sum<Multiples<A>[2], Multiples<A>[2]>;
  "5": Sum<A, Multiples<A>[4]>;
  "6": Sum<Multiples<A>[2], Multiples<A>[4]>;
  "7": Sum<A, Multiples<A>[6]>;
  "8": Sum<Multiples<A>[4], Multiples<A>[4]>;
  "9": Sum<A, Multiples<A>[8]>;
}

/** A · B */
export type Product<
  A,
  B,
  Shift extends string = "",
  Out = "",
> = B extends `${infer E extends Digit}${infer BR}`
  ? Multiples<A>[E] extends infer M extends string
    ? Product<A, BR, `${Shift}0`, Sum<Out, `${Shift}${M}`>>
    : never
  : B extends ""
    ? Out
    : never;

/** The product of sizes. */
export type ProductOf<Sizes, Out = "1"> = Sizes extends readonly [infer N, ...infer Rest]
  ? ProductOf<Rest, Product<Out, Digits<N>>>
  : Sizes extends readonly []
    ? Out
    : never;

type Half<A, Out extends string = ""> = A extends `${infer D extends Digit}${infer R}`
  ? R extends ""
    ? `${Out}${D extends "1" ? "" : Halves[0][D]}`
    : Half<R, `${Out}${Halves[R extends `${1 | 3 | 5 | 7 | 9}${string}` ? 1 : 0][D]}`>
  : Out;

/** ⌊A / B⌋; `never` where B is 0. */
export type Quotient<A, B> = [A] extends [never]
  ? never
  : B extends "0"
    ? never
    : B extends "1"
      ? A
      : B extends `${0 | 2 | 4 | 6 | 8}${string}`
        ? Quotient<Half<A>, Half<B>>
        : B extends string
          ? Divided<Turned<A>, B>
          : never;

/** N / M; null where it is no whole number. */
export type Share<N, M> = [Quotient<Digits<N>, Digits<M>>] extends [never]
  ? number
  : Value<Difference<Digits<N>, Product<Quotient<Digits<N>, Digits<M>>, Digits<M>>>> extends 0
    ? Value<Quotient<Digits<N>, Digits<M>>>
    : null;

/** Long division of an A whose first digit stands first. */
type Divided<A, B, Rest extends string = "", Out extends string = ""> = A extends `${infer D}${infer AR}`
  ? DividedOnce<`${D}${Rest}`, B> extends [infer Q extends Digit, infer R extends string]
    ? Divided<AR, B, R, `${Q}${Out}`>
    : never
  : Out;

type Next = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "9"];

type DividedOnce<A, B, Q extends Digit = "0"> =
  Difference<A, B> extends infer D ? ([D] extends [never] ? [Q, A] : DividedOnce<D, B, Next[Q]>) : never;
