/**
 * The source files of cells: bound without a program, with the symbols that a cell uses of other cells and of the prelude laid into its scope.
 */
import type TS from "typescript";
import { ts } from "../compiler.js";
import { PRELUDE, type Binding } from "../names/registry.js";
import { CELL_PARSING } from "../syntax/parse.js";
import type { CellModule } from "./cell-module.js";

/** What TypeScript keeps in a source file and does not declare. */
export interface BoundFile {
  path: TS.Path;
  resolvedPath: TS.Path;
  originalFileName: string;
  fileName: string;
  imports: readonly TS.StringLiteral[];
  moduleAugmentations: readonly TS.Node[];
  ambientModuleNames: readonly string[];
  symbol?: TS.Symbol;
  locals?: Map<TS.__String, TS.Symbol>;
}
const { bindSourceFile } = ts as unknown as {
  bindSourceFile(file: TS.SourceFile, options: TS.CompilerOptions): void;
};

/** A file's name as TypeScript's maps have it. */
export function canonical(name: string): TS.Path {
  return (ts.sys.useCaseSensitiveFileNames ? name : name.toLowerCase()) as TS.Path;
}

/** A source file of the module, parsed anew only where its text is not the cell's, and bound. */
export function boundFile(module: CellModule, path: string, options: TS.CompilerOptions): TS.SourceFile {
  const { parsed } = module;
  const file =
    module.text === parsed.text
      ? parsed.file
      : ts.createSourceFile(path, module.text, CELL_PARSING, true, parsed.scriptKind);
  const key = canonical(path);
  Object.assign<TS.SourceFile, BoundFile>(file, {
    path: key,
    resolvedPath: key,
    originalFileName: path,
    fileName: path,
    imports: module.imports,
    moduleAugmentations: [],
    ambientModuleNames: [],
  });
  bindSourceFile(file, options);
  return file;
}

export class CellFiles {
  /** Symbols of the prelude's names. */
  prelude: ReadonlyMap<string, TS.Symbol> = new Map();
  /** Committed cells by the id of their record. */
  readonly #committed = new Map<number, TS.SourceFile>();
  /** All files of cells by path: the committed ones and the one at hand. */
  readonly #open = new Map<string, TS.SourceFile>();
  /** Cells whose symbols a cell uses. */
  #uses = new WeakMap<TS.SourceFile, ReadonlySet<TS.SourceFile>>();
  /** Cells whose types the checker at hand knows. */
  #known = new WeakSet<TS.SourceFile>();

  /** The file of a cell that is in the program, by its path. */
  at(path: string): TS.SourceFile | undefined {
    return this.#open.get(canonical(path));
  }

  committed(id: number): TS.SourceFile | undefined {
    return this.#committed.get(id);
  }

  /** Takes a file into the program under its path. */
  open(path: string, file: TS.SourceFile): void {
    this.#open.set(canonical(path), file);
  }

  close(path: string): void {
    this.#open.delete(canonical(path));
  }

  /** Later cells see what the cell of this record declares. */
  commit(id: number, file: TS.SourceFile): void {
    this.#committed.set(id, file);
  }

  /** The checker at hand has looked at the cell. */
  addKnown(file: TS.SourceFile): void {
    this.#known.add(file);
  }

  /** Another checker is at hand, which knows no cell yet. */
  forgetTypes(): void {
    this.#known = new WeakSet();
  }

  /** Lets go of a committed cell. */
  forget(id: number): void {
    const file = this.#committed.get(id);
    this.#committed.delete(id);
    if (file) this.close(file.fileName);
  }

  /** Lets go of all cells; answers their paths. */
  clear(): string[] {
    const paths = [...this.#open.values()].map(({ fileName }) => fileName);
    this.#open.clear();
    this.#committed.clear();
    return paths;
  }

  /**
   * Lays what a cell uses of other cells and of the prelude into its scope; answers the declarations of that, without those of global
   * names.
   */
  inject(file: TS.SourceFile, module: CellModule, checker: TS.TypeChecker): ReadonlySet<TS.Node> {
    const { locals } = file as unknown as BoundFile;
    const foreign = new Set<TS.Node>();
    const uses = new Set<TS.SourceFile>();
    for (const [name, binding] of module.foreign) {
      const symbol = this.symbol(binding, checker);
      const key = ts.escapeLeadingUnderscores(name);
      if (!symbol) continue;
      const own = locals?.get(key);
      if (own) graft(own, symbol);
      else locals?.set(key, symbol);
      if (!binding.isGlobal) symbol.declarations?.forEach((declaration) => foreign.add(declaration));
      const from = this.#committed.get(binding.from);
      if (from) uses.add(from);
    }
    this.#uses.set(file, uses);
    return foreign;
  }

  /** The symbol of what the cell of a record, or the prelude, declares under a name. */
  symbol({ name, from }: Pick<Binding, "name" | "from">, checker: TS.TypeChecker): TS.Symbol | undefined {
    if (from === PRELUDE) return this.prelude.get(name);
    const file = this.#committed.get(from) as unknown as BoundFile | undefined;
    const local = file?.locals?.get(ts.escapeLeadingUnderscores(name)) as
      (TS.Symbol & { exportSymbol?: TS.Symbol }) | undefined;
    if (local) return local.exportSymbol ?? local;
    return file?.symbol && checker.getExportsOfModule(file.symbol).find((exported) => exported.name === name);
  }

  /**
   * A new checker finds the types of earlier cells when they are asked for, each from the ones before: a chain of cells is followed
   * from its beginning, so that it may be as long as it likes.
   */
  recall(file: TS.SourceFile, checker: TS.TypeChecker): void {
    const waiting = [file];
    const entered = new Set<TS.SourceFile>();
    for (let next = waiting.at(-1); next; next = waiting.at(-1)) {
      const missing = [...(this.#uses.get(next) ?? [])].filter(
        (used) => !this.#known.has(used) && !entered.has(used),
      );
      entered.add(next);
      if (missing.length > 0) {
        waiting.push(...missing);
        continue;
      }
      waiting.pop();
      if (next === file || this.#known.has(next)) continue;
      this.#known.add(next);
      for (const symbol of (next as unknown as BoundFile).locals?.values() ?? [])
        if (symbol.valueDeclaration?.getSourceFile() === next)
          for (const signature of checker.getTypeOfSymbol(symbol).getCallSignatures())
            signature.getReturnType();
    }
  }
}

/** Gives a value of a cell the type of the same name that another cell declares. */
function graft(value: TS.Symbol, type: TS.Symbol): void {
  const { SymbolFlags } = ts;
  const flags =
    type.flags &
    (SymbolFlags.TypeAlias | SymbolFlags.Interface | SymbolFlags.NamespaceModule | SymbolFlags.Alias);
  value.flags |= flags;
  const declarations =
    type.declarations?.filter((declaration) => !ts.isVariableDeclaration(declaration)) ?? [];
  value.declarations = [...(value.declarations ?? []), ...declarations];
  value.members ??= type.members;
  value.exports ??= type.exports;
}
