/** Windows under the names that torch itself has for them, where they are periodic unless said otherwise. */
import type { Tensor } from "../tensor/core.js";
import type { TensorOptions } from "../tensor/creation/options.js";
import { takes } from "../tensor/signature.js";
import { bartlett, blackman, generalCosine, kaiser, hann } from "./windows.js";

/** What these windows take. */
export interface PeriodicOptions extends TensorOptions {
  /** Whether the window is periodic, for Fourier transforms. Default true; false: symmetric. */
  periodic?: boolean;
}

interface Older<O extends PeriodicOptions> {
  (windowLength: number, options?: O): Tensor<[number]>;
  (windowLength: number, periodic: boolean, options?: O): Tensor<[number]>;
}

const COMMON = "*, dtype, layout, device, requiresGrad";

function older<O extends PeriodicOptions>(
  name: string,
  parameters: string,
  make: (length: number, options: TensorOptions & { sym: boolean }, own: O) => Tensor<[number]>,
): Older<O> {
  return takes<Older<O>>(
    name,
    `windowLength | periodic, ${parameters}${COMMON}`,
    (length: number, own: O) => {
      const { periodic = true, dtype, requiresGrad = false } = own;
      return make(length, { sym: !periodic, requiresGrad, ...(dtype === undefined ? {} : { dtype }) }, own);
    },
  );
}

/** `signal.windows.bartlett`, periodic (`torch.bartlett_window`). */
export const bartlettWindow: Older<PeriodicOptions> = older("bartlettWindow", "", (length, options) =>
  bartlett(length, options),
);
/** `signal.windows.blackman`, periodic (`torch.blackman_window`). */
export const blackmanWindow: Older<PeriodicOptions> = older("blackmanWindow", "", (length, options) =>
  blackman(length, options),
);
/** `signal.windows.hann`, periodic (`torch.hann_window`). */
export const hannWindow: Older<PeriodicOptions> = older("hannWindow", "", (length, options) =>
  hann(length, options),
);
/** alpha − beta cos(2π k / length), periodic; alpha is 0.54 and beta 0.46 unless given (`torch.hamming_window`). */
export const hammingWindow = older<PeriodicOptions & { alpha?: number; beta?: number }>(
  "hammingWindow",
  "alpha, beta, ",
  (length, options, { alpha = 0.54, beta = 0.46 }) => generalCosine(length, { ...options, a: [alpha, beta] }),
);
/** `signal.windows.kaiser`, periodic; beta is 12 unless given (`torch.kaiser_window`). */
export const kaiserWindow = older<PeriodicOptions & { beta?: number }>(
  "kaiserWindow",
  "beta, ",
  (length, options, { beta = 12 }) => kaiser(length, { ...options, beta }),
);
