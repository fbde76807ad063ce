/** `%who`: the notebook's variables as a table. What is known of them without the session comes as JSON; values and sizes are added here. */
import { emit } from "../emit.js";
import { currentRun } from "../output.js";
import { describe } from "./describe.js";
import type { MagicCall, MagicHost } from "./magic.js";

/** What `protocol/magics/who.ts` knows of a variable. */
export interface KnownVariable {
  readonly name: string;
  readonly type: string;
  /** The cell that gave it its value, such as "[3]". */
  readonly cell: string;
  readonly stale: boolean;
}

export interface KnownVariables {
  readonly variables: readonly KnownVariable[];
  /** Why values are old, and which cells to run again. */
  readonly notes: readonly string[];
}

const HEADS = ["Name", "Type", "Value", "Size", "Cell"];
/** Longer types are cut in the text; the HTML has them whole. */
const TYPE_LIMIT = 50;
const STALE = "old";

export function who({ argument }: MagicCall, { scope }: MagicHost): void {
  const { variables, notes } = JSON.parse(argument) as KnownVariables;
  const rows = variables.map(({ name, type, cell, stale }) => {
    const isModule = type.startsWith("typeof import(");
    const { value, size } = isModule ? { value: "module", size: "" } : describe(read(scope, name));
    return { cells: [name, type, value, size, cell], stale };
  });
  const data = { "text/plain": asText(rows, notes), "text/html": asHtml(rows, notes) };
  emit({ type: "display", run: currentRun(), bundle: { data, metadata: {} }, update: false });
}

interface Row {
  readonly cells: readonly string[];
  readonly stale: boolean;
}

function read(scope: Record<string, unknown>, name: string): unknown {
  try {
    return Object.hasOwn(scope, name) ? scope[name] : undefined;
  } catch {
    return undefined;
  }
}

const NONE = "No variables yet.";

function asText(rows: readonly Row[], notes: readonly string[]): string {
  if (rows.length === 0) return NONE;
  const lines = [HEADS, ...rows.map(({ cells, stale }) => marked(cells, stale))].map((cells) =>
    cells.map((text, i) =>
      i === 1 && text.length > TYPE_LIMIT ? `${text.slice(0, TYPE_LIMIT - 1)}…` : text,
    ),
  );
  const widths = HEADS.map((_, i) => Math.max(...lines.map((cells) => cells[i]!.length)));
  const table = lines.map((cells) =>
    cells
      .map((text, i) => text.padEnd(widths[i]!))
      .join("  ")
      .trimEnd(),
  );
  return [...table, ...(notes.length > 0 ? ["", ...notes] : [])].join("\n");
}

function marked(cells: readonly string[], stale: boolean): readonly string[] {
  return stale ? [...cells.slice(0, -1), `${cells.at(-1)!} ${STALE}`] : cells;
}

/** Without colours of its own, so that it fits light and dark pages. */
function asHtml(rows: readonly Row[], notes: readonly string[]): string {
  if (rows.length === 0) return `<p>${NONE}</p>`;
  const cellStyle = "text-align:left;vertical-align:baseline;padding:2px 12px 2px 0";
  const code = (text: string) => `<code style="background:none;color:inherit">${escaped(text)}</code>`;
  const head = HEADS.map((text) => `<th style="${cellStyle}">${text}</th>`).join("");
  const body = rows.map(({ cells, stale }) => {
    const [name, type, value, size, cell] = cells as [string, string, string, string, string];
    const mark = stale ? ` <b>${STALE}</b>` : "";
    const shown = [`<b>${code(name)}</b>`, code(type), code(value), escaped(size), `${escaped(cell)}${mark}`];
    return `<tr>${shown.map((text) => `<td style="${cellStyle}">${text}</td>`).join("")}</tr>`;
  });
  const list = notes.map(
    (note) => `<li>${escaped(note).replace(/`([^`]*)`/g, (_, name: string) => code(name))}</li>`,
  );
  return (
    `<table style="border-collapse:collapse"><thead><tr style="border-bottom:1px solid currentColor">${head}</tr></thead>` +
    `<tbody>${body.join("")}</tbody></table>${list.length > 0 ? `<ul>${list.join("")}</ul>` : ""}`
  );
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
