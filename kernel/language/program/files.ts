/**
 * The files that TypeScript sees: the disk, read through caches, with the cells' modules laid into the notebook's folder.
 */
import { dirname, join } from "node:path";
import type TS from "typescript";
import { ts } from "../compiler.js";
import type { Toolchain } from "./compiler-options.js";
import { ModuleResolution, type Resolution } from "./module-resolution.js";

interface VirtualFile {
  readonly text: string;
  readonly version: string;
  readonly kind: TS.ScriptKind;
  snapshot?: TS.IScriptSnapshot;
}

interface DiskFile {
  readonly version: string;
  readonly snapshot: TS.IScriptSnapshot | undefined;
}

/** Whether something was there, in one round. */
interface Answer {
  readonly answer: boolean;
  readonly round: number;
}

export interface FilesOptions {
  readonly cwd: string;
  readonly toolchain: Toolchain;
  /** Where `import ... from "cellgrad"` leads. */
  readonly runtime: string | undefined;
}

/**
 * Files that do not change while a notebook is open, by path: each is read once in a process, and those of the libraries are in the start
 * snapshot.
 */
const settledFiles = new Map<string, DiskFile>();
/** Files and folders among these that are there. */
const settledPaths = new Set<string>();

export class Files implements TS.LanguageServiceHost {
  #cwd: string;
  /** Where new cells are laid, so that what they import is looked up from there. */
  folder: string;
  #toolchain: Toolchain;
  readonly #runtime: string | undefined;
  /** Files below do not change while a notebook is open; if a package is installed anew, a restart sees it. */
  readonly #settled: readonly string[];
  readonly #virtual = new Map<string, VirtualFile>();
  readonly #roots = new Set<string>();
  #rootList: string[] | undefined;
  #edits = 0;
  /** Counts requests: what may change on disk is looked at once in each. */
  #round = 0;
  /** Files that may change. */
  readonly #disk = new Map<string, DiskFile>();
  readonly #exists = new Map<string, Answer>();
  readonly #folders = new Map<string, Answer>();
  /** Local files that have imported in vain what is there now. */
  #found: ReadonlySet<string> = new Set();
  readonly #resolution: ModuleResolution;

  constructor(options: FilesOptions) {
    this.#cwd = options.cwd;
    this.folder = options.cwd;
    this.#toolchain = options.toolchain;
    this.#runtime = options.runtime;
    this.#settled = [
      "/node_modules/",
      ...(options.runtime === undefined ? [] : [`${dirname(options.runtime)}/`]),
    ];
    this.#resolution = new ModuleResolution(this, options.runtime, options.cwd, options.toolchain);
  }

  /** From now on new files, and what they import, are in another folder. */
  moveTo(cwd: string, toolchain: Toolchain): void {
    this.#cwd = cwd;
    this.folder = cwd;
    this.configure(toolchain);
  }

  /** From now on other options hold. */
  configure(toolchain: Toolchain): void {
    this.#toolchain = toolchain;
    this.#resolution.configure(this.#cwd, toolchain);
    this.#edits++;
  }

  get #options(): TS.CompilerOptions {
    return this.#toolchain.options;
  }

  /** A new request begins: local files may have changed and packages may have been installed since the last one. */
  beginRound(): void {
    this.#round++;
    for (const [path, { version }] of this.#disk) {
      if (modified(path) === version) continue;
      this.#disk.delete(path);
      this.#edits++;
    }
    this.#found = new Set(this.#resolution.filesWithNews());
    if (this.#found.size > 0) this.#edits++;
  }

  /** Asked by the language service: which files' imports lead elsewhere than before. */
  hasInvalidatedResolutions = (path: string): boolean => this.#found.has(path);

  path(name: string): string {
    return join(this.folder, name).replaceAll("\\", "/");
  }

  write(path: string, text: string, kind: TS.ScriptKind, options: { root: boolean }): void {
    const known = this.#virtual.get(path);
    if (known?.text === text && known.kind === kind) return;
    this.#virtual.set(path, { text, kind, version: String(++this.#edits) });
    if (options.root && !this.#roots.has(path)) {
      this.#roots.add(path);
      this.#rootList = undefined;
    }
  }

  remove(path: string): void {
    if (!this.#virtual.delete(path)) return;
    this.#edits++;
    if (this.#roots.delete(path)) this.#rootList = undefined;
  }

  isVirtual(path: string): boolean {
    return this.#virtual.has(path);
  }

  // What a language service asks of its host

  getCompilationSettings(): TS.CompilerOptions {
    return this.#options;
  }

  /** While it is the same, a language service does not look at the hundreds of files one by one. */
  getProjectVersion(): string {
    return String(this.#edits);
  }

  getScriptFileNames(): string[] {
    return (this.#rootList ??= [...this.#roots]);
  }

  getScriptKind(path: string): TS.ScriptKind {
    return this.#virtual.get(path)?.kind ?? scriptKind(path);
  }

  getScriptVersion(path: string): string {
    return this.#virtual.get(path)?.version ?? this.#read(path).version;
  }

  getScriptSnapshot(path: string): TS.IScriptSnapshot | undefined {
    const file = this.#virtual.get(path);
    if (file) return (file.snapshot ??= ts.ScriptSnapshot.fromString(file.text));
    return this.#read(path).snapshot;
  }

  getCurrentDirectory(): string {
    return this.#cwd;
  }

  getDefaultLibFileName(options: TS.CompilerOptions): string {
    return ts.getDefaultLibFilePath(options);
  }

  useCaseSensitiveFileNames(): boolean {
    return ts.sys.useCaseSensitiveFileNames;
  }

  fileExists = (path: string): boolean => {
    if (this.#virtual.has(path)) return true;
    return this.#isThere(path, this.#exists, ts.sys.fileExists);
  };

  readFile = (path: string): string | undefined => {
    const file = this.#virtual.get(path);
    if (file) return file.text;
    return ts.sys.readFile(path);
  };

  directoryExists = (path: string): boolean => this.#isThere(path, this.#folders, ts.sys.directoryExists);

  getDirectories = (path: string): string[] => ts.sys.getDirectories(path);

  readDirectory = (
    path: string,
    extensions?: readonly string[],
    exclude?: readonly string[],
    include?: readonly string[],
    depth?: number,
  ): string[] => ts.sys.readDirectory(path, extensions, exclude, include, depth);

  realpath = (path: string): string => (this.#virtual.has(path) ? path : (ts.sys.realpath?.(path) ?? path));

  getModuleResolutionCache(): TS.ModuleResolutionCache {
    return this.#resolution.cache;
  }

  resolveModuleNameLiterals(
    ...imports: Parameters<ModuleResolution["resolveAll"]>
  ): readonly TS.ResolvedModuleWithFailedLookupLocations[] {
    return this.#resolution.resolveAll(...imports);
  }

  /** What an import of a cell leads to. */
  resolve(specifier: string, cell: string, mode: TS.ResolutionMode): Resolution {
    return this.#resolution.resolve(specifier, cell, mode);
  }

  /** Whether what is there stays as it is: a package's file, or one of the runtime's. */
  isSettled(path: string): boolean {
    return this.#settled.some((folder) => path.includes(folder));
  }

  /** Whether a file is one of the runtime's. */
  isRuntime(path: string): boolean {
    return this.#runtime !== undefined && path.startsWith(`${dirname(this.#runtime)}/`);
  }

  #isThere(path: string, answers: Map<string, Answer>, look: (path: string) => boolean): boolean {
    if (settledPaths.has(path)) return true;
    const known = answers.get(path);
    if (known?.round === this.#round) return known.answer;
    const answer = look(path);
    if (answer && this.isSettled(path)) settledPaths.add(path);
    else answers.set(path, { answer, round: this.#round });
    return answer;
  }

  #read(path: string): DiskFile {
    const settled = settledFiles.get(path);
    if (settled) return settled;
    const known = this.#disk.get(path);
    if (known) return known;
    const version = modified(path);
    const text = ts.sys.readFile(path);
    const file = {
      version,
      snapshot: text === undefined ? undefined : ts.ScriptSnapshot.fromString(text),
    };
    if (text !== undefined && this.isSettled(path)) settledFiles.set(path, file);
    else this.#disk.set(path, file);
    return file;
  }
}

function modified(path: string): string {
  return String(ts.sys.getModifiedTime?.(path)?.getTime());
}

function scriptKind(path: string): TS.ScriptKind {
  if (path.endsWith(".tsx")) return ts.ScriptKind.TSX;
  if (path.endsWith(".jsx")) return ts.ScriptKind.JSX;
  if (path.endsWith(".json")) return ts.ScriptKind.JSON;
  return /\.[cm]?js$/u.test(path) ? ts.ScriptKind.JS : ts.ScriptKind.TS;
}
