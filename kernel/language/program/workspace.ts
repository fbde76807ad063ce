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
import type { CellModule } from "./cell-module.js";
import { ts } from "../compiler.js";
import { interopOf } from "../../session/child/modules/resolve.js";
import type { Files } from "./files.js";
import { exportsItsDefault } from "./commonjs-interop.js";
import { END } from "../dataflow/lasting-types.js";
import type { Variable } from "../language.js";
import { isSameMeaning, type Meanings } from "../names/same-meaning.js";
import { resolved } from "../names/namespaces.js";
import { PRELUDE, type Binding } from "../names/registry.js";
import { SourceFiles } from "./source-files.js";
import { CELL_PARSING } from "../syntax/parse.js";
import { assignedKeys, type TrustContext } from "../dataflow/trusted-types.js";
import { watchVariables } from "../dataflow/variable-types.js";
import { inWordsOfCells } from "./cell-paths.js";

/** Name of the module that declares the prelude. */
export const PRELUDE_MODULE = "__cellgrad_prelude";
/** Name of the module that imports what any cell imports, so that it is in the program. */
const IMPORTS_MODULE = "__cellgrad_imports";

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

/** What TypeScript keeps in its objects and does not declare. */
interface BoundFile {
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
interface InnerProgram {
  getEmitSyntaxForUsageLocation(file: TS.SourceFile, usage: TS.StringLiteralLike): TS.ResolutionMode;
  getImpliedNodeFormatForEmit(file: TS.SourceFile): TS.ResolutionMode;
  getResolvedModule(file: TS.SourceFile, name: string, mode: TS.ResolutionMode): Resolution | undefined;
  getResolvedModuleFromModuleSpecifier(
    specifier: TS.StringLiteral,
    file?: TS.SourceFile,
  ): Resolution | undefined;
}
type Resolution = TS.ResolvedModuleWithFailedLookupLocations;
const { bindSourceFile } = ts as unknown as {
  bindSourceFile(file: TS.SourceFile, options: TS.CompilerOptions): void;
};

export class Workspace {
  readonly service: TS.LanguageService;
  readonly #files: Files;
  readonly #preludePath: string;
  #program: TS.Program | undefined;
  #prelude = new Map<string, TS.Symbol>();
  /** Committed cells by the id of their record. */
  readonly #cells = new Map<number, TS.SourceFile>();
  /** All files of cells by path: the committed ones and the one at hand. */
  readonly #open = new Map<string, TS.SourceFile>();
  /** Cells whose symbols a cell uses. */
  #uses = new WeakMap<TS.SourceFile, ReadonlySet<TS.SourceFile>>();
  /** Cells whose types the checker at hand knows. */
  #known = new WeakSet<TS.SourceFile>();
  readonly #resolved = new WeakMap<TS.SourceFile, Map<string, Resolution>>();
  /** What cells import, by the file that imports it for them: one in each folder in which cells have been laid. */
  readonly #imports = new Map<string, Set<string>>();
  /** What cells assign to that they do not declare, so that it is not what its declaration made it. */
  readonly #assigned = new Set<string>();
  #trust: TrustContext | undefined;
  #generation = 0;
  #opened = 0;
  #current: string | undefined;
  #nextFile = 0;

  constructor(files: Files, prelude: string) {
    this.#files = files;
    this.#preludePath = files.path(`${PRELUDE_MODULE}.d.mts`);
    files.write(this.#preludePath, prelude, ts.ScriptKind.TS, { root: true });
    this.#writeImports();
    this.service = ts.createLanguageService(files, new SourceFiles((path) => files.isSettled(path)));
  }

  /** Symbols of the prelude's names. */
  get prelude(): { readonly checker: TS.TypeChecker; readonly symbols: ReadonlyMap<string, TS.Symbol> } {
    const checker = this.#upToDate().getTypeChecker();
    return { checker, symbols: this.#prelude };
  }

  /** The symbol that a name of the notebook stands for. */
  symbolOf(binding: Binding): TS.Symbol | undefined {
    return this.#symbol(binding, this.#upToDate().getTypeChecker());
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
    this.#import(module, path, this.#upToDate());
    const program = this.#upToDate();
    const file = module.augments ? program.getSourceFile(path)! : this.#bound(module, path, program);
    this.#open.set(canonical(path), file);
    const foreign = this.#inject(file, module, program.getTypeChecker());
    this.#recall(file, program.getTypeChecker());
    return { module, file, program, foreign };
  }

  /** Lays modules into the program for good, each under the id of its record; they may use each other. */
  lay(modules: readonly (readonly [id: number, module: CellModule])[]): OpenCell[] {
    const program = this.#upToDate();
    const checker = program.getTypeChecker();
    const files = modules.map(([id, module]) => {
      const path = this.#files.path(`__cellgrad_${String(this.#nextFile++)}.mts`);
      const file = this.#bound(module, path, program);
      this.#open.set(canonical(path), file);
      this.#cells.set(id, file);
      return { module, file };
    });
    return files.map(({ module, file }) => {
      const foreign = this.#inject(file, module, checker);
      this.#recall(file, checker);
      this.#known.add(file);
      return { module, file, program, foreign };
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
      const file = this.#cells.get(binding.from);
      if (file) this.#recall(file, checker);
      const symbol = this.#symbol(binding, checker);
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
    const file = this.#cells.get(shown.by);
    if (file) this.#recall(file, checker);
    const symbol = this.#symbol({ name: END + name, from: shown.by }, checker);
    return symbol && checker.getTypeOfSymbol(symbol);
  }

  /** The cell at hand is there for later cells. */
  keep(id: number, file: TS.SourceFile): void {
    if (this.#current === file.fileName) this.#current = undefined;
    this.#cells.set(id, file);
    this.#known.add(file);
  }

  /** Lets go of cells that nothing comes from any more, but for what they add to the global scope; answers which are gone. */
  forget(ids: readonly number[]): number[] {
    return ids.filter((id) => {
      const file = this.#cells.get(id);
      if (!file || this.#files.isVirtual(file.fileName)) return false;
      this.#cells.delete(id);
      this.#open.delete(canonical(file.fileName));
      return true;
    });
  }

  /** Makes a new program, with a new checker, for the next cell. */
  renew(): void {
    this.#generation++;
  }

  clear(): void {
    this.#dropCurrent();
    for (const file of this.#open.values()) this.#files.remove(file.fileName);
    this.#open.clear();
    this.#cells.clear();
    this.#assigned.clear();
    for (const path of this.#imports.keys()) this.#files.remove(path);
    this.#imports.clear();
    this.renew();
  }

  #dropCurrent(): void {
    if (this.#current === undefined) return;
    this.#open.delete(canonical(this.#current));
    this.#files.remove(this.#current);
    this.#current = undefined;
  }

  /** The program as it has to be now. */
  #upToDate(): TS.Program {
    this.#writeImports();
    const program = this.service.getProgram()!;
    if (program !== this.#program) {
      this.#program = program;
      this.#trust = undefined;
      this.#known = new WeakSet();
      this.#letIn(program);
      const checker = program.getTypeChecker();
      for (const file of program.getSourceFiles())
        if (!file.isDeclarationFile && !this.#files.isSettled(file.fileName))
          watchVariables(file, () => this.trust);
      const prelude = checker.getSymbolAtLocation(program.getSourceFile(this.#preludePath)!);
      this.#prelude = new Map(
        prelude && checker.getExportsOfModule(prelude).map((symbol) => [symbol.name, symbol]),
      );
    }
    return program;
  }

  /** Makes a program, and with it its checker and the language service, see the files of cells. */
  #letIn(program: TS.Program): void {
    const inner = program as TS.Program & InnerProgram;
    const { getSourceFile, getSourceFileByPath, getResolvedModule } = inner;
    const { getEmitSyntaxForUsageLocation, getImpliedNodeFormatForEmit } = inner;
    program.getSourceFile = (name) => this.#open.get(canonical(name)) ?? getSourceFile(name);
    program.getSourceFileByPath = (path) => this.#open.get(path) ?? getSourceFileByPath(path);
    inner.getResolvedModule = (file, name, mode) =>
      this.#isOwn(file)
        ? this.#resolve(file.fileName, file, name, mode)
        : getResolvedModule(file, name, mode);
    // Default imports of CommonJS mean what they mean when they run.
    inner.getEmitSyntaxForUsageLocation = (file, usage) =>
      interopOf(file.fileName) === "typescript"
        ? ts.ModuleKind.CommonJS
        : getEmitSyntaxForUsageLocation(file, usage);
    inner.getImpliedNodeFormatForEmit = (file) =>
      exportsItsDefault(file) ? ts.ModuleKind.ESNext : getImpliedNodeFormatForEmit(file);
    inner.getResolvedModuleFromModuleSpecifier = (specifier, file = specifier.getSourceFile()) =>
      inner.getResolvedModule(file, specifier.text, program.getModeForUsageLocation(file, specifier));
  }

  #isOwn(file: TS.SourceFile): boolean {
    return this.#resolved.has(file);
  }

  #resolve(path: string, file: TS.SourceFile, name: string, mode: TS.ResolutionMode): Resolution {
    const known = this.#resolved.get(file)!;
    const key = `${String(mode)} ${name}`;
    let found = known.get(key);
    if (!found) known.set(key, (found = this.#files.resolve(name, path, mode)));
    return found;
  }

  /** Sees to it that the modules that a cell imports are in the program. */
  #import(module: CellModule, path: string, program: TS.Program): void {
    const { file } = module.parsed;
    const options = this.#files.getCompilationSettings();
    for (const literal of module.imports) {
      const mode = ts.getModeForUsageLocation(file, literal, options);
      const { resolvedModule } = this.#files.resolve(literal.text, path, mode);
      if (!resolvedModule || program.getSourceFile(resolvedModule.resolvedFileName)) continue;
      const specifier = JSON.stringify(literal.text);
      const imports = this.#importsHere();
      const line =
        mode === ts.ModuleKind.CommonJS
          ? `import r${String(imports.size)} = require(${specifier});`
          : `import ${specifier};`;
      // A local file that was gone for a while is there again. Packages without types are never in the program.
      const isBack = imports.has(line) && !this.#files.isSettled(resolvedModule.resolvedFileName);
      if (isBack && /\.[cm]?tsx?$/u.test(resolvedModule.resolvedFileName)) this.renew();
      imports.add(line);
    }
  }

  #importsHere(): Set<string> {
    const path = this.#files.path(`${IMPORTS_MODULE}.mts`);
    const known = this.#imports.get(path) ?? new Set();
    this.#imports.set(path, known);
    return known;
  }

  #writeImports(): void {
    // Without this module nothing in the program depends on the folder, which may change before the first cell. It also brings the
    // runtime of JSX along.
    const needsRuntime = this.#files.getCompilationSettings().jsx === ts.JsxEmit.ReactJSX;
    if (this.#imports.size === 0 && this.#generation === 0 && !needsRuntime) return;
    this.#importsHere();
    for (const [path, imports] of this.#imports) {
      const text = `${[...imports].join("\n")}\nexport {};\n// ${String(this.#generation)}`;
      this.#files.write(path, text, ts.ScriptKind.TS, { root: true });
    }
  }

  #bound(module: CellModule, path: string, program: TS.Program): TS.SourceFile {
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
    bindSourceFile(file, program.getCompilerOptions());
    watchVariables(file, () => this.trust);
    for (const name of assignedKeys(file))
      if (name.startsWith(".") || module.foreign.has(name)) this.#assigned.add(name);
    return file;
  }

  /** Lays what the cell uses of other cells and of the prelude into its scope. */
  #inject(file: TS.SourceFile, module: CellModule, checker: TS.TypeChecker): ReadonlySet<TS.Node> {
    this.#resolved.set(file, new Map());
    const { locals } = file as unknown as BoundFile;
    const foreign = new Set<TS.Node>();
    const uses = new Set<TS.SourceFile>();
    for (const [name, binding] of module.foreign) {
      const symbol = this.#symbol(binding, checker);
      const key = ts.escapeLeadingUnderscores(name);
      if (!symbol) continue;
      const own = locals?.get(key);
      if (own) graft(own, symbol);
      else locals?.set(key, symbol);
      if (!binding.isGlobal) symbol.declarations?.forEach((declaration) => foreign.add(declaration));
      const from = this.#cells.get(binding.from);
      if (from) uses.add(from);
    }
    this.#uses.set(file, uses);
    return foreign;
  }

  #symbol({ name, from }: Pick<Binding, "name" | "from">, checker: TS.TypeChecker): TS.Symbol | undefined {
    if (from === PRELUDE) return this.#prelude.get(name);
    const file = this.#cells.get(from) as unknown as BoundFile | undefined;
    const local = file?.locals?.get(ts.escapeLeadingUnderscores(name)) as
      (TS.Symbol & { exportSymbol?: TS.Symbol }) | undefined;
    if (local) return local.exportSymbol ?? local;
    return file?.symbol && checker.getExportsOfModule(file.symbol).find((exported) => exported.name === name);
  }

  /**
   * A new checker finds the types of earlier cells when they are asked for, each from the ones before: a chain of cells is followed
   * from its beginning, so that it may be as long as it likes.
   */
  #recall(file: TS.SourceFile, checker: TS.TypeChecker): void {
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

/** A file's name as TypeScript's maps have it. */
function canonical(name: string): TS.Path {
  return (ts.sys.useCaseSensitiveFileNames ? name : name.toLowerCase()) as TS.Path;
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
