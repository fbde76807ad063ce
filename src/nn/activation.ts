/** Activations as layers: each keeps the shape of its input. The functions are tensor methods or stand in `functional/`. */
import type { Shape, TypeOnly } from "../tensor/shape-types.js";
import type { Tensor } from "../tensor/tensor.js";
import { BuiltIn } from "./module.js";
import type { SameShapeRule } from "./shape-rule.js";

/** A layer whose output has the shape of its input. */
export abstract class SameShape extends BuiltIn {
  declare readonly shapeRule?: TypeOnly<SameShapeRule>;

  abstract override forward<S extends Shape>(input: Tensor<S>): Tensor<S>;
}

/** max(0, x) */
export class ReLU extends SameShape {
  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return input.relu();
  }
}

/** tanh x */
export class Tanh extends SameShape {
  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return input.tanh();
  }
}

/** 1 / (1 + e⁻ˣ) */
export class Sigmoid extends SameShape {
  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return input.sigmoid();
  }
}

/** x Φ(x), or with `approximate: "tanh"` x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2 (Hendrycks and Gimpel 2016) */
export class GELU extends SameShape {
  readonly approximate: "none" | "tanh";

  constructor({ approximate = "none" }: { approximate?: "none" | "tanh" } = {}) {
    super();
    this.approximate = approximate;
  }

  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return input.gelu({ approximate: this.approximate });
  }

  override extraRepr(): string {
    return `approximate='${this.approximate}'`;
  }
}

/** x / (1 + e⁻ˣ) */
export class SiLU extends SameShape {
  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return input.silu();
  }
}

/** x where it is positive, else negativeSlope · x */
export class LeakyReLU extends SameShape {
  constructor(readonly negativeSlope = 0.01) {
    super();
  }

  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return input.leakyRelu({ negativeSlope: this.negativeSlope });
  }

  override extraRepr(): string {
    return `negativeSlope=${this.negativeSlope}`;
  }
}

/** x where it is positive, else alpha (eˣ - 1) (Clevert, Unterthiner and Hochreiter 2016) */
export class ELU extends SameShape {
  constructor(readonly alpha = 1) {
    super();
  }

  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return input.elu({ alpha: this.alpha });
  }

  override extraRepr(): string {
    return `alpha=${float(this.alpha)}`;
  }
}

/** log(1 + e^(beta x)) / beta, and x itself where beta x is above the threshold */
export class Softplus extends SameShape {
  constructor(
    readonly beta = 1,
    readonly threshold = 20,
  ) {
    super();
  }

  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return input.softplus({ beta: this.beta, threshold: this.threshold });
  }

  override extraRepr(): string {
    return `beta=${float(this.beta)}, threshold=${float(this.threshold)}`;
  }
}

/** eˣ over its sum along `dim` */
export class Softmax extends SameShape {
  constructor(readonly dim: number) {
    super();
  }

  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return input.softmax(this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/** log softmax along `dim` */
export class LogSoftmax extends SameShape {
  constructor(readonly dim: number) {
    super();
  }

  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return input.logSoftmax(this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/** Its input; for the place of a layer that is left out */
export class Identity extends SameShape {
  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return input;
  }
}

/** "1.0" as Python prints a float */
function float(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}
