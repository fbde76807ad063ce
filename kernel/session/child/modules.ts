/**
 * What cells import: packages, Node's own modules and cellgrad natively; files of the user's through `LocalModules`, so that
 * an edited file is taken anew.
 */
import { createRequire, isBuiltin } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

export class Modules {
  readonly require: NodeJS.Require;

  constructor(
    private readonly folder: string,
    private readonly runtime: Record<string, unknown>,
  ) {
    this.require = createRequire(join(folder, "cell.cjs"));
  }

  async import(specifier: string, _options?: ImportCallOptions): Promise<unknown> {
    if (specifier === "cellgrad") return this.runtime;
    if (isBuiltin(specifier)) return import(specifier);
    return import(this.resolve(specifier));
  }

  resolve(specifier: string): string {
    if (/^[a-z]+:/.test(specifier)) return specifier;
    return pathToFileURL(join(this.folder, specifier)).href;
  }

  /** An interrupt may have stopped a module half-way. */
  interrupted(): void {}
}
