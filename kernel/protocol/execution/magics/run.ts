/**
 * `%run`: a file's code, or that of a notebook's cells, as if it stood in the cell: what it declares is there afterwards. Errors name the file and
 * its lines. What it imports by a relative path is looked up from the session's folder.
 */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, extname, join, resolve } from "node:path";
import { localized } from "../../../locale/sentences.js";
import { NotebookError, readNotebook } from "../../../client/notebook.js";
import type { CellOutcome } from "../../../session/session.js";
import type { CellToRun, RunCell } from "../cell-to-run.js";
import type { KernelContext } from "../../context.js";
import type { Interruption } from "../interruption.js";
import type { MagicStep } from "./in-session.js";

/** Files that run files. */
const NESTED = 20;

export async function runFile(
  { argument }: MagicStep,
  cell: CellToRun,
  kernel: KernelContext,
  interruption: Interruption,
  runCell: RunCell,
): Promise<CellOutcome> {
  const path = pathOf(argument, kernel.folder);
  const { depth = 0 } = cell;
  if (depth >= NESTED) return failed(`%run ${argument}: files run each other ${String(NESTED)} levels deep`);
  let parts: readonly Part[];
  try {
    parts = partsOf(path);
  } catch (error) {
    return failed(`%run ${argument}: ${(error as Error).message}`);
  }
  for (const { code, name } of parts) {
    const outcome = await runCell({ ...cell, code, name, depth: depth + 1 }, kernel, interruption);
    if (outcome.status !== "ok") return outcome;
  }
  return { status: "ok" };
}

interface Part {
  readonly code: string;
  /** What errors call it. */
  readonly name: string;
}

function partsOf(path: string): Part[] {
  const name = basename(path);
  if (extname(path).toLowerCase() === ".ipynb") {
    return readNotebook(path)
      .cells.filter(({ cell_type, source }) => cell_type === "code" && source.trim() !== "")
      .map(({ source }, i) => ({ code: source, name: `${name} cell ${String(i + 1)}` }));
  }
  try {
    return [{ code: readFileSync(path, "utf8").replace(/^\uFEFF/u, ""), name }];
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new NotebookError(code === "ENOENT" ? `there is no file ${path}` : message);
  }
}

/** The path that a user wrote: perhaps in quotes, perhaps from home, else from the session's folder. */
function pathOf(text: string, folder: string): string {
  const path = /^(["']).*\1$/u.test(text) ? text.slice(1, -1) : text;
  return /^~(?:[\\/]|$)/u.test(path) ? join(homedir(), path.slice(1)) : resolve(folder, path);
}

function failed(english: string): CellOutcome {
  const evalue = localized(english);
  return { status: "error", error: { ename: "MagicError", evalue, traceback: [`MagicError: ${evalue}`] } };
}
