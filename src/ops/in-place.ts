/**
 * Operations whose form in place needs nothing but its name: `acos_` computes what `acos` does, with the same arguments, and x takes the result.
 */
import type { Tensor } from "../tensor/core.js";
import { addMethod, type Method } from "../tensor/operation.js";
import { change } from "./change.js";
import "./bitwise.js";
import "./clamp.js";
import "./compare.js";
import "./division.js";
import "./exponential.js";
import "./hyperbolic.js";
import "./logical.js";
import "./signs.js";
import "./trigonometry.js";

declare module "../tensor/core.js" {
  interface Tensor {
    /** `acos` in place. */
    acos_(): this;
    /** `acosh` in place. */
    acosh_(): this;
    /** `asin` in place. */
    asin_(): this;
    /** `asinh` in place. */
    asinh_(): this;
    /** `atan` in place. */
    atan_(): this;
    /** `atan2` in place. */
    atan2_(other: Tensor | { other: Tensor }): this;
    /** `atanh` in place. */
    atanh_(): this;
    /** `bitwiseAnd` in place. */
    bitwiseAnd_(other: Tensor | number | { other: Tensor | number }): this;
    /** `bitwiseNot` in place. */
    bitwiseNot_(): this;
    /** `bitwiseOr` in place. */
    bitwiseOr_(other: Tensor | number | { other: Tensor | number }): this;
    /** `bitwiseXor` in place. */
    bitwiseXor_(other: Tensor | number | { other: Tensor | number }): this;
    /** `clampMax` in place. */
    clampMax_(max: Tensor | number | { max: Tensor | number }): this;
    /** `clampMin` in place. */
    clampMin_(min: Tensor | number | { min: Tensor | number }): this;
    /** `copysign` in place. */
    copysign_(other: Tensor | number | { other: Tensor | number }): this;
    /** `cosh` in place. */
    cosh_(): this;
    /** `deg2rad` in place. */
    deg2rad_(): this;
    /** 1 where the elements are equal, else 0, in this tensor's dtype. */
    eq_(other: Tensor | number | { other: Tensor | number }): this;
    /** `exp2` in place. */
    exp2_(): this;
    /** `floorDivide` in place. */
    floorDivide_(other: Tensor | number | { other: Tensor | number }): this;
    /** `fmod` in place. */
    fmod_(other: Tensor | number | { other: Tensor | number }): this;
    /** 1 where this is at least the other, else 0, in this tensor's dtype. */
    ge_(other: Tensor | number | { other: Tensor | number }): this;
    /** 1 where this is more than the other, else 0, in this tensor's dtype. */
    gt_(other: Tensor | number | { other: Tensor | number }): this;
    /** `heaviside` in place. */
    heaviside_(values: Tensor | { values: Tensor }): this;
    /** `hypot` in place. */
    hypot_(other: Tensor | { other: Tensor }): this;
    /** 1 where this is at most the other, else 0, in this tensor's dtype. */
    le_(other: Tensor | number | { other: Tensor | number }): this;
    /** 1 where both are not 0, else 0, in this tensor's dtype. */
    logicalAnd_(other: Tensor | { other: Tensor }): this;
    /** 1 where this is 0, else 0, in this tensor's dtype. */
    logicalNot_(): this;
    /** 1 where one of both is not 0, else 0, in this tensor's dtype. */
    logicalOr_(other: Tensor | { other: Tensor }): this;
    /** 1 where exactly one of both is 0, else 0, in this tensor's dtype. */
    logicalXor_(other: Tensor | { other: Tensor }): this;
    /** 1 where this is less than the other, else 0, in this tensor's dtype. */
    lt_(other: Tensor | number | { other: Tensor | number }): this;
    /** 1 where the elements differ, else 0, in this tensor's dtype. */
    ne_(other: Tensor | number | { other: Tensor | number }): this;
    /** `rad2deg` in place. */
    rad2deg_(): this;
    /** `sinh` in place. */
    sinh_(): this;
  }
}

const names = [
  ...["acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "bitwiseAnd", "bitwiseNot", "bitwiseOr"],
  ...["bitwiseXor", "clampMax", "clampMin", "copysign", "cosh", "deg2rad", "eq", "exp2", "floorDivide"],
  ...["fmod", "ge", "gt", "heaviside", "hypot", "le", "logicalAnd", "logicalNot", "logicalOr", "logicalXor"],
  ...["lt", "ne", "rad2deg", "sinh"],
] as const;

/** Tensors as they are called by name here. */
type ByName = Readonly<Record<string, (...args: unknown[]) => Tensor>>;

for (const name of names) {
  const own: `${typeof name}_` & Method = `${name}_`;
  addMethod(own, function (this: Tensor, ...args: unknown[]) {
    return change(this, own, (old) => (old as unknown as ByName)[name]!(...args));
  } as never);
}
