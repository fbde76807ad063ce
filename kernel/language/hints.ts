/**
 * What to do about a name or a module that there is not: the name that was meant, where it can be imported from, or what TypeScript has
 * in the place of what other languages have.
 */
import { builtinModules } from "node:module";
import type TS from "typescript";
import type { Importable } from "./importable.js";
import { namesInside } from "./namespaces.js";
import { callInPlaceOfOperator } from "./operators.js";
import type { Binding, Registry } from "./registry.js";
import { nearest } from "./spelling.js";

/** What people write who come from Python. */
const FROM_PYTHON: Readonly<Record<string, string>> = {
  None: "null",
  True: "true",
  False: "false",
  print: "console.log",
};

/** The symbol of a name, and who knows about it. */
export interface Symbols {
  readonly checker: TS.TypeChecker;
  symbolOf(binding: Binding): TS.Symbol | undefined;
}

export class Hints {
  readonly #registry: Registry;
  readonly #importable: Importable;
  readonly #symbols: () => Symbols;

  constructor(registry: Registry, importable: Importable, symbols: () => Symbols) {
    this.#registry = registry;
    this.#importable = importable;
    this.#symbols = symbols;
  }

  /** A sentence about a name that nobody declares. */
  aboutName(name: string): string | undefined {
    const python = Object.hasOwn(FROM_PYTHON, name) ? FROM_PYTHON[name] : undefined;
    const known = python ?? this.#inside(name);
    if (known !== undefined) return meant(known);
    // The checker knows only those names of the notebook that the cell spells right.
    const near = nearest(name, this.#registry.names());
    if (near?.toLowerCase() === name.toLowerCase()) return meant(near);
    const imports = this.#importable.importsOf(name);
    if (imports.length > 0) return `Import it: ${imports.join("  or  ")}`;
    return near === undefined ? undefined : meant(near);
  }

  /** A sentence about a name that a module does not export. */
  aboutExport(name: string): string | undefined {
    if (this.#registry.find(name).length > 0) return `'${name}' is there without an import.`;
    const path = this.#inside(name);
    return path === undefined ? undefined : `It is there without an import as '${path}'.`;
  }

  /** A sentence about a module that can not be found. */
  aboutModule(specifier: string): string | undefined {
    const isLocal = /^\.{0,2}\//u.test(specifier);
    if (isLocal) {
      const files = new Map(this.#importable.localFiles().map((path) => [withoutExtension(path), path]));
      const near = nearest(withoutExtension(specifier), files.keys());
      return near === undefined ? undefined : meant(files.get(near)!);
    }
    const packages = this.#importable.packages();
    const name = /^(?:@[\w.-]+\/)?[\w.-]+/u.exec(specifier)?.[0];
    if (name !== undefined && name !== specifier && packages.includes(name))
      return `Package '${name}' is installed and has no such file.`;
    const near = nearest(specifier, [...builtinModules, ...packages]);
    if (near !== undefined) return meant(near);
    return name === undefined ? undefined : `Is it installed beside the notebook? npm install ${name}`;
  }

  /** A sentence about an operation that its operands do not have. */
  aboutOperator(file: TS.SourceFile, position: number): string | undefined {
    const call = callInPlaceOfOperator(file, position, this.#symbols().checker);
    return call === undefined ? undefined : `There are no operators on objects; write ${call}`;
  }

  /** How a name inside of one of the notebook's namespaces is written. */
  #inside(name: string): string | undefined {
    const { checker, symbolOf } = this.#symbols();
    const namespaces = new Map<string, TS.Symbol>();
    for (const known of this.#registry.names()) {
      const binding = this.#registry.find(known).find(({ kind }) => kind === "namespace");
      const symbol = binding && symbolOf(binding);
      if (symbol) namespaces.set(known, symbol);
    }
    for (const { path } of namesInside(namespaces, checker)) if (path.endsWith(`.${name}`)) return path;
    return undefined;
  }
}

function withoutExtension(path: string): string {
  return path.replace(/\.[cm]?[jt]sx?$/u, "");
}

function meant(name: string): string {
  return `Did you mean '${name}'?`;
}
