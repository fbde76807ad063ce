/**
 * How much memory this process may still take. Linux gives address space freely and ends a process that touches more than there is, so
 * what the system and the control groups say has to be asked beforehand.
 */
import { readFileSync } from "node:fs";
import { freemem, totalmem } from "node:os";
import { setFlagsFromString } from "node:v8";
import { type Context, createContext, runInContext, runInNewContext } from "node:vm";

/** A control group that limits this process: where it says its limit, what is used, and how much of that is file cache. */
interface Limit {
  readonly bytes: number;
  readonly used: string;
  readonly cache: { readonly file: string; readonly name: RegExp };
}

const versions = {
  1: { limit: "memory.limit_in_bytes", used: "memory.usage_in_bytes", cache: /^total_inactive_file (\d+)$/m },
  2: { limit: "memory.max", used: "memory.current", cache: /^inactive_file (\d+)$/m },
} as const;

function textOf(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}

/** The groups around this process that have a limit below the machine's memory. Containers see their own group as the root. */
function findLimits(): Limit[] {
  const limits: Limit[] = [];
  for (const line of textOf("/proc/self/cgroup").split("\n")) {
    const [, controllers, path = ""] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers !== "" && !controllers?.split(",").includes("memory")) continue;
    const { limit, used, cache } = versions[controllers === "" ? 2 : 1];
    const root = controllers === "" ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory";
    const names = path.split("/").filter((name) => name !== "");
    for (let depth = names.length; depth >= 0; depth--) {
      const folder = [root, ...names.slice(0, depth)].join("/");
      const bytes = Number.parseInt(textOf(`${folder}/${limit}`), 10);
      if (bytes < totalmem()) {
        limits.push({
          bytes,
          used: `${folder}/${used}`,
          cache: { file: `${folder}/memory.stat`, name: cache },
        });
      }
    }
  }
  return limits;
}

let found: readonly Limit[] | undefined;
const limits = (): readonly Limit[] => (found ??= findLimits());

/** Bytes of memory that this process could have if nothing else ran. */
export function totalMemory(): number {
  return Math.min(totalmem(), ...limits().map(({ bytes }) => bytes));
}

/** Bytes that this process may still take, by the system's estimate; file cache counts as free. */
export function availableMemory(): number {
  const left = limits().map(({ bytes, used, cache }) => {
    const now = Number.parseInt(textOf(used), 10);
    const reclaimable = Number(cache.name.exec(textOf(cache.file))?.[1] ?? 0);
    return Number.isNaN(now) ? Infinity : Math.max(0, bytes - now + reclaimable);
  });
  return Math.min(freemem(), ...left);
}

let exposed: ((options?: { type: "minor" }) => void) | undefined;

/** V8's own function, which is not there unless it is asked for. */
function collector(): (options?: { type: "minor" }) => void {
  if (exposed === undefined) {
    setFlagsFromString("--expose-gc");
    exposed = runInNewContext("gc") as (options?: { type: "minor" }) => void;
    setFlagsFromString("--no-expose-gc");
  }
  return exposed;
}

/** Frees what no program can reach. Otherwise done in V8's own time, which knows nothing of the system's limits. */
export function collectGarbage(): void {
  const collect = collector();
  collect();
  // The second one waits for the first one's freeing, which goes on beside the program.
  collect();
}

let turns: Context | undefined;

/** As `collectGarbage`, once, and of what weak references would keep until the program's turn ends as well. */
export function collectReferred(): boolean {
  // When a queue of microtasks has run V8 lets go of what it keeps for weak references: this queue is an empty one of its own.
  turns ??= createContext({}, { microtaskMode: "afterEvaluate" });
  runInContext("0", turns);
  collector()();
  return true;
}

/** Frees what no program can reach of what was made since the last collections. */
export function collectYoungGarbage(): void {
  collector()({ type: "minor" });
}
