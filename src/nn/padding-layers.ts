/** Layers that put elements around what they get, along its last dims: zeros, a number, the mirrored or nearest elements, or those of the other end. */
import { checkTensor } from "../ops/operand.js";
import type { PadMode } from "../ops/pad.js";
import type { PaddedShape } from "../ops/rearranged-types.js";
import { formatShape } from "../tensor/shape.js";
import type { Checked, Ok, Shape, TypeOnly } from "../tensor/shape-types.js";
import { optionsOf } from "../tensor/signature.js";
import type { Tensor } from "../tensor/tensor.js";
import { BuiltIn } from "./module.js";
import type { After, Layer, ShapeRule } from "./shape-rule.js";

/** One number for all sides, or [left, right, top, bottom, front, back] as far as there are dims. Numbers below 0 cut off. */
export type Padding = number | readonly number[];

interface PaddingRule<Dims extends 1 | 2 | 3, P> extends ShapeRule {
  readonly output: PaddedShape<Extract<this["input"], Shape>, Dims, P>;
}

abstract class PaddingLayer extends BuiltIn {
  readonly padding: readonly number[];

  constructor(padding: Padding, dims: number) {
    super();
    const sides =
      typeof padding === "number" ? Array.from({ length: 2 * dims }, () => padding) : [...padding];
    if (sides.length !== 2 * dims || sides.some((n) => !Number.isInteger(n)))
      throw new Error(
        `${new.target.name}: expected one whole number or ${2 * dims}, two for each dim from the last one on, got ${formatShape(sides)}`,
      );
    this.padding = sides;
  }

  protected get mode(): PadMode {
    return "constant";
  }

  protected get fill(): number {
    return 0;
  }

  /** [N, C, ...] or [C, ...] → the same with longer last dims. @throws Error where there is not enough to mirror or repeat */
  forward<L extends Layer, S extends Shape>(
    this: L,
    input: Checked<After<L, S>, Tensor<S>>,
  ): Tensor<Ok<After<L, S>>>;
  forward(input: Tensor): Tensor {
    checkTensor(this.name(), input);
    const { padding, mode } = this;
    const dims = padding.length / 2;
    if (mode === "constant") return input.pad(padding, { value: this.fill });
    if (input.ndim !== dims + 1 && input.ndim !== dims + 2)
      throw new Error(
        `${this.name()}: expected an input of ${dims + 1} or ${dims + 2} dimensions, got ${formatShape(input.shape)}`,
      );
    for (let i = 0; i < dims; i++)
      this.#check(input, input.ndim - 1 - i, padding[2 * i]!, padding[2 * i + 1]!, mode);
    return input.pad(padding, { mode });
  }

  /** That there is enough to put before and after a dim, and that something is left of it. */
  #check(x: Tensor, dim: number, before: number, after: number, mode: PadMode): void {
    const size = x.shape[dim]!;
    const most = mode === "reflect" ? size - 1 : mode === "circular" ? size : Infinity;
    if (before > most || after > most || size + before + after < 1 || size === 0)
      throw new Error(
        `${this.name()}: padding ${before} and ${after} does not fit dim ${dim} of ${formatShape(x.shape)}` +
          (most === Infinity ? "" : `, which gives ${most} at most`),
      );
  }

  override extraRepr(): string {
    return `[${this.padding.join(", ")}]`;
  }
}

abstract class ConstantPad extends PaddingLayer {
  readonly value: number;

  constructor(padding: Padding, value: number | { value?: number } | undefined, dims: number) {
    super(padding, dims);
    this.value = optionsOf<{ value: number }>(new.target.name, "value", [value]).value ?? 0;
  }

  protected override get fill(): number {
    return this.value;
  }

  override extraRepr(): string {
    return `padding=[${this.padding.join(", ")}], value=${this.value}`;
  }
}

/** A number around [..., L]. PyTorch's nn.ConstantPad1d. */
export class ConstantPad1d<const P extends Padding = Padding> extends ConstantPad {
  declare readonly shapeRule?: TypeOnly<PaddingRule<1, P>>;

  constructor(padding: P, value: number | { value?: number }) {
    super(padding, value, 1);
  }
}

/** Zeros around [..., L]. PyTorch's nn.ZeroPad1d. */
export class ZeroPad1d<const P extends Padding = Padding> extends PaddingLayer {
  declare readonly shapeRule?: TypeOnly<PaddingRule<1, P>>;

  constructor(padding: P) {
    super(padding, 1);
  }
}

/** A number around [..., H, W]. PyTorch's nn.ConstantPad2d. */
export class ConstantPad2d<const P extends Padding = Padding> extends ConstantPad {
  declare readonly shapeRule?: TypeOnly<PaddingRule<2, P>>;

  constructor(padding: P, value: number | { value?: number }) {
    super(padding, value, 2);
  }
}

/** Zeros around [..., H, W]. PyTorch's nn.ZeroPad2d. */
export class ZeroPad2d<const P extends Padding = Padding> extends PaddingLayer {
  declare readonly shapeRule?: TypeOnly<PaddingRule<2, P>>;

  constructor(padding: P) {
    super(padding, 2);
  }
}

/** A number around [..., D, H, W]. PyTorch's nn.ConstantPad3d. */
export class ConstantPad3d<const P extends Padding = Padding> extends ConstantPad {
  declare readonly shapeRule?: TypeOnly<PaddingRule<3, P>>;

  constructor(padding: P, value: number | { value?: number }) {
    super(padding, value, 3);
  }
}

/** Zeros around [..., D, H, W]. PyTorch's nn.ZeroPad3d. */
export class ZeroPad3d<const P extends Padding = Padding> extends PaddingLayer {
  declare readonly shapeRule?: TypeOnly<PaddingRule<3, P>>;

  constructor(padding: P) {
    super(padding, 3);
  }
}

/** The mirrored elements, without the border itself, around [..., L]. PyTorch's nn.ReflectionPad1d. */
export class ReflectionPad1d<const P extends Padding = Padding> extends PaddingLayer {
  declare readonly shapeRule?: TypeOnly<PaddingRule<1, P>>;

  constructor(padding: P) {
    super(padding, 1);
  }

  protected override get mode(): "reflect" {
    return "reflect";
  }
}

/** The mirrored elements, without the border itself, around [..., H, W]. PyTorch's nn.ReflectionPad2d. */
export class ReflectionPad2d<const P extends Padding = Padding> extends PaddingLayer {
  declare readonly shapeRule?: TypeOnly<PaddingRule<2, P>>;

  constructor(padding: P) {
    super(padding, 2);
  }

  protected override get mode(): "reflect" {
    return "reflect";
  }
}

/** The mirrored elements, without the border itself, around [..., D, H, W]. PyTorch's nn.ReflectionPad3d. */
export class ReflectionPad3d<const P extends Padding = Padding> extends PaddingLayer {
  declare readonly shapeRule?: TypeOnly<PaddingRule<3, P>>;

  constructor(padding: P) {
    super(padding, 3);
  }

  protected override get mode(): "reflect" {
    return "reflect";
  }
}

/** The nearest elements around [..., L]. PyTorch's nn.ReplicationPad1d. */
export class ReplicationPad1d<const P extends Padding = Padding> extends PaddingLayer {
  declare readonly shapeRule?: TypeOnly<PaddingRule<1, P>>;

  constructor(padding: P) {
    super(padding, 1);
  }

  protected override get mode(): "replicate" {
    return "replicate";
  }
}

/** The nearest elements around [..., H, W]. PyTorch's nn.ReplicationPad2d. */
export class ReplicationPad2d<const P extends Padding = Padding> extends PaddingLayer {
  declare readonly shapeRule?: TypeOnly<PaddingRule<2, P>>;

  constructor(padding: P) {
    super(padding, 2);
  }

  protected override get mode(): "replicate" {
    return "replicate";
  }
}

/** The nearest elements around [..., D, H, W]. PyTorch's nn.ReplicationPad3d. */
export class ReplicationPad3d<const P extends Padding = Padding> extends PaddingLayer {
  declare readonly shapeRule?: TypeOnly<PaddingRule<3, P>>;

  constructor(padding: P) {
    super(padding, 3);
  }

  protected override get mode(): "replicate" {
    return "replicate";
  }
}

/** The elements of the other end around [..., L]. PyTorch's nn.CircularPad1d. */
export class CircularPad1d<const P extends Padding = Padding> extends PaddingLayer {
  declare readonly shapeRule?: TypeOnly<PaddingRule<1, P>>;

  constructor(padding: P) {
    super(padding, 1);
  }

  protected override get mode(): "circular" {
    return "circular";
  }
}

/** The elements of the other end around [..., H, W]. PyTorch's nn.CircularPad2d. */
export class CircularPad2d<const P extends Padding = Padding> extends PaddingLayer {
  declare readonly shapeRule?: TypeOnly<PaddingRule<2, P>>;

  constructor(padding: P) {
    super(padding, 2);
  }

  protected override get mode(): "circular" {
    return "circular";
  }
}

/** The elements of the other end around [..., D, H, W]. PyTorch's nn.CircularPad3d. */
export class CircularPad3d<const P extends Padding = Padding> extends PaddingLayer {
  declare readonly shapeRule?: TypeOnly<PaddingRule<3, P>>;

  constructor(padding: P) {
    super(padding, 3);
  }

  protected override get mode(): "circular" {
    return "circular";
  }
}
