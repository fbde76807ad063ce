/**
 * A notebook in miniature: compiles cells one after another and runs what comes out on a scope object of its own, by the contract
 * that heads `kernel/language/language.ts`.
 */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Cells } from "../../kernel/language/cells.js";
import type { CellToCheck, CompileResult, Diagnostic } from "../../kernel/language/language.js";
import { readMagics, type Typecheck } from "../../kernel/language/magics/parse.js";

const RUNTIME = `
/** A matrix of random numbers. */
export declare function randn(shape: readonly number[]): Tensor;
/** Numbers in rows and columns. */
export declare class Tensor {
  /** The sum of all numbers. */
  sum(): number;
}
export * as nn from "./nn.js";
`;

/** Types of the package's own runtime. */
export const OWN_RUNTIME = fileURLToPath(new URL("../../src/index.ts", import.meta.url));

type Body = (
  scope: object,
  load: (specifier: string, options?: ImportCallOptions, names?: string[]) => Promise<unknown>,
  require: NodeJS.Require,
  meta: object,
  awaits: typeof wait,
) => Promise<{ value: unknown } | undefined>;

/** Nothing stops these cells. */
const itself = (value: unknown): unknown => value;
const wait = Object.assign((value: unknown) => value, { each: itself, initializing: itself });

/** What the kernel has checked of a cell with magics: the last code in it. */
export function toCheck(source: string, number: number): CellToCheck {
  const { steps, typecheck, problems } = readMagics(source);
  const code = steps.findLast((step) => step.kind === "code");
  const looped = code?.measure?.kind === "timeit";
  return { source, number, text: code?.text ?? "", ...(typecheck && { typecheck }), looped, problems };
}

type CheckedCell = Extract<CompileResult, { ok: true }>["cell"];

export class Notebook {
  readonly folder = mkdtempSync(join(tmpdir(), "cellgrad-"));
  readonly cells: Cells;
  scope: Record<string, unknown> = emptyScope();
  #count = 0;
  #typecheck: Typecheck = "error";

  /**
   * @param files what lies in the notebook's folder, by name
   * @param runtime file that declares the runtime, a small one by default
   */
  constructor(
    files: Readonly<Record<string, string>> = {},
    runtime = this.file("runtime/index.d.ts", RUNTIME),
  ) {
    for (const [name, text] of Object.entries(files)) this.file(name, text);
    this.file(
      "runtime/nn.d.ts",
      "export declare class Linear { constructor(inputs: number, outputs: number) }",
    );
    this.cells = new Cells({ cwd: this.folder, runtime });
  }

  /** Writes a file into the notebook's folder. */
  file(name: string, text: string): string {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  /** Checks a cell, which is not committed. */
  check(code: string, number?: number): { result: CompileResult; id: number } {
    const id = ++this.#count;
    const cell = toCheck(code, number ?? id);
    this.#typecheck = cell.typecheck ?? this.#typecheck;
    return { result: this.cells.compile({ ...cell, typecheck: this.#typecheck }, id).result, id };
  }

  /** Compiles a cell, or throws with the diagnostics. */
  compile(code: string): CheckedCell {
    const { result, id } = this.check(code);
    if (!result.ok) throw new Error(`Refused: ${JSON.stringify(result.diagnostics)}\n${code}`);
    this.cells.commit(id);
    this.cells.ended(id, true);
    return result.cell;
  }

  /** Runs a cell and answers the value of its last expression. */
  async run(code: string): Promise<unknown> {
    return (await this.evaluate(this.compile(code)))?.value;
  }

  /** Runs a cell that throws, and answers what. */
  async fails(code: string): Promise<unknown> {
    const { result, id } = this.check(code);
    if (!result.ok) throw new Error(`Refused: ${JSON.stringify(result.diagnostics)}\n${code}`);
    this.cells.commit(id);
    try {
      await this.evaluate(result.cell);
    } catch (error) {
      this.cells.ended(id, false);
      return error;
    }
    throw new Error(`Did not throw: ${code}`);
  }

  async evaluate(cell: Pick<CheckedCell, "js">): Promise<{ value: unknown } | undefined> {
    const AsyncFunction = (async () => undefined).constructor as new (...parts: string[]) => Body;
    const body = new AsyncFunction("$", "__import", "require", "__meta", "__wait", cell.js);
    const from = createRequire(join(this.folder, "notebook.js"));
    const load = async (
      specifier: string,
      options?: ImportCallOptions,
      names: string[] = [],
    ): Promise<object> => {
      const path = from.resolve(specifier);
      const module = (await import(
        path.startsWith("/") ? pathToFileURL(path).href : path,
        options
      )) as object;
      for (const name of names)
        if (!(name in module))
          throw new SyntaxError(`${specifier} does not provide an export named '${name}'`);
      return module;
    };
    const meta = { dirname: this.folder, filename: join(this.folder, "notebook.ipynb") };
    return body(this.scope, load, from, meta, wait);
  }

  /** What is wrong with a cell that is not to run; fails where nothing is. */
  refused(code: string): readonly Diagnostic[] {
    const { result } = this.check(code);
    if (result.ok) throw new Error(`Accepted: ${code}`);
    return result.diagnostics;
  }

  /** What it says of a cell that is not to run. */
  messages(code: string): string[] {
    return this.refused(code).map(({ message }) => message);
  }

  reset(): void {
    this.cells.reset();
    this.scope = emptyScope();
    this.#count = 0;
    this.#typecheck = "error";
  }
}

function emptyScope(): Record<string, unknown> {
  const missing = new Proxy(
    {},
    {
      get(_, name) {
        if (typeof name === "symbol") return undefined;
        if (name in globalThis) return (globalThis as Record<PropertyKey, unknown>)[name];
        throw new ReferenceError(`${name} is not defined`);
      },
    },
  );
  return Object.create(missing) as Record<string, unknown>;
}
