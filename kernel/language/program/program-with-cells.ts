/**
 * Makes a program of TypeScript, and with it its checker and the language service, see files that are not among its own: those of cells.
 */
import type TS from "typescript";
import { interopOf } from "../../session/child/modules/resolve.js";
import { ts } from "../compiler.js";
import { exportsItsDefault } from "./commonjs-interop.js";

/** What programs have and TypeScript does not declare. */
interface InnerProgram {
  getEmitSyntaxForUsageLocation(file: TS.SourceFile, usage: TS.StringLiteralLike): TS.ResolutionMode;
  getImpliedNodeFormatForEmit(file: TS.SourceFile): TS.ResolutionMode;
  getResolvedModule(file: TS.SourceFile, name: string, mode: TS.ResolutionMode): Resolution | undefined;
  getResolvedModuleFromModuleSpecifier(
    specifier: TS.StringLiteral,
    file?: TS.SourceFile,
  ): Resolution | undefined;
}
export type Resolution = TS.ResolvedModuleWithFailedLookupLocations;

/** Where the files of cells are, and what they import. */
export interface FilesOfCells {
  /** The file of a cell at a path. */
  at(path: string): TS.SourceFile | undefined;
  /** What an import of a cell leads to; undefined where the file is not a cell's. */
  resolve(file: TS.SourceFile, name: string, mode: TS.ResolutionMode): Resolution | undefined;
}

/** From now on the program has the files of cells too. */
export function showCells(program: TS.Program, cells: FilesOfCells): void {
  const inner = program as TS.Program & InnerProgram;
  const { getSourceFile, getSourceFileByPath, getResolvedModule } = inner;
  const { getEmitSyntaxForUsageLocation, getImpliedNodeFormatForEmit } = inner;
  program.getSourceFile = (name) => cells.at(name) ?? getSourceFile(name);
  program.getSourceFileByPath = (path) => cells.at(path) ?? getSourceFileByPath(path);
  inner.getResolvedModule = (file, name, mode) =>
    cells.resolve(file, name, mode) ?? getResolvedModule(file, name, mode);
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
