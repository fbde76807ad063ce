/**
 * The Tensor class: a handle on a value of the lazy graph and on how to differentiate it.
 *
 * Only what every tensor has stands here. Operations are methods too, but each family declares and adds its own
 * (`ops/`), so that a method's signature, forward computation and gradient stand in one file. Import Tensor from
 * `tensor.js`, which loads them all; only `ops/` and `autograd/` import this file.
 */
import { engine } from "../engine/current.js";
import type { Engine } from "../engine/engine.js";
import { evaluate, keep, Variable } from "../graph/run/evaluate.js";
import type { Node } from "../graph/record/node.js";
import { settled } from "../graph/record/rounding.js";
import { Alias, aliasOf, catchUp, Cell, follow } from "./alias.js";
import { asNumbers, type Elements, elementsOf, type TypedArray } from "../primitives/elements.js";
import { type DType, isFloating } from "./dtype.js";
import { formatShape, sameShape } from "./shape.js";
import type { Element, Nested, NestedElements, Shape, TypeOnly } from "./shape-types.js";
import { warn } from "./warn.js";

/**
 * How one operation is differentiated: a static description, shared by all tensors that came of that operation.
 * `A` is what its gradient needs besides the inputs, the attributes.
 */
export interface Op<A = unknown> {
  /** PyTorch's name of the step, shown as `grad_fn`. */
  readonly name: string;
  /** Whether the gradient reads values of the inputs or of the result (beyond their shapes). */
  readonly saves: boolean;
  /**
   * Given the result `y` and the gradient `g` of the root with respect to it, gives that with respect to each input, in their order (a, b, c,
   * or the list). What is not `wanted` may be null. Along dims along which the input was broadcast the walk sums.
   */
  gradient(y: Recorded<A>, g: Tensor): readonly (Tensor | null)[];
}

/** The result of an operation, as its gradient sees it: with the inputs and the attributes that it was recorded with, and no others. */
export interface Recorded<A> extends Tensor {
  /** @internal */
  _a: Tensor;
  /** @internal */
  _b: Tensor;
  /** @internal */
  _c: Tensor;
  /** @internal */
  _attributes: A;
}

/** What only few tensors have. */
export interface Extras {
  /** Inputs of an operation that takes a list. */
  list: Tensor[] | null;
  hooks: ((gradient: Tensor) => Tensor | undefined)[] | null;
  retainGrad: boolean;
  /** The walk of backward() has passed and let go what this step had saved. */
  freed: boolean;
  /** The tensor whose `grad` takes the gradient of this state. */
  owner: Tensor | null;
}

const noGradKept =
  "grad: backward() gathers gradients in leaves, tensors that were not computed from others, and this one was, so its grad is null; " +
  "call retainGrad() on it before backward()";

/**
 * The shape of a tensor's type. It is not `S` itself in the class: what a property has in its type decides which tensors a variable takes,
 * and a variable takes tensors of all shapes. The type of the object, `this`, is looked into where the property is read.
 */
type Sizes<T> = T extends { readonly [ofType]?: TypeOnly<readonly [...infer S extends Shape]> }
  ? number extends S["length"]
    ? Shape
    : S
  : Shape;

/** Where a tensor's type has its shape; there is no such property. */
declare const ofType: unique symbol;

/**
 * An n-dimensional array whose operations can be differentiated (`torch.Tensor`).
 *
 * Operations check shapes and dtypes at once but compute only when a value is read (`item`, `tolist`, `data`, printing) or a
 * step ends. Methods that end in `_` change this tensor in place, and with it those that show the same elements: its base, views and
 * detached handles, by PyTorch's rules of what is a view and what a copy.
 */
export class Tensor<S extends Shape = Shape> {
  declare readonly [ofType]?: TypeOnly<S>;
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
  /** @internal Gradient gathered so far in the walk number `_mark`. */
  _pending: Tensor | null = null;
  /** @internal 0: no recorded operation refers to this tensor; 1: one does; else the walk that was here last. */
  _mark = 0;
  /** @internal */
  _extras: Extras | null = null;

  /** @internal Tensors are made by `tensor`, `zeros`, `randn` ... and by operations. */
  constructor(node: Node) {
    if (node?.shape === undefined)
      throw new TypeError("new Tensor: make tensors with tensor([...]), zeros([2, 3]), randn([2, 3]) ...");
    this._node = settled(node);
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

  /** The recorded operation that made this tensor, or null. */
  get gradFn(): { readonly name: string } | null {
    return this._now()._op;
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
   * The only element: a number, of a bool tensor true or false (the type is `boolean` where that is asked for:
   * `const all: boolean = mask.all().item()`). @throws Error when there is not exactly one element; RangeError for an int64 beyond 2⁵³.
   */
  item<E extends Element = number>(): E {
    if (this._node.size !== 1) {
      throw new Error(
        `item: a tensor of shape ${formatShape(this.shape)} has ${this._node.size} elements, expected one; use tolist() or reduce it first`,
      );
    }
    return this._elements("item")(0) as E;
  }

  /**
   * Nested arrays of numbers, as deep as the rank (a number for rank 0); of a bool tensor true and false, as for `item`.
   * @throws RangeError for an int64 beyond 2⁵³
   */
  tolist<A extends Shape, E extends Element = number>(this: Tensor<A>): Nested<A, E> {
    return nest(this._elements("tolist"), this._node.shape, 0, { position: 0 }) as Nested<A, E>;
  }

  /** As `tolist`, for JSON.stringify. */
  toJSON(): NestedElements {
    return nest(this._elements("toJSON"), this._node.shape, 0, { position: 0 });
  }

  /** Reads elements in row-major order as what they are: numbers, or true and false. */
  private _elements(asking: string): (i: number) => Element {
    const data = this._read(asking);
    if (data instanceof BigInt64Array) return (i) => exactNumber(asking, data[i]!);
    return this.dtype === "bool" ? (i) => data[i] !== 0 : (i) => data[i]!;
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
   * The elements in row-major order, as a copy: the typed array of the dtype's name; of float16 and bfloat16 a Float32Array, of bool a
   * Uint8Array of 1 and 0, of int64 a BigInt64Array (the type is that where it is asked for: `x.dataSync<BigInt64Array>()`).
   */
  dataSync(): TypedArray;
  dataSync<A extends BigInt64Array>(): A;
  dataSync(): Elements {
    return this._read("dataSync").slice();
  }

  /** As `dataSync`, on every engine, also one that computes elsewhere. */
  data(): Promise<TypedArray>;
  data<A extends BigInt64Array>(): Promise<A>;
  async data(): Promise<Elements> {
    const node = this.node;
    if (node.storage === null) evaluate([node]);
    const storage = node.storage!;
    return elementsOf(node.dtype, await storage.engine.read(storage), 0, node.size);
  }

  /** @internal As `_read`, as numbers: those of int64 beyond 2⁵³ are rounded. */
  _view(asking: string): TypedArray {
    return asNumbers(this._read(asking));
  }

  /**
   * @internal The elements in row-major order, mostly not copied: never write to it, never keep it across an operation.
   * @param asking who needs them, and if need be why
   * @throws Error on an engine that computes asynchronously
   */
  _read(asking: string): Elements {
    const node = this.node;
    if (!this._readsAtOnce) {
      throw new Error(
        `${asking}: the ${engineOf(node).name} engine computes asynchronously, so values cannot be read at once; use await x.data()`,
      );
    }
    if (node.storage === null) evaluate([node]);
    const storage = node.storage!;
    const { buffer, byteOffset } = storage.engine.readSync!(storage);
    return elementsOf(node.dtype, buffer, byteOffset, node.size);
  }

  /** @internal Whether the elements can be read without waiting for an engine that computes elsewhere. */
  get _readsAtOnce(): boolean {
    return engineOf(this.node).readSync !== undefined;
  }

  /** @internal Whether the elements can be read now, without computing anything. */
  get _isThere(): boolean {
    return this.node.storage !== null && this._readsAtOnce;
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

/** @throws RangeError where numbers have gaps. */
function exactNumber(name: string, value: bigint): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new RangeError(
    `${name}: ${value} is beyond 2⁵³, where JavaScript's numbers have gaps; dataSync<BigInt64Array>() gives bigints`,
  );
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

/** Where the value is, or is going to be. */
function engineOf({ storage }: Node): Engine {
  return storage === null ? engine() : storage.engine;
}

function nest(
  data: (i: number) => Element,
  shape: Shape,
  dim: number,
  at: { position: number },
): NestedElements {
  if (dim === shape.length) return data(at.position++);
  const n = shape[dim]!;
  const out = new Array<NestedElements>(n);
  for (let i = 0; i < n; i++) out[i] = nest(data, shape, dim + 1, at);
  return out;
}

/** A method that other programs look for under a registered symbol. */
export function defineSymbol(key: string, method: (this: Tensor) => unknown): void {
  Object.defineProperty(Tensor.prototype, Symbol.for(key), {
    value: method,
    writable: true,
    configurable: true,
  });
}
