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

/** Forgets local modules that were edited, and those that use them. */
function forgetEdited(cache: NodeJS.Dict<NodeJS.Module>): void {
  const local = Object.values(cache).filter((module) => module !== undefined && isLocal(module.id));
  const stale = new Set<NodeJS.Module>();
  for (const module of local) {
    const stamp = stamps.get(module!.id);
    if (stamp !== undefined && stamp !== stampOf(module!.id)) stale.add(module!);
  }
  for (let before = -1; before < stale.size;) {
    before = stale.size;
    for (const module of local) if (module!.children.some((child) => stale.has(child))) stale.add(module!);
  }
  for (const { id } of stale) {
    Reflect.deleteProperty(cache, id);
    stamps.delete(id);
  }
}

/** Forgets modules in whose midst an interrupt came: Node would go on giving out what they had exported by then. */
export function forgetUnfinished(cache: NodeJS.Dict<NodeJS.Module>): void {
  for (const [path, module] of Object.entries(cache))
    if (!module?.loaded) Reflect.deleteProperty(cache, path);
}

function rememberLoaded(cache: NodeJS.Dict<NodeJS.Module>): void {
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
