/** Short-time Fourier transforms: of windows that slide along a signal, and the signal of such transforms. */
import { add, mul } from "../ops/arithmetic.js";
import { le } from "../ops/compare.js";
import { div } from "../ops/division.js";
import { takeAt } from "../ops/indexing.js";
import { narrow, padOf, permute, reshape, select, unsqueeze } from "../ops/movement.js";
import { checkTensor } from "../ops/operand.js";
import { pad, type PadMode } from "../ops/pad.js";
import { indexAdd } from "../ops/put.js";
import { abs } from "../ops/rounding.js";
import { whereWhole } from "../linalg/matrix.js";
import { ones, zeros } from "../tensor/creation/constant.js";
import { arange } from "../tensor/creation/range.js";
import type { Tensor } from "../tensor/core.js";
import { operation } from "../tensor/operation.js";
import { checkWhole, formatShape } from "../tensor/shape.js";
import { fft, ifft, irfft, rfft } from "./along-dim.js";
import { complex, complexOf, real } from "./complex.js";

interface Windows {
  /** Steps from window to window; a quarter of `nFft` unless given. */
  hopLength?: number | null;
  /** The window's length, at most `nFft`, in the middle of which it stands; `nFft` unless given. */
  winLength?: number | null;
  /** What the entries of a window are multiplied with, [winLength]; ones unless given. */
  window?: Tensor | null;
  /** Window t is centered at t · hopLength, for which the signal is padded by nFft / 2 at both ends; otherwise it begins there. Default true. */
  center?: boolean;
  /** Divide by √nFft. Default false. */
  normalized?: boolean;
  /** Only the first nFft / 2 + 1 frequencies, whose conjugates are the others. Default true; of `istft` where there are not all nFft. */
  onesided?: boolean | null;
}

/** Options of `stft`. */
export interface StftOptions extends Windows {
  /** How the signal is padded where windows are centered. Default "reflect". */
  padMode?: PadMode;
  /** Complex numbers are a last dim of size 2 here, whatever is said. */
  returnComplex?: boolean | null;
  /** Whether windows that are not centered begin at t · hopLength, as they do. */
  alignToWindow?: boolean | null;
}

/** Options of `istft`. */
export interface IstftOptions extends Windows {
  /** How long the signal was; unless given, as long as the windows say. */
  length?: number | null;
  /** The signal has complex numbers too, for which all frequencies are needed. Default false. */
  returnComplex?: boolean;
}

declare module "../tensor/core.js" {
  interface Tensor {
    /**
     * The short-time Fourier transform of a signal [L] or of several [B, L] (`torch.stft`): complex numbers [..., N, T, 2] of N frequencies, nFft / 2 + 1
     * or all nFft, at T windows: Σ window[k] · x[t · hop + k] · e^(−2πi f k / nFft).
     */
    stft(nFft: number, options?: StftOptions): Tensor;
    stft(nFft: number, hopLength?: number | null, options?: StftOptions): Tensor;
    stft(
      nFft: number,
      hopLength?: number | null,
      winLength?: number | null,
      window?: Tensor | null,
      center?: boolean,
      padMode?: PadMode,
      normalized?: boolean,
      onesided?: boolean | null,
      returnComplex?: boolean | null,
      alignToWindow?: boolean | null,
    ): Tensor;
    /**
     * The signal whose `stft` is nearest to this [..., N, T, 2] (`torch.istft`): what windows have in common is added, and divided by the sum of their squares.
     * @throws Error where no window reaches
     */
    istft(nFft: number, options?: IstftOptions): Tensor;
    istft(nFft: number, hopLength?: number | null, options?: IstftOptions): Tensor;
    istft(
      nFft: number,
      hopLength?: number | null,
      winLength?: number | null,
      window?: Tensor | null,
      center?: boolean,
      normalized?: boolean,
      onesided?: boolean | null,
      length?: number | null,
      returnComplex?: boolean,
    ): Tensor;
  }
}

interface Frames {
  readonly nFft: number;
  readonly hop: number;
  /** [nFft] */
  readonly window: Tensor;
}

function framesOf(name: string, nFft: number, options: Windows, x: Tensor): Frames {
  const { hopLength, winLength, window } = options;
  const hop = hopLength ?? Math.floor(nFft / 4);
  const width = winLength ?? nFft;
  checkWhole(name, "nFft", nFft);
  checkWhole(name, "hopLength", hop);
  checkWhole(name, "winLength", width);
  if (nFft <= 0) throw new RangeError(`${name}: expected nFft > 0, got ${nFft}`);
  if (hop <= 0) throw new RangeError(`${name}: expected hopLength > 0, got ${hop}`);
  if (width <= 0 || width > nFft)
    throw new RangeError(`${name}: expected winLength from 1 to nFft, which is ${nFft}, got ${width}`);
  if (window) checkTensor(name, window);
  if (window && (window.ndim !== 1 || window.numel() !== width))
    throw new Error(
      `${name}: expected a window of winLength numbers, [${width}], got shape ${formatShape(window.shape)}`,
    );
  const own = window ? window.to(x.dtype) : ones([width], { dtype: x.dtype });
  const before = Math.floor((nFft - width) / 2);
  return { nFft, hop, window: padOf(own, [before], [nFft - width - before], 0) };
}

/** Where the entries of `count` windows lie in the signal, window by window. */
function positions(count: number, { nFft, hop }: Frames): Tensor {
  const starts = mul(arange(count, { dtype: "int32" }), hop);
  return reshape(add(unsqueeze(starts, -1), arange(nFft, { dtype: "int32" })), [count * nFft]);
}

operation(
  "stft",
  "nFft | hopLength, winLength, window, center, padMode, normalized, onesided, returnComplex, alignToWindow",
  (signal: Tensor, nFft: number, options: StftOptions = {}) => {
    const { center = true, padMode = "reflect", normalized = false, onesided, alignToWindow } = options;
    const given = real("stft", signal);
    if (given.ndim > 2)
      throw new Error(`stft: expected a signal [L] or [B, L], got shape ${formatShape(given.shape)}`);
    if (center && typeof alignToWindow === "boolean")
      throw new Error("stft: alignToWindow is for windows that are not centered; say center: false");
    const frames = framesOf("stft", nFft, options, given);
    const rows = given.ndim === 1 ? unsqueeze(given, 0) : given;
    const half = Math.floor(nFft / 2);
    const x = center
      ? paddedRows(rows, half, padMode)
      : alignToWindow
        ? aligned(rows, frames, options)
        : rows;
    const length = x.shape[1]!;
    if (length < nFft)
      throw new Error(
        `stft: a window of nFft = ${nFft} does not fit into a signal of ${length}${center ? ", padding included" : "; center: true pads it"}`,
      );
    const count = 1 + Math.floor((length - nFft) / frames.hop);
    const cut = reshape(takeAt(x, 1, positions(count, frames)), [x.shape[0]!, count, nFft]);
    const windowed = mul(cut, frames.window);
    const norm = normalized ? "ortho" : "backward";
    const all = (onesided ?? true) ? rfft(windowed, { norm }) : fft(complex(windowed), { norm });
    const y = permute(all, [0, 2, 1, 3]);
    return given.ndim === 1 ? select(y, 0, 0) : y;
  },
);

function paddedRows(rows: Tensor, half: number, mode: PadMode): Tensor {
  if (half === 0) return rows;
  // Modes that look inside pad the last dim of images.
  return select(pad(unsqueeze(rows, 0), [half, half], { mode }), 0, 0);
}

/** The first window begins where the signal does, though zeros stand around it in `nFft`. */
function aligned(rows: Tensor, { nFft }: Frames, { winLength }: Windows): Tensor {
  const around = nFft - (winLength ?? nFft);
  const before = Math.floor(around / 2);
  return padOf(rows, [0, before], [0, around - before], 0);
}

/** What windows [B, T, nFft] have in common, added where they lie. */
function overlapped(windows: Tensor, frames: Frames): Tensor {
  const [batch, count, n] = windows.shape as [number, number, number];
  const length = n + frames.hop * (count - 1);
  const sum = zeros([batch, length], { dtype: windows.dtype });
  return indexAdd(sum, 1, positions(count, frames), reshape(windows, [batch, count * n]));
}

const notCovered = (): string =>
  "the windows do not cover the signal, so that it cannot be told there; take a smaller hopLength, or a window without zeros";

operation(
  "istft",
  "nFft | hopLength, winLength, window, center, normalized, onesided, length, returnComplex",
  (spectrum: Tensor, nFft: number, options: IstftOptions = {}) => {
    const { center = true, normalized = false, length, returnComplex = false } = options;
    const z = complexOf("istft", spectrum);
    const onesided = options.onesided ?? z.shape.at(-3) !== nFft;
    if (z.ndim !== 3 && z.ndim !== 4)
      throw new Error(
        `istft: expected complex numbers [N, T, 2] or [B, N, T, 2], got shape ${formatShape(z.shape)}`,
      );
    if (returnComplex && onesided)
      throw new Error("istft: complex signals need all frequencies; say onesided: false");
    const frames = framesOf("istft", nFft, options, z);
    const batch = z.ndim === 3 ? unsqueeze(z, 0) : z;
    const [, frequencies, count] = batch.shape as [number, number, number];
    const half = Math.floor(nFft / 2);
    if (frequencies !== (onesided ? half + 1 : nFft) || count === 0)
      throw new Error(
        `istft: expected ${onesided ? half + 1 : nFft} frequencies of at least one window, got shape ${formatShape(z.shape)}`,
      );
    const turned = permute(batch, [0, 2, 1, 3]);
    const norm = normalized ? "ortho" : "backward";
    const whole = nFft + frames.hop * (count - 1);
    const first = center ? half : 0;
    const end = typeof length === "number" ? first + length : center ? whole - half : whole;
    const within = (x: Tensor): Tensor => narrow(x, 1, first, Math.max(0, Math.min(end, whole) - first));
    const squares = reshape(mul(frames.window, frames.window), [1, 1, nFft]);
    const envelope = within(overlapped(squares.expand(1, count, nFft), frames));
    const signalOf = (windows: Tensor): Tensor => {
      const y = div(within(overlapped(mul(windows, frames.window), frames)), envelope);
      const missing = Math.max(0, end - whole);
      return missing === 0 ? y : padOf(y, [0, 0], [0, missing], 0);
    };
    let y: Tensor;
    if (returnComplex) {
      const windows = ifft(turned, { norm });
      y = complex(signalOf(select(windows, 3, 0)), signalOf(select(windows, 3, 1)));
    } else y = signalOf(irfft(onesided ? turned : narrow(turned, 2, 0, half + 1), { n: nFft, norm }));
    const info = le(abs(envelope), 1e-11).any().to("int32");
    return whereWhole("istft", z.ndim === 3 ? select(y, 0, 0) : y, info, notCovered);
  },
);
