/**
 * The files in which TypeScript finds what committed cells declared. A program whose list of files stays the same is made anew at
 * a fraction of the cost, so cells share files that exist from the start, as many in one as are parsed in no time.
 */
import { ts } from "./compiler.js";
import { cellNamespace, IMPORTS_MODULE } from "./declarations.js";
import type { Files } from "./files.js";
import type { CellRecord } from "./registry.js";

/** Paths of the files that hold declarations of cells. */
export const COMMITTED_FILE = /__cellgrad_cells_\d+\.d\.ts$/u;

const CELLS_IN_A_FILE = 24;
/** Files made at once. */
const FILES = 32;

export class CommittedFiles {
  readonly #files: Files;
  readonly #texts: string[] = [];
  readonly #modules = new Set<string>();
  #imports = "";
  #count = 0;

  constructor(files: Files) {
    this.#files = files;
    this.clear();
  }

  add(record: CellRecord): void {
    const index = Math.floor(this.#count++ / CELLS_IN_A_FILE);
    if (index >= this.#texts.length) this.#makeFiles();
    const { body, imports } = record.declarations;
    this.#texts[index] += `declare namespace ${cellNamespace(record.id)} {\n${body}}\n`;
    this.#write(index);
    if (record.module) {
      const path = this.#files.path(`${cellNamespace(record.id)}.mts`);
      this.#files.write(path, record.module.text, record.module.tsx ? ts.ScriptKind.TSX : ts.ScriptKind.TS, {
        root: false,
      });
      this.#modules.add(path);
    }
    if (imports !== "") {
      this.#imports += imports;
      this.#writeImports();
    }
  }

  clear(): void {
    this.#count = 0;
    this.#imports = "";
    this.#writeImports();
    for (const path of this.#modules) this.#files.remove(path);
    this.#modules.clear();
    for (let index = 0; index < this.#texts.length; index++) {
      this.#texts[index] = "";
      this.#write(index);
    }
    if (this.#texts.length === 0) this.#makeFiles();
  }

  #makeFiles(): void {
    for (let n = 0; n < FILES; n++) this.#write(this.#texts.push("") - 1);
  }

  #write(index: number): void {
    const path = this.#files.path(`__cellgrad_cells_${String(index)}.d.ts`);
    this.#files.write(path, this.#texts[index]!, ts.ScriptKind.TS, { root: true });
  }

  #writeImports(): void {
    const text = `export as namespace ${IMPORTS_MODULE};\nexport {};\n${this.#imports}`;
    this.#files.write(this.#files.path(`${IMPORTS_MODULE}.d.mts`), text, ts.ScriptKind.TS, { root: true });
  }
}
