/**
 * Annotations and shapes of the static image.
 */
import type { Content } from "../../../html/writer.js";
import { fontSize, textColor } from "../palette.js";
import type { Attributes } from "../plotly.js";
import type { Axis, Rect } from "./axis.js";
import { part } from "./marks.js";
import { coordinate, element, text, textLines, textWidth } from "./svg.js";

/** Where things can be anchored: axes by id, and the plot's rectangle ("paper"). */
export interface Place {
  readonly axes: ReadonlyMap<string, Axis>;
  readonly plot: Rect;
}

/**
 * Pixel of a coordinate whose reference is "paper", an axis, or an axis's domain. On a log axis Plotly's annotations have logarithms, its
 * shapes values.
 */
function pixel(
  value: unknown,
  reference: unknown,
  letter: "x" | "y",
  { axes, plot }: Place,
  logarithms: boolean,
): number {
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
  return axis.at(axis.log && logarithms ? 10 ** share : axis.position(value));
}

/** Where along its box an annotation's text is held: as its anchor says, or by the third of the plot in which it lies. */
function anchorOf(anchor: unknown, third: number): "low" | "middle" | "high" {
  if (anchor === "left" || anchor === "top") return "low";
  if (anchor === "right" || anchor === "bottom") return "high";
  if (anchor === "center" || anchor === "middle") return "middle";
  return third < 1 / 3 ? "low" : third > 2 / 3 ? "high" : "middle";
}

export function drawAnnotation(note: Attributes, place: Place): Content {
  if (note.visible === false) return "";
  const px = pixel(note.x, note.xref, "x", place, true);
  const py = pixel(note.y, note.yref, "y", place, true);
  if (!Number.isFinite(px) || !Number.isFinite(py)) return "";
  const font = part(note, "font");
  const size = typeof font.size === "number" ? font.size : fontSize;
  const color = typeof font.color === "string" ? font.color : textColor;
  const words = String(note.text ?? "");
  const lines = textLines(words);
  const pad = typeof note.borderpad === "number" ? note.borderpad : 1;
  const width = Math.max(...lines.map((line) => textWidth(line, size))) + 2 * pad;
  const height = lines.length * size * 1.25 + 2 * pad;
  const arrowed = note.showarrow !== false;
  const [ax, ay] = [Number(note.ax ?? -10), Number(note.ay ?? -30)];
  // Tails may lie at places of the axes instead of pixels away from the head.
  const tailX =
    typeof note.axref === "string" && note.axref !== "pixel"
      ? pixel(note.ax, note.axref, "x", place, true)
      : px + ax;
  const tailY =
    typeof note.ayref === "string" && note.ayref !== "pixel"
      ? pixel(note.ay, note.ayref, "y", place, true)
      : py + ay;
  const third = (reference: unknown, share: unknown): number =>
    reference === "paper" && !arrowed ? Number(share) : 0.5;
  const h = anchorOf(note.xanchor, third(note.xref, note.x));
  const v = anchorOf(note.yanchor, 1 - third(note.yref, note.y));
  const shift = { low: 0.5, middle: 0, high: -0.5 };
  const cx = (arrowed ? tailX : px) + shift[h] * width + Number(note.xshift ?? 0);
  const cy = (arrowed ? tailY : py) + shift[v] * height - Number(note.yshift ?? 0);
  if (!Number.isFinite(cx) || !Number.isFinite(cy)) return "";
  const angle = typeof note.textangle === "number" ? note.textangle : 0;
  const bordered = typeof note.bordercolor === "string" || typeof note.bgcolor === "string";
  const box = bordered
    ? element("rect", {
        x: cx - width / 2,
        y: cy - height / 2,
        width,
        height,
        fill: typeof note.bgcolor === "string" ? note.bgcolor : "none",
        stroke: typeof note.bordercolor === "string" ? note.bordercolor : undefined,
        "stroke-width": typeof note.borderwidth === "number" ? note.borderwidth : 1,
      })
    : "";
  const align = note.align === "left" ? "start" : note.align === "right" ? "end" : "middle";
  const textX = align === "start" ? cx - width / 2 + pad : align === "end" ? cx + width / 2 - pad : cx;
  return [
    arrowed ? arrow(note, [cx, cy], [px, py], [width, height], color) : "",
    box,
    text(words, textX, cy, { size, color, anchor: align, baseline: "middle", angle }),
  ];
}

type Pair = readonly [number, number];

/** From the edge of the text's box to the place that the annotation is about, with a head. */
function arrow(
  note: Attributes,
  [cx, cy]: Pair,
  [px, py]: Pair,
  [width, height]: Pair,
  color: string,
): Content {
  const [dx, dy] = [px - cx, py - cy];
  const length = Math.hypot(dx, dy);
  const leave = Math.min(width / 2 / Math.abs(dx), height / 2 / Math.abs(dy));
  if (length === 0 || !(leave < 1)) return "";
  const [ux, uy] = [dx / length, dy / length];
  const standoff = typeof note.standoff === "number" ? note.standoff : 0;
  const [x, y] = [px - ux * standoff, py - uy * standoff];
  const line = typeof note.arrowwidth === "number" ? note.arrowwidth : 1.2;
  const wing = 3 + 3 * line * (typeof note.arrowsize === "number" ? note.arrowsize : 1) * 0.8;
  const corner = (turn: number): string => `${-wing * (ux - turn * uy)} ${-wing * (uy + turn * ux)}`;
  const head = note.arrowhead === 0 ? "" : `M${x} ${y}l${corner(0.5)}M${x} ${y}l${corner(-0.5)}`;
  return element("path", {
    d: rounded(`M${cx + dx * leave} ${cy + dy * leave}L${x} ${y}${head}`),
    class: "arrow",
    stroke: String(note.arrowcolor ?? color),
    fill: "none",
    "stroke-width": line,
  });
}

/** A path whose numbers have two decimals. */
function rounded(path: string): string {
  return path.replace(/-?\d+\.\d+(?:e-?\d+)?/g, (number) => coordinate(Number(number)));
}

/** A path in coordinates of the axes as one in pixels. */
function pathInPixels(path: string, shape: Attributes, place: Place): string {
  let command = "";
  let along: "x" | "y" = "x";
  return path
    .replace(/[A-Z]|[^\s,A-Z]+/g, (token) => {
      if (/^[A-Z]$/.test(token)) {
        command = token;
        along = token === "V" ? "y" : "x";
        return ` ${token} `;
      }
      const letter = command === "H" ? "x" : command === "V" ? "y" : along;
      along = letter === "x" ? "y" : "x";
      const value = Number.isFinite(Number(token)) ? Number(token) : token.replace("_", " ");
      const at = pixel(value, shape[`${letter}ref`], letter, place, false);
      return Number.isFinite(at) ? ` ${coordinate(at)} ` : " 0 ";
    })
    .replace(/\s+/g, " ")
    .trim();
}

export function drawShape(shape: Attributes, place: Place): Content {
  if (shape.visible === false) return "";
  const at = (key: "x0" | "x1" | "y0" | "y1"): number => {
    const letter = key[0] as "x" | "y";
    return pixel(shape[key], shape[`${letter}ref`], letter, place, false);
  };
  const [x0, x1, y0, y1] = [at("x0"), at("x1"), at("y0"), at("y1")];
  const isPath = shape.type === "path" && typeof shape.path === "string";
  if (!isPath && ![x0, x1, y0, y1].every(Number.isFinite)) return "";
  const line = part(shape, "line");
  const style = {
    stroke: String(line.color ?? "#444444"),
    "stroke-width": Number(line.width ?? 2),
    "stroke-dasharray": line.dash === "dot" ? "2 3" : line.dash === "dash" ? "7 4" : undefined,
    opacity: shape.opacity as number | undefined,
  };
  if (shape.type === "line")
    return element("path", {
      d: `M${[x0, y0].map(coordinate).join(" ")}L${[x1, y1].map(coordinate).join(" ")}`,
      class: "shape",
      ...style,
    });
  const fill = typeof shape.fillcolor === "string" ? shape.fillcolor : "none";
  if (isPath)
    return element("path", {
      d: pathInPixels(String(shape.path), shape, place),
      class: "shape",
      fill,
      ...style,
    });
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
