/**
 * Where nodes come from, noted while a profile is made: the user's line, the layer, and whether forward, backward or optimizer. At other times
 * nothing is noted, and recording costs one comparison more.
 */
import type { Node } from "./node.js";

/** Which part of a training step: the backward pass belongs to the line and the layer whose operation it differentiates. */
export type Pass = "forward" | "backward" | "optimizer";

export interface Provenance {
  /** The layer as who follows the model calls it, "" outside of all. */
  readonly layer: string;
  readonly pass: Pass;
  /** Made where the operation was recorded: its stack leads to the user's line. */
  readonly origin: Error;
}

/** What stands above the user's line in a stack: the operation's own functions. */
const framesKept = 40;

/** For an operation that is recorded now: an error whose stack leads to the user's line. */
export function originOfRecord(): Error {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = framesKept;
  const origin = new Error("");
  Error.stackTraceLimit = stackTraceLimit;
  return origin;
}

/** Notes where each node comes from that is made while it is the `recorder`. */
export class Recorder {
  readonly #noted = new WeakMap<Node, Provenance>();
  readonly #layers: string[] = [];
  /** In a backward pass: the forward operation whose gradient is recorded. */
  #differentiated: Provenance | null = null;
  #optimizing = false;

  note(node: Node): void {
    this.#noted.set(node, this.#differentiated ?? this.#here(this.#optimizing ? "optimizer" : "forward"));
  }

  /** Undefined for a node that was made before. */
  of(node: Node): Provenance | undefined {
    return this.#noted.get(node);
  }

  enterLayer(name: string): void {
    this.#layers.push(name);
  }

  /** Also leaves the layers within it, which an error may have ended. */
  leaveLayer(name: string): void {
    const at = this.#layers.lastIndexOf(name);
    if (at >= 0) this.#layers.length = at;
  }

  /** What is recorded from here on is the gradient of the operation that gave `result`. */
  differentiate(result: Node): void {
    const forward = this.of(result);
    if (forward !== undefined) this.#differentiated = { ...forward, pass: "backward" };
    else this.#differentiated ??= this.#here("backward");
  }

  endBackward(): void {
    this.#differentiated = null;
  }

  optimize(optimizing: boolean): void {
    this.#optimizing = optimizing;
  }

  #here(pass: Pass): Provenance {
    const layer = pass === "optimizer" ? "" : (this.#layers.at(-1) ?? "");
    return { layer, pass, origin: originOfRecord() };
  }
}

/** Null: nobody wants to know. */
export let recorder: Recorder | null = null;

export function recordProvenance(by: Recorder | null): void {
  recorder = by;
}
