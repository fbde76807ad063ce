/** Shapes of reductions. */
import type { Dim, Dims, Known, Shape } from "./shape-types.js";

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
