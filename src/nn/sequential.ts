/** Layers one after the other, with the shape followed through them by the type system. */
import type { Checked, Ok, Shape, TypeOnly } from "../tensor/shape-types.js";
import type { Tensor } from "../tensor/tensor.js";
import { place } from "./containers.js";
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
  /** The same list, for what changes it. */
  readonly #layers: Layer[];

  constructor(...layers: Layers) {
    super();
    layers.forEach((layer, i) => checkLayer(`Sequential (layer ${i})`, layer));
    this.#layers = [...layers];
    this.layers = this.#layers;
  }

  /** Number of layers. */
  get length(): number {
    return this.layers.length;
  }

  /** The layer at a place, counted from the end where it is negative. @throws RangeError */
  at(index: number): Layer {
    return this.layers[place("Sequential.at", index, this.length)]!;
  }

  /** Puts another layer at a place. @throws RangeError; TypeError for what is no module */
  set(index: number, layer: Layer): void {
    checkLayer("Sequential.set", layer);
    this.#layers[place("Sequential.set", index, this.length)] = layer;
  }

  /**
   * Adds a layer at the end (`torch.nn.Sequential.append`). Types know the layer in what is returned, which is the module itself; the type of a
   * variable that there was before stays that of its layers then.
   */
  append<const L extends Layer>(layer: L): Sequential<readonly [...Layers, L]> {
    checkLayer("Sequential.append", layer);
    this.#layers.push(layer);
    return this as unknown as Sequential<readonly [...Layers, L]>;
  }

  /** Adds layers at the end, such as those of another Sequential (`torch.nn.Sequential.extend`). */
  extend(layers: Iterable<Layer>): Sequential {
    const list = [...layers];
    for (const layer of list) checkLayer("Sequential.extend", layer);
    this.#layers.push(...list);
    return this;
  }

  /** Puts a layer before the one at `index`, which counts from the end where it is negative (`torch.nn.Sequential.insert`). @throws RangeError */
  insert(index: number, layer: Layer): Sequential {
    checkLayer("Sequential.insert", layer);
    const at = index === this.length ? index : place("Sequential.insert", index, this.length);
    this.#layers.splice(at, 0, layer);
    return this;
  }

  /** Takes the layer at a place out and returns it (`torch.nn.Sequential.pop`). @throws RangeError */
  pop(index: number): Layer {
    return this.#layers.splice(place("Sequential.pop", index, this.length), 1)[0]!;
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

  /** @internal */
  override setChild(name: string, module: Module): void {
    if (name === String(this.length)) this.append(module as Layer);
    else this.set(Number(name), module as Layer);
  }

  [Symbol.iterator](): IterableIterator<Layer> {
    return this.layers.values();
  }
}

function checkLayer(what: string, layer: unknown): void {
  if (layer instanceof Module) return;
  const got =
    typeof layer === "function"
      ? `a function; its layer is made by new, such as new nn.ReLU()`
      : layer === null
        ? "null"
        : typeof layer;
  throw new TypeError(`${what}: expected a layer, such as new nn.Linear(3, 2), got ${got}`);
}

/** `new Sequential(...layers)`, where layers that do not fit each other are refused by the compiler. */
export function sequential<const Layers extends readonly Layer[]>(
  ...layers: { [I in keyof Layers]: Layers[I] & Chain<Layers>[I & keyof Chain<Layers>] }
): Sequential<Layers> {
  return new Sequential<Layers>(...(layers as unknown as Layers));
}
