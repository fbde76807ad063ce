/** Notices that whoever started the kernel is gone, be it by SIGKILL, so that no kernel is left behind. */
import { isAlive } from "../session/process-tree.js";

/** Milliseconds between looks. */
const INTERVAL = 1_000;

/**
 * Calls back when the parent has died. Only a kernel that Jupyter started has such a parent: it sets JPY_PARENT_PID (and on a kernel
 * started by hand in the background, the shell may well end first).
 */
export function onParentDeath(callback: () => void): void {
  const server = Number(process.env["JPY_PARENT_PID"]);
  if (!Number.isInteger(server) || server <= 0 || !isAlive(server)) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent && isAlive(server)) return;
    clearInterval(timer);
    callback();
  }, INTERVAL);
  timer.unref();
}
