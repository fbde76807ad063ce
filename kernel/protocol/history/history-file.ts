/**
 * The history on disk: one line of JSON for each cell, appended as cells run, so that any number of kernels can write to one file.
 * SQLite would need either a newer Node or a native package; a file that is only appended to needs neither.
 */
import { closeSync, fstatSync, openSync, readSync, renameSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { makeFolder } from "../../folders.js";

/** A cell of some kernel, which `kernel` tells apart. */
export interface HistoryLine {
  readonly kernel: string;
  readonly line: number;
  readonly input: string;
  readonly output?: string;
}

/** Only this much of the end is read, in bytes; a file that is longer by far is put aside when a kernel starts. */
const READ = 8 * 2 ** 20;
const PUT_ASIDE = 8 * READ;
/** Where nothing can be written, so many cells are kept in memory. */
const IN_MEMORY = 10_000;

/** Where the history is kept; CELLGRAD_HISTORY names another file, or none when it is empty. */
export function historyPath(): string | undefined {
  const { CELLGRAD_HISTORY: own, XDG_DATA_HOME: xdg, LOCALAPPDATA: local } = process.env;
  if (own !== undefined) return own === "" ? undefined : own;
  const folder =
    process.platform === "win32"
      ? (local ?? join(homedir(), "AppData", "Local"))
      : process.platform === "darwin"
        ? join(homedir(), "Library", "Application Support")
        : xdg || join(homedir(), ".local", "share");
  return join(folder, "cellgrad", "history.jsonl");
}

export class HistoryFile {
  readonly #path: string | undefined;
  readonly #log: (line: string) => void;
  /** What the file does not have yet; without a file, all there is. */
  readonly #unwritten: HistoryLine[] = [];
  #writing: Promise<void> | undefined;
  #failed = false;
  /** What stands at the path cannot be opened without waiting. */
  #unreadable = false;

  /** @param path without one, cells are kept in memory only */
  constructor(path: string | undefined, log: (line: string) => void) {
    this.#path = path;
    this.#log = log;
    if (path === undefined) return;
    try {
      makeFolder(dirname(path), 0o700);
      const stat = statSync(path, { throwIfNoEntry: false });
      // Opening a pipe waits for who is at its other end.
      this.#unreadable = stat !== undefined && (stat.isFIFO() || stat.isSocket());
      if (this.#unreadable) throw new Error(`${path} is not a file`);
      if ((stat?.size ?? 0) > PUT_ASIDE) renameSync(path, `${path}.old`);
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  /** Appends without waiting; cells come out in the order of the calls. */
  append(line: HistoryLine): void {
    this.#unwritten.push(line);
    if (this.#path === undefined || this.#failed)
      this.#unwritten.splice(0, this.#unwritten.length - IN_MEMORY);
    else this.#writing ??= this.#write(this.#path);
  }

  /** Resolves when all that was appended is in the file. */
  async flushed(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  /** The last cells, oldest first. Lines that cannot be read are left out. */
  async read(): Promise<HistoryLine[]> {
    await this.flushed();
    // A write that failed half-way has left lines in the file that are still waiting.
    const waiting = new Set(this.#unwritten.map(identity));
    return [...this.#readFile().filter((line) => !waiting.has(identity(line))), ...this.#unwritten];
  }

  async #write(path: string): Promise<void> {
    try {
      while (this.#unwritten.length > 0) {
        const lines = this.#unwritten.map((line) => `${JSON.stringify(line)}\n`);
        await appendLines(path, lines.join(""));
        this.#unwritten.splice(0, lines.length);
      }
    } catch (error) {
      this.#fail(error as Error);
    }
    this.#writing = undefined;
  }

  #readFile(): HistoryLine[] {
    if (this.#path === undefined || this.#unreadable) return [];
    let text: string;
    try {
      text = readEnd(this.#path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT" && !this.#failed)
        this.#log(`history: ${(error as Error).message}`);
      return [];
    }
    return text.split("\n").flatMap((line) => {
      try {
        const parsed = JSON.parse(line) as Partial<HistoryLine>;
        const { kernel, line: number, input } = parsed;
        const good = typeof kernel === "string" && typeof number === "number" && typeof input === "string";
        return good ? [parsed as HistoryLine] : [];
      } catch {
        return [];
      }
    });
  }

  #fail(error: Error): void {
    if (!this.#failed) this.#log(`history is not kept: ${error.message}`);
    this.#failed = true;
  }
}

function identity({ kernel, line }: HistoryLine): string {
  return `${kernel} ${String(line)}`;
}

/** Appends whole lines. Where the last line has no end, since its writer was stopped or an editor saved it so, it gets one first. */
async function appendLines(path: string, lines: string): Promise<void> {
  const file = await open(path, "a+", 0o600);
  try {
    const { size } = await file.stat();
    const last = Buffer.from("\n");
    if (size > 0) await file.read(last, 0, 1, size - 1);
    await file.appendFile(last.equals(NEWLINE) ? lines : `\n${lines}`);
  } finally {
    await file.close();
  }
}

const NEWLINE = Buffer.from("\n");

function readEnd(path: string): string {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    const buffer = Buffer.alloc(Math.min(size, READ));
    const length = readSync(file, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString("utf8", 0, length);
  } finally {
    closeSync(file);
  }
}
