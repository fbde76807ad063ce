/**
 * What cells import: packages and Node's own modules by Node's loader, files of the user's by `LocalModules` and `require`, and
 * cellgrad as the session has loaded it, from whatever folder.
 */
import { readFileSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import vm from "node:vm";
import { createCellRequire, forgetUnfinished, requireMain } from "./commonjs.js";
import { commonJsModule, evaluated, isCommonJs, namespaceForCells } from "./commonjs-namespace.js";
import { LocalModules, type Target } from "./local-modules.js";
import { notFound, resolveByRequire, resolvePackage, unresolved } from "./packages.js";
import { formatOf, interopOf, isLocalFile, isPath, resolvePath } from "./resolve.js";
import { resolveByConfig, resolveByPaths } from "./typescript.js";
import { foreignSpecifier } from "../../../language/compile/habits/specifiers.js";

/** Node's own import() with a file as the one that imports. */
const nativeImports = new Map<string, (specifier: string, options?: ImportCallOptions) => Promise<object>>();

function nativeImport(from: string): (specifier: string, options?: ImportCallOptions) => Promise<object> {
  let native = nativeImports.get(dirname(from));
  if (!native) {
    native = vm.runInThisContext("(specifier, options) => import(specifier, options)", {
      filename: from,
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    }) as (specifier: string) => Promise<object>;
    nativeImports.set(dirname(from), native);
  }
  return native;
}

/** Node's cache of CommonJS modules, in which ES modules' imports of them are too. */
const { cache } = createRequire(import.meta.url);

export class Modules {
  require: NodeJS.Require;
  private readonly local: LocalModules;
  /** A file that need not exist stands for all cells. */
  private cell: string;
  private url: string;

  constructor(
    private folder: string,
    /** What "cellgrad" means. */
    private readonly runtime: () => object | Promise<object>,
  ) {
    this.require = createCellRequire(folder);
    this.cell = join(folder, "cell.ts");
    this.url = pathToFileURL(this.cell).href;
    this.local = new LocalModules({
      resolve: (specifier, from) => this.target(specifier, from),
      resolveUrl: (specifier, from) => this.resolveFrom(specifier, from),
      requireFile: (path) => this.require(path) as unknown,
      import: (specifier, from) => this.importFrom(specifier, from),
    });
  }

  /** `import.meta` of a cell. */
  get meta(): Record<string, unknown> {
    return {
      url: this.url,
      filename: this.cell,
      dirname: this.folder,
      resolve: (specifier: string) => this.resolve(specifier),
    };
  }

  /** From now on cells import from another folder; what is loaded stays. */
  moveTo(folder: string): void {
    this.folder = folder;
    this.cell = join(folder, "cell.ts");
    this.url = pathToFileURL(this.cell).href;
    this.require = createCellRequire(folder);
  }

  /** A cell's import; `names` are the exports that a static import needs. */
  async import(
    specifier: string,
    options?: ImportCallOptions,
    names: readonly string[] = [],
  ): Promise<unknown> {
    const found = await this.importFrom(String(specifier), this.cell, options);
    const namespace = found instanceof vm.Module ? namespaceForCells(found) : found;
    for (const name of names) {
      if (name in namespace) continue;
      throw new SyntaxError(`The requested module '${specifier}' does not provide an export named '${name}'`);
    }
    return namespace;
  }

  /** Runs a file as Node runs a program that it is started with. */
  async runMain(file: string): Promise<void> {
    const isMain = formatOf(file, () => readFileSync(file, "utf8")) === "commonjs";
    if (isMain) requireMain(file);
    else await this.local.import(file);
  }

  /** An import by code that a cell evaluates as text. */
  importEvaluated(specifier: string): Promise<object> {
    return this.importFrom(specifier, this.cell);
  }

  /** URL that a cell's import means; throws where there is nothing. */
  resolve(specifier: string): string {
    return this.resolveFrom(specifier, this.cell);
  }

  /** An interrupt may have stopped a module half-way. */
  interrupted(): void {
    this.local.interrupted();
    forgetUnfinished(this.require.cache);
  }

  /** A module or a namespace. */
  private async importFrom(specifier: string, from: string, options?: ImportCallOptions): Promise<object> {
    const target = await this.target(specifier, from, options);
    if ("namespace" in target) return target.namespace;
    return "file" in target ? this.local.import(target.file) : target.module;
  }

  private async target(specifier: string, from: string, options?: ImportCallOptions): Promise<Target> {
    if (specifier === "cellgrad") return { namespace: await this.runtime() };
    if (isBuiltin(specifier)) return { namespace: await nativeImport(from)(specifier) };
    const url = this.resolveFrom(specifier, from);
    if (!url.startsWith("file:")) return { namespace: await nativeImport(from)(url, options) };
    const file = fileURLToPath(url);
    // Node wants an attribute for JSON, TypeScript does not. A package's files lead to its files where it is linked here (see below).
    if (isLocalFile(file) || file.endsWith(".json") || (isPath(specifier) && !isLocalFile(from)))
      return { file };
    return this.packaged(url, file, specifier, from, options);
  }

  /** A package's module, loaded by Node where Node can; else what `require` gives, or linked here, where resolution is more lenient. */
  private async packaged(
    url: string,
    file: string,
    specifier: string,
    from: string,
    options: ImportCallOptions | undefined,
  ): Promise<Target> {
    const commonJs = (exports: unknown, known: readonly string[] = []) =>
      evaluated(commonJsModule(exports, specifier, { known, interop: interopOf(from) }));
    try {
      const namespace = await nativeImport(from)(url, options);
      if (!isCommonJs(cache[file], namespace)) return { namespace };
      return { module: await commonJs(cache[file]!.exports, Object.keys(namespace)) };
    } catch (error) {
      if (!isOfPackaging(error)) throw error;
      const other = resolveByRequire(specifier, from);
      if (other === undefined || other === file) return { file };
      return { module: await commonJs(createRequire(from)(other)) };
    }
  }

  private resolveFrom(specifier: string, from: string): string {
    if (isBuiltin(specifier)) return specifier.startsWith("node:") ? specifier : `node:${specifier}`;
    const foreign = /^[a-z][\w+.-]+:/iu.test(specifier) ? foreignSpecifier(specifier) : undefined;
    if (foreign !== undefined) throw notFound(`Cannot find module '${specifier}'. ${foreign}`);
    if (isPath(specifier)) {
      const file = resolvePath(specifier, dirname(from));
      if (file !== undefined) return pathToFileURL(file).href;
      throw notFound(`Cannot find module '${specifier}' in ${dirname(from)}`);
    }
    const own = resolveByConfig(specifier, from);
    if (own !== undefined) return pathToFileURL(own).href;
    const url = resolvePackage(specifier, from);
    if (url !== undefined) return url;
    const file = resolveByPaths(specifier, dirname(from), from);
    if (file !== undefined) return pathToFileURL(file).href;
    throw unresolved(specifier, from);
  }
}

const REFUSED = new Set([
  "ERR_MODULE_NOT_FOUND",
  "ERR_UNSUPPORTED_DIR_IMPORT",
  "ERR_PACKAGE_PATH_NOT_EXPORTED",
  "ERR_PACKAGE_IMPORT_NOT_DEFINED",
  "ERR_UNKNOWN_FILE_EXTENSION",
  "ERR_IMPORT_ASSERTION_TYPE_MISSING",
  "ERR_IMPORT_ATTRIBUTE_MISSING",
  "ERR_REQUIRE_ESM",
]);

/** Whether Node has refused how a package is made, and not the package's own code has thrown. */
function isOfPackaging(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("code" in error && typeof error.code === "string") return REFUSED.has(error.code);
  if (error instanceof SyntaxError)
    return /^Cannot use (?:import statement|'import\.meta') outside|^Unexpected token 'export'|does not provide an export named|^Named export /u.test(
      error.message,
    );
  return error instanceof ReferenceError && / is not defined in ES module scope/u.test(error.message);
}
