/** The tables of a profile. */
import type { Table } from "../table.js";
import { formatBytes } from "../../engine/engine.js";
import type { ProfileMemory } from "./saved.js";
import type { ProfileGroup, ProfileRow } from "./rows.js";

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

export function keptTable(layers: ProfileMemory["layers"]): Table {
  const cells = layers
    .slice(0, mostRows)
    .map(({ layer, kept }) => [layer || "outside layers", formatBytes(kept)]);
  return { head: ["layer", "kept for the backward pass"], cells, words: 1 };
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
