/**
 * The Tensor class: a handle on a value of the lazy graph and on how to differentiate it.
 *
 * Only what every tensor has stands here: its fields, its description (shape, dtype), and its part in differentiation. Operations are methods
 * too, but each family declares and adds its own (`ops/`), so that a method's signature, forward computation and gradient stand in one file;
 * what reads values stands in `reading.ts`. Import Tensor from `tensor.js`, which loads them all; only `ops/`, `autograd/` and the files
 * beside this one import this file.
 */
import { keep, Variable } from "../graph/run/evaluate.js";
import { type Node, roundingMask } from "../graph/record/node.js";
import { settled } from "../graph/record/rounding.js";
import { Alias, aliasOf, catchUp, Cell, follow } from "./alias.js";
import { type DType, isFloating } from "./dtype.js";
import type { Extras, Op } from "./op.js";
import { formatShape, sameShape } from "./shape.js";
import type { Shape, TypeOnly } from "./shape-types.js";
import { warn } from "./warn.js";

const noGradKept =
  "grad: backward() gathers gradients in leaves, tensors that were not computed from others, and this one was, so its grad is null; " +
  "call retainGrad() on it before backward()";

/**
 * The type of the property `shape`. It is not `S` itself: TypeScript compares the types of properties when a tensor is assigned to a variable,
 * and a variable may take tensors of all shapes. So the shape is inferred from the type of the object, `this`, where the property is read.
 */
type Sizes<T> = T extends { readonly [ofType]?: TypeOnly<readonly [...infer S extends Shape]> }
  ? number extends S["length"]
    ? Shape
    : S
  : Shape;

/** Where a tensor's type has its shape; there is no such property. */
declare const ofType: unique symbol;

/**
 * What structuredClone and postMessage are told of a tensor. They copy an object's own properties and nothing of its class, and call no method
 * of it; a getter they call, but a tensor that had one of its own would cost three times as much to make. One object for all tensors costs nothing.
 */
const refusal = {
  get tensor(): never {
    throw new TypeError(
      "structuredClone and postMessage copy plain objects, not tensors; send x.toCloneable(), and where it arrives tensor(message) makes the tensor again",
    );
  },
};

/**
 * An n-dimensional array whose operations can be differentiated (`torch.Tensor`).
 *
 * Operations check shapes and dtypes at once but compute only when a value is read (`item`, `tolist`, `data`, printing) or a
 * step ends. Methods that end in `_` change this tensor in place, and with it those that show the same elements: its base, views and
 * detached handles, by PyTorch's rules of what is a view and what a copy.
 */
export class Tensor<S extends Shape = Shape> {
  declare readonly [ofType]?: TypeOnly<S>;
  /** @internal The first property, so that structuredClone and postMessage meet it before all others. */
  _cloned = refusal;
  /** @internal Shape, dtype and the value; read the value through `node`. */
  _node: Node;
  /** @internal Null for a tensor that shares its value with no other and was not changed since an operation referred to it. */
  _alias: Alias | null = null;
  /** @internal */
  _op: Op | null = null;
  /** @internal */
  _a: Tensor | null = null;
  /** @internal */
  _b: Tensor | null = null;
  /** @internal */
  _c: Tensor | null = null;
  /** @internal What the gradient needs besides the inputs. */
  _attributes: unknown = null;
  /** @internal */
  _requiresGrad = false;
  /** @internal */
  _grad: Tensor | null = null;
  /** @internal Gradient gathered so far in the backward pass number `_mark`. */
  _pending: Tensor | null = null;
  /** @internal 0: no recorded operation refers to this tensor; 1: one does; else the number of the last backward pass that was here. */
  _mark = 0;
  /** @internal */
  _extras: Extras | null = null;

  /** @internal Tensors are made by `tensor`, `zeros`, `randn` ... and by operations. */
  constructor(node: Node) {
    if (node?.shape === undefined)
      throw new TypeError("new Tensor: make tensors with tensor([...]), zeros([2, 3]), randn([2, 3]) ...");
    this._node = (node.code & roundingMask) === 0 ? node : settled(node);
  }

  /** @internal The graph's node that holds the value now. */
  get node(): Node {
    return this._alias === null ? this._node : catchUp(this, this._alias);
  }

  /** Sizes of the dimensions, a list of the caller's own. */
  get shape(): Sizes<this> {
    return this._node.shape.slice() as Shape as Sizes<this>;
  }

  /** Type of the elements, such as "float32" (`torch.dtype`). */
  get dtype(): DType {
    return this._node.dtype;
  }

  /** Where everything is computed; PyTorch's name for it. */
  get device(): "cpu" {
    return "cpu";
  }

  /** Number of dimensions. */
  get ndim(): number {
    return this._node.shape.length;
  }

  /** Number of dimensions (`torch.Tensor.dim`). */
  dim(): number {
    return this._node.shape.length;
  }

  /** The shape, or the size of one dimension, which may be counted from the end. */
  size(): Sizes<this>;
  size(dim: number): number;
  size(dim?: number): Shape | number {
    if (dim === undefined) return this.shape;
    const n = this._node.shape.at(dim);
    if (n === undefined) throw new RangeError(`size: ${formatShape(this.shape)} has no dim ${dim}`);
    return n;
  }

  /** Number of elements. */
  numel(): number {
    return this._node.size;
  }

  /** Size of the first dimension, as of an array. @throws TypeError for a 0-dimensional tensor. */
  get length(): number {
    const n = this._node.shape[0];
    if (n === undefined)
      throw new TypeError("length: a 0-dimensional tensor has no length; item() gives its value");
    return n;
  }

  /** Whether operations on this tensor are recorded, so that a gradient can reach it. */
  get requiresGrad(): boolean {
    return this._now()._requiresGrad;
  }

  set requiresGrad(value: boolean) {
    this.requiresGrad_(value);
  }

  /** Switches recording on or off for a tensor that no recorded operation made; returns the tensor. */
  requiresGrad_(value = true): this {
    if (value && !isFloating(this.dtype)) {
      throw new TypeError(
        `requiresGrad: only floating tensors have gradients, this one is ${this.dtype}; use x.float()`,
      );
    }
    if (this._now()._op !== null) {
      if (value) return this;
      throw new Error(
        "requiresGrad: this tensor was computed from others that require grad; use detach() for one that does not",
      );
    }
    if (value === this._requiresGrad) return this;
    // Operations so far refer to a tensor that does not require grad, later ones to a state of this leaf.
    const alias = aliasOf(this);
    follow(this, alias, this._node, null);
    this._requiresGrad = value;
    this._extras = value ? { list: null, hooks: null, retainGrad: false, freed: false, owner: this } : null;
    return this;
  }

  /** Whether no recorded operation made this tensor: gradients are gathered in `grad` of such tensors. */
  get isLeaf(): boolean {
    return this._now()._op === null;
  }

  /** The gradient that `backward()` gathered, or null. Of a tensor that was computed from others only after `retainGrad()`. */
  get grad(): Tensor<S> | null {
    // A gradient that only the optimizer reads is never stored; whoever asks for it may read it at any later time.
    if (this._grad !== null) keep(this._grad.node);
    else if (this._op !== null && this._extras?.retainGrad !== true) warn(noGradKept);
    return this._grad as Tensor<S> | null;
  }

  set grad(value: Tensor<S> | null) {
    if (value !== null) {
      if (!sameShape(value.shape, this.shape)) {
        throw new Error(`grad: expected shape ${formatShape(this.shape)}, got ${formatShape(value.shape)}`);
      }
      if (value.dtype !== this.dtype)
        throw new TypeError(`grad: expected dtype ${this.dtype}, got ${value.dtype}`);
    }
    this._grad = value;
  }

  /** The same value without the record of how it was computed; a change in place of one changes both (`torch.Tensor.detach`). */
  detach(): Tensor<S> {
    const y = new Tensor<S>(this.node);
    shareValue(this, y);
    return y;
  }

  /**
   * JavaScript asks for a number in `-x`, `+x`, `a < b` and `a * b`, for either in `"loss " + x`: a tensor of one element is that element.
   * @throws TypeError for another tensor where only a number will do.
   */
  [Symbol.toPrimitive](hint: "number" | "string" | "default"): number | string {
    if (hint === "string" || (hint === "default" && this._node.size !== 1)) return String(this.toString());
    if (this._node.size === 1) return Number(this.item());
    throw new TypeError(
      `a tensor of shape ${formatShape(this.shape)} is not one number, so JavaScript's operators cannot compute with it; ` +
        `write x.neg() for -x, a.lt(b) for a < b, a.mul(b) for a * b`,
    );
  }

  /**
   * @internal The graph variable behind a parameter, made at the first call. From then on `graph.step` can give the tensor a new value
   * without growing any graph.
   */
  variable(): Variable {
    if (!this.isLeaf)
      throw new Error(
        "variable: this tensor was computed by a recorded operation; only leaves can be parameters",
      );
    let { cell } = aliasOf(this);
    if (this._alias!.geometry !== null) {
      // A part of a larger value: trained, it is a value of its own.
      cell = new Cell(this.node);
      const alias = new Alias(cell, null, this);
      follow(this, alias, this._node, null);
      this._alias = alias;
    }
    return (cell.variable ??= new Variable(cell.value));
  }

  /** @internal This tensor, once it has caught up with changes of what it shares its value with. */
  _now(): this {
    if (this._alias !== null) catchUp(this, this._alias);
    return this;
  }

  /** @internal A tensor of its own in the same state, for operations to refer to. */
  _snapshot(): Tensor<S> {
    const state = new Tensor<S>(this._node);
    state._op = this._op;
    state._a = this._a;
    state._b = this._b;
    state._c = this._c;
    state._attributes = this._attributes;
    state._requiresGrad = this._requiresGrad;
    state._pending = this._pending;
    state._mark = this._mark;
    state._extras = this._extras;
    return state;
  }

  /** @internal The state that a recorded step gives, whatever the grad mode is. */
  _stateOn(node: Node, op: Op, a: Tensor, attributes: unknown): Tensor {
    const state = new Tensor(node);
    state._op = op;
    state._a = a;
    state._attributes = attributes;
    state._requiresGrad = true;
    return state;
  }

  /** Entries along the first dimension. */
  *[Symbol.iterator](): IterableIterator<Tensor> {
    const n = this.length;
    for (let i = 0; i < n; i++) yield this.select(0, i);
  }
}

/** @internal `y`, which nobody shares yet, shows the value of `x` from now on, but has no part in its history. */
export function shareValue(x: Tensor, y: Tensor): void {
  const { cell, geometry } = aliasOf(x);
  let base = y;
  if (geometry !== null) {
    // The whole value that the tensors are a part of, without the history of its base.
    base = new Tensor(cell.value);
    base._alias = new Alias(cell, null, base);
  }
  y._alias = new Alias(cell, geometry, base);
}

/** A method that other programs look for under a registered symbol. */
export function defineSymbol(key: string, method: (this: Tensor) => unknown): void {
  Object.defineProperty(Tensor.prototype, Symbol.for(key), {
    value: method,
    writable: true,
    configurable: true,
  });
}
