/** How much a kernel computes and moves, from its shapes alone: what its time is compared with. */
import { dtypeBytes } from "../primitives/dtypes.js";
import { type KernelOp, kernels } from "../primitives/kernels.js";
import type { Body, CallKernel, Kernel, Store, View } from "./program.js";

export interface KernelWork {
  /**
   * Floating-point operations: a multiplication with an addition are two, any elementwise function one. Null for kernels whose number depends on
   * more than shapes, or is not known here.
   */
  readonly operations: number | null;
  /** Bytes of the elements that are read and written, each counted once whatever the caches do. */
  readonly bytes: number;
}

/** A view, and the sizes of the space in which a kernel goes through it. */
export interface Access {
  readonly view: View;
  readonly dims: readonly number[];
}

export function workOf(kernel: Kernel): KernelWork {
  const { reads, writes } = accessesOf(kernel);
  const bytes = [...reads, ...writes].reduce((sum, access) => sum + bytesOf(access), 0);
  return { operations: operationsOf(kernel), bytes };
}

function operationsOf(kernel: Kernel): number | null {
  switch (kernel.kind) {
    case "map":
      return product(kernel.dims) * arithmeticOf(kernel.body);
    case "reduce": {
      const { kept, reduced, body, epilogue, folds } = kernel;
      const points = product([...kept, ...reduced]);
      return points * (arithmeticOf(body) + folds.length) + product(kept) * arithmeticOf(epilogue);
    }
    case "matmul": {
      const { batch, m, n, k, epilogue } = kernel;
      return product([...batch, m, n]) * (2 * k + arithmeticOf(epilogue));
    }
    case "call":
      return callWork(kernel);
    default:
      return kernel satisfies never;
  }
}

/** What a kernel reads and writes. */
export function accessesOf(kernel: Kernel): {
  readonly reads: readonly Access[];
  readonly writes: readonly Access[];
} {
  switch (kernel.kind) {
    case "map":
      return { reads: over(kernel.dims, kernel.body.loads), writes: storesOver(kernel.dims, kernel.stores) };
    case "reduce": {
      const { kept, reduced, body, epilogue, stores } = kernel;
      const reads = [...over([...kept, ...reduced], body.loads), ...over(kept, epilogue.loads)];
      return { reads, writes: storesOver(kept, stores) };
    }
    case "matmul": {
      const { batch, m, n, k, a, b, epilogue, stores } = kernel;
      const dims = [...batch, m, n];
      const operands = [...over([...batch, m, k], [a]), ...over([...batch, k, n], [b])];
      return { reads: [...operands, ...over(dims, epilogue.loads)], writes: storesOver(dims, stores) };
    }
    case "call":
      return {
        reads: kernel.operands.map((view) => ({ view, dims: view.dims })),
        writes: kernel.results.filter((view) => view !== null).map((view) => ({ view, dims: view.dims })),
      };
    default:
      return kernel satisfies never;
  }
}

function over(dims: readonly number[], views: readonly View[]): Access[] {
  return views.map((view) => ({ view, dims }));
}

function storesOver(dims: readonly number[], stores: readonly Store[]): Access[] {
  return stores.map(({ view }) => ({ view, dims }));
}

/** Bytes of the elements. Dims along which a view stands still have one. */
export function bytesOf({ view, dims }: Access): number {
  const { strides, dtype } = view;
  return product(dims.filter((_, i) => strides[i] !== 0)) * dtypeBytes[dtype];
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((size, each) => size * each, 1);
}

/** Floating-point instructions of a body for each point. */
function arithmeticOf({ code }: Body): number {
  return code.filter(({ kind, dtype }) => (kind === "unary" || kind === "binary") && dtype.includes("float"))
    .length;
}

/** Sizes of an operand or a result by its name. */
type DimsOf = (name: string) => readonly number[];

/** Each element of y takes a multiplication with an addition for each weight of its channel. */
function convolutionProducts(dims: DimsOf): number {
  const [, ...weights] = dims("w");
  return product(dims("y")) * product(weights);
}

/** Pairs of queries and keys: `causal` lets query i see keys 0 to i. */
function attentionPairs(dims: DimsOf, [causal]: readonly number[]): number {
  const [n, queries, heads] = dims("q") as [number, number, number, number];
  const keys = dims("k")[1]!;
  if (causal !== 1) return n * heads * queries * keys;
  const whole = Math.min(queries, keys);
  return n * heads * ((whole * (whole + 1)) / 2 + (queries - whole) * keys);
}

/** Scores over the features of k, weighted sums over those of v. */
function attentionProducts(dims: DimsOf, attributes: readonly number[]): number {
  return attentionPairs(dims, attributes) * (dims("k")[3]! + dims("v")[3]!);
}

/** Scores once more and dq and dk over the features of k; slopes of the weights and dv over those of v. */
function attentionBackwardProducts(dims: DimsOf, attributes: readonly number[]): number {
  return attentionPairs(dims, attributes) * (3 * dims("k")[3]! + 2 * dims("v")[3]!);
}

/** At each time each example meets all weights of the hidden state; `states` has times and examples first. */
function recurrentProducts(states: string): (dims: DimsOf) => number {
  return (dims) => product(dims(states).slice(0, 2)) * product(dims("w"));
}

/** Multiplications with an addition of kernels whose work is mostly these; sigmoids, exponentials and maxima beside them are not counted. */
const products: Partial<Record<KernelOp, (dims: DimsOf, attributes: readonly number[]) => number>> = {
  convolution: convolutionProducts,
  convolutionInput: convolutionProducts,
  convolutionWeight: convolutionProducts,
  attention: attentionProducts,
  attentionBackward: attentionBackwardProducts,
  rnn: recurrentProducts("x"),
  rnnBackward: recurrentProducts("dy"),
  lstm: recurrentProducts("x"),
  lstmBackward: recurrentProducts("dy"),
  gru: recurrentProducts("x"),
  gruBackward: recurrentProducts("dy"),
};

function callWork({ primitive, operands, results, attributes }: CallKernel): number | null {
  const count = products[primitive];
  if (count === undefined) return null;
  const row = kernels[primitive];
  const names: readonly string[] = [...row.operands, ...row.results];
  const dims: DimsOf = (name) => [...operands, ...results][names.indexOf(name)]?.dims ?? [];
  return 2 * count(dims, attributes);
}
