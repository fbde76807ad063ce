/**
 * Finding and ending the processes that a session has started: a cell's children must not outlive it, and a blocking
 * `execSync` can only be interrupted by ending what it waits for.
 */
import { execFileSync } from "node:child_process";
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

/** Ends a process that leads its own group, its group, and descendants that have left the group. */
export function killTree(pid: number): void {
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
}
