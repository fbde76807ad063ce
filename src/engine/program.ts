/**
 * The language between the planner and an engine: a program is a list of kernels over buffers.
 *
 * The planner (`graph/`) decides what is fused and where results live; an engine only executes. Nothing here
 * knows about tensors, gradients or JavaScript values. Shapes and strides are counted in elements, offsets in bytes.
 */
import type { DTypeName } from "../primitives/dtypes.js";
import type { BinaryOp, UnaryOp } from "../primitives/elementwise.js";
import type { KernelOp } from "../primitives/kernels.js";
import type { ReduceOp } from "../primitives/reductions.js";

/**
 * Where a buffer lives: `external >= 0` names one of the buffers handed over at every run (inputs and results),
 * `external === -1` is the arena, scratch memory that belongs to the engine and holds nothing between runs.
 */
export interface Place {
  readonly external: number;
  /** Byte offset from the start of that buffer. */
  readonly offset: number;
}

/** A strided view that a kernel reads or writes: one stride per dimension of the kernel's iteration space; 0 broadcasts. */
export interface View extends Place {
  readonly dtype: DTypeName;
  readonly strides: readonly number[];
}

/**
 * One step of an elementwise body, in static single assignment: instruction i defines value i, and operands are
 * numbers of earlier values. `dtype` is the type of the result; for comparisons the operands share a type of their own.
 */
export type Instruction =
  /** Element of loads[index] at the current point. */
  | { readonly kind: "load"; readonly index: number; readonly dtype: DTypeName }
  /** scalars[index] of this run, converted to dtype. */
  | { readonly kind: "scalar"; readonly index: number; readonly dtype: DTypeName }
  /** Row-major number of the current point in the iteration space (for arange, eye, dropout masks). */
  | { readonly kind: "index"; readonly dtype: DTypeName }
  /** Coordinate of the current point along dimension `dim`. */
  | { readonly kind: "coordinate"; readonly dim: number; readonly dtype: DTypeName }
  /**
   * Philox4x32-10 keyed by scalars[key] (seed, an integer below 2^53) with counter scalars[key + 1] (stream position,
   * an integer below 2^53) plus the row-major number of the point. Uniform in [0, 1), or standard normal by Box-Muller.
   * Depends on nothing else, so every engine and thread count draws the same numbers; cpu/native/philox.h has the exact mapping.
   */
  | {
      readonly kind: "random";
      readonly distribution: "uniform" | "normal";
      readonly key: number;
      readonly dtype: DTypeName;
    }
  | { readonly kind: "unary"; readonly op: UnaryOp; readonly a: number; readonly dtype: DTypeName }
  | {
      readonly kind: "binary";
      readonly op: BinaryOp;
      readonly a: number;
      readonly b: number;
      readonly dtype: DTypeName;
    }
  | {
      readonly kind: "select";
      readonly condition: number;
      readonly a: number;
      readonly b: number;
      readonly dtype: DTypeName;
    }
  | { readonly kind: "cast"; readonly a: number; readonly dtype: DTypeName }
  /** In an epilogue: result `index` of the reduction, or (index 0) the matrix product's element. */
  | { readonly kind: "result"; readonly index: number; readonly dtype: DTypeName };

export interface Store {
  readonly view: View;
  /** Number of the value that is stored. */
  readonly value: number;
}

/** An elementwise program over an iteration space. */
export interface Body {
  readonly loads: readonly View[];
  readonly code: readonly Instruction[];
}

/**
 * For every point of `dims`: run `body`, write `stores`. Several stores are allowed; strided stores write into slices.
 * In every kernel a store may lie over a load (of a reduction or product: of the epilogue) only with the same place, dtype and
 * strides, which is an update in place; any other overlap of what a kernel reads and writes is undefined.
 */
export interface MapKernel {
  readonly kind: "map";
  readonly dims: readonly number[];
  readonly body: Body;
  readonly stores: readonly Store[];
}

/**
 * For every point of the kept dims, run `body` over the reduced dims and fold; then run `epilogue` (its views have one
 * stride per kept dim) and write `stores` over the kept dims. Empty reductions give the identity.
 * float32 sums must be at least as exact as pairwise summation.
 */
export interface ReduceKernel {
  readonly kind: "reduce";
  /** Kept dims first, then the reduced ones. Views of `body` have kept.length + reduced.length strides. */
  readonly kept: readonly number[];
  readonly reduced: readonly number[];
  /**
   * How many of the last kept dims lie inside the reduced ones in the folded value's own order. What is added in which order follows from
   * this and the sizes alone, so bits depend neither on strides nor on what else the body computes.
   */
  readonly inside: number;
  readonly body: Body;
  readonly folds: readonly { readonly op: ReduceOp; readonly value: number; readonly dtype: DTypeName }[];
  readonly epilogue: Body;
  readonly stores: readonly Store[];
}

/**
 * C[..., m, n] = sum over k of A[..., m, k] * B[..., k, n], then `epilogue` over dims [...batch, m, n] with `result` 0 as
 * the product's element, and `stores`. Any strides: a transposed operand is a view. Several stores are allowed.
 */
export interface MatmulKernel {
  readonly kind: "matmul";
  readonly batch: readonly number[];
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly dtype: DTypeName;
  /** Strides [...batch, m, k]. */
  readonly a: View;
  /** Strides [...batch, k, n]. */
  readonly b: View;
  readonly epilogue: Body;
  readonly stores: readonly Store[];
}

/** A strided view with dims of its own. */
export interface ShapedView extends View {
  readonly dims: readonly number[];
}

/**
 * A kernel of primitives/kernels.ts, whose row says what it computes, and which operands may be strided. It writes only the results that
 * somebody wants, the others are null. What a row updates is an operand that lies where the result does.
 */
export interface CallKernel {
  readonly kind: "call";
  readonly primitive: KernelOp;
  readonly operands: readonly ShapedView[];
  readonly results: readonly (ShapedView | null)[];
  readonly attributes: readonly number[];
  /** Their numbers among the scalars of the run. */
  readonly scalars: readonly number[];
}

export type Kernel = MapKernel | ReduceKernel | MatmulKernel | CallKernel;

export interface External {
  readonly bytes: number;
  /** An engine whose memory is not JavaScript's copies "in" before and "out" after a run. */
  readonly access: "in" | "out" | "inout";
}

/** Kernels run in order. An engine may run independent points of one kernel on many threads, never fold in another order. */
export interface Program {
  readonly externals: readonly External[];
  readonly scalars: number;
  readonly arenaBytes: number;
  readonly kernels: readonly Kernel[];
  /**
   * Number of the first kernel that writes what could be read before the run and outlives it; `kernels.length` when there is none.
   * A run may be stopped before this kernel and then has changed nothing; from here on it runs to its end. At most `commitOf`.
   */
  readonly commit: number;
}

/** The latest commit that a program may have: its first kernel that writes an "inout" external. */
export function commitOf(externals: readonly External[], kernels: readonly Kernel[]): number {
  const first = kernels.findIndex((kernel) =>
    writtenBy(kernel).some(({ external }) => external >= 0 && externals[external]?.access === "inout"),
  );
  return first < 0 ? kernels.length : first;
}

/** Where a kernel writes. */
function writtenBy(kernel: Kernel): readonly Place[] {
  if (kernel.kind === "call") return kernel.results.filter((result) => result !== null);
  return kernel.stores.map(({ view }) => view);
}
