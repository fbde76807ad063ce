/** Attention: what queries make of the values whose keys they meet, and the way back. */
import type { Builder } from "./builder.js";
import type { Dense, KernelRow } from "./kernel.js";
import type { Shaped } from "./shaped.js";

/** Where operands are cut into runs of one stride each: heads lie beside one another in what a layer of all queries, keys and values gives. */
const EACH = [1, 2, 3];

/** Σ over the last dim of a [n, l, h, e] and b [n, s, h, e] → [n, l, s, h] */
function productOf<Value extends Shaped>(b: Builder<Value>, x: Value, y: Value): Value {
  const [n, l, h, e] = x.shape as [number, number, number, number];
  const s = y.shape[1]!;
  const pairs = b.binary("mul", b.reshape(x, [n, l, 1, h, e]), b.reshape(y, [n, 1, s, h, e]));
  return b.reduce("sum", pairs, [4], false);
}

/** x [n, l, s, h] by its queries with y [n, l, h, e] → [n, s, h, e] */
function gathered<Value extends Shaped>(b: Builder<Value>, x: Value, y: Value): Value {
  const [n, l, s, h] = x.shape as [number, number, number, number];
  const e = y.shape[3]!;
  return b.reduce(
    "sum",
    b.binary("mul", b.reshape(x, [n, l, s, h, 1]), b.reshape(y, [n, l, 1, h, e])),
    [1],
    false,
  );
}

/** x [n, l, s, h] by its keys with y [n, s, h, e] → [n, l, h, e] */
function weighted<Value extends Shaped>(b: Builder<Value>, x: Value, y: Value): Value {
  const [n, l, s, h] = x.shape as [number, number, number, number];
  const e = y.shape[3]!;
  return b.reduce(
    "sum",
    b.binary("mul", b.reshape(x, [n, l, s, h, 1]), b.reshape(y, [n, 1, s, h, e])),
    [2],
    false,
  );
}

/** Each query's products with the keys times `scale` [n, l, s, h], minus infinity where with `causal` a key stands after its query. */
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
  const row = b.reshape(b.iota([l], "int32"), [1, l, 1, 1]);
  const isSeen = b.binary("le", b.reshape(b.iota([s], "int32"), [1, 1, s, 1]), row);
  return b.select(isSeen, scores, b.scalar(-Infinity, q.dtype));
}

/** Calls `f` for each query of each head with the numbers of both, those of the head's keys, and the scores of the keys that it sees. */
function eachQuery(
  q: Dense,
  k: Dense,
  causal: number,
  scale: number,
  f: (query: number, keys: readonly number[], scores: readonly number[]) => void,
): void {
  const [n, queries, heads, size] = q.dims as [number, number, number, number];
  const all = k.dims[1]!;
  for (let entry = 0; entry < n; entry++)
    for (let i = 0; i < queries; i++)
      for (let head = 0; head < heads; head++) {
        const query = (entry * queries + i) * heads + head;
        const seen = causal === 1 ? Math.min(i + 1, all) : all;
        const keys = Array.from({ length: seen }, (_, j) => (entry * all + j) * heads + head);
        const row = q.data.subarray(query * size, (query + 1) * size);
        const scores = keys.map((key) =>
          row.reduce((sum, value, e) => sum + value * scale * k.data[key * size + e]!, 0),
        );
        f(query, keys, scores);
      }
}

/**
 * y = softmax(q kᵀ scale) v for each of h heads of q [n, l, h, e], k [n, s, h, e] and v [n, s, h, f]: [n, l, h, f], and the logarithms of the sums of
 * exponentials [n, l, h]. With `causal` 1 query i sees keys 0 to i.
 */
export const attention = {
  operands: ["q", "k", "v"],
  results: ["y", "logs"],
  attributes: ["causal"],
  scalars: ["scale"],
  kinds: ["float"],
  infer: ([q, , v]) => {
    const [n, l, h] = q!.shape as [number, number, number];
    return [
      { dtype: q!.dtype, shape: [n, l, h, v!.shape[3]!] },
      { dtype: q!.dtype, shape: [n, l, h] },
    ];
  },
  strided: () => [EACH, EACH, EACH],
  cpp: { run: "attention", check: "checkAttention", scratch: "attentionScratch" },
  compose: (b, [q, k, v], [causal], [scale]) => {
    const scores = scoresOf(b, q!, k!, causal!, scale!);
    const greatest = b.reduce("max", scores, [2], true);
    const e = b.unary("exp", b.binary("sub", scores, greatest));
    const sum = b.reduce("sum", e, [2], true);
    const logs = b.binary("add", greatest, b.unary("log", sum));
    return [weighted(b, b.binary("div", e, sum), v!), b.reshape(logs, q!.shape.slice(0, 3))];
  },
  js: ([q, k, v], [y, logs], [causal], [scale]) => {
    const width = v!.dims[3]!;
    eachQuery(q!, k!, causal!, scale!, (query, keys, scores) => {
      const greatest = Math.max(...scores);
      const sum = scores.reduce((total, score) => total + Math.exp(score - greatest), 0);
      if (logs) logs.data[query] = greatest + Math.log(sum);
      for (let f = 0; y && f < width; f++)
        y.data[query * width + f] = scores.reduce(
          (total, score, j) => total + (Math.exp(score - greatest) / sum) * v!.data[keys[j]! * width + f]!,
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
  strided: () => [EACH, EACH, EACH, EACH, EACH, EACH],
  cpp: { run: "attentionBackward", check: "checkAttentionBackward", scratch: "attentionBackwardScratch" },
  compose: (b, [g, q, k, v, y, logs], [causal], [scale]) => {
    const [n, l, h] = q!.shape as [number, number, number];
    const scores = scoresOf(b, q!, k!, causal!, scale!);
    const weights = b.unary("exp", b.binary("sub", scores, b.reshape(logs!, [n, l, 1, h])));
    const mean = b.reshape(b.reduce("sum", b.binary("mul", g!, y!), [3], true), [n, l, 1, h]);
    const slopes = b.binary("mul", weights, b.binary("sub", productOf(b, g!, v!), mean));
    const scaled = b.binary("mul", slopes, b.cast(scale!, q!.dtype));
    return [weighted(b, scaled, k!), gathered(b, scaled, q!), gathered(b, weights, g!)];
  },
  js: ([g, q, k, v, y, logs], [dq, dk, dv], [causal], [scale]) => {
    const width = v!.dims[3]!;
    const size = q!.dims[3]!;
    eachQuery(q!, k!, causal!, scale!, (query, keys, scores) => {
      const row = g!.data.subarray(query * width, (query + 1) * width);
      const mean = row.reduce((sum, value, f) => sum + value * y!.data[query * width + f]!, 0);
      scores.forEach((score, j) => {
        const key = keys[j]!;
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
