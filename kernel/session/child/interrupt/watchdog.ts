/**
 * The thread that a busy main thread cannot hold up: each line on the interrupt pipe is a call that it has the main thread make in the
 * midst of whatever it does. When the pipe ends, the kernel process is gone, and it ends this process, all that it started, and the
 * language's process, which the kernel has named.
 * A debugger's relay shares the thread.
 */
import type * as InspectorModule from "node:inspector";
import type * as NetModule from "node:net";
import { Worker } from "node:worker_threads";
import { killMarked, MARK } from "../../process-tree.js";
import { debugRelay } from "../debug/debug-relay.js";
import { STATE, STOP } from "./interrupt-host.js";
import { LAYOUT, writeWaitingText } from "../output/text-buffer.js";

/**
 * What the main thread does when it is told to, by the names that the pipe's lines have: `interrupt(12, 1)`, `pump()`,
 * `preview(3, ["data", "rows"])`.
 */
export interface WatchdogCalls {
  /** Stops user code up to a run, told how often Stop was pressed so far. */
  interrupt(through: number, press: number): void;
  /** Takes in what has come for widgets, so that a busy loop sees it. */
  pump(): void;
  /** Sends a preview of a value, with its members that begin with a prefix. */
  preview(id: number, path: readonly string[], prefix?: string): void;
}

/**
 * Body of the thread. It is passed to the worker as text, which starts sooner than a file and needs no loader, so it must
 * not refer to anything outside of itself nor hold functions with names.
 * @param fd the interrupt pipe
 * @param callee expression for the object of the main thread whose methods the lines call
 * @param relay the debugger's
 * @param endAll ends this process and all that it has started
 * @param writeText sees to it that text of the main thread is written
 * @param settleMs how long a stack takes to be unwound
 * @param previewsWaiting how many questions for values may wait for the main thread, the last ones
 * @param state what the main thread sees in the midst of a native computation, which hears no call
 * @param place of it, where an interrupt is asked for with `asked`
 */
function watchdog(
  fd: number,
  callee: string,
  relay: ReturnType<typeof debugRelay>,
  endAll: () => void,
  writeText: () => void,
  settleMs: number,
  previewsWaiting: number,
  state: Int32Array,
  place: number,
  asked: number,
): void {
  const { Session } = process.getBuiltinModule("node:inspector") as typeof InspectorModule;
  const { Socket } = process.getBuiltinModule("node:net") as typeof NetModule;
  const inspector = new Session();
  inspector.connectToMainThread();
  const pipe = new Socket({ fd });
  /*
   * One call at a time. The termination that an interrupt asks for would end the next call in place of the user's code, and then be over:
   * what comes after an interrupt waits until the stack is gone.
   */
  const calls = {
    waiting: [] as string[],
    busy: false,
    add(line: string) {
      // Coalesce: of interrupts and pumps only the last matters, of previews the last few; an interrupt drops previews, which nobody waits for then.
      const isInterrupt = line.startsWith("interrupt");
      const kind = line.slice(0, line.indexOf("("));
      const others = this.waiting.filter((other) => !other.startsWith(kind));
      const alike = this.waiting.filter((other) => other.startsWith(kind));
      if (kind === "preview") this.waiting = [...others, ...alike.slice(1 - previewsWaiting)];
      else this.waiting = others.filter((other) => !isInterrupt || !other.startsWith("preview"));
      if (isInterrupt) this.waiting.unshift(line);
      else this.waiting.push(line);
      if (!this.busy) this.next();
    },
    next() {
      const line = this.waiting.shift();
      this.busy = line !== undefined;
      if (line === undefined) return;
      if (line.startsWith("interrupt")) Atomics.store(state, place, asked);
      inspector.post("Runtime.evaluate", { expression: `${callee}.${line}`, silent: true }, () => {
        if (line.startsWith("interrupt")) setTimeout(() => this.next(), settleMs);
        else this.next();
      });
      // What stands at a breakpoint is unwound once it goes on, and must not go on before that.
      if (line.startsWith("interrupt")) relay.resume();
    },
  };
  let rest = "";
  let companion: number | undefined;
  pipe.on("data", (bytes) => {
    const lines = (rest + bytes.toString("latin1")).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      if (line.startsWith("companion ")) {
        companion = Number(line.slice("companion ".length));
        continue;
      }
      calls.add(line);
    }
  });
  pipe.on("error", () => undefined);
  pipe.on("close", () => {
    try {
      if (companion !== undefined) process.kill(companion, "SIGKILL");
    } catch {
      // It has noticed by itself.
    }
    endAll();
  });
  writeText();
}

/** The kernel process is gone: ends the processes that have left the group, then the group, which the session leads (on Windows there are none). */
function endSession(ofSession: string, endMarked: (mark: string) => void): void {
  endMarked(ofSession);
  process.kill(process.platform === "win32" ? process.pid : -process.pid, "SIGKILL");
}

const mark = `${MARK}=${process.env[MARK] ?? ""}`;

/** What the thread does when its pipe ends. */
export function endWithKernel(): void {
  endSession(mark, killMarked);
}

const SETTLE_MS = 10;
/** A front end asks for a completion, a tooltip and help at a time; what is older was asked for what was typed before. */
const PREVIEWS_WAITING = 4;

/** Property of globalThis under which the thread finds the calls. */
const CALLS = Symbol.for("cellgrad.watchdog");

/** Starts the thread; a line that comes before it listens waits in the pipe. */
export function startWatchdogThread(
  fd: number,
  debuggerFd: number,
  events: { readonly fd: number; readonly text: SharedArrayBuffer },
  interruptState: Int32Array,
  calls: WatchdogCalls,
): void {
  Object.defineProperty(globalThis, CALLS, { value: calls });
  const callee = `globalThis[Symbol.for(${JSON.stringify(CALLS.description)})]`;
  const endAll = `() => (${endSession.toString()})(${JSON.stringify(mark)}, ${killMarked.toString()})`;
  const relay = `(${debugRelay.toString()})(${String(debuggerFd)})`;
  const data = `require("node:worker_threads").workerData`;
  const writeText = `() => (${writeWaitingText.toString()})(${String(events.fd)}, ${data}.text, ${JSON.stringify(LAYOUT)})`;
  const numbers = [STATE.STOP, STOP.ASKED].join();
  const body = `(${watchdog.toString()})(${String(fd)}, ${JSON.stringify(callee)}, ${relay}, ${endAll}, ${writeText}, ${String(SETTLE_MS)}, ${String(PREVIEWS_WAITING)}, ${data}.interruptState, ${numbers})`;
  const worker = new Worker(body, {
    eval: true,
    workerData: { text: events.text, interruptState },
    execArgv: [],
    stdin: true,
    stdout: true,
    stderr: true,
  });
  worker.unref();
}
