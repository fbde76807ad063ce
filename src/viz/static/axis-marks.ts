/**
 * What is drawn of an axis: the lines across the plot, the labels and the title.
 */
import type { Content } from "../../../html/writer.js";
import { fontSize, gridColor, lineColor, textColor } from "../palette.js";
import { isAttributes } from "../plotly.js";
import { widest } from "./axis.js";
import type { Axis, Rect } from "./axis.js";
import { element, overlap, text, textLines } from "./svg.js";

/** Lines across the plot. */
export function drawGrid(axis: Axis, rect: Rect): Content {
  const { layout } = axis;
  const over = typeof layout.overlaying === "string" && layout.showgrid !== true;
  if (
    layout.visible === false ||
    layout.showgrid === false ||
    over ||
    (axis.isTight && layout.showgrid !== true)
  )
    return "";
  const across = (pixel: number, color: string): Content =>
    axis.letter === "x"
      ? element("path", { d: `M${r(pixel)} ${r(rect.top)}V${r(rect.top + rect.height)}`, stroke: color })
      : element("path", { d: `M${r(rect.left)} ${r(pixel)}H${r(rect.left + rect.width)}`, stroke: color });
  const lines = axis
    .ticks()
    .filter(
      ({ value }) =>
        !axis.isCategorical && (axis.type !== "linear" || value !== 0 || layout.zeroline === false),
    )
    .map(({ value }) => across(axis.at(value), String(layout.gridcolor ?? gridColor)));
  const [low, high] = [Math.min(...axis.ends), Math.max(...axis.ends)];
  if (axis.type === "linear" && layout.zeroline !== false && low <= 0 && high >= 0)
    lines.push(across(axis.at(0), String(layout.zerolinecolor ?? lineColor)));
  return lines;
}

/** Labels and title, at the bottom (left) edge of `rect`, or at the top (right) if the layout says so. */
export function drawLabels(axis: Axis, rect: Rect): Content {
  const { layout } = axis;
  if (layout.visible === false) return "";
  const far = layout.side === (axis.letter === "x" ? "top" : "right");
  const color = isAttributes(layout.tickfont) ? String(layout.tickfont.color ?? textColor) : textColor;
  const ticks = layout.showticklabels === false ? [] : axis.ticks();
  const out: Content[] = [];
  const titleStyle = { size: fontSize, color: titleColor(layout.title), anchor: "middle" } as const;
  if (axis.letter === "x") {
    const edge = far ? rect.top - 5 : rect.top + rect.height + 5;
    const size = fontSize - 1;
    const angle = labelAngle(axis, ticks, size);
    const widths = ticks.map(({ label }) => widest(label, size));
    for (const { value, label } of ticks)
      out.push(
        text(label, axis.at(value), edge, {
          size,
          color,
          anchor: angle === 0 ? "middle" : angle > 0 === far ? "end" : "start",
          baseline: angle !== 0 ? "middle" : far ? "bottom" : "top",
          angle,
        }),
      );
    const lines = Math.max(1, ...ticks.map(({ label }) => textLines(label).length));
    const depth =
      angle === 0 ? 4 + 14 * lines : 6 + Math.abs(Math.sin((angle * Math.PI) / 180)) * Math.max(0, ...widths);
    if (axis.title !== "")
      out.push(
        text(axis.title, rect.left + rect.width / 2, edge + (far ? -depth : depth), {
          ...titleStyle,
          baseline: far ? "bottom" : "top",
        }),
      );
    return out;
  }
  const edge = far ? rect.left + rect.width + 5 : rect.left - 5;
  for (const { value, label } of ticks)
    out.push(
      text(label, edge, axis.at(value), {
        size: fontSize - 1,
        color,
        anchor: far ? "start" : "end",
        baseline: "middle",
      }),
    );
  if (axis.title !== "") {
    const reach = Math.max(0, ...ticks.map(({ label }) => widest(label, fontSize - 1)));
    const x = far ? edge + reach + 12 : Math.max(9, edge - reach - 12);
    out.push(
      text(axis.title, x, rect.top + rect.height / 2, { ...titleStyle, baseline: "middle", angle: -90 }),
    );
  }
  return out;
}

/** Degrees by which labels that would lie over one another are turned, as Plotly turns them. */
function labelAngle(axis: Axis, ticks: readonly { value: number; label: string }[], size: number): number {
  const given = axis.layout.tickangle;
  if (typeof given === "number" && Number.isFinite(given)) return given;
  const places = ticks.map(({ value }) => axis.at(value));
  const room = places.slice(1).reduce((least, at, i) => Math.min(least, Math.abs(at - places[i]!)), Infinity);
  const widths = ticks.map(({ label }) => widest(label, size));
  if (!overlap(widths, room)) return 0;
  return room >= 2.2 * size ? 30 : 90;
}

function r(x: number): number {
  return Math.round(x * 100) / 100;
}

function titleColor(title: unknown): string {
  const font = isAttributes(title) ? title.font : undefined;
  return isAttributes(font) && typeof font.color === "string" ? font.color : textColor;
}
