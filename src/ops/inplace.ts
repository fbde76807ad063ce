/**
 * Methods that end in `_`: they give this tensor a new value and return it.
 *
 * A tensor's old value is never overwritten: other tensors that were made from it, `detach()` and what PyTorch would call views
 * included, keep theirs. The change itself is recorded, so gradients stay right; what is not recorded (within noGrad) is counted,
 * and backward() says so where it would need the old value.
 */
import { accumulate } from "../autograd/accumulate.js";
import { isGradEnabled } from "../autograd/mode.js";
import { extrasOf, snapshot } from "../autograd/record.js";
import { binary, cast as castNode, copy, expand as expandNode, random, scalar } from "../graph/build.js";
import { evaluate } from "../graph/evaluate.js";
import type { Node } from "../graph/node.js";
import { defineMethods, type Op, Tensor } from "../tensor/core.js";
import { checkNumber, isFloating } from "../tensor/dtype.js";
import { draw, randomSeed } from "../tensor/generator.js";
import { formatShape, sameShape } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import { sigmoid, relu, tanh } from "./activation.js";
import { add, div, mul, neg, sub } from "./arithmetic.js";
import { cast } from "./cast.js";
import { broadcastTo } from "./movement.js";
import { checkTensor } from "./operand.js";
import { pow } from "./power.js";
import { clamp, maskedFill } from "./select.js";
import { exp, sqrt } from "./unary.js";

declare module "../tensor/core.js" {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- merging needs the class's parameters
  interface Tensor<S extends Shape = Shape> {
    /** Adds alpha · other to this tensor. */
    add_(other: Tensor | number, options?: { alpha?: number }): this;
    /** Subtracts alpha · other from this tensor. */
    sub_(other: Tensor | number, options?: { alpha?: number }): this;
    /** Multiplies this tensor by `other`. */
    mul_(other: Tensor | number): this;
    /** Divides this tensor by `other`. */
    div_(other: Tensor | number): this;
    /** Raises this tensor to a power. */
    pow_(exponent: Tensor | number): this;
    /** Adds value · a · b. */
    addcmul_(a: Tensor, b: Tensor, options?: { value?: number }): this;
    /** Adds value · a / b. */
    addcdiv_(a: Tensor, b: Tensor, options?: { value?: number }): this;
    /** Moves this tensor towards `end` by the part `weight` of the way. */
    lerp_(end: Tensor, weight: number | Tensor): this;
    /** Changes the sign. */
    neg_(): this;
    exp_(): this;
    sqrt_(): this;
    relu_(): this;
    sigmoid_(): this;
    tanh_(): this;
    /** Brings every element into [min, max]. */
    clamp_(min?: number | Tensor | null, max?: number | Tensor | null): this;
    /** Puts `value` where the mask is true. */
    maskedFill_(mask: Tensor, value: number | Tensor): this;
    /** Makes every element 0. */
    zero_(): this;
    /** Makes every element `value`. */
    fill_(value: number): this;
    /** Takes over the values of `source`, broadcast and converted to this dtype. */
    copy_(source: Tensor): this;
    /** Draws every element uniformly from [from, to), by default [0, 1). */
    uniform_(from?: number, to?: number): this;
    /** Draws every element from the normal distribution, by default the standard one. */
    normal_(mean?: number, std?: number): this;
  }
}

/** A change within noGrad: gradients pass by it to what the tensor was. */
const UNRECORDED: Op = {
  name: "AliasBackward0",
  saves: false,
  gradient(y, g) {
    accumulate(y._a!, g);
  },
};

/**
 * What the operation is computed from: the tensor itself, or where history must be kept, a handle on its state so far.
 * @throws Error for a leaf that requires grad, outside noGrad.
 */
function before(x: Tensor, name: string): Tensor {
  if (isGradEnabled() && x._requiresGrad && x._op === null) {
    throw new Error(
      `${name}: a leaf tensor that requires grad cannot be changed in place while operations are recorded; ` +
        `wrap the change: noGrad(() => x.${name}(...)), or use an optimizer`,
    );
  }
  return x._op !== null || isGradEnabled() ? snapshot(x) : x;
}

/** Gives `x` the value and the history of `result`. */
function become(x: Tensor, old: Tensor, result: Tensor, name: string): Tensor {
  const node = result._node;
  if (!sameShape(node.shape, x._node.shape)) {
    throw new Error(
      `${name}: the result has shape ${formatShape(node.shape)}, which does not fit this tensor of ${formatShape(x.shape)}`,
    );
  }
  if (node.dtype !== x._node.dtype && !(isFloating(node.dtype) && isFloating(x._node.dtype))) {
    throw new TypeError(
      `${name}: the result is ${node.dtype}, which this ${x.dtype} tensor cannot hold; use the method without _, or convert first`,
    );
  }
  const y = cast(result, x._node.dtype);
  x._version++;
  if (y._op !== null) adopt(x, old, y);
  else if (old !== x && x._op !== null) adopt(x, old, record0(y.node, old));
  else assign(x, y.node);
  return x;
}

/** The unrecorded change of a tensor that has a history. */
function record0(node: Node, old: Tensor): Tensor {
  const y = new Tensor(node);
  y._op = UNRECORDED;
  y._a = old;
  y._versions = old._version & 1023;
  y._requiresGrad = true;
  return y;
}

function adopt(x: Tensor, old: Tensor, y: Tensor): void {
  x._node = y._node;
  x._variable = null;
  x._op = y._op;
  x._a = y._a;
  x._b = y._b;
  x._c = y._c;
  x._attributes = y._attributes;
  x._versions = y._versions;
  x._requiresGrad = true;
  x._extras = null;
  const extras = extrasOf(x);
  extras.list = y._extras?.list ?? null;
  extras.previous = old;
}

/** A new value for a tensor without history. */
function assign(x: Tensor, node: Node): void {
  if (x._variable !== null) {
    x._variable.assign(node);
    return;
  }
  // A loop that trains by hand changes its leaves at every turn: computed now, the graph does not grow.
  if (x._requiresGrad) evaluate([node]);
  x._node = node;
}

/** Values of `x`'s own shape and dtype that do not depend on what it was. */
function overwrite(x: Tensor, name: string, node: Node): Tensor {
  const old = before(x, name);
  x._version++;
  if (old === x || x._op === null) assign(x, node);
  else if (isGradEnabled()) {
    // Recorded: the old value has no part in the new one.
    const fresh = new Tensor(node);
    x._node = fresh._node;
    x._op = null;
    x._a = x._b = x._c = null;
    x._attributes = null;
    x._versions = 0;
    x._requiresGrad = false;
    x._extras = null;
    extrasOf(x).previous = old;
  } else adopt(x, old, record0(node, old));
  return x;
}

function copyFrom(x: Tensor, source: Tensor): Tensor {
  checkTensor("copy_", source);
  const value = cast(broadcastTo("copy_", source, x._node.shape), x._node.dtype);
  const old = before(x, "copy_");
  if (value._requiresGrad && isGradEnabled()) {
    x._version++;
    adopt(x, old, value.clone());
    return x;
  }
  return overwrite(x, "copy_", copy(value.node));
}

function drawInto(
  x: Tensor,
  name: string,
  distribution: "uniform" | "normal",
  scale: number,
  shift: number,
): Tensor {
  const { dtype, shape, size } = x._node;
  if (!isFloating(dtype)) throw new TypeError(`${name}: expected a floating tensor, got ${dtype}`);
  const node = random(distribution, shape, dtype, randomSeed(), draw(size));
  const spread = scale === 1 ? node : binary("mul", node, scalar(scale, dtype));
  return overwrite(x, name, shift === 0 ? spread : binary("add", spread, scalar(shift, dtype)));
}

function filled(x: Tensor, value: number): Node {
  const { dtype, shape } = x._node;
  return castNode(expandNode(scalar(value, dtype), shape), dtype);
}

function scaled(b: Tensor | number, alpha: number | undefined): Tensor | number {
  if (alpha === undefined || alpha === 1) return b;
  return typeof b === "number" ? b * alpha : mul(b, alpha);
}

defineMethods({
  add_(other: Tensor | number, options?: { alpha?: number }) {
    const old = before(this, "add_");
    return become(this, old, add(old, scaled(other, options?.alpha)), "add_");
  },
  sub_(other: Tensor | number, options?: { alpha?: number }) {
    const old = before(this, "sub_");
    return become(this, old, sub(old, scaled(other, options?.alpha)), "sub_");
  },
  mul_(other: Tensor | number) {
    const old = before(this, "mul_");
    return become(this, old, mul(old, other), "mul_");
  },
  div_(other: Tensor | number) {
    const old = before(this, "div_");
    return become(this, old, div(old, other), "div_");
  },
  pow_(exponent: Tensor | number) {
    const old = before(this, "pow_");
    return become(this, old, pow(old, exponent), "pow_");
  },
  addcmul_(a: Tensor, b: Tensor, options?: { value?: number }) {
    const old = before(this, "addcmul_");
    return become(this, old, old.addcmul(a, b, options), "addcmul_");
  },
  addcdiv_(a: Tensor, b: Tensor, options?: { value?: number }) {
    const old = before(this, "addcdiv_");
    return become(this, old, old.addcdiv(a, b, options), "addcdiv_");
  },
  lerp_(end: Tensor, weight: number | Tensor) {
    const old = before(this, "lerp_");
    return become(this, old, old.lerp(end, weight), "lerp_");
  },
  neg_() {
    const old = before(this, "neg_");
    return become(this, old, neg(old), "neg_");
  },
  exp_() {
    const old = before(this, "exp_");
    return become(this, old, exp(old), "exp_");
  },
  sqrt_() {
    const old = before(this, "sqrt_");
    return become(this, old, sqrt(old), "sqrt_");
  },
  relu_() {
    const old = before(this, "relu_");
    return become(this, old, relu(old), "relu_");
  },
  sigmoid_() {
    const old = before(this, "sigmoid_");
    return become(this, old, sigmoid(old), "sigmoid_");
  },
  tanh_() {
    const old = before(this, "tanh_");
    return become(this, old, tanh(old), "tanh_");
  },
  clamp_(min?: number | Tensor | null, max?: number | Tensor | null) {
    const old = before(this, "clamp_");
    return become(this, old, clamp(old, min, max), "clamp_");
  },
  maskedFill_(mask: Tensor, value: number | Tensor) {
    const old = before(this, "maskedFill_");
    return become(this, old, maskedFill(old, mask, value), "maskedFill_");
  },
  zero_() {
    return overwrite(this, "zero_", filled(this, 0));
  },
  fill_(value: number) {
    checkNumber("fill_", value, this.dtype);
    return overwrite(this, "fill_", filled(this, value));
  },
  copy_(source: Tensor) {
    return copyFrom(this, source);
  },
  uniform_(from = 0, to = 1) {
    return drawInto(this, "uniform_", "uniform", to - from, from);
  },
  normal_(mean = 0, std = 1) {
    return drawInto(this, "normal_", "normal", std, mean);
  },
});
