/** A notebook for tests of files and packages: each cell is checked as the kernel checks it and runs in a real session. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Cells } from "../kernel/language/cells.js";
import type { Session } from "../kernel/session/session.js";
import { startSession } from "../kernel/session/start.js";
import { plain } from "./session/notebook.js";

const RUNTIME = new URL("./session/runtime-fixture.ts", import.meta.url).href;

export class CheckedNotebook {
  /** Where the files are; the notebook may be in a folder of it. */
  readonly root = mkdtempSync(join(tmpdir(), "cellgrad-checked-"));
  readonly #cells: Cells;
  readonly #session: Session;
  #count = 0;
  #result = "";
  /** What was said beside the last cell's result. */
  warnings: string[] = [];

  /**
   * @param files by name; what ends in "->" is a link to the folder that is named
   * @param folder the notebook's, in that of the files
   */
  constructor(files: Readonly<Record<string, string>>, folder = ".") {
    this.write(files);
    const cwd = join(this.root, folder);
    mkdirSync(cwd, { recursive: true });
    const runtime = join(this.root, "runtime/index.d.ts");
    this.write({ "runtime/index.d.ts": "export declare const runtime: number;" });
    this.#cells = new Cells({ cwd, runtime });
    this.#session = startSession({
      cwd,
      runtime: RUNTIME,
      onOutput: (event) => {
        if (event.type === "result") this.#result = String(event.bundle.decode().data["text/plain"]);
        if (event.type === "stream") this.#result += event.text;
      },
      onRestart: () => undefined,
    });
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      const path = join(this.root, name.replace(/ ->$/u, ""));
      mkdirSync(dirname(path), { recursive: true });
      if (name.endsWith(" ->")) symlinkSync(join(this.root, text), path, "junction");
      else writeFileSync(path, text);
    }
  }

  /** What is below a cell: its result, `refused: …` with what TypeScript says, or `threw: …`. */
  async run(code: string): Promise<string> {
    const id = ++this.#count;
    const { result } = this.#cells.compile({ source: code, number: id }, id);
    const said = result.ok ? result.warnings : result.diagnostics;
    const messages = (category: string) =>
      said.filter((each) => each.category === category).map(({ message }) => message);
    this.warnings = messages("warning");
    if (!result.ok) return `refused: ${messages("error").join("; ")}`;
    this.#cells.commit(id);
    this.#result = "";
    const outcome = await this.#session.run(id, { ...result.cell, source: code }, { silent: false });
    return outcome.status === "error" ? `threw: ${plain(outcome.error.traceback)}` : this.#result;
  }

  async close(): Promise<void> {
    await this.#session.close();
    rmSync(this.root, { recursive: true });
  }
}
