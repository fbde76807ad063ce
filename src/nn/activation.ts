/** Activations as layers: each keeps the shape of its input; activation-functions.ts has what they compute. rectifiers.ts has those made of straight pieces. */
import {
  celu,
  elu,
  gelu,
  logsigmoid,
  mish,
  selu,
  sigmoid,
  silu,
  softplus,
  softsign,
  tanh,
  tanhshrink,
} from "./activation-functions.js";
import type { Shape, TypeOnly } from "../tensor/shape-types.js";
import { type Given, optionsOf } from "../tensor/signature.js";
import type { Tensor } from "../tensor/tensor.js";
import { BuiltIn } from "./module.js";
import type { SameShapeRule } from "./shape-rule.js";

/** A layer whose output has the shape of its input. */
export abstract class SameShape extends BuiltIn {
  declare readonly shapeRule?: TypeOnly<SameShapeRule>;

  abstract override forward<S extends Shape>(input: Tensor<S>): Tensor<S>;
}

/** tanh x. PyTorch's nn.Tanh. */
export class Tanh extends SameShape {
  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return tanh(input);
  }
}

/** 1 / (1 + e⁻ˣ). PyTorch's nn.Sigmoid. */
export class Sigmoid extends SameShape {
  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return sigmoid(input);
  }
}

/** ln(1 / (1 + e⁻ˣ)). PyTorch's nn.LogSigmoid. */
export class LogSigmoid extends SameShape {
  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return logsigmoid(input);
  }
}

/** x Φ(x), or with `approximate: "tanh"` x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2 (Hendrycks and Gimpel 2016). PyTorch's nn.GELU. */
export class GELU extends SameShape {
  readonly approximate: "none" | "tanh";

  constructor(...given: Given<{ approximate?: "none" | "tanh" }, [approximate: "approximate"]>) {
    super();
    const options = optionsOf<{ approximate?: "none" | "tanh" }>("GELU", "approximate", given);
    this.approximate = options.approximate ?? "none";
  }

  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return gelu(input, { approximate: this.approximate });
  }

  override extraRepr(): string {
    return `approximate='${this.approximate}'`;
  }
}

/** x / (1 + e⁻ˣ). PyTorch's nn.SiLU. */
export class SiLU extends SameShape {
  readonly inplace: boolean;

  constructor(...given: Given<{ inplace?: boolean }, [inplace: "inplace"]>) {
    super();
    const options = optionsOf<{ inplace?: boolean }>("SiLU", "inplace", given);
    this.inplace = options.inplace ?? false;
  }

  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return silu(input, { inplace: this.inplace });
  }

  override extraRepr(): string {
    return this.inplace ? "inplace=true" : "";
  }
}

/** x tanh(ln(1 + eˣ)) (Misra 2019). PyTorch's nn.Mish. */
export class Mish extends SameShape {
  readonly inplace: boolean;

  constructor(...given: Given<{ inplace?: boolean }, [inplace: "inplace"]>) {
    super();
    const options = optionsOf<{ inplace?: boolean }>("Mish", "inplace", given);
    this.inplace = options.inplace ?? false;
  }

  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return mish(input, { inplace: this.inplace });
  }

  override extraRepr(): string {
    return this.inplace ? "inplace=true" : "";
  }
}

/** x where it is positive, else alpha (eˣ - 1) (Clevert, Unterthiner and Hochreiter 2016). PyTorch's nn.ELU. */
export class ELU extends SameShape {
  readonly alpha: number;
  readonly inplace: boolean;

  constructor(...given: Given<{ alpha?: number; inplace?: boolean }, [alpha: "alpha", inplace: "inplace"]>) {
    super();
    const options = optionsOf<{ alpha?: number; inplace?: boolean }>("ELU", "alpha, inplace", given);
    this.alpha = options.alpha ?? 1;
    this.inplace = options.inplace ?? false;
  }

  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return elu(input, { alpha: this.alpha, inplace: this.inplace });
  }

  override extraRepr(): string {
    return `alpha=${float(this.alpha)}${this.inplace ? ", inplace=true" : ""}`;
  }
}

/** max(x, 0) + min(alpha (e^(x / alpha) - 1), 0) (Barron 2017). PyTorch's nn.CELU. */
export class CELU extends SameShape {
  readonly alpha: number;
  readonly inplace: boolean;

  constructor(...given: Given<{ alpha?: number; inplace?: boolean }, [alpha: "alpha", inplace: "inplace"]>) {
    super();
    const options = optionsOf<{ alpha?: number; inplace?: boolean }>("CELU", "alpha, inplace", given);
    this.alpha = options.alpha ?? 1;
    this.inplace = options.inplace ?? false;
  }

  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return celu(input, { alpha: this.alpha, inplace: this.inplace });
  }

  override extraRepr(): string {
    return `alpha=${float(this.alpha)}${this.inplace ? ", inplace=true" : ""}`;
  }
}

/** 1.0507 · (x where it is positive, else 1.6733 (eˣ - 1)) (Klambauer et al. 2017). PyTorch's nn.SELU. */
export class SELU extends SameShape {
  readonly inplace: boolean;

  constructor(...given: Given<{ inplace?: boolean }, [inplace: "inplace"]>) {
    super();
    const options = optionsOf<{ inplace?: boolean }>("SELU", "inplace", given);
    this.inplace = options.inplace ?? false;
  }

  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return selu(input, { inplace: this.inplace });
  }

  override extraRepr(): string {
    return this.inplace ? "inplace=true" : "";
  }
}

/** log(1 + e^(beta x)) / beta, and x itself where beta x is above the threshold. PyTorch's nn.Softplus. */
export class Softplus extends SameShape {
  readonly beta: number;
  readonly threshold: number;

  constructor(
    ...given: Given<{ beta?: number; threshold?: number }, [beta: "beta", threshold: "threshold"]>
  ) {
    super();
    const options = optionsOf<{ beta?: number; threshold?: number }>("Softplus", "beta, threshold", given);
    this.beta = options.beta ?? 1;
    this.threshold = options.threshold ?? 20;
  }

  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return softplus(input, { beta: this.beta, threshold: this.threshold });
  }

  override extraRepr(): string {
    return `beta=${float(this.beta)}, threshold=${float(this.threshold)}`;
  }
}

/** x / (1 + |x|). PyTorch's nn.Softsign. */
export class Softsign extends SameShape {
  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return softsign(input);
  }
}

/** x - tanh x. PyTorch's nn.Tanhshrink. */
export class Tanhshrink extends SameShape {
  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return tanhshrink(input);
  }
}

/** Its input; for the place of a layer that is left out. Arguments have no effect. PyTorch's nn.Identity. */
export class Identity extends SameShape {
  constructor(..._given: unknown[]) {
    super();
  }

  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return input;
  }
}

/** "1.0" as Python prints a float. @internal */
export function float(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}
