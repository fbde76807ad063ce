/**
 * Connectionist temporal classification: the probability of a sequence of labels under all its alignments with the times, and what comes back to
 * each class (Graves et al. 2006). All numbers are logarithms.
 *
 * A sequence has places blank, label, blank, …, label, blank, up to its last one. `classes` [N, L] are those of the places. A place is reached from
 * itself, from the one before, and, where that has another class, from the one before that. A sequence ends at its last place or the one before.
 */
import type { Builder } from "./builder.js";
import type { Dense, KernelRow } from "./kernel.js";
import type { Shaped } from "./shaped.js";

/** ln Σ eˣ. */
function logSum(...xs: readonly number[]): number {
  const most = Math.max(...xs);
  if (most === -Infinity) return -Infinity;
  return Math.log(xs.reduce((sum, x) => sum + Math.exp(x - most), 0)) + most;
}

interface Sequence {
  readonly times: number;
  readonly last: number;
  /** The logarithm of the probability of a place's class at a time. */
  readonly emitted: (t: number, place: number) => number;
  /** 0 where a place is reached from two before it, else −∞. */
  readonly skip: (place: number) => number;
  readonly classOf: (place: number) => number;
}

function sequenceOf(logProbs: Dense, classes: Dense, times: Dense, last: Dense, n: number): Sequence {
  const [, count, size] = logProbs.dims as [number, number, number];
  const width = classes.dims[1]!;
  const classOf = (place: number): number => classes.data[n * width + place]!;
  return {
    times: times.data[n]!,
    last: last.data[n]!,
    classOf,
    emitted: (t, place) => logProbs.data[(t * count + n) * size + classOf(place)]!,
    skip: (place) => (place > 1 && classOf(place) !== classOf(place - 2) ? 0 : -Infinity),
  };
}

/** What the compositions have in common: values [N, L]. */
interface Places<Value> {
  readonly zero: Value;
  readonly nothing: Value;
  readonly place: Value;
  readonly last: Value;
  readonly skip: Value;
  /** At its last place or the one before. */
  readonly isEnd: Value;
}

function placesOf<Value extends Shaped>(
  b: Builder<Value>,
  like: Value,
  classes: Value,
  last: Value,
): Places<Value> {
  const shape = classes.shape as [number, number];
  const [count, width] = shape;
  const [zero, nothing] = [b.scalar(0, like.dtype), b.scalar(-Infinity, like.dtype)];
  const place = b.expand(b.reshape(b.iota([width], "int32"), [1, width]), shape);
  const ends = b.expand(b.reshape(last, [count, 1]), shape);
  const isOther = b.binary("ne", classes, moved(b, classes, 2, -1));
  const isLater = b.binary("gt", place, b.scalar(1, "int32"));
  const next = b.binary("add", place, b.scalar(1, "int32"));
  return {
    zero,
    nothing,
    place,
    last: ends,
    skip: b.select(b.binary("and", isLater, isOther), zero, nothing),
    isEnd: b.binary("or", b.binary("eq", place, ends), b.binary("eq", next, ends)),
  };
}

/** Places [N, L] each moved on by so many, or back, and `fill` where none comes. */
function moved<Value extends Shaped>(b: Builder<Value>, a: Value, by: number, fill: number): Value {
  const [count, width] = a.shape as [number, number];
  const [front, back] = [Math.max(by, 0), Math.max(-by, 0)];
  return b.slice(b.pad(a, [0, front], [0, back], fill), [0, back], [count, width], [1, 1]);
}

/** ln Σ eˣ of values of one shape. */
function composedLogSum<Value extends Shaped>(
  b: Builder<Value>,
  { zero, nothing }: Places<Value>,
  xs: readonly Value[],
): Value {
  const most = xs.reduce((a, x) => b.binary("max", a, x));
  const finite = b.select(b.binary("eq", most, nothing), zero, most);
  const sum = xs
    .map((x) => b.unary("exp", b.binary("sub", x, finite)))
    .reduce((a, x) => b.binary("add", a, x));
  return b.binary("add", b.unary("log", sum), finite);
}

/** Of logProbs [T, N, C] those of the places' classes at a time, [N, L]. */
function emittedAt<Value extends Shaped>(
  b: Builder<Value>,
  logProbs: Value,
  classes: Value,
  t: number,
): Value {
  const [, count, size] = logProbs.shape as [number, number, number];
  const width = classes.shape[1]!;
  const row = b.reshape(b.slice(logProbs, [t, 0, 0], [1, count, size], [1, 1, 1]), [count, 1, size]);
  const isClass = isOf(b, classes, size);
  const nothing = b.scalar(-Infinity, logProbs.dtype);
  return b.reduce("max", b.select(isClass, b.expand(row, [count, width, size]), nothing), [2], false);
}

/** Which class [C] each place has: [N, L, C]. */
function isOf<Value extends Shaped>(b: Builder<Value>, classes: Value, size: number): Value {
  const [count, width] = classes.shape as [number, number];
  return b.binary(
    "eq",
    b.reshape(classes, [count, width, 1]),
    b.reshape(b.iota([size], "int32"), [1, 1, size]),
  );
}

/** Whether the time is one of the sequence's, [N, 1]. */
function isWithin<Value extends Shaped>(b: Builder<Value>, times: Value, t: number): Value {
  return b.binary("gt", b.reshape(times, [times.shape[0]!, 1]), b.scalar(t, "int32"));
}

/**
 * Of log probabilities [T, N, C], classes [N, L], and the times and the last place of each sequence, int32 [N]: −ln of the probability of each
 * sequence [N], and ln of that to be at a place at a time, having come there in any way, [N, T, L]; −∞ at times and places beyond the last.
 */
export const ctc = {
  operands: ["logProbs", "classes", "times", "last"],
  results: ["loss", "alpha"],
  attributes: [],
  kinds: ["float"],
  infer: ([x, classes]) => [
    { dtype: x!.dtype, shape: [x!.shape[1]!] },
    { dtype: x!.dtype, shape: [x!.shape[1]!, x!.shape[0]!, classes!.shape[1]!] },
  ],
  cpp: { run: "ctc", check: "checkCtc", scratch: "ctcScratch" },
  compose: (b, [x, classes, times, last]) => {
    const [count, width] = classes!.shape as [number, number];
    const steps = x!.shape[0]!;
    const places = placesOf(b, x!, classes!, last!);
    const { zero, nothing, place, skip, isEnd } = places;
    const isOwn = b.binary("le", place, places.last);
    const atFirst = b.binary("eq", place, b.scalar(0, "int32"));
    let state = b.select(atFirst, zero, nothing);
    let ended = state;
    let all = b.expand(nothing, [count, steps, width]);
    for (let t = 0; t < steps; t++) {
      const begins = b.select(b.binary("le", place, b.scalar(1, "int32")), zero, nothing);
      const ways = [
        state,
        moved(b, state, 1, -Infinity),
        b.binary("add", moved(b, state, 2, -Infinity), skip),
      ];
      const reached = t === 0 ? begins : composedLogSum(b, places, ways);
      const here = b.binary("and", isWithin(b, times!, t), isOwn);
      const now = b.binary("add", reached, emittedAt(b, x!, classes!, t));
      state = b.select(here, now, nothing);
      ended = b.select(isWithin(b, times!, t), state, ended);
      const isNow = b.binary("eq", b.reshape(b.iota([steps], "int32"), [1, steps, 1]), b.scalar(t, "int32"));
      all = b.select(isNow, b.expand(b.reshape(state, [count, 1, width]), [count, steps, width]), all);
    }
    const final = b.select(isEnd, ended, nothing);
    const most = b.reduce("max", final, [1], true);
    const finite = b.select(b.binary("eq", most, nothing), zero, most);
    const sum = b.reduce("sum", b.unary("exp", b.binary("sub", final, finite)), [1], true);
    const total = b.binary("add", b.unary("log", sum), finite);
    return [b.reshape(b.unary("neg", total), [count]), all];
  },
  js: ([x, classes, times, last], [loss, alpha]) => {
    const steps = x!.dims[0]!;
    const [count, width] = classes!.dims as [number, number];
    alpha?.data.fill(-Infinity);
    for (let n = 0; n < count; n++) {
      const own = sequenceOf(x!, classes!, times!, last!, n);
      let state = Float64Array.from({ length: own.last + 1 }, (_, l) => (l === 0 ? 0 : -Infinity));
      for (let t = 0; t < own.times; t++) {
        const before = state;
        const from = (l: number): number => before[l] ?? -Infinity;
        state = before.map((stay, l) => {
          const begins = l <= 1 ? 0 : -Infinity;
          const reached = t === 0 ? begins : logSum(stay, from(l - 1), from(l - 2) + own.skip(l));
          return reached + own.emitted(t, l);
        });
        alpha?.data.set(state, (n * steps + t) * width);
      }
      if (loss) loss.data[n] = -logSum(state.at(-1)!, own.last > 0 ? state.at(-2)! : -Infinity);
    }
  },
} as const satisfies KernelRow;

/**
 * Of the gradient g [N] of the losses and of what `ctc` was given and gave: that of the log probabilities, taken for the results of a log-softmax, so
 * that it is eˣ minus the probability of the class at the time in a sequence that has been seen. Of an infinite loss it is NaN, or 0 with `zeroInfinity`.
 */
export const ctcBackward = {
  operands: ["g", "logProbs", "classes", "times", "last", "loss", "alpha"],
  results: ["dx"],
  attributes: ["zeroInfinity"],
  kinds: ["float"],
  infer: ([g, x]) => [{ dtype: g!.dtype, shape: x!.shape }],
  cpp: { run: "ctcBackward", check: "checkCtcBackward", scratch: "ctcBackwardScratch" },
  compose: (b, [g, x, classes, times, last, loss, alpha], [zeroInfinity]) => {
    const [steps, count, size] = x!.shape as [number, number, number];
    const width = classes!.shape[1]!;
    const places = placesOf(b, x!, classes!, last!);
    const { zero, nothing, skip, isEnd } = places;
    const losses = b.reshape(loss!, [count, 1]);
    const isInfinite = b.binary("eq", losses, b.scalar(Infinity, x!.dtype));
    const otherwise = b.scalar(zeroInfinity === 1 ? 0 : NaN, x!.dtype);
    const end = b.select(isEnd, zero, nothing);
    let ahead = end;
    let all = b.expand(zero, [steps, count, size]);
    for (let t = steps - 1; t >= 0; t--) {
      if (t + 1 < steps) {
        const on = b.binary("add", ahead, emittedAt(b, x!, classes!, t + 1));
        const two = moved(b, b.binary("add", on, skip), -2, -Infinity);
        const ways = composedLogSum(b, places, [on, moved(b, on, -1, -Infinity), two]);
        ahead = b.select(isWithin(b, times!, t + 1), ways, end);
      }
      const been = b.reshape(b.slice(alpha!, [0, t, 0], [count, 1, width], [1, 1, 1]), [count, width]);
      const seen = b.unary("exp", b.binary("add", b.binary("add", been, ahead), losses));
      const ofClass = b.select(isOf(b, classes!, size), b.reshape(seen, [count, width, 1]), zero);
      const row = b.reshape(b.slice(x!, [t, 0, 0], [1, count, size], [1, 1, 1]), [count, size]);
      const slope = b.binary("sub", b.unary("exp", row), b.reduce("sum", ofClass, [1], false));
      const scaled = b.binary("mul", slope, b.reshape(g!, [count, 1]));
      const here = b.select(isWithin(b, times!, t), b.select(isInfinite, otherwise, scaled), zero);
      const isNow = b.binary("eq", b.reshape(b.iota([steps], "int32"), [steps, 1, 1]), b.scalar(t, "int32"));
      all = b.select(isNow, b.expand(b.reshape(here, [1, count, size]), [steps, count, size]), all);
    }
    return [all];
  },
  js: ([g, x, classes, times, last, loss, alpha], [dx], [zeroInfinity]) => {
    const [steps, count, size] = x!.dims as [number, number, number];
    const width = classes!.dims[1]!;
    for (let n = 0; n < count; n++) {
      const own = sequenceOf(x!, classes!, times!, last!, n);
      const isInfinite = loss!.data[n] === Infinity;
      let ahead = Float64Array.from({ length: own.last + 1 }, (_, l) => (l >= own.last - 1 ? 0 : -Infinity));
      for (let t = own.times - 1; t >= 0; t--) {
        if (t + 1 < own.times) {
          const on = ahead.map((later, l) => later + own.emitted(t + 1, l));
          const to = (l: number): number => on[l] ?? -Infinity;
          ahead = on.map((stay, l) =>
            logSum(stay, to(l + 1), l + 2 <= own.last ? to(l + 2) + own.skip(l + 2) : -Infinity),
          );
        }
        const seen = new Float64Array(size);
        ahead.forEach((later, l) => {
          const been = alpha!.data[(n * steps + t) * width + l]!;
          seen[own.classOf(l)]! += Math.exp(been + later + loss!.data[n]!);
        });
        for (let c = 0; c < size; c++) {
          const at = (t * count + n) * size + c;
          const slope = (Math.exp(x!.data[at]!) - seen[c]!) * g!.data[n]!;
          dx!.data[at] = isInfinite ? (zeroInfinity === 1 ? 0 : NaN) : slope;
        }
      }
    }
  },
} as const satisfies KernelRow;
