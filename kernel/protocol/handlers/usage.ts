/** usage_request: processor and memory that the kernel, its session and their children take, as ipykernel reports them. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, freemem, hostname, totalmem } from "node:os";
import { descendants } from "../../session/process-tree.js";
import type { Reply } from "../context.js";

interface Sample {
  /** Processor time since the process began, in seconds. */
  readonly busy: number;
  /** Bytes; where the system tells, shared pages count by their share. */
  readonly memory: number;
}

/** Between two requests processes come and go, so each is compared with its own last sample. */
let last = { at: 0, processes: new Map<number, Sample>(), host: hostTimes() };

export function usage(): Reply {
  const processes = new Map<number, Sample>();
  for (const pid of [process.pid, ...descendants(process.pid)]) {
    const sample = process.platform === "linux" ? linuxSample(pid) : otherSample(pid);
    if (sample) processes.set(pid, sample);
  }
  const now = { at: performance.now(), processes, host: hostTimes() };
  const seconds = (now.at - last.at) / 1_000;
  let busy = 0;
  let memory = 0;
  for (const [pid, sample] of processes) {
    busy += sample.busy - (last.processes.get(pid)?.busy ?? sample.busy);
    memory += sample.memory;
  }
  const hostTime = now.host.total - last.host.total;
  const hostCpu = hostTime > 0 ? (100 * (now.host.busy - last.host.busy)) / hostTime : 0;
  last = now;
  return {
    content: {
      hostname: hostname(),
      pid: process.pid,
      kernel_cpu: Math.round((1_000 * busy) / seconds) / 10,
      kernel_memory: memory,
      host_cpu_percent: Math.round(10 * hostCpu) / 10,
      cpu_count: availableParallelism(),
      host_virtual_memory: hostMemory(),
    },
  };
}

/** Processor time of the machine, all processors together, in milliseconds. */
function hostTimes(): { busy: number; total: number } {
  let busy = 0;
  let total = 0;
  for (const { times } of cpus()) {
    const all = times.user + times.nice + times.sys + times.idle + times.irq;
    total += all;
    busy += all - times.idle;
  }
  return { busy, total };
}

/** Memory of the machine in bytes, under psutil's names. */
function hostMemory(): Record<string, number> {
  const total = totalmem();
  const available = process.availableMemory();
  const memory: Record<string, number> = {
    total,
    available,
    used: total - available,
    free: freemem(),
    percent: Math.round((1_000 * (total - available)) / total) / 10,
  };
  if (process.platform === "linux") {
    // Node's free memory is what is available; the panels of clients show both.
    const table = readFileSync("/proc/meminfo", "latin1");
    for (const [name, field] of LINUX_MEMORY) {
      const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(table)?.[1];
      if (kilobytes !== undefined) memory[name] = 1_024 * Number(kilobytes);
    }
  }
  return memory;
}

const LINUX_MEMORY = [
  ["free", "MemFree"],
  ["active", "Active"],
  ["inactive", "Inactive"],
  ["buffers", "Buffers"],
  ["cached", "Cached"],
] as const;

/** Ticks of /proc/PID/stat in a second, on every architecture that Node runs on. */
const TICKS = 100;

function linuxSample(pid: number): Sample | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { busy: (Number(fields[11]) + Number(fields[12])) / TICKS, memory: linuxMemory(pid) };
  } catch {
    // The process has ended meanwhile.
    return undefined;
  }
}

function linuxMemory(pid: number): number {
  const kilobytes = (file: string, field: string): number | undefined => {
    try {
      const found = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(
        readFileSync(`/proc/${pid}/${file}`, "latin1"),
      );
      return found ? Number(found[1]) : undefined;
    } catch {
      return undefined;
    }
  };
  return 1_024 * (kilobytes("smaps_rollup", "Pss") ?? kilobytes("status", "VmRSS") ?? 0);
}

function otherSample(pid: number): Sample | undefined {
  if (pid === process.pid) {
    const { user, system } = process.cpuUsage();
    return { busy: (user + system) / 1e6, memory: process.memoryUsage.rss() };
  }
  try {
    const text = execFileSync("ps", ["-o", "rss=,time=", "-p", String(pid)], { encoding: "utf8" }).trim();
    const [kilobytes = "0", time = "0"] = text.split(/\s+/);
    // [[hours:]minutes:]seconds
    const busy = time.split(/[-:]/).reduce((sum, part) => 60 * sum + Number(part), 0);
    return { busy, memory: 1_024 * Number(kilobytes) };
  } catch {
    return undefined;
  }
}
