/** Logarithms of sums and products with logarithms, in forms in which neither 0 nor ∞ makes NaN of what has a value. */
import { record } from "../autograd/record.js";
import { wanted } from "../autograd/wanted.js";
import { binary, scalar, select, unary } from "../graph/record/build.js";
import { isFloating, getDefaultDtype } from "../tensor/dtype.js";
import type { Op } from "../tensor/op.js";
import { operation } from "../tensor/operation.js";
import type { Broadcast, Elementwise } from "../tensor/broadcast-types.js";
import type { Checked, Shape } from "../tensor/shape-types.js";
import { mul, sub } from "./arithmetic.js";
import { cast } from "./cast.js";
import { inPlace } from "./change.js";
import { eq, le } from "./compare.js";
import { div } from "./division.js";
import { log } from "./exponential.js";
import { logicalAnd } from "./logical.js";
import { checkTensor, commonDType, numberTensor } from "./operand.js";
import { sigmoid } from "./activation.js";
import { where } from "./select.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** ln(eᵃ + eᵇ) (`torch.logaddexp`). */
    logaddexp<A extends Shape, B extends Shape>(
      this: Tensor<A>,
      other: Checked<Broadcast<"logaddexp", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** log₂(2ᵃ + 2ᵇ) (`torch.logaddexp2`). */
    logaddexp2<A extends Shape, B extends Shape>(
      this: Tensor<A>,
      other: Checked<Broadcast<"logaddexp2", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
  }
}

/** The greater operand and ln(1 + e^(−distance)); the attribute is the natural logarithm of the base. */
const LOGADDEXP: Op<number> = {
  name: "LogaddexpBackward0",
  saves: true,
  gradient(y, g) {
    const a = y._a;
    const b = y._b;
    // Equal infinities have no distance that is a number; they share the gradient.
    const ofA = where(eq(a, b), 0.5, sigmoid(mul(sub(a, b), y._attributes)));
    const ofB = where(eq(a, b), 0.5, sigmoid(mul(sub(b, a), y._attributes)));
    return [wanted(a) ? mul(g, ofA) : null, wanted(b) ? mul(g, ofB) : null];
  },
};

function logOfSum(name: "logaddexp" | "logaddexp2", base: number) {
  return operation(name, (a, b) => {
    checkTensor(name, b);
    const dtype = commonDType(name, a, b);
    if (!isFloating(dtype))
      throw new TypeError(`${name}: expected floating tensors, got ${dtype}; use x.float()`);
    const x = cast(a, dtype);
    const y = cast(b, dtype);
    const [p, q] = [x.node, y.node];
    const number = (value: number) => scalar(value, dtype);
    const distance = unary("abs", binary("sub", p, q));
    const small = unary("exp", binary("mul", distance, number(-Math.log(base))));
    const more = binary("mul", unary("log1p", small), number(1 / Math.log(base)));
    const isSame = binary("eq", p, q);
    const most = binary("max", p, q);
    const sum = binary("add", most, select(isSame, number(Math.LN2 / Math.log(base)), more));
    return record(LOGADDEXP, sum, x, y, null, Math.log(base));
  });
}

export const logaddexp = logOfSum("logaddexp", Math.E);
export const logaddexp2 = logOfSum("logaddexp2", 2);

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** x · ln y, and 0 where x is 0, whatever y is but NaN (`torch.xlogy`). */
    xlogy<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"xlogy", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** `xlogy` in place. */
    xlogy_(other: Tensor | number): this;
  }
}

const XLOGY: Op = {
  name: "XlogyBackward0",
  saves: true,
  gradient(y, g) {
    const x = y._a;
    const of = y._b;
    const isNothing = logicalAnd(eq(x, 0), le(of, 0));
    return [wanted(x) ? where(isNothing, 0, mul(g, log(of))) : null, wanted(of) ? mul(g, div(x, of)) : null];
  },
};

export const xlogy = operation("xlogy", (a, other) => {
  const b = numberTensor(a, other);
  checkTensor("xlogy", b);
  const common = commonDType("xlogy", a, b);
  const dtype = isFloating(common) ? common : getDefaultDtype();
  const x = cast(a, dtype);
  const y = cast(b, dtype);
  const [p, q] = [x.node, y.node];
  const isNothing = binary("and", binary("eq", p, scalar(0, dtype)), binary("eq", q, q));
  const product = binary("mul", p, unary("log", q));
  return record(XLOGY, select(isNothing, scalar(0, product.dtype), product), x, y);
});
inPlace("xlogy_", xlogy);
