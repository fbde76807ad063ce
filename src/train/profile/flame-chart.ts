/** A profile as a flame chart: bars under bars, each as wide as its time. Made of bars, which pictures without a browser have too. */
import { type PlotFigure, plot } from "../../viz/figure.js";
import { gridColor, palette } from "../../viz/palette.js";
import { OUTSIDE, type ProfileRow } from "./rows.js";
import { number, percent } from "./table.js";

interface Bar {
  readonly label: string;
  readonly start: number;
  readonly milliseconds: number;
  readonly level: number;
  readonly color: string;
}

/** Characters that fit in a bar as wide as the step. */
const charactersAcross = 90;

/** What is neither a layer's nor the optimizer's. */
const neutral = "#7f7f7f";

/** @param milliseconds of the step */
export function flameChart(rows: readonly ProfileRow[], milliseconds: number): PlotFigure {
  const bars: Bar[] = [{ label: "step", start: 0, milliseconds, level: 0, color: neutral }];
  const levels: readonly ((row: ProfileRow) => string)[] = [
    ({ layer }) => layer || "outside layers",
    ({ line }) => line,
    ({ operation, pass }) => `${operation}${pass === "backward" ? " (backward)" : ""}`,
  ];
  const place = (members: readonly ProfileRow[], level: number, start: number, color: string): void => {
    const nameOf = levels[level - 1];
    if (nameOf === undefined) return;
    let at = start;
    let groups = 0;
    for (const [label, group] of inGroups(members, nameOf)) {
      const time = total(group);
      const own = level === 1 ? palette[groups++ % palette.length]! : color;
      bars.push({ label, start: at, milliseconds: time, level, color: own });
      place(group, level + 1, at, own);
      at += time;
    }
  };
  const kernels = rows.filter(({ kernel }) => kernel !== "");
  place(kernels, 1, 0, neutral);
  const inKernels = total(kernels);
  const rest = milliseconds - inKernels;
  bars.push({ label: OUTSIDE, start: inKernels, milliseconds: rest, level: 1, color: neutral });
  const share = (bar: Bar): number => bar.milliseconds / milliseconds;
  const trace = {
    type: "bar",
    orientation: "h",
    base: bars.map(({ start }) => start),
    x: bars.map((bar) => bar.milliseconds),
    y: bars.map(({ level }) => level),
    width: bars.map(() => 0.96),
    marker: { color: bars.map(({ color }) => color), line: { width: 1, color: gridColor } },
    text: bars.map((bar) => fitting(bar.label, Math.floor(charactersAcross * share(bar)))),
    textposition: "inside",
    insidetextanchor: "middle",
    constraintext: "none",
    hovertext: bars.map((bar) => `${bar.label}<br>${number(bar.milliseconds)} ms, ${percent(share(bar))}`),
    hoverinfo: "text",
  };
  return plot([trace], {
    title: `${number(milliseconds)} ms a step`,
    height: 260,
    barmode: "overlay",
    xaxis: { title: "ms", range: [0, milliseconds] },
    yaxis: { range: [levels.length + 0.5, -0.5], tickvals: [], showgrid: false, zeroline: false },
    showlegend: false,
  });
}

function fitting(label: string, characters: number): string {
  if (label.length <= characters) return label;
  return characters < 4 ? "" : `${label.slice(0, characters - 1)}…`;
}

/** The longest first. */
function inGroups(
  rows: readonly ProfileRow[],
  nameOf: (row: ProfileRow) => string,
): [string, readonly ProfileRow[]][] {
  const groups = new Map<string, ProfileRow[]>();
  for (const row of rows) {
    const name = nameOf(row);
    const known = groups.get(name);
    if (known === undefined) groups.set(name, [row]);
    else known.push(row);
  }
  return [...groups].sort(([, a], [, b]) => total(b) - total(a));
}

function total(rows: readonly ProfileRow[]): number {
  return rows.reduce((sum, row) => sum + row.milliseconds, 0);
}
