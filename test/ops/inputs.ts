/** Inputs for gradient checks: float64 numbers that are the same each time, differ from each other and keep off 0 and whole numbers. */
import { type Shape, Tensor, tensor } from "../../src/index.js";

/** Numbers in (low, high). */
export function numbers(count: number, low = -2, high = 2, phase = 0): number[] {
  return Array.from({ length: count }, (_, i) => {
    const u = ((i + 1 + phase) * 0.6180339887498949) % 1;
    const x = low + (high - low) * u;
    return Math.abs(x - Math.round(x)) < 0.02 ? x + 0.05 : x;
  });
}

export interface Range {
  low?: number;
  high?: number;
  phase?: number;
}

/** A float64 tensor that requires grad. */
export function point(shape: Shape, { low = -2, high = 2, phase = 0 }: Range = {}): Tensor {
  const count = shape.reduce((a, b) => a * b, 1);
  return tensor(numbers(count, low, high, phase), { dtype: "float64" })
    .reshape(shape)
    .detach()
    .requiresGrad_();
}
