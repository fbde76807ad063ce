/** What is to be planned. */
import type { Node } from "../record/node.js";
import type { KernelOp } from "../../primitives/kernels.js";

/** A graph as a walk has seen it, and what is wanted of it. */
export interface Request {
  readonly nodes: readonly Node[];
  readonly roots: readonly Node[];
  /** The first so many roots are new values of variables. */
  readonly updates: number;
  /** For each update the position in `nodes` of the leaf that it may overwrite, or -1. */
  readonly overwritable: readonly number[];
  readonly scalars: number;
  readonly fusing: boolean;
  /** Those that the engine has. */
  readonly kernels: ReadonlySet<KernelOp>;
  /** Whether it is to be told what each kernel computes. */
  readonly watched: boolean;
}
