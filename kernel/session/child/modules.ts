/**
 * What cells import: packages and Node's own modules by Node's loader, files of the user's by `LocalModules` and `require`, and
 * cellgrad as the session has loaded it, from whatever folder.
 */
import { isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import vm from "node:vm";
import { createCellRequire, forgetUnfinished } from "./commonjs.js";
import { LocalModules, type Target } from "./local-modules.js";
import { isLocalFile, isPath, resolvePath } from "./resolve.js";
import { resolveByPaths } from "./typescript.js";

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

export class Modules {
  require: NodeJS.Require;
  private readonly local: LocalModules;
  /** A file that need not exist stands for all cells. */
  private cell: string;
  private url: string;

  constructor(
    private folder: string,
    private readonly runtime: Record<string, unknown>,
  ) {
    this.require = createCellRequire(folder, runtime);
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
    this.require = createCellRequire(folder, this.runtime);
  }

  /** A cell's import; `names` are the exports that a static import needs. */
  async import(
    specifier: string,
    options?: ImportCallOptions,
    names: readonly string[] = [],
  ): Promise<unknown> {
    const namespace = (await this.importFrom(String(specifier), this.cell, options)) as Record<
      string,
      unknown
    >;
    const missing = names.filter((name) => !(name in namespace));
    if (missing.length === 0) return namespace;
    // Node guesses the names of a CommonJS package from its text; what the guess has missed is on the default export.
    const exports = namespace["default"] as Record<string, unknown> | null | undefined;
    const whole = typeof exports === "object" || typeof exports === "function" ? exports : undefined;
    for (const name of missing) {
      if (!whole || !(name in whole)) {
        throw new SyntaxError(
          `The requested module '${specifier}' does not provide an export named '${name}'`,
        );
      }
    }
    return { ...namespace, ...Object.fromEntries(missing.map((name) => [name, whole![name]])) };
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

  private async importFrom(specifier: string, from: string, options?: ImportCallOptions): Promise<object> {
    const target = await this.target(specifier, from, options);
    return "namespace" in target ? target.namespace : this.local.import(target.file);
  }

  private async target(specifier: string, from: string, options?: ImportCallOptions): Promise<Target> {
    if (specifier === "cellgrad") return { namespace: this.runtime };
    if (isBuiltin(specifier)) return { namespace: await nativeImport(from)(specifier) };
    const url = this.resolveFrom(specifier, from);
    if (url.startsWith("file:")) {
      const file = fileURLToPath(url);
      // Node wants an attribute for JSON, TypeScript does not.
      if (isLocalFile(file) || file.endsWith(".json")) return { file };
    }
    return { namespace: await nativeImport(from)(url, options) };
  }

  private resolveFrom(specifier: string, from: string): string {
    if (isBuiltin(specifier)) return specifier.startsWith("node:") ? specifier : `node:${specifier}`;
    if (isPath(specifier)) {
      const file = resolvePath(specifier, dirname(from));
      if (file !== undefined) return pathToFileURL(file).href;
      throw notFound(`Cannot find module '${specifier}' in ${dirname(from)}`);
    }
    try {
      return import.meta.resolve(specifier, pathToFileURL(from).href);
    } catch (error) {
      const file = resolveByPaths(specifier, dirname(from), from);
      if (file !== undefined) return pathToFileURL(file).href;
      if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
      throw notFound(
        `Cannot find package '${specifier}' from ${dirname(from)}; install it there with: npm install ${packageName(specifier)}`,
      );
    }
  }
}

function packageName(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

function notFound(message: string): Error {
  return Object.assign(new Error(message), { code: "ERR_MODULE_NOT_FOUND" });
}
