/**
 * The main shell and its subshells (JEP 91): each has a queue of its own, so that a cell of one runs beside those of the others. All share
 * the session: its variables, the execution count and the history.
 *
 * The session is one JavaScript thread: cells of two shells take turns where they await, and a loop that never awaits holds up both.
 */
import { v4 as uuid } from "uuid";
import type { Header } from "../../wire/message.js";
import { RequestError, shown } from "../handlers/fields.js";
import { ExecuteQueue } from "./execute-queue.js";

export class Subshells {
  readonly #main = new ExecuteQueue();
  readonly #queues = new Map<string, ExecuteQueue>();

  create(): string {
    const id = uuid();
    this.#queues.set(id, new ExecuteQueue());
    return id;
  }

  /** What waits in the subshell is aborted; a cell that runs goes on to its end, which an interrupt can bring about. */
  delete(id: string): void {
    const queue = this.#queues.get(id);
    if (!queue) throw unknownSubshell(id);
    this.#queues.delete(id);
    queue.abortAtOnce();
  }

  list(): string[] {
    return [...this.#queues.keys()];
  }

  /** Queue of the shell that a request on the shell channel names in its header. Throws for a subshell that does not exist. */
  queueOf({ subshell_id: id }: Header): ExecuteQueue {
    if (id === undefined || id === null) return this.#main;
    if (typeof id !== "string") {
      throw new RequestError(`header: subshell_id should be a string or null, not ${shown(id)}`);
    }
    const queue = this.#queues.get(id);
    if (!queue) throw unknownSubshell(id);
    return queue;
  }
}

function unknownSubshell(id: string): Error {
  return new RequestError(
    `no subshell has the id ${shown(id)}: it was deleted, or belongs to a kernel before a restart; create_subshell_request gives a new one`,
  );
}
