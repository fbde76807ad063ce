/**
 * Dates of the static image: how Plotly reads them (clocks without a time zone, counted in milliseconds), and short labels for ticks that
 * name the year or the day only where it begins.
 */
import { scaleUtc } from "d3-scale";
import { isChinese } from "../../locale/words.js";

const pattern =
  /^\s*(-?\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:[ T](\d{1,2})(?::(\d{2})(?::(\d{2}(?:\.\d+)?))?)?(?:Z|[+-]\d{2}:?\d{2})?)?)?)?\s*$/i;

/** Milliseconds of a date as it stands there, its zone left aside as Plotly does; NaN for what is none. */
export function dateMs(value: unknown): number {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return NaN;
  const found = pattern.exec(value);
  if (!found) return NaN;
  const [year, month, day, hour, minute, second] = found
    .slice(1)
    .map((part, i) => (part === undefined ? (i === 1 || i === 2 ? 1 : 0) : Number(part)));
  const ms = Date.UTC(2000, month! - 1, day, hour, minute, 0, Math.round(second! * 1000));
  return new Date(ms).setUTCFullYear(new Date(ms).getUTCFullYear() - 2000 + year!);
}

/** Whether a text is a date in the form that Plotly knows; a year by itself is a number. */
export function isDate(value: unknown): boolean {
  return typeof value === "string" && /^\s*-?\d{4}-/.test(value) && Number.isFinite(dateMs(value));
}

/** A Date as the clock of this place shows it, which is what Plotly shows of one. */
export function localText(date: Date): string | null {
  if (!Number.isFinite(date.getTime())) return null;
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  const text = shifted.toISOString().replace("T", " ").replace("Z", "");
  return text.replace(/(?: 00:00:00)?\.000$/, "");
}

const day = 86_400_000;
const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

function padded(value: number): string {
  return String(value).padStart(2, "0");
}

/** A day in words: by itself, with its year, its month with the year, and the year. */
function wordsOf(at: Date): { day: string; dayOfYear: string; month: string; year: string } {
  const [y, m, d] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  if (isChinese()) {
    const [day, year] = [`${m + 1}月${d}日`, `${y}年`];
    return { day, dayOfYear: `${year}${day}`, month: `${year}${m + 1}月`, year };
  }
  const day = `${months[m]!} ${d}`;
  return { day, dayOfYear: `${day}, ${y}`, month: `${months[m]!} ${y}`, year: String(y) };
}

/** Short label of a date between ticks `step` apart, and what is added where it changes. */
function labelOf(at: Date, step: number): [string, string] {
  const words = wordsOf(at);
  if (step > 360 * day) return [words.year, ""];
  if (step > 27 * day) return [words.month, ""];
  if (step >= day) return [words.day, words.year];
  const clock = `${padded(at.getUTCHours())}:${padded(at.getUTCMinutes())}`;
  if (step >= 60_000) return [clock, words.dayOfYear];
  const seconds = at.getUTCSeconds() + at.getUTCMilliseconds() / 1000;
  const decimals = step >= 1000 ? 0 : Math.min(3, Math.ceil(-Math.log10(step / 1000)));
  return [
    `${clock}:${seconds.toFixed(decimals).padStart(decimals ? decimals + 3 : 2, "0")}`,
    words.dayOfYear,
  ];
}

/** Ticks between two dates, about `count` of them; `format` is one of d3's for times. */
export function dateTicks(
  low: number,
  high: number,
  count: number,
  given: { readonly step?: number; readonly format?: string } = {},
): { value: number; label: string }[] {
  const scale = scaleUtc().domain([low, high]);
  const ticks =
    given.step === undefined
      ? scale.ticks(count).map(Number)
      : Array.from(
          { length: Math.max(0, Math.min(200, Math.floor((high - low) / given.step) + 1)) },
          (_, i) => (Math.ceil(low / given.step!) + i) * given.step!,
        ).filter((v) => v <= high);
  if (given.format !== undefined) {
    const format = scale.tickFormat(count, given.format);
    return ticks.map((value) => ({ value, label: format(new Date(value)) }));
  }
  const step = ticks.slice(1).reduce((least, v, i) => Math.min(least, v - ticks[i]!), Infinity);
  let last = "";
  return ticks.map((value) => {
    const [label, context] = labelOf(new Date(value), Number.isFinite(step) ? step : high - low);
    const shown = context === last || context === "" ? label : `${label}<br>${context}`;
    last = context;
    return { value, label: shown };
  });
}
