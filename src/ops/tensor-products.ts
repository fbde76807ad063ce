/**
 * Products of tensors that are no single matrix product: over several dims, of all pairs, of chains, across.
 */
import type { Tensor } from "../tensor/core.js";
import { operation } from "../tensor/operation.js";
import { checkBroadcast, formatShape, normalizeDim, sizeOf } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import { takes } from "../tensor/signature.js";
import { mul, sub } from "./arithmetic.js";
import { fused } from "./fused.js";
import { stack } from "./join.js";
import { matmul, withRank } from "./matmul.js";
import { broadcastTo, permute, reshape, select } from "./movement.js";
import { checkTensor } from "./operand.js";
import { sumDims } from "./reduce.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The products of all pairs of two vectors: [M] and [N] → [M, N] (`torch.outer`). */
    outer(other: Tensor): Tensor;
    /** Another name of `outer` (`torch.ger`). */
    ger(other: Tensor): Tensor;
    /** Sums of products over the last dims: [..., K] and [..., K] → [..., ...]; of a number the plain product (`torch.inner`). */
    inner(other: Tensor): Tensor;
    /** The Kronecker product: each element of this times the whole of the other (`torch.kron`). */
    kron(other: Tensor): Tensor;
    /** The cross product along a dim of size 3, which is the first such dim unless given (`torch.cross`). */
    cross(other: Tensor, dim?: number | null): Tensor;
    cross(other: Tensor, options: { dim?: number | null }): Tensor;
  }
}

function outerOf(name: string, a: Tensor, b: Tensor): Tensor {
  checkTensor(name, b);
  if (a.ndim !== 1 || b.ndim !== 1)
    throw new Error(`${name}: ${formatShape(a.shape)} and ${formatShape(b.shape)}: expected two vectors`);
  return mul(reshape(a, [a.numel(), 1]), b);
}

export const outer = operation("outer", "vec2 |", (a, b) => outerOf("outer", a, b));
operation("ger", "vec2 |", (a, b) => outerOf("ger", a, b));

operation("inner", "other |", (a, b) => {
  checkTensor("inner", b);
  if (a.ndim === 0 || b.ndim === 0) return mul(a, b);
  if (a.shape.at(-1) !== b.shape.at(-1)) {
    throw new Error(
      `inner: ${formatShape(a.shape)} and ${formatShape(b.shape)}: last sizes ${a.shape.at(-1)} and ${b.shape.at(-1)} differ`,
    );
  }
  return tensordot(a, b, [[-1], [-1]]);
});

operation("kron", "other |", (a, b) => {
  checkTensor("kron", b);
  const rank = Math.max(a.ndim, b.ndim);
  const sizes = ({ shape }: Tensor) => [...new Array<number>(rank - shape.length).fill(1), ...shape];
  const [m, n] = [sizes(a), sizes(b)];
  const left = reshape(
    a,
    m.flatMap((size) => [size, 1]),
  );
  const right = reshape(
    b,
    n.flatMap((size) => [1, size]),
  );
  return reshape(
    mul(left, right),
    m.map((size, i) => size * n[i]!),
  );
});

/** Sizes that broadcast against one another. */
function broadcastOf(name: string, a: Shape, b: Shape): Shape {
  checkBroadcast(name, a, b);
  const rank = Math.max(a.length, b.length);
  const at = (shape: Shape, i: number) => shape[shape.length - rank + i] ?? 1;
  return Array.from({ length: rank }, (_, i) => (at(a, i) === 1 ? at(b, i) : at(a, i)));
}

function crossAlong(name: string, x: Tensor, y: Tensor, dim: number): Tensor {
  const shape = broadcastOf(name, x.shape, y.shape);
  const d = normalizeDim(name, dim, shape.length);
  if (x.shape[d] !== 3 || y.shape[d] !== 3 || x.shape.length !== y.shape.length) {
    throw new Error(
      `${name}: ${formatShape(x.shape)} and ${formatShape(y.shape)}: expected the same number of dims, and size 3 of dim ${d}`,
    );
  }
  const at = (t: Tensor) => {
    const whole = broadcastTo(name, t, shape);
    return [0, 1, 2].map((i) => select(whole, d, i)) as [Tensor, Tensor, Tensor];
  };
  return fused([x, y], (u, v) => {
    const [a, b] = [at(u), at(v)];
    const part = (i: 0 | 1 | 2, j: 0 | 1 | 2) => sub(mul(a[i], b[j]), mul(a[j], b[i]));
    return stack([part(1, 2), part(2, 0), part(0, 1)], d);
  });
}

operation("cross", "other, dim |", (x: Tensor, y: Tensor, dim?: number | null): Tensor => {
  checkTensor("cross", y);
  if (dim !== undefined && dim !== null) return crossAlong("cross", x, y, dim);
  const first = broadcastOf("cross", x.shape, y.shape).indexOf(3);
  if (first < 0)
    throw new Error(`cross: no dim of ${formatShape(x.shape)} and ${formatShape(y.shape)} has size 3`);
  return crossAlong("cross", x, y, first);
});

/** The cross product along a dim of size 3, the last one unless given; the others broadcast (`torch.linalg.cross`). */
export const cross = takes<(x: Tensor, other: Tensor, options?: { dim?: number }) => Tensor>(
  "cross",
  "x, other | *, dim",
  (x: Tensor, y: Tensor, { dim = -1 }: { dim?: number } = {}) => {
    checkTensor("cross", x);
    checkTensor("cross", y);
    return crossAlong("cross", x, y, dim);
  },
);

/** Σ xᵢ · yᵢ along a dim, the last one unless given; the others broadcast (`torch.linalg.vecdot`). */
export const vecdot = takes<(x: Tensor, y: Tensor, options?: { dim?: number }) => Tensor>(
  "vecdot",
  "x, y | *, dim",
  (x: Tensor, y: Tensor, { dim = -1 }: { dim?: number } = {}) => {
    checkTensor("vecdot", x);
    checkTensor("vecdot", y);
    return fused([x, y], (a, b) => {
      const products = mul(a, b);
      return sumDims(products, [normalizeDim("vecdot", dim, products.ndim)], false);
    });
  },
);

/** How many dims at the end of the one and at the beginning of the other, or which of each. */
export type ContractedDims = number | readonly [readonly number[], readonly number[]];

/**
 * Sums of products over several dims (`torch.tensordot`): the last `dims` of a and the first of b, two unless given, or the listed ones of
 * each; dims of size 1 broadcast.
 * @throws Error when their sizes differ.
 */
export const tensordot: {
  (a: Tensor, b: Tensor, dims?: ContractedDims): Tensor;
  (a: Tensor, b: Tensor, options: { dims?: ContractedDims }): Tensor;
} = takes("tensordot", "a, b, dims |", (a: Tensor, b: Tensor, dims: ContractedDims = 2) => {
  checkTensor("tensordot", a);
  checkTensor("tensordot", b);
  if (typeof dims === "number" && (!Number.isInteger(dims) || dims < 0 || dims > Math.min(a.ndim, b.ndim)))
    throw new RangeError(`tensordot: expected dims from 0 to ${Math.min(a.ndim, b.ndim)}, got ${dims}`);
  const [left, right] =
    typeof dims === "number"
      ? [Array.from({ length: dims }, (_, i) => a.ndim - dims + i), Array.from({ length: dims }, (_, i) => i)]
      : [
          dims[0].map((d) => normalizeDim("tensordot", d, a.ndim)),
          dims[1].map((d) => normalizeDim("tensordot", d, b.ndim)),
        ];
  if (left.length !== right.length)
    throw new Error(`tensordot: ${left.length} dims of the first tensor and ${right.length} of the second`);
  const rest = (x: Tensor, used: readonly number[]) =>
    x.shape.map((_, d) => d).filter((d) => !used.includes(d));
  let [x, y] = [a, b];
  left.forEach((d, i) => {
    const [m, n] = [x.shape[d]!, y.shape[right[i]!]!];
    if (m !== n && m !== 1 && n !== 1)
      throw new Error(`tensordot: dim ${d} of size ${m} and dim ${right[i]} of size ${n} differ`);
    if (m === 1 && n !== 1) y = sumDims(y, [right[i]!], true);
    if (n === 1 && m !== 1) x = sumDims(x, [d], true);
  });
  const [rows, columns] = [rest(x, left), rest(y, right)];
  const sizes = (t: Tensor, list: readonly number[]) => list.map((d) => t.shape[d]!);
  const k = sizeOf(sizes(x, left));
  const [m, n] = [sizes(x, rows), sizes(y, columns)];
  const product = matmul(
    reshape(permute(x, [...rows, ...left]), [sizeOf(m), k]),
    reshape(permute(y, [...right, ...columns]), [k, sizeOf(n)]),
  );
  return reshape(product, [...m, ...n]);
});

/** The cheapest order of the products of a chain: for each part of it where to cut. */
function cheapestCuts(sizes: readonly number[]): readonly (readonly number[])[] {
  const n = sizes.length - 1;
  const cost = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  const cuts = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  for (let length = 1; length < n; length++) {
    for (let i = 0; i + length < n; i++) {
      const j = i + length;
      cost[i]![j] = Infinity;
      for (let k = i; k < j; k++) {
        const all = cost[i]![k]! + cost[k + 1]![j]! + sizes[i]! * sizes[k + 1]! * sizes[j + 1]!;
        if (all < cost[i]![j]!) {
          cost[i]![j] = all;
          cuts[i]![j] = k;
        }
      }
    }
  }
  return cuts;
}

function chained(name: string, list: readonly Tensor[]): Tensor {
  const sizes = [...list.map((x) => x.shape[0]!), list.at(-1)!.shape[1]!];
  const cuts = cheapestCuts(sizes);
  const part = (i: number, j: number): Tensor => {
    if (i === j) return list[i]!;
    const k = cuts[i]![j]!;
    return withRank(name, part(i, k), part(k + 1, j), 2, 2);
  };
  return part(0, list.length - 1);
}

/** The product of several matrices, in the order that costs least (`torch.chain_matmul`). */
export function chainMatmul(...matrices: readonly Tensor[]): Tensor {
  matrices.forEach((x) => {
    checkTensor("chainMatmul", x);
    if (x.ndim !== 2) throw new Error(`chainMatmul: expected matrices, got shape ${formatShape(x.shape)}`);
  });
  if (matrices.length === 0) throw new Error("chainMatmul: expected at least one matrix");
  return matrices.length === 1 ? matrices[0]! : chained("chainMatmul", matrices);
}

/** The product of several matrices, in the order that costs least; the first may be a row, the last a column, each as a vector (`torch.linalg.multi_dot`). */
export function multiDot(tensors: readonly Tensor[]): Tensor {
  if (!Array.isArray(tensors) || tensors.length < 2)
    throw new Error("multiDot: expected a list of at least two tensors");
  tensors.forEach((x: Tensor, i) => {
    checkTensor("multiDot", x);
    const isEnd = i === 0 || i === tensors.length - 1;
    if (x.ndim !== 2 && !(isEnd && x.ndim === 1)) {
      throw new Error(
        `multiDot: tensor ${i} has shape ${formatShape(x.shape)}, expected a matrix${isEnd ? " or a vector" : ""}`,
      );
    }
  });
  const [first, last] = [tensors[0]! as Tensor, tensors.at(-1)! as Tensor];
  const matrices = (tensors as readonly Tensor[]).map((x, i) =>
    x.ndim === 2 ? x : reshape(x, i === 0 ? [1, x.numel()] : [x.numel(), 1]),
  );
  const product = chained("multiDot", matrices);
  return reshape(product, [
    ...(first.ndim === 1 ? [] : [product.shape[0]!]),
    ...(last.ndim === 1 ? [] : [product.shape[1]!]),
  ]);
}
