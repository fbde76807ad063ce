/**
 * Comparisons: bool tensors, which nothing is differentiated through.
 */
import { binary, scalar } from "../graph/record/build.js";
import { Tensor } from "../tensor/core.js";
import { promoteWithNumber } from "../tensor/dtype.js";
import { operation } from "../tensor/operation.js";
import { sameShape } from "../tensor/shape.js";
import type { Broadcast, Elementwise } from "../tensor/broadcast-types.js";
import type { Checked, Shape } from "../tensor/shape-types.js";
import { cast } from "./cast.js";
import { isfinite, isnan } from "./finite.js";
import { logicalAnd, logicalOr } from "./logical.js";
import { checkTensor, commonDType, floating } from "./operand.js";

declare module "../tensor/core.js" {
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
  }
}

function compare(op: "eq" | "ne" | "lt" | "le" | "gt" | "ge") {
  return operation(op, "other |", (a, b) => {
    if (typeof b === "number") {
      const x = cast(a, promoteWithNumber(a._node.dtype, b));
      return new Tensor(binary(op, x.node, scalar(b, x._node.dtype)));
    }
    checkTensor(op, b);
    const dtype = commonDType(op, a, b);
    return new Tensor(binary(op, cast(a, dtype).node, cast(b, dtype).node));
  });
}

export const eq = compare("eq");
export const ne = compare("ne");
export const lt = compare("lt");
export const le = compare("le");
export const gt = compare("gt");
export const ge = compare("ge");

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** Whether both tensors have the same shape and elements (`torch.equal`); reads the values. */
    equal(other: Tensor): boolean;
    /** |this − other| ≤ atol + rtol · |other|, or both are equal, as infinities may be, element by element (`torch.isclose`). */
    isclose<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: Checked<Broadcast<"isclose", A, B>, Tensor<B>>,
      options?: CloseOptions,
    ): Tensor<Elementwise<A, B>>;
    isclose(other: Tensor, rtol?: number, atol?: number, equalNan?: boolean): Tensor;
    /** Whether `isclose` holds everywhere (`torch.allclose`); reads the values. */
    allclose(other: Tensor, options?: CloseOptions): boolean;
    allclose(other: Tensor, rtol?: number, atol?: number, equalNan?: boolean): boolean;
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

const CLOSE = "other | rtol, atol, equalNan";

/** Equal, both NaN where that counts, or near enough; integers and booleans are compared as float32. */
function areClose(name: string, a: Tensor, other: Tensor, options: CloseOptions = {}): Tensor {
  const { rtol = 1e-5, atol = 1e-8, equalNan = false } = options;
  if (!(rtol >= 0) || !(atol >= 0))
    throw new RangeError(`${name}: expected rtol ≥ 0 and atol ≥ 0, got ${rtol} and ${atol}`);
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

export const equal = operation("equal", "other |", (x, other) => {
  checkTensor("equal", other);
  return sameShape(x.shape, other.shape) && eq(x, other).all().item<boolean>();
});

export const isclose = operation("isclose", CLOSE, (x: Tensor, other: Tensor, options?: CloseOptions) =>
  areClose("isclose", x, other, options),
);

export const allclose = operation("allclose", CLOSE, (x: Tensor, other: Tensor, options?: CloseOptions) => {
  checkTensor("allclose", other);
  return areClose("allclose", x, other, options).all().item<boolean>();
});
