/**
 * Notebook files, format 4 (https://nbformat.readthedocs.io): read with errors that say what is wrong, written as Jupyter writes
 * them, byte for byte: text split into lines, keys sorted, one space of indent.
 */
import { randomBytes } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolder } from "../folders.js";
import type { Json } from "../wire/message.js";

export interface Notebook {
  cells: Cell[];
  metadata: Json;
  nbformat: number;
  nbformat_minor: number;
}

export interface Cell {
  cell_type: "code" | "markdown" | "raw";
  id: string;
  metadata: Json;
  source: string;
  /** Only in code cells. */
  execution_count?: number | null;
  /** Only in code cells. */
  outputs?: Output[];
  [more: string]: unknown;
}

export type Output =
  | { output_type: "stream"; name: string; text: string }
  | { output_type: "display_data"; data: Json; metadata: Json }
  | { output_type: "execute_result"; data: Json; metadata: Json; execution_count: number | null }
  | { output_type: "error"; ename: string; evalue: string; traceback: string[] };

/** What makes a file unusable as a notebook, in one line. */
export class NotebookError extends Error {
  override readonly name = "NotebookError";
}

/** Reads a notebook. Throws {@link NotebookError}. */
export function readNotebook(path: string): Notebook {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new NotebookError(
      `cannot read the notebook ${path}: ${missing ? "there is no such file" : (error as Error).message}`,
    );
  }
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new NotebookError(`${path} is not JSON, so not a notebook: ${(error as Error).message}`);
  }
  return parseNotebook(json, path);
}

/** Checks and normalizes what a notebook file holds: multi-line strings in one piece, an id for every cell. */
export function parseNotebook(json: unknown, origin: string): Notebook {
  const fail = (why: string): never => {
    throw new NotebookError(`${origin} is not a notebook: ${why}`);
  };
  if (!isObject(json)) return fail("it does not hold a JSON object");
  const { nbformat, nbformat_minor: minor, cells, metadata } = json;
  if (typeof nbformat !== "number") return fail("it has no nbformat number");
  if (nbformat !== 4) {
    return fail(`its format is ${nbformat}, and this program reads 4; save it anew in JupyterLab`);
  }
  if (!Array.isArray(cells)) return fail("it has no list of cells");
  return {
    ...json,
    nbformat: 4,
    nbformat_minor: Math.max(5, typeof minor === "number" ? minor : 0),
    metadata: isObject(metadata) ? metadata : {},
    cells: cells.map((cell: unknown, i) => {
      if (!isObject(cell)) return fail(`cell ${i + 1} is not a JSON object`);
      const { cell_type: type, id, metadata, source, outputs } = cell;
      if (type !== "code" && type !== "markdown" && type !== "raw") {
        return fail(`cell ${i + 1} has the type ${JSON.stringify(type)}, not code, markdown or raw`);
      }
      const text = joinLines(source);
      if (typeof text !== "string") return fail(`cell ${i + 1} has no source`);
      return {
        ...cell,
        cell_type: type,
        id: typeof id === "string" ? id : newCellId(),
        metadata: isObject(metadata) ? metadata : {},
        source: text,
        ...(type === "code" && {
          execution_count: (cell["execution_count"] as number | null | undefined) ?? null,
          outputs: (Array.isArray(outputs) ? outputs : []).map((output: Output) =>
            isObject(output)
              ? mapText(output, joinLines)
              : fail(`an output of cell ${i + 1} is not an object`),
          ),
        }),
      };
    }),
  };
}

/** Writes a notebook; a reader never sees half of it. */
export function writeNotebook(path: string, notebook: Notebook): void {
  makeFolder(dirname(path));
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, formatNotebook(notebook));
  renameSync(temporary, path);
}

/** Text of a notebook file. */
export function formatNotebook(notebook: Notebook): string {
  const cells = notebook.cells.map((cell) => ({
    ...cell,
    source: splitLines(cell.source),
    ...(cell.outputs && { outputs: cell.outputs.map((output) => mapText(output, splitLines)) }),
  }));
  return `${JSON.stringify(sortKeys({ ...notebook, cells }), undefined, 1)}\n`;
}

export function newCellId(): string {
  return randomBytes(4).toString("hex");
}

/** MIME types beside text/* that files hold as lists of lines. */
const TEXT_TYPES = new Set(["application/javascript", "image/svg+xml"]);

/** Applies a change to the multi-line strings of an output. */
function mapText(output: Output, change: (text: unknown) => unknown): Output {
  if (output.output_type === "stream") return { ...output, text: change(output.text) as string };
  if (output.output_type === "error") return output;
  const data = Object.fromEntries(
    Object.entries(output.data ?? {}).map(([type, value]) => [
      type,
      type.startsWith("text/") || TEXT_TYPES.has(type) ? change(value) : value,
    ]),
  );
  return { ...output, data };
}

function joinLines(text: unknown): unknown {
  return Array.isArray(text) ? text.join("") : text;
}

/** The line ends that Python's splitlines knows, since Jupyter's files are cut there. */

const LINE_END = /(?<=\n|\r(?!\n)|[\v\f\x1c-\x1e\x85\u2028\u2029])/;

function splitLines(text: unknown): unknown {
  return typeof text === "string" ? text.split(LINE_END).filter((line) => line !== "") : text;
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, inner]) => [key, sortKeys(inner)]),
  );
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
