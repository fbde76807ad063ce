/**
 * Cells that ran, numbered by session and count, and the three ways in which clients look them up. All are in the history file: nothing
 * of a session that goes on for days stays in memory. Cells of earlier sessions are read when somebody first asks.
 */
import { RESULT_EXCERPT } from "../../session/messages.js";
import type { HistoryFile, HistoryLine } from "./history-file.js";

export interface HistoryEntry {
  readonly session: number;
  readonly line: number;
  readonly input: string;
  /** text/plain of the cell's result, where there was one. */
  readonly output?: string;
}

export class HistoryStore {
  readonly #kernel: string;
  readonly #file: HistoryFile;
  #earlier: HistoryEntry[] | undefined;

  /** @param kernel id of this kernel, by which the file tells its cells from others' */
  constructor(kernel: string, file: HistoryFile) {
    this.#kernel = kernel;
    this.#file = file;
  }

  add(line: number, input: string, result?: string): void {
    const output = result === undefined ? {} : { output: result.slice(0, RESULT_EXCERPT) };
    this.#file.append({ kernel: this.#kernel, line, input, ...output });
  }

  /** The last `n` entries, oldest first. */
  async tail(n = Infinity): Promise<HistoryEntry[]> {
    return n > 0 ? (await this.#sessions()).entries.slice(-n) : [];
  }

  /**
   * Entries of one session with `start` ≤ line < `stop`.
   * @param session positive: its number; 0 or negative: counted back from the running one
   */
  async range(session: number, start: number, stop = Infinity): Promise<HistoryEntry[]> {
    const { entries, current } = await this.#sessions();
    const number = session > 0 ? session : current + session;
    return entries.filter((entry) => entry.session === number && entry.line >= start && entry.line < stop);
  }

  /**
   * The last `n` entries whose whole input matches a glob with `*` and `?`, oldest first.
   * @param unique keeps of equal inputs only the last
   */
  async search(pattern: string, n = Infinity, unique = false): Promise<HistoryEntry[]> {
    const { entries } = await this.#sessions();
    const found: HistoryEntry[] = [];
    const seen = new Set<string>();
    for (let i = entries.length - 1; i >= 0 && found.length < n; i--) {
      const entry = entries[i]!;
      if (!matchesGlob(entry.input, pattern) || (unique && seen.has(entry.input))) continue;
      seen.add(entry.input);
      found.push(entry);
    }
    return found.reverse();
  }

  /** All entries, and the number of the running session: one more than the last before it. */
  async #sessions(): Promise<{ entries: HistoryEntry[]; current: number }> {
    const lines = await this.#file.read();
    // Sessions keep the numbers that they had when somebody first asked, whichever kernels have come since.
    this.#earlier ??= numbered(lines.filter(({ kernel }) => kernel !== this.#kernel));
    const current = (this.#earlier.at(-1)?.session ?? 0) + 1;
    const own = lines.filter(({ kernel }) => kernel === this.#kernel);
    return { entries: [...this.#earlier, ...own.map((line) => entryOf(line, current))], current };
  }
}

function entryOf({ line, input, output }: HistoryLine, session: number): HistoryEntry {
  return { session, line, input, ...(output !== undefined && { output }) };
}

/** Sessions are numbered by their first cell in the file. Of two kernels at once, one kernel's cells stay together. */
function numbered(lines: readonly HistoryLine[]): HistoryEntry[] {
  const sessions = new Map<string, HistoryEntry[]>();
  for (const line of lines) {
    if (!sessions.has(line.kernel)) sessions.set(line.kernel, []);
    const session = sessions.get(line.kernel)!;
    session.push(entryOf(line, session[0]?.session ?? sessions.size));
  }
  return [...sessions.values()].flat();
}

/**
 * Whether the whole text matches a glob in which `*` stands for any text and `?` for one character. Not by a regular expression: many
 * stars would keep one busy for hours, and the kernel with it.
 */
function matchesGlob(text: string, glob: string): boolean {
  let at = 0;
  let to = 0;
  /** Behind the last star: where the glob goes on, and where the text did when that was last tried. */
  let star: { glob: number; text: number } | undefined;
  while (at < text.length) {
    const wanted = glob[to];
    if (wanted === "*") {
      star = { glob: ++to, text: at };
    } else if (wanted === "?") {
      at += text.codePointAt(at)! > 0xffff ? 2 : 1;
      to++;
    } else if (wanted === text[at]) {
      at++;
      to++;
    } else if (star) {
      at = ++star.text;
      to = star.glob;
    } else {
      return false;
    }
  }
  while (glob[to] === "*") to++;
  return to === glob.length;
}
