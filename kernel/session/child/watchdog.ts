/**
 * The thread that a busy main thread cannot hold up: it waits for the number of a run on the interrupt pipe and has the main
 * thread interrupt itself up to that run. When the pipe ends, the kernel process is gone, and it ends this process and all that it started.
 */
import type * as InspectorModule from "node:inspector";
import type * as NetModule from "node:net";
import { Worker } from "node:worker_threads";

/**
 * Body of the thread. It is passed to the worker as text, which starts sooner than a file and needs no loader, so it must
 * not refer to anything outside of itself nor hold functions with names.
 * @param fd the interrupt pipe
 * @param callee expression for the function that the main thread calls to interrupt itself
 */
function watchdog(fd: number, callee: string): void {
  const { Session } = process.getBuiltinModule("node:inspector") as typeof InspectorModule;
  const { Socket } = process.getBuiltinModule("node:net") as typeof NetModule;
  const inspector = new Session();
  inspector.connectToMainThread();
  const pipe = new Socket({ fd });
  pipe.on("data", (bytes) => {
    for (let at = 0; at + 4 <= bytes.length; at += 4) {
      inspector.post("Runtime.evaluate", { expression: `${callee}(${String(bytes.readUInt32LE(at))})` });
    }
  });
  pipe.on("error", () => undefined);
  pipe.on("close", () => {
    // The session leads a process group of its own; on Windows there are none.
    process.kill(process.platform === "win32" ? process.pid : -process.pid, "SIGKILL");
  });
}

/** Starts the thread; an interrupt that comes before it listens waits in the pipe. */
export function startWatchdogThread(fd: number, callee: string): void {
  const worker = new Worker(`(${watchdog.toString()})(${String(fd)}, ${JSON.stringify(callee)})`, {
    eval: true,
    execArgv: [],
    stdin: true,
    stdout: true,
    stderr: true,
  });
  worker.unref();
}
