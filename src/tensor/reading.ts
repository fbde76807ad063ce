/**
 * Reading the elements of a tensor: here values that were only recorded so far get computed. First the methods for users, then the functions
 * by which the library reads.
 */
import { engine } from "../engine/current.js";
import type { Engine, Storage } from "../engine/engine.js";
import type { Node } from "../graph/record/node.js";
import { evaluate } from "../graph/run/evaluate.js";
import { dtypeBytes } from "../primitives/dtypes.js";
import { asNumbers, type Elements, elementsOf, type TypedArray } from "../primitives/elements.js";
import type { Tensor } from "./core.js";
import { operation } from "./operation.js";
import { formatShape } from "./shape.js";
import type { Element, Nested, NestedElements, Values } from "./nested-types.js";
import type { Shape } from "./shape-types.js";

declare module "./core.js" {
  interface Tensor<S extends Shape = Shape> {
    /**
     * The only element: a number, of a bool tensor true or false (the type is `boolean` where that is asked for:
     * `const all: boolean = mask.all().item()`). @throws Error when there is not exactly one element; RangeError for an int64 beyond 2⁵³.
     */
    item<E extends Element = number>(): E;
    /**
     * Nested arrays of numbers, as deep as the rank (a number for rank 0); of a bool tensor true and false, as for `item`.
     * @throws RangeError for an int64 beyond 2⁵³
     */
    tolist<A extends Shape, E extends Element = number>(this: Tensor<A>): Nested<A, E>;
    /** As `tolist`, for JSON.stringify. */
    toJSON(): NestedElements;
    /**
     * The elements in row-major order, as a copy: the typed array of the dtype's name; of float16 and bfloat16 a Float32Array, of bool a
     * Uint8Array of 1 and 0, of int64 a BigInt64Array (the type is that where it is asked for: `x.dataSync<BigInt64Array>()`).
     */
    dataSync(): TypedArray;
    /** As `dataSync()`, with the type of what an int64 tensor gives. */
    dataSync<A extends BigInt64Array>(): A;
    /** As `dataSync`, on every engine, also one that computes elsewhere. */
    data(): Promise<TypedArray>;
    /** As `data()`, with the type of what an int64 tensor gives. */
    data<A extends BigInt64Array>(): Promise<A>;
  }
}

operation("item", (x) => {
  const { size, shape } = x._node;
  if (size !== 1) {
    throw new Error(
      `item: a tensor of shape ${formatShape(shape)} has ${size} elements, expected one; use tolist() or reduce it first`,
    );
  }
  return elementsFor("item", x)(0);
});

operation("tolist", (x) => nested(elementsFor("tolist", x), x._node.shape) as Values<number>);

operation("toJSON", (x) => nested(elementsFor("toJSON", x), x._node.shape));

operation("dataSync", (x) => glance(x, "dataSync").elements.slice());

operation("data", (x) => readLater(x) as Promise<TypedArray>);

async function readLater(x: Tensor): Promise<Elements> {
  const { node } = x;
  if (node.storage === null) evaluate([node]);
  const storage = node.storage!;
  return elementsOf(node.dtype, await storage.engine.read(storage), 0, node.size);
}

/** Elements that somebody keeps hold what they look into. */
const leases = new WeakMap<Elements, object>();

/** Gives the element at a place in row-major order as what it is: a number, or true and false. */
function elementsFor(asking: string, x: Tensor): (i: number) => Element {
  const data = glance(x, asking).elements;
  if (data instanceof BigInt64Array) return (i) => exactNumber(asking, data[i]!);
  return x.dtype === "bool" ? (i) => data[i] !== 0 : (i) => data[i]!;
}

/** @throws RangeError where numbers have gaps. */
function exactNumber(asking: string, value: bigint): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new RangeError(
    `${asking}: ${value} is beyond 2⁵³, where JavaScript's numbers have gaps; dataSync<BigInt64Array>() gives bigints`,
  );
}

/** Elements in row-major order as arrays within arrays. */
function nested(element: (i: number) => Element, shape: Shape): NestedElements {
  let next = 0;
  const entries = (dim: number): NestedElements => {
    if (dim === shape.length) return element(next++);
    const n = shape[dim]!;
    const list = new Array<NestedElements>(n);
    for (let i = 0; i < n; i++) list[i] = entries(dim + 1);
    return list;
  };
  return entries(0);
}

/**
 * The elements in row-major order, mostly not copied: never write to it. An operation on `x` in place may change them.
 * @param asking who needs them, and if need be why: the beginning of the error's message
 * @throws Error on an engine that computes asynchronously
 * @internal
 */
export function readElements(x: Tensor, asking: string): Elements {
  const { elements, storage } = glance(x, asking);
  if (storage.lease !== undefined) leases.set(elements, storage.lease);
  return elements;
}

/** As `readElements`, for who does not keep the elements across an operation: then their memory may be used again. */
function glance(x: Tensor, asking: string): { elements: Elements; storage: Storage } {
  const { node } = x;
  if (!readsAtOnce(x)) {
    throw new Error(
      `${asking}: the ${engineOf(node).name} engine computes asynchronously, so values cannot be read at once; use await x.data()`,
    );
  }
  if (node.storage === null) evaluate([node]);
  const storage = node.storage!;
  const { buffer, byteOffset } = storage.engine.readSync!(storage);
  return { elements: elementsOf(node.dtype, buffer, byteOffset, node.size), storage };
}

/**
 * The elements in row-major order as the dtype's bytes, mostly not copied: never write to them, and be done with them before an operation
 * changes `x` in place. A promise on an engine that computes elsewhere.
 * @internal
 */
export function readBytes({ node }: Tensor): Uint8Array | Promise<Uint8Array> {
  if (node.storage === null) evaluate([node]);
  const storage = node.storage!;
  const { engine } = storage;
  const length = node.size * dtypeBytes[node.dtype];
  if (engine.readSync === undefined)
    return engine.read(storage).then((buffer) => new Uint8Array(buffer, 0, length));
  const { buffer, byteOffset } = engine.readSync(storage);
  return new Uint8Array(buffer, byteOffset, length);
}

/** As `readElements`, as numbers: those of int64 beyond 2⁵³ are rounded. @internal */
export function readNumbers(x: Tensor, asking: string): TypedArray {
  return asNumbers(readElements(x, asking));
}

/** Whether the elements can be read without waiting for an engine that computes elsewhere. @internal */
export function readsAtOnce(x: Tensor): boolean {
  return engineOf(x.node).readSync !== undefined;
}

/** Whether the elements can be read now, without computing anything. @internal */
export function isComputed(x: Tensor): boolean {
  return x.node.storage !== null && readsAtOnce(x);
}

/** Where the value is, or is going to be. */
function engineOf({ storage }: Node): Engine {
  return storage === null ? engine() : storage.engine;
}
