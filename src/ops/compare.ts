/**
 * Comparisons: bool tensors, which nothing is differentiated through.
 */
import { binary, scalar } from "../graph/build.js";
import { defineMethods, Tensor } from "../tensor/core.js";
import { promoteWithNumber } from "../tensor/dtype.js";
import { sameShape } from "../tensor/shape.js";
import type { Broadcast, Checked, Elementwise, Shape } from "../tensor/shape-types.js";
import { cast } from "./cast.js";
import { logicalAnd, logicalOr } from "./logical.js";
import { checkTensor, commonDType, floating, numberTensor } from "./operand.js";
import { isfinite, isnan } from "./unary.js";
import type { BinaryOp } from "../primitives/elementwise.js";

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
    /** |this − other| ≤ atol + rtol · |other|, or both are equal, as infinities may be, element by element (`torch.isclose`). */
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

/** Equal, both NaN where that counts, or near enough; integers and booleans are compared as float32. */
function isclose(name: string, a: Tensor, b: Tensor | number, options: CloseOptions = {}): Tensor {
  const { rtol = 1e-5, atol = 1e-8, equalNan = false } = options;
  if (!(rtol >= 0) || !(atol >= 0))
    throw new RangeError(`${name}: expected rtol ≥ 0 and atol ≥ 0, got ${rtol} and ${atol}`);
  const other = numberTensor(a, b);
  checkTensor(name, other);
  const dtype = commonDType(name, a, other);
  const [m, n] = [new Tensor(cast(a, dtype).node), new Tensor(cast(other, dtype).node)];
  let close = eq(m, n);
  if (equalNan) close = logicalOr(close, logicalAnd(isnan(m), isnan(n)));
  if (rtol === 0 && atol === 0) return close;
  const [x, y] = [floating(m), floating(n)];
  const distance = x.sub(y).abs();
  const allowed = y.mul(rtol).abs().add(atol);
  return logicalOr(close, logicalAnd(isfinite(distance), le(distance, allowed)));
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
    return sameShape(this.shape, other.shape) && eq(this, other).all().item<boolean>();
  },
  isclose(other: Tensor | number, options?: CloseOptions) {
    return isclose("isclose", this, other, options);
  },
  allclose(other: Tensor, options?: CloseOptions) {
    checkTensor("allclose", other);
    return isclose("allclose", this, other, options).all().item<boolean>();
  },
});
