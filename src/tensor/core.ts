/**
 * The Tensor class: a handle on a value of the lazy graph and on how to differentiate it.
 *
 * Only what every tensor has stands here. Operations are methods too, but each family declares and adds its own
 * (`ops/`), so that a method's signature, forward computation and gradient stand in one file. Import Tensor from
 * `tensor.js`, which loads them all; only `ops/` and `autograd/` import this file.
 */
import { evaluate, keep, Variable } from "../graph/evaluate.js";
import type { Node } from "../graph/node.js";
import { type DType, isFloating, type TypedArray, viewOf } from "./dtype.js";
import { formatShape, sameShape } from "./shape.js";
import type { Nested, NestedNumbers, Shape } from "./shape-types.js";
import { warn } from "./warn.js";

/**
 * How one operation is differentiated: a static description, shared by all tensors that came of that operation.
 */
export interface Op {
  /** PyTorch's name of the step, shown as `grad_fn`. */
  readonly name: string;
  /** Whether the gradient reads values of the inputs or of the result (beyond their shapes). */
  readonly saves: boolean;
  /** Given the result `y` and the gradient `g` of the root with respect to it, hands each input its share (`accumulate`). */
  gradient(y: Tensor, g: Tensor): void;
}

/** Inputs of an operation that takes a list, with the versions they had. */
export interface InputList {
  readonly tensors: Tensor[];
  readonly versions: readonly number[];
}

/** What only few tensors have. */
export interface Extras {
  list: InputList | null;
  hooks: ((gradient: Tensor) => Tensor | undefined)[] | null;
  retainGrad: boolean;
  /** The walk of backward() has passed and let go what this step had saved. */
  freed: boolean;
  /** What this tensor was before it was changed in place. */
  previous: Tensor | null;
}

const noGradKept =
  "grad: backward() gathers gradients in leaves, tensors that were not computed from others, and this one was, so its grad is null; " +
  "call retainGrad() on it before backward()";

/**
 * An n-dimensional array whose operations can be differentiated (`torch.Tensor`).
 *
 * Operations check shapes and dtypes at once but compute only when a value is read (`item`, `tolist`, `data`, printing) or a
 * step ends. A tensor's value never changes by itself: methods that end in `_` give this tensor a new value and leave other tensors,
 * views included, as they are.
 */
export class Tensor<S extends Shape = Shape> {
  /** @internal Value; a parameter's is read through `node`. */
  _node: Node;
  /** @internal */
  _variable: Variable | null = null;
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
  /** @internal Versions of a, b and c when this was recorded, ten bits each. */
  _versions = 0;
  /** @internal How often this tensor was changed in place. */
  _version = 0;
  /** @internal */
  _requiresGrad = false;
  /** @internal */
  _grad: Tensor | null = null;
  /** @internal Gradient gathered so far in the walk number `_mark`. */
  _pending: Tensor | null = null;
  /** @internal */
  _mark = 0;
  /** @internal */
  _extras: Extras | null = null;

  /** @internal Tensors are made by `tensor`, `zeros`, `randn` ... and by operations. */
  constructor(node: Node) {
    if (node?.shape === undefined)
      throw new TypeError("new Tensor: make tensors with tensor([...]), zeros([2, 3]), randn([2, 3]) ...");
    this._node = node;
  }

  /** @internal The graph's node that holds the value now. */
  get node(): Node {
    return this._variable === null ? this._node : this._variable.node;
  }

  /** Sizes of the dimensions. */
  get shape(): S {
    return this._node.shape as unknown as S;
  }

  get dtype(): DType {
    return this._node.dtype;
  }

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
  size(): S;
  size(dim: number): number;
  size(dim?: number): S | number {
    if (dim === undefined) return this.shape;
    const n = this.shape.at(dim);
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
    return this._requiresGrad;
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
    if (!value && this._op !== null) {
      throw new Error(
        "requiresGrad: this tensor was computed from others that require grad; use detach() for one that does not",
      );
    }
    this._requiresGrad = value;
    return this;
  }

  /** Whether no recorded operation made this tensor: gradients are gathered in `grad` of such tensors. */
  get isLeaf(): boolean {
    return this._op === null;
  }

  /** The recorded operation that made this tensor, or null. */
  get gradFn(): { readonly name: string } | null {
    return this._op;
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

  /** The same value without the record of how it was computed. */
  detach(): Tensor<S> {
    return new Tensor<S>(this.node);
  }

  /** The only element as a number; of a bool tensor 1 or 0. @throws Error when there is not exactly one element. */
  item(): number {
    if (this._node.size !== 1) {
      throw new Error(
        `item: a tensor of shape ${formatShape(this.shape)} has ${this._node.size} elements, expected one; use tolist() or reduce it first`,
      );
    }
    return this._view()[0]!;
  }

  /** Nested arrays of numbers, as deep as the rank (a number for rank 0); of a bool tensor 1 and 0. */
  tolist<A extends Shape>(this: Tensor<A>): Nested<A> {
    return nest(this._view(), this.shape, 0, { position: 0 }) as Nested<A>;
  }

  /** As `tolist`, for JSON.stringify. */
  toJSON(): NestedNumbers {
    return nest(this._view(), this.shape, 0, { position: 0 });
  }

  /** The elements in row-major order, as a copy: Float32Array, Float64Array, Int32Array, or Uint8Array for bool. */
  dataSync(): TypedArray {
    return this._view().slice();
  }

  /** `dataSync`, for engines that compute elsewhere. */
  data(): Promise<TypedArray> {
    return new Promise((resolve) => resolve(this.dataSync()));
  }

  /** @internal The elements in row-major order, not copied: never write to it, never keep it across a step. */
  _view(): TypedArray {
    const node = this.node;
    if (node.storage === null) evaluate([node]);
    const storage = node.storage!;
    return viewOf(node.dtype, storage.buffer, storage.byteOffset, node.size);
  }

  /**
   * @internal The graph variable behind a parameter or a piece of optimizer state, made at the first call. From then on
   * `graph.step` can give the tensor a new value without growing any graph.
   */
  variable(options?: { inPlace?: boolean }): Variable {
    if (this._op !== null)
      throw new Error(
        "variable: this tensor was computed by a recorded operation; only leaves can be parameters",
      );
    return (this._variable ??= new Variable(this._node, options));
  }

  /** Entries along the first dimension. */
  *[Symbol.iterator](): IterableIterator<Tensor> {
    const n = this.length;
    for (let i = 0; i < n; i++) yield this.select(0, i);
  }
}

function nest(data: TypedArray, shape: Shape, dim: number, at: { position: number }): NestedNumbers {
  if (dim === shape.length) return data[at.position++]!;
  const n = shape[dim]!;
  const out = new Array<NestedNumbers>(n);
  for (let i = 0; i < n; i++) out[i] = nest(data, shape, dim + 1, at);
  return out;
}

/** Adds an operation family's methods to Tensor; their signatures are declared beside, by merging into the class. */
export function defineMethods(methods: {
  readonly [K in keyof Tensor]?: (this: Tensor, ...args: never[]) => unknown;
}): void {
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(Tensor.prototype, name, { value, writable: true, configurable: true });
  }
}

/** As `defineMethods`, for a method that other programs look for under a registered symbol. */
export function defineSymbol(key: string, method: (this: Tensor) => unknown): void {
  Object.defineProperty(Tensor.prototype, Symbol.for(key), {
    value: method,
    writable: true,
    configurable: true,
  });
}

/** As `defineMethods`, for properties that are computed from the tensor. */
export function defineGetters(getters: { readonly [K in keyof Tensor]?: (x: Tensor) => unknown }): void {
  for (const [name, get] of Object.entries(getters)) {
    Object.defineProperty(Tensor.prototype, name, {
      get(this: Tensor) {
        return get(this);
      },
      configurable: true,
    });
  }
}
