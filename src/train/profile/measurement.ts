/** What a profile gathers while the work runs: which kernels there are, where they come from, and how long each takes in each step. */
import { workOf } from "../../engine/kernel-work.js";
import { operationName } from "../../graph/record/operation-name.js";
import type { Node } from "../../graph/record/node.js";
import { type Pass, Recorder } from "../../graph/record/provenance.js";
import type { Plan } from "../../graph/plan/plan.js";
import { SavedForBackward } from "./saved.js";
import { userLine } from "./user-line.js";

/** Kernels of the same kind that come of the same operations of the same line. */
export interface Gathered {
  readonly operation: string;
  readonly layer: string;
  readonly line: string;
  readonly pass: Pass;
  readonly kernel: "map" | "reduce" | "matmul" | "call";
  /** For each step. */
  readonly calls: number[];
  readonly nanoseconds: number[];
  readonly operations: (number | null)[];
  readonly bytes: number[];
}

/** More kernels than a plan has. */
const mostKernels = 1 << 16;

/** A kernel of a plan as one of its runs has shown it: its row, and how much it computes. */
interface Kernel {
  readonly row: Gathered;
  readonly operations: number | null;
  readonly bytes: number;
}

export class Measurement {
  readonly recorder = new Recorder();
  readonly saved = new SavedForBackward();
  /** Where the engine writes. */
  readonly nanoseconds = new Float64Array(mostKernels);
  readonly #rows = new Map<string, Gathered>();
  /** The kernels of each plan, for its first run in a step, its second and so on: layers that are alike share a plan. */
  readonly #kernels = new Map<Plan, (readonly Kernel[])[]>();
  #runs = new Map<Plan, number>();
  /** Number of the step that is measured; -1 while it is noted where operations come from. */
  #step = -1;

  constructor(private readonly steps: number) {}

  get rows(): readonly Gathered[] {
    return [...this.#rows.values()].filter((row) => row.calls.some((calls) => calls > 0));
  }

  begin(step: number): void {
    this.#step = step;
    this.#runs = new Map();
    if (step < 0) this.saved.begin();
  }

  /** A plan has run. */
  ran(plan: Plan, nodes: readonly Node[]): void {
    const run = this.#runs.get(plan) ?? 0;
    this.#runs.set(plan, run + 1);
    let known = this.#kernels.get(plan);
    if (known === undefined) this.#kernels.set(plan, (known = []));
    const step = this.#step;
    if (step < 0) {
      const kernels = this.#kernelsOf(plan, nodes);
      known[run] = kernels;
      this.saved.ran(
        plan,
        kernels.map(({ row }) => row),
      );
      return;
    }
    const kernels = known[run] ?? known.at(-1) ?? (known[run] = this.#kernelsOf(plan, nodes));
    for (let i = 0; i < kernels.length; i++) {
      const { row, operations, bytes } = kernels[i]!;
      row.calls[step]!++;
      row.nanoseconds[step]! += this.nanoseconds[i]!;
      row.operations[step] = sum(row.operations[step]!, operations);
      row.bytes[step]! += bytes;
    }
  }

  #kernelsOf(plan: Plan, nodes: readonly Node[]): Kernel[] {
    return plan.program.kernels.map((kernel, i) => {
      const computed = Array.from(plan.computed![i]!, (at) => nodes[at]!);
      const operation = nameOf(computed);
      // What costs most comes first.
      const from = computed.map((node) => this.recorder.of(node)).find((found) => found !== undefined);
      const pass = from?.pass ?? "forward";
      const layer = pass === "optimizer" ? "optimizer" : (from?.layer ?? "");
      const line = from === undefined ? "" : userLine(from.origin);
      return { row: this.#row(operation, layer, line, pass, kernel.kind), ...workOf(kernel) };
    });
  }

  #row(operation: string, layer: string, line: string, pass: Pass, kernel: Gathered["kernel"]): Gathered {
    const key = [operation, layer, line, pass, kernel].join("\n");
    let row = this.#rows.get(key);
    if (row === undefined) {
      const zeros = (): number[] => new Array<number>(this.steps).fill(0);
      const lists = { calls: zeros(), nanoseconds: zeros(), operations: zeros(), bytes: zeros() };
      row = { operation, layer, line, pass, kernel, ...lists };
      this.#rows.set(key, row);
    }
    return row;
  }
}

/** Each operation once, the heaviest first. */
function nameOf(nodes: readonly Node[]): string {
  return [...new Set(nodes.map(operationName))].join(" + ") || "copy";
}

function sum(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}
