/** How much memory tensors hold, and what holds it. The names are those of torch.cuda's memory management. */
import { element, fragment } from "../../html/writer.js";
import { highWater, resetHighWater } from "../engine/cpu/high-water.js";
import { engine } from "../engine/current.js";
import { formatBytes } from "../engine/engine.js";
import { planCacheStats } from "../graph/run/evaluate.js";
import type { Module } from "../nn/module.js";
import { Parameter } from "../nn/parameter.js";
import { platform } from "../platform/node.js";
import { dtypeBytes } from "../primitives/dtypes.js";
import type { Tensor } from "../tensor/core.js";
import { isComputed } from "../tensor/reading.js";
import { layerName } from "./layer-name.js";
import { htmlOf, type Table, textOf } from "./table.js";

/** A layer's own memory, without that of layers within it. */
export interface LayerMemory {
  /** Path and class, such as "0: Conv2d". */
  readonly layer: string;
  /** Bytes of its parameters, and of its buffers such as running means. */
  readonly parameters: number;
  readonly buffers: number;
  /** Bytes of gradients that are stored: a step that nobody reads a gradient of stores none. */
  readonly gradients: number;
}

/** What `memorySummary` gives: shows itself as a table. All numbers are bytes. */
export class MemorySummary {
  constructor(
    /** What can still be reached: garbage was collected before. */
    readonly allocated: number,
    /** The most at one time since the last reset, garbage that V8 had not collected yet included. */
    readonly maxAllocated: number,
    /** Kept for results to come, so that they need no new buffers. */
    readonly spare: number,
    /** Intermediate values of runs lie here, and packed operands; runs share it. */
    readonly scratch: number,
    /** How many plans are kept, 512 at most. */
    readonly plans: number,
    /** Of the model that was given, in its order. */
    readonly layers: readonly LayerMemory[],
  ) {}

  /** The tables as text. */
  toString(): string {
    const tables = this.layers.length === 0 ? [this.#whole()] : [this.#whole(), this.#byLayer()];
    return tables.map(textOf).join("\n\n");
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  [Symbol.for("Jupyter.display")](): Record<string, string> {
    const byLayer = this.layers.length === 0 ? "" : htmlOf(this.#byLayer());
    const html = String(element("div", {}, fragment(htmlOf(this.#whole()), byLayer)));
    return { "text/plain": this.toString(), "text/html": html };
  }

  #whole(): Table {
    const cells = [
      ["tensors", formatBytes(this.allocated)],
      ["most at one time", formatBytes(this.maxAllocated)],
      ["spare buffers", formatBytes(this.spare)],
      ["scratch of runs", formatBytes(this.scratch)],
      ["plans", String(this.plans)],
    ];
    return { head: ["memory", ""], cells, words: 1 };
  }

  #byLayer(): Table {
    const cells = this.layers.map(({ layer, parameters, buffers, gradients }) => [
      layer,
      ...[parameters, buffers, gradients].map((bytes) => (bytes === 0 ? "" : formatBytes(bytes))),
    ]);
    return { head: ["layer", "parameters", "buffers", "gradients"], cells, words: 1 };
  }
}

/**
 * Bytes that tensors, and other ArrayBuffers of this thread, hold (`torch.cuda.memory_allocated`). V8 frees memory in its own time, so garbage is
 * collected first, some milliseconds: what is counted can still be reached. NaN in a browser, which does not tell.
 */
export function memoryAllocated(): number {
  platform.collectReferred();
  platform.collectGarbage();
  const { spare, values } = engine().overhead?.() ?? { spare: 0, values: 0 };
  return platform.bufferMemory() + values - spare;
}

/**
 * The most bytes that ArrayBuffers have held at one time since the thread began or since `resetPeakMemoryStats`, to within a megabyte
 * (`torch.cuda.max_memory_allocated`). Tensors that nobody holds any more count until V8 collects them, as they take memory until then; so do buffers that
 * are kept for later results, and what the WebAssembly engine's memory has grown by. NaN in a browser.
 */
export function maxMemoryAllocated(): number {
  return highWater();
}

/** From here on `maxMemoryAllocated` begins anew, with what can be reached now (`torch.cuda.reset_peak_memory_stats`). */
export function resetPeakMemoryStats(): void {
  platform.collectGarbage();
  resetHighWater();
}

/**
 * What memory is used for: tensors, the most at one time, buffers that are kept for later, the scratch memory of runs, and the parameters and
 * gradients of each layer of a model (`torch.cuda.memory_summary`). Collects garbage first. What a training step keeps for its backward pass is in
 * the `memory` of `train.profile`.
 */
export function memorySummary(model?: Module): MemorySummary {
  const allocated = memoryAllocated();
  const { scratch, spare } = engine().overhead?.() ?? { scratch: 0, spare: 0 };
  const layers = model === undefined ? [] : layersOf(model);
  return new MemorySummary(allocated, maxMemoryAllocated(), spare, scratch, planCacheStats().plans, layers);
}

function layersOf(model: Module): LayerMemory[] {
  const counted = new Set<Tensor>();
  return model.namedModules().flatMap(([path, module]) => {
    const own = module.ownTensors().filter(([, tensor]) => !counted.has(tensor));
    if (own.length === 0) return [];
    for (const [, tensor] of own) counted.add(tensor);
    const tensors = own.map(([, tensor]) => tensor);
    const parameters = tensors.filter((tensor) => tensor instanceof Parameter);
    const buffers = tensors.filter((tensor) => !(tensor instanceof Parameter));
    return {
      layer: layerName(path, module),
      parameters: bytesOf(parameters),
      buffers: bytesOf(buffers),
      gradients: bytesOf(
        parameters.flatMap(({ _grad }) => (_grad !== null && isComputed(_grad) ? [_grad] : [])),
      ),
    };
  });
}

function bytesOf(tensors: readonly Tensor[]): number {
  return tensors.reduce((sum, tensor) => sum + tensor.numel() * dtypeBytes[tensor.dtype], 0);
}
