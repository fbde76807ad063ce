/**
 * Worker threads and child processes that run the user's own files do it as cells' imports do, TypeScript among them: their way leads
 * through program.ts. What packages start, and processes that bring a loader of their own, are left as they are.
 */
import childProcess, { ChildProcess } from "node:child_process";
import { syncBuiltinESMExports } from "node:module";
import { basename, extname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import workerThreads, { Worker, type WorkerOptions } from "node:worker_threads";
import { isFile, isLocalFile, isPath, resolvePath } from "./resolve.js";
import { adoptFrames } from "../run/stack.js";
import { isTypeScript } from "./typescript.js";

const ENTRY = fileURLToPath(new URL(`../program${extname(import.meta.url)}`, import.meta.url));
/** What loading the user's files needs of Node. */
const FLAGS = ["--experimental-vm-modules", "--experimental-import-meta-resolve"];

/** What a thread is to run, and the user's `workerData` beside it. */
export interface Given {
  readonly cellgrad: { readonly file: string } | { readonly code: string };
  readonly data: unknown;
}

/** Tells that something has started which `end` ends; answers what to call when it has ended. */
type OnStart = (end: () => void) => () => void;

/** From now on threads and processes run TypeScript. */
export function installPrograms(onStart: OnStart): void {
  installThreads(onStart);
  installProcesses(onStart);
  syncBuiltinESMExports();
}

function installThreads(onStart: OnStart): void {
  class ProgramWorker extends Worker {
    constructor(script: string | URL, options: WorkerOptions = {}) {
      const cellgrad = threadProgram(script, options);
      if (!cellgrad) super(script, options);
      else {
        const { eval: _eval, execArgv, workerData, ...rest } = options;
        const given: Given = { cellgrad, data: workerData as unknown };
        super(ENTRY, {
          ...rest,
          workerData: given,
          ...(execArgv && { execArgv: [...FLAGS, ...execArgv] }),
        });
      }
      this.once(
        "exit",
        onStart(() => void this.terminate()),
      );
    }

    override emit(event: string | symbol, ...args: unknown[]): boolean {
      if (event === "error") adoptFrames(args[0]);
      return super.emit(event as string, ...args);
    }
  }
  Object.defineProperty(ProgramWorker, "name", { value: "Worker" });
  workerThreads.Worker = ProgramWorker;
}

/** What a thread runs here; undefined where it is left to Node, also to say what is wrong. */
function threadProgram(script: unknown, options: WorkerOptions): Given["cellgrad"] | undefined {
  if (options.eval) return typeof script === "string" ? { code: script } : undefined;
  if (script instanceof URL && script.protocol !== "file:") return undefined;
  const specifier = script instanceof URL ? script.href : script;
  // Node takes no URL as a text, and no name of a package.
  if (typeof specifier !== "string" || !isPath(specifier)) return undefined;
  if (typeof script === "string" && script.startsWith("file:")) return undefined;
  const file = resolvePath(specifier, process.cwd());
  return file !== undefined && isLocalFile(file) ? { file } : undefined;
}

/** Flags of Node that take the next word too. */
const TAKE_NEXT = new Set(["-C", "--conditions", "--env-file", "--title", "--stack-trace-limit"]);
/** With these it is no file that is run, or it is run under a loader that somebody has chosen. */
const OTHERWISE =
  /^(?:-[ceipr]|-pe|-|--(?:check|eval|print|interactive|require|import|loader|experimental-loader|test|run|input-type|watch)(?:[=-].*)?)$/;

/** A command line that runs a file of TypeScript by Node; undefined for any other. */
function processProgram(command: string, args: readonly string[], cwd: string): string[] | undefined {
  if (command !== process.execPath && !/^node(?:\.exe)?$/.test(basename(command))) return undefined;
  let at = 0;
  for (; at < args.length && args[at]!.startsWith("-"); at++) {
    if (OTHERWISE.test(args[at]!)) return undefined;
    if (TAKE_NEXT.has(args[at]!)) at++;
  }
  if (args[at] === undefined) return undefined;
  const named = resolve(cwd, args[at]!);
  const file = isFile(named) ? named : resolvePath(named, cwd);
  if (file === undefined || !isTypeScript(file) || !isLocalFile(file)) return undefined;
  const flags = args.slice(0, at);
  return [...flags, ...FLAGS.filter((flag) => !flags.includes(flag)), ENTRY, file, ...args.slice(at + 1)];
}

/** What ChildProcess.prototype.spawn is given; its arguments begin with the command's own name. */
interface SpawnOptions {
  file: string;
  args?: string[];
  cwd?: string | URL | null;
}

function installProcesses(onStart: OnStart): void {
  const child = ChildProcess.prototype as unknown as {
    spawn(this: ChildProcess, options: SpawnOptions): unknown;
  };
  const { spawn } = child;
  child.spawn = function (options) {
    const [name, ...args] = options.args ?? [];
    const program = processProgram(options.file, args, folderOf(options.cwd));
    if (!program) return spawn.call(this, options);
    const started = spawn.call(this, { ...options, args: [name!, ...program] });
    this.once(
      "exit",
      onStart(() => void this.kill()),
    );
    return started;
  };
  for (const name of ["spawnSync", "execFileSync"] as const) {
    const start = childProcess[name] as (...args: unknown[]) => unknown;
    const replacement = (command: unknown, ...rest: unknown[]): unknown => {
      const [args, options] = rest as [unknown, { cwd?: string | URL } | undefined];
      const program =
        typeof command === "string" && Array.isArray(args)
          ? processProgram(command, args.map(String), folderOf(options?.cwd))
          : undefined;
      return program ? start(command, program, ...rest.slice(1)) : start(command, ...rest);
    };
    Object.defineProperties(replacement, Object.getOwnPropertyDescriptors(start));
    childProcess[name] = replacement as never;
  }
}

function folderOf(cwd: string | URL | null | undefined): string {
  return cwd === undefined || cwd === null ? process.cwd() : cwd instanceof URL ? fileURLToPath(cwd) : cwd;
}
