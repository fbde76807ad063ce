/**
 * Bars and histograms of the static image.
 */
import type { Content } from "../../../html/writer.js";
import { fontSize, textColor } from "../palette.js";
import type { Attributes } from "../plotly.js";
import { extent } from "../values.js";
import type { Axis } from "./axis.js";
import { inkOn, parseColor } from "./color.js";
import { drawErrors } from "./error-bars.js";
import { list, markerColors, part, points } from "./marks.js";
import type { Placed } from "./marks.js";
import { element, text, textWidth } from "./svg.js";

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

/** All bars of the traces that share a pair of axes, side by side, stacked or over one another as the layout's `barmode` says. */
export function layBars(group: readonly Placed[], layout: Attributes): Bars[] {
  const { barmode, bargap, bargroupgap, barnorm } = layout;
  const stacked = barmode === "stack" || barmode === "relative";
  // Heads of what is stacked at each place, what goes up apart from what goes down.
  const tops = { up: new Map<number, number>(), down: new Map<number, number>() };
  const slots = stacked || barmode === "overlay" ? 1 : group.length;
  const gap =
    typeof bargap === "number" ? bargap : group.every(({ trace }) => trace.binned === true) ? 0.04 : 0.2;
  const inner = typeof bargroupgap === "number" ? bargroupgap : 0;
  const measured = group.map((placed) => {
    const horizontal = placed.trace.orientation === "h";
    const data = points(placed);
    return {
      placed,
      horizontal,
      places: horizontal ? data.y : data.x,
      lengths: horizontal ? data.x : data.y,
    };
  });
  const distinct = [...new Set(measured.flatMap(({ places }) => places.filter(Number.isFinite)))].sort(
    (a, b) => a - b,
  );
  // What lies closer than a millionth of the whole is one place, told apart by rounding alone.
  const apart = (distinct.at(-1)! - distinct[0]!) * 1e-6;
  const pitch = distinct.slice(1).reduce((least, v, i) => {
    const step = v - distinct[i]!;
    return step > apart ? Math.min(least, step) : least;
  }, Infinity);
  const [first] = measured;
  const isDated = first !== undefined && (first.horizontal ? first.placed.y : first.placed.x).type === "date";
  const room = (Number.isFinite(pitch) ? pitch : isDated ? 86_400_000 : 1) * (1 - gap);
  const totals = new Map<number, number>();
  for (const { places, lengths } of measured)
    places.forEach((at, i) => totals.set(at, (totals.get(at) ?? 0) + Math.abs(lengths[i]! || 0)));
  const whole = barnorm === "percent" ? 100 : barnorm === "fraction" ? 1 : undefined;
  return measured.map(({ placed, horizontal, places, lengths }, slot) => {
    const { trace, color } = placed;
    const slotWidth = room / slots;
    const width = trace.width;
    const words = trace.text;
    const marker = part(trace, "marker");
    const colors = markerColors(
      trace,
      places.length,
      typeof marker.color === "string" ? marker.color : color,
    );
    const bars = places.flatMap((at, i): Bar[] => {
      const own = Array.isArray(width) ? Number(width[i]) : width;
      const wide = typeof own === "number" && own > 0 ? own : slotWidth * (1 - inner);
      const share = whole === undefined ? 1 : whole / (totals.get(at) || 1);
      const length = lengths[i]! * share;
      if (!Number.isFinite(at) || !Number.isFinite(length)) return [];
      const heads = length < 0 && barmode === "relative" ? tops.down : tops.up;
      const base = Array.isArray(trace.base) ? Number(trace.base[i]) : trace.base;
      const foot = stacked ? (heads.get(at) ?? 0) : typeof base === "number" ? base : 0;
      heads.set(at, foot + length);
      const middle = at - room / 2 + (slots > 1 ? (slot + 0.5) * slotWidth : room / 2);
      const word = Array.isArray(words) ? (words as unknown[])[i] : words;
      const label = word === undefined || word === null ? {} : { label: String(word) };
      return [
        {
          from: middle - wide / 2,
          to: middle + wide / 2,
          foot,
          head: foot + length,
          color: colors[i] ?? color,
          ...label,
        },
      ];
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
  if (placed.trace.base === undefined) across.includeZero();
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
    return [rect, barLabel(bar.label, box, trace, horizontal, bar.head < bar.foot, bar.color)];
  });
  return [...out, drawErrors(placed, heads({ placed, horizontal, bars }))];
}

/** The points of the bars' heads, where error bars stand. */
function heads({ horizontal, bars }: Bars): { x: number[]; y: number[] } {
  const along = bars.map(({ from, to }) => (from + to) / 2);
  const across = bars.map(({ head }) => head);
  return horizontal ? { x: across, y: along } : { x: along, y: across };
}

/** A bar's text: in it at its head where there is room, as Plotly places it, else beyond. */
function barLabel(
  label: string,
  box: { x: number; y: number; width: number; height: number },
  trace: Attributes,
  horizontal: boolean,
  downward: boolean,
  color: string,
): Content {
  const size = fontSize;
  const width = textWidth(label, size) + 6;
  const fits = width <= box.width && size + 4 <= box.height;
  const inside = trace.textposition === "inside" || (trace.textposition !== "outside" && fits);
  const middle = trace.insidetextanchor === "middle";
  const ink = inside ? inkOn(parseColor(color)) : textColor;
  const font = part(trace, inside ? "insidetextfont" : "outsidetextfont");
  const style = { size, color: typeof font.color === "string" ? font.color : ink };
  const [cx, cy] = [box.x + box.width / 2, box.y + box.height / 2];
  if (horizontal) {
    const head = downward ? box.x : box.x + box.width;
    const outward = downward ? -4 : 4;
    const at = inside ? (middle ? cx : head - outward) : head + outward;
    const anchor = inside && middle ? "middle" : inside === downward ? "start" : "end";
    return text(label, at, cy, { ...style, anchor, baseline: "middle" });
  }
  const head = downward ? box.y + box.height : box.y;
  const at = inside ? (middle ? cy : head + (downward ? -4 : 4)) : head + (downward ? 3 : -3);
  const baseline = inside && middle ? "middle" : inside === downward ? "bottom" : "top";
  return text(label, cx, at, { ...style, anchor: "middle", baseline });
}

/** Edges of bins: the first one's lower edge, their width, and the highest value that they hold. */
export interface Bins {
  readonly start: number;
  readonly size: number;
  readonly end: number;
}

/**
 * Bins that Plotly would choose: twice the standard deviation over n to the power of 0.4 (0.25 in two dimensions), made a nice number;
 * whole numbers stand in the middle of theirs.
 */
export function automaticBins(values: readonly number[], most: unknown, power = 0.4): Bins {
  const [low, high] = extent(values) ?? [0, 1];
  const n = values.length || 1;
  const mean = values.reduce((sum, v) => sum + v, 0) / n;
  const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n);
  const finest = typeof most === "number" && most > 0 ? (high - low) / most : (2 * deviation) / n ** power;
  const whole = values.every(Number.isInteger);
  const rough = Math.max(finest, (high - low) / 1000) || 1;
  const size = niceStep(whole ? Math.max(1, rough) : rough);
  const start = Math.floor(low / size) * size;
  return { start: whole && size % 2 === 1 ? start - 0.5 : start, size, end: high };
}

/** A histogram as the bar trace that shows it; `axis` is the one that has its values, `shared` the bins of all histograms on it. */
export function histogramBars(trace: Attributes, axis: Axis, shared: Bins | undefined): Attributes {
  const horizontal = isHorizontalHistogram(trace);
  const given = list(horizontal ? trace.y : trace.x);
  const values = given.map((v) => axis.number(v)).filter(Number.isFinite);
  if (axis.isCategorical) return countedBars(trace, given, horizontal);
  const bins = part(trace, horizontal ? "ybins" : "xbins");
  const most = trace[horizontal ? "nbinsy" : "nbinsx"];
  const automatic = shared ?? automaticBins(values, most);
  const edge = (key: "start" | "end"): number => (bins[key] === undefined ? NaN : axis.number(bins[key]));
  const size = typeof bins.size === "number" && bins.size > 0 ? bins.size : automatic.size;
  const low = extent(values)?.[0] ?? 0;
  const start = Number.isFinite(edge("start"))
    ? edge("start")
    : automatic.start + Math.floor((low - automatic.start) / size) * size;
  const end = Number.isFinite(edge("end")) ? edge("end") : (extent(values)?.[1] ?? 1);
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
  if (part(trace, "cumulative").enabled === true)
    for (let i = 1; i < counts.length; i++) counts[i]! += counts[i - 1]!;
  const places = counts.map((_, i) => start + (i + 0.5) * size);
  const lengths = counts.map((count) => count * scale);
  return {
    ...trace,
    type: "bar",
    binned: true,
    x: horizontal ? lengths : places,
    y: horizontal ? places : lengths,
    orientation: horizontal ? "h" : "v",
  };
}

export function isHorizontalHistogram(trace: Attributes): boolean {
  return trace.orientation === "h" || (trace.orientation === undefined && trace.x === undefined);
}

/** How often each name comes. */
function countedBars(trace: Attributes, given: readonly unknown[], horizontal: boolean): Attributes {
  const counts = new Map<string, number>();
  const named = given.filter((name) => name !== null && name !== undefined);
  for (const name of named.map(String)) counts.set(name, (counts.get(name) ?? 0) + 1);
  const norm = typeof trace.histnorm === "string" ? trace.histnorm : "";
  const scale = norm.startsWith("percent")
    ? 100 / named.length
    : norm.startsWith("probability")
      ? 1 / named.length
      : 1;
  const lengths = [...counts.values()].map((count) => count * scale);
  const names = [...counts.keys()];
  return {
    ...trace,
    type: "bar",
    x: horizontal ? lengths : names,
    y: horizontal ? names : lengths,
    orientation: horizontal ? "h" : "v",
  };
}

/** The nearest of 1, 2, 5 × 10ⁿ that is no smaller. */
export function niceStep(step: number): number {
  const unit = 10 ** Math.floor(Math.log10(step));
  return unit * ([1, 2, 5, 10].find((m) => m * unit >= step * (1 - 1e-9)) ?? 10);
}
