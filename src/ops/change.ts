/**
 * Methods that end in `_` change a tensor in place and return it. Its base, its views and detached handles change with it. What is computed
 * is what the method without `_` computes; see region.ts for how the new value takes the old one's place.
 *
 * The change itself is recorded, and operations so far keep the value that they had, so gradients stay right where PyTorch has to refuse.
 */
import { isGradEnabled } from "../autograd/mode.js";
import { stateOf } from "../tensor/alias.js";
import type { Tensor } from "../tensor/core.js";
import { mayTake } from "../tensor/dtype.js";
import { overlaps } from "../tensor/geometry.js";
import { addMethod, type ImplementationOf, type Method } from "../tensor/operation.js";
import { formatShape, sameShape } from "../tensor/shape.js";
import { reader } from "../tensor/signature.js";
import { cast } from "./cast.js";
import { assign } from "./region.js";

/**
 * The method `name` of an operation in place.
 * @param compute the operation's new value, from the old one
 */
export function inPlace<K extends Method & `${string}_`>(name: K, compute: ImplementationOf<K>): void;
/** As above, for an operation whose parameters are read by a signature (tensor/signature.ts). */
export function inPlace(
  name: Method & `${string}_`,
  signature: string,
  compute: (x: Tensor, ...args: never) => Tensor,
): void;
export function inPlace(name: Method, a: unknown, b?: unknown): void {
  const read = typeof a === "string" ? reader(name, a) : null;
  const compute = (read === null ? a : b) as (x: Tensor, ...args: unknown[]) => Tensor;
  addMethod(name, function (this: Tensor, ...args: unknown[]) {
    return change(this, name, (old) => compute(old, ...(read === null ? args : read(args))));
  } as never);
}

/** Changes `x` in place to what `compute` makes of the value that it has, for the operation `name`; returns `x`. */
export function change(x: Tensor, name: string, compute: (old: Tensor) => Tensor): Tensor {
  checkChange(x, name);
  const old = stateOf(x);
  return changeTo(x, name, old, compute(old));
}

/**
 * @throws Error for a leaf that requires grad and views of one, outside noGrad; and where two elements of the tensor are one, as those of
 * an expanded tensor, unless the new values are the same everywhere.
 */
export function checkChange(x: Tensor, name: string, uniform = false): void {
  const alias = x._now()._alias;
  if (x._requiresGrad && isGradEnabled()) {
    const base = alias?.base ?? null;
    const what =
      x._op === null
        ? "a leaf tensor that requires grad"
        : base !== null && base !== x && base.requiresGrad && base.isLeaf
          ? "a view of a leaf tensor that requires grad"
          : null;
    if (what !== null)
      throw new Error(
        `${name}: ${what} cannot be changed in place while operations are recorded; ` +
          `wrap the change: noGrad(() => x.${name}(...)), or use an optimizer`,
      );
  }
  if (!uniform && alias !== null && alias.geometry !== null && overlaps(alias.geometry)) {
    throw new Error(
      `${name}: several elements of this tensor of shape ${formatShape(x.shape)} are one element of its base (it was expanded or unfolded); change x.clone()`,
    );
  }
}

/** Changes `x` from its state `old` to `result`, which was computed from that. */
function changeTo(x: Tensor, name: string, old: Tensor, result: Tensor): Tensor {
  if (result === old) return x;
  const { shape, dtype } = result._node;
  if (!sameShape(shape, x._node.shape)) {
    throw new Error(
      `${name}: the result has shape ${formatShape(shape)}, which does not fit this tensor of ${formatShape(x.shape)}`,
    );
  }
  if (!mayTake(x._node.dtype, dtype)) {
    throw new TypeError(
      `${name}: the result is ${dtype}, which this ${x.dtype} tensor cannot hold; use the method without _, or convert first`,
    );
  }
  replace(x, name, cast(result, x._node.dtype));
  return x;
}

/** Gives `x` the value and the history of `result`. @throws Error for a view whose base could not know of the change. */
export function replace(x: Tensor, name: string, result: Tensor): void {
  const alias = x._alias;
  if (result._op !== null && alias !== null && alias.base === null) {
    throw new Error(
      `${name}: this view was made within noGrad, so a change of it that is recorded would not reach the gradients of its base; ` +
        `make the view outside of noGrad, or wrap the change: noGrad(() => x.${name}(...))`,
    );
  }
  assign(x, result);
}
