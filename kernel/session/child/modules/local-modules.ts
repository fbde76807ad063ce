/**
 * ES modules among the user's own files. They are linked here and not by Node's loader, because Node keeps a module for as
 * long as the process lives: here a file that was edited, and all that import it, are taken anew at a cell's next import, while
 * modules that did not change keep their state.
 */
import { readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import vm from "node:vm";
import { commonJsModule, syntheticModule } from "./commonjs-namespace.js";
import { formatOf, isLocalFile } from "./resolve.js";
import { addSource } from "../run/stack.js";
import { compileTypeScript, isTypeScript, moduleSyntaxError } from "./typescript.js";

/** What a specifier means: a file to be linked here, a module that needs nothing else, or a namespace that exists already. */
export type Target =
  { readonly file: string } | { readonly module: vm.Module } | { readonly namespace: object };

export interface LinkHost {
  resolve(specifier: string, from: string): Promise<Target>;
  resolveUrl(specifier: string, from: string): string;
  requireFile(path: string): unknown;
  import(specifier: string, from: string): Promise<unknown>;
}

interface Loaded {
  readonly module: vm.Module;
  readonly text: string;
  stamp: string;
  readonly imports: Set<string>;
}

export class LocalModules {
  private readonly loaded = new Map<string, Loaded>();
  /** Linking is one at a time: a graph that two imports share can be linked only once. */
  private linking: Promise<unknown> = Promise.resolve();

  constructor(private readonly host: LinkHost) {}

  async import(path: string): Promise<vm.Module> {
    const link = this.linking.then(async () => {
      this.forgetEdited();
      const module = this.load(path);
      if (module.status === "unlinked") {
        await module.link((specifier, from) => this.dependency(specifier, from.identifier));
      }
      return module;
    });
    this.linking = link.catch(() => undefined);
    let module: vm.Module;
    try {
      module = await link;
      await module.evaluate();
    } catch (error) {
      // What failed half-way is taken anew next time, edited or not.
      this.forget(({ status }) => status !== "evaluated");
      throw error;
    }
    return module;
  }

  /** After an interrupt the promises of what was being loaded may never settle. */
  interrupted(): void {
    this.linking = Promise.resolve();
    this.forget(({ status }) => status !== "evaluated");
  }

  private async dependency(specifier: string, from: string): Promise<vm.Module> {
    const target = await this.host.resolve(specifier, from);
    if ("module" in target) return target.module;
    if ("namespace" in target) return moduleOf(target.namespace, specifier);
    this.loaded.get(from)?.imports.add(target.file);
    return this.load(target.file);
  }

  /** The module of a file; new ones are not linked yet, so that files may import each other in a circle. */
  private load(path: string): vm.Module {
    const known = this.loaded.get(path);
    if (known) return known.module;
    const text = readFileSync(path, "utf8");
    const loaded: Loaded = {
      module: this.create(path, text),
      text,
      stamp: stampOf(path),
      imports: new Set(),
    };
    this.loaded.set(path, loaded);
    return loaded.module;
  }

  private create(path: string, text: string): vm.Module {
    switch (formatOf(path, () => text)) {
      case "module":
        return this.sourceModule(path, text);
      case "json":
        return commonJsModule(parseJson(path, text), path);
      case "commonjs":
      case "addon":
        return commonJsModule(this.host.requireFile(path), path);
      default:
        throw new TypeError(
          `Cannot import ${path}: expected a file that ends in .ts, .tsx, .mts, .cts, .js, .mjs, .cjs, .json or .node`,
        );
    }
  }

  private sourceModule(path: string, text: string): vm.Module {
    let code = text;
    if (isTypeScript(path)) code = compileTypeScript(path, text, "module");
    else if (isLocalFile(path)) addSource(path, "", text);
    try {
      return new vm.SourceTextModule(code, {
        identifier: path,
        initializeImportMeta: (meta) => {
          const url = pathToFileURL(path).href;
          const resolve = (specifier: string) => this.host.resolveUrl(specifier, path);
          Object.assign(meta, { url, filename: path, dirname: dirname(path), resolve });
        },
        importModuleDynamically: ((specifier: string) => this.host.import(specifier, path)) as never,
      });
    } catch (error) {
      throw error instanceof SyntaxError ? moduleSyntaxError(path, text, error) : error;
    }
  }

  private forgetEdited(): void {
    const stale = new Set<string>();
    for (const [path, loaded] of this.loaded) {
      // A package does not change while a notebook is open.
      if (!isLocalFile(path)) continue;
      const stamp = stampOf(path);
      if (stamp === loaded.stamp) continue;
      if (stamp !== "" && readFileSync(path, "utf8") === loaded.text) loaded.stamp = stamp;
      else stale.add(path);
    }
    for (let before = -1; before < stale.size;) {
      before = stale.size;
      for (const [path, { imports }] of this.loaded) {
        for (const imported of imports) if (stale.has(imported)) stale.add(path);
      }
    }
    for (const path of stale) this.loaded.delete(path);
  }

  private forget(which: (module: vm.Module) => boolean): void {
    for (const [path, { module }] of this.loaded) if (which(module)) this.loaded.delete(path);
  }
}

function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? `${String(stat.mtimeMs)} ${String(stat.size)} ${String(stat.ino)}` : "";
}

/** A module that exports what a namespace has. */
function moduleOf(namespace: object, identifier: string): vm.Module {
  const values = namespace as Record<string, unknown>;
  return syntheticModule(Object.keys(values), (name) => values[name], identifier);
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new SyntaxError(`${path} is not JSON: ${(error as Error).message}`, { cause: error });
  }
}
