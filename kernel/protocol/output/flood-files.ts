/**
 * Files that hold whole what a notebook showed the ends of: in a folder of each kernel, below the system's for temporary files. Those of
 * kernels that have ended go after some days, and the oldest whenever all together take too much room.
 */
import { mkdtempSync, openSync, readdirSync, rmdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive } from "../../session/process-tree.js";

export interface KeepLimits {
  /** Milliseconds after its last change for which a file of an ended kernel stays. */
  readonly age: number;
  /** Bytes of all files together, of all of this user's kernels. */
  readonly total: number;
}

export const KEEP: KeepLimits = { age: 3 * 24 * 3_600_000, total: 2 ** 31 };

/** With the kernel's pid; without one where an older version has made it. */
const FOLDER = /^cellgrad-(?:output-(\d+)-)?\w{6}$/;
const FILE = /^cell-\d+(?:-\d+)?\.txt$/;

/** This kernel's folder, once there is one. */
let own: string | undefined;

/**
 * A new file for a cell's output, open for writing, which only this user can read.
 * @param room bytes that the file may come to hold, for which others make room
 */
export function openFloodFile(label: string, room: number): { readonly path: string; readonly fd: number } {
  removeOldFloodFiles({ ...KEEP, total: Math.max(0, KEEP.total - room) });
  own ??= mkdtempSync(join(tmpdir(), `cellgrad-output-${String(process.pid)}-`));
  // A cell's timers may flood again after its end.
  for (let turn = 1; ; turn++) {
    const path = join(own, turn === 1 ? `${label}.txt` : `${label}-${String(turn)}.txt`);
    try {
      return { path, fd: openSync(path, "wx", 0o600) };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Whoever tidies up the temporary files may have taken the folder.
      if (code === "ENOENT" && turn === 1)
        own = mkdtempSync(join(tmpdir(), `cellgrad-output-${String(process.pid)}-`));
      else if (code !== "EEXIST") throw error;
    }
  }
}

interface Kept {
  readonly path: string;
  readonly size: number;
  readonly changed: number;
  readonly ended: boolean;
}

/** Removes what is older than it may be, and the oldest of what is more. Does not throw. */
export function removeOldFloodFiles({ age, total }: KeepLimits = KEEP): void {
  let sum = 0;
  // The newest first.
  const files = floodFiles().sort((a, b) => b.changed - a.changed);
  for (const { path, size, changed, ended } of files) {
    const old = ended && Date.now() - changed > age;
    if (!old && sum + size <= total) sum += size;
    else quietly(() => rmSync(path, { force: true }));
  }
  // Only those that have become empty can be removed so.
  for (const { path, ended } of folders()) if (ended) quietly(() => rmdirSync(path));
}

function folders(): { path: string; ended: boolean }[] {
  const names = quietly(() => readdirSync(tmpdir())) ?? [];
  return names.flatMap((name) => {
    const match = FOLDER.exec(name);
    if (!match) return [];
    const path = join(tmpdir(), name);
    const stat = quietly(() => statSync(path));
    const mine = stat?.isDirectory() && (process.getuid === undefined || stat.uid === process.getuid());
    return mine ? [{ path, ended: match[1] === undefined || !isAlive(Number(match[1])) }] : [];
  });
}

function floodFiles(): Kept[] {
  return folders().flatMap(({ path: folder, ended }) => {
    const names = quietly(() => readdirSync(folder)) ?? [];
    // Folders of that kind may be others' than these: a kernel's sockets, or a test's.
    if (!names.every((name) => FILE.test(name))) return [];
    return names.flatMap((name): Kept[] => {
      const path = join(folder, name);
      const stat = quietly(() => statSync(path));
      return stat ? [{ path, size: stat.size, changed: stat.mtimeMs, ended }] : [];
    });
  });
}

/** Another kernel may do the same at the same time. */
function quietly<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
