/**
 * Sees to it that the language process does not outlive its kernel. The kernel's end closes the channel between them, which a process
 * that is deep in a type that never ends does not notice; a thread of its own does.
 */
import type * as WorkerThreads from "node:worker_threads";

/** Body of the thread, which is passed on as text: it must not refer to anything outside of itself. */
function watchParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, "SIGKILL");
  }, 1_000);
}

export function guardAgainstOrphanhood(): void {
  // Not imported: what Node sets up with the module would be lost in a start snapshot, and its threads would not start.
  const { Worker } = process.getBuiltinModule("node:worker_threads") as typeof WorkerThreads;
  const guard = new Worker(`(${watchParent.toString()})()`, { eval: true, execArgv: [] });
  guard.unref();
}
