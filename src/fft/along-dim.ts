/** Transforms along one dim. */
import { record } from "../autograd/record.js";
import { call, scalar } from "../graph/record/build.js";
import { mul } from "../ops/arithmetic.js";
import { narrow, padOf } from "../ops/movement.js";
import { where } from "../ops/select.js";
import { arange } from "../tensor/creation/range.js";
import type { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { checkWhole, normalizeDim } from "../tensor/shape.js";
import { takes } from "../tensor/signature.js";
import { complexOf, conj, real } from "./complex.js";

/** "backward" divides the inverse transform by n, "forward" the forward one, "ortho" both by √n. */
export type FftNorm = "backward" | "forward" | "ortho";

/** Options of transforms along one dim. */
export interface FftOptions {
  /** Points: longer lines are cut, shorter ones filled with zeros. */
  n?: number | null;
  /** The last one unless given. */
  dim?: number;
  norm?: FftNorm | null;
}

/** Options of transforms along several dims. */
export interface FftnOptions {
  /** Points along each dim; a number for one dim. */
  s?: number | readonly number[] | null;
  dim?: number | readonly number[] | null;
  norm?: FftNorm | null;
}

interface Along {
  readonly dim: number;
  readonly scale: number;
}
interface Complex extends Along {
  readonly inverse: boolean;
}
interface Real extends Along {
  readonly n: number;
}

/** The same the other way round: of ∑ x e^(−i…) it is ∑ g e^(+i…). */
const FFT: Op<Complex> = {
  name: "FftC2CBackward0",
  saves: false,
  gradient(y, g) {
    const { dim, scale, inverse } = y._attributes;
    return [complexTransform(g, { dim, scale, inverse: !inverse })];
  },
};

function complexTransform(x: Tensor, how: Complex): Tensor {
  const node = call("fft", [x.node, scalar(how.scale, "float64")], [how.dim, Number(how.inverse)]);
  return record(FFT, node, x, null, null, how);
}

/** Halves all but the entries that are their own conjugates. */
function halved(x: Tensor, { dim, n }: Real): Tensor {
  return where(isOwn(x, dim, n), x, mul(x, 0.5));
}
function doubled(x: Tensor, { dim, n }: Real): Tensor {
  return where(isOwn(x, dim, n), x, mul(x, 2));
}

/** Whether an entry of the half is its own conjugate: the first, and of an even n the last. */
function isOwn(x: Tensor, dim: number, n: number): Tensor {
  const half = x.shape[dim]!;
  const shape = x.shape.map((size, d) => (d === dim ? size : 1));
  return arange(half).mul(2).remainder(n).eq(0).reshape(shape);
}

/** Of the half of a real signal's transform: the other half's conjugates would count once more, so the rest counts half. */
const RFFT: Op<Real> = {
  name: "FftR2CBackward0",
  saves: false,
  gradient(y, g) {
    return [toReal(halved(g, y._attributes), y._attributes)];
  },
};

const IRFFT: Op<Real> = {
  name: "FftC2RBackward0",
  saves: false,
  gradient(y, g) {
    return [doubled(fromReal(g, y._attributes), y._attributes)];
  },
};

function fromReal(x: Tensor, how: Real): Tensor {
  const node = call("rfft", [x.node, scalar(how.scale, "float64")], [how.dim]);
  return record(RFFT, node, x, null, null, how);
}

function toReal(x: Tensor, how: Real): Tensor {
  const node = call("irfft", [x.node, scalar(how.scale, "float64")], [how.dim, how.n]);
  return record(IRFFT, node, x, null, null, how);
}

function scaleOf(name: string, norm: FftNorm | null | undefined, n: number, inverse: boolean): number {
  switch (norm ?? "backward") {
    case "backward":
      return inverse ? 1 / n : 1;
    case "forward":
      return inverse ? 1 : 1 / n;
    case "ortho":
      return 1 / Math.sqrt(n);
    default:
      throw new TypeError(`${name}: expected norm "backward", "forward" or "ortho", got ${String(norm)}`);
  }
}

export function checkPoints(name: string, n: number): void {
  checkWhole(name, "number of points", n);
  if (n < 1) throw new RangeError(`${name}: expected at least 1 point, got ${n}`);
}

/** So many entries of a dim: cut, or filled with zeros. */
function resized(x: Tensor, dim: number, size: number): Tensor {
  const own = x.shape[dim]!;
  if (own === size) return x;
  if (own > size) return narrow(x, dim, 0, size);
  const none = x.shape.map(() => 0);
  return padOf(x, none, none.with(dim, size - own), 0);
}

type Transform = {
  (input: Tensor, n?: number | null, dim?: number, norm?: FftNorm | null): Tensor;
  (input: Tensor, options: FftOptions): Tensor;
  (input: Tensor, n: number | null, options: FftOptions): Tensor;
  (input: Tensor, n: number | null, dim: number, options: FftOptions): Tensor;
};

function along(name: string, of: (x: Tensor, options: FftOptions) => Tensor): Transform {
  return takes<Transform>(name, "input | n, dim, norm", (x: Tensor, options: FftOptions = {}) =>
    of(x, options),
  );
}

function oneDim(name: string, inverse: boolean): Transform {
  return along(name, (x, { n, dim = -1, norm }) => {
    const z = complexOf(name, x);
    const d = normalizeDim(name, dim, z.ndim - 1);
    const points = n ?? z.shape[d]!;
    checkPoints(name, points);
    return complexTransform(resized(z, d, points), {
      dim: d,
      inverse,
      scale: scaleOf(name, norm, points, inverse),
    });
  });
}

function realToHalf(name: string, x: Tensor, { n, dim = -1, norm }: FftOptions, inverse: boolean): Tensor {
  const y = real(name, x);
  const d = normalizeDim(name, dim, y.ndim);
  const points = n ?? y.shape[d]!;
  checkPoints(name, points);
  const half = fromReal(resized(y, d, points), {
    dim: d,
    n: points,
    scale: scaleOf(name, norm, points, inverse),
  });
  return inverse ? conj(half) : half;
}

function halfToReal(name: string, x: Tensor, { n, dim = -1, norm }: FftOptions, inverse: boolean): Tensor {
  const z = complexOf(name, x);
  const d = normalizeDim(name, dim, z.ndim - 1);
  const points = n ?? 2 * (z.shape[d]! - 1);
  checkPoints(name, points);
  const half = resized(z, d, Math.floor(points / 2) + 1);
  return toReal(inverse ? half : conj(half), {
    dim: d,
    n: points,
    scale: scaleOf(name, norm, points, inverse),
  });
}

/** y[k] = Σ x[j] e^(−2πi j k / n) of complex numbers [..., N, 2] along a dim (`torch.fft.fft`). */
export const fft = oneDim("fft", false);
/** The inverse of `fft` (`torch.fft.ifft`). */
export const ifft = oneDim("ifft", true);
/** The first n / 2 + 1 values of `fft` of real numbers [..., N]: [..., N / 2 + 1, 2] (`torch.fft.rfft`). */
export const rfft = along("rfft", (x, options) => realToHalf("rfft", x, options, false));
/** The inverse of `rfft`: [..., M, 2] → n real numbers, 2 (M − 1) unless given (`torch.fft.irfft`). */
export const irfft = along("irfft", (x, options) => halfToReal("irfft", x, options, true));
/** `fft` of what is conjugate to itself backwards, given by its first half: real numbers (`torch.fft.hfft`). */
export const hfft = along("hfft", (x, options) => halfToReal("hfft", x, options, false));
/** The inverse of `hfft`: real numbers to the first half (`torch.fft.ihfft`). */
export const ihfft = along("ihfft", (x, options) => realToHalf("ihfft", x, options, true));
