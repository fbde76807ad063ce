/** Histograms in two dimensions as the heatmap or the contour that shows them. */
import type { Attributes } from "../plotly.js";
import { extent } from "../values.js";
import { automaticBins } from "./bars.js";
import { finite, list, part } from "./marks.js";
import type { Axis } from "./axis.js";

interface Bins {
  readonly start: number;
  readonly size: number;
  readonly count: number;
}

function binsOf(values: readonly number[], given: Attributes, wanted: unknown, isCategorical: boolean): Bins {
  const high = extent(values)?.[1] ?? 1;
  if (isCategorical) return { start: -0.5, size: 1, count: Math.round(high) + 1 };
  const automatic = automaticBins(values.filter(Number.isFinite), wanted, 0.25);
  const asked = finite(given.size) ?? 0;
  const size = asked > 0 ? asked : automatic.size;
  const start = finite(given.start) ?? automatic.start;
  const end = finite(given.end);
  const exact = ((end ?? high) - start) / size;
  const whole = end === undefined ? Math.floor(exact + 1e-9) + 1 : Math.ceil(exact - 1e-9);
  return { start, size, count: Math.min(1000, Math.max(1, whole)) };
}

/** The trace with its counts (or sums, means … of z) as z over the bins' middles. */
export function histogram2dGrid(trace: Attributes, x: Axis, y: Axis): Attributes {
  const xs = list(trace.x).map((v) => x.number(v));
  const ys = list(trace.y).map((v) => y.number(v));
  const across = binsOf(xs, part(trace, "xbins"), trace.nbinsx, x.isCategorical);
  const up = binsOf(ys, part(trace, "ybins"), trace.nbinsy, y.isCategorical);
  const counts = Array.from({ length: up.count }, () => new Array<number>(across.count).fill(0));
  let total = 0;
  xs.forEach((v, i) => {
    const column = Math.floor((v - across.start) / across.size + 1e-9);
    const row = Math.floor((ys[i]! - up.start) / up.size + 1e-9);
    if (!(column >= 0 && column < across.count && row >= 0 && row < up.count)) return;
    counts[row]![column]!++;
    total++;
  });
  const norm = typeof trace.histnorm === "string" ? trace.histnorm : "";
  const area = across.size * up.size;
  const scale =
    (norm.includes("percent") ? 100 / (total || 1) : norm.includes("probability") ? 1 / (total || 1) : 1) /
    (norm.includes("density") ? area : 1);
  const middles = ({ start, size, count }: Bins): number[] =>
    Array.from({ length: count }, (_, i) => start + (i + 0.5) * size);
  return {
    ...trace,
    type: trace.type === "histogram2d" ? "heatmap" : "contour",
    binned: true,
    x: middles(across),
    y: middles(up),
    z: counts.map((row) => row.map((count) => count * scale)),
  };
}
