/** The frequencies of a transform, and their order. */
import { checkTensor } from "../ops/operand.js";
import { roll } from "../ops/turn.js";
import { tensor } from "../tensor/creation/from-data.js";
import type { TensorOptions } from "../tensor/creation/options.js";
import type { Tensor } from "../tensor/core.js";
import { normalizeDim } from "../tensor/shape.js";
import { takes } from "../tensor/signature.js";
import { checkPoints } from "./along-dim.js";

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
