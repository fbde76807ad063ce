/** The rows of a profile, and their sums. */
import type { Pass } from "../../graph/record/provenance.js";

/** Kernels of one kind that come of the same operations of a line. All numbers are those of one step. */
export interface ProfileRow {
  /** Operations that the kernel computes, the heaviest first: "matmul + add + max"; "outside kernels" for the rest of the step. */
  readonly operation: string;
  /** Path and class of the layer in `options.model`, such as "0: Conv2d"; "optimizer" for its updates, "" outside of both. */
  readonly layer: string;
  /** The user's line that recorded the operation, such as "Cell [3]:7"; of a gradient that of the forward operation. "" where it is not known. */
  readonly line: string;
  readonly pass: Pass | "";
  readonly kernel: "map" | "reduce" | "matmul" | "call" | "";
  readonly calls: number;
  readonly milliseconds: number;
  /** Of the step's time, from 0 to 1. */
  readonly share: number;
  /** Floating-point operations, a multiplication with an addition being two; null where their number is not known. */
  readonly operations: number | null;
  /** Billions of these a second, and that as a share of the measured peak, from 0 to 1. */
  readonly gigaflops: number | null;
  readonly peakShare: number | null;
  /** Bytes read and written, each element counted once, and billions of them a second. */
  readonly bytes: number;
  readonly gigabytesPerSecond: number | null;
}

/** Rows of one layer, operation or line together. */
export interface ProfileGroup {
  readonly name: string;
  readonly calls: number;
  readonly milliseconds: number;
  readonly share: number;
}

/** Name of what is no kernel. */
export const OUTSIDE = "outside kernels";

/** Sums of the rows that have the same name, the longest first. */
export function grouped(rows: readonly ProfileRow[], nameOf: (row: ProfileRow) => string): ProfileGroup[] {
  const groups = new Map<string, ProfileGroup>();
  for (const row of rows) {
    const name = nameOf(row);
    const { calls, milliseconds, share } = groups.get(name) ?? { calls: 0, milliseconds: 0, share: 0 };
    groups.set(name, {
      name,
      calls: calls + row.calls,
      milliseconds: milliseconds + row.milliseconds,
      share: share + row.share,
    });
  }
  return [...groups.values()].sort((a, b) => b.milliseconds - a.milliseconds);
}
