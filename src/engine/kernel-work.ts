/** How much a kernel computes and moves, from its shapes alone: what its time is compared with. */
import { dtypeBytes } from "../primitives/dtypes.js";
import { type KernelOp, kernels } from "../primitives/kernels.js";
import type { Body, CallKernel, Kernel, View } from "./program.js";

export interface KernelWork {
  /**
   * Floating-point operations: a multiplication with an addition are two, any elementwise function one. Null for kernels whose number depends on
   * more than shapes, or is not known here.
   */
  readonly operations: number | null;
  /** Bytes of the elements that are read and written, each counted once whatever the caches do. */
  readonly bytes: number;
}

export function workOf(kernel: Kernel): KernelWork {
  switch (kernel.kind) {
    case "map":
      return {
        operations: product(kernel.dims) * arithmeticOf(kernel.body),
        bytes: bytesOf(kernel.body.loads, kernel.dims) + bytesOf(viewsOf(kernel.stores), kernel.dims),
      };
    case "reduce": {
      const { kept, reduced, body, epilogue, folds, stores } = kernel;
      const all = [...kept, ...reduced];
      return {
        operations:
          product(all) * (arithmeticOf(body) + folds.length) + product(kept) * arithmeticOf(epilogue),
        bytes: bytesOf(body.loads, all) + bytesOf([...epilogue.loads, ...viewsOf(stores)], kept),
      };
    }
    case "matmul": {
      const { batch, m, n, k, a, b, epilogue, stores } = kernel;
      const dims = [...batch, m, n];
      return {
        operations: product(dims) * (2 * k + arithmeticOf(epilogue)),
        bytes:
          bytesOf([a], [...batch, m, k]) +
          bytesOf([b], [...batch, k, n]) +
          bytesOf([...epilogue.loads, ...viewsOf(stores)], dims),
      };
    }
    case "call":
      return {
        operations: convolutionWork(kernel),
        bytes: [...kernel.operands, ...kernel.results]
          .filter((view) => view !== null)
          .reduce((sum, view) => sum + bytesOf([view], view.dims), 0),
      };
    default:
      return kernel satisfies never;
  }
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((size, each) => size * each, 1);
}

function viewsOf(stores: readonly { readonly view: View }[]): View[] {
  return stores.map(({ view }) => view);
}

/** Dims along which a view stands still are read once. */
function bytesOf(views: readonly View[], dims: readonly number[]): number {
  return views.reduce((sum, { dtype, strides }) => {
    const elements = product(dims.filter((_, i) => strides[i] !== 0));
    return sum + elements * dtypeBytes[dtype];
  }, 0);
}

/** Floating-point instructions of a body for each point. */
function arithmeticOf({ code }: Body): number {
  return code.filter(({ kind, dtype }) => (kind === "unary" || kind === "binary") && dtype.includes("float"))
    .length;
}

/** Of the three kernels of convolution: each element of y takes a multiplication with an addition for each weight of its channel. */
function convolutionWork({ primitive, operands, results }: CallKernel): number | null {
  const convolutions: readonly KernelOp[] = ["convolution", "convolutionInput", "convolutionWeight"];
  if (!convolutions.includes(primitive)) return null;
  const row = kernels[primitive];
  const names: readonly string[] = [...row.operands, ...row.results];
  const dimsOf = (name: string): readonly number[] =>
    [...operands, ...results][names.indexOf(name)]?.dims ?? [];
  const [, ...weights] = dimsOf("w");
  return 2 * product(dimsOf("y")) * product(weights);
}
