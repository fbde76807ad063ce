/** Tables as text: columns as wide as what stands in them, as a terminal counts it. */
import { padded, widthOf } from "./width.js";

export type Align = "left" | "right";

/** Lines with two blanks between the columns, and nothing around them. */
export function plainTable(rows: readonly (readonly string[])[]): string[] {
  const widths = widthsOf(rows);
  return rows.map((row) =>
    row
      .map((text, i) => padded(text, widths[i]!))
      .join("  ")
      .trimEnd(),
  );
}

/** A head and rows with lines around them, as Node's `console.table` has them. */
export function boxedTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  align: readonly Align[] = [],
): string[] {
  const widths = widthsOf([head, ...rows]);
  const rule = (left: string, middle: string, right: string) =>
    left + widths.map((width) => "─".repeat(width + 2)).join(middle) + right;
  const line = (row: readonly string[]) =>
    `│${widths.map((width, i) => ` ${padded(row[i] ?? "", width, align[i])} `).join("│")}│`;
  return [rule("┌", "┬", "┐"), line(head), rule("├", "┼", "┤"), ...rows.map(line), rule("└", "┴", "┘")];
}

function widthsOf(rows: readonly (readonly string[])[]): number[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((text, i) => (widths[i] = Math.max(widths[i] ?? 0, widthOf(text))));
  return widths;
}
