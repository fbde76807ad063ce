/** Ticks of the static image's axes: at which values they stand, and how numbers are written there. */
import { scaleLinear, scaleLog } from "d3-scale";
import type { Attributes } from "../plotly.js";
import { dateTicks } from "./dates.js";

export interface Tick {
  readonly value: number;
  readonly label: string;
}

type Ends = readonly [low: number, high: number];

/** Distance and format of ticks, where the layout says them. */
function given({ dtick, tickformat }: Attributes): { readonly step?: number; readonly format?: string } {
  return {
    ...(typeof dtick === "number" && dtick > 0 && { step: dtick }),
    ...(typeof tickformat === "string" && tickformat !== "" && { format: tickformat }),
  };
}

/** Ticks of a time axis, at most `count` of them: so few that they fit, unless the layout says how far apart they are. */
export function spacedDates(
  [low, high]: Ends,
  count: number,
  layout: Attributes,
  fit: (ticks: readonly Tick[]) => boolean,
): Tick[] {
  const wanted = given(layout);
  for (let few = count; ; few--) {
    const ticks = dateTicks(low, high, few, wanted);
    if (few <= 2 || wanted.step !== undefined || fit(ticks)) return ticks;
  }
}

/** Ticks of an axis of numbers, about `count` of them; the ends of a log axis are logarithms to base 10. */
export function numberTicks([low, high]: Ends, count: number, layout: Attributes, log: boolean): Tick[] {
  const { step, format } = given(layout);
  const label = (label: string): string => `${affix(layout.tickprefix)}${label}${affix(layout.ticksuffix)}`;
  if (log && step === undefined)
    return logTicks(low, high, count).map((tick) => ({ ...tick, label: label(tick.label) }));
  const start = typeof layout.tick0 === "number" ? layout.tick0 : 0;
  const values =
    step === undefined
      ? scaleLinear().domain([low, high]).ticks(Math.max(3, count))
      : Array.from(
          { length: Math.max(0, Math.min(100, Math.floor((high - low) / step) + 2)) },
          (_, i) => start + (Math.ceil((low - start) / step) + i) * step,
        ).filter((v) => v >= low && v <= high);
  if (log) return values.map((exponent) => ({ value: 10 ** exponent, label: label(power(exponent)) }));
  const written = format === undefined ? tickFormat(values) : formatter(format, [low, high], count);
  return values.map((value) => ({ value, label: label(written(value)) }));
}

function affix(text: unknown): string {
  return typeof text === "string" ? text : "";
}

/** A function that writes numbers in one of d3's formats; plain where the format is none. */
function formatter(
  format: string,
  ends: readonly [number, number],
  count: number,
): (value: number) => string {
  try {
    return scaleLinear().domain(ends).tickFormat(count, format);
  } catch {
    return formatNumber;
  }
}

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

function power(exponent: number): string {
  if (exponent === 0) return "1";
  if (exponent === 1) return "10";
  const digits = [...String(Math.abs(exponent))].map((digit) => superscripts[Number(digit)]).join("");
  return `10${exponent < 0 ? "⁻" : ""}${digits}`;
}

function logTicks(low: number, high: number, count: number): { value: number; label: string }[] {
  const first = Math.ceil(low - 1e-9);
  const last = Math.floor(high + 1e-9);
  const decades = last - first + 1;
  if (decades >= 2) {
    const every = Math.ceil(decades / count);
    return Array.from({ length: Math.ceil(decades / every) }, (_, i) => first + i * every).map(
      (exponent) => ({
        value: 10 ** exponent,
        label: power(exponent),
      }),
    );
  }
  // Within one decade: 1, 2, 5 or finer steps.
  const values = scaleLog()
    .domain([10 ** low, 10 ** high])
    .ticks(count);
  const every = Math.ceil(values.length / count);
  return values.filter((_, i) => i % every === 0).map((value) => ({ value, label: formatNumber(value) }));
}

/** A number as a label by itself. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) {
    const exponent = Math.floor(Math.log10(size));
    const mantissa = Number((value / 10 ** exponent).toPrecision(3));
    return mantissa === 1 ? power(exponent) : `${mantissa}×${power(exponent)}`.replace("-", "−");
  }
  return String(Number(value.toPrecision(4))).replace("-", "−");
}

/** A format with the same number of decimals for all ticks; thousands as k and millions as M, like Plotly. */
function tickFormat(values: readonly number[]): (value: number) => string {
  const largest = Math.max(0, ...values.map(Math.abs));
  const step = values.length > 1 ? Math.abs(values[1]! - values[0]!) : largest || 1;
  if (largest < 1e-4 || largest >= 1e12) return (value) => (value === 0 ? "0" : formatNumber(value));
  const [unit, suffix] =
    largest >= 1e9 ? [1e9, "B"] : largest >= 1e6 ? [1e6, "M"] : largest >= 1e4 ? [1e3, "k"] : [1, ""];
  const decimals = Math.max(0, Math.min(10, -Math.floor(Math.log10(step / unit) + 1e-9)));
  return (value) => {
    if (value === 0) return "0";
    const digits = String(Number((value / unit).toFixed(decimals)));
    return `${digits.replace("-", "−")}${suffix}`;
  };
}
