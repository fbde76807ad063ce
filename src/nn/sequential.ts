/** Layers one after the other, with the shape followed through them by the type system. */
import type { Checked, Ok, Shape, TypeOnly } from "../tensor/shape-types.js";
import type { Tensor } from "../tensor/tensor.js";
import { inLayer } from "./layer-path.js";
import { Module } from "./module.js";
import type { After, Chain, Layer, ShapeRule, Through } from "./shape-rule.js";

interface SequentialRule<Layers extends readonly Layer[]> extends ShapeRule {
  readonly output: Through<Layers, Extract<this["input"], Shape>>;
}
/**
 * Calls its layers in order, each with the output of the one before. Names of parameters are "0.weight", "2.bias" …
 * PyTorch's nn.Sequential.
 */
export class Sequential<Layers extends readonly Layer[] = readonly Layer[]> extends Module {
  declare readonly shapeRule?: TypeOnly<SequentialRule<Layers>>;
  readonly layers: readonly Layer[];

  constructor(...layers: Layers) {
    super();
    this.layers = layers;
  }

  /** Number of layers. */
  get length(): number {
    return this.layers.length;
  }

  forward<L extends Layer, S extends Shape>(
    this: L,
    input: Checked<After<L, S>, Tensor<S>>,
  ): Tensor<Ok<After<L, S>>>;
  forward(input: Tensor): Tensor {
    let output: Tensor = input;
    for (let i = 0; i < this.layers.length; i++) {
      try {
        output = this.layers[i]!.forward(output);
      } catch (error) {
        throw inLayer(error, String(i));
      }
    }
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
