/** Stands for the client's end of comms in tests of the session: sends what a page would send, and keeps what comes. */
import type { CommMessage } from "../../../../kernel/session/messages.js";
import { type Notebook, sleep } from "../../notebook.js";

type More = Pick<CommMessage, "buffers" | "metadata" | "cause">;

export class Client {
  readonly sent: CommMessage[] = [];
  readonly #notebook: Notebook;

  constructor(notebook: Notebook) {
    this.#notebook = notebook;
    notebook.onComm = (message) => this.sent.push(message);
  }

  open(commId: string, targetName: string, data: unknown = {}, more: More = {}): void {
    this.#notebook.session.comm({ kind: "open", commId, targetName, data, ...more });
  }

  message(commId: string, data: unknown, more: More = {}): void {
    this.#notebook.session.comm({ kind: "msg", commId, data, ...more });
  }

  close(commId: string, data: unknown = {}): void {
    this.#notebook.session.comm({ kind: "close", commId, data });
  }

  /** The last message of a kind. */
  last(kind: CommMessage["kind"]): CommMessage {
    const found = this.sent.findLast((message) => message.kind === kind);
    if (!found) throw new Error(`no comm_${kind} has come`);
    return found;
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await sleep(2);
  }
}
