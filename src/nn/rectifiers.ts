/** Activations made of straight pieces as layers. */
import {
  hardshrink,
  hardsigmoid,
  hardswish,
  hardtanh,
  leakyRelu,
  prelu,
  relu,
  relu6,
  rrelu,
  softshrink,
  threshold,
} from "./activation-functions.js";
import { full } from "../tensor/creation/constant.js";
import { type FloatDType, getDefaultDtype } from "../tensor/dtype.js";
import type { Shape } from "../tensor/shape-types.js";
import { type Given, optionsOf } from "../tensor/signature.js";
import type { Tensor } from "../tensor/tensor.js";
import { float, SameShape } from "./activation.js";
import { constant_ } from "./init.js";
import { Parameter } from "./parameter.js";

/** max(0, x). PyTorch's nn.ReLU. */
export class ReLU extends SameShape {
  readonly inplace: boolean;

  constructor(...given: Given<{ inplace?: boolean }, [inplace: "inplace"]>) {
    super();
    const options = optionsOf<{ inplace?: boolean }>("ReLU", "inplace", given);
    this.inplace = options.inplace ?? false;
  }

  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return relu(input, { inplace: this.inplace });
  }

  override extraRepr(): string {
    return this.inplace ? "inplace=true" : "";
  }
}

/** x brought into [0, 6]. PyTorch's nn.ReLU6. */
export class ReLU6 extends SameShape {
  readonly inplace: boolean;

  constructor(...given: Given<{ inplace?: boolean }, [inplace: "inplace"]>) {
    super();
    const options = optionsOf<{ inplace?: boolean }>("ReLU6", "inplace", given);
    this.inplace = options.inplace ?? false;
  }

  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return relu6(input, { inplace: this.inplace });
  }

  override extraRepr(): string {
    return this.inplace ? "inplace=true" : "";
  }
}

/** x where it is positive, else negativeSlope · x. PyTorch's nn.LeakyReLU. */
export class LeakyReLU extends SameShape {
  readonly negativeSlope: number;
  readonly inplace: boolean;

  constructor(
    ...given: Given<
      { negativeSlope?: number; inplace?: boolean },
      [negativeSlope: "negativeSlope", inplace: "inplace"]
    >
  ) {
    super();
    const options = optionsOf<{ negativeSlope?: number; inplace?: boolean }>(
      "LeakyReLU",
      "negativeSlope, inplace",
      given,
    );
    this.negativeSlope = options.negativeSlope ?? 0.01;
    this.inplace = options.inplace ?? false;
  }

  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return leakyRelu(input, { negativeSlope: this.negativeSlope, inplace: this.inplace });
  }

  override extraRepr(): string {
    return `negativeSlope=${this.negativeSlope}${this.inplace ? ", inplace=true" : ""}`;
  }
}

/** x / 6 + 1/2 brought into [0, 1]. PyTorch's nn.Hardsigmoid. */
export class Hardsigmoid extends SameShape {
  readonly inplace: boolean;

  constructor(...given: Given<{ inplace?: boolean }, [inplace: "inplace"]>) {
    super();
    const options = optionsOf<{ inplace?: boolean }>("Hardsigmoid", "inplace", given);
    this.inplace = options.inplace ?? false;
  }

  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return hardsigmoid(input, { inplace: this.inplace });
  }

  override extraRepr(): string {
    return this.inplace ? "inplace=true" : "";
  }
}

/** x · (x / 6 + 1/2 brought into [0, 1]) (Howard et al. 2019). PyTorch's nn.Hardswish. */
export class Hardswish extends SameShape {
  readonly inplace: boolean;

  constructor(...given: Given<{ inplace?: boolean }, [inplace: "inplace"]>) {
    super();
    const options = optionsOf<{ inplace?: boolean }>("Hardswish", "inplace", given);
    this.inplace = options.inplace ?? false;
  }

  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return hardswish(input, { inplace: this.inplace });
  }

  override extraRepr(): string {
    return this.inplace ? "inplace=true" : "";
  }
}

/** 0 where |x| ≤ lambd, else x. PyTorch's nn.Hardshrink. */
export class Hardshrink extends SameShape {
  readonly lambd: number;

  constructor(...given: Given<{ lambd?: number }, [lambd: "lambd"]>) {
    super();
    const options = optionsOf<{ lambd?: number }>("Hardshrink", "lambd", given);
    this.lambd = options.lambd ?? 0.5;
  }

  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return hardshrink(input, { lambd: this.lambd });
  }

  override extraRepr(): string {
    return `${this.lambd}`;
  }
}

/** x brought towards 0 by lambd, and 0 where |x| ≤ lambd. PyTorch's nn.Softshrink. */
export class Softshrink extends SameShape {
  readonly lambd: number;

  constructor(...given: Given<{ lambd?: number }, [lambd: "lambd"]>) {
    super();
    const options = optionsOf<{ lambd?: number }>("Softshrink", "lambd", given);
    this.lambd = options.lambd ?? 0.5;
  }

  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return softshrink(input, { lambd: this.lambd });
  }

  override extraRepr(): string {
    return `${this.lambd}`;
  }
}

interface HardtanhOptions {
  /** -1 if not given. */
  minVal?: number;
  /** 1 if not given. */
  maxVal?: number;
  inplace?: boolean;
  /** An older name of `minVal`. */
  minValue?: number;
  /** An older name of `maxVal`. */
  maxValue?: number;
}

/** x brought into [minVal, maxVal]. PyTorch's nn.Hardtanh. */
export class Hardtanh extends SameShape {
  readonly minVal: number;
  readonly maxVal: number;
  readonly inplace: boolean;

  constructor(
    ...given: Given<
      HardtanhOptions,
      [minVal: "minVal", maxVal: "maxVal", inplace: "inplace", minValue: "minValue", maxValue: "maxValue"]
    >
  ) {
    super();
    const options = optionsOf<HardtanhOptions>(
      "Hardtanh",
      "minVal, maxVal, inplace, minValue, maxValue",
      given,
    );
    this.minVal = options.minValue ?? options.minVal ?? -1;
    this.maxVal = options.maxValue ?? options.maxVal ?? 1;
    this.inplace = options.inplace ?? false;
    if (!(this.minVal < this.maxVal))
      throw new RangeError(`Hardtanh: expected minVal < maxVal, got ${this.minVal} and ${this.maxVal}`);
  }

  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    const { minVal, maxVal, inplace } = this;
    return hardtanh(input, { minVal, maxVal, inplace });
  }

  override extraRepr(): string {
    return `minVal=${float(this.minVal)}, maxVal=${float(this.maxVal)}${this.inplace ? ", inplace=true" : ""}`;
  }
}

/** x where it is above `threshold`, else `value`. PyTorch's nn.Threshold. */
export class Threshold extends SameShape {
  readonly threshold: number;
  readonly value: number;
  readonly inplace: boolean;

  constructor(
    ...given: Given<
      { threshold?: number; value?: number; inplace?: boolean },
      [threshold: "threshold", value: "value", inplace: "inplace"]
    >
  ) {
    super();
    const {
      threshold: from,
      value,
      inplace,
    } = optionsOf<{ threshold: number; value: number; inplace: boolean }>(
      "Threshold",
      "threshold, value, inplace",
      given,
    );
    if (from === undefined || value === undefined)
      throw new TypeError("Threshold: expected a threshold and a value: new nn.Threshold(0.1, 20)");
    this.threshold = from;
    this.value = value;
    this.inplace = inplace ?? false;
  }

  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return threshold(input, this.threshold, this.value, this.inplace);
  }

  override extraRepr(): string {
    return `threshold=${this.threshold}, value=${this.value}${this.inplace ? ", inplace=true" : ""}`;
  }
}

/** x where it is positive, else x times a slope, drawn from [lower, upper) in training and their mean after `eval()`. PyTorch's nn.RReLU (Xu et al. 2015). */
export class RReLU extends SameShape {
  readonly lower: number;
  readonly upper: number;
  readonly inplace: boolean;

  constructor(
    ...given: Given<
      { lower?: number; upper?: number; inplace?: boolean },
      [lower: "lower", upper: "upper", inplace: "inplace"]
    >
  ) {
    super();
    const options = optionsOf<{ lower: number; upper: number; inplace: boolean }>(
      "RReLU",
      "lower, upper, inplace",
      given,
    );
    this.lower = options.lower ?? 1 / 8;
    this.upper = options.upper ?? 1 / 3;
    this.inplace = options.inplace ?? false;
  }

  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    const { lower, upper, inplace, training } = this;
    return rrelu(input, { lower, upper, training, inplace });
  }

  override extraRepr(): string {
    return `lower=${this.lower}, upper=${this.upper}${this.inplace ? ", inplace=true" : ""}`;
  }
}

interface PReLUOptions {
  /** One for all, or one for each channel of [N, C, ...]; 1 if not given. */
  numParameters?: number;
  /** 0.25 if not given. */
  init?: number;
  device?: "cpu";
  dtype?: FloatDType;
}

/** x where it is positive, else weight · x, with a learned weight. PyTorch's nn.PReLU (He et al. 2015). */
export class PReLU extends SameShape {
  readonly numParameters: number;
  readonly init: number;
  readonly weight: Parameter;

  constructor(
    ...given: Given<
      PReLUOptions,
      [numParameters: "numParameters", init: "init", device: "device", dtype: "dtype"]
    >
  ) {
    super();
    const options = optionsOf<PReLUOptions>("PReLU", "numParameters, init, device, dtype", given);
    const { numParameters = 1, init = 0.25, dtype = getDefaultDtype() } = options;
    this.numParameters = numParameters;
    this.init = init;
    this.weight = new Parameter(full([numParameters], init, { dtype }));
  }

  /** Sets the weight to `init` (`torch.nn.PReLU.reset_parameters`). */
  resetParameters(): void {
    constant_(this.weight, this.init);
  }

  forward<S extends Shape>(input: Tensor<S>): Tensor<S>;
  forward(input: Tensor): Tensor {
    return prelu(input, this.weight);
  }

  override extraRepr(): string {
    return `numParameters=${this.numParameters}`;
  }
}
