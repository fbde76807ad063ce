/**
 * The language of cells, in the thread that runs it: compiles a cell against all that is committed. `start.ts` puts it in a worker.
 */
import type TS from "typescript";
import { ts } from "./compiler.js";
import { cellModule, type CellModule } from "./cell-module.js";
import { CommittedFiles } from "./committed-files.js";
import { completenessOf } from "./completeness.js";
import { completeMagic, completionsAt, typedNames, type EditedCell } from "./completion.js";
import { inspectionAt } from "./inspection.js";
import { namespaceOf, namespaceOfModule, PRELUDE_MODULE } from "./declarations.js";
import { cellProblems, syntaxProblems, toDiagnostic, type Problem } from "./diagnostics.js";
import { Files } from "./files.js";
import type { CompiledCell } from "../session/messages.js";
import type { CompileResult, Completeness, Completions, Inspection } from "./language.js";
import { readMagics, type Typecheck } from "./magics.js";
import { preludeText } from "./prelude.js";
import { PRELUDE, Registry, type CellRecord, type DeclaredName } from "./registry.js";
import { SourceFiles } from "./source-files.js";
import { cellMap } from "./source-map.js";
import { meanings, parseCell, type Meaning, type NameKind } from "./syntax.js";
import { cellTransform } from "./transform/cell-transform.js";
import { loadToolchain, packageRoot, runtimeTypes } from "./typescript.js";

export interface CellsOptions {
  readonly cwd: string;
  /** The file that declares the runtime; by default that of this package. */
  readonly runtime?: string;
}

export interface Compiled {
  readonly result: CompileResult;
  /** What to commit when the cell runs. */
  readonly record?: CellRecord;
}

/** File that stands for the cell at hand. */
const CURRENT = "__cellgrad_cell.mts";

export class Cells {
  readonly registry = new Registry();
  readonly files: Files;
  readonly service: TS.LanguageService;
  readonly #jsxNames: string[];
  readonly #options: TS.CompilerOptions;
  /** Emitting checks types too, unless it is told not to. */
  readonly #uncheckedOptions: TS.CompilerOptions;
  readonly #committed: CommittedFiles;
  #typecheck: Typecheck = "error";
  #nextId = PRELUDE + 1;

  constructor(options: CellsOptions) {
    const { options: compilerOptions } = loadToolchain(options.cwd);
    this.#options = compilerOptions;
    this.#uncheckedOptions = { ...compilerOptions, noCheck: true };
    const runtime = options.runtime ?? runtimeTypes(packageRoot());
    this.files = new Files({ cwd: options.cwd, compilerOptions, runtime });
    this.service = ts.createLanguageService(this.files, new SourceFiles());
    const factory = compilerOptions.jsx === ts.JsxEmit.React ? (compilerOptions.jsxFactory ?? "React") : "";
    this.#jsxNames = [factory, compilerOptions.jsxFragmentFactory ?? ""].map((name) => name.split(".")[0]!);
    const prelude = this.files.path(`${PRELUDE_MODULE}.d.mts`);
    this.files.write(prelude, preludeText(runtime !== undefined), ts.ScriptKind.TS, { root: true });
    this.#committed = new CommittedFiles(this.files);
    this.files.write(this.#current, "export {};", ts.ScriptKind.TS, { root: true });
    this.registry.setPrelude(this.#exportsOf(prelude));
    // The first check reads all libraries; better now than when the user waits.
    this.#program().getSemanticDiagnostics(this.#program().getSourceFile(this.#current));
  }

  compile(code: string, cell: number): Compiled {
    this.files.beginRound();
    const magics = readMagics(code);
    if (magics.typecheck) this.#typecheck = magics.typecheck;
    const fail = (problems: readonly Problem[]): Compiled => ({
      result: { ok: false, diagnostics: problems.map((problem) => toDiagnostic(problem, code, "error")) },
    });
    if (magics.problems.length > 0) return fail(magics.problems.map((problem) => ({ ...problem, code: 0 })));

    const parsed = parseCell(magics.text);
    if (parsed.errors.length > 0) return fail(syntaxProblems(parsed));
    const module = cellModule(parsed, this.registry, { exported: true, jsx: this.#jsxNames });
    const { program, file } = this.#load(module, { unchecked: this.#typecheck === "off" });
    const types =
      this.#typecheck === "off"
        ? []
        : cellProblems(program.getSemanticDiagnostics(file), module, this.registry);
    if (types.length > 0 && this.#typecheck === "error") return fail(types);

    const name = `Cell [${String(cell)}]`;
    const emitted = emit(program, file, module);
    const id = this.#nextId++;
    const names = declaredNames(module, file, program.getTypeChecker());
    const exported = names.map((declared) => declared.name);
    const declarations =
      emitted.declarations === undefined
        ? undefined
        : namespaceOf(emitted.declarations, id, module.names, exported);
    const record: CellRecord = {
      id,
      cell,
      source: code,
      names,
      declarations: declarations ?? namespaceOfModule(id, exported),
      module: declarations ? undefined : { text: module.text, tsx: isTsx(module) },
    };
    return {
      result: {
        ok: true,
        cell: this.#compiled(code, name, emitted, module),
        warnings: types.map((problem) => toDiagnostic(problem, code, "warning")),
      },
      record,
    };
  }

  /** From now on later cells see what the cell declares. */
  commit(record: CellRecord): void {
    this.#nextId = Math.max(this.#nextId, record.id + 1);
    this.registry.commit(record);
    this.#committed.add(record);
  }

  /** An expression for user_expressions: its value is the result, its types are not looked at. */
  compileExpression(code: string): CompileResult {
    this.files.beginRound();
    const parsed = parseCell(code);
    const problems = syntaxProblems(parsed);
    const [only, ...others] = parsed.file.statements;
    if (problems.length === 0 && !(only && ts.isExpressionStatement(only) && others.length === 0))
      problems.push({ code: 0, start: 0, length: code.length, message: "Expected one expression." });
    if (problems.length > 0)
      return { ok: false, diagnostics: problems.map((problem) => toDiagnostic(problem, code, "error")) };
    const module = cellModule(parsed, this.registry, { exported: false, jsx: this.#jsxNames });
    const { program, file } = this.#load(module, { unchecked: true });
    return {
      ok: true,
      cell: this.#compiled(code, "Expression", emit(program, file, module), module),
      warnings: [],
    };
  }

  complete(code: string, offset: number): Completions {
    const magic = completeMagic(code, offset);
    if (magic) return magic;
    return completionsAt(this.#edit(code, typedNames(code, offset, this.registry)), offset, this.registry);
  }

  inspect(code: string, offset: number, detail: 0 | 1): Inspection | undefined {
    return inspectionAt(this.#edit(code), offset, detail, this.registry);
  }

  isComplete(code: string): Completeness {
    return completenessOf(code);
  }

  reset(): void {
    this.#committed.clear();
    this.registry.clear();
    this.#typecheck = "error";
  }

  #compiled(source: string, name: string, emitted: Emitted, module: CellModule): CompiledCell {
    const map = cellMap(emitted.map, module, { name, source }, 1);
    return { js: `${emitted.head}\n${emitted.js}`, map, source, name };
  }

  get #current(): string {
    return this.files.path(CURRENT);
  }

  #program(): TS.Program {
    return this.service.getProgram()!;
  }

  #load(
    module: CellModule,
    { unchecked }: { unchecked: boolean },
  ): { program: TS.Program; file: TS.SourceFile } {
    this.files.setOptions(unchecked ? this.#uncheckedOptions : this.#options);
    this.files.write(this.#current, module.text, module.parsed.scriptKind, { root: true });
    const program = this.#program();
    return { program, file: program.getSourceFile(this.#current)! };
  }

  /** Lays a cell that is being written before the language service. */
  #edit(code: string, also: readonly string[] = []): EditedCell {
    this.files.beginRound();
    const parsed = parseCell(readMagics(code).text);
    const module = cellModule(parsed, this.registry, { exported: false, jsx: this.#jsxNames, also });
    this.files.write(this.#current, module.text, module.parsed.scriptKind, { root: true });
    return { module, path: this.#current, service: this.service, source: code };
  }

  #exportsOf(path: string): DeclaredName[] {
    const program = this.#program();
    const checker = program.getTypeChecker();
    const symbol = checker.getSymbolAtLocation(program.getSourceFile(path)!);
    return symbol
      ? checker.getExportsOfModule(symbol).map((exported) => declaredName(exported.name, exported, checker))
      : [];
  }
}

interface Emitted {
  readonly head: string;
  readonly js: string;
  readonly map: string;
  /** Undefined where the compiler can not write them. */
  readonly declarations: string | undefined;
}

function emit(program: TS.Program, file: TS.SourceFile, module: CellModule): Emitted {
  const transform = cellTransform(file, module, program.getTypeChecker());
  let js = "";
  let map = "";
  let declarations: string | undefined;
  const write: TS.WriteFileCallback = (path, text) => {
    if (path.endsWith(".d.mts")) declarations = text;
    else if (path.endsWith(".map")) map = text;
    else js = text;
  };
  program.emit(file, write, undefined, false, transform.transformers);
  return {
    head: transform.head(),
    js: js.replace(/\n\/\/# sourceMappingURL=[^\n]*\s*$/u, "\n"),
    map,
    declarations,
  };
}

/** What a cell leaves to later cells. */
function declaredNames(module: CellModule, file: TS.SourceFile, checker: TS.TypeChecker): DeclaredName[] {
  const symbol = checker.getSymbolAtLocation(file);
  const exported = symbol ? checker.getExportsOfModule(symbol) : [];
  return exported
    .filter((entry) => entry.name !== "default" && entry.name !== "export=")
    .map((entry) => {
      const known = module.names.get(entry.name);
      if (known && known.kind !== "import")
        return { name: known.name, meaning: known.meaning, kind: known.kind };
      return declaredName(entry.name, entry, checker);
    });
}

function declaredName(name: string, symbol: TS.Symbol, checker: TS.TypeChecker): DeclaredName {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  // What could not be resolved may be anything.
  if (checker.isUnknownSymbol(target)) return { name, kind: "import", meaning: 7 };
  const { SymbolFlags } = ts;
  const { flags } = target;
  let meaning: Meaning = 0;
  if (flags & SymbolFlags.Value) meaning |= meanings.value;
  if (flags & SymbolFlags.Type) meaning |= meanings.type;
  if (flags & SymbolFlags.Namespace) meaning |= meanings.namespace;
  const kinds: readonly [TS.SymbolFlags, NameKind][] = [
    [SymbolFlags.Function, "function"],
    [SymbolFlags.Class, "class"],
    [SymbolFlags.Enum, "enum"],
    [SymbolFlags.Variable, "const"],
    [SymbolFlags.Namespace, "namespace"],
    [SymbolFlags.Interface, "interface"],
    [SymbolFlags.TypeAlias, "type"],
  ];
  return { name, kind: kinds.find(([flag]) => flags & flag)?.[1] ?? "import", meaning };
}

function isTsx(module: CellModule): boolean {
  return module.parsed.scriptKind === ts.ScriptKind.TSX;
}
