/**
 * Values that are tables: lists of records, tables of Apache Arrow and of Arquero, and whatever `console.table` is given. Each is read into
 * the same rows, as far as a page shows them, and written as HTML whose cells do not wrap, and as text.
 */
import { inspect, types } from "node:util";
import { element, fragment, type Content } from "../../../../html/writer.js";
import { boxedTable, type Align } from "../../../text/table.js";
import { cutTo } from "../../../text/width.js";

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  /** How many rows there are; more than `rows` has where they are too many for a page. */
  readonly total: number;
  /** How many columns were left out. */
  readonly moreColumns?: number;
  /** How many of the first columns say only which row it is. */
  readonly indices: number;
}

/** Rows of a result, and of what is printed as a table. */
const SHOWN_ROWS = 60;
const PRINTED_ROWS = 1_000;
const COLUMNS = 50;
/** Columns of text that a cell of a table shows. */
const CELL = 120;
/** The name of a column that holds no property. */
const VALUES = "Values";
const MISSING = Symbol("missing");

/** The table that a value is; undefined for what is none. */
export function tableOf(value: object): Table | undefined {
  if (types.isProxy(value)) return undefined;
  if (Array.isArray(value)) return recordsOf(value);
  return arrowOf(value) ?? arqueroOf(value);
}

/** A list of plain objects: records, each with its columns. */
function recordsOf(list: readonly unknown[]): Table | undefined {
  const shown = list.slice(0, SHOWN_ROWS);
  if (shown.length === 0 || !shown.every(isRecord)) return undefined;
  const head = new Set(shown.flatMap((record) => Object.keys(record)));
  // Objects that only nest are no table; their structure is what matters.
  if (head.size === 0 || !shown.some((record) => Object.values(dataOf(record)).some(isScalar)))
    return undefined;
  const columns = [...head];
  const rows = shown.map((record, i) => [i, ...columns.map((name) => read(record, name))]);
  return narrowed({ head: ["", ...columns], rows, total: list.length, indices: 1 });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || types.isProxy(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Of another realm, such as a vm's, it is one too.
  return (
    prototype === null ||
    (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, "hasOwnProperty"))
  );
}

function isScalar(value: unknown): boolean {
  return (
    (typeof value !== "object" && typeof value !== "function") || value === null || value instanceof Date
  );
}

/** Its values, without a call of a getter. */
function dataOf(record: object): Record<string, unknown> {
  const found = Object.entries(Object.getOwnPropertyDescriptors(record)).filter(([, { get }]) => !get);
  return Object.fromEntries(found.map(([name, { value }]) => [name, value as unknown]));
}

function read(owner: object, name: string): unknown {
  const property = Object.getOwnPropertyDescriptor(owner, name);
  if (!property) return MISSING;
  return property.get ? GETTER : (property.value as unknown);
}

const GETTER = { [inspect.custom]: () => "[Getter]" };

interface ArrowTable {
  readonly schema: { readonly fields: readonly { readonly name: string }[] };
  readonly numRows: number;
  getChildAt(index: number): { get(row: number): unknown } | null;
}

/** A table of Apache Arrow, of any of its versions. */
function arrowOf(value: object): Table | undefined {
  const { schema, numRows, getChildAt } = value as Partial<ArrowTable>;
  if (typeof numRows !== "number" || typeof getChildAt !== "function" || !Array.isArray(schema?.fields))
    return undefined;
  const table = value as ArrowTable;
  const head = table.schema.fields.slice(0, COLUMNS).map(({ name }) => name);
  const columns = head.map((_, i) => table.getChildAt(i));
  const rows = Array.from({ length: Math.min(numRows, SHOWN_ROWS) }, (_, i) =>
    columns.map((column) => column?.get(i)),
  );
  const moreColumns = table.schema.fields.length - head.length;
  return { head, rows, total: numRows, moreColumns, indices: 0 };
}

interface ArqueroTable {
  columnNames(): string[];
  numRows(): number;
  objects(options: { limit: number }): Record<string, unknown>[];
}

function arqueroOf(value: object): Table | undefined {
  const { columnNames, numRows, objects } = value as Partial<ArqueroTable>;
  if ([columnNames, numRows, objects].some((method) => typeof method !== "function")) return undefined;
  const table = value as ArqueroTable;
  const head = table.columnNames();
  const rows = table.objects({ limit: SHOWN_ROWS }).map((row) => head.map((name) => row[name]));
  return narrowed({ head, rows, total: table.numRows(), indices: 0 });
}

function narrowed(table: Table): Table {
  const moreColumns = table.head.length - COLUMNS;
  if (moreColumns <= 0) return table;
  return {
    ...table,
    head: table.head.slice(0, COLUMNS),
    rows: table.rows.map((row) => row.slice(0, COLUMNS)),
    moreColumns,
  };
}

/**
 * What `console.table` shows of a value, by the rules of the console's standard and of Node: a row for each item, a column for each property of
 * the items, and one for items without properties. Undefined for what has no items.
 */
export function printedTable(data: unknown, properties?: readonly string[]): Table | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const counted = (items: unknown[], head: string, keys: unknown[] = items.map((_, i) => i)) =>
    columnsOf(head, keys, items, properties);
  if (data instanceof Map) {
    const entries = [...data].slice(0, PRINTED_ROWS) as [unknown, unknown][];
    const rows = entries.map(([key, value], i) => [i, key, value]);
    return { head: ["(iteration index)", "Key", VALUES], rows, total: data.size, indices: 1 };
  }
  if (data instanceof Set || types.isMapIterator(data) || types.isSetIterator(data)) {
    // An iterator that is read has nothing left for others; a console must not take it away.
    if (!(data instanceof Set)) return undefined;
    return counted([...data], "(iteration index)");
  }
  if (Array.isArray(data) || (ArrayBuffer.isView(data) && !(data instanceof DataView)))
    return counted(Array.from(data as unknown as ArrayLike<unknown>), "(index)");
  const list = listOf(data);
  if (list) return counted(list, "(index)");
  return counted(Object.values(dataOf(data)), "(index)", Object.keys(dataOf(data)));
}

/** The list that an object says it is as JSON, such as a tensor's numbers. */
function listOf(data: object): unknown[] | undefined {
  try {
    const json: unknown = (data as { toJSON?: () => unknown }).toJSON?.();
    return Array.isArray(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

function columnsOf(
  indexHead: string,
  keys: readonly unknown[],
  items: readonly unknown[],
  properties: readonly string[] | undefined,
): Table {
  const shown = items.slice(0, PRINTED_ROWS);
  const hasColumns = (item: unknown): item is object =>
    typeof item === "object" &&
    item !== null &&
    !(item instanceof Date || item instanceof RegExp || item instanceof Error);
  const names = [
    ...new Set(properties ?? shown.flatMap((item) => (hasColumns(item) ? Object.keys(item) : []))),
  ];
  const plain = shown.some((item) => !hasColumns(item));
  const head = [indexHead, ...names, ...(plain ? [VALUES] : [])];
  const rows = shown.map((item, i) => [
    keys[i],
    ...names.map((name) => (hasColumns(item) ? read(item, name) : MISSING)),
    ...(plain ? [hasColumns(item) ? MISSING : item] : []),
  ]);
  return narrowed({ head, rows, total: items.length, indices: 1 });
}

/** A value in a cell of a table: one line. */
function cellText(value: unknown, quoted: boolean): string {
  if (value === MISSING) return "";
  if (typeof value === "string" && !quoted) return cutTo(value.replace(/\s+/g, " "), CELL);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  const text = inspect(value, {
    depth: 1,
    breakLength: Infinity,
    compact: true,
    maxArrayLength: 6,
    maxStringLength: 4 * CELL,
  });
  return cutTo(text.replace(/\s+/g, " "), CELL);
}

function isNumeric(value: unknown): boolean {
  return typeof value === "number" || typeof value === "bigint";
}

function alignments({ head, rows }: Table): Align[] {
  return head.map((_, i) =>
    rows.length > 0 && rows.every((row) => isNumeric(row[i]) || row[i] === MISSING || row[i] == null)
      ? "right"
      : "left",
  );
}

/** Says what is not there of the table. */
function remainder({ rows, total, moreColumns = 0 }: Table): string | undefined {
  const count = (n: number, what: string) => `${n.toLocaleString("en-US")} more ${what}${n === 1 ? "" : "s"}`;
  const missing = [
    ...(total > rows.length ? [count(total - rows.length, "row")] : []),
    ...(moreColumns > 0 ? [count(moreColumns, "column")] : []),
  ];
  return missing.length === 0 ? undefined : `… ${missing.join(", ")}`;
}

/** As Node prints tables: strings quoted where they are values. */
export function tableText(table: Table): string {
  const rows = table.rows.map((row) => row.map((value, i) => cellText(value, i >= table.indices)));
  const lines = boxedTable(table.head, rows, alignments(table));
  const more = remainder(table);
  return [...lines, ...(more === undefined ? [] : [more])].join("\n");
}

/** Without colours of its own, so that it fits light and dark pages; what is wider than the page is scrolled to. */
export function tableHtml(table: Table): string {
  const align = alignments(table);
  const style = (i: number) => ({
    "text-align": align[i],
    "white-space": "pre",
    "vertical-align": "baseline",
    padding: "2px 12px 2px 0",
    ...(i < table.indices && { opacity: 0.6 }),
  });
  const cells = (name: "th" | "td", row: readonly Content[]) =>
    row.map((content, i) => element(name, { style: style(i) }, content ?? ""));
  const head = element(
    "tr",
    { style: { "border-bottom": "1px solid currentColor" } },
    cells("th", table.head),
  );
  const body = table.rows.map((row) =>
    element(
      "tr",
      {},
      cells(
        "td",
        row.map((value) => cellText(value, false)),
      ),
    ),
  );
  const more = remainder(table);
  return String(
    fragment(
      element(
        "div",
        { style: { "overflow-x": "auto" } },
        element(
          "table",
          { style: { "border-collapse": "collapse", "font-variant-numeric": "tabular-nums" } },
          [element("thead", {}, head), element("tbody", {}, body)],
        ),
      ),
      more === undefined ? undefined : element("small", {}, more),
    ),
  );
}
