/** What the kernels of recurrent layers have in common: sequences x [T, N, …] in time, whose states [N, H] go from one time to the next. */
import type { Builder } from "../builder.js";
import type { Dense } from "../kernel.js";
import type { Shaped } from "../shaped.js";

/** The times in the order in which they are gone through, each with the one before; −1 stands for the first state. */
export function timesOf(count: number, reversed: number): readonly (readonly [t: number, before: number])[] {
  return Array.from({ length: count }, (_, i) =>
    reversed === 1 ? [count - 1 - i, i === 0 ? -1 : count - i] : [i, i - 1],
  );
}

/** x of one time, [N, …]. */
export function atTime<Value extends Shaped>(b: Builder<Value>, x: Value, t: number): Value {
  const [, ...rest] = x.shape;
  return b.reshape(b.slice(x, [t, 0, 0], [1, ...rest], [1, 1, 1]), rest);
}

/** Part k of x [N, parts · H]. */
export function partOf<Value extends Shaped>(b: Builder<Value>, x: Value, k: number, size: number): Value {
  return b.slice(x, [0, k * size], [x.shape[0]!, size], [1, 1]);
}

/** Parts [N, H] side by side, each at its place: [N, parts · H]. */
export function beside<Value extends Shaped>(b: Builder<Value>, parts: readonly Value[]): Value {
  const size = parts[0]!.shape[1]!;
  return parts
    .map((part, k) => b.pad(part, [0, k * size], [0, (parts.length - 1 - k) * size], 0))
    .reduce((all, part) => b.binary("add", all, part));
}

/** Values [N, C] of all times as one, [T, N, C]. */
export function inTime<Value extends Shaped>(
  b: Builder<Value>,
  values: ReadonlyMap<number, Value>,
  like: Value,
  shape: readonly [number, number, number],
): Value {
  let all = b.expand(b.scalar(0, like.dtype), shape);
  for (const [t, value] of values) {
    const one = b.reshape(value, [1, ...value.shape]);
    all = b.binary("add", all, b.pad(one, [t, 0, 0], [shape[0] - 1 - t, 0, 0], 0));
  }
  return all;
}

/** h wᵀ, of [N, H] and [C, H]. */
export function fromHidden<Value extends Shaped>(b: Builder<Value>, h: Value, w: Value): Value {
  const [n, size] = h.shape as [number, number];
  const products = b.binary("mul", b.reshape(h, [n, 1, size]), b.reshape(w, [1, w.shape[0]!, size]));
  return b.reduce("sum", products, [2], false);
}

/** g w, of [N, C] and [C, H]: what comes back to the hidden state. */
export function toHidden<Value extends Shaped>(b: Builder<Value>, g: Value, w: Value): Value {
  const [n, gates] = g.shape as [number, number];
  const products = b.binary("mul", b.reshape(g, [n, gates, 1]), b.reshape(w, [1, gates, w.shape[1]!]));
  return b.reduce("sum", products, [1], false);
}

/** 1 − a. */
export function complement<Value extends Shaped>(b: Builder<Value>, a: Value): Value {
  return b.binary("sub", b.scalar(1, a.dtype), a);
}

/** g · y (1 − y), what comes back through y = σ(…). */
export function throughSigmoid<Value extends Shaped>(b: Builder<Value>, g: Value, y: Value): Value {
  return b.binary("mul", g, b.binary("mul", y, complement(b, y)));
}

/** g (1 − y²), what comes back through y = tanh(…). */
export function throughTanh<Value extends Shaped>(b: Builder<Value>, g: Value, y: Value): Value {
  return b.binary("mul", g, complement(b, b.binary("mul", y, y)));
}

/** Row n of x [T, N, C] at time t, or of [N, C] where t is 0, as numbers. */
export function rowOf(x: Dense, t: number, n: number): Float64Array {
  const [rows, size] = x.dims.slice(-2) as [number, number];
  const first = (t * rows + n) * size;
  return x.data.subarray(first, first + size);
}

/** h wᵀ of one example. */
export function rowFromHidden(h: Float64Array, w: Dense): Float64Array {
  return Float64Array.from({ length: w.dims[0]! }, (_, k) =>
    rowOf(w, 0, k).reduce((sum, weight, j) => sum + weight * h[j]!, 0),
  );
}

/** g w of one example. */
export function rowToHidden(g: Float64Array, w: Dense): Float64Array {
  const sums = new Float64Array(w.dims[1]!);
  g.forEach((slope, k) => rowOf(w, 0, k).forEach((weight, j) => (sums[j]! += slope * weight)));
  return sums;
}
