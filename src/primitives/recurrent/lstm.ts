/**
 * An LSTM's way along sequences, and back. Gates stand in the order i, f, g, o, [T, N, 4 · H]:
 * i, f, o = σ(…), g = tanh(…), c′ = f c + i g, h′ = o tanh c′.
 */
import { sigmoid } from "../functions.js";
import type { KernelRow } from "../kernel.js";
import {
  atTime,
  beside,
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
 * Of the input's part of the gates with all biases, x [T, N, 4 · H], the first states h and c [N, H] and w [4 · H, H]: hidden states and cell
 * states of all times, [T, N, H], and the gates.
 */
export const lstm = {
  operands: ["x", "h", "c", "w"],
  results: ["y", "cells", "gates"],
  attributes: ["reversed"],
  kinds: ["float"],
  infer: ([x, h]) => {
    const [times, n] = x!.shape as [number, number];
    const { dtype } = x!;
    const states = { dtype, shape: [times, n, h!.shape[1]!] };
    return [states, states, { dtype, shape: x!.shape }];
  },
  cpp: { run: "lstm", check: "checkLstm", scratch: "lstmScratch", shared: "lstmShared" },
  compose: (b, [x, h0, c0, w], [reversed]) => {
    type Value = NonNullable<typeof x>;
    const [times, n] = x!.shape as [number, number];
    const size = h0!.shape[1]!;
    const [outputs, cells, all] = [0, 1, 2].map(() => new Map<number, Value>()) as [
      Map<number, Value>,
      Map<number, Value>,
      Map<number, Value>,
    ];
    let [h, c] = [h0!, c0!];
    for (const [t] of timesOf(times, reversed!)) {
      const sums = b.binary("add", atTime(b, x!, t), fromHidden(b, h, w!));
      const gates = [0, 1, 2, 3].map((k) => b.unary(k === 2 ? "tanh" : "sigmoid", partOf(b, sums, k, size)));
      const [i, f, g, o] = gates as [Value, Value, Value, Value];
      c = b.binary("add", b.binary("mul", f, c), b.binary("mul", i, g));
      h = b.binary("mul", o, b.unary("tanh", c));
      outputs.set(t, h);
      cells.set(t, c);
      all.set(t, beside(b, gates));
    }
    return [
      inTime(b, outputs, x!, [times, n, size]),
      inTime(b, cells, x!, [times, n, size]),
      inTime(b, all, x!, [times, n, 4 * size]),
    ];
  },
  js: ([x, h0, c0, w], [y, cells, gates], [reversed]) => {
    const [times, count] = x!.dims as [number, number];
    const size = h0!.dims[1]!;
    for (let n = 0; n < count; n++) {
      let h: Float64Array = rowOf(h0!, 0, n);
      let c: Float64Array = rowOf(c0!, 0, n);
      for (const [t] of timesOf(times, reversed!)) {
        const given = rowOf(x!, t, n);
        const all = rowFromHidden(h, w!).map((sum, k) => {
          const value = sum + given[k]!;
          return Math.floor(k / size) === 2 ? Math.tanh(value) : sigmoid(value);
        });
        c = c.map((before, j) => all[size + j]! * before + all[j]! * all[2 * size + j]!);
        h = c.map((cell, j) => all[3 * size + j]! * Math.tanh(cell));
        if (y) rowOf(y, t, n).set(h);
        if (cells) rowOf(cells, t, n).set(c);
        if (gates) rowOf(gates, t, n).set(all);
      }
    }
  },
} as const satisfies KernelRow;

/**
 * Of the gradients of the hidden states dy [T, N, H] and of the last states dh and dc [N, H], and of what `lstm` was given and gave: those of x,
 * which are those of the products with w as well, and of the first states.
 */
export const lstmBackward = {
  operands: ["dy", "dh", "dc", "gates", "cells", "c", "w"],
  results: ["dx", "dh0", "dc0"],
  attributes: ["reversed"],
  kinds: ["float"],
  infer: ([dy, dh, dc, gates]) => {
    const { dtype } = dy!;
    return [gates!, dh!, dc!].map(({ shape }) => ({ dtype, shape }));
  },
  cpp: {
    run: "lstmBackward",
    check: "checkLstmBackward",
    scratch: "lstmBackwardScratch",
    shared: "lstmBackwardShared",
  },
  compose: (b, [dy, dhLast, dcLast, gates, cells, c0, w], [reversed]) => {
    type Value = NonNullable<typeof dy>;
    const [times, n, size] = dy!.shape as [number, number, number];
    const slopes = new Map<number, Value>();
    let [dh, dc] = [dhLast!, dcLast!];
    for (const [t, before] of [...timesOf(times, reversed!)].reverse()) {
      const now = atTime(b, gates!, t);
      const [i, f, g, o] = [0, 1, 2, 3].map((k) => partOf(b, now, k, size)) as [Value, Value, Value, Value];
      const squashed = b.unary("tanh", atTime(b, cells!, t));
      const earlier = before < 0 ? c0! : atTime(b, cells!, before);
      dh = b.binary("add", dh, atTime(b, dy!, t));
      dc = b.binary("add", dc, throughTanh(b, b.binary("mul", dh, o), squashed));
      const slope = beside(b, [
        throughSigmoid(b, b.binary("mul", dc, g), i),
        throughSigmoid(b, b.binary("mul", dc, earlier), f),
        throughTanh(b, b.binary("mul", dc, i), g),
        throughSigmoid(b, b.binary("mul", dh, squashed), o),
      ]);
      dh = toHidden(b, slope, w!);
      dc = b.binary("mul", dc, f);
      slopes.set(t, slope);
    }
    return [inTime(b, slopes, dy!, [times, n, 4 * size]), dh, dc];
  },
  js: ([dy, dhLast, dcLast, gates, cells, c0, w], [dx, dh0, dc0], [reversed]) => {
    const [times, count, size] = dy!.dims as [number, number, number];
    for (let n = 0; n < count; n++) {
      let dh: Float64Array = rowOf(dhLast!, 0, n).slice();
      const dc = rowOf(dcLast!, 0, n).slice();
      for (const [t, before] of [...timesOf(times, reversed!)].reverse()) {
        const [now, cell, given] = [rowOf(gates!, t, n), rowOf(cells!, t, n), rowOf(dy!, t, n)];
        const earlier = before < 0 ? rowOf(c0!, 0, n) : rowOf(cells!, before, n);
        const slope = new Float64Array(4 * size);
        for (let j = 0; j < size; j++) {
          const [i, f, g, o] = [0, 1, 2, 3].map((k) => now[k * size + j]!) as [
            number,
            number,
            number,
            number,
          ];
          const squashed = Math.tanh(cell[j]!);
          const back = dh[j]! + given[j]!;
          const toCell = dc[j]! + back * o * (1 - squashed * squashed);
          slope[j] = toCell * g * i * (1 - i);
          slope[size + j] = toCell * earlier[j]! * f * (1 - f);
          slope[2 * size + j] = toCell * i * (1 - g * g);
          slope[3 * size + j] = back * squashed * o * (1 - o);
          dc[j] = toCell * f;
        }
        dh = rowToHidden(slope, w!);
        if (dx) rowOf(dx, t, n).set(slope);
      }
      if (dh0) rowOf(dh0, 0, n).set(dh);
      if (dc0) rowOf(dc0, 0, n).set(dc);
    }
  },
} as const satisfies KernelRow;
