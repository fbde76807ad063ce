/**
 * The completions that were answered last, by which an inspect_request of VS Code is understood. It looks a completion up with the code
 * before it and the completion itself, but cuts that code at the completion's column where its offset is meant: from the second
 * line of a cell on, the request has no more than some of the cell's head with the completion behind it.
 */
export interface Inspected {
  readonly code: string;
  /** In UTF-16 units. */
  readonly offset: number;
}

export class RecentCompletions {
  #code = "";
  #start = 0;
  #names: ReadonlySet<string> = new Set();

  /** @param start UTF-16 offset at which the completions begin */
  remember(code: string, start: number, names: readonly string[]): void {
    this.#code = code;
    this.#start = start;
    this.#names = new Set(names);
  }

  /** What a request to inspect a completion is meant to be, and any other as it is. */
  resolve(asked: Inspected): Inspected {
    const column = this.#start - (this.#code.lastIndexOf("\n", this.#start - 1) + 1);
    if (column === this.#start || !asked.code.startsWith(this.#code.slice(0, column))) return asked;
    const name = asked.code.slice(column);
    if (asked.offset !== asked.code.length || !this.#names.has(name)) return asked;
    const code = this.#code.slice(0, this.#start) + name;
    return { code, offset: code.length };
  }
}
