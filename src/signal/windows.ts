/**
 * Windows of signals, torch.signal.windows: weights by which a piece of a signal fades in and out. They are computed in float64 and rounded
 * once. A symmetric window is for filters, a periodic one (`sym: false`) for Fourier transforms: it leaves out the last point of one that is one longer.
 */
import { fromTyped } from "../tensor/creation/from-data.js";
import { dtypeOf, type TensorOptions } from "../tensor/creation/options.js";
import type { Tensor } from "../tensor/core.js";
import { takes } from "../tensor/signature.js";

/** What every window takes. */
export interface WindowOptions extends TensorOptions {
  /** Whether the window is symmetric. Default true; false: periodic. */
  sym?: boolean;
}

/** `exponential`. */
export interface ExponentialOptions extends WindowOptions {
  /** Where the window is 1, of a periodic window; default the middle. */
  center?: number | null;
  /** How slowly it decays. Default 1. */
  tau?: number;
}

/** A window of `M` weights; further names are those of its shape. */
type Window<O extends WindowOptions> = (M: number, options?: O) => Tensor<[number]>;

const COMMON = "sym, dtype, layout, device, requiresGrad";

/** A window whose weight at point k is at(k), where a period has `length` points. */
function windowOf<O extends WindowOptions>(
  name: string,
  parameters: string,
  weights: (options: O, length: number, M: number) => (k: number) => number,
): Window<O> {
  return takes<Window<O>>(name, `M | *, ${parameters}${COMMON}`, (M: number, options: O) => {
    if (!Number.isInteger(M) || M < 0)
      throw new RangeError(`${name}: expected a whole number of points ≥ 0, got ${String(M)}`);
    const dtype = dtypeOf(name, options);
    if (dtype !== "float32" && dtype !== "float64")
      throw new TypeError(`${name}: expected float32 or float64, got ${dtype}; use .to("${dtype}")`);
    const { sym = true, requiresGrad = false } = options;
    const at = weights(options, M - (sym ? 1 : 0), M);
    const window = fromTyped(
      Array.from({ length: M }, (_, k) => at(k)),
      dtype,
      [M],
    );
    return (requiresGrad ? window.requiresGrad_() : window) as Tensor<[number]>;
  });
}

function checkPositive(name: string, what: string, value: number): void {
  if (!(value > 0)) throw new RangeError(`${name}: expected ${what} > 0, got ${value}`);
}

/** Σ (−1)ⁱ aᵢ cos(2π i k / length). */
function cosines(a: readonly number[], length: number, M: number): (k: number) => number {
  if (M === 1) return () => 1;
  return (k) =>
    a.reduce((sum, w, i) => sum + (i % 2 === 0 ? w : -w) * Math.cos((2 * Math.PI * i * k) / length), 0);
}

/** Middle of a window; of one point it is that point. */
function middle(length: number, M: number): number {
  return M > 1 ? length / 2 : 0;
}

/** e^(−|k − center| / tau). */
export const exponential: Window<ExponentialOptions> = windowOf(
  "exponential",
  "center, tau, ",
  ({ center = null, tau = 1, sym = true }, length, M) => {
    checkPositive("exponential", "tau", tau);
    if (sym && center !== null)
      throw new TypeError("exponential: a symmetric window has its center in the middle; use { sym: false }");
    const at = center ?? middle(length, M);
    return (k) => Math.exp(-Math.abs(k - at) / tau);
  },
);

/** sin(π (k + ½) / M). */
export const cosine: Window<WindowOptions> = windowOf("cosine", "", ({ sym = true }, _length, M) => {
  const length = !sym && M > 1 ? M + 1 : M;
  return (k) => Math.sin((Math.PI * (k + 0.5)) / length);
});

/** e^(−½ ((k − middle) / std)²), where `std` is 1 unless given. */
export const gaussian: Window<WindowOptions & { std?: number }> = windowOf(
  "gaussian",
  "std, ",
  ({ std = 1 }, length, M) => {
    checkPositive("gaussian", "std", std);
    const at = middle(length, M);
    return (k) => Math.exp(-(((k - at) / std) ** 2) / 2);
  },
);

/** I₀, which grows as eˣ: its series has no differences. */
function besselI0(x: number): number {
  let [sum, term] = [1, 1];
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x / 2 / k) ** 2;
    sum += term;
  }
  return sum;
}

/** I₀(β √(1 − (2k / length − 1)²)) / I₀(β), where `beta` is 12 unless given. */
export const kaiser: Window<WindowOptions & { beta?: number }> = windowOf(
  "kaiser",
  "beta, ",
  ({ beta = 12 }, length, M) => {
    if (!(beta >= 0)) throw new RangeError(`kaiser: expected beta ≥ 0, got ${beta}`);
    if (M === 1) return () => 1;
    return (k) => besselI0(beta * Math.sqrt(Math.max(0, 1 - ((2 * k) / length - 1) ** 2))) / besselI0(beta);
  },
);

/** 1 − |2k / length − 1|: a triangle. */
export const bartlett: Window<WindowOptions> = windowOf("bartlett", "", (_options, length, M) =>
  M === 1 ? () => 1 : (k) => 1 - Math.abs((2 * k) / length - 1),
);

/** Σ (−1)ⁱ aᵢ cos(2π i k / length). */
export const generalCosine = windowOf<WindowOptions & { a: Iterable<number> }>(
  "generalCosine",
  "a, ",
  ({ a }, length, M) => {
    if (typeof a !== "object" || a === null || !(Symbol.iterator in a))
      throw new TypeError(
        `generalCosine: expected a list of coefficients, generalCosine(M, { a: [...] }), got ${String(a)}`,
      );
    const list = [...a];
    if (list.length === 0 && M > 1)
      throw new RangeError("generalCosine: expected at least one coefficient in a");
    return cosines(list, length, M);
  },
);

/** alpha − (1 − alpha) cos(2π k / length), where `alpha` is 0.54 unless given. */
export const generalHamming: Window<WindowOptions & { alpha?: number }> = windowOf(
  "generalHamming",
  "alpha, ",
  ({ alpha = 0.54 }, length, M) => cosines([alpha, 1 - alpha], length, M),
);

const fixed = (name: string, a: readonly number[]): Window<WindowOptions> =>
  windowOf<WindowOptions>(name, "", (_options, length, M) => cosines(a, length, M));

/** 0.54 − 0.46 cos(2π k / length). */
export const hamming = fixed("hamming", [0.54, 0.46]);
/** ½ − ½ cos(2π k / length). */
export const hann = fixed("hann", [0.5, 0.5]);
/** 0.42 − 0.5 cos(2π k / length) + 0.08 cos(4π k / length). */
export const blackman = fixed("blackman", [0.42, 0.5, 0.08]);
/** Four cosines whose side lobes are least, by Nuttall. */
export const nuttall = fixed("nuttall", [0.3635819, 0.4891775, 0.1365995, 0.0106411]);
