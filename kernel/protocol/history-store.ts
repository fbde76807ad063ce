/** Cells that ran, numbered by session and count, and the three ways in which clients look them up. */

export interface HistoryEntry {
  readonly session: number;
  readonly line: number;
  readonly input: string;
  /** text/plain of the cell's result, where there was one. */
  readonly output?: string;
}

export class HistoryStore {
  readonly #entries: HistoryEntry[] = [];
  /** Number of the running session. */
  readonly session = 1;

  add(line: number, input: string, output?: string): void {
    this.#entries.push({ session: this.session, line, input, ...(output !== undefined && { output }) });
  }

  /** The last `n` entries, oldest first. */
  tail(n: number): HistoryEntry[] {
    return n > 0 ? this.#entries.slice(-n) : [];
  }

  /**
   * Entries of one session with `start` ≤ line < `stop`.
   * @param session positive: its number; 0 or negative: counted back from the running one
   */
  range(session: number, start: number, stop = Infinity): HistoryEntry[] {
    const number = session > 0 ? session : this.session + session;
    return this.#entries.filter(
      (entry) => entry.session === number && entry.line >= start && entry.line < stop,
    );
  }

  /**
   * The last `n` entries whose whole input matches a glob with `*` and `?`, oldest first.
   * @param unique keeps of equal inputs only the last
   */
  search(pattern: string, n = Infinity, unique = false): HistoryEntry[] {
    const matches = globToRegExp(pattern);
    const found: HistoryEntry[] = [];
    const seen = new Set<string>();
    for (let i = this.#entries.length - 1; i >= 0 && found.length < n; i--) {
      const entry = this.#entries[i]!;
      if (!matches.test(entry.input) || (unique && seen.has(entry.input))) continue;
      seen.add(entry.input);
      found.push(entry);
    }
    return found.reverse();
  }
}

function globToRegExp(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "su");
}
