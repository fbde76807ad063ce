/**
 * Comparisons: bool tensors, which nothing is differentiated through.
 */
import type { BinaryOp } from "../engine/program.js";
import { binary, scalar } from "../graph/build.js";
import { defineMethods, Tensor } from "../tensor/core.js";
import { promoteWithNumber } from "../tensor/dtype.js";
import { sameShape } from "../tensor/shape.js";
import type { Broadcast, Checked, Elementwise, Shape } from "../tensor/shape-types.js";
import { cast } from "./cast.js";
import { checkTensor, commonDType } from "./operand.js";

declare module "../tensor/core.js" {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- merging needs the class's parameters
  interface Tensor<S extends Shape = Shape> {
    /** this = other, element by element. */
    eq<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"eq", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** this ≠ other, element by element. */
    ne<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"ne", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** this < other, element by element. */
    lt<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"lt", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** this ≤ other, element by element. */
    le<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"le", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** this > other, element by element. */
    gt<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"gt", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** this ≥ other, element by element. */
    ge<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"ge", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** Whether both tensors have the same shape and elements (`torch.equal`); reads the values. */
    equal(other: Tensor): boolean;
    /** |this − other| ≤ atol + rtol · |other|, element by element (`torch.isclose`). */
    isclose<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"isclose", A, B>, Tensor<B>>,
      options?: CloseOptions,
    ): Tensor<Elementwise<A, B>>;
    /** Whether `isclose` holds everywhere (`torch.allclose`); reads the values. */
    allclose(other: Tensor, options?: CloseOptions): boolean;
  }
}

export interface CloseOptions {
  /** Default 1e-5. */
  rtol?: number;
  /** Default 1e-8. */
  atol?: number;
  /** Whether NaN is close to NaN. Default false. */
  equalNan?: boolean;
}

function compare(op: BinaryOp, a: Tensor, b: Tensor | number): Tensor {
  if (typeof b === "number") {
    const x = cast(a, promoteWithNumber(a._node.dtype, b));
    return new Tensor(binary(op, x.node, scalar(b, x._node.dtype)));
  }
  checkTensor(op, b);
  const dtype = commonDType(op, a, b);
  return new Tensor(binary(op, cast(a, dtype).node, cast(b, dtype).node));
}

export function eq(a: Tensor, b: Tensor | number): Tensor {
  return compare("eq", a, b);
}
export function ne(a: Tensor, b: Tensor | number): Tensor {
  return compare("ne", a, b);
}
export function lt(a: Tensor, b: Tensor | number): Tensor {
  return compare("lt", a, b);
}
export function le(a: Tensor, b: Tensor | number): Tensor {
  return compare("le", a, b);
}
export function gt(a: Tensor, b: Tensor | number): Tensor {
  return compare("gt", a, b);
}
export function ge(a: Tensor, b: Tensor | number): Tensor {
  return compare("ge", a, b);
}

function isclose(a: Tensor, b: Tensor | number, options: CloseOptions = {}): Tensor {
  const x = new Tensor(a.node);
  const y = typeof b === "number" ? x.mul(0).add(b) : new Tensor(b.node);
  const near = x
    .sub(y)
    .abs()
    .le(
      y
        .abs()
        .mul(options.rtol ?? 1e-5)
        .add(options.atol ?? 1e-8),
    );
  const close = near.logicalAnd(y.isfinite()).logicalOr(x.eq(y));
  return options.equalNan ? close.logicalOr(x.isnan().logicalAnd(y.isnan())) : close;
}

defineMethods({
  eq(other: Tensor | number) {
    return eq(this, other);
  },
  ne(other: Tensor | number) {
    return ne(this, other);
  },
  lt(other: Tensor | number) {
    return lt(this, other);
  },
  le(other: Tensor | number) {
    return le(this, other);
  },
  gt(other: Tensor | number) {
    return gt(this, other);
  },
  ge(other: Tensor | number) {
    return ge(this, other);
  },
  equal(other: Tensor) {
    checkTensor("equal", other);
    return sameShape(this.shape, other.shape) && eq(this, other).all().item() === 1;
  },
  isclose(other: Tensor | number, options?: CloseOptions) {
    return isclose(this, other, options);
  },
  allclose(other: Tensor, options?: CloseOptions) {
    checkTensor("allclose", other);
    return isclose(this, other, options).all().item() === 1;
  },
});
