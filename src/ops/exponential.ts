/**
 * Exponentials and logarithms.
 */
import { record } from "../autograd/record.js";
import { binary, scalar } from "../graph/record/build.js";
import type { Op } from "../tensor/op.js";
import { operation } from "../tensor/operation.js";
import type { Shape } from "../tensor/shape-types.js";
import { add, mul } from "./arithmetic.js";
import { inPlace } from "./change.js";
import { div } from "./division.js";
import { sloped, smooth } from "./elementwise.js";
import { floating } from "./operand.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** eˣ. */
    exp(): Tensor<S>;
    /** eˣ in place. */
    exp_(): this;
    /** 2ˣ. */
    exp2(): Tensor<S>;
    /** eˣ − 1, exact near 0. */
    expm1(): Tensor<S>;
    /** eˣ − 1 in place, exact near 0. */
    expm1_(): this;
  }
}

export const exp = smooth("exp", (y) => y);
inPlace("exp_", exp);

const EXP2 = sloped("exp2", (y) => mul(y, Math.LN2));

export const exp2 = operation("exp2", "", (a) => {
  const x = floating(a);
  return record(EXP2, binary("pow", scalar(2, x._node.dtype), x.node), x);
});

export const expm1 = smooth("expm1", (y) => add(y, 1));
inPlace("expm1_", expm1);

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** ln x. */
    log(): Tensor<S>;
    /** ln x in place. */
    log_(): this;
    /** log₂ x. */
    log2(): Tensor<S>;
    /** log₂ x in place. */
    log2_(): this;
    /** log₁₀ x. */
    log10(): Tensor<S>;
    /** log₁₀ x in place. */
    log10_(): this;
    /** ln(1 + x), exact near 0. */
    log1p(): Tensor<S>;
    /** ln(1 + x) in place, exact near 0. */
    log1p_(): this;
  }
}

/** g / x rather than g · (1/x): one rounding less. */
const LOG: Op = {
  name: "LogBackward0",
  saves: true,
  gradient(y, g) {
    return [div(g, y._a)];
  },
};

export const log = smooth("log", LOG);
inPlace("log_", log);

export const log2 = operation("log2", "", (x) => div(log(x), Math.LN2));
inPlace("log2_", log2);

export const log10 = operation("log10", "", (x) => div(log(x), Math.LN10));
inPlace("log10_", log10);

const LOG1P: Op = {
  name: "Log1PBackward0",
  saves: true,
  gradient(y, g) {
    return [div(g, add(y._a, 1))];
  },
};

export const log1p = smooth("log1p", LOG1P);
inPlace("log1p_", log1p);
