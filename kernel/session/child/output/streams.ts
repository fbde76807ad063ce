/**
 * What user code prints: `process.stdout`, `process.stderr` and `console`, each write sent to the cell that caused it.
 */
import childProcess, { ChildProcess } from "node:child_process";
import { Console } from "node:console";
import { syncBuiltinESMExports } from "node:module";
import { Writable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { EncodedBundle } from "../../encoded-bundle.js";
import { currentTask } from "../run/attribution.js";
import { emit, emitStream, textBuffer } from "./event-pipe.js";
import { critical } from "../interrupt/critical-sections.js";
import { printedTable, tableHtml, tableText } from "./tables.js";

/** Output that no cell has caused goes to the cell that was started last. */
let lastRun = 0;
let openGroups = 0;
let endGroup: () => void = () => undefined;

export function setLastRun(run: number): void {
  lastRun = run;
}

/** A cell that failed or was stopped inside of a group must not indent what later cells print. */
export function endGroups(): void {
  for (; openGroups > 0; openGroups--) endGroup();
}

/** The run that what is printed now belongs to. */
export function currentRun(): number {
  return currentTask()?.run ?? lastRun;
}

class CellStream extends Writable {
  readonly isTTY = false;
  /** Bytes may come in pieces that end within a character. */
  readonly #decoder = new StringDecoder("utf8");

  constructor(
    readonly name: "stdout" | "stderr",
    readonly fd: 1 | 2,
  ) {
    super({ decodeStrings: false, emitClose: false });
  }

  /** Text goes out at once, without the queue of a Writable: the write blocks, and nothing can pile up. */
  override write(chunk: unknown, encoding?: unknown, callback?: unknown): boolean {
    if (typeof chunk === "string" && encoding === undefined && callback === undefined) {
      emitStream(currentRun(), this.name, chunk);
      return true;
    }
    return super.write(chunk, encoding as BufferEncoding, callback as () => void);
  }

  override _write(chunk: string | Uint8Array, encoding: string, callback: (error?: Error) => void): void {
    const isText = typeof chunk === "string" && /^utf-?8$/iu.test(encoding);
    const text = isText
      ? chunk
      : this.#decoder.write(Buffer.from(chunk as string, encoding as BufferEncoding));
    if (text !== "") emitStream(currentRun(), this.name, text);
    callback();
  }

  /** As with Node's own, ending it ends nothing: later cells print too. */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    callback(error);
  }

  override end(chunk?: unknown, encoding?: unknown, callback?: unknown): this {
    if (chunk !== undefined && typeof chunk !== "function") this.write(chunk);
    const done = [chunk, encoding, callback].find((argument) => typeof argument === "function");
    process.nextTick(() => {
      // `pipe` waits for this event.
      this.emit("finish");
      if (done) (done as () => void)();
    });
    return this;
  }
}

/**
 * Text without colours is what Node prints where no terminal is, and what ipykernel prints: outputs are kept in the notebook, compared,
 * searched and exported. FORCE_COLOR asks for colours, as it does of Node's own streams and of most packages.
 */
function wantsColours(): boolean {
  const { FORCE_COLOR } = process.env;
  return FORCE_COLOR !== undefined && FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
}

/** What has been printed comes before what a process prints that is started now: that goes another way. */
function printBeforeChildren(): void {
  const first = (owner: object, names: readonly string[]) => {
    const functions = owner as Record<string, (...args: unknown[]) => unknown>;
    for (const name of names) {
      const start = functions[name]!;
      const replacement = function (this: unknown, ...args: unknown[]): unknown {
        critical(() => textBuffer.write());
        return Reflect.apply(start, this, args);
      };
      functions[name] = Object.defineProperties(
        replacement,
        Object.getOwnPropertyDescriptors(start),
      ) as never;
    }
  };
  first(childProcess, ["spawnSync", "execSync", "execFileSync"]);
  first(ChildProcess.prototype, ["spawn"]);
  syncBuiltinESMExports();
}

/** Replaces the process's streams and the global console. */
export function installOutput(): void {
  printBeforeChildren();
  const stdout = new CellStream("stdout", 1);
  const stderr = new CellStream("stderr", 2);
  const replace = (name: string, get: () => unknown) =>
    Object.defineProperty(process, name, { get, enumerable: true, configurable: true });
  replace("stdout", () => stdout);
  replace("stderr", () => stderr);
  // Errors of a stream that cannot fail need no listener at every line.
  const console = new Console({ stdout, stderr, ignoreErrors: false, colorMode: wantsColours() });
  const methods = globalThis.console as unknown as Record<string, unknown>;
  for (const [name, method] of Object.entries(console)) {
    if (typeof method === "function") methods[name] = method;
  }
  // One line of plain text, by far the most frequent call, needs no formatting.
  const plainly =
    (stream: CellStream, format: (...values: unknown[]) => void) =>
    (...values: unknown[]) => {
      const [text] = values;
      if (values.length === 1 && typeof text === "string" && openGroups === 0) stream.write(`${text}\n`);
      else format(...values);
    };
  methods["log"] = plainly(stdout, console.log);
  methods["error"] = plainly(stderr, console.error);
  // A page shows tables; in text alone they would break where the page ends.
  const printTable = console.table.bind(console);
  methods["table"] = (data: unknown, properties?: readonly string[]) => {
    const table = openGroups === 0 ? printedTable(data, properties) : undefined;
    if (!table) return printTable(data, properties);
    const contents = { "text/plain": tableText(table), "text/html": tableHtml(table) };
    const bundle = EncodedBundle.of({ data: contents, metadata: {} });
    emit({ type: "display", run: currentRun(), bundle, update: false });
  };
  methods["Console"] = Console;
  const { group, groupEnd } = console;
  endGroup = groupEnd;
  methods["group"] = methods["groupCollapsed"] = (...label: unknown[]) => {
    openGroups++;
    group(...label);
  };
  methods["groupEnd"] = () => {
    openGroups = Math.max(0, openGroups - 1);
    groupEnd();
  };
}
