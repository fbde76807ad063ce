/**
 * Shapes as types: how TypeScript computes the shape of a result from the shapes of the operands.
 *
 * Anything is allowed with what is not known. Where two known sizes do not fit, the type is a sentence that says so (a string literal type), and
 * `Checked` makes that sentence the type of the parameter, so that it stands in the compiler's message.
 *
 * Operations read shapes, assignment does not look at them: a variable may take a tensor of any shape, as in JavaScript (docs/shapes.md).
 *
 * Here is what all of these types build on. What broadcasting and matrix products give is in `broadcast-types.ts`, reductions in
 * `reduction-types.ts`, what moves elements in `movement-types.ts`, nested arrays in `nested-types.ts`.
 */

/**
 * The sizes of a tensor's dimensions, as a tuple such as `[64, 2]`. In types a size that is not known is `number`, and a shape of which not even
 * the number of dimensions is known is `Shape`.
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

/** The tensor's shape when `Result` is a shape whose rank is known. */
export type Ok<Result> = Result extends Shape ? (Known<Result> extends true ? Result : Shape) : Shape;

/** Whether the rank is known. */
export type Known<A extends Shape> = number extends A["length"] ? false : true;

/** Whether two sizes can be the same: that is so where one of them is not known. */
export type Fits<M extends number, N extends number> = [M & N] extends [never] ? false : true;

/** Whether two shapes can be the same. */
export type SameSizes<A extends Shape, B extends Shape> =
  Known<A> extends true
    ? Known<B> extends true
      ? A["length"] extends B["length"]
        ? false extends { [I in keyof A]: I extends keyof B ? Fits<A[I], B[I] & number> : true }[number]
          ? false
          : true
        : false
      : true
    : true;

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

/** Several dimensions counted from the front, a union. */
export type Dims<A extends Shape, D extends number> = D extends number ? Dim<A, D> : never;
