/**
 * The user's tsconfig.json: which one counts for a folder, and what it says. The process that checks cells and the session that runs local
 * files read it here, so that both go by the same. One with a mistake in it is left aside altogether. What of it holds in cells is decided
 * in `language/program/compiler-options.ts`.
 */
import { statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { startupSnapshot } from "node:v8";
import type TS from "typescript";

export interface TsConfig {
  /** Its file; undefined where there is none. */
  readonly path?: string;
  /** What it sets, with all that it extends; nothing where it is left aside. */
  readonly options: TS.CompilerOptions;
  /** Why it is left aside: the place and what is wrong there. */
  readonly problem?: string;
}

const NONE: TsConfig = { options: {} };

/** What TypeScript reports of a tsconfig.json that says nothing wrong: there are no files to be compiled. */
const NO_FILES = new Set([18002, 18003]);
/** A value that this TypeScript does not know; its message lists all that it does. */
const UNKNOWN_VALUE = 6046;

interface Read {
  readonly config: TsConfig;
  /** Files that it was read from, as they were then. */
  readonly stamps: ReadonlyMap<string, string>;
}

export class TsConfigs {
  readonly #ts: typeof TS;
  readonly #read = new Map<string, Read>();

  /** Those that have been asked for and are left aside. */
  get broken(): TsConfig[] {
    return [...this.#read.values()]
      .map(({ config }) => config)
      .filter(({ problem }) => problem !== undefined);
  }

  constructor(ts: typeof TS) {
    this.#ts = ts;
  }

  /** The tsconfig.json, or jsconfig.json, that is nearest to a folder; the very same answer until one of its files is edited. */
  for(folder: string): TsConfig {
    const path = findConfig(folder);
    if (path === undefined) return NONE;
    const known = this.#read.get(path);
    // What is wrong may be mended elsewhere, such as by installing the package that it extends.
    const again = known?.config.problem !== undefined;
    if (known && !again && [...known.stamps].every(([file, stamp]) => stampOf(file) === stamp))
      return known.config;
    const read = this.#parse(path);
    if (again && read.config.problem === known.config.problem) return known.config;
    this.#read.set(path, read);
    return read.config;
  }

  #parse(path: string): Read {
    const ts = this.#ts;
    const file = ts.readJsonConfigFile(path, ts.sys.readFile);
    const host: TS.ParseConfigHost = {
      useCaseSensitiveFileNames: ts.sys.useCaseSensitiveFileNames,
      fileExists: ts.sys.fileExists,
      readFile: ts.sys.readFile,
      // Which files it means does not matter here.
      readDirectory: () => [],
    };
    const parsed = ts.parseJsonSourceFileConfigFileContent(file, host, dirname(path), undefined, path);
    const part = this.#partOf(parsed, path);
    if (part !== undefined) return this.#parse(part);
    const { parseDiagnostics = [] } = file as { parseDiagnostics?: readonly TS.Diagnostic[] };
    const [error] = [...parseDiagnostics, ...parsed.errors].filter(({ code }) => !NO_FILES.has(code));
    return {
      config: error
        ? { path, options: {}, problem: this.#describe(error, path) }
        : { path, options: parsed.options },
      stamps: new Map([path, ...(file.extendedSourceFiles ?? [])].map((read) => [read, stampOf(read)])),
    };
  }

  /** Where a tsconfig.json only names others beside it, which hold the settings, as Vite's templates do: the first of them. */
  #partOf({ raw, projectReferences }: TS.ParsedCommandLine, path: string): string | undefined {
    const { files } = raw as { files?: unknown };
    if (!Array.isArray(files) || files.length > 0) return undefined;
    return projectReferences
      ?.map((reference) => this.#ts.resolveProjectReferencePath(reference))
      .find((part) => part !== path && dirname(part) === dirname(path) && this.#ts.sys.fileExists(part));
  }

  #describe({ code, file, start = 0, length = 0, messageText }: TS.Diagnostic, path: string): string {
    const message = this.#ts.flattenDiagnosticMessageText(messageText, "\n");
    const said =
      file && code === UNKNOWN_VALUE
        ? `TypeScript ${this.#ts.version} has no ${file.text.slice(start, start + length)} here.`
        : message;
    if (!file) return `${path}: ${said}`;
    const { line, character } = file.getLineAndCharacterOfPosition(start);
    return `${file.fileName}:${String(line + 1)}:${String(character + 1)}: ${said}`;
  }
}

/** The file that counts for a folder. */
export function findConfig(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const path = ["tsconfig.json", "jsconfig.json"].map((name) => join(at, name)).find(isFile);
    if (path !== undefined || dirname(at) === at) return path?.replaceAll("\\", "/");
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? `${String(stat.mtimeMs)} ${String(stat.size)}` : "";
}

/** Options that say what code does, and not whether it is right. */
const MEANING = [
  "experimentalDecorators",
  "emitDecoratorMetadata",
  "useDefineForClassFields",
  "jsx",
  "jsxFactory",
  "jsxFragmentFactory",
  "jsxImportSource",
] as const satisfies readonly (keyof TS.CompilerOptions)[];

export type Meaning = Pick<TS.CompilerOptions, (typeof MEANING)[number]>;

/** What code means under a tsconfig.json, be it in cells or in local files. */
export function meaningOf(ts: typeof TS, { options }: TsConfig, folder: string): Meaning {
  const meaning: Meaning = {};
  for (const name of MEANING)
    if (options[name] !== undefined) Object.assign(meaning, { [name]: options[name] });
  // Fields are set as the tsc of the project would have them set; what else its target asks for, the running Node has.
  if (options.target !== undefined && options.target < ts.ScriptTarget.ES2022)
    meaning.useDefineForClassFields ??= false;
  // What a bundler would have to make JavaScript of is made so here.
  if (meaning.jsx === ts.JsxEmit.Preserve || meaning.jsx === ts.JsxEmit.ReactNative) delete meaning.jsx;
  meaning.jsx ??= isInstalled(folder, `${meaning.jsxImportSource ?? "react"}/jsx-runtime`)
    ? ts.JsxEmit.ReactJSX
    : ts.JsxEmit.React;
  return meaning;
}

function isInstalled(folder: string, specifier: string): boolean {
  // A snapshot is made in no folder, and there is no `require` then.
  if (startupSnapshot.isBuildingSnapshot()) return false;
  try {
    createRequire(join(folder, "cell.js")).resolve(specifier);
    return true;
  } catch {
    return false;
  }
}
