/**
 * Recording a function of one sample that will be applied to a batch: the function runs once, on examples, which are nodes without a value that
 * stand for one entry of the batch. What is recorded from them is never computed; graph/lift/ makes of it the nodes for all entries at once.
 */
import { restoring } from "../../interrupts.js";
import { dtypeMask, Flag, Kind, kindOf, Node } from "./node.js";
import { bringBack, setAside } from "./pending.js";
import { scalar } from "./make.js";
import { product } from "./shapes.js";

/** What random numbers of a mapped function are: refused, drawn for each sample, or the same for all. */
export type Randomness = "error" | "different" | "same";

/** What a node is computed from. */
export function operandsOf(node: Node): readonly Node[] {
  if (node.storage !== null) return [];
  if (node.list !== null) return node.list;
  return [node.a, node.b, node.c].filter((operand) => operand !== null);
}

/** The recording of one mapped function: its examples, and which nodes depend on them. */
export class Trace {
  /** Nodes that were made before depend on no example. (But for the rare trace that lives through an overflow.) */
  readonly start = scalar(0, "float32").serial;
  readonly #depends = new Map<Node, boolean>();

  constructor(readonly randomness: Randomness) {}

  /** A node that stands for one entry of `batch`, which has one dim more. */
  example(batch: Node, shape: readonly number[]): Node {
    const code = Kind.leaf | (batch.code & dtypeMask);
    const node = new Node(code, batch.dtype, shape, product(shape), batch, null, null);
    node.flags = Flag.example | Flag.consumed;
    this.#depends.set(node, true);
    return node;
  }

  /** Whether the node's value differs from sample to sample. */
  depends(root: Node): boolean {
    const known = this.#known(root);
    if (known !== undefined) return known;
    const stack = [root];
    while (stack.length > 0) {
      const node = stack.at(-1)!;
      if (this.#known(node) !== undefined) {
        stack.pop();
        continue;
      }
      let found = false;
      let open = false;
      for (const operand of operandsOf(node)) {
        const depends = this.#known(operand);
        if (depends === undefined) {
          stack.push(operand);
          open = true;
        } else if (depends) found = true;
      }
      if (open) continue;
      this.#depends.set(node, found);
      stack.pop();
    }
    return this.#depends.get(root)!;
  }

  #known(node: Node): boolean | undefined {
    const known = this.#depends.get(node);
    if (known !== undefined) return known;
    const kind = kindOf(node);
    if (
      node.serial <= this.start ||
      node.storage !== null ||
      kind === Kind.scalar ||
      kind === Kind.iota ||
      kind === Kind.leaf
    )
      return false;
    if (kind === Kind.random) return this.randomness === "different";
    return undefined;
  }
}

let traces: Trace[] = [];

/** Runs `record`, within which what depends on the examples of `trace` is recorded but not computed. */
export function tracing<T>(trace: Trace, record: () => T): T {
  const outer = traces;
  const aside = setAside();
  return restoring(
    () => {
      if (traces === outer) return;
      bringBack(aside, (node) => !trace.depends(node));
      traces = outer;
    },
    () => {
      traces = [...outer, trace];
      return record();
    },
  );
}

/** What random numbers are here; null outside of mapped functions. */
export function randomnessHere(): Randomness | null {
  return traces.at(-1)?.randomness ?? null;
}

/** @throws Error when one of the nodes, which are to be read, differs from sample to sample */
export function refuseSamples(nodes: readonly Node[]): void {
  for (const node of nodes)
    if (traces.some((trace) => trace.depends(node)))
      throw new Error(
        "vmap: a value is read here that differs from sample to sample, and the function that is mapped runs once for all samples; " +
          "compute with tensors, such as where(x.gt(0), a, b), rather than with values",
      );
}

/**
 * A tensor that had the value `before` is given the value `after`.
 * @throws Error when it is from outside of a mapped function and the new value differs from sample to sample
 */
export function refuseEscape(before: Node, after: Node): void {
  for (const trace of traces)
    if (before.serial <= trace.start && !trace.depends(before) && trace.depends(after))
      throw new Error(
        "vmap: a tensor from outside of the function that is mapped cannot be changed in place to a value that differs from sample to sample; " +
          "return the value, or change a tensor that the function makes, such as x.clone()",
      );
}
