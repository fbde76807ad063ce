/** Transforms over several dims: one along each. */
import type { Tensor } from "../tensor/core.js";
import { normalizeDim } from "../tensor/shape.js";
import { takes } from "../tensor/signature.js";

import { fft, type FftNorm, type FftnOptions, ifft, irfft, rfft } from "./along-dim.js";
import { complexOf, conj, real } from "./complex.js";

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
