/**
 * Who is to blame for an index out of range: a kernel meets it when the plan runs, far from the line that recorded the operation. An
 * operation whose index is still to be computed therefore leaves its line and its words with the node of the index.
 */
import type { RunError } from "../../engine/engine.js";
import { Kind, kindOf, type Node } from "./node.js";

export interface Origin {
  /** Size of the dimension that is indexed: one index may be used on several. */
  readonly rows: number;
  /** Made where the operation was recorded, so its stack leads there; it gets its message when it is thrown. */
  readonly error: RangeError;
  readonly say: Say;
}

/** A message for the index; a promise where it tells values that the engine gives no sooner. */
export type Say = (index: number) => string | Promise<string>;

const origins = new WeakMap<Node, Origin[]>();

/**
 * An operation of the caller uses `index` on a dimension of size `rows`. Should a value lie outside [-rows, rows), what `say` says of
 * it is thrown when the operation is computed, with the stack of now.
 * @param cause what the index was made of, where that is what is wrong
 */
export function blame(index: Node, rows: number, say: Say, cause = index): void {
  const known = origins.get(index) ?? [];
  if (known.some((origin) => origin.rows === rows)) return;
  const error = new RangeError("");
  origins.set(index, [...known, { rows, error, say }]);
  causes.set(error, cause);
}

const causes = new WeakMap<object, Node>();

/** What is wrong, where an error is one of those that were made here. */
export function causeOf(error: unknown): Node | undefined {
  return typeof error === "object" && error !== null ? causes.get(error) : undefined;
}

/** Who is to blame for this index, when the kernel of a call has met one out of range. */
export function blamedFor(index: Node | undefined): readonly Origin[] {
  let at = index ?? null;
  const found: Origin[] = [];
  while (at !== null) {
    found.push(...(origins.get(at) ?? []));
    // A scatter pads its index.
    const kind = kindOf(at);
    at = kind >= Kind.reshape && kind <= Kind.pad ? at.a : null;
  }
  return found;
}

/** What to throw for the index, once its message is there. */
export function outOfRange(
  blamed: readonly Origin[],
  { index, rows }: RunError,
): RangeError | Promise<RangeError> {
  const origin = blamed.find((each) => each.rows === rows);
  if (origin === undefined)
    return new RangeError(`index ${index} is out of range for a dimension of size ${rows}`);
  const withMessage = (message: string): RangeError => {
    origin.error.message = message;
    return origin.error;
  };
  const said = origin.say(index);
  return typeof said === "string" ? withMessage(said) : said.then(withMessage);
}

/** What was recorded for one index is to blame for all of a batch of them. */
export function copyOrigins(from: Node, to: Node): void {
  const known = origins.get(from);
  if (known !== undefined) origins.set(to, known);
}
