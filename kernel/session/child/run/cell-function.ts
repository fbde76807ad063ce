/**
 * The function that a compiled cell is: compiled by V8, and called with the scope, the imports and the cell's `import.meta`, in the way in
 * which it is to be timed.
 */
import { setFlagsFromString } from "node:v8";
import vm from "node:vm";
import type { CompiledCell } from "../../messages.js";
import { timed } from "../magics/clock.js";
import { looped } from "../magics/loops.js";
import type { magicCaller } from "../magics/table.js";
import type { Modules } from "../modules/modules.js";
import { MAPPED } from "./stack.js";
import { wait as waitFor } from "./waits.js";

/** The contract of language.ts: an async function of the scope, the imports and the cell's `import.meta`. */
type CellFunction = (
  scope: Record<string, unknown>,
  importModule: (
    specifier: string,
    options?: ImportCallOptions,
    names?: readonly string[],
  ) => Promise<unknown>,
  require: NodeJS.Require,
  meta: Record<string, unknown>,
  wait: typeof waitFor,
) => Promise<CellResult>;

export interface NamedCell extends CompiledCell {
  /** The name that V8 knows it by. */
  readonly file: string;
}

/** What a cell answers with; undefined where it has no value. */
export type CellResult = { readonly value: unknown } | undefined;

/** What cells are called with. */
export interface CellWorld {
  readonly scope: Record<string, unknown>;
  readonly modules: Modules;
  readonly magic: ReturnType<typeof magicCaller>;
}

/**
 * Calls a cell, timed where it is to be. Undefined where an interrupt has come while it was compiled.
 * @param mayBegin whether no interrupt has come
 */
export function callCell(
  cell: NamedCell,
  world: CellWorld,
  mayBegin: () => boolean,
): Promise<CellResult> | undefined {
  const call = () => callFunction(cell, world, mayBegin);
  const { measure } = cell;
  const result = measure?.kind === "time" ? timed(async () => call()) : call();
  if (measure?.kind !== "timeit") return result;
  return result?.then(async (answer) => {
    await looped(answer?.value as () => unknown, measure);
    return undefined;
  });
}

function callFunction(
  cell: NamedCell,
  { scope, modules, magic }: CellWorld,
  mayBegin: () => boolean,
): Promise<CellResult> | undefined {
  // The wrapper has the first line to itself, so that the compiled text keeps its line numbers.
  const code = `(async function ($, __import, require, __meta, __wait) { "use strict";\n${cell.js}${MAPPED}})`;
  const script = uncached(() => {
    return new vm.Script(code, {
      filename: cell.file,
      lineOffset: -1,
      importModuleDynamically: ((specifier: string) => modules.importEvaluated(specifier)) as never,
    });
  });
  const run = script.runInThisContext() as CellFunction;
  if (!mayBegin()) return undefined;
  return run(
    scope,
    (specifier, options, names) => modules.import(specifier, options, names),
    modules.require,
    Object.defineProperty(modules.meta, "magic", { value: magic }),
    waitFor,
  );
}

/** V8 keeps the code of scripts for the next time that the same text comes, whose number no collection bounds; cells are not to fill it. */
function uncached<T>(compile: () => T): T {
  setFlagsFromString("--no-compilation-cache");
  try {
    return compile();
  } finally {
    setFlagsFromString("--compilation-cache");
  }
}
