/** Types of shapes [N, C, …space] and [C, …space], for layers that look at the channels. */
import type { Shape, ShapeText, TypeOnly } from "../tensor/shape-types.js";
import type { ShapeRule } from "./shape-rule.js";

/** Sizes of so many dims of space that are not known. */
export type Space<Dims extends 1 | 2 | 3> = Dims extends 1
  ? [number]
  : Dims extends 2
    ? [number, number]
    : [number, number, number];

type Fits<A extends number, B extends number> = number extends A
  ? true
  : number extends B
    ? true
    : A extends B
      ? true
      : false;

/** What stands before the channels, with `Channels` and space behind it; a sentence where that is more than a batch. */
type Behind<
  Batch extends Shape,
  Channels extends number,
  Dims extends 1 | 2 | 3,
  Else extends string,
> = number extends Batch["length"]
  ? [...number[], Channels, ...Space<Dims>]
  : Batch["length"] extends 0 | 1
    ? [...Batch, Channels, ...Space<Dims>]
    : Else;

/** `Out` channels in the place of `In`, and space of other sizes; else a sentence that begins with `Name`. */
export type Convolved<
  S extends Shape,
  Name extends string,
  In extends number,
  Out extends number,
  Dims extends 1 | 2 | 3,
> = S extends readonly [...infer Batch extends Shape, infer C extends number, ...Space<Dims>]
  ? Fits<C, In> extends true
    ? Behind<Batch, Out, Dims, `${Name}(${In} → ${Out}): input ${ShapeText<S>} has too many dims`>
    : `${Name}(${In} → ${Out}): input ${ShapeText<S>} has ${C} channels`
  : number extends S["length"]
    ? [...number[], Out, ...Space<Dims>]
    : `${Name}(${In} → ${Out}): input ${ShapeText<S>} has too few dims`;

export interface ConvolvedRule<
  Name extends string,
  In extends number,
  Out extends number,
  Dims extends 1 | 2 | 3,
> extends ShapeRule {
  readonly output: Convolved<Extract<this["input"], Shape>, Name, In, Out, Dims>;
}

/** The channels kept, and space of other sizes; else a sentence. */
export type PooledShape<S extends Shape, Name extends string, Dims extends 1 | 2 | 3> = S extends readonly [
  ...infer Batch extends Shape,
  infer C extends number,
  ...Space<Dims>,
]
  ? Behind<Batch, C, Dims, `${Name}: input ${ShapeText<S>} has too many dims`>
  : number extends S["length"]
    ? Shape
    : `${Name}: input ${ShapeText<S>} has too few dims`;

export interface PooledRule<Name extends string, Dims extends 1 | 2 | 3> extends ShapeRule {
  readonly output: PooledShape<Extract<this["input"], Shape>, Name, Dims>;
}

export type ConvolvedBy<
  Name extends string,
  In extends number,
  Out extends number,
  Dims extends 1 | 2 | 3,
> = TypeOnly<ConvolvedRule<Name, In, Out, Dims>>;

export type PooledBy<Name extends string, Dims extends 1 | 2 | 3> = TypeOnly<PooledRule<Name, Dims>>;
