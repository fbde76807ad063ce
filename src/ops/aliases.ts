/** Other names that PyTorch has for methods. */
import { Tensor } from "../tensor/core.js";
import type { Shape } from "../tensor/shape-types.js";
import "./activation.js";
import "./arithmetic.js";
import "./clamp.js";
import "./compare.js";
import "./division.js";
import "./hyperbolic.js";
import "./in-place.js";
import "./rounding.js";
import "./trigonometry.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** Another name of `abs`. */
    absolute: Tensor<S>["abs"];
    /** Another name of `neg`. */
    negative: Tensor<S>["neg"];
    /** Another name of `sub`. */
    subtract: Tensor<S>["sub"];
    /** Another name of `mul`. */
    multiply: Tensor<S>["mul"];
    /** Another name of `div`. */
    divide: Tensor<S>["div"];
    /** Another name of `div`. */
    trueDivide: Tensor<S>["div"];
    /** Another name of `gt`. */
    greater: Tensor<S>["gt"];
    /** Another name of `ge`. */
    greaterEqual: Tensor<S>["ge"];
    /** Another name of `lt`. */
    less: Tensor<S>["lt"];
    /** Another name of `le`. */
    lessEqual: Tensor<S>["le"];
    /** Another name of `ne`. */
    notEqual: Tensor<S>["ne"];
    /** Another name of `acos`. */
    arccos: Tensor<S>["acos"];
    /** Another name of `acosh`. */
    arccosh: Tensor<S>["acosh"];
    /** Another name of `asin`. */
    arcsin: Tensor<S>["asin"];
    /** Another name of `asinh`. */
    arcsinh: Tensor<S>["asinh"];
    /** Another name of `atan`. */
    arctan: Tensor<S>["atan"];
    /** Another name of `atan2`. */
    arctan2: Tensor<S>["atan2"];
    /** Another name of `atanh`. */
    arctanh: Tensor<S>["atanh"];
    /** Another name of `trunc`. */
    fix: Tensor<S>["trunc"];
    /** Another name of `clamp`. */
    clip: Tensor<S>["clamp"];
    /** Another name of `gt_`. */
    greater_: Tensor<S>["gt_"];
    /** Another name of `ge_`. */
    greaterEqual_: Tensor<S>["ge_"];
    /** Another name of `lt_`. */
    less_: Tensor<S>["lt_"];
    /** Another name of `le_`. */
    lessEqual_: Tensor<S>["le_"];
    /** Another name of `ne_`. */
    notEqual_: Tensor<S>["ne_"];
    /** Another name of `acos_`. */
    arccos_: Tensor<S>["acos_"];
    /** Another name of `acosh_`. */
    arccosh_: Tensor<S>["acosh_"];
    /** Another name of `asin_`. */
    arcsin_: Tensor<S>["asin_"];
    /** Another name of `asinh_`. */
    arcsinh_: Tensor<S>["asinh_"];
    /** Another name of `atan_`. */
    arctan_: Tensor<S>["atan_"];
    /** Another name of `atan2_`. */
    arctan2_: Tensor<S>["atan2_"];
    /** Another name of `atanh_`. */
    arctanh_: Tensor<S>["atanh_"];
    /** Another name of `abs_`. */
    absolute_: Tensor<S>["abs_"];
    /** Another name of `neg_`. */
    negative_: Tensor<S>["neg_"];
    /** Another name of `sub_`. */
    subtract_: Tensor<S>["sub_"];
    /** Another name of `mul_`. */
    multiply_: Tensor<S>["mul_"];
    /** Another name of `div_`. */
    divide_: Tensor<S>["div_"];
    /** Another name of `div_`. */
    trueDivide_: Tensor<S>["div_"];
    /** Another name of `trunc_`. */
    fix_: Tensor<S>["trunc_"];
    /** Another name of `clamp_`. */
    clip_: Tensor<S>["clamp_"];
  }
}

/** Each name and the method that it stands for. */
const aliases = {
  absolute: "abs",
  negative: "neg",
  subtract: "sub",
  multiply: "mul",
  divide: "div",
  trueDivide: "div",
  greater: "gt",
  greaterEqual: "ge",
  less: "lt",
  lessEqual: "le",
  notEqual: "ne",
  arccos: "acos",
  arccosh: "acosh",
  arcsin: "asin",
  arcsinh: "asinh",
  arctan: "atan",
  arctan2: "atan2",
  arctanh: "atanh",
  fix: "trunc",
  clip: "clamp",
  greater_: "gt_",
  greaterEqual_: "ge_",
  less_: "lt_",
  lessEqual_: "le_",
  notEqual_: "ne_",
  arccos_: "acos_",
  arccosh_: "acosh_",
  arcsin_: "asin_",
  arcsinh_: "asinh_",
  arctan_: "atan_",
  arctan2_: "atan2_",
  arctanh_: "atanh_",
  absolute_: "abs_",
  negative_: "neg_",
  subtract_: "sub_",
  multiply_: "mul_",
  divide_: "div_",
  trueDivide_: "div_",
  fix_: "trunc_",
  clip_: "clamp_",
} as const;

/** The other names, for tests. @internal */
export const otherNames: readonly string[] = Object.keys(aliases);

for (const [name, of] of Object.entries(aliases)) {
  const method = Object.getOwnPropertyDescriptor(Tensor.prototype, of);
  if (method === undefined) throw new Error(`${name}: there is no ${of} to be another name of`);
  Object.defineProperty(Tensor.prototype, name, method);
}
