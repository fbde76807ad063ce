/**
 * Finding and ending the processes that a session has started: a cell's children must not outlive it, and a blocking
 * `execSync` can only be interrupted by ending what it waits for.
 *
 * A process that has left the session's group, and whose parent has ended, is found by the environment that it has inherited: the
 * session's own holds a mark. Who wants a process to outlive the session starts it with an environment without the mark.
 */
import { execFileSync } from "node:child_process";
import type * as FileSystem from "node:fs";
import { readdirSync, readFileSync } from "node:fs";

/** Pids of all descendants of `pid`, deepest last; empty where the system's process table cannot be read. */
export function descendants(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const [child, parent] of processTable()) {
    const siblings = children.get(parent);
    if (siblings) siblings.push(child);
    else children.set(parent, [child]);
  }
  const found: number[] = [];
  const queue = [pid];
  for (let parent = queue.pop(); parent !== undefined; parent = queue.pop()) {
    for (const child of children.get(parent) ?? []) {
      found.push(child);
      queue.push(child);
    }
  }
  return found;
}

/** Pairs of pid and parent's pid. */
function processTable(): [number, number][] {
  if (process.platform === "linux") return linuxProcessTable();
  if (process.platform === "win32") return [];
  try {
    const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
    return lines.map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  } catch {
    return [];
  }
}

function linuxProcessTable(): [number, number][] {
  const table: [number, number][] = [];
  for (const entry of readdirSync("/proc")) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, "utf8");
      // "pid (command) state ppid …": the command may itself hold spaces and parentheses.
      table.push([pid, Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ", 2)[1])]);
    } catch {
      // The process ended between the listing and the read.
    }
  }
  return table;
}

/** Whether a process is there, be it another user's. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}

/** Ends every descendant of `pid`, but not `pid` itself. */
export function killDescendants(pid: number): void {
  for (const child of descendants(pid)) kill(child);
}

/** Name of the environment variable that marks the processes of a session. */
export const MARK = "CELLGRAD_SESSION";

/**
 * Ends all other processes whose environment holds `mark`, on Linux, which shows it. The watchdog runs the text of this function in a
 * thread of its own, so it refers to nothing outside of itself.
 */
export function killMarked(mark: string): void {
  if (process.platform !== "linux") return;
  const { readdirSync, readFileSync } = process.getBuiltinModule("node:fs") as typeof FileSystem;
  // Until none is left, since one may start another meanwhile; a process that cannot be ended must not hold this up.
  for (let found = true, rounds = 0; found && rounds < 20; rounds++) {
    found = false;
    for (const entry of readdirSync("/proc")) {
      const pid = Number(entry);
      try {
        if (!Number.isInteger(pid) || pid === process.pid) continue;
        if (!readFileSync(`/proc/${entry}/environ`, "latin1").split("\0").includes(mark)) continue;
        process.kill(pid, "SIGKILL");
        found = true;
      } catch {
        // It has ended, or belongs to another user.
      }
    }
  }
}

/**
 * Ends a process that leads its own group, its group, and descendants that have left the group.
 * @param mark `NAME=value` in the environment of all that it has started
 */
export function killTree(pid: number, mark: string): void {
  if (process.platform === "win32") {
    try {
      execFileSync("taskkill", ["/pid", String(pid), "/T", "/F"], { stdio: "ignore" });
    } catch {
      // It is gone already.
    }
    return;
  }
  // Listed first: once the parent is dead, its children belong to init and are no longer found.
  const rest = descendants(pid);
  kill(-pid);
  kill(pid);
  for (const child of rest) kill(child);
  killMarked(mark);
}
