/**
 * Shapes as types: how TypeScript computes the shape of a result from the shapes of the operands.
 *
 * A shape is a tuple of sizes. A size that is not known is `number`; a shape whose rank is not known is `Shape`, and anything
 * is allowed with it. Where two known sizes do not fit, the type is a sentence that says so (a string literal type), and
 * `Checked` makes that sentence the type of the parameter, so that it stands in the compiler's message.
 *
 * Operations read shapes, assignment does not look at them: a variable may take a tensor of any shape, as in JavaScript (docs/shapes.md).
 */
export type Shape = readonly number[];

/** `readonly [64, 2]`, as inferred from a literal, without `readonly`. */
export type Mutable<S extends Shape> = number extends S["length"]
  ? Shape
  : { -readonly [K in keyof S]: S[K] };

/**
 * The parameter's type when `Result` is a shape, else the sentence that says why not. What it says in brackets is for a compiler that does
 * not know which variables are assigned again; cells know, and leave it out.
 */
export type Checked<Result, Parameter> = Result extends string
  ? `${Result} (if its shape has changed since it was declared: let x: Tensor)`
  : Parameter;

/** Carries `T` for types that read it by inference; assignment does not look at it. */
export interface TypeOnly<T> {
  readonly of?: TypeOnly<T>;
}

/** Shape of an elementwise operation's result. */
export type Elementwise<A extends Shape, B extends Shape> = Ok<Broadcast<"", A, B>>;

/** The tensor's shape when `Result` is a shape whose rank is known. */
export type Ok<Result> = Result extends Shape ? (Known<Result> extends true ? Result : Shape) : Shape;

type Known<A extends Shape> = number extends A["length"] ? false : true;

type Join<A extends Shape> = A extends readonly [infer H extends number]
  ? `${H}`
  : A extends readonly [infer H extends number, ...infer R extends Shape]
    ? `${H}, ${Join<R>}`
    : A extends readonly [...infer R extends Shape, infer L extends number]
      ? `${Join<R>}, ${L}`
      : number extends A["length"]
        ? "..."
        : "";

/** `[64, 2]` as text, `[..., 2]` where only the last size is known. */
export type ShapeText<A extends Shape> = `[${Join<A>}]`;

/** Size that comes of broadcasting M with N, or a string when they do not fit. */
type BroadcastSize<M extends number, N extends number> = number extends M
  ? number extends N
    ? number
    : N extends 1
      ? number
      : N
  : number extends N
    ? M extends 1
      ? number
      : M
    : M extends N
      ? M
      : M extends 1
        ? N
        : N extends 1
          ? M
          : `sizes ${M} and ${N} differ`;

type BroadcastSizes<A extends Shape, B extends Shape, Out extends Shape = []> = A extends readonly [
  ...infer AI extends Shape,
  infer M extends number,
]
  ? B extends readonly [...infer BI extends Shape, infer N extends number]
    ? BroadcastSize<M, N> extends infer D extends number
      ? BroadcastSizes<AI, BI, [D, ...Out]>
      : BroadcastSize<M, N>
    : [...A, ...Out]
  : [...B, ...Out];

/** NumPy's broadcasting: the shape of `a op b`, or a sentence. */
export type Broadcast<Name extends string, A extends Shape, B extends Shape> =
  Known<A> extends true
    ? Known<B> extends true
      ? A extends B
        ? B extends A
          ? A
          : BroadcastOr<Name, A, B>
        : BroadcastOr<Name, A, B>
      : Shape
    : Shape;

type BroadcastOr<Name extends string, A extends Shape, B extends Shape> =
  BroadcastSizes<A, B> extends infer R
    ? R extends Shape
      ? R
      : `${Name}: ${R & string}: ${ShapeText<A>} and ${ShapeText<B>}`
    : never;

type SameInner<K1 extends number, K2 extends number> = number extends K1
  ? true
  : number extends K2
    ? true
    : K1 extends K2
      ? true
      : false;

/** The shape of `a @ b`, or a sentence. */
export type Matmul<A extends Shape, B extends Shape> =
  Known<A> extends true
    ? Known<B> extends true
      ? A extends readonly [...infer AI extends Shape, infer K1 extends number]
        ? B extends readonly [...infer BB extends Shape, infer K2 extends number, infer N extends number]
          ? SameInner<K1, K2> extends true
            ? AI extends readonly [...infer AB extends Shape, infer M extends number]
              ? BroadcastSizes<AB, BB> extends infer R
                ? R extends Shape
                  ? [...R, M, N]
                  : `matmul: batch ${R & string}: ${ShapeText<A>} x ${ShapeText<B>}`
                : never
              : [...BB, N]
            : `matmul: inner sizes ${K1} and ${K2} differ: ${ShapeText<A>} x ${ShapeText<B>}`
          : B extends readonly [infer K2 extends number]
            ? SameInner<K1, K2> extends true
              ? AI
              : `matmul: inner sizes ${K1} and ${K2} differ: ${ShapeText<A>} x ${ShapeText<B>}`
            : `matmul: a 0-dimensional tensor has no inner size: ${ShapeText<A>} x ${ShapeText<B>}`
        : `matmul: a 0-dimensional tensor has no inner size: ${ShapeText<A>} x ${ShapeText<B>}`
      : Shape
    : Shape;

type TupleOf<N extends number, T extends 0[] = []> = T["length"] extends N ? T : TupleOf<N, [...T, 0]>;

type Minus<A extends readonly unknown[], N extends number> = A extends readonly [...infer F, ...TupleOf<N>]
  ? F["length"]
  : number;

type Zeros<A extends readonly unknown[]> = { [K in keyof A]: 0 };

/** A dimension counted from the front; `number` when it is not a literal or there is no such dimension. */
export type Dim<A extends Shape, D extends number> = number extends D
  ? number
  : `${D}` extends `-${infer P extends number}`
    ? Minus<Zeros<A>, P>
    : D;

type Dims<A extends Shape, D extends number> = D extends number ? Dim<A, D> : never;

/** `A` without the dims in the union `D` (all counted from the front), or with 1 in their place. */
type DropDims<
  A extends Shape,
  D extends number,
  Keep extends boolean,
  Seen extends 0[] = [],
> = A extends readonly [infer H extends number, ...infer R extends Shape]
  ? Seen["length"] extends D
    ? Keep extends true
      ? [1, ...DropDims<R, D, Keep, [...Seen, 0]>]
      : DropDims<R, D, Keep, [...Seen, 0]>
    : [H, ...DropDims<R, D, Keep, [...Seen, 0]>]
  : [];

type AllOnes<A extends Shape> = { -readonly [K in keyof A]: 1 };

/** The shape of a reduction over `D`: one dim, several, or all of them when it is undefined. */
export type Reduce<A extends Shape, D, Keep extends boolean> =
  Known<A> extends true
    ? [D] extends [undefined | null]
      ? Keep extends true
        ? AllOnes<A>
        : []
      : boolean extends Keep
        ? Shape
        : D extends number
          ? number extends Dim<A, D>
            ? Shape
            : DropDims<A, Dim<A, D>, Keep>
          : D extends readonly (infer E extends number)[]
            ? number extends Dims<A, E>
              ? Shape
              : DropDims<A, Dims<A, E>, Keep>
            : Shape
    : [D] extends [undefined | null]
      ? Keep extends false
        ? []
        : Shape
      : Shape;

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

/** `R` with `number` in the place of -1. */
export type Reshape<R extends Shape> =
  Known<R> extends true ? { -readonly [K in keyof R]: R[K] extends -1 ? number : R[K] } : Shape;

/** Dims `D` to `E` as one, whose size is not known unless they are one already; a 0-dimensional tensor becomes a vector. */
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
  Seen extends 0[] = [],
> = A extends readonly [infer H extends number, ...infer R extends Shape]
  ? Seen["length"] extends D
    ? [number, ...BehindDim<A, E, Seen>]
    : [H, ...FlattenFrom<R, D, E, [...Seen, 0]>]
  : [];

/** What comes behind dim `E` of a shape whose first `Seen` dims are gone. */
type BehindDim<A extends Shape, E extends number, Seen extends 0[]> = A extends readonly [
  number,
  ...infer R extends Shape,
]
  ? Seen["length"] extends E
    ? R
    : BehindDim<R, E, [...Seen, 0]>
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

/** An element as it is read: of a bool tensor true or false. */
export type Element = number | boolean;

/**
 * What `tolist()` gives: an element, or arrays as deep as the rank. The first branch is never taken; from it the compiler infers `E` where
 * booleans are asked for.
 */
export type Nested<S extends Shape, E extends Element = number> = [S] extends [never]
  ? NestedElements<E>
  : number extends S["length"]
    ? [E] extends [boolean]
      ? Values<boolean>
      : Values<number>
    : S extends readonly [number, ...infer R extends Shape]
      ? Nested<R, E>[]
      : E;

/** What `tolist()` gives where the rank is not known: used as an element it is one, used as a list it is a list of such. */
export type Values<E extends Element> = E & Unnested<E> & Values<E>[];

/** What says the same of a list of elements and of a list of lists. */
interface Unnested<E extends Element> {
  includes(value: unknown, fromIndex?: number): boolean;
  indexOf(value: unknown, fromIndex?: number): number;
  lastIndexOf(value: unknown, fromIndex?: number): number;
  flat(depth?: number): Values<E>[];
}

/** An element, or nested arrays of elements. */
export type NestedElements<E extends Element = Element> = E | NestedElements<E>[];

/** Values that `tensor()` takes: a number or boolean, nested arrays of them, or a typed array. */
export type TensorData =
  | number
  | boolean
  | bigint
  | readonly TensorData[]
  | Float32Array
  | Float64Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Int8Array;

/** The shape of nested array literals; a list whose length is not known gives `number`, one whose depth is not known `Shape`. */
export type ShapeOfData<D> = [D] extends [never]
  ? []
  : [D] extends [number | boolean | bigint]
    ? []
    : [D] extends [readonly (infer E)[]]
      ? ShapeOfData<E> extends infer R extends Shape
        ? number extends R["length"]
          ? Shape
          : [LengthOf<D>, ...R]
        : Shape
      : [D] extends [ArrayLike<number>]
        ? [number]
        : Shape;

type LengthOf<D extends readonly unknown[]> = number extends D["length"] ? number : D["length"];

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
