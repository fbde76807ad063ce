/** Tables of numbers, as text and as HTML. */
import { element, type Content, type Markup } from "../../html/writer.js";

/** Cells as people read them, and how many of the first columns are words. */
export interface Table {
  readonly head: readonly string[];
  readonly cells: readonly (readonly string[])[];
  readonly words: number;
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
    element("table", { class: "cellgrad-table" }, parts),
  ]);
}
