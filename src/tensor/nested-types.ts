/** Nested arrays as types: the data that a tensor is made from, and what reading gives. */
import type { TypedArray } from "../primitives/elements.js";
import type { DType } from "./dtype.js";
import type { Shape } from "./shape-types.js";

/** An element as it is read: of a bool tensor true or false. */
export type Element = number | boolean;

/**
 * What `tolist()` gives: an element, or arrays as deep as the rank. The first branch is never taken; from it the compiler infers `E` where
 * booleans are asked for.
 */
export type Nested<S extends Shape, E extends Element = number> = [S] extends [never]
  ? NestedElements<E>
  : number extends S["length"]
    ? [E] extends [boolean]
      ? Values<boolean>
      : Values<number>
    : S extends readonly [number, ...infer R extends Shape]
      ? Nested<R, E>[]
      : E;

/** What `tolist()` gives where the rank is not known: used as an element it is one, used as a list it is a list of such. */
export type Values<E extends Element> = E & Unnested<E> & Values<E>[];

/** What says the same of a list of elements and of a list of lists. */
interface Unnested<E extends Element> {
  includes(value: unknown, fromIndex?: number): boolean;
  indexOf(value: unknown, fromIndex?: number): number;
  lastIndexOf(value: unknown, fromIndex?: number): number;
  flat(depth?: number): Values<E>[];
}

/** An element, or nested arrays of elements. */
export type NestedElements<E extends Element = Element> = E | NestedElements<E>[];

/** Values that `tensor()` takes: a number or boolean, nested arrays of them, a typed array, or what `toCloneable()` gives. */
export type TensorData =
  | number
  | boolean
  | bigint
  | readonly TensorData[]
  | Float32Array
  | Float64Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Int8Array
  | Cloneable;

/** A tensor as a plain object, which structuredClone, postMessage and IndexedDB carry; `x.toCloneable()` gives it. */
export interface Cloneable<S extends Shape = Shape> {
  readonly dtype: DType;
  readonly shape: S;
  /** As `dataSync()` gives it: it owns its buffer, which may be transferred. */
  readonly data: TypedArray | BigInt64Array;
  readonly requiresGrad: boolean;
}

/** The shape of nested array literals; a list whose length is not known gives `number`, one whose depth is not known `Shape`. */
export type ShapeOfData<D> = [D] extends [never]
  ? []
  : [D] extends [number | boolean | bigint]
    ? []
    : [D] extends [readonly (infer E)[]]
      ? ShapeOfData<E> extends infer R extends Shape
        ? number extends R["length"]
          ? Shape
          : [LengthOf<D>, ...R]
        : Shape
      : [D] extends [ArrayLike<number>]
        ? [number]
        : [D] extends [Cloneable<infer S>]
          ? S
          : Shape;

type LengthOf<D extends readonly unknown[]> = number extends D["length"] ? number : D["length"];
