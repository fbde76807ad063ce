/**
 * One session process from its start to its end: how it is spawned, which pipe carries what, and why it ended. What runs in
 * it, and what to do when it ends, is the supervisor's.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { extname } from "node:path";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { NO_INSPECTOR, withoutInspectorFlags } from "../inspector-port.js";
import { encodeMessage, FrameReader } from "./channel.js";
import type { Event, Request } from "./messages.js";
import { killDescendants, killTree, MARK } from "./process-tree.js";

/** What the child is told on its command line. */
export interface ChildOptions {
  /** Module to preload instead of cellgrad's runtime. */
  readonly runtime?: string;
}

export interface ChildListener {
  event(event: Event): void;
  /** Text written to file descriptor 1 or 2 past JavaScript's streams. */
  raw(name: "stdout" | "stderr", text: string): void;
  /** A message of V8's inspector. */
  debug(message: unknown): void;
  /** The process is gone and its pipes are empty. */
  exit(end: ProcessEnd): void;
}

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last that it wrote to file descriptor 2: V8 says there that memory has run out. */
  readonly lastWords: string;
}

const ENTRY = fileURLToPath(new URL(`./child/main${extname(import.meta.url)}`, import.meta.url));
/**
 * The session links the user's local modules itself, so that edits are seen, and asks Node what a package's name means there. What an
 * interrupt needs of Node's inside is not shown otherwise.
 */
const FLAGS = ["--experimental-vm-modules", "--experimental-import-meta-resolve", "--expose-internals"];
/**
 * V8 lets the room for young objects grow to 16 MB, twice over, by and by. With half of that programs are as fast, and the session of a long
 * day stays small. NODE_OPTIONS set by the user wins.
 */
if (!/semi[-_]space/.test(process.env["NODE_OPTIONS"] ?? "")) FLAGS.push("--max-semi-space-size=8");
/** How long output may go on arriving after the end, where an escaped grandchild holds the pipe open. */
const DRAIN_MS = 300;
const LAST_WORDS = 4096;

export class SessionProcess {
  private readonly child: ChildProcess;
  private readonly mark = randomUUID();
  private readonly requests: Writable;
  private readonly interrupts: Writable;
  private readonly inspector: Writable;
  private lastWords = "";
  private ended = false;

  constructor(
    cwd: string,
    runtime: string | undefined,
    private readonly listener: ChildListener,
  ) {
    const options: ChildOptions = { runtime };
    // A process group of its own: a signal to the kernel's group (Ctrl-C, VS Code's SIGINT) must not end the session, and
    // the whole group can be ended at once.
    this.child = spawn(
      process.execPath,
      [...NO_INSPECTOR, ...FLAGS, ...inheritedFlags(), ENTRY, JSON.stringify(options)],
      {
        cwd,
        env: { ...process.env, [MARK]: this.mark },
        detached: true,
        windowsHide: true,
        stdio: ["ignore", "pipe", "pipe", "pipe", "pipe", "pipe", "pipe"],
      },
    );
    const pipes = this.child.stdio as unknown as [
      null,
      Readable,
      Readable,
      Writable,
      Readable,
      Writable,
      Writable & Readable,
    ];
    const [, stdout, stderr, requests, events, interrupts, inspector] = pipes;
    this.requests = requests;
    this.interrupts = interrupts;
    this.inspector = inspector;
    // Writing to a process that has just ended fails; its end is told by "exit".
    for (const pipe of [requests, interrupts, inspector, events, stdout, stderr])
      pipe.on("error", () => undefined);
    const reader = new FrameReader<Event>((event) => listener.event(event));
    events.on("data", (chunk: Buffer) => reader.push(chunk));
    this.readInspector(inspector);
    const open = [this.readRaw("stdout", stdout), this.readRaw("stderr", stderr)];
    open.push(new Promise((resolve) => events.once("close", resolve)));
    this.child.once("error", (error) => this.end(null, null, error.message, open));
    this.child.once("exit", (code, signal) => this.end(code, signal, undefined, open));
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  send(request: Request): void {
    if (!this.ended) this.requests.write(encodeMessage(request));
  }

  /** Asks the watchdog to end what runs, up to a run; `press` tells an interrupt that is sent again from another one. */
  interrupt(through: number, press: number): void {
    if (!this.ended) this.interrupts.write(`interrupt(${String(through)}, ${String(press)})\n`);
  }

  /** Asks the watchdog to have comm messages taken in, also in the midst of a busy loop. */
  pump(): void {
    if (!this.ended) this.interrupts.write("pump()\n");
  }

  /** Asks the watchdog for a preview of a value, answered by the event "preview". */
  preview(id: number, path: readonly string[], prefix?: string): void {
    // The watchdog reads lines of ASCII.
    const json = JSON.stringify([path, prefix].filter((part) => part !== undefined)).replace(
      /[^\x20-\x7e]/g,
      (unit) => {
        return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
      },
    );
    if (!this.ended) this.interrupts.write(`preview(${String(id)}, ...${json})\n`);
  }

  /** Names another process that the watchdog is to end should this one, the kernel's, be gone. */
  setCompanion(pid: number): void {
    if (!this.ended) this.interrupts.write(`companion ${String(pid)}\n`);
  }

  /** A message for V8's inspector, or for the relay before it (debug-relay.ts). */
  debug(message: object): void {
    if (!this.ended) this.inspector.write(`${JSON.stringify(message)}\n`);
  }

  killChildren(): void {
    if (this.pid !== undefined && !this.ended) killDescendants(this.pid);
  }

  kill(): void {
    if (this.pid !== undefined && !this.ended) killTree(this.pid, `${MARK}=${this.mark}`);
  }

  private readInspector(pipe: Readable): void {
    let rest = "";
    pipe.setEncoding("utf8");
    pipe.on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop()!;
      for (const line of lines) this.listener.debug(JSON.parse(line));
    });
  }

  private readRaw(name: "stdout" | "stderr", pipe: Readable): Promise<unknown> {
    pipe.setEncoding("utf8");
    pipe.on("data", (text: string) => {
      if (name === "stderr") this.lastWords = (this.lastWords + text).slice(-LAST_WORDS);
      this.listener.raw(name, text);
    });
    return new Promise((resolve) => pipe.once("close", resolve));
  }

  private end(
    code: number | null,
    signal: NodeJS.Signals | null,
    failure: string | undefined,
    open: readonly Promise<unknown>[],
  ): void {
    if (this.ended) return;
    // What it leaves behind in its group must not hold its pipes, nor outlive it.
    if (this.pid !== undefined) killTree(this.pid, `${MARK}=${this.mark}`);
    this.ended = true;
    const drained = failure === undefined ? Promise.all(open) : Promise.resolve();
    void Promise.race([drained, new Promise((resolve) => setTimeout(resolve, DRAIN_MS))]).then(() => {
      this.listener.exit({ code, signal, lastWords: failure ?? this.lastWords });
      for (const pipe of this.child.stdio) pipe?.destroy();
    });
  }
}

/**
 * Node's flags that this process was started with hold for the session too: the heap's limit, or the loader that runs these
 * sources. The loader is named by its path, for the session has another folder. A port for a debugger is never passed on, nor is a program:
 * the session would start itself again without end.
 */
function inheritedFlags(): string[] {
  const isProgram = (flag?: string) => flag !== undefined && /^(?:-e|-p|-pe|--eval|--print)$/.test(flag);
  return withoutInspectorFlags(process.execArgv)
    .filter((flag, at, flags) => {
      return !isProgram(flag) && !isProgram(flags[at - 1]) && !flag.startsWith("--input-type");
    })
    .map((flag, at, flags) => {
      if (flags[at - 1] === "--import") return import.meta.resolve(flag);
      return flag.startsWith("--import=") ? `--import=${import.meta.resolve(flag.slice(9))}` : flag;
    });
}
