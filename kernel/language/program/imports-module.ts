/**
 * What cells import is in the program because modules import it for them: one in each folder in which cells have been laid.
 */
import type TS from "typescript";
import { ts } from "../compiler.js";
import type { CellModule } from "./cell-module.js";
import type { Files } from "./files.js";

const NAME = "__cellgrad_imports";

export class ImportsModules {
  readonly #files: Files;
  /** Lines of the modules, by path. */
  readonly #lines = new Map<string, Set<string>>();
  /** Another number makes the text of the modules, and so the program, a new one. */
  #generation = 0;

  constructor(files: Files) {
    this.#files = files;
  }

  /** Makes a new program, with a new checker, for the next cell. */
  renewProgram(): void {
    this.#generation++;
  }

  /** Sees to it that the modules that a cell imports are in the program. */
  add(module: CellModule, path: string, program: TS.Program): void {
    const { file } = module.parsed;
    const options = this.#files.getCompilationSettings();
    for (const literal of module.imports) {
      const mode = ts.getModeForUsageLocation(file, literal, options);
      const { resolvedModule } = this.#files.resolve(literal.text, path, mode);
      if (!resolvedModule || program.getSourceFile(resolvedModule.resolvedFileName)) continue;
      const specifier = JSON.stringify(literal.text);
      const imports = this.#linesHere();
      const line =
        mode === ts.ModuleKind.CommonJS
          ? `import r${String(imports.size)} = require(${specifier});`
          : `import ${specifier};`;
      // A local file that was gone for a while is there again. Packages without types are never in the program.
      const isBack = imports.has(line) && !this.#files.isSettled(resolvedModule.resolvedFileName);
      if (isBack && /\.[cm]?tsx?$/u.test(resolvedModule.resolvedFileName)) this.renewProgram();
      imports.add(line);
    }
  }

  #linesHere(): Set<string> {
    const path = this.#files.path(`${NAME}.mts`);
    const known = this.#lines.get(path) ?? new Set();
    this.#lines.set(path, known);
    return known;
  }

  /** Writes the modules as they have to be now. */
  write(): void {
    // Without this module nothing in the program depends on the folder, which may change before the first cell. It also brings the
    // runtime of JSX along.
    const needsRuntime = this.#files.getCompilationSettings().jsx === ts.JsxEmit.ReactJSX;
    if (this.#lines.size === 0 && this.#generation === 0 && !needsRuntime) return;
    this.#linesHere();
    for (const [path, imports] of this.#lines) {
      const text = `${[...imports].join("\n")}\nexport {};\n// ${String(this.#generation)}`;
      this.#files.write(path, text, ts.ScriptKind.TS, { root: true });
    }
  }

  clear(): void {
    for (const path of this.#lines.keys()) this.#files.remove(path);
    this.#lines.clear();
  }
}
