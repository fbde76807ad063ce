/**
 * The namespace `fft` (torch.fft). A complex number is a last dim of size 2, as PyTorch's `view_as_real` has it, and dims are counted without
 * it: `fft`, `ifft`, `irfft`, `hfft` and their like take complex numbers [..., N, 2] and count dim −1 as the N; what takes real
 * numbers is `rfft` and `ihfft`. A real x becomes complex by `fft.complex(x)`.
 */
import { record } from "../autograd/record.js";
import { call, scalar } from "../graph/record/build.js";
import { mul } from "../ops/arithmetic.js";
import { stack } from "../ops/join.js";
import { narrow, padOf, select } from "../ops/movement.js";
import { checkTensor, floating, zeroLike } from "../ops/operand.js";
import { roll } from "../ops/turn.js";
import { where } from "../ops/select.js";
import { arange } from "../tensor/creation/range.js";
import { tensor } from "../tensor/creation/from-data.js";
import type { TensorOptions } from "../tensor/creation/options.js";
import type { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { checkWhole, formatShape, normalizeDim } from "../tensor/shape.js";
import { takes } from "../tensor/signature.js";

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

function real(name: string, x: unknown): Tensor {
  checkTensor(name, x);
  const y = floating(x);
  if (y.ndim === 0) throw new Error(`${name}: expected at least 1 dimension`);
  return y.dtype === "float16" || y.dtype === "bfloat16" ? y.float() : y;
}

function complexOf(name: string, x: unknown): Tensor {
  checkTensor(name, x);
  if (x.ndim < 2 || x.shape.at(-1) !== 2) {
    throw new Error(
      `${name}: expected complex numbers, a last dim of size 2, got shape ${formatShape(x.shape)}; ` +
        `a real tensor becomes complex by fft.complex(x), and fft.rfft takes it as it is`,
    );
  }
  const y = floating(x);
  return y.dtype === "float16" || y.dtype === "bfloat16" ? y.float() : y;
}

function checkPoints(name: string, n: number): void {
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

/** The dims of a transform over several, and the points along each. */
function dimsOf(
  name: string,
  rank: number,
  shape: readonly number[],
  options: FftnOptions,
  least: readonly number[] | null,
): readonly (readonly [dim: number, points: number | null])[] {
  const listed = (value: number | readonly number[] | null | undefined): readonly number[] | null =>
    typeof value === "number" ? [value] : (value ?? null);
  const s = listed(options.s);
  const given = listed(options.dim) ?? least;
  const dims =
    given !== null
      ? given.map((d) => normalizeDim(name, d, rank))
      : s
        ? s.map((_, i) => rank - s.length + i)
        : shape.slice(0, rank).map((_, d) => d);
  if (s && s.length !== dims.length)
    throw new Error(`${name}: expected as many sizes as dims, got ${s.length} and ${dims.length}`);
  if (new Set(dims).size !== dims.length)
    throw new Error(`${name}: a dim appears twice in [${dims.join(", ")}]`);
  if (dims.some((d) => d < 0)) throw new Error(`${name}: more sizes than the ${rank} dims of the tensor`);
  return dims.map((d, i) => [d, s && s[i] !== -1 ? s[i]! : null]);
}

type TransformN = {
  (
    input: Tensor,
    s?: number | readonly number[] | null,
    dim?: number | readonly number[] | null,
    norm?: FftNorm | null,
  ): Tensor;
  (input: Tensor, options: FftnOptions): Tensor;
  (input: Tensor, s: number | readonly number[] | null, options: FftnOptions): Tensor;
};

function overDims(
  name: string,
  least: readonly number[] | null,
  of: (x: Tensor, options: FftnOptions, least: readonly number[] | null) => Tensor,
): TransformN {
  return takes<TransformN>(name, "input | s, dim, norm", (x: Tensor, options: FftnOptions = {}) =>
    of(x, options, least),
  );
}

function complexOver(name: string, inverse: boolean, least: readonly number[] | null): TransformN {
  return overDims(name, least, (x, options) => {
    const z = complexOf(name, x);
    const one = inverse ? ifft : fft;
    return dimsOf(name, z.ndim - 1, z.shape, options, least).reduce(
      (y, [dim, n]) => one(y, { n, dim, norm: options.norm ?? null }),
      z,
    );
  });
}

function fromRealOver(name: string, least: readonly number[] | null): TransformN {
  return overDims(name, least, (x, options) => {
    const y = real(name, x);
    const dims = dimsOf(name, y.ndim, y.shape, options, least);
    const last = dims.at(-1);
    if (last === undefined) throw new Error(`${name}: expected at least one dim`);
    const norm = options.norm ?? null;
    const half = rfft(y, { n: last[1], dim: last[0], norm });
    return dims.slice(0, -1).reduce((z, [dim, n]) => fft(z, { n, dim, norm }), half);
  });
}

function toRealOver(name: string, least: readonly number[] | null): TransformN {
  return overDims(name, least, (x, options) => {
    const z = complexOf(name, x);
    const dims = dimsOf(name, z.ndim - 1, z.shape, options, least);
    const last = dims.at(-1);
    if (last === undefined) throw new Error(`${name}: expected at least one dim`);
    const norm = options.norm ?? null;
    const whole = dims.slice(0, -1).reduce((y, [dim, n]) => ifft(y, { n, dim, norm }), z);
    return irfft(whole, { n: last[1], dim: last[0], norm });
  });
}

const LAST_TWO = [-2, -1] as const;
/** `fft` over the last two dims, or those given (`torch.fft.fft2`). */
export const fft2 = complexOver("fft2", false, LAST_TWO);
/** The inverse of `fft2` (`torch.fft.ifft2`). */
export const ifft2 = complexOver("ifft2", true, LAST_TWO);
/** `fft` over all dims, or those given (`torch.fft.fftn`). */
export const fftn = complexOver("fftn", false, null);
/** The inverse of `fftn` (`torch.fft.ifftn`). */
export const ifftn = complexOver("ifftn", true, null);
/** `rfft` along the last of two dims and `fft` along the other (`torch.fft.rfft2`). */
export const rfft2 = fromRealOver("rfft2", LAST_TWO);
/** The inverse of `rfft2` (`torch.fft.irfft2`). */
export const irfft2 = toRealOver("irfft2", LAST_TWO);
/** `rfft` along the last of several dims and `fft` along the others (`torch.fft.rfftn`). */
export const rfftn = fromRealOver("rfftn", null);
/** The inverse of `rfftn` (`torch.fft.irfftn`). */
export const irfftn = toRealOver("irfftn", null);

/** The norm of the transform in the other direction. */
function opposite(norm: FftNorm | null | undefined): FftNorm {
  if (norm === "ortho") return norm;
  return norm === "forward" ? "backward" : "forward";
}

/** As `hfft`, over several dims: the inverse transform of the conjugates, scaled as in the other direction. */
function hermitianOver(name: string, least: readonly number[] | null): TransformN {
  const inverse = toRealOver(name, least);
  return overDims(name, least, (x, options) =>
    inverse(conj(complexOf(name, x)), { ...options, norm: opposite(options.norm) }),
  );
}

/** As `ihfft`, over several dims: the conjugates of the transform, scaled as in the other direction. */
function toHermitianOver(name: string, least: readonly number[] | null): TransformN {
  const forward = fromRealOver(name, least);
  return overDims(name, least, (x, options) =>
    conj(forward(x, { ...options, norm: opposite(options.norm) })),
  );
}

/** `hfft` along the last of two dims and `fft` along the other (`torch.fft.hfft2`). */
export const hfft2 = hermitianOver("hfft2", LAST_TWO);
/** The inverse of `hfft2` (`torch.fft.ihfft2`). */
export const ihfft2 = toHermitianOver("ihfft2", LAST_TWO);
/** `hfft` along the last of several dims and `fft` along the others (`torch.fft.hfftn`). */
export const hfftn = hermitianOver("hfftn", null);
/** The inverse of `hfftn` (`torch.fft.ihfftn`). */
export const ihfftn = toHermitianOver("ihfftn", null);

/** Complex numbers [..., 2] of real parts and, 0 unless given, imaginary parts (`torch.complex`, as `torch.view_as_real` has it). */
export function complex(re: Tensor, im?: Tensor): Tensor {
  checkTensor("complex", re);
  const parts = floating(re);
  return stack([parts, im ?? zeroLike(parts)], -1);
}

/** The conjugates of complex numbers [..., 2]. */
export function conj(x: Tensor): Tensor {
  return mul(x, tensor([1, -1], { dtype: x.dtype }));
}

/** The magnitudes of complex numbers [..., 2]. */
export function abs(x: Tensor): Tensor {
  const z = complexOf("abs", x);
  return z.norm(2, -1);
}

/** The angles of complex numbers [..., 2]. */
export function angle(x: Tensor): Tensor {
  const z = complexOf("angle", x);
  return select(z, z.ndim - 1, 1).atan2(select(z, z.ndim - 1, 0));
}

type Frequencies = {
  (n: number, d?: number, options?: TensorOptions): Tensor;
  (n: number, options: TensorOptions & { d?: number }): Tensor;
};

/** The frequencies of `fft`'s n values for samples d apart: 0, 1, …, −2, −1 over n · d (`torch.fft.fftfreq`). */
export const fftfreq: Frequencies = takes(
  "fftfreq",
  "n | d, *, dtype, requiresGrad",
  (n: number, { d = 1, ...options }: TensorOptions & { d?: number } = {}) => {
    checkPoints("fftfreq", n);
    const numbers = Array.from({ length: n }, (_, i) => (i < Math.ceil(n / 2) ? i : i - n) / (n * d));
    return tensor(numbers, { dtype: "float32", ...options });
  },
);

/** The frequencies of `rfft`'s n / 2 + 1 values for samples d apart (`torch.fft.rfftfreq`). */
export const rfftfreq: Frequencies = takes(
  "rfftfreq",
  "n | d, *, dtype, requiresGrad",
  (n: number, { d = 1, ...options }: TensorOptions & { d?: number } = {}) => {
    checkPoints("rfftfreq", n);
    const numbers = Array.from({ length: Math.floor(n / 2) + 1 }, (_, i) => i / (n * d));
    return tensor(numbers, { dtype: "float32", ...options });
  },
);

type Shift = {
  (input: Tensor, dim?: number | readonly number[] | null): Tensor;
  (input: Tensor, options: { dim?: number | readonly number[] | null }): Tensor;
};

function shifted(name: string, by: (n: number) => number): Shift {
  return takes<Shift>(name, "input, dim |", (x: Tensor, dim: number | readonly number[] | null = null) => {
    checkTensor(name, x);
    const given = dim === null ? x.shape.map((_, d) => d) : typeof dim === "number" ? [dim] : dim;
    const dims = given.map((d) => normalizeDim(name, d, x.ndim));
    return roll(
      x,
      dims.map((d) => by(x.shape[d]!)),
      { dims },
    );
  });
}

/** Moves the frequency 0 to the middle of the dims, of all unless given; here the dim of complex numbers counts as any other (`torch.fft.fftshift`). */
export const fftshift = shifted("fftshift", (n) => Math.floor(n / 2));
/** Undoes `fftshift` (`torch.fft.ifftshift`). */
export const ifftshift = shifted("ifftshift", (n) => -Math.floor(n / 2));
