/** Transforms made of others, one for each part of a tensor, and of its shape and matrices. */
import { cholesky } from "../linalg/cholesky.js";
import { cat, stack } from "../ops/join.js";
import { trilIndices } from "../ops/triangle.js";
import { zeros } from "../tensor/creation/constant.js";
import { matmul } from "../tensor/functions.js";
import { formatShape, sizeOf } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import {
  type Constraint,
  correlationTriangle,
  independent,
  lowerTriangularPositive,
  nonnegative,
  positiveDefinite,
  real,
  unitInterval,
} from "./constraint.js";
import { type Distribution, type Numeric, sumRightmost } from "./distribution.js";
import { softplus, Transform } from "./transforms.js";

/** y = |x|, which has two x: `inverse` gives the one that is not below 0. PyTorch's transforms.AbsTransform. */
export class AbsTransform extends Transform {
  override readonly codomain = nonnegative;
  forward(x: Tensor): Tensor {
    return x.abs();
  }
  inverse(y: Tensor): Tensor {
    return y;
  }
  logAbsDetJacobian(): Tensor {
    throw new Error("AbsTransform has no slope: two x have one y");
  }
}

/** The distribution function of a distribution, from its values to [0, 1]. PyTorch's transforms.CumulativeDistributionTransform. */
export class CumulativeDistributionTransform extends Transform {
  override readonly codomain = unitInterval;
  constructor(readonly distribution: Distribution) {
    super();
  }
  forward(x: Tensor): Tensor {
    return this.distribution.cdf(x);
  }
  inverse(y: Tensor): Tensor {
    return this.distribution.icdf(y);
  }
  logAbsDetJacobian(x: Tensor): Tensor {
    return this.distribution.logProb(x);
  }
}

/** Counts so many more dims on the right as dims of one value: their slopes are summed. PyTorch's transforms.IndependentTransform. */
export class IndependentTransform extends Transform {
  override readonly codomain: Constraint;
  override readonly eventDim: number;
  constructor(
    readonly baseTransform: Transform,
    readonly reinterpretedBatchNdims: number,
  ) {
    super();
    this.codomain = independent(baseTransform.codomain, reinterpretedBatchNdims);
    this.eventDim = baseTransform.eventDim + reinterpretedBatchNdims;
  }
  override get sign(): Numeric {
    return this.baseTransform.sign;
  }
  forward(x: Tensor): Tensor {
    return this.baseTransform.forward(x);
  }
  inverse(y: Tensor): Tensor {
    return this.baseTransform.inverse(y);
  }
  logAbsDetJacobian(x: Tensor, y: Tensor): Tensor {
    return sumRightmost(this.baseTransform.logAbsDetJacobian(x, y), this.reinterpretedBatchNdims);
  }
}

/** Gives the dims on the right another shape of as many elements. PyTorch's transforms.ReshapeTransform. */
export class ReshapeTransform extends Transform {
  override readonly codomain: Constraint;
  override readonly eventDim: number;
  constructor(
    readonly inShape: readonly number[],
    readonly outShape: readonly number[],
  ) {
    super();
    if (sizeOf(inShape) !== sizeOf(outShape))
      throw new RangeError(
        `ReshapeTransform: expected shapes of as many elements, got ${formatShape(inShape)} and ${formatShape(outShape)}`,
      );
    this.codomain = independent(real, outShape.length);
    this.eventDim = Math.max(inShape.length, outShape.length);
  }
  forward(x: Tensor): Tensor {
    return x.reshape([...x.shape.slice(0, x.ndim - this.inShape.length), ...this.outShape]);
  }
  inverse(y: Tensor): Tensor {
    return y.reshape([...y.shape.slice(0, y.ndim - this.outShape.length), ...this.inShape]);
  }
  logAbsDetJacobian(x: Tensor): Tensor {
    return zeros(x.shape.slice(0, x.ndim - this.inShape.length), { dtype: x.dtype });
  }
}

/** A transform for each part along a dim. */
abstract class PartsTransform extends Transform {
  constructor(
    readonly transforms: readonly Transform[],
    readonly dim: number,
    private readonly size: number,
  ) {
    super();
  }
  /** One for each transform. */
  protected abstract parts(x: Tensor): Tensor[];
  /** The inverse of `parts`. */
  protected abstract joined(parts: Tensor[]): Tensor;
  protected cut(x: Tensor): Tensor[] {
    const { dim, size } = this;
    if (dim < -x.ndim || dim >= x.ndim || x.shape.at(dim) !== size)
      throw new RangeError(
        `${this.constructor.name}: expected ${size} entries along dim ${dim}, got ${formatShape(x.shape)}`,
      );
    return this.parts(x);
  }
  forward(x: Tensor): Tensor {
    return this.joined(this.cut(x).map((part, i) => this.transforms[i]!.forward(part)));
  }
  inverse(y: Tensor): Tensor {
    return this.joined(this.cut(y).map((part, i) => this.transforms[i]!.inverse(part)));
  }
  /** The slope of each part. */
  protected slopes(x: Tensor, y: Tensor): Tensor[] {
    const ys = this.cut(y);
    return this.cut(x).map((part, i) => this.transforms[i]!.logAbsDetJacobian(part, ys[i]!));
  }
}

/** Transforms of parts along `dim`, `lengths` long (1 each if not given), side by side. PyTorch's transforms.CatTransform. */
export class CatTransform extends PartsTransform {
  readonly lengths: readonly number[];
  override readonly eventDim: number;
  constructor(tseq: readonly Transform[], dim = 0, lengths: readonly number[] = tseq.map(() => 1)) {
    if (lengths.length !== tseq.length)
      throw new RangeError(
        `CatTransform: expected a length for each of ${tseq.length} transforms, got ${lengths.length}`,
      );
    super(
      tseq,
      dim,
      lengths.reduce((sum, length) => sum + length, 0),
    );
    this.lengths = lengths;
    this.eventDim = Math.max(0, ...tseq.map((one) => one.eventDim));
  }
  /** As in `PartsTransform`. */
  protected parts(x: Tensor): Tensor[] {
    let start = 0;
    return this.lengths.map((length) => {
      start += length;
      return x.narrow(this.dim, start - length, length) as Tensor;
    });
  }
  /** As in `PartsTransform`. */
  protected joined(parts: Tensor[]): Tensor {
    return cat(parts, this.dim);
  }
  logAbsDetJacobian(x: Tensor, y: Tensor): Tensor {
    const slopes = this.slopes(x, y).map((slope, i) =>
      sumRightmost(slope, this.eventDim - this.transforms[i]!.eventDim),
    );
    const dim = (this.dim < 0 ? this.dim : this.dim - x.ndim) + this.eventDim;
    return dim < 0 ? cat(slopes, dim) : slopes.reduce((sum, slope) => sum.add(slope));
  }
}

/** A transform for each entry along `dim`. PyTorch's transforms.StackTransform. */
export class StackTransform extends PartsTransform {
  constructor(tseq: readonly Transform[], dim = 0) {
    super(tseq, dim, tseq.length);
  }
  /** As in `PartsTransform`. */
  protected parts(x: Tensor): Tensor[] {
    return this.transforms.map((_, i) => x.select(this.dim, i) as Tensor);
  }
  /** As in `PartsTransform`. */
  protected joined(parts: Tensor[]): Tensor {
    return stack(parts, this.dim);
  }
  logAbsDetJacobian(x: Tensor, y: Tensor): Tensor {
    return stack(this.slopes(x, y), this.dim);
  }
}

/** Any matrix to a lower triangle with a diagonal above 0, which is e to what stood there. PyTorch's transforms.LowerCholeskyTransform. */
export class LowerCholeskyTransform extends Transform {
  override readonly codomain = lowerTriangularPositive;
  override readonly eventDim = 2;
  forward(x: Tensor): Tensor {
    return x.tril(-1).add(x.diagonal(0, -2, -1).exp().diagEmbed());
  }
  inverse(y: Tensor): Tensor {
    return y.tril(-1).add(y.diagonal(0, -2, -1).log().diagEmbed());
  }
  logAbsDetJacobian(): Tensor {
    throw new Error(`${this.constructor.name} has no slope: what stands above the diagonal is lost`);
  }
}

/** L Lᵀ of the triangle that LowerCholeskyTransform gives. PyTorch's transforms.PositiveDefiniteTransform. */
export class PositiveDefiniteTransform extends Transform {
  override readonly codomain = positiveDefinite;
  override readonly eventDim = 2;
  readonly #lower = new LowerCholeskyTransform();
  forward(x: Tensor): Tensor {
    const lower = this.#lower.forward(x);
    return matmul(lower, lower.mT as Tensor);
  }
  inverse(y: Tensor): Tensor {
    return this.#lower.inverse(cholesky(y));
  }
  logAbsDetJacobian(): Tensor {
    throw new Error(`${this.constructor.name} has no slope: what stands above the diagonal is lost`);
  }
}

/**
 * D (D − 1) / 2 numbers to the triangle of a correlation matrix [D, D]: their tanh are partial correlations, and each row breaks a stick. The
 * slope is that of what stands below the diagonal. PyTorch's transforms.CorrCholeskyTransform.
 */
export class CorrCholeskyTransform extends Transform {
  override readonly codomain = correlationTriangle;
  override readonly eventDim = 1;
  forward(x: Tensor): Tensor {
    const n = x.shape.at(-1)!;
    const size = Math.round(0.5 + Math.sqrt(0.25 + 2 * n));
    if ((size * (size - 1)) / 2 !== n)
      throw new RangeError(
        `CorrCholeskyTransform: expected D (D − 1) / 2 numbers, such as 1, 3, 6 or 10, got ${n}`,
      );
    const eps = x.dtype === "float64" ? 2 ** -52 : 2 ** -23;
    const r = triangle(x.tanh().clamp(-1 + eps, 1 - eps), size);
    const left = r.square().neg().add(1).sqrt().cumprod(-1);
    const one = (left.narrow(-1, 0, 1) as Tensor).detach().mul(0).add(1) as Tensor;
    const before = cat([one, left.narrow(-1, 0, size - 1) as Tensor], -1);
    const diagonal = (r.diagonal(0, -2, -1) as Tensor).detach().mul(0).add(1).diagEmbed();
    return r.add(diagonal).mul(before);
  }
  inverse(y: Tensor): Tensor {
    const size = y.shape.at(-1)!;
    const left = y.square().cumsum(-1).neg().add(1);
    const one = (left.narrow(-1, 0, 1) as Tensor).detach().mul(0).add(1) as Tensor;
    const before = cat([one, left.narrow(-1, 0, size - 1) as Tensor], -1);
    return below(y, -1).div(below(before, -1).sqrt()).atanh();
  }
  logAbsDetJacobian(x: Tensor, y: Tensor): Tensor {
    const left = below(y.square().cumsum(-1).neg().add(1), -2);
    const slopes = x.sub(Math.LN2).add(softplus(x.mul(-2)));
    return left.log().sum(-1).mul(0.5).sub(slopes.sum(-1).mul(2));
  }
}

/** What stands on and below a diagonal, row by row. */
function below(x: Tensor, offset: number): Tensor {
  const size = x.shape.at(-1)!;
  return x.reshape([...x.shape.slice(0, -2), size * size]).indexSelect(-1, places(size, offset)) as Tensor;
}

/** The numbers below the diagonal of matrices that are else 0. */
function triangle(x: Tensor, size: number): Tensor {
  const flat = zeros([...x.shape.slice(0, -1), size * size], { dtype: x.dtype }) as Tensor;
  return flat.indexAdd(-1, places(size, -1), x).reshape([...x.shape.slice(0, -1), size, size]);
}

function places(size: number, offset: number): Tensor {
  const [rows, columns] = trilIndices(size, size, { offset });
  return (rows as Tensor).mul(size).add(columns as Tensor);
}
