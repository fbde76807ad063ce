/** What a subgraph computes, as its instances and the planner see it: types alone. How one is made is in subgraph.ts. */
import type { DTypeName } from "../../primitives/dtypes.js";

/** What one node inside computes. The operands of the whole are numbered first, then come the steps. */
export interface Step {
  readonly code: number;
  readonly dtype: DTypeName;
  /** Null: that of the instance. */
  readonly shape: readonly number[] | null;
  readonly size: number;
  readonly inputs: readonly number[];
  readonly attributes: readonly number[];
  /** A number that is the same for all instances. */
  readonly constant: number | null;
}

/** One result, which instances have a node for. */
export interface Result {
  /** Of what computes it. */
  readonly number: number;
  readonly code: number;
  readonly dtype: DTypeName;
  readonly shape: readonly number[];
  readonly size: number;
  readonly attributes: readonly number[];
}

/** A recorded part of a graph. */
export interface Steps {
  readonly steps: readonly Step[];
  readonly results: readonly Result[];
}
