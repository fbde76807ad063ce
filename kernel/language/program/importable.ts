/**
 * Where a name that nobody declares could be imported from: Node's modules, the packages that the notebook's folder depends on, and the
 * local files beside it. Files are read for what they export and not checked, so that a big package costs little.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type TS from "typescript";
import { ts } from "../compiler.js";
import { exportedNames, type Exported } from "./exported-names.js";
import type { Files } from "./files.js";
import { resolved } from "../names/namespaces.js";

/** Local files are looked for so deep, and so many of them. */
const DEPTH = 3;
const LOCAL_FILES = 300;
/** Without a package.json, so many of the packages that are installed are looked into. */
const PACKAGES = 100;
/** So many ways to import one name are told, and so many names are offered. */
const WAYS = 3;
const OFFERS = 10;

interface Source {
  readonly specifier: string;
  readonly names: Exported;
}

export class Importable {
  readonly #files: Files;
  readonly #checker: () => TS.TypeChecker;
  #node: Source[] | undefined;
  /** What packages export, by the folder that they are seen from and their name. */
  readonly #packages = new Map<string, Map<string, Source>>();
  readonly #local = new Map<string, { readonly version: string; readonly names: Exported }>();

  /** @param checker knows Node's modules */
  constructor(files: Files, checker: () => TS.TypeChecker) {
    this.#files = files;
    this.#checker = checker;
  }

  /** Import declarations, each of which would declare the name. */
  importsOf(name: string, { known = false } = {}): string[] {
    const found: string[] = [];
    for (const { specifier, names } of this.#sources({ known })) {
      if (names.has(name) && name !== "default") found.push(`import { ${name} } from "${specifier}";`);
      else if (isNamedAfter(name, specifier))
        found.push(
          names.has("default") || specifier.startsWith("node:")
            ? `import ${name} from "${specifier}";`
            : `import * as ${name} from "${specifier}";`,
        );
    }
    return found.slice(0, WAYS);
  }

  /** Import declarations of values whose names begin so. Packages are among them once they have been looked into. */
  beginningWith(typed: string): string[] {
    const names = new Set<string>();
    for (const { specifier, names: exported } of this.#sources({ known: true })) {
      const module = specifier.replace(/^node:/u, "");
      if (module.startsWith(typed) && /^\w+$/u.test(module)) names.add(module);
      for (const [name, isValue] of exported)
        if (isValue && name.startsWith(typed) && name !== "default") names.add(name);
    }
    return [...names]
      .sort()
      .slice(0, OFFERS)
      .flatMap((name) => this.importsOf(name, { known: true }).slice(0, 1));
  }

  /** The local files that can be imported, as they are written. */
  localFiles(): string[] {
    return [...this.#localPaths()].map(({ specifier }) => specifier);
  }

  /** Packages that the notebook's folder depends on. */
  packages(): string[] {
    return dependencies(this.#files.folder);
  }

  *#sources({ known }: { known: boolean }): Generator<Source> {
    for (const { specifier, path } of this.#localPaths())
      yield { specifier, names: this.#namesOfLocal(path) };
    yield* (this.#node ??= this.#nodeModules());
    if (known) yield* this.#packagesHere().values();
    else yield* this.#installed();
  }

  #nodeModules(): Source[] {
    const checker = this.#checker() as TS.TypeChecker & WithProperties;
    const modules = new Map(checker.getAmbientModules().map((module) => [module.name.slice(1, -1), module]));
    const namesOf = (module: TS.Symbol): Exported =>
      new Map(
        checker
          .getExportsAndPropertiesOfModule(module)
          .map((symbol) => [symbol.name, resolved(symbol, checker)] as const)
          .filter(([, { declarations = [] }]) => !declarations.some(isDeprecated))
          .map(([name, { flags }]) => [name, (flags & ts.SymbolFlags.Value) !== 0]),
      );
    return [...modules.keys()]
      .filter((name) => name.startsWith("node:"))
      .sort((a, b) => a.split("/").length - b.split("/").length || order(a) - order(b))
      .map((specifier) => ({
        specifier,
        names: WHOLE.has(specifier.replace("node:", "")) ? new Map() : namesOf(modules.get(specifier)!),
      }));
  }

  *#localPaths(): Generator<{ specifier: string; path: string }> {
    let left = LOCAL_FILES;
    const folders = [{ path: this.#files.folder, depth: 1 }];
    for (let folder = folders.shift(); folder; folder = folders.shift()) {
      for (const entry of entriesOf(folder.path)) {
        const path = join(folder.path, entry.name);
        if (entry.isDirectory()) {
          const hidden = entry.name.startsWith(".") || entry.name === "node_modules";
          if (!hidden && folder.depth < DEPTH) folders.push({ path, depth: folder.depth + 1 });
        } else if (/(?<!\.d)\.[cm]?tsx?$/u.test(entry.name) && left-- > 0) {
          const specifier = `./${relative(this.#files.folder, path).replaceAll("\\", "/")}`;
          yield { specifier, path };
        }
      }
    }
  }

  #namesOfLocal(path: string): Exported {
    const version = String(ts.sys.getModifiedTime?.(path)?.getTime());
    let known = this.#local.get(path);
    if (known?.version !== version) {
      known = { version, names: exportedNames(path, this.#files) };
      this.#local.set(path, known);
    }
    return known.names;
  }

  #packagesHere(): Map<string, Source> {
    const { folder } = this.#files;
    const known = this.#packages.get(folder) ?? new Map<string, Source>();
    this.#packages.set(folder, known);
    return known;
  }

  *#installed(): Generator<Source> {
    const packages = this.#packagesHere();
    for (const specifier of dependencies(this.#files.folder)) {
      let known = packages.get(specifier);
      if (!known) {
        const from = join(this.#files.folder, "__cellgrad_0.mts");
        const { resolvedModule } = this.#files.resolve(specifier, from, ts.ModuleKind.ESNext);
        if (!resolvedModule) continue;
        known = { specifier, names: exportedNames(resolvedModule.resolvedFileName, this.#files) };
        packages.set(specifier, known);
      }
      yield known;
    }
  }
}

/** What TypeScript has and does not declare: `export =` an object makes its properties names that can be imported. */
interface WithProperties {
  getExportsAndPropertiesOfModule(module: TS.Symbol): TS.Symbol[];
}

/** The modules that are most often meant come first. */
const FIRST = ["fs", "path", "os", "util", "child_process", "crypto", "url", "events", "stream", "http"];

/** By the comment above it, which is not parsed. */
function isDeprecated(declaration: TS.Declaration): boolean {
  return declaration.getFullText().slice(0, declaration.getLeadingTriviaWidth()).includes("@deprecated");
}

/**
 * Modules that are meant by their own names alone. Their exports are members of objects that every cell has, belong to another module, or
 * are words such as `count`, `run` and `url`, of which an unknown name is hardly ever theirs.
 */
const WHOLE: ReadonlySet<string> = new Set([
  ...["console", "process", "constants", "sys", "path/posix", "path/win32"],
  ...["cluster", "domain", "inspector", "inspector/promises", "module", "punycode", "repl", "sea", "test"],
  ...["test/reporters", "trace_events", "tty", "v8", "vm", "wasi"],
]);

function order(name: string): number {
  const index = FIRST.indexOf(name.replace(/^node:/u, ""));
  return index === -1 ? FIRST.length : index;
}

/** Whether a module is called like the name: `fs`, `React`, `childProcess`. */
function isNamedAfter(name: string, specifier: string): boolean {
  const bare = specifier.replace(/^node:/u, "");
  return !/^[.@]|\//u.test(bare) && lettersOf(bare) === lettersOf(name);
}

function lettersOf(name: string): string {
  return name.replace(/\W|_/gu, "").toLowerCase();
}

/** Packages that the folder depends on; where no package.json says so, those that are there. */
function dependencies(cwd: string): string[] {
  for (let folder = cwd; ; folder = dirname(folder)) {
    try {
      const text = readFileSync(join(folder, "package.json"), "utf8");
      const { dependencies, devDependencies } = JSON.parse(text) as Record<string, object | undefined>;
      return Object.keys({ ...dependencies, ...devDependencies }).filter(
        (name) => !name.startsWith("@types/"),
      );
    } catch {
      if (folder === dirname(folder)) break;
    }
  }
  return entriesOf(join(cwd, "node_modules"))
    .map(({ name }) => name)
    .filter((name) => /^[a-z]/u.test(name))
    .slice(0, PACKAGES);
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
