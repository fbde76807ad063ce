/** Shapes of elementwise operations and matrix products, or sentences that say why the operands do not fit. */
import type { Fits, Known, Ok, Shape, ShapeText } from "./shape-types.js";

/** Shape of an elementwise operation's result. */
export type Elementwise<A extends Shape, B extends Shape> = Ok<Broadcast<"", A, B>>;

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

/** The shape of `a @ b`, or a sentence. */
export type Matmul<A extends Shape, B extends Shape> =
  Known<A> extends true
    ? Known<B> extends true
      ? A extends readonly [...infer AI extends Shape, infer K1 extends number]
        ? B extends readonly [...infer BB extends Shape, infer K2 extends number, infer N extends number]
          ? Fits<K1, K2> extends true
            ? AI extends readonly [...infer AB extends Shape, infer M extends number]
              ? BroadcastSizes<AB, BB> extends infer R
                ? R extends Shape
                  ? [...R, M, N]
                  : `matmul: batch ${R & string}: ${ShapeText<A>} x ${ShapeText<B>}`
                : never
              : [...BB, N]
            : `matmul: inner sizes ${K1} and ${K2} differ: ${ShapeText<A>} x ${ShapeText<B>}`
          : B extends readonly [infer K2 extends number]
            ? Fits<K1, K2> extends true
              ? AI
              : `matmul: inner sizes ${K1} and ${K2} differ: ${ShapeText<A>} x ${ShapeText<B>}`
            : `matmul: a 0-dimensional tensor has no inner size: ${ShapeText<A>} x ${ShapeText<B>}`
        : `matmul: a 0-dimensional tensor has no inner size: ${ShapeText<A>} x ${ShapeText<B>}`
      : Shape
    : Shape;
