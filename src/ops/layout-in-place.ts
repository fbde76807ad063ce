/**
 * Methods that give a tensor another shape over the same elements, in place: x becomes a view of what it was, and what else shows its elements
 * goes on doing so.
 */
import { critical } from "../interrupts.js";
import { Alias } from "../tensor/alias.js";
import type { Tensor } from "../tensor/core.js";
import { addMethod } from "../tensor/operation.js";
import type { Shape } from "../tensor/shape-types.js";
import { checkChange } from "./change.js";
import "./reshape.js";
import "./views.js";
import "./write-part.js";

declare module "../tensor/core.js" {
  interface Tensor {
    /** Drops dims of size 1, all or those given, in place. @throws Error for a leaf that requires grad */
    squeeze_(dim?: number | readonly number[] | { dim?: number | readonly number[] }): Tensor;
    /** Inserts a dim of size 1 in place. */
    unsqueeze_(dim: number | { dim: number }): Tensor;
    /** Transposes a matrix in place; a tensor of less than 2 dims stays as it is. */
    t_(): Tensor;
    /** Exchanges two dims in place. */
    transpose_(dim0: number, dim1: number): Tensor;
    transpose_(dims: { dim0: number; dim1: number }): Tensor;
    /** Another name of `transpose_`. */
    swapaxes_(axis0: number, axis1: number): Tensor;
    /** Another name of `transpose_`. */
    swapdims_(dim0: number, dim1: number): Tensor;
    /** Shows other elements of the base, as `asStrided` says, in place. */
    asStrided_(
      size: Shape,
      stride: readonly number[],
      storageOffset?: number | { storageOffset?: number },
    ): Tensor;
  }
}

/** A tensor that is all that `x` is, and takes its place as what views are views of. */
function standIn(x: Tensor): Tensor {
  const it = x._now()._snapshot();
  const old = x._alias;
  if (old === null) return it;
  it._alias = new Alias(old.cell, old.geometry, old.base === x ? it : old.base);
  it._alias.seen = old.seen;
  it._alias.follows = old.follows;
  it._alias.state = old.state;
  return it;
}

/** Makes `x` the view of what it was that `view` gives. */
function become(x: Tensor, name: string, view: (x: Tensor) => Tensor): Tensor {
  checkChange(x, name, true);
  const before = x._now()._alias;
  const original = x._snapshot();
  const was = standIn(x);
  const y = view(was);
  const { cell, geometry, base } = y._alias!;
  // Within noGrad too x is no view that its base does not know of, unless it was one.
  const alias = new Alias(cell, geometry, base ?? (before === null || before.base === x ? was : before.base));
  // Operations so far refer to what x was.
  if (x._mark !== 0) alias.original = before?.original ?? (before?.follows ? null : original);
  alias.follows = true;
  critical(() => {
    if (before !== null && before.base === x) (cell.moved ??= new Map()).set(x, was);
    x._alias = alias;
    x._node = y._node;
    x._op = y._op;
    x._a = y._a;
    x._b = y._b;
    x._c = y._c;
    x._attributes = y._attributes;
    x._requiresGrad = y._requiresGrad;
    x._extras = y._extras;
  });
  return x;
}

type ByName = Readonly<Record<string, (...args: unknown[]) => Tensor>>;

for (const name of ["squeeze", "unsqueeze", "t", "transpose", "swapaxes", "swapdims", "asStrided"] as const)
  addMethod(`${name}_`, function (this: Tensor, ...args: unknown[]) {
    return become(this, `${name}_`, (x) => (x as unknown as ByName)[name]!(...args));
  } as never);
