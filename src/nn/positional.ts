/** Ways to tell a model where in a sequence an element stands, and the sum of a layer and its input. */
import { checkTensor } from "../ops/operand.js";
import { Dropout } from "./dropout.js";
import { normal_ } from "./init.js";
import { inLayer } from "./layer-path.js";
import { BuiltIn, Module } from "./module.js";
import { Parameter } from "./parameter.js";
import type { Layer, SameShapeRule } from "./shape-rule.js";
import { cat, stack } from "../ops/join.js";
import type { Tensor } from "../tensor/core.js";
import { empty } from "../tensor/creation/constant.js";
import { arange } from "../tensor/creation/range.js";
import { formatShape } from "../tensor/shape.js";
import type { Shape, TypeOnly } from "../tensor/shape-types.js";

/** Options of the encodings that are added to the elements. */
export interface PositionalOptions {
  /** Longest sequence; 5000 if not given. */
  maxLen?: number;
  /** Dropout behind the sum; 0 if not given. */
  dropout?: number;
  /** Whether the batch is the first dim, [N, T, E], as it is if not given; else [T, N, E]. [T, E] is one sequence. */
  batchFirst?: boolean;
}

/** The first T rows of `table` [maxLen, E] in a shape that is added to `x`. */
function added(name: string, x: Tensor, table: Tensor, batchFirst: boolean): Tensor {
  checkTensor(name, x);
  const [longest, width] = [table.size(0), table.size(1)];
  const timeDim = x.ndim === 3 && batchFirst ? 1 : 0;
  if ((x.ndim !== 2 && x.ndim !== 3) || x.size(-1) !== width)
    throw new Error(`${name}: input ${formatShape(x.shape)} must be [N, T, ${width}] or [T, ${width}]`);
  const length = x.size(timeDim);
  if (length > longest)
    throw new RangeError(
      `${name}: a sequence of ${length} is longer than maxLen ${longest}; make it with a greater maxLen`,
    );
  const rows = table.narrow(0, 0, length);
  return x.add(x.ndim === 3 && !batchFirst ? rows.unsqueeze(1) : rows);
}

/** x + P with P[t, 2i] = sin(t / 10000^(2i / E)) and P[t, 2i + 1] = cos of the same (Vaswani et al. 2017). */
export class SinusoidalPositionalEncoding extends BuiltIn {
  declare readonly shapeRule?: TypeOnly<SameShapeRule>;
  /** [maxLen, E], not part of the state dict. */
  readonly encoding: Tensor;
  readonly dropout: Dropout;
  readonly batchFirst: boolean;

  constructor(
    readonly dModel: number,
    { maxLen = 5000, dropout = 0, batchFirst = true }: PositionalOptions = {},
  ) {
    super();
    const half = Math.ceil(dModel / 2);
    const rates = arange(half)
      .to("float64")
      .mul((-2 * Math.log(10000)) / dModel)
      .exp();
    const angles = arange(maxLen).to("float64").unsqueeze(1).mul(rates);
    const pairs = stack([angles.sin(), angles.cos()], 2).reshape([maxLen, 2 * half]);
    const table = pairs.narrow(1, 0, dModel).to("float32");
    this.encoding = this.registerBuffer("encoding", table, { persistent: false });
    this.dropout = new Dropout(dropout);
    this.batchFirst = batchFirst;
  }

  /** [N, T, E] → the same. @throws Error for a sequence longer than maxLen */
  forward<S extends Shape>(input: Tensor<S>): Tensor<S>;
  forward(input: Tensor): Tensor {
    checkTensor("SinusoidalPositionalEncoding", input);
    const sum = added("SinusoidalPositionalEncoding", input, this.encoding.to(input.dtype), this.batchFirst);
    return this.dropout.forward(sum);
  }

  override extraRepr(): string {
    return `${this.dModel}, maxLen=${this.encoding.size(0)}`;
  }
}

/** x + W with a learned row of W [maxLen, E] for each place, which begin normal with deviation 0.02 (Radford et al. 2018). */
export class LearnedPositionalEncoding extends BuiltIn {
  declare readonly shapeRule?: TypeOnly<SameShapeRule>;
  readonly weight: Parameter;
  readonly dropout: Dropout;
  readonly batchFirst: boolean;

  constructor(
    readonly dModel: number,
    { maxLen = 5000, dropout = 0, batchFirst = true }: PositionalOptions = {},
  ) {
    super();
    this.weight = new Parameter(empty([maxLen, dModel]));
    this.dropout = new Dropout(dropout);
    this.batchFirst = batchFirst;
    this.resetParameters();
  }

  /** Draws the rows anew. */
  resetParameters(): void {
    normal_(this.weight, 0, 0.02);
  }

  /** [N, T, E] → the same. @throws Error for a sequence longer than maxLen */
  forward<S extends Shape>(input: Tensor<S>): Tensor<S>;
  forward(input: Tensor): Tensor {
    return this.dropout.forward(added("LearnedPositionalEncoding", input, this.weight, this.batchFirst));
  }

  override extraRepr(): string {
    return `${this.dModel}, maxLen=${this.weight.size(0)}`;
  }
}

/**
 * Turns each pair (x[i], x[i + d/2]) of a query or key by the angle t · base^(−2i / d) at place t, so that products of the two depend on
 * their distance alone (Su et al. 2021).
 */
export class RotaryPositionalEncoding extends BuiltIn {
  declare readonly shapeRule?: TypeOnly<SameShapeRule>;
  readonly base: number;

  /** @param dim the last size of queries and keys, an even number; @throws RangeError for an odd one */
  constructor(
    readonly dim: number,
    { base = 10000 }: { base?: number } = {},
  ) {
    super();
    if (!Number.isInteger(dim) || dim < 2 || dim % 2 !== 0)
      throw new RangeError(`RotaryPositionalEncoding: dim must be an even whole number, got ${dim}`);
    this.base = base;
  }

  /** [..., T, dim] → the same. @param offset place of the first element, for keys that were computed before; 0 if not given */
  forward<S extends Shape>(input: Tensor<S>, offset?: number): Tensor<S>;
  forward(input: Tensor, offset = 0): Tensor {
    checkTensor("RotaryPositionalEncoding", input);
    const { shape } = input;
    if (shape.length < 2 || shape.at(-1) !== this.dim)
      throw new Error(`RotaryPositionalEncoding: input ${formatShape(shape)} must be [..., T, ${this.dim}]`);
    const half = this.dim / 2;
    const rates = arange(half)
      .to("float64")
      .mul((-2 * Math.log(this.base)) / this.dim)
      .exp();
    const places = arange(offset, offset + shape.at(-2)!).to("float64");
    const angles = places.unsqueeze(1).mul(rates);
    const [cos, sin] = [angles.cos().to(input.dtype), angles.sin().to(input.dtype)];
    const [a, b] = [input.narrow(-1, 0, half), input.narrow(-1, half, half)];
    return cat([a.mul(cos).sub(b.mul(sin)), b.mul(cos).add(a.mul(sin))], -1);
  }

  override extraRepr(): string {
    return `${this.dim}, base=${this.base}`;
  }
}

/** x + f(x) for a layer f that keeps the shape (He et al. 2015). */
export class Residual extends Module {
  declare readonly shapeRule?: TypeOnly<SameShapeRule>;

  constructor(readonly layer: Layer) {
    super();
  }

  /** @throws Error where the layer's output has another shape than its input */
  forward<S extends Shape>(input: Tensor<S>): Tensor<S>;
  forward(input: Tensor): Tensor {
    let output: Tensor;
    try {
      output = this.layer.forward(input);
    } catch (error) {
      throw inLayer(error, "layer");
    }
    if (String(output.shape) !== String(input.shape))
      throw new Error(
        `Residual: ${this.layer.name()} gives ${formatShape(output.shape)} of ${formatShape(input.shape)}; the shapes must be the same to be added`,
      );
    return input.add(output);
  }
}
