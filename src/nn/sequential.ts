/** Layers one after the other, with the shape followed through them by the type system. */
import type { Checked, Ok, Shape } from "../tensor/shape-types.js";
import type { Tensor } from "../tensor/tensor.js";
import type { SameShape } from "./activation.js";
import type { Linear, LinearShape } from "./linear.js";
import { Module } from "./module.js";

/** A module that turns one tensor into one tensor. */
export type Layer = Module & { forward(input: Tensor): Tensor };

/** The shape that comes out of a layer; a sentence when it does not take shape `S`. */
type After<L, S extends Shape> =
  L extends Linear<infer In, infer Out>
    ? LinearShape<S, In, Out>
    : L extends SameShape
      ? S
      : L extends Sequential<infer Inner>
        ? Through<Inner, S>
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

/** The layers themselves, with a sentence in the place of the first one that does not fit the one before. */
export type Chain<Layers extends readonly unknown[], S extends Shape = Shape> = Layers extends readonly [
  infer First,
  ...infer Rest,
]
  ? [After<First, S> extends string ? After<First, S> : First, ...Chain<Rest, Features<First, S>>]
  : Layers;

/** What is known of the shape after a layer: its number of features, if anything. */
type Features<L, S extends Shape> =
  L extends Linear<number, infer Out>
    ? [number, Out]
    : L extends SameShape
      ? S
      : L extends Sequential<infer Inner>
        ? Inner extends readonly [...unknown[], infer Last]
          ? Features<Last, Shape>
          : Shape
        : Shape;

/**
 * Calls its layers in order, each with the output of the one before. Names of parameters are "0.weight", "2.bias" …
 * PyTorch's nn.Sequential.
 */
export class Sequential<out Layers extends readonly Layer[] = readonly Layer[]> extends Module {
  readonly layers: Layers;

  constructor(...layers: Layers) {
    super();
    this.layers = layers;
  }

  get length(): number {
    return this.layers.length;
  }

  forward<S extends Shape>(input: Checked<Through<Layers, S>, Tensor<S>>): Tensor<Ok<Through<Layers, S>>>;
  forward(input: Tensor): Tensor {
    let output: Tensor = input;
    for (const layer of this.layers) output = layer.forward(output);
    return output;
  }

  /** Layers are named by their place, without the name of the property. */
  override namedChildren(): [string, Module][] {
    return this.layers.map((layer, i) => [String(i), layer]);
  }

  [Symbol.iterator](): IterableIterator<Layer> {
    return this.layers.values();
  }
}

/** `new Sequential(...layers)`, where layers that do not fit each other are refused by the compiler. */
export function sequential<const Layers extends readonly Layer[]>(
  ...layers: { [I in keyof Layers]: Layers[I] & Chain<Layers>[I & keyof Chain<Layers>] }
): Sequential<Layers> {
  return new Sequential<Layers>(...(layers as unknown as Layers));
}
