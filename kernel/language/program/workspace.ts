/**
 * The program in which cells are checked, and how a cell gets into it.
 *
 * One checker serves many cells: a cell is parsed and bound by itself, the symbols that it uses from earlier cells and from the
 * prelude are laid into its scope, and the checker that knows their types already is asked about it. So a cell costs what is
 * new in it, types are the very same from cell to cell, and nothing has to be written down in declarations. A new program is
 * made where the world outside of the cells changes: another module is imported, a local file was edited, a cell augments
 * the global scope; and now and then, to forget what was only of use while cells were written.
 */
import type TS from "typescript";
import { ts } from "../compiler.js";
import { END } from "../dataflow/lasting-types.js";
import { assignedKeys, type TrustContext } from "../dataflow/trusted-types.js";
import { watchVariables } from "../dataflow/variable-types.js";
import type { Variable } from "../language.js";
import { resolved } from "../names/namespaces.js";
import type { Binding } from "../names/registry.js";
import { isSameMeaning, type Meanings } from "../names/same-meaning.js";
import { boundFile, CellFiles, type BoundFile } from "./cell-files.js";
import type { CellModule } from "./cell-module.js";
import { inWordsOfCells } from "./cell-paths.js";
import type { Files } from "./files.js";
import { ImportsModules } from "./imports-module.js";
import { showCells, type Resolution } from "./program-with-cells.js";
import { SourceFiles } from "./source-files.js";

/** Name of the module that declares the prelude. */
export const PRELUDE_MODULE = "__cellgrad_prelude";

/** So many cells and edits are looked at with one checker. */
const CELLS_A_CHECKER = 400;

const TYPE_FORMAT = ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope;

/** A cell in the program. */
export interface OpenCell {
  readonly module: CellModule;
  readonly file: TS.SourceFile;
  readonly program: TS.Program;
  /** Declarations of other cells and of the prelude that the cell's names stand for. */
  readonly foreign: ReadonlySet<TS.Node>;
}

export class Workspace {
  readonly service: TS.LanguageService;
  readonly #files: Files;
  readonly #preludePath: string;
  #program: TS.Program | undefined;
  readonly #cells = new CellFiles();
  readonly #imports: ImportsModules;
  /** What imports of cells lead to. */
  readonly #resolved = new WeakMap<TS.SourceFile, Map<string, Resolution>>();
  /** What cells assign to that they do not declare, so that it is not what its declaration made it. */
  readonly #assigned = new Set<string>();
  #trust: TrustContext | undefined;
  #opened = 0;
  #current: string | undefined;
  #nextFile = 0;

  constructor(files: Files, prelude: string) {
    this.#files = files;
    this.#preludePath = files.path(`${PRELUDE_MODULE}.d.mts`);
    files.write(this.#preludePath, prelude, ts.ScriptKind.TS, { root: true });
    this.#imports = new ImportsModules(files);
    this.#imports.write();
    this.service = ts.createLanguageService(files, new SourceFiles((path) => files.isSettled(path)));
  }

  /** Symbols of the prelude's names. */
  get prelude(): { readonly checker: TS.TypeChecker; readonly symbols: ReadonlyMap<string, TS.Symbol> } {
    const checker = this.#upToDate().getTypeChecker();
    return { checker, symbols: this.#cells.prelude };
  }

  /** The symbol that a name of the notebook stands for. */
  symbolOf(binding: Binding): TS.Symbol | undefined {
    return this.#cells.symbol(binding, this.#upToDate().getTypeChecker());
  }

  /** The symbols that a name of the notebook stands for. */
  meaningOf(bindings: readonly Binding[]): Meanings {
    return bindings.flatMap((binding) => this.symbolOf(binding) ?? []);
  }

  isSame(before: Meanings, after: Meanings): boolean {
    return isSameMeaning(before, after, this.#upToDate().getTypeChecker());
  }

  /** Whether a symbol is what its name stands for in the prelude, and not something of the same name from elsewhere. */
  isOfPrelude(symbol: TS.Symbol): boolean {
    const { checker, symbols } = this.prelude;
    const known = symbols.get(symbol.name);
    const own = known && resolved(known, checker);
    return own !== undefined && own.valueDeclaration === symbol.valueDeclaration;
  }

  /** What is known of declarations and assignments with the checker at hand. */
  get trust(): TrustContext {
    return (this.#trust ??= {
      checker: this.#upToDate().getTypeChecker(),
      isRuntime: ({ fileName }) => this.#files.isRuntime(fileName),
      isAssigned: (key) => this.#assigned.has(key),
    });
  }

  /** Takes a cell into the program in place of the one before, unless that was kept. */
  open(module: CellModule): OpenCell {
    this.#dropCurrent();
    const path = this.#files.path(`__cellgrad_${String(this.#nextFile++)}.mts`);
    this.#current = path;
    if (module.augments) this.#files.write(path, module.text, module.parsed.scriptKind, { root: true });
    if (++this.#opened % CELLS_A_CHECKER === 0) this.renew();
    this.#imports.add(module, path, this.#upToDate());
    const program = this.#upToDate();
    const file = module.augments ? program.getSourceFile(path)! : this.#bound(module, path, program);
    this.#cells.open(path, file);
    return this.#connect(file, module, program);
  }

  /** Lays modules into the program for good, each under the id of its record; they may use each other. */
  lay(modules: readonly (readonly [id: number, module: CellModule])[]): OpenCell[] {
    const program = this.#upToDate();
    const files = modules.map(([id, module]) => {
      const path = this.#files.path(`__cellgrad_${String(this.#nextFile++)}.mts`);
      const file = this.#bound(module, path, program);
      this.#cells.open(path, file);
      this.#cells.commit(id, file);
      return { module, file };
    });
    return files.map(({ module, file }) => {
      const open = this.#connect(file, module, program);
      this.#cells.addKnown(file);
      return open;
    });
  }

  /** Local files of TypeScript that an import of a cell brings along, itself and what it imports in turn. */
  localFiles({ file, program }: OpenCell, specifier: TS.StringLiteral): TS.SourceFile[] {
    const found = new Set<TS.SourceFile>();
    const follow = (literal: TS.StringLiteralLike, from: TS.SourceFile, mode: TS.ResolutionMode): void => {
      const { resolvedModule } = this.#files.resolve(literal.text, from.fileName, mode);
      const path = resolvedModule?.resolvedFileName;
      if (path === undefined || !/(?<!\.d)\.[cm]?tsx?$/u.test(path) || this.#files.isSettled(path)) return;
      const local = program.getSourceFile(path);
      if (!local || found.has(local)) return;
      found.add(local);
      for (const next of (local as unknown as BoundFile).imports)
        follow(next, local, program.getModeForUsageLocation(local, next));
    };
    const options = this.#files.getCompilationSettings();
    follow(specifier, file, ts.getModeForUsageLocation(specifier.getSourceFile(), specifier, options));
    return [...found];
  }

  /** Types of what cells declare, as a person writes them. */
  typesOf(bindings: readonly Binding[]): Variable[] {
    this.#dropCurrent();
    const checker = this.#upToDate().getTypeChecker();
    return bindings.map((binding) => {
      const file = this.#cells.committed(binding.from);
      if (file) this.#cells.recall(file, checker);
      const symbol = this.#cells.symbol(binding, checker);
      let type = "any";
      if (symbol) {
        const declared = checker.getTypeOfSymbol(resolved(symbol, checker));
        const known = this.#shown(binding, checker) ?? declared;
        // A constant's value is seen beside its type.
        const general = known.isUnion() ? known : checker.getBaseTypeOfLiteralType(known);
        type = inWordsOfCells(checker.typeToString(general, undefined, TYPE_FORMAT));
      }
      return { name: binding.name, kind: binding.kind, type };
    });
  }

  /** The type of a variable where the cell that has shown it ends. */
  #shown({ name, shown }: Binding, checker: TS.TypeChecker): TS.Type | undefined {
    if (!shown) return undefined;
    const file = this.#cells.committed(shown.by);
    if (file) this.#cells.recall(file, checker);
    const symbol = this.#cells.symbol({ name: END + name, from: shown.by }, checker);
    return symbol && checker.getTypeOfSymbol(symbol);
  }

  /** The cell at hand is there for later cells. */
  keep(id: number, file: TS.SourceFile): void {
    if (this.#current === file.fileName) this.#current = undefined;
    this.#cells.commit(id, file);
    this.#cells.addKnown(file);
  }

  /** Lets go of cells that nothing comes from any more, but for what they add to the global scope; answers which are gone. */
  forget(ids: readonly number[]): number[] {
    return ids.filter((id) => {
      const file = this.#cells.committed(id);
      if (!file || this.#files.isVirtual(file.fileName)) return false;
      this.#cells.forget(id);
      return true;
    });
  }

  /** Makes a new program, with a new checker, for the next cell. */
  renew(): void {
    this.#imports.renewProgram();
  }

  clear(): void {
    this.#dropCurrent();
    for (const path of this.#cells.clear()) this.#files.remove(path);
    this.#assigned.clear();
    this.#imports.clear();
    this.renew();
  }

  #dropCurrent(): void {
    if (this.#current === undefined) return;
    this.#cells.close(this.#current);
    this.#files.remove(this.#current);
    this.#current = undefined;
  }

  /** The program as it has to be now. */
  #upToDate(): TS.Program {
    this.#imports.write();
    const program = this.service.getProgram()!;
    if (program !== this.#program) {
      this.#program = program;
      this.#trust = undefined;
      this.#cells.forgetTypes();
      showCells(program, {
        at: (path) => this.#cells.at(path),
        resolve: (file, name, mode) => this.#resolve(file, name, mode),
      });
      const checker = program.getTypeChecker();
      for (const file of program.getSourceFiles())
        if (!file.isDeclarationFile && !this.#files.isSettled(file.fileName))
          watchVariables(file, () => this.trust);
      const prelude = checker.getSymbolAtLocation(program.getSourceFile(this.#preludePath)!);
      this.#cells.prelude = new Map(
        prelude && checker.getExportsOfModule(prelude).map((symbol) => [symbol.name, symbol]),
      );
    }
    return program;
  }

  /** What an import of a cell leads to; undefined for a file that is not a cell's. */
  #resolve(file: TS.SourceFile, name: string, mode: TS.ResolutionMode): Resolution | undefined {
    const known = this.#resolved.get(file);
    if (!known) return undefined;
    const key = `${String(mode)} ${name}`;
    let found = known.get(key);
    if (!found) known.set(key, (found = this.#files.resolve(name, file.fileName, mode)));
    return found;
  }

  #bound(module: CellModule, path: string, program: TS.Program): TS.SourceFile {
    const file = boundFile(module, path, program.getCompilerOptions());
    watchVariables(file, () => this.trust);
    for (const name of assignedKeys(file))
      if (name.startsWith(".") || module.foreign.has(name)) this.#assigned.add(name);
    return file;
  }

  /** Lays what a cell uses into its scope, with the types of that, and makes the cell known. */
  #connect(file: TS.SourceFile, module: CellModule, program: TS.Program): OpenCell {
    const checker = program.getTypeChecker();
    this.#resolved.set(file, new Map());
    const foreign = this.#cells.inject(file, module, checker);
    this.#cells.recall(file, checker);
    return { module, file, program, foreign };
  }
}
