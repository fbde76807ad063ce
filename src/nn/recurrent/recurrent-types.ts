/** Shapes of recurrent layers and cells, as types: what they take, and what comes out of them. */
import type { Digits, Sum, Value } from "../../tensor/arithmetic-types.js";
import type { Tensor } from "../../tensor/core.js";
import type { Fits, Known, SameSizes, Shape, ShapeText } from "../../tensor/shape-types.js";
import type { Or } from "../../ops/window-types.js";
import type { PackedSequence } from "./packed.js";

/** What types know of a recurrent layer: its sizes, and its options as they were given. */
export interface Recurrence<
  Name extends string = string,
  In extends number = number,
  H extends number = number,
  L = unknown,
  First = unknown,
  Both = unknown,
  P = unknown,
> {
  readonly name: Name;
  readonly input: In;
  readonly hidden: H;
  readonly levels: L;
  readonly batchFirst: First;
  readonly bidirectional: Both;
  readonly projection: P;
}

type ShapeOf<X> = 0 extends 1 & X ? Shape : X extends Tensor<infer S> ? S : Shape;

type Title<R extends Recurrence> = `${R["name"]}(${R["input"]} → ${R["hidden"]})`;

/** N, or twice as much with a second direction. Of a layer of which not even the sizes are known the options are not either. */
type PerDirection<R extends Recurrence, N> = number extends R["hidden"]
  ? number
  : Or<R["bidirectional"], false> extends infer Both
    ? boolean extends Both
      ? number
      : Both extends true
        ? Value<Sum<Digits<N>, Digits<N>>>
        : N & number
    : never;

/** Size of the hidden states that go out: the projected ones where there are. */
type Out<R extends Recurrence> =
  Or<R["projection"], 0> extends 0 ? R["hidden"] : Or<R["projection"], 0> & number;

/** The input where it fits, else a sentence. */
type Swept<R extends Recurrence, S extends Shape> = S extends readonly [
  ...number[],
  infer Last extends number,
]
  ? Fits<Last, R["input"]> extends true
    ? Known<S> extends true
      ? S["length"] extends 2 | 3
        ? S
        : `${Title<R>}: input ${ShapeText<S>} must have 3 dims, or 2 for one sequence`
      : S
    : `${Title<R>}: input ${ShapeText<S>} has last size ${Last}`
  : S;

type OutputShape<R extends Recurrence, S extends Shape> = S extends readonly [
  ...infer Front extends Shape,
  number,
]
  ? [...Front, PerDirection<R, Out<R>>]
  : Shape;

type BatchOf<R extends Recurrence, A, B> = number extends R["hidden"]
  ? number
  : Or<R["batchFirst"], false> extends infer First
    ? boolean extends First
      ? number
      : First extends true
        ? A
        : B
    : never;

/** The shape of a state of `Size` numbers. */
type StateShape<R extends Recurrence, X, Size extends number> =
  ShapeOf<X> extends infer S
    ? S extends readonly [infer A extends number, infer B extends number, number]
      ? [PerDirection<R, Or<R["levels"], 1>>, BatchOf<R, A, B> & number, Size]
      : S extends readonly [number, number]
        ? [PerDirection<R, Or<R["levels"], 1>>, Size]
        : Shape
    : never;

type StateFits<R extends Recurrence, Expected extends Shape, Own, Which extends string> =
  SameSizes<Expected, Extract<Own, Shape>> extends true
    ? Shape
    : `${Title<R>}: expected a ${Which} state of shape ${ShapeText<Expected>}, got ${ShapeText<Extract<Own, Shape>>}`;

/** Shapes of the states h and c beside those that are expected. */
type StatesFit<R extends Recurrence, H extends Shape, C extends Shape, A, B> =
  StateFits<R, H, A, "first hidden"> extends infer Fit
    ? Fit extends string
      ? Fit
      : StateFits<R, C, B, "first cell">
    : never;

type CellFits<R extends Recurrence, S extends Shape> = S extends readonly [
  ...number[],
  infer Last extends number,
]
  ? Fits<Last, R["input"]> extends true
    ? Known<S> extends true
      ? S["length"] extends 1 | 2
        ? S
        : `${Title<R>}: input ${ShapeText<S>} must be [B, ${R["input"]}] or [${R["input"]}]`
      : S
    : `${Title<R>}: input ${ShapeText<S>} has last size ${Last}`
  : S;

type CellShape<R extends Recurrence, X> =
  ShapeOf<X> extends readonly [...infer Front extends Shape, number] ? [...Front, R["hidden"]] : Shape;

/** Outputs of all times, packed where the input is. */
type OutputOf<R extends Recurrence, X> = 0 extends 1 & X
  ? Tensor
  : X extends PackedSequence
    ? PackedSequence
    : Tensor<OutputShape<R, ShapeOf<X>>>;

/**
 * What a recurrent layer or cell makes of the type of an input and the shapes of first states. Methods look it up in a type parameter: so the compiler
 * computes with sizes where a layer is used, and not where two layers are compared.
 */
export interface RecurrentRule {
  readonly x: unknown;
  readonly hidden: unknown;
  readonly cell: unknown;
  /** A sentence where the input does not fit. */
  readonly input: unknown;
  /** A sentence where the first state does not fit. */
  readonly state: unknown;
  readonly output: Tensor | PackedSequence;
  readonly h: Tensor;
  readonly c: Tensor;
}

/** A rule for an input of type `X` and first states of shapes `A` and `B`. */
export type For<R extends RecurrentRule, X, A = Shape, B = Shape> = R & {
  readonly x: X;
  readonly hidden: A;
  readonly cell: B;
};

/** The rule of a layer of which `R` is known. */
export interface LayerRule<R extends Recurrence> extends RecurrentRule {
  readonly input: Swept<R, ShapeOf<this["x"]>>;
  readonly state: StatesFit<
    R,
    StateShape<R, this["x"], Out<R>>,
    StateShape<R, this["x"], R["hidden"]>,
    this["hidden"],
    this["cell"]
  >;
  readonly output: OutputOf<R, this["x"]>;
  readonly h: Tensor<StateShape<R, this["x"], Out<R>>>;
  readonly c: Tensor<StateShape<R, this["x"], R["hidden"]>>;
}

/** The rule of a cell. */
export interface CellRule<R extends Recurrence> extends RecurrentRule {
  readonly input: CellFits<R, ShapeOf<this["x"]>>;
  readonly state: StatesFit<
    R,
    CellShape<R, this["x"]>,
    CellShape<R, this["x"]>,
    this["hidden"],
    this["cell"]
  >;
  readonly output: Tensor<CellShape<R, this["x"]>>;
  readonly h: Tensor<CellShape<R, this["x"]>>;
  readonly c: Tensor<CellShape<R, this["x"]>>;
}
