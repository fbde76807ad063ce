/** Error bars of the static image: how far they reach in the values' own unit, and their lines with caps. */
import type { Content } from "../../../html/writer.js";
import type { Attributes } from "../plotly.js";
import { list, part, points } from "./marks.js";
import type { Placed } from "./marks.js";
import { element } from "./svg.js";

/** Reach below and above each value; undefined where the trace has none. */
function reaches(
  bars: Attributes,
  values: readonly number[],
): { below: number[]; above: number[] } | undefined {
  if (bars.visible === false) return undefined;
  const { type, value, valueminus, symmetric } = bars;
  const kind = typeof type === "string" ? type : Array.isArray(bars.array) ? "data" : "percent";
  const constant = (given: unknown): number => (typeof given === "number" && given >= 0 ? given : 10);
  const of = (array: unknown[], amount: number): number[] =>
    values.map((v, i) => {
      if (kind === "data") return Number(array[i] ?? NaN);
      if (kind === "sqrt") return Math.sqrt(Math.abs(v));
      return kind === "constant" ? amount : (Math.abs(v) * amount) / 100;
    });
  if (kind === "data" && !Array.isArray(bars.array)) return undefined;
  if (kind !== "data" && type === undefined && value === undefined) return undefined;
  const above = of(list(bars.array), constant(value));
  const lopsided = symmetric === false || (symmetric === undefined && Array.isArray(bars.arrayminus));
  return { above, below: lopsided ? of(list(bars.arrayminus), constant(valueminus ?? value)) : above };
}

/** Lets the axes span the bars' ends. */
export function includeErrors(placed: Placed): void {
  const data = points(placed);
  for (const letter of ["x", "y"] as const) {
    const found = reaches(part(placed.trace, `error_${letter}`), data[letter]);
    data[letter].forEach((v, i) => {
      if (found === undefined) return;
      if (Number.isFinite(found.below[i]!)) placed[letter].include(v - found.below[i]!);
      if (Number.isFinite(found.above[i]!)) placed[letter].include(v + found.above[i]!);
    });
  }
}

/** The error bars at the trace's points, or at `at` where it draws its values elsewhere (heads of bars). */
export function drawErrors(placed: Placed, at: { x: number[]; y: number[] } = points(placed)): Content {
  const { trace } = placed;
  const fallback = trace.type === "bar" ? "#444444" : placed.color;
  return (["x", "y"] as const).map((letter) => {
    const bars = part(trace, `error_${letter}`);
    const found = reaches(bars, at[letter]);
    if (found === undefined) return "";
    const cap = typeof bars.width === "number" ? bars.width : 4;
    const [axis, other] = letter === "y" ? [placed.y, placed.x] : [placed.x, placed.y];
    const d = at[letter]
      .map((v, i) => {
        const side = other.at(at[letter === "y" ? "x" : "y"][i]!);
        const [from, to] = [axis.at(v - found.below[i]!), axis.at(v + found.above[i]!)];
        if (![side, from, to].every(Number.isFinite)) return "";
        const [s, f, t] = [side, from, to].map((pixel) => Math.round(pixel * 10) / 10) as [
          number,
          number,
          number,
        ];
        const [low, high] = [s - cap, s + cap];
        return letter === "y"
          ? `M${s} ${f}V${t}M${low} ${f}H${high}M${low} ${t}H${high}`
          : `M${f} ${s}H${t}M${f} ${low}V${high}M${t} ${low}V${high}`;
      })
      .join("");
    return element("path", {
      d,
      class: "error",
      fill: "none",
      stroke: typeof bars.color === "string" ? bars.color : fallback,
      "stroke-width": typeof bars.thickness === "number" ? bars.thickness : 2,
    });
  });
}
