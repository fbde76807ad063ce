/** `%who`: the notebook's variables as a table. What is known of them without the session comes as JSON; values and sizes are added here. */
import { element, fragment, type Markup } from "../../../../html/writer.js";
import { localized } from "../../../locale/sentences.js";
import { plainTable } from "../../../text/table.js";
import { cutTo } from "../../../text/width.js";
import { EncodedBundle } from "../../encoded-bundle.js";
import { emit } from "../output/event-pipe.js";
import { currentRun } from "../output/streams.js";
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
  const data = { "text/plain": asText(rows, notes), "text/html": String(asHtml(rows, notes)) };
  emit({
    type: "display",
    run: currentRun(),
    bundle: EncodedBundle.of({ data, metadata: {} }),
    update: false,
  });
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
  if (rows.length === 0) return localized(NONE);
  const lines = [HEADS.map(localized), ...rows.map(({ cells, stale }) => marked(cells, stale))].map((cells) =>
    cells.map((text, i) => (i === 1 ? cutTo(text, TYPE_LIMIT) : text)),
  );
  const table = plainTable(lines);
  return [...table, ...(notes.length > 0 ? ["", ...notes] : [])].join("\n");
}

function marked(cells: readonly string[], stale: boolean): readonly string[] {
  return stale ? [...cells.slice(0, -1), `${cells.at(-1)!} ${localized(STALE)}`] : cells;
}

/** Without colours of its own, so that it fits light and dark pages; what is wider than the page is scrolled to. */
function asHtml(rows: readonly Row[], notes: readonly string[]): Markup {
  if (rows.length === 0) return element("p", {}, localized(NONE));
  const style = {
    "text-align": "left",
    "vertical-align": "baseline",
    "white-space": "nowrap",
    padding: "2px 12px 2px 0",
  };
  const head = HEADS.map((text) => element("th", { style }, localized(text)));
  const body = rows.map(({ cells, stale }) => {
    const [name, type, value, size, cell] = cells as [string, string, string, string, string];
    const mark = stale ? [" ", element("b", {}, localized(STALE))] : "";
    const shown = [
      element("b", {}, code(name)),
      code(cutTo(type, TYPE_LIMIT)),
      code(value),
      size,
      [cell, mark],
    ];
    return element(
      "tr",
      {},
      shown.map((content) => element("td", { style }, content)),
    );
  });
  // Names in notes stand in backquotes.
  const list = notes.map((note) =>
    element(
      "li",
      {},
      note.split(/`([^`]*)`/).map((part, i) => (i % 2 === 0 ? part : code(part))),
    ),
  );
  const line = { style: { "border-bottom": "1px solid currentColor" } };
  return fragment(
    element(
      "div",
      { style: { "overflow-x": "auto" } },
      element("table", { style: { "border-collapse": "collapse" } }, [
        element("thead", {}, element("tr", line, head)),
        element("tbody", {}, body),
      ]),
    ),
    list.length > 0 ? element("ul", {}, list) : "",
  );
}

function code(text: string): Markup {
  return element(
    "code",
    {
      style: { background: "none", color: "inherit", padding: 0, "white-space": "inherit" },
    },
    text,
  );
}
