/** Functions with an inverse and the logarithm of their slope, for TransformedDistribution; PyTorch's distributions.transforms. */
import { cat } from "../ops/join.js";
import { Tensor } from "../tensor/tensor.js";
import { type Constraint, positive, real, simplex, unitInterval } from "./constraint.js";
import type { Numeric } from "./distribution.js";

/** A differentiable function with an inverse. */
export abstract class Transform {
  /** What it gives, where it is applied to all numbers. */
  readonly codomain: Constraint = real;
  /** How many dims on the right make one value. */
  readonly eventDim: number = 0;
  /** −1 where it falls, as PyTorch's `sign`. */
  get sign(): Numeric {
    return 1;
  }
  /** y of x. */
  abstract forward(x: Tensor): Tensor;
  /** x of y. */
  abstract inverse(y: Tensor): Tensor;
  /** ln |dy/dx|, without the dims of a value. */
  abstract logAbsDetJacobian(x: Tensor, y: Tensor): Tensor;
  /** The transform the other way round. */
  get inv(): Transform {
    return new InverseTransform(this);
  }
}

class InverseTransform extends Transform {
  override readonly eventDim: number;
  constructor(readonly base: Transform) {
    super();
    this.eventDim = base.eventDim;
  }
  override get sign(): Numeric {
    return this.base.sign;
  }
  forward(x: Tensor): Tensor {
    return this.base.inverse(x);
  }
  inverse(y: Tensor): Tensor {
    return this.base.forward(y);
  }
  logAbsDetJacobian(x: Tensor, y: Tensor): Tensor {
    return this.base.logAbsDetJacobian(y, x).neg();
  }
  override get inv(): Transform {
    return this.base;
  }
}

/** y = eˣ. */
export class ExpTransform extends Transform {
  override readonly codomain = positive;
  forward(x: Tensor): Tensor {
    return x.exp();
  }
  inverse(y: Tensor): Tensor {
    return y.log();
  }
  logAbsDetJacobian(x: Tensor): Tensor {
    return x;
  }
}

/** y = loc + scale · x; with eventDim 1 or more the slope is summed over that many dims on the right. */
export class AffineTransform extends Transform {
  override readonly eventDim: number;
  constructor(
    readonly loc: Numeric,
    readonly scale: Numeric,
    eventDim: number | { eventDim?: number } = 0,
  ) {
    super();
    this.eventDim = typeof eventDim === "number" ? eventDim : (eventDim.eventDim ?? 0);
  }
  override get sign(): Numeric {
    return this.scale instanceof Tensor ? this.scale.sign() : Math.sign(this.scale);
  }
  forward(x: Tensor): Tensor {
    return x.mul(this.scale as Tensor).add(this.loc as Tensor);
  }
  inverse(y: Tensor): Tensor {
    return y.sub(this.loc as Tensor).div(this.scale as Tensor);
  }
  logAbsDetJacobian(x: Tensor): Tensor {
    const zero = x.detach().mul(0) as Tensor;
    const slope =
      this.scale instanceof Tensor
        ? (this.scale.abs().log().add(zero) as Tensor)
        : (zero.add(Math.log(Math.abs(this.scale))) as Tensor);
    let sum = slope;
    for (let i = 0; i < this.eventDim; i++) sum = sum.sum(-1);
    return sum;
  }
}

/** y = x^exponent, for positive numbers. */
export class PowerTransform extends Transform {
  override readonly codomain = positive;
  constructor(readonly exponent: Numeric) {
    super();
  }
  override get sign(): Numeric {
    return this.exponent instanceof Tensor ? this.exponent.sign() : Math.sign(this.exponent);
  }
  forward(x: Tensor): Tensor {
    return x.pow(this.exponent as Tensor);
  }
  inverse(y: Tensor): Tensor {
    return y.pow(
      this.exponent instanceof Tensor ? this.exponent.reciprocal() : ((1 / this.exponent) as never),
    );
  }
  logAbsDetJacobian(x: Tensor, y: Tensor): Tensor {
    return y
      .mul(this.exponent as Tensor)
      .div(x)
      .abs()
      .log();
  }
}

/** y = 1 / (1 + e^(−x)). */
export class SigmoidTransform extends Transform {
  override readonly codomain = unitInterval;
  forward(x: Tensor): Tensor {
    return x.sigmoid();
  }
  inverse(y: Tensor): Tensor {
    return y.log().sub(y.neg().log1p());
  }
  logAbsDetJacobian(x: Tensor): Tensor {
    return softplus(x.neg()).add(softplus(x)).neg();
  }
}

/** y = tanh x. */
export class TanhTransform extends Transform {
  override readonly codomain: Constraint = {
    ...real,
    text: "from -1 to 1",
    check: (x) => x.abs().le(1),
  };
  forward(x: Tensor): Tensor {
    return x.tanh();
  }
  inverse(y: Tensor): Tensor {
    return y.atanh();
  }
  logAbsDetJacobian(x: Tensor): Tensor {
    return x
      .neg()
      .add(Math.LN2)
      .sub(softplus(x.mul(-2)))
      .mul(2);
  }
}

/** y = ln (1 + eˣ). */
export class SoftplusTransform extends Transform {
  override readonly codomain = positive;
  forward(x: Tensor): Tensor {
    return softplus(x);
  }
  inverse(y: Tensor): Tensor {
    return y.neg().expm1().neg().log().add(y);
  }
  logAbsDetJacobian(x: Tensor): Tensor {
    return softplus(x.neg()).neg();
  }
}

/** Several transforms, the first applied first. */
export class ComposeTransform extends Transform {
  override readonly codomain: Constraint;
  override readonly eventDim: number;
  constructor(readonly parts: readonly Transform[]) {
    super();
    this.codomain = parts.at(-1)?.codomain ?? real;
    this.eventDim = Math.max(0, ...parts.map((part) => part.eventDim));
  }
  override get sign(): Numeric {
    return this.parts.reduce<Numeric>((sign, part) => times(sign, part.sign), 1);
  }
  forward(x: Tensor): Tensor {
    return this.parts.reduce((value, part) => part.forward(value), x);
  }
  inverse(y: Tensor): Tensor {
    return this.parts.reduceRight((value, part) => part.inverse(value), y);
  }
  logAbsDetJacobian(x: Tensor): Tensor {
    let value = x;
    let sum: Tensor | null = null;
    for (const part of this.parts) {
      const next = part.forward(value);
      let slope = part.logAbsDetJacobian(value, next);
      for (let i = part.eventDim; i < this.eventDim; i++) slope = slope.sum(-1);
      sum = sum === null ? slope : sum.add(slope);
      value = next;
    }
    return sum ?? (x.mul(0) as Tensor);
  }
}

/** A point of K − 1 numbers to one of the simplex of K, by breaking a stick. */
export class StickBreakingTransform extends Transform {
  override readonly codomain = simplex;
  override readonly eventDim = 1;
  private offset(x: Tensor): Tensor {
    const n = x.shape[x.ndim - 1]!;
    const ones = x.detach().mul(0).add(1) as Tensor;
    return ones
      .cumsum(-1)
      .neg()
      .add(n + 1);
  }
  forward(x: Tensor): Tensor {
    const z = x.sub(this.offset(x).log()).sigmoid();
    const left = z.neg().add(1).cumprod(-1);
    return padded(z, 1, false).mul(padded(left, 1, true));
  }
  inverse(y: Tensor): Tensor {
    const n = y.shape[y.ndim - 1]!;
    const head = y.narrow(-1, 0, n - 1) as Tensor;
    const left = head.cumsum(-1).neg().add(1);
    const tiny = y.dtype === "float64" ? 2 ** -1022 : 2 ** -126;
    return head.log().sub(left.clampMin(tiny).log()).add(this.offset(head).log());
  }
  logAbsDetJacobian(x: Tensor, y: Tensor): Tensor {
    const n = x.shape[x.ndim - 1]!;
    const shifted = x.sub(this.offset(x).log());
    return shifted
      .neg()
      .add(shifted.logSigmoid())
      .add((y.narrow(-1, 0, n) as Tensor).log())
      .sum(-1);
  }
}

/** A number more along the last dim: before the others or after them. */
function padded(x: Tensor, value: number, isBefore: boolean): Tensor {
  const one = (x.narrow(-1, 0, 1) as Tensor).detach().mul(0).add(value) as Tensor;
  return cat(isBefore ? [one, x] : [x, one], -1);
}

/** y = eˣ over its sum along the last dim: no slope, so for the direction of samples alone. */
export class SoftmaxTransform extends Transform {
  override readonly codomain = simplex;
  override readonly eventDim = 1;
  forward(x: Tensor): Tensor {
    return x.softmax(-1);
  }
  inverse(y: Tensor): Tensor {
    return y.log();
  }
  logAbsDetJacobian(): Tensor {
    throw new Error("SoftmaxTransform has no slope: several x have one y; use StickBreakingTransform");
  }
}

function times(a: Numeric, b: Numeric): Numeric {
  if (a instanceof Tensor) return a.mul(b as Tensor);
  return b instanceof Tensor ? b.mul(a) : a * b;
}

/** ln (1 + eˣ), with all digits of either sign. */
export function softplus(x: Tensor): Tensor {
  return x.clampMin(0).add(x.abs().neg().exp().log1p());
}
