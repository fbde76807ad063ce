/**
 * The start snapshot of the language process: TypeScript with the libraries parsed and bound, as V8 keeps it on disk. A process that
 * starts from it checks its first cell three times as soon. Who finds none starts without it and makes one for the next start. A snapshot
 * is code: only one of this user's own, in a folder that nobody else can write to, is started from.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { createRequire } from "node:module";
import { constants, homedir, setPriority, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { makeFolder } from "../folders.js";
import { NO_INSPECTOR } from "../inspector-port.js";
import { PACKAGE_ROOT } from "../installation.js";
import { librariesOfNode } from "./program/node-library.js";

/** The service as one file, which a snapshot is made of; exists once cellgrad is built. */
export const BUNDLE = join(PACKAGE_ROOT, "dist", "kernel", "language", "service.cjs");

/**
 * A new checker now and then, and what cells allocate: room for young objects saves most of the collector's work. Types nest deep; more
 * than the stack that systems give a main thread would crash. To give each process hashes of its own would take a tenth of its start; nobody
 * else's text comes here. A snapshot only fits the flags under which it was made.
 */
export const FLAGS = [
  "--max-semi-space-size=8",
  "--heap-growing-percent=20",
  "--no-rehash-snapshot",
  ...(process.platform === "win32" ? [] : ["--stack-size=7000"]),
];

/** Snapshots that no kernel has started from for so long, in milliseconds, are removed when one is made. */
const UNUSED = 30 * 24 * 3_600_000;
/** Whose making takes longer than this, in milliseconds, has failed; on a machine that is busy otherwise a process in the background takes long. */
const PATIENCE = 30 * 60_000;

const PREFIX = "language-";
const SUFFIX = ".blob";

/** Where snapshots are kept. */
function folder(): string {
  return join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "cellgrad");
}

/** The file of the snapshot for this Node and this installation, be it there or not; undefined where nothing is built. */
function snapshotPath(): string | undefined {
  if (!existsSync(BUNDLE)) return undefined;
  const require = createRequire(import.meta.url);
  const hash = createHash("sha256").update(JSON.stringify([process.version, process.arch, FLAGS]));
  const inside = ["typescript", "@types/node/package.json"].map((name) => require.resolve(name));
  for (const file of [process.execPath, BUNDLE, join(PACKAGE_ROOT, "dist", ".stamp"), ...inside]) {
    const { size, mtimeMs } = statSync(file);
    hash.update(JSON.stringify([file, size, mtimeMs]));
  }
  return join(folder(), `${PREFIX}${hash.digest("hex").slice(0, 32)}${SUFFIX}`);
}

/** The snapshot to start from, if there is one. */
export function findSnapshot(): string | undefined {
  try {
    const path = snapshotPath();
    if (path === undefined || !existsSync(path)) return undefined;
    if (!isOwn(dirname(path)) || !isOwn(path)) return undefined;
    const now = new Date();
    utimesSync(path, now, now);
    return path;
  } catch {
    // Without a snapshot everything works, only later.
    return undefined;
  }
}

/**
 * Makes the snapshot where there is none; answers its path, or undefined where it cannot be had. Does not reject.
 * @param inBackground nobody waits for it: whoever works meanwhile goes first
 */
export async function ensureSnapshot({ inBackground = false } = {}): Promise<string | undefined> {
  try {
    const path = snapshotPath();
    if (path === undefined) return undefined;
    makeFolder(dirname(path), 0o700);
    if (!belongsToUser(dirname(path))) return undefined;
    // Whatever the umask was when it was made.
    chmodSync(dirname(path), 0o700);
    // What others could have written while the folder was open to them is made anew.
    if (existsSync(path) && !isOwn(path)) rmSync(path);
    if (existsSync(path)) return path;
    removeUnused();
    const unfinished = `${path}.${String(process.pid)}`;
    const made = await make(unfinished, inBackground);
    if (made) {
      chmodSync(unfinished, 0o600);
      renameSync(unfinished, path);
    } else rmSync(unfinished, { force: true });
    return made ? path : undefined;
  } catch {
    return undefined;
  }
}

/** Removes a snapshot that a process could not start from. */
export function discardSnapshot(path: string): void {
  rmSync(path, { force: true });
}

/** On Windows, which has no such number, a user's folders are closed to others. */
function belongsToUser(path: string): boolean {
  const user = process.getuid?.();
  return user === undefined || statSync(path).uid === user;
}

/** Whether it belongs to this user and nobody else can write to it. */
function isOwn(path: string): boolean {
  return belongsToUser(path) && (process.platform === "win32" || (statSync(path).mode & 0o022) === 0);
}

/** Why a snapshot that is there is not used, for a person. */
export function snapshotProblem(): string | undefined {
  try {
    const path = snapshotPath();
    if (path === undefined) return undefined;
    const other = [dirname(path), path].find((each) => existsSync(each) && !isOwn(each));
    return other && `${other} belongs to another user, or others can write to it: nothing of it is run`;
  } catch {
    return undefined;
  }
}

function make(path: string, inBackground: boolean): Promise<boolean> {
  const typescript = createRequire(import.meta.url).resolve("typescript");
  const libraries = JSON.stringify(librariesOfNode());
  const args = ["--snapshot-blob", path, "--build-snapshot", BUNDLE, libraries, typescript];
  const env = withoutNodeOptions();
  const child = spawn(process.execPath, [...NO_INSPECTOR, ...FLAGS, ...args], {
    cwd: tmpdir(),
    env,
    stdio: "ignore",
    timeout: PATIENCE,
  });
  if (inBackground && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  return new Promise((resolve) => {
    child.once("error", () => resolve(false));
    child.once("exit", (code) => resolve(code === 0));
  });
}

/** Flags for the user's own code, such as a heap limit, would make the snapshot unfit. */
export function withoutNodeOptions(): NodeJS.ProcessEnv {
  return { ...process.env, NODE_OPTIONS: "" };
}

function removeUnused(): void {
  for (const name of readdirSync(folder())) {
    const path = join(folder(), name);
    const old = name.startsWith(PREFIX) && Date.now() - statSync(path).mtimeMs > UNUSED;
    if (old) rmSync(path, { force: true });
  }
}
