/**
 * What a layer does to a shape, said for the types: `sequential` and `forward` follow shapes through layers that they know nothing else of.
 * How a layer of one's own says it is in docs/shapes.md.
 */
import type { Shape, TypeOnly } from "../tensor/shape-types.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Module } from "./module.js";

/** A module that turns one tensor into one tensor. */
export type Layer = Module & { forward(input: Tensor): Tensor };

/** A function on shapes: `output` is a type of `this["input"]`, the shape that comes out or a sentence that says why `input` does not fit. */
export interface ShapeRule {
  readonly input: unknown;
  readonly output: unknown;
}

/** The rule of a layer that keeps the shape of its input. */
export interface SameShapeRule extends ShapeRule {
  readonly output: this["input"];
}

type Apply<R extends ShapeRule, S extends Shape> = (R & { readonly input: S })["output"];

/** The shape that comes out of layer `L` when `S` goes in; a sentence when it does not fit; not known when the layer has no rule. */
export type After<L, S extends Shape> = L extends { readonly shapeRule?: TypeOnly<infer R extends ShapeRule> }
  ? Apply<R, S> extends infer Out extends Shape | string
    ? Out
    : Shape
  : Shape;

/** The shape that comes out of layers one after the other. */
export type Through<Layers extends readonly unknown[], S extends Shape> = Layers extends readonly [
  infer First,
  ...infer Rest,
]
  ? After<First, S> extends infer Out
    ? Out extends Shape
      ? Through<Rest, Out>
      : Out
    : never
  : number extends Layers["length"]
    ? Shape
    : S;

/**
 * The layers themselves, with a sentence in the place of the first one that does not fit the one before. The recursion comes last in its branch,
 * with what was found so far in `Done`: so the compiler follows a thousand layers, and otherwise some thirty.
 */
export type Chain<
  Layers extends readonly unknown[],
  S extends Shape = Shape,
  Done extends readonly unknown[] = [],
> = Layers extends readonly [infer First, ...infer Rest]
  ? After<First, S> extends infer Out
    ? Chain<Rest, Out extends Shape ? Out : Shape, [...Done, Out extends string ? Out : First]>
    : never
  : [...Done, ...Layers];
