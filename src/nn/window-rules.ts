/** What convolutions and pools do to a shape, as rules of layers. */
import type { AdaptivePoolShape, ConvShape, ConvTransposeShape, PoolShape } from "../ops/channel-types.js";
import type { Shape } from "../tensor/shape-types.js";
import type { ShapeRule } from "./shape-rule.js";

/** Windows of size K at steps of S with padding P and dilation D, from `In` channels to `Out`. */
export interface ConvRule<
  Name extends string,
  Dims extends 1 | 2 | 3,
  In extends number,
  Out extends number,
  K,
  S,
  P,
  D,
> extends ShapeRule {
  readonly output: ConvShape<
    Extract<this["input"], Shape>,
    `${Name}(${In} → ${Out})`,
    In,
    Out,
    Dims,
    K,
    S,
    P,
    D
  >;
}

/** As `ConvRule`, the other way round; `More` is added at the far end. */
export interface ConvTransposeRule<
  Name extends string,
  Dims extends 1 | 2 | 3,
  In extends number,
  Out extends number,
  K,
  S,
  P,
  More,
  D,
> extends ShapeRule {
  readonly output: ConvTransposeShape<
    Extract<this["input"], Shape>,
    `${Name}(${In} → ${Out})`,
    In,
    Out,
    Dims,
    K,
    S,
    P,
    More,
    D
  >;
}

/** Windows of size K, at steps of as much if S is not given. */
export interface PoolRule<
  Name extends string,
  Dims extends 1 | 2 | 3,
  K,
  S,
  P = 0,
  D = 1,
  Ceil = false,
> extends ShapeRule {
  readonly output: PoolShape<Extract<this["input"], Shape>, Name, Dims, K, S, P, D, Ceil>;
}

/** As many windows as `O` says. */
export interface AdaptivePoolRule<Name extends string, Dims extends 1 | 2 | 3, O> extends ShapeRule {
  readonly output: AdaptivePoolShape<Extract<this["input"], Shape>, Name, Dims, O>;
}
