/** Rules of layers that keep a shape and have parameters for its features: its last sizes, or its channels. */
import type { PartsOf } from "../ops/channel-types.js";
import type { Fits, Known, Shape, ShapeText } from "../tensor/shape-types.js";
import type { ShapeRule } from "./shape-rule.js";

/** The shape must end in `N`, a size or several. */
export interface EndRule<Name extends string, N> extends ShapeRule {
  readonly output: EndingIn<Extract<this["input"], Shape>, Name, N>;
}

/** The shape must be [N, C, …space], for one dim of space also [N, C]. */
export interface BatchRule<Name extends string, Dims extends 1 | 2 | 3, C extends number> extends ShapeRule {
  readonly output: OfBatch<Extract<this["input"], Shape>, Name, Dims, C>;
}

/** The shape must be [N, C, …space] or [C, …space]. */
export interface SpaceRule<Name extends string, Dims extends 1 | 2 | 3> extends ShapeRule {
  readonly output: WithSpace<Extract<this["input"], Shape>, Name, Dims>;
}

/** The second size must be C. */
export interface SecondRule<Name extends string, C extends number> extends ShapeRule {
  readonly output: OfChannels<Extract<this["input"], Shape>, Name, C>;
}

/** `S` where it ends in `N`; else a sentence. */
export type EndingIn<S extends Shape, Name extends string, N> = 0 extends 1 & N
  ? S
  : N extends number
    ? S extends readonly [...number[], infer Last extends number]
      ? Fits<Last, N> extends true
        ? S
        : `${Name}(${N}): input ${ShapeText<S>} has last size ${Last}`
      : number extends S["length"]
        ? S
        : `${Name}(${N}): input has no dimensions`
    : N extends Shape
      ? Ends<S, N> extends true
        ? S
        : `${Name}(${ShapeText<N>}): input ${ShapeText<S>} must end in ${ShapeText<N>}`
      : S;

type Ends<S extends Shape, N extends Shape> = N extends readonly [
  ...infer NRest extends Shape,
  infer NLast extends number,
]
  ? S extends readonly [...infer Rest extends Shape, infer Last extends number]
    ? Fits<Last, NLast> extends true
      ? Ends<Rest, NRest>
      : false
    : number extends S["length"]
      ? true
      : false
  : true;

type Channels<S extends Shape, Name extends string, C extends number, Own> =
  Fits<Own & number, C> extends true
    ? S
    : `${Name}(${C}): input ${ShapeText<S>} has ${Own & number} channels`;

type OfBatch<S extends Shape, Name extends string, Dims extends 1 | 2 | 3, C extends number> = Dims extends 1
  ? Known<S> extends true
    ? S extends readonly [number, infer Own] | readonly [number, infer Own, number]
      ? Channels<S, Name, C, Own>
      : `${Name}(${C}): input ${ShapeText<S>} must be [N, ${C}] or [N, ${C}, L]`
    : S
  : PartsOf<S, Dims> extends infer P
    ? P extends { batch: infer Batch extends Shape; channels: infer Own }
      ? Fits<Batch["length"], 1> extends true
        ? Channels<S, Name, C, Own>
        : `${Name}(${C}): input ${ShapeText<S>} must have ${Dims extends 2 ? 4 : 5} dims`
      : P extends undefined
        ? S
        : `${Name}(${C}): input ${ShapeText<S>} must have ${Dims extends 2 ? 4 : 5} dims`
    : never;

type WithSpace<S extends Shape, Name extends string, Dims extends 1 | 2 | 3> =
  PartsOf<S, Dims> extends infer P
    ? P extends { batch: infer Batch extends Shape }
      ? Fits<Batch["length"], 0 | 1> extends true
        ? S
        : `${Name}: input ${ShapeText<S>} has too many dims`
      : P extends undefined
        ? S
        : `${Name}: input ${ShapeText<S>} has too few dims`
    : never;

type OfChannels<S extends Shape, Name extends string, C extends number> = S extends readonly [
  number,
  infer Own,
  ...number[],
]
  ? Channels<S, Name, C, Own>
  : Known<S> extends true
    ? `${Name}(${C}): input ${ShapeText<S>} must be [N, ${C}, ...]`
    : S;
