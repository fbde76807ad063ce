/**
 * Random graphs for property tests: a seed gives the same graph each time.
 */
import {
  binary,
  cast,
  concat,
  expand,
  flip,
  gather,
  iota,
  leaf,
  matmul,
  pad,
  permute,
  random,
  reduce,
  reshape,
  scalar,
  scatterAdd,
  select,
  slice,
  take,
  takeAdd,
  unary,
} from "../../src/graph/record/build.js";
import type { Node } from "../../src/graph/record/node.js";
import { given } from "./values.js";

/** A small generator of pseudo-random numbers in [0, 1) (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

const smoothUnary = ["neg", "abs", "tanh", "sigmoid", "sin", "cos"] as const;
const smoothBinary = ["add", "sub", "mul", "max", "min"] as const;
const shapes: readonly (readonly number[])[] = [[4, 6], [3, 4, 2], [6], [2, 3, 4], [1, 6], [4, 1], [24], []];

/** The leaves that a graph is built on, shared by all graphs of a test. */
export function randomLeaves(seed: number): Node[] {
  const next = generator(seed);
  return shapes.map((shape) => {
    const size = shape.reduce((product, n) => product * n, 1);
    return given(
      Array.from({ length: size }, () => 2 * next() - 1),
      shape,
    );
  });
}

/** A graph of about `length` operations over fresh copies of the leaves; returns its results. */
export function randomGraph(seed: number, leaves: readonly Node[], length: number): Node[] {
  const next = generator(seed);
  const below = (n: number): number => Math.floor(next() * n);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const pool: Node[] = leaves.map((node) => leaf(node.storage!, node.dtype, node.shape));
  const some = (): Node =>
    next() < 0.6 ? pool[pool.length - 1 - below(Math.min(6, pool.length))]! : pick(pool);

  const index = (size: number, shape: readonly number[]): Node => {
    const count = shape.reduce((product, n) => product * n, 1);
    return given(
      Array.from({ length: count }, () => below(2 * size) - size),
      shape,
      "int32",
    );
  };

  /** An operand of the same shape, or one that broadcasts into it. */
  const partner = (node: Node): Node => {
    const fitting = pool.filter((other) => {
      const lead = node.shape.length - other.shape.length;
      return lead >= 0 && other.shape.every((size, i) => size === 1 || size === node.shape[lead + i]);
    });
    return next() < 0.2 ? scalar(2 * next() - 1, "float32") : pick(fitting);
  };

  const operation = (): Node => {
    const a = some();
    const rank = a.shape.length;
    const dim = below(Math.max(1, rank));
    switch (below(20)) {
      case 0:
      case 1:
        return unary(pick(smoothUnary), a);
      case 2:
      case 3:
      case 4:
      case 5:
        return binary(pick(smoothBinary), a, partner(a));
      case 6:
        return select(binary("lt", a, partner(a)), partner(a), a);
      case 7:
        return cast(cast(binary("gt", a, scalar(0, "float32")), "int32"), "float32");
      case 8:
      case 9: {
        if (rank === 0) return unary("neg", a);
        const dims = rank > 1 && next() < 0.3 ? [...a.shape.keys()] : [dim];
        return reduce(pick(["sum", "max", "min"] as const), a, dims, next() < 0.5);
      }
      case 10: {
        const order = [...a.shape.keys()].sort(() => next() - 0.5);
        return permute(a, order);
      }
      case 11: {
        if (a.size === 24)
          return reshape(a, pick([[24], [4, 6], [6, 4], [2, 3, 4], [3, 4, 2], [2, 12], [2, 2, 6]]));
        return reshape(a, next() < 0.5 ? [a.size] : [1, ...a.shape]);
      }
      case 12:
        return a.size > 100 ? unary("tanh", a) : expand(a, [2, ...a.shape]);
      case 13: {
        if (rank === 0) return unary("neg", a);
        const start = below(a.shape[dim]!);
        const backwards = next() < 0.3;
        const size = backwards ? start + 1 : a.shape[dim]! - start;
        return slice(
          a,
          a.shape.map((_, i) => (i === dim ? start : 0)),
          a.shape.map((n, i) => (i === dim ? size : n)),
          a.shape.map((_, i) => (i === dim && backwards ? -1 : 1)),
        );
      }
      case 14:
        return rank === 0 ? a : flip(a, [dim]);
      case 15: {
        if (rank === 0 || a.size > 100) return unary("sin", a);
        return pad(
          a,
          a.shape.map((_, i) => (i === dim ? below(2) : 0)),
          a.shape.map(() => below(2)),
          pick([0, 0.5]),
        );
      }
      case 16: {
        if (rank === 0 || a.size > 100) return unary("cos", a);
        const same = pool.filter(
          (other) =>
            other.shape.length === rank && other.shape.every((n, i) => i === dim || n === a.shape[i]),
        );
        return concat([a, pick(same), pick(same)], dim);
      }
      case 17: {
        if (rank < 2) return binary("add", a, iota(a.shape, "float32"));
        const k = a.shape[rank - 1]!;
        const right = pool.filter((other) => other.shape.length === 2 && other.shape[0] === k);
        return right.length === 0 ? matmul(a, permute(a, swapLast(rank))) : matmul(a, pick(right));
      }
      case 18: {
        if (rank === 0) return unary("tanh", a);
        const size = a.shape[dim]!;
        if (next() < 0.5) return a.size > 100 ? a : take(a, dim, index(size, [2, 2]));
        return gather(a, dim, index(size, a.shape.with(dim, 1 + below(3))));
      }
      default: {
        if (rank === 0) return random("uniform", [3], "float32", 5, below(100));
        const size = a.shape[dim]!;
        if (next() < 0.3) return binary("mul", a, random("uniform", a.shape, "float32", 7, below(100)));
        if (next() < 0.5) {
          const source = index(size, a.shape);
          return scatterAdd(a, dim, source, cast(source, "float32"));
        }
        return takeAdd(a, dim, index(size, [size]), a);
      }
    }
  };

  for (let i = 0; i < length; i++) {
    const node = operation();
    if (node.size <= 2000 && node.shape.length <= 6) pool.push(node);
  }
  const made = pool.slice(leaves.length);
  return [...made.slice(-2), pick(made)];
}

function swapLast(rank: number): number[] {
  const order = Array.from({ length: rank }, (_, i) => i);
  order[rank - 1] = rank - 2;
  order[rank - 2] = rank - 1;
  return order;
}
