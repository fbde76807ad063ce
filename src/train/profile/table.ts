/** Tables of a profile, as text and as HTML. */
import { element, type Content, type Markup } from "../../../html/writer.js";
import type { ProfileGroup, ProfileRow } from "./rows.js";

/** Cells as people read them, and how many of the first columns are words. */
export interface Table {
  readonly head: readonly string[];
  readonly cells: readonly (readonly string[])[];
  readonly words: number;
}

/** Rows that a table shows; the rest are one row. */
const mostRows = 20;
/** Characters of a word in a table. */
const longest = 40;

export function rowTable(rows: readonly ProfileRow[]): Table {
  const cells = rows
    .slice(0, mostRows)
    .map((row) => [
      cut(row.operation),
      cut(row.layer),
      row.line,
      row.pass,
      row.calls === 0 ? "" : number(row.calls),
      number(row.milliseconds),
      percent(row.share),
      row.gigaflops ? number(row.gigaflops) : "",
      row.peakShare ? percent(row.peakShare) : "",
      row.gigabytesPerSecond === null ? "" : number(row.gigabytesPerSecond),
    ]);
  const rest = rows.slice(mostRows);
  if (rest.length > 0) {
    const total = (of: (row: ProfileRow) => number): number => rest.reduce((sum, row) => sum + of(row), 0);
    const times = [number(total((row) => row.milliseconds)), percent(total((row) => row.share))];
    cells.push([`${rest.length} more`, "", "", "", number(total((row) => row.calls)), ...times, "", "", ""]);
  }
  const head = ["operation", "layer", "line", "pass", "calls", "ms", "share", "GFLOP/s", "of peak", "GB/s"];
  return { head, cells, words: 4 };
}

export function groupTable(name: string, groups: readonly ProfileGroup[]): Table {
  const cells = groups
    .slice(0, mostRows)
    .map((group) => [
      cut(group.name),
      group.calls === 0 ? "" : number(group.calls),
      number(group.milliseconds),
      percent(group.share),
    ]);
  return { head: [name, "calls", "ms", "share"], cells, words: 1 };
}

export function textOf({ head, cells, words }: Table): string {
  const widths = head.map((title, i) => Math.max(title.length, ...cells.map((row) => row[i]!.length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i < words ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join("  ")
      .trimEnd();
  const rule = "─".repeat(widths.reduce((a, b) => a + b + 2, -2));
  return [line(head), rule, ...cells.map(line)].join("\n");
}

export function htmlOf({ head, cells, words }: Table): Markup {
  const row = (content: readonly Content[], tag: "td" | "th"): Markup =>
    element(
      "tr",
      {},
      content.map((cell, i) =>
        element(
          tag,
          { style: { "text-align": i < words ? "left" : "right", "white-space": "pre", padding: "0 0.5em" } },
          cell,
        ),
      ),
    );
  const parts = [
    element("thead", {}, row(head, "th")),
    element(
      "tbody",
      {},
      cells.map((one) => row(one, "td")),
    ),
  ];
  return element("div", { style: { "overflow-x": "auto" } }, [
    element("table", { class: "cellgrad-profile" }, parts),
  ]);
}

/** Three digits. */
export function number(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en-US") : String(Number(value.toPrecision(3)));
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function cut(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
