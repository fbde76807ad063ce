/**
 * Tensors of constants: zeros, ones, full and eye. They are recorded as scalars that are expanded (eye as a comparison of indices), so they
 * take no memory before somebody reads them.
 */
import { binary, cast, expand, iota, reshape, scalar } from "../../graph/record/build.js";
import type { Node } from "../../graph/record/node.js";
import type { Tensor } from "../core.js";
import { checkNumber, type DType, getDefaultDtype } from "../dtype.js";
import { checkShape } from "../shape.js";
import type { Mutable, Shape } from "../shape-types.js";
import { checkFits, dtypeOf, finish, parseShape, type TensorOptions } from "./options.js";

function filled(name: string, shape: Shape, value: number, dtype: DType): Node {
  checkFits(name, shape, dtype);
  const node = scalar(value, dtype);
  return shape.length === 0 ? node : expand(node, shape);
}

/** A tensor of zeros (`torch.zeros`): `zeros([2, 3])`, `zeros(2, 3)`. */
export function zeros<const S extends Shape>(shape: S, options?: TensorOptions): Tensor<Mutable<S>>;
export function zeros<const N extends number>(size: N, options?: TensorOptions): Tensor<[N]>;
export function zeros<const S extends Shape>(...sizes: S): Tensor<Mutable<S>>;
export function zeros<const S extends Shape>(...sizesAndOptions: [...S, TensorOptions]): Tensor<Mutable<S>>;
export function zeros(...args: readonly unknown[]): Tensor {
  const { shape, options } = parseShape("zeros", args);
  return finish("zeros", filled("zeros", shape, 0, dtypeOf("zeros", options)), options);
}

/** A tensor of ones (`torch.ones`): `ones([2, 3])`, `ones(2, 3)`. */
export function ones<const S extends Shape>(shape: S, options?: TensorOptions): Tensor<Mutable<S>>;
export function ones<const N extends number>(size: N, options?: TensorOptions): Tensor<[N]>;
export function ones<const S extends Shape>(...sizes: S): Tensor<Mutable<S>>;
export function ones<const S extends Shape>(...sizesAndOptions: [...S, TensorOptions]): Tensor<Mutable<S>>;
export function ones(...args: readonly unknown[]): Tensor {
  const { shape, options } = parseShape("ones", args);
  return finish("ones", filled("ones", shape, 1, dtypeOf("ones", options)), options);
}

/** As `zeros`: uninitialized memory is nothing to read (`torch.empty`). */
export function empty<const S extends Shape>(shape: S, options?: TensorOptions): Tensor<Mutable<S>>;
export function empty<const N extends number>(size: N, options?: TensorOptions): Tensor<[N]>;
export function empty<const S extends Shape>(...sizes: S): Tensor<Mutable<S>>;
export function empty<const S extends Shape>(...sizesAndOptions: [...S, TensorOptions]): Tensor<Mutable<S>>;
export function empty(...args: readonly unknown[]): Tensor {
  const { shape, options } = parseShape("empty", args);
  return finish("empty", filled("empty", shape, 0, dtypeOf("empty", options)), options);
}

/** A tensor with every element `value` (`torch.full`). */
export function full<const S extends Shape>(
  shape: S,
  value: number | boolean,
  options?: TensorOptions,
): Tensor<Mutable<S>>;
export function full(shape: Shape, value: number | boolean, options?: TensorOptions): Tensor {
  if (!Array.isArray(shape))
    throw new TypeError(`full: expected full([sizes], value), got ${String(shape)} as sizes`);
  checkShape("full", shape);
  const dtype = dtypeOf("full", options, typeof value === "boolean" ? "bool" : getDefaultDtype());
  checkNumber("full", Number(value), dtype);
  return finish("full", filled("full", shape.slice(), Number(value), dtype), options);
}

/** Zeros of the shape and dtype of `x`. */
export function zerosLike<S extends Shape>(x: Tensor<S>, options?: TensorOptions): Tensor<S> {
  const dtype = dtypeOf("zerosLike", options, x.dtype);
  return finish("zerosLike", filled("zerosLike", x.shape, 0, dtype), options) as Tensor<S>;
}

/** Ones of the shape and dtype of `x`. */
export function onesLike<S extends Shape>(x: Tensor<S>, options?: TensorOptions): Tensor<S> {
  const dtype = dtypeOf("onesLike", options, x.dtype);
  return finish("onesLike", filled("onesLike", x.shape, 1, dtype), options) as Tensor<S>;
}

/** As `zerosLike`. */
export function emptyLike<S extends Shape>(x: Tensor<S>, options?: TensorOptions): Tensor<S> {
  const dtype = dtypeOf("emptyLike", options, x.dtype);
  return finish("emptyLike", filled("emptyLike", x.shape, 0, dtype), options) as Tensor<S>;
}

/** `value` in the shape and dtype of `x`. */
export function fullLike<S extends Shape>(x: Tensor<S>, value: number, options?: TensorOptions): Tensor<S> {
  const dtype = dtypeOf("fullLike", options, x.dtype);
  checkNumber("fullLike", value, dtype);
  return finish("fullLike", filled("fullLike", x.shape, value, dtype), options) as Tensor<S>;
}

/** Ones on the diagonal of an [n, m] matrix, zeros elsewhere (`torch.eye`); m is n unless given. */
export function eye<const N extends number>(n: N, options?: TensorOptions): Tensor<[N, N]>;
export function eye<const N extends number, const M extends number>(
  n: N,
  m: M,
  options?: TensorOptions,
): Tensor<[N, M]>;
export function eye(n: number, second?: number | TensorOptions, third?: TensorOptions): Tensor {
  const m = typeof second === "number" ? second : n;
  const options = typeof second === "number" ? third : second;
  checkShape("eye", [n, m]);
  const dtype = dtypeOf("eye", options);
  checkFits("eye", [n, m], dtype);
  const rows = reshape(iota([n], "int32"), [n, 1]);
  return finish("eye", cast(binary("eq", rows, iota([m], "int32")), dtype), options);
}
