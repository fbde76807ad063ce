/**
 * `require` for cells: Node's own, from the notebook's folder, that also loads TypeScript and takes edited local files anew.
 */
import { readFileSync, statSync } from "node:fs";
import Module, { createRequire, isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import { fileForImport, mayBeThere, unresolved } from "./packages.js";
import { isLocalFile, isPath, resolvePath } from "./resolve.js";
import { compileTypeScript, resolveByConfig, resolveByPaths } from "./typescript.js";

type Extensions = Record<string, (module: CompilingModule, path: string) => void>;
interface CompilingModule {
  _compile(code: string, path: string): unknown;
}

/** Modification time and size of local files as they were loaded. */
const stamps = new Map<string, string>();

function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? `${String(stat.mtimeMs)} ${String(stat.size)}` : "";
}

function isLocal(path: string): boolean {
  return isLocalFile(path) && !path.startsWith("node:");
}

/** What is in Node's cache; JSON that an ES module has imported is there as an object that has its exports and nothing else. */
type Cached = Partial<Pick<NodeJS.Module, "children" | "loaded">>;

/** Forgets local modules that were edited, and those that use them. */
function forgetEdited(cache: NodeJS.Dict<Cached>): void {
  const local = Object.entries(cache).filter((entry): entry is [string, Cached] => isLocal(entry[0]));
  const stale = new Map<Cached, string>();
  for (const [path, module] of local) {
    const stamp = stamps.get(path);
    if (stamp !== undefined && stamp !== stampOf(path)) stale.set(module, path);
  }
  for (let before = -1; before < stale.size;) {
    before = stale.size;
    for (const [path, module] of local)
      if (module.children?.some((child) => stale.has(child))) stale.set(module, path);
  }
  for (const path of stale.values()) {
    Reflect.deleteProperty(cache, path);
    stamps.delete(path);
  }
}

/** Forgets modules in whose midst an interrupt came: Node would go on giving out what they had exported by then. */
export function forgetUnfinished(cache: NodeJS.Dict<Cached>): void {
  for (const [path, module] of Object.entries(cache))
    if (module?.loaded === false) Reflect.deleteProperty(cache, path);
}

function rememberLoaded(cache: NodeJS.Dict<Cached>): void {
  for (const path of Object.keys(cache)) {
    if (isLocal(path) && !stamps.has(path)) stamps.set(path, stampOf(path));
  }
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

type Parent = Readonly<Partial<Pick<NodeJS.Module, "filename">>>;

/** Node's inside that `require` is made of, wherever it is called. */
const inside = Module as unknown as {
  readonly _extensions: Extensions;
  _load(request: string, parent: Parent | undefined, ...rest: unknown[]): unknown;
  _resolveFilename(request: string, parent: Parent | undefined, ...rest: unknown[]): string;
};

/**
 * Makes every `require` load TypeScript, and those of local files find what `import` finds where Node itself finds nothing: a file by the name
 * of what is compiled from it, what a tsconfig's paths give, and packages that are for import alone.
 * @param runtime what "cellgrad" means
 */
export function installRequire(runtime: () => unknown): void {
  const { _extensions: extensions, _resolveFilename: resolve, _load: load } = inside;
  inside._load = function (this: unknown, request, parent, ...rest) {
    if (request === "cellgrad" && isLocalFile(parent?.filename ?? "")) return runtime();
    return load.call(this, request, parent, ...rest);
  };
  inside._resolveFilename = function (this: unknown, request, parent, ...rest) {
    const from = parent?.filename;
    const ofNode = () => resolve.call(this, request, parent, ...rest);
    if (from === undefined || !isLocalFile(from) || isBuiltin(request)) return ofNode();
    if (isPath(request)) return attempt(ofNode) ?? resolvePath(request, dirname(from)) ?? ofNode();
    const file =
      resolveByConfig(request, from) ??
      (mayBeThere(request, from) ? attempt(ofNode) : undefined) ??
      fileForImport(request, from) ??
      resolveByPaths(request, dirname(from), from);
    if (file !== undefined) return file;
    throw Object.assign(unresolved(request, from), { code: "MODULE_NOT_FOUND" });
  };
  for (const extension of [".ts", ".cts", ".tsx"]) {
    extensions[extension] = (module, path) => {
      module._compile(compileTypeScript(path, readFileSync(path, "utf8"), "commonjs"), path);
    };
  }
}

/** Runs a CommonJS file, which finds itself as `require.main`. */
export function requireMain(file: string): void {
  inside._load(file, undefined, true);
}

/** The `require` of all cells. */
export function createCellRequire(folder: string): NodeJS.Require {
  const native = createRequire(join(folder, "cell.cjs"));
  const resolve = (specifier: string) => (isPath(specifier) && resolvePath(specifier, folder)) || specifier;
  const cellRequire = (specifier: string): unknown => {
    forgetEdited(native.cache);
    try {
      return native(resolve(specifier));
    } finally {
      rememberLoaded(native.cache);
    }
  };
  const resolver = (specifier: string, options?: { paths?: string[] }) =>
    native.resolve(resolve(specifier), options);
  return Object.assign(cellRequire, {
    resolve: Object.assign(resolver, { paths: native.resolve.paths }),
    cache: native.cache,
    extensions: native.extensions,
    main: undefined,
  }) as NodeJS.Require;
}
