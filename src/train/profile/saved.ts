/** What the forward pass of a step keeps for the backward pass: buffers that a kernel of the one writes and a kernel of the other reads. */
import type { Storage } from "../../engine/engine.js";
import { accessesOf, bytesOf } from "../../engine/kernel-work.js";
import type { Place } from "../../engine/program.js";
import type { Plan } from "../../graph/plan/plan.js";
import type { Pass } from "../../graph/record/provenance.js";

/** Memory of a step, in bytes. */
export interface ProfileMemory {
  /** The most that the values within a plan take at one time; those whose lives do not meet share their place. */
  readonly intermediates: number;
  /**
   * What kernels of the forward pass write and kernels of the backward pass read: activations, and where a forward kernel computes a part of the
   * gradient along with them, that. Parameters and inputs, which are there anyway, do not count.
   */
  readonly kept: number;
  /** The same by the layer that made them, the largest first. */
  readonly layers: readonly { readonly layer: string; readonly kept: number }[];
}

interface Written {
  readonly layer: string;
  readonly bytes: number;
  isKept: boolean;
}

export class SavedForBackward {
  #byLayer = new Map<string, number>();
  #intermediates = 0;
  /** What forward kernels have written to buffers that outlive a plan, by offset. */
  #stored = new WeakMap<Storage, Map<number, Written>>();

  /** A step begins. */
  begin(): void {
    this.#byLayer = new Map();
    this.#intermediates = 0;
    this.#stored = new WeakMap();
  }

  /** @param sources of each kernel of the plan */
  ran(
    { program, externals }: Plan,
    sources: readonly { readonly layer: string; readonly pass: Pass }[],
  ): void {
    this.#intermediates = Math.max(this.#intermediates, program.arenaBytes);
    const arena = new Map<number, Written>();
    const buffer = ({ external }: Place): Map<number, Written> => {
      if (external < 0) return arena;
      const storage = externals[external]!;
      let written = this.#stored.get(storage);
      if (written === undefined) this.#stored.set(storage, (written = new Map()));
      return written;
    };
    program.kernels.forEach((kernel, i) => {
      const { layer, pass } = sources[i]!;
      const { reads, writes } = accessesOf(kernel);
      if (pass === "backward") for (const { view } of reads) this.#keep(buffer(view).get(view.offset));
      for (const access of writes) {
        const { view } = access;
        if (pass === "forward")
          buffer(view).set(view.offset, { layer, bytes: bytesOf(access), isKept: false });
        else buffer(view).delete(view.offset);
      }
    });
  }

  #keep(written: Written | undefined): void {
    if (written === undefined || written.isKept) return;
    written.isKept = true;
    this.#byLayer.set(written.layer, (this.#byLayer.get(written.layer) ?? 0) + written.bytes);
  }

  get memory(): ProfileMemory {
    const layers = [...this.#byLayer]
      .map(([layer, kept]) => ({ layer, kept }))
      .sort((a, b) => b.kept - a.kept);
    const kept = layers.reduce((sum, layer) => sum + layer.kept, 0);
    return { intermediates: this.#intermediates, kept, layers };
  }
}
