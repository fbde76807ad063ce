/**
 * Annotations and shapes of the static image.
 */
import type { Content } from "../../../html/writer.js";
import { fontSize, textColor } from "../palette.js";
import type { Attributes } from "../plotly.js";
import type { Axis, Rect } from "./axis.js";
import { part } from "./marks.js";
import { element, text } from "./svg.js";

/** Where things can be anchored: axes by id, and the plot's rectangle ("paper"). */
export interface Place {
  readonly axes: ReadonlyMap<string, Axis>;
  readonly plot: Rect;
}

/** Pixel of a coordinate whose reference is "paper", an axis, or an axis's domain. */
function pixel(value: unknown, reference: unknown, letter: "x" | "y", { axes, plot }: Place): number {
  const name = typeof reference === "string" ? reference : letter;
  const share = Number(value);
  if (name === "paper" || name === "container")
    return letter === "x" ? plot.left + share * plot.width : plot.top + (1 - share) * plot.height;
  const axis = axes.get(name.replace(" domain", ""));
  if (axis === undefined) return NaN;
  if (name.endsWith(" domain")) {
    const [from, to] = axis.pixels;
    return from + share * (to - from);
  }
  // Plotly gives places on a log axis as logarithms.
  return axis.at(axis.log ? 10 ** share : axis.number(value));
}

export function drawAnnotation(note: Attributes, place: Place): Content {
  let x = pixel(note.x, note.xref, "x", place);
  let y = pixel(note.y, note.yref, "y", place);
  if (!Number.isFinite(x) || !Number.isFinite(y)) return "";
  const font = part(note, "font");
  const size = typeof font.size === "number" ? font.size : fontSize;
  const color = typeof font.color === "string" ? font.color : textColor;
  let arrow: Content;
  if (note.showarrow !== false) {
    const [ax, ay] = [x + Number(note.ax ?? -10), y + Number(note.ay ?? -30)];
    const length = Math.hypot(ax - x, ay - y) || 1;
    // A small open head along the arrow's direction.
    const [ux, uy] = [(ax - x) / length, (ay - y) / length];
    const head = [0.5, -0.5]
      .map((turn) => `M${x} ${y}l${6 * (ux - turn * uy)} ${6 * (uy + turn * ux)}`)
      .join("");
    arrow = element("path", {
      d: `M${ax} ${ay}L${x} ${y}${head}`,
      stroke: String(note.arrowcolor ?? color),
      fill: "none",
      "stroke-width": Number(note.arrowwidth ?? 1.2),
    });
    [x, y] = [ax, ay + (ay <= y ? -3 : 3)];
  }
  const anchor = note.xanchor === "left" ? "start" : note.xanchor === "right" ? "end" : "middle";
  const baseline =
    note.showarrow !== false
      ? Number(note.ay ?? -30) <= 0
        ? "bottom"
        : "top"
      : note.yanchor === "top"
        ? "top"
        : note.yanchor === "bottom"
          ? "bottom"
          : "middle";
  const angle = typeof note.textangle === "number" ? note.textangle : 0;
  return [
    arrow,
    text(String(note.text ?? ""), x + Number(note.xshift ?? 0), y - Number(note.yshift ?? 0), {
      size,
      color,
      anchor,
      baseline,
      angle,
    }),
  ];
}

export function drawShape(shape: Attributes, place: Place): Content {
  const [x0, x1] = [shape.x0, shape.x1].map((v) => pixel(v, shape.xref, "x", place)) as [number, number];
  const [y0, y1] = [shape.y0, shape.y1].map((v) => pixel(v, shape.yref, "y", place)) as [number, number];
  if (![x0, x1, y0, y1].every(Number.isFinite)) return "";
  const line = part(shape, "line");
  const style = {
    stroke: String(line.color ?? "#444444"),
    "stroke-width": Number(line.width ?? 2),
    "stroke-dasharray": line.dash === "dot" ? "2 3" : line.dash === "dash" ? "7 4" : undefined,
    opacity: shape.opacity as number | undefined,
  };
  if (shape.type === "line") return element("path", { d: `M${x0} ${y0}L${x1} ${y1}`, ...style });
  const fill = typeof shape.fillcolor === "string" ? shape.fillcolor : "none";
  if (shape.type === "circle")
    return element("ellipse", {
      cx: (x0 + x1) / 2,
      cy: (y0 + y1) / 2,
      rx: Math.abs(x1 - x0) / 2,
      ry: Math.abs(y1 - y0) / 2,
      fill,
      ...style,
    });
  return element("rect", {
    x: Math.min(x0, x1),
    y: Math.min(y0, y1),
    width: Math.abs(x1 - x0),
    height: Math.abs(y1 - y0),
    fill,
    ...style,
  });
}
