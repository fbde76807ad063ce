/**
 * What is wrong with the types of a cell: what TypeScript refuses, and what it allows though it cannot have been meant, here and in the local
 * files that are imported.
 */
import { relative } from "node:path";
import type TS from "typescript";
import { toModule } from "../program/cell-module.js";
import type { Files } from "../program/files.js";
import type { OpenCell, Workspace } from "../program/workspace.js";
import { isDoubtful } from "./doubtful-errors.js";
import { disableFlowAnalysis, TOO_MANY_BRANCHES } from "./flow-limit.js";
import { misusedObjects, type Misuse } from "./misused-objects.js";

export class TypeErrors {
  readonly #workspace: Workspace;
  readonly #files: Files;
  /** What was found in local files, by the checker that knows their types. */
  readonly #ofLocalFiles = new WeakMap<TS.TypeChecker, Map<TS.SourceFile, readonly Misuse[]>>();
  /** The checker of the cell that was looked at last follows no types any more. */
  flowAnalysisFailed = false;

  constructor(workspace: Workspace, files: Files) {
    this.#workspace = workspace;
    this.#files = files;
  }

  find(open: OpenCell, options: TS.CompilerOptions): TS.Diagnostic[] {
    const { file, program, module } = open;
    const errors = program.getSemanticDiagnostics(file);
    if (errors.some(({ code }) => code === TOO_MANY_BRANCHES)) {
      this.flowAnalysisFailed = true;
      disableFlowAnalysis(file);
    }
    const certain = errors.filter((error) => !isDoubtful(error, this.#workspace.trust));
    const found = [...certain, ...this.#misused(file, program, options)];
    for (const specifier of module.imports)
      for (const local of this.#workspace.localFiles(open, specifier))
        for (const misuse of this.#misusedInLocal(local, program, options))
          found.push(this.#atImport(misuse, local, specifier, open));
    return found;
  }

  /** An error of a local file, told where the cell imports it. */
  #atImport(
    { messageText, start, ...misuse }: Misuse,
    local: TS.SourceFile,
    specifier: TS.StringLiteral,
    { file, module }: OpenCell,
  ): TS.Diagnostic {
    const { line, character } = local.getLineAndCharacterOfPosition(start);
    const place = `${relative(this.#files.folder, local.fileName)}:${String(line + 1)}:${String(character + 1)}`;
    const at = specifier.getStart(module.parsed.file);
    return {
      ...misuse,
      file,
      start: module.parsed.around ? at : toModule(module, at),
      length: specifier.getWidth(module.parsed.file),
      messageText: `${place}: ${messageText}`,
    };
  }

  #misused(file: TS.SourceFile, program: TS.Program, options: TS.CompilerOptions): Misuse[] {
    const isOfRuntime = (symbol: TS.Symbol): boolean => this.#workspace.isOfPrelude(symbol);
    return misusedObjects(file, program.getTypeChecker(), options, isOfRuntime);
  }

  #misusedInLocal(file: TS.SourceFile, program: TS.Program, options: TS.CompilerOptions): readonly Misuse[] {
    const checker = program.getTypeChecker();
    const known = this.#ofLocalFiles.get(checker) ?? new Map<TS.SourceFile, readonly Misuse[]>();
    this.#ofLocalFiles.set(checker, known);
    const found = known.get(file) ?? this.#misused(file, program, options);
    known.set(file, found);
    return found;
  }
}
