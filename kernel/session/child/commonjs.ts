/**
 * `require` for cells: Node's own, from the notebook's folder, that also loads TypeScript and takes edited local files anew.
 */
import { readFileSync, statSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { join } from "node:path";
import { isLocalFile, isPath, resolvePath } from "./resolve.js";
import { compileTypeScript } from "./typescript.js";

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

function installTypeScript(extensions: Extensions): void {
  for (const extension of [".ts", ".cts", ".tsx"]) {
    extensions[extension] = (module, path) => {
      module._compile(compileTypeScript(path, readFileSync(path, "utf8"), "commonjs"), path);
    };
  }
}

/** The `require` of all cells; `runtime` is what "cellgrad" means. */
export function createCellRequire(folder: string, runtime: Record<string, unknown>): NodeJS.Require {
  const native = createRequire(join(folder, "cell.cjs"));
  installTypeScript((Module as unknown as { _extensions: Extensions })._extensions);
  const resolve = (specifier: string) => (isPath(specifier) && resolvePath(specifier, folder)) || specifier;
  const cellRequire = (specifier: string): unknown => {
    if (specifier === "cellgrad") return runtime;
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
