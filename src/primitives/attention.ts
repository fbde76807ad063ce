/** Attention: what queries make of the values whose keys they meet, and the way back. */
import type { Builder } from "./builder.js";
import type { Dense, KernelRow } from "./kernel.js";
import type { Shaped } from "./shaped.js";

/** Σ over the last dim of a [n, l, e] and b [n, s, e] → [n, l, s] */
function productOf<Value extends Shaped>(b: Builder<Value>, x: Value, y: Value): Value {
  const [n, l, e] = x.shape as [number, number, number];
  const s = y.shape[1]!;
  const pairs = b.binary("mul", b.reshape(x, [n, l, 1, e]), b.reshape(y, [n, 1, s, e]));
  return b.reduce("sum", pairs, [3], false);
}

/** x [n, l, s] with its last dims exchanged, times y [n, l, e] → [n, s, e] */
function gathered<Value extends Shaped>(b: Builder<Value>, x: Value, y: Value): Value {
  const [n, l, s] = x.shape as [number, number, number];
  const e = y.shape[2]!;
  return b.reduce("sum", b.binary("mul", b.reshape(x, [n, l, s, 1]), b.reshape(y, [n, l, 1, e])), [1], false);
}

/** x [n, l, s] times y [n, s, e] → [n, l, e] */
function weighted<Value extends Shaped>(b: Builder<Value>, x: Value, y: Value): Value {
  const [n, l, s] = x.shape as [number, number, number];
  const e = y.shape[2]!;
  return b.reduce("sum", b.binary("mul", b.reshape(x, [n, l, s, 1]), b.reshape(y, [n, 1, s, e])), [2], false);
}

/** q kᵀ scale, minus infinity where with `causal` a key stands after its query. */
function scoresOf<Value extends Shaped>(
  b: Builder<Value>,
  q: Value,
  k: Value,
  causal: number,
  scale: Value,
): Value {
  const scores = b.binary("mul", productOf(b, q, k), b.cast(scale, q.dtype));
  if (causal !== 1) return scores;
  const [, l, s] = scores.shape as [number, number, number];
  const row = b.reshape(b.iota([l], "int32"), [1, l, 1]);
  const isSeen = b.binary("le", b.reshape(b.iota([s], "int32"), [1, 1, s]), row);
  return b.select(isSeen, scores, b.scalar(-Infinity, q.dtype));
}

/** Calls `f` for each query with its position among all of them, and the scores of the keys that it sees. */
function eachQuery(
  q: Dense,
  k: Dense,
  causal: number,
  scale: number,
  f: (query: number, entry: number, scores: readonly number[]) => void,
): void {
  const [entries, queries, size] = q.dims as [number, number, number];
  const keys = k.dims[1]!;
  for (let n = 0; n < entries; n++)
    for (let i = 0; i < queries; i++) {
      const seen = causal === 1 ? Math.min(i + 1, keys) : keys;
      const row = q.data.subarray((n * queries + i) * size, (n * queries + i + 1) * size);
      const scores = Array.from({ length: seen }, (_, j) =>
        row.reduce((sum, value, e) => sum + value * scale * k.data[(n * keys + j) * size + e]!, 0),
      );
      f(n * queries + i, n, scores);
    }
}

/**
 * y = softmax(q kᵀ scale) v for q [n, l, e], k [n, s, e] and v [n, s, f], and the logarithms of the sums of exponentials [n, l]. With `causal` 1 query
 * i sees keys 0 to i.
 */
export const attention = {
  operands: ["q", "k", "v"],
  results: ["y", "logs"],
  attributes: ["causal"],
  scalars: ["scale"],
  kinds: ["float"],
  infer: ([q, , v]) => {
    const [n, l] = q!.shape as [number, number];
    return [
      { dtype: q!.dtype, shape: [n, l, v!.shape[2]!] },
      { dtype: q!.dtype, shape: [n, l] },
    ];
  },
  cpp: { run: "attention", check: "checkAttention", scratch: "attentionScratch" },
  compose: (b, [q, k, v], [causal], [scale]) => {
    const scores = scoresOf(b, q!, k!, causal!, scale!);
    const greatest = b.reduce("max", scores, [2], true);
    const e = b.unary("exp", b.binary("sub", scores, greatest));
    const sum = b.reduce("sum", e, [2], true);
    const logs = b.binary("add", greatest, b.unary("log", sum));
    return [weighted(b, b.binary("div", e, sum), v!), b.reshape(logs, q!.shape.slice(0, 2))];
  },
  js: ([q, k, v], [y, logs], [causal], [scale]) => {
    const [, keys, width] = v!.dims as [number, number, number];
    eachQuery(q!, k!, causal!, scale!, (query, entry, scores) => {
      const greatest = Math.max(...scores);
      const sum = scores.reduce((total, score) => total + Math.exp(score - greatest), 0);
      if (logs) logs.data[query] = greatest + Math.log(sum);
      for (let f = 0; y && f < width; f++)
        y.data[query * width + f] = scores.reduce(
          (total, score, j) =>
            total + (Math.exp(score - greatest) / sum) * v!.data[(entry * keys + j) * width + f]!,
          0,
        );
    });
  },
} as const satisfies KernelRow;

/** Of the gradient g of y and of what `attention` was given and gave: those of the queries, the keys and the values. */
export const attentionBackward = {
  operands: ["g", "q", "k", "v", "y", "logs"],
  results: ["dq", "dk", "dv"],
  attributes: ["causal"],
  scalars: ["scale"],
  kinds: ["float"],
  infer: ([, q, k, v]) => [q!, k!, v!],
  cpp: { run: "attentionBackward", check: "checkAttentionBackward", scratch: "attentionBackwardScratch" },
  compose: (b, [g, q, k, v, y, logs], [causal], [scale]) => {
    const [n, l] = q!.shape as [number, number];
    const scores = scoresOf(b, q!, k!, causal!, scale!);
    const weights = b.unary("exp", b.binary("sub", scores, b.reshape(logs!, [n, l, 1])));
    const mean = b.reduce("sum", b.binary("mul", g!, y!), [2], true);
    const slopes = b.binary("mul", weights, b.binary("sub", productOf(b, g!, v!), mean));
    const scaled = b.binary("mul", slopes, b.cast(scale!, q!.dtype));
    return [weighted(b, scaled, k!), gathered(b, scaled, q!), gathered(b, weights, g!)];
  },
  js: ([g, q, k, v, y, logs], [dq, dk, dv], [causal], [scale]) => {
    const [, keys, width] = v!.dims as [number, number, number];
    const size = q!.dims[2]!;
    eachQuery(q!, k!, causal!, scale!, (query, entry, scores) => {
      const row = g!.data.subarray(query * width, (query + 1) * width);
      const mean = row.reduce((sum, value, f) => sum + value * y!.data[query * width + f]!, 0);
      scores.forEach((score, j) => {
        const key = entry * keys + j;
        const weight = Math.exp(score - logs!.data[query]!);
        const slope = row.reduce((sum, value, f) => sum + value * v!.data[key * width + f]!, 0) - mean;
        for (let f = 0; dv && f < width; f++) dv.data[key * width + f]! += weight * row[f]!;
        for (let e = 0; e < size; e++) {
          if (dq) dq.data[query * size + e]! += weight * slope * scale! * k!.data[key * size + e]!;
          if (dk) dk.data[key * size + e]! += weight * slope * scale! * q!.data[query * size + e]!;
        }
      });
    });
  },
} as const satisfies KernelRow;
