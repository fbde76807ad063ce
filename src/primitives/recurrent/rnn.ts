/** A simple recurrent layer's way along sequences, and back: h′ = tanh(x + w h), or max(0, x + w h). */
import type { Builder } from "../builder.js";
import type { KernelRow } from "../kernel.js";
import type { Shaped } from "../shaped.js";
import {
  atTime,
  fromHidden,
  inTime,
  rowFromHidden,
  rowOf,
  rowToHidden,
  throughTanh,
  timesOf,
  toHidden,
} from "./times.js";

function activated<Value extends Shaped>(b: Builder<Value>, a: Value, relu: number): Value {
  return relu === 1 ? b.binary("max", a, b.scalar(0, a.dtype)) : b.unary("tanh", a);
}

/**
 * Of the input's part with all biases, x [T, N, H], the first state h [N, H] and w [H, H]: the hidden states of all times, [T, N, H]; with
 * `relu` the activation is max(0, …).
 */
export const rnn = {
  operands: ["x", "h", "w"],
  results: ["y"],
  attributes: ["reversed", "relu"],
  kinds: ["float"],
  infer: ([x]) => [{ dtype: x!.dtype, shape: x!.shape }],
  cpp: { run: "rnn", check: "checkRnn", scratch: "rnnScratch", shared: "rnnShared" },
  compose: (b, [x, h0, w], [reversed, relu]) => {
    const outputs = new Map<number, NonNullable<typeof x>>();
    let h = h0!;
    for (const [t] of timesOf(x!.shape[0]!, reversed!)) {
      h = activated(b, b.binary("add", atTime(b, x!, t), fromHidden(b, h, w!)), relu!);
      outputs.set(t, h);
    }
    return [inTime(b, outputs, x!, x!.shape as [number, number, number])];
  },
  js: ([x, h0, w], [y], [reversed, relu]) => {
    const [times, count] = x!.dims as [number, number];
    for (let n = 0; n < count; n++) {
      let h: Float64Array = rowOf(h0!, 0, n);
      for (const [t] of timesOf(times, reversed!)) {
        const given = rowOf(x!, t, n);
        h = rowFromHidden(h, w!).map((sum, k) => {
          const value = sum + given[k]!;
          return relu === 1 ? Math.max(0, value) : Math.tanh(value);
        });
        if (y) rowOf(y, t, n).set(h);
      }
    }
  },
} as const satisfies KernelRow;

/** Of the gradients of the hidden states dy [T, N, H] and of the last one dh [N, H], and of what `rnn` was given and gave: those of x and h. */
export const rnnBackward = {
  operands: ["dy", "dh", "y", "w"],
  results: ["dx", "dh0"],
  attributes: ["reversed", "relu"],
  kinds: ["float"],
  infer: ([dy, dh]) => [dy!, dh!].map(({ shape }) => ({ dtype: dy!.dtype, shape })),
  cpp: {
    run: "rnnBackward",
    check: "checkRnnBackward",
    scratch: "rnnBackwardScratch",
    shared: "rnnBackwardShared",
  },
  compose: (b, [dy, dhLast, y, w], [reversed, relu]) => {
    const slopes = new Map<number, NonNullable<typeof dy>>();
    let dh = dhLast!;
    for (const [t] of [...timesOf(dy!.shape[0]!, reversed!)].reverse()) {
      const back = b.binary("add", dh, atTime(b, dy!, t));
      const now = atTime(b, y!, t);
      const zero = b.scalar(0, back.dtype);
      const slope = relu === 1 ? b.select(b.binary("le", now, zero), zero, back) : throughTanh(b, back, now);
      dh = toHidden(b, slope, w!);
      slopes.set(t, slope);
    }
    return [inTime(b, slopes, dy!, dy!.shape as [number, number, number]), dh];
  },
  js: ([dy, dhLast, y, w], [dx, dh0], [reversed, relu]) => {
    const [times, count] = dy!.dims as [number, number];
    for (let n = 0; n < count; n++) {
      let dh: Float64Array = rowOf(dhLast!, 0, n);
      for (const [t] of [...timesOf(times, reversed!)].reverse()) {
        const [now, given] = [rowOf(y!, t, n), rowOf(dy!, t, n)];
        const slope = dh.map((later, j) => {
          const back = later + given[j]!;
          if (relu === 1) return now[j]! <= 0 ? 0 : back;
          return back * (1 - now[j]! * now[j]!);
        });
        dh = rowToHidden(slope, w!);
        if (dx) rowOf(dx, t, n).set(slope);
      }
      if (dh0) rowOf(dh0, 0, n).set(dh);
    }
  },
} as const satisfies KernelRow;
