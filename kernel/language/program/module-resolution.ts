/**
 * What imports lead to: those of packages as TypeScript resolves them, those of cells and local files as they are loaded when they run.
 */
import { isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import type TS from "typescript";
import { isPath, packageName, resolvePath } from "../../session/child/modules/resolve.js";
import type { TsConfig } from "../../tsconfig.js";
import { ts } from "../compiler.js";
import { resolutionUnder, type Toolchain } from "./compiler-options.js";
import { untypedFile } from "./untyped-modules.js";

export type Resolution = TS.ResolvedModuleWithFailedLookupLocations;

/** The files among which imports are looked up. */
export interface ResolutionHost extends TS.ModuleResolutionHost {
  directoryExists(path: string): boolean;
  /** Whether what is there stays as it is. */
  isSettled(path: string): boolean;
  /** Whether a file is a cell's. */
  isVirtual(path: string): boolean;
}

export class ModuleResolution {
  readonly #host: ResolutionHost;
  /** Where `import ... from "cellgrad"` leads. */
  readonly #runtime: string | undefined;
  #toolchain!: Toolchain;
  /** Options for local files by the tsconfig.json that counts for them, where that is not the notebook's. */
  #optionsByConfig!: Map<TsConfig, TS.CompilerOptions>;
  /** What local files import and nobody has found so far, by the file. */
  readonly #missing = new Map<string, Set<string>>();
  /** What packages import. */
  cache!: TS.ModuleResolutionCache;

  constructor(host: ResolutionHost, runtime: string | undefined, cwd: string, toolchain: Toolchain) {
    this.#host = host;
    this.#runtime = runtime;
    this.configure(cwd, toolchain);
  }

  /** From now on other options hold, or those of another folder. */
  configure(cwd: string, toolchain: Toolchain): void {
    this.#toolchain = toolchain;
    this.#optionsByConfig = new Map();
    this.cache = ts.createModuleResolutionCache(cwd, (name) => name, toolchain.options);
  }

  /** Local files that import in vain what seems to be there now. */
  filesWithNews(): string[] {
    return [...this.#missing]
      .filter(([file, specifiers]) => [...specifiers].some((specifier) => this.#appeared(specifier, file)))
      .map(([file]) => file);
  }

  /** Whether what a local file imports in vain seems to be there now. */
  #appeared(specifier: string, file: string): boolean {
    if (isPath(specifier)) return resolvePath(specifier, dirname(file)) !== undefined;
    const name = packageName(specifier);
    for (let at = dirname(file); ; at = dirname(at)) {
      if (this.#host.directoryExists(join(at, "node_modules", name))) return true;
      if (dirname(at) === at) return false;
    }
  }

  /** What the imports of a file lead to. */
  resolveAll(
    literals: readonly TS.StringLiteralLike[],
    containingFile: string,
    redirected: TS.ResolvedProjectReference | undefined,
    options: TS.CompilerOptions,
    containingSourceFile: TS.SourceFile,
  ): readonly Resolution[] {
    this.#missing.delete(containingFile);
    return literals.map((literal) => {
      const mode = ts.getModeForUsageLocation(containingSourceFile, literal, options);
      const found = this.resolve(literal.text, containingFile, mode, options, redirected);
      if (found === UNRESOLVED || found.resolvedModule || this.#host.isSettled(containingFile)) return found;
      // What is there and still leads nowhere would be asked for at every cell.
      if (this.#appeared(literal.text, containingFile)) return found;
      const missing = this.#missing.get(containingFile) ?? new Set();
      this.#missing.set(containingFile, missing.add(literal.text));
      return found;
    });
  }

  /** What an import leads to; of a cell, with the options of the notebook. */
  resolve(
    specifier: string,
    containingFile: string,
    mode: TS.ResolutionMode,
    options = this.#toolchain.options,
    redirected?: TS.ResolvedProjectReference,
  ): Resolution {
    if (specifier === "cellgrad" && this.#runtime !== undefined)
      return resolved(this.#runtime, this.#runtime.endsWith(".d.ts") ? ts.Extension.Dts : ts.Extension.Ts);
    // Node's own modules are declared by @types/node and always win over packages of the same name.
    if (isBuiltin(specifier)) return UNRESOLVED;
    const known = this.#host.isSettled(containingFile);
    // What packages import is asked for once; what cells and local files import may just have been installed or written.
    const cache = known ? this.cache : undefined;
    const here = known ? options : this.#optionsFor(containingFile, options);
    const answer = ts.resolveModuleName(specifier, containingFile, here, this.#host, cache, redirected, mode);
    if (known || answer.resolvedModule) return answer;
    // Cells and local files may leave out an extension, as bundlers allow.
    const lenient = {
      ...here,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
    };
    const again = ts.resolveModuleName(specifier, containingFile, lenient, this.#host);
    if (again.resolvedModule) return again;
    // The session also finds a .mts, which TypeScript wants to be named.
    const file = isPath(specifier) ? resolvePath(specifier, dirname(containingFile)) : undefined;
    const extension = file && /\.(?:[cm]?[jt]sx?|json)$/u.exec(file)?.[0];
    if (file !== undefined && extension !== undefined) return resolved(file, extension);
    const untyped = untypedFile(specifier, containingFile);
    return untyped === undefined ? answer : resolved(untyped, ts.Extension.Js, true);
  }

  /** The options under which a local file's imports are resolved: those of its own tsconfig.json. */
  #optionsFor(path: string, options: TS.CompilerOptions): TS.CompilerOptions {
    if (this.#host.isVirtual(path)) return options;
    const config = this.#toolchain.configs.for(dirname(path));
    if (config.path === this.#toolchain.config.path) return options;
    let known = this.#optionsByConfig.get(config);
    if (!known) this.#optionsByConfig.set(config, (known = resolutionUnder(config, options)));
    return known;
  }
}

const UNRESOLVED: Resolution = { resolvedModule: undefined };

function resolved(resolvedFileName: string, extension: string, isExternalLibraryImport = false): Resolution {
  return { resolvedModule: { resolvedFileName, extension, isExternalLibraryImport } };
}
