/** Which shapes of a prediction and a target belong together, as types: the shape of each pair's loss, or a sentence. */
import type { Known, SameSizes, Shape, ShapeText } from "../../tensor/shape-types.js";

/** A function on two shapes. */
export interface PairRule {
  readonly input: unknown;
  readonly target: unknown;
  readonly output: unknown;
}

/** All may belong together. */
export interface AnyPair extends PairRule {
  readonly output: Shape;
}

/** Shapes must be the same. */
export interface SamePair<Name extends string> extends PairRule {
  readonly output: Same<Name, Extract<this["input"], Shape>, Extract<this["target"], Shape>>;
}

/** Shapes must be the same, [N, C] or [C]; each row has one loss. */
export interface RowPair<Name extends string> extends PairRule {
  readonly output: RowsOf<Same<Name, Extract<this["input"], Shape>, Extract<this["target"], Shape>>>;
}

/** Classes [N, …] for [N, C, …]; with `Probabilities` the target may have the shape of the input. */
export interface ClassPair<Name extends string, Probabilities extends boolean> extends PairRule {
  readonly output: OfClasses<
    Name,
    Extract<this["input"], Shape>,
    Extract<this["target"], Shape>,
    Probabilities
  >;
}

/** What a rule says of two shapes. */
export type Paired<Rule extends PairRule, A extends Shape, B extends Shape> = (Rule & {
  readonly input: A;
  readonly target: B;
})["output"] extends infer Out extends Shape | string
  ? Out
  : Shape;

type Same<Name extends string, A extends Shape, B extends Shape> =
  SameSizes<A, B> extends true
    ? Known<A> extends true
      ? A
      : B
    : `${Name}: input ${ShapeText<A>} and target ${ShapeText<B>} must have the same shape`;

type RowsOf<S> = S extends readonly [...infer Rows extends Shape, number]
  ? Rows
  : S extends string
    ? S
    : Shape;

type Labels<A extends Shape> = A extends readonly [
  infer N extends number,
  number,
  ...infer Rest extends Shape,
]
  ? [N, ...Rest]
  : A extends readonly [number]
    ? []
    : Shape;

type OfClasses<Name extends string, A extends Shape, B extends Shape, Probabilities extends boolean> =
  SameSizes<Labels<A>, B> extends true
    ? Labels<A>
    : Probabilities extends true
      ? SameSizes<A, B> extends true
        ? Labels<A>
        : `${Name}: input ${ShapeText<A>} needs classes ${ShapeText<Labels<A>>} or probabilities of its own shape, not ${ShapeText<B>}`
      : `${Name}: input ${ShapeText<A>} needs classes ${ShapeText<Labels<A>>}, not ${ShapeText<B>}`;
