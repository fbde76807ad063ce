/**
 * A GRU's way along sequences, and back: r, z = σ(…), n = tanh(x + r m) with m the hidden state's part, h′ = (1 − z) n + z h.
 * Products stand in the order r, z, n.
 */
import { sigmoid } from "../functions.js";
import type { KernelRow } from "../kernel.js";
import {
  atTime,
  beside,
  complement,
  fromHidden,
  inTime,
  partOf,
  rowFromHidden,
  rowOf,
  rowToHidden,
  throughSigmoid,
  throughTanh,
  timesOf,
  toHidden,
} from "./times.js";

/**
 * Of the input's part x [T, N, 3 · H], the first state h [N, H], w [3 · H, H] and the bias of the hidden state's part, b [3 · H]: the hidden states
 * of all times, [T, N, H], and what a way back needs: r, z, n and m, [T, N, 4 · H].
 */
export const gru = {
  operands: ["x", "h", "w", "b"],
  results: ["y", "gates"],
  attributes: ["reversed"],
  kinds: ["float"],
  infer: ([x, h]) => {
    const [times, n] = x!.shape as [number, number];
    const size = h!.shape[1]!;
    return [size, 4 * size].map((last) => ({ dtype: x!.dtype, shape: [times, n, last] }));
  },
  cpp: { run: "gru", check: "checkGru", scratch: "gruScratch", shared: "gruShared" },
  compose: (b, [x, h0, w, bias], [reversed]) => {
    type Value = NonNullable<typeof x>;
    const [times, n] = x!.shape as [number, number];
    const size = h0!.shape[1]!;
    const outputs = new Map<number, Value>();
    const all = new Map<number, Value>();
    let h = h0!;
    for (const [t] of timesOf(times, reversed!)) {
      const given = atTime(b, x!, t);
      const hidden = b.binary("add", fromHidden(b, h, w!), bias!);
      const sum = (k: number, other: Value): Value => b.binary("add", partOf(b, given, k, size), other);
      const r = b.unary("sigmoid", sum(0, partOf(b, hidden, 0, size)));
      const z = b.unary("sigmoid", sum(1, partOf(b, hidden, 1, size)));
      const m = partOf(b, hidden, 2, size);
      const next = b.unary("tanh", sum(2, b.binary("mul", r, m)));
      h = b.binary("add", next, b.binary("mul", z, b.binary("sub", h, next)));
      outputs.set(t, h);
      all.set(t, beside(b, [r, z, next, m]));
    }
    return [inTime(b, outputs, x!, [times, n, size]), inTime(b, all, x!, [times, n, 4 * size])];
  },
  js: ([x, h0, w, bias], [y, gates], [reversed]) => {
    const [times, count] = x!.dims as [number, number];
    const size = h0!.dims[1]!;
    for (let n = 0; n < count; n++) {
      let h: Float64Array = rowOf(h0!, 0, n);
      for (const [t] of timesOf(times, reversed!)) {
        const given = rowOf(x!, t, n);
        const hidden = rowFromHidden(h, w!).map((sum, k) => sum + bias!.data[k]!);
        const all = new Float64Array(4 * size);
        h = h.map((before, j) => {
          const r = sigmoid(given[j]! + hidden[j]!);
          const z = sigmoid(given[size + j]! + hidden[size + j]!);
          const m = hidden[2 * size + j]!;
          const next = Math.tanh(given[2 * size + j]! + r * m);
          [r, z, next, m].forEach((value, k) => (all[k * size + j] = value));
          return next + z * (before - next);
        });
        if (y) rowOf(y, t, n).set(h);
        if (gates) rowOf(gates, t, n).set(all);
      }
    }
  },
} as const satisfies KernelRow;

/**
 * Of the gradients of the hidden states dy [T, N, H] and of the last one dh [N, H], and of what `gru` was given and gave: those of x, of the hidden
 * state's part, both [T, N, 3 · H], and of the first state.
 */
export const gruBackward = {
  operands: ["dy", "dh", "gates", "y", "h", "w"],
  results: ["dx", "dm", "dh0"],
  attributes: ["reversed"],
  kinds: ["float"],
  infer: ([dy, dh]) => {
    const { dtype } = dy!;
    const [times, n, size] = dy!.shape as [number, number, number];
    const products = { dtype, shape: [times, n, 3 * size] };
    return [products, products, { dtype, shape: dh!.shape }];
  },
  cpp: {
    run: "gruBackward",
    check: "checkGruBackward",
    scratch: "gruBackwardScratch",
    shared: "gruBackwardShared",
  },
  compose: (b, [dy, dhLast, gates, y, h0, w], [reversed]) => {
    type Value = NonNullable<typeof dy>;
    const [times, n, size] = dy!.shape as [number, number, number];
    const inputs = new Map<number, Value>();
    const hiddens = new Map<number, Value>();
    let dh = dhLast!;
    for (const [t, before] of [...timesOf(times, reversed!)].reverse()) {
      const now = atTime(b, gates!, t);
      const [r, z, next, m] = [0, 1, 2, 3].map((k) => partOf(b, now, k, size)) as [
        Value,
        Value,
        Value,
        Value,
      ];
      const earlier = before < 0 ? h0! : atTime(b, y!, before);
      dh = b.binary("add", dh, atTime(b, dy!, t));
      const slope = throughTanh(b, b.binary("mul", dh, complement(b, z)), next);
      const toReset = throughSigmoid(b, b.binary("mul", slope, m), r);
      const toUpdate = throughSigmoid(b, b.binary("mul", dh, b.binary("sub", earlier, next)), z);
      const hidden = beside(b, [toReset, toUpdate, b.binary("mul", slope, r)]);
      inputs.set(t, beside(b, [toReset, toUpdate, slope]));
      hiddens.set(t, hidden);
      dh = b.binary("add", b.binary("mul", dh, z), toHidden(b, hidden, w!));
    }
    const shape = [times, n, 3 * size] as const;
    return [inTime(b, inputs, dy!, shape), inTime(b, hiddens, dy!, shape), dh];
  },
  js: ([dy, dhLast, gates, y, h0, w], [dx, dm, dh0], [reversed]) => {
    const [times, count, size] = dy!.dims as [number, number, number];
    for (let n = 0; n < count; n++) {
      let dh: Float64Array = rowOf(dhLast!, 0, n).slice();
      for (const [t, before] of [...timesOf(times, reversed!)].reverse()) {
        const [now, given] = [rowOf(gates!, t, n), rowOf(dy!, t, n)];
        const earlier = before < 0 ? rowOf(h0!, 0, n) : rowOf(y!, before, n);
        const input = new Float64Array(3 * size);
        const hidden = new Float64Array(3 * size);
        const kept = dh.map((later, j) => {
          const [r, z, next, m] = [0, 1, 2, 3].map((k) => now[k * size + j]!) as [
            number,
            number,
            number,
            number,
          ];
          const back = later + given[j]!;
          const slope = back * (1 - z) * (1 - next * next);
          input[j] = hidden[j] = slope * m * r * (1 - r);
          input[size + j] = hidden[size + j] = back * (earlier[j]! - next) * z * (1 - z);
          input[2 * size + j] = slope;
          hidden[2 * size + j] = slope * r;
          return back * z;
        });
        dh = rowToHidden(hidden, w!).map((sum, j) => sum + kept[j]!);
        if (dx) rowOf(dx, t, n).set(input);
        if (dm) rowOf(dm, t, n).set(hidden);
      }
      if (dh0) rowOf(dh0, 0, n).set(dh);
    }
  },
} as const satisfies KernelRow;
