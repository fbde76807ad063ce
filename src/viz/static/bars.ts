/**
 * Bars and histograms of the static image.
 */
import type { Content } from "../../../html/writer.js";
import { fontSize, textColor } from "../palette.js";
import type { Attributes } from "../plotly.js";
import { extent } from "../values.js";
import { list, markerColors, part, points } from "./marks.js";
import type { Placed } from "./marks.js";
import { element, text } from "./svg.js";

/** A bar by the values at its two sides and its foot and head. */
interface Bar {
  readonly from: number;
  readonly to: number;
  readonly foot: number;
  readonly head: number;
  readonly color: string;
  readonly label?: string;
}

export interface Bars {
  readonly placed: Placed;
  readonly horizontal: boolean;
  readonly bars: readonly Bar[];
}

/** All bars of the traces that share a pair of axes, side by side, stacked or over one another as `barmode` says. */
export function layBars(group: readonly Placed[], barmode: unknown, bargap: unknown): Bars[] {
  const stacked = barmode === "stack" || barmode === "relative";
  const over = barmode === "overlay";
  const tops = new Map<number, number>();
  const slots = stacked || over ? 1 : group.length;
  return group.map((placed, slot) => {
    const { trace, color } = placed;
    const horizontal = trace.orientation === "h";
    const data = points(placed);
    const places = horizontal ? data.y : data.x;
    const lengths = horizontal ? data.x : data.y;
    const distinct = [...new Set(places.filter(Number.isFinite))].sort((a, b) => a - b);
    const pitch = distinct.slice(1).reduce((least, v, i) => Math.min(least, v - distinct[i]!), Infinity);
    const width =
      typeof trace.width === "number"
        ? trace.width
        : ((Number.isFinite(pitch) ? pitch : 1) * (1 - (typeof bargap === "number" ? bargap : 0.2))) / slots;
    const marker = part(trace, "marker");
    const words = list(trace.text);
    const colors = markerColors(
      trace,
      places.length,
      typeof marker.color === "string" ? marker.color : color,
    );
    const bars = places.flatMap((at, i): Bar[] => {
      const length = lengths[i]!;
      if (!Number.isFinite(at) || !Number.isFinite(length)) return [];
      const foot = stacked ? (tops.get(at) ?? 0) : typeof trace.base === "number" ? trace.base : 0;
      tops.set(at, foot + length);
      const from = at - (width * slots) / 2 + (slots > 1 ? slot * width : 0);
      const label = words[i] === undefined ? {} : { label: String(words[i]) };
      return [{ from, to: from + width, foot, head: foot + length, color: colors[i] ?? color, ...label }];
    });
    return { placed, horizontal, bars };
  });
}

export function includeBars({ placed, horizontal, bars }: Bars): void {
  const [along, across] = horizontal ? [placed.y, placed.x] : [placed.x, placed.y];
  for (const bar of bars) {
    along.include(bar.from);
    along.include(bar.to);
    across.include(bar.foot);
    across.include(bar.head);
  }
  across.pad();
  across.includeZero();
}

export function drawBars({ placed, horizontal, bars }: Bars): Content {
  const { trace, x, y } = placed;
  const [along, across] = horizontal ? [y, x] : [x, y];
  const outline = part(part(trace, "marker"), "line");
  const out = bars.map((bar) => {
    const foot = across.log && bar.foot <= 0 ? 10 ** across.ends[0] : bar.foot;
    const [a, b] = [along.at(bar.from), along.at(bar.to)].sort((p, q) => p - q) as [number, number];
    const [c, d] = [across.at(foot), across.at(bar.head)].sort((p, q) => p - q) as [number, number];
    const box = horizontal
      ? { x: c, y: a, width: d - c, height: b - a }
      : { x: a, y: c, width: b - a, height: d - c };
    const rect = element("rect", {
      ...box,
      fill: bar.color,
      "fill-opacity": (trace.opacity ?? part(trace, "marker").opacity) as number | undefined,
      stroke:
        typeof outline.width === "number" && outline.width > 0
          ? String(outline.color ?? "#444444")
          : undefined,
      "stroke-width": outline.width as number | undefined,
    });
    if (bar.label === undefined || trace.textposition === "none") return rect;
    const [px, py] = horizontal ? [d + 4, (a + b) / 2] : [(a + b) / 2, c - 3];
    return [
      rect,
      text(bar.label, px, py, {
        size: fontSize - 1,
        color: textColor,
        anchor: horizontal ? "start" : "middle",
        baseline: horizontal ? "middle" : "bottom",
      }),
    ];
  });
  return out;
}

/** A histogram as the bar trace that shows it. */
export function histogramBars(trace: Attributes): Attributes {
  const horizontal = trace.x === undefined;
  const values = list(horizontal ? trace.y : trace.x).filter(
    (v): v is number => typeof v === "number" && Number.isFinite(v),
  );
  const [low, high] = extent(values) ?? [0, 1];
  const bins = part(trace, horizontal ? "ybins" : "xbins");
  const wanted =
    Number(trace[horizontal ? "nbinsy" : "nbinsx"] ?? 0) ||
    Math.max(5, Math.min(60, Math.ceil(Math.sqrt(values.length))));
  const size = typeof bins.size === "number" ? bins.size : niceStep(((high - low || 1) / wanted) * 0.7);
  const start = typeof bins.start === "number" ? bins.start : Math.floor(low / size) * size;
  const end = typeof bins.end === "number" ? bins.end : high;
  const counts = new Array<number>(
    Math.min(5000, Math.max(1, Math.floor((end - start) / size + 1e-9) + 1)),
  ).fill(0);
  for (const v of values) {
    const bin = Math.floor((v - start) / size + 1e-9);
    if (bin >= 0 && bin < counts.length) counts[bin]!++;
  }
  // The upper end of the last bin belongs to it, or it would have one of its own.
  if (
    typeof bins.size === "number" &&
    counts.length > 1 &&
    Math.abs(start + (counts.length - 1) * size - end) < size * 1e-6
  ) {
    const last = counts.pop()!;
    counts[counts.length - 1]! += last;
  }
  const norm = String(trace.histnorm ?? "");
  const total = values.length || 1;
  const scale = norm.includes("percent")
    ? 100 / total
    : norm.includes("probability") && !norm.includes("density")
      ? 1 / total
      : norm.includes("density")
        ? 1 / (norm.includes("probability") ? total * size : size)
        : 1;
  const places = counts.map((_, i) => start + (i + 0.5) * size);
  const lengths = counts.map((count) => count * scale);
  return {
    ...trace,
    type: "bar",
    x: horizontal ? lengths : places,
    y: horizontal ? places : lengths,
    orientation: horizontal ? "h" : "v",
    width: size * 0.96,
  };
}

/** The nearest of 1, 2, 5 × 10ⁿ that is no smaller. */
export function niceStep(step: number): number {
  const unit = 10 ** Math.floor(Math.log10(step));
  return unit * ([1, 2, 5, 10].find((m) => m * unit >= step * (1 - 1e-9)) ?? 10);
}
