/**
 * Who is to blame for an index out of range: a kernel meets it when the plan runs, far from the line that recorded the operation. An
 * operation whose index is still to be computed therefore leaves its line and its words with the node of the index.
 */
import type { RunError } from "../engine/engine.js";
import { Kind, kindOf, type Node, opOf } from "./node.js";
import { kernels } from "../primitives/kernels.js";
import { kernelOps } from "../primitives/table.js";

interface Origin {
  /** Size of the dimension that is indexed: one index may be used on several. */
  readonly rows: number;
  /** Made where the operation was recorded, so its stack leads there; it gets its message when it is thrown. */
  readonly error: RangeError;
  readonly say: (index: number) => string;
}

const origins = new WeakMap<Node, Origin[]>();

/**
 * An operation of the caller uses `index` on a dimension of size `rows`. Should a value lie outside [-rows, rows), what `say` says of
 * it is thrown when the operation is computed, with the stack of now.
 */
export function blame(index: Node, rows: number, say: (index: number) => string): void {
  const known = origins.get(index) ?? [];
  if (known.some((origin) => origin.rows === rows)) return;
  origins.set(index, [...known, { rows, error: new RangeError(""), say }]);
}

/** What to throw for an index that the kernel of a call met. */
export function outOfRange(node: Node | undefined, { index, rows }: RunError): RangeError {
  let at = node === undefined ? null : indexOf(node);
  while (at !== null) {
    const origin = origins.get(at)?.find((each) => each.rows === rows);
    if (origin !== undefined) {
      origin.error.message = origin.say(index);
      return origin.error;
    }
    // A scatter pads its index.
    const kind = kindOf(at);
    at = kind >= Kind.reshape && kind <= Kind.pad ? at.a : null;
  }
  return new RangeError(`index ${index} is out of range for a dimension of size ${rows}`);
}

/** The operand of a call that holds its positions. */
function indexOf(node: Node): Node | null {
  const { operands } = kernels[kernelOps[opOf(node)]!];
  return node.list?.[operands.indexOf("index")] ?? null;
}
