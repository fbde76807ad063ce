/**
 * The language of cells, in the process that runs it: compiles a cell against all that is committed. `service.ts` is that process.
 */
import type TS from "typescript";
import { setLocale, type Locale } from "../../locale/locale.js";
import { resetLocale } from "../locale/notebook.js";
import { breakPositions, parseFile } from "./compile/break-positions.js";
import { cellModule, type CellModule } from "./program/cell-module.js";
import { completenessOf } from "./editor/completeness.js";
import { completionsAt, withHeritage } from "./editor/completion.js";
import type { EditedCell } from "./editor/edited-cell.js";
import { declaredName, declaredNames } from "./program/declared-names.js";
import { cellProblems, syntaxProblems, toDiagnostic, type Problem } from "./compile/diagnostics.js";
import { ConfigProblems } from "./compile/config-problems.js";
import { emitCell } from "./compile/emit.js";
import { expression, fragment } from "./compile/expressions.js";
import { Files } from "./program/files.js";
import { Hints } from "./compile/hints.js";
import { Importable } from "./program/importable.js";
import { inspectionAt } from "./editor/inspection.js";
import type {
  CellToCheck,
  CompileResult,
  Completeness,
  Completions,
  FragmentResult,
  Inspection,
  Position,
  Variable,
} from "./language.js";
import { shownTypes } from "./program/shown-types.js";
import { completeMagic, inspectMagic } from "./magics/editor.js";
import { readMagics } from "./magics/parse.js";
import { namesUsed } from "./compile/names-used.js";
import { preludeText } from "./prelude/prelude.js";
import { Registry, type CellRecord, type DeclaredName } from "./names/registry.js";
import type { Checked, Committed } from "./requests.js";
import { asFunction, parseCell, type ParsedCell } from "./syntax/parse.js";
import { isModuleStatement } from "./compile/transform/imports.js";
import { TypeErrors } from "./compile/type-errors.js";
import { CommittedCells } from "./committed-cells.js";
import { laterPartsOf } from "./program/later-parts-of-cell.js";
import {
  loadToolchain,
  packageRoot,
  readingOf,
  runtimeTypes,
  sameMeaning,
  type Toolchain,
} from "./program/compiler-options.js";
import { Workspace, type OpenCell } from "./program/workspace.js";

export interface CellsOptions {
  readonly cwd: string;
  /** The file that declares the runtime; by default that of this package. */
  readonly runtime?: string;
}

export class Cells {
  readonly #registry = new Registry();
  readonly #files: Files;
  readonly #workspace: Workspace;
  readonly #importable: Importable;
  readonly #hints: Hints;
  #toolchain: Toolchain;
  readonly #typeErrors: TypeErrors;
  readonly #committed: CommittedCells;
  readonly #configProblems = new ConfigProblems();
  /** What was checked and is neither committed nor discarded yet, by id. */
  readonly #checked = new Map<number, CellRecord>();
  /** The file of the cell that was checked last, for its commit. */
  #last: { readonly id: number; readonly file: TS.SourceFile } | undefined;

  constructor(options: CellsOptions, toolchain = loadToolchain(options.cwd)) {
    this.#toolchain = toolchain;
    const runtime = options.runtime ?? runtimeTypes(packageRoot());
    this.#files = new Files({ cwd: options.cwd, toolchain, runtime });
    this.#workspace = new Workspace(this.#files, preludeText(runtime !== undefined));
    this.#typeErrors = new TypeErrors(this.#workspace, this.#files);
    this.#importable = new Importable(this.#files, () => this.#workspace.prelude.checker);
    this.#hints = new Hints(this.#registry, this.#importable, () => ({
      checker: this.#workspace.prelude.checker,
      prelude: this.#workspace.prelude.symbols,
      symbolOf: (binding) => this.#workspace.symbolOf(binding),
    }));
    this.#committed = new CommittedCells(this.#registry, this.#workspace, this.#hints, (source) =>
      this.#module(parseCell(source)),
    );
    this.#registry.setPrelude(this.#preludeNames());
  }

  /** In a function of its own: what closures of the constructor share would keep this checker for good. */
  #preludeNames(): DeclaredName[] {
    const { checker, symbols } = this.#workspace.prelude;
    return [...symbols]
      .filter(([name]) => !name.startsWith("__cellgrad_"))
      .map(([name, symbol]) => declaredName(name, symbol, checker));
  }

  /**
   * Goes to another folder before any cell has come, with all that is known of the libraries and the runtime. False where the folder's
   * own options or types make something else of them.
   */
  moveTo(cwd: string, toolchain: Toolchain): boolean {
    if (!sameMeaning(toolchain.options, this.#options)) return false;
    this.#toolchain = { ...toolchain, options: this.#options };
    this.#files.moveTo(cwd, this.#toolchain);
    return true;
  }

  /** A request begins: what has been edited since the last one counts, the tsconfig.json of the folder among it. */
  #beginRound(): void {
    this.#files.beginRound();
    if (this.#typeErrors.flowAnalysisFailed) this.recover();
    this.#typeErrors.flowAnalysisFailed = false;
    const { config, configs } = this.#toolchain;
    if (configs.for(this.#files.folder) === config) return;
    this.#toolchain = loadToolchain(this.#files.folder, configs);
    this.#files.configure(this.#toolchain);
    this.#workspace.renew();
  }

  get #options(): TS.CompilerOptions {
    return this.#toolchain.options;
  }

  compile(
    { source, text = source, number, typecheck = "error", looped = false, problems = [] }: CellToCheck,
    id: number,
  ): Checked {
    this.#beginRound();
    const fail = (problems: readonly Problem[]): Checked => ({
      result: {
        ok: false,
        diagnostics: [
          ...problems.map((problem) => toDiagnostic(problem, source, "error")),
          ...this.#configProblems.news(this.#toolchain),
        ],
      },
    });
    if (problems.length > 0) return fail(problems.map((problem) => ({ ...problem, code: 0 })));

    const plain = parseCell(text);
    if (plain.errors.length > 0) return fail(syntaxProblems(plain));
    const misplaced = looped ? plain.file.statements.find(isModuleStatement) : undefined;
    if (misplaced)
      return fail([
        { code: 0, start: misplaced.getStart(), length: misplaced.getWidth(), message: NO_MODULES },
      ]);
    const parsed = looped ? asFunction(plain) : plain;
    const open = this.#open(this.#module(parsed));
    const { file, module } = open;
    const unchecked = typecheck === "off";
    const types = unchecked
      ? []
      : cellProblems(this.#typeErrors.find(open, this.#options), module, this.#hints);
    if (typecheck === "error" && types.some(({ mayCome }) => !mayCome))
      return fail(types.filter(({ mayCome }) => !mayCome));

    const compiled = emitCell(open, `Cell [${String(number)}]`, this.#options, { unchecked, looped });
    const names = namesUsed(open);
    const writes = [...names.declares, ...names.assigns];
    const warnings = [
      ...this.#configProblems.news(this.#toolchain),
      ...types.map((problem) => toDiagnostic(problem, source, "warning")),
    ];
    const record: Omit<CellRecord, "source"> = {
      id,
      cell: number,
      folder: this.#files.folder,
      names: declaredNames(open),
      parts: parsed.around ? [] : laterPartsOf(open),
      checked: !unchecked,
      changes: [...module.changed.keys()],
      // Without checking no type is looked at, so that one that never ends does no harm.
      shows: unchecked ? {} : shownTypes(open, id),
    };
    this.#checked.set(id, { ...record, source: text });
    this.#last = { id, file };
    return {
      result: { ok: true, cell: { ...compiled, ...(writes.length > 0 && { writes }) }, names, warnings },
      record,
    };
  }

  /** From now on later cells see what the cell of this id declares, and functions of earlier ones too. */
  commit(id: number): Committed {
    const record = this.#checked.get(id);
    if (!record) throw new Error(`nothing that was checked has the id ${String(id)}`);
    this.#checked.delete(id);
    return this.restore(record);
  }

  /** What was checked does not begin to run. */
  discard(id: number): void {
    this.#checked.delete(id);
  }

  /** Commits a record, perhaps of another process. */
  restore(record: CellRecord): Committed {
    let file = this.#last?.id === record.id ? this.#last.file : undefined;
    if (!file) {
      // Another cell was compiled since, or this process is new: the cell is read again, in the scope that is there now.
      file = this.#inFolder(record.folder, () => this.#open(this.#module(parseCell(record.source))).file);
    }
    this.#last = undefined;
    return this.#committed.commit(record, file);
  }

  #inFolder<T>(folder: string, work: () => T): T {
    const { folder: now } = this.#files;
    this.#files.folder = folder;
    try {
      return work();
    } finally {
      this.#files.folder = now;
    }
  }

  /** The cell of a record is over. What is known of types for its having run to its end is known from now on; answers as `commit` does. */
  ended(id: number, ok: boolean): number[] {
    return this.#committed.ended(id, ok);
  }

  /** What user code has put on `globalThis`, by name with its type: all of it. */
  declareGlobals(types: Readonly<Record<string, string>>): void {
    this.#committed.declareGlobals(types);
  }

  /** An expression for user_expressions: its value is the result, its types are not looked at. */
  compileExpression(code: string): CompileResult {
    this.#beginRound();
    return expression(code, (parsed) => this.#open(this.#module(parsed)), this.#options);
  }

  /** Code that a debugger evaluates where the program stands: not checked, its last expression is the value. */
  compileFragment(code: string, locals: readonly string[]): FragmentResult {
    this.#beginRound();
    return fragment(code, locals, (parsed) => this.#open(this.#module(parsed)), this.#options);
  }

  breakPositions(code: string, path?: string): readonly Position[] {
    return breakPositions(path === undefined ? parseCell(readMagics(code).text).file : parseFile(path, code));
  }

  complete(code: string, offset: number): Completions {
    const whole = withHeritage(code, offset);
    return (
      completeMagic(code, offset) ??
      completionsAt(this.#edit(whole), offset, this.#registry, this.#importable)
    );
  }

  inspect(code: string, offset: number, detail: 0 | 1): Inspection | undefined {
    return inspectMagic(code, offset) ?? inspectionAt(this.#edit(code), offset, detail);
  }

  isComplete(code: string): Completeness {
    return completenessOf(code);
  }

  variables(): Variable[] {
    this.#beginRound();
    return this.#workspace.typesOf(this.#registry.values());
  }

  /** From now on cells import from another folder. */
  changeFolder(folder: string): void {
    this.#files.folder = folder;
  }

  /** From now on errors are told in this language. */
  setLocale(locale: Locale): void {
    setLocale(locale);
  }

  reset(): void {
    resetLocale();
    this.#files.folder = this.#files.getCurrentDirectory();
    this.#workspace.clear();
    this.#registry.clear();
    this.#checked.clear();
    this.#last = undefined;
  }

  /** After an error of TypeScript itself: its checker may have been left in the middle of something. */
  recover(): void {
    this.#workspace.renew();
  }

  #module(parsed: ParsedCell, { all = false } = {}): CellModule {
    return cellModule(parsed, this.#registry, { ...readingOf(this.#options), all });
  }

  #open(module: CellModule): OpenCell {
    // The file of the cell before it is replaced, so it can not be committed as it is any more.
    this.#last = undefined;
    return this.#workspace.open(module);
  }

  /** Lays a cell that is being written before the language service. */
  #edit(code: string): EditedCell {
    this.#beginRound();
    const parsed = parseCell(readMagics(code).text, true);
    const { module, file } = this.#open(this.#module(parsed, { all: true }));
    return { module, path: file.fileName, service: this.#workspace.service, source: code };
  }
}

const NO_MODULES =
  "Code that is run in a loop has no imports and exports: they belong into a cell of their own.";
