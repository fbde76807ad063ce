/**
 * Pies and donuts of the static image: slices from twelve o'clock on, the largest first, each with its share.
 */
import type { Content } from "../../../html/writer.js";
import { fontSize, palette, textColor } from "../palette.js";
import { titleText } from "../plotly.js";
import type { Attributes } from "../plotly.js";
import type { Rect } from "./axis.js";
import { formatNumber } from "./ticks.js";
import { inkOn, parseColor } from "./color.js";
import { list, part } from "./marks.js";
import { spanOf } from "./subplots.js";
import type { Grid } from "./subplots.js";
import { element, text, textWidth } from "./svg.js";

export interface Slice {
  readonly label: string;
  readonly value: number;
  readonly share: number;
  readonly color: string;
  readonly text: string | undefined;
}

/** A text or a number as text; undefined for what is neither. */
function plainText(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

/** The slices in the order in which they are drawn; labels that are alike are one. */
export function pieSlices(trace: Attributes): Slice[] {
  const labels = list(trace.labels);
  const texts = list(trace.text);
  const colors = list(part(trace, "marker").colors);
  const given: unknown[] = Array.isArray(trace.values) ? trace.values : labels.map(() => 1);
  const sums = new Map<string, { value: number; text: string | undefined; color: unknown }>();
  given.forEach((item, i) => {
    const value = Number(plainText(item) ?? NaN);
    if (!Number.isFinite(value) || value < 0 || item === null) return;
    const label = plainText(labels[i]) ?? String(i);
    const known = sums.get(label);
    if (known) known.value += value;
    else
      sums.set(label, {
        value,
        text: plainText(texts[i]),
        color: colors[i],
      });
  });
  const total = [...sums.values()].reduce((sum, { value }) => sum + value, 0) || 1;
  const slices = [...sums].map(([label, { value, text, color }]) => ({ label, value, text, color }));
  if (trace.sort !== false) slices.sort((a, b) => b.value - a.value);
  return slices.map(({ label, value, text, color }, i) => ({
    label,
    value,
    text,
    share: value / total,
    color: typeof color === "string" ? color : palette[i % palette.length]!,
  }));
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))}%`;
}

function wordsOf(slice: Slice, trace: Attributes): string {
  const info =
    typeof trace.textinfo === "string"
      ? trace.textinfo
      : slice.text === undefined
        ? "percent"
        : "text+percent";
  if (info === "none") return "";
  const words = info.split("+").map((part) => {
    if (part === "label") return slice.label;
    if (part === "value") return formatNumber(slice.value);
    if (part === "percent") return percent(slice.share);
    return part === "text" ? (slice.text ?? "") : "";
  });
  return words.filter((word) => word !== "").join("<br>");
}

/** Where a pie lies: in a cell of the grid, or in the shares of the plot that it names. */
function place(trace: Attributes, plot: Rect, grid: Grid | undefined): Rect {
  const domain = part(trace, "domain");
  const column = typeof domain.column === "number" ? grid?.columns[domain.column] : undefined;
  const row = typeof domain.row === "number" ? grid?.rows[domain.row] : undefined;
  const [left, right] = spanOf(domain.x) ?? column ?? [0, 1];
  const [bottom, top] = spanOf(domain.y) ?? row ?? [0, 1];
  return {
    left: plot.left + left * plot.width,
    top: plot.top + (1 - top) * plot.height,
    width: (right - left) * plot.width,
    height: (top - bottom) * plot.height,
  };
}

export function drawPie(trace: Attributes, plot: Rect, grid: Grid | undefined): Content {
  const slices = pieSlices(trace);
  const rect = place(trace, plot, grid);
  const title = titleText(trace.title);
  const hole = typeof trace.hole === "number" ? Math.min(0.99, Math.max(0, trace.hole)) : 0;
  const above = title !== "" && hole === 0 ? 22 : 0;
  const pulls = trace.pull;
  const pullOf = (i: number): number => Number((Array.isArray(pulls) ? pulls[i] : pulls) ?? 0) || 0;
  const most = Math.max(0, ...slices.map((_, i) => pullOf(i)));
  const size = Math.min(rect.width, rect.height - above);
  const outside = trace.textposition === "outside";
  const radius = Math.max(1, (size / 2) * (outside ? 0.8 : 1)) / (1 + most);
  const [cx, cy] = [rect.left + rect.width / 2, rect.top + above + (rect.height - above) / 2];
  const clockwise = trace.direction === "clockwise";
  const start = ((typeof trace.rotation === "number" ? trace.rotation : 0) * Math.PI) / 180;
  const outline = part(part(trace, "marker"), "line");
  const out: Content[] = [];
  let passed = 0;
  // Counterclockwise, Plotly lets the first slice begin where the last one would, so that it lies right of twelve o'clock.
  const first = slices[0]?.share ?? 0;
  slices.forEach((slice, i) => {
    const turn = 2 * Math.PI;
    const [from, to] = clockwise
      ? [start + passed * turn, start + (passed + slice.share) * turn]
      : [start + (first - passed - slice.share) * turn, start + (first - passed) * turn];
    passed += slice.share;
    if (slice.share === 0) return;
    const middle = (from + to) / 2;
    const [px, py] = [cx + radius * pullOf(i) * Math.sin(middle), cy - radius * pullOf(i) * Math.cos(middle)];
    const at = (angle: number, r: number): string =>
      `${(px + r * Math.sin(angle)).toFixed(1)} ${(py - r * Math.cos(angle)).toFixed(1)}`;
    const arc = (r: number, a: number, b: number, sweep: 0 | 1): string => {
      // A whole circle has no ends to be drawn between.
      const half = (a + b) / 2;
      const step = (angle: number): string => `A${r.toFixed(1)} ${r.toFixed(1)} 0 0 ${sweep} ${at(angle, r)}`;
      return `${step(half)}${step(b)}`;
    };
    const inner = radius * hole;
    const back =
      hole > 0 ? `L${at(to, inner)}${arc(inner, to, from, 0)}Z` : slice.share < 1 ? `L${at(from, 0)}Z` : "Z";
    out.push(
      element("path", {
        d: `M${at(from, radius)}${arc(radius, from, to, 1)}${back}`,
        class: "slice",
        fill: slice.color,
        opacity: trace.opacity as number | undefined,
        stroke:
          typeof outline.width === "number" && outline.width > 0
            ? String(outline.color ?? "#444444")
            : undefined,
        "stroke-width": outline.width as number | undefined,
      }),
    );
    const words = wordsOf(slice, trace);
    if (words === "") return;
    const lines = words.split("<br>");
    const width = Math.max(...lines.map((line) => textWidth(line, fontSize)));
    const reach = hole > 0 ? (radius + inner) / 2 : radius * (slice.share === 1 ? 0 : 0.62);
    const room = Math.min(
      slice.share >= 0.5 ? 2 * radius : 2 * reach * Math.sin(slice.share * Math.PI),
      radius - inner,
    );
    const inside =
      trace.textposition === "inside" ||
      (!outside && width <= Math.max(room, 0) && 14 * lines.length <= room);
    const distance = inside ? reach : radius + 10;
    const [x, y] = [px + distance * Math.sin(middle), py - distance * Math.cos(middle)];
    out.push(
      text(words, x, y, {
        size: fontSize,
        color: inside ? inkOn(parseColor(slice.color)) : textColor,
        anchor: inside ? "middle" : Math.sin(middle) >= 0 ? "start" : "end",
        baseline: "middle",
      }),
    );
  });
  if (title !== "")
    out.push(
      text(title, cx, hole > 0 ? cy : cy - radius - 10, {
        size: fontSize + 2,
        color: textColor,
        anchor: "middle",
        baseline: hole > 0 ? "middle" : "bottom",
      }),
    );
  return out;
}
