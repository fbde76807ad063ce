/** What kind of axis values need, by Plotly's rule: dates or names where they are the most, else numbers. */
import { isDate } from "./static/dates.js";

export type AxisType = "linear" | "log" | "date" | "category";

function isNumeric(value: unknown): boolean {
  return (
    typeof value === "number" ||
    (typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value)))
  );
}

/** The type that `values` ask for; undefined for none. */
export function typeOfValues(values: readonly unknown[]): AxisType | undefined {
  let numbers = 0;
  let dates = 0;
  let names = 0;
  // A thousand, spread over all, tell it.
  const step = Math.max(1, Math.floor(values.length / 1000));
  for (let i = 0; i < values.length; i += step) {
    const value = values[i];
    if (isDate(value)) dates++;
    else if (isNumeric(value)) numbers++;
    else if (typeof value === "string" || typeof value === "boolean") names++;
  }
  if (numbers + dates + names === 0) return undefined;
  if (dates > 2 * numbers && dates >= names) return "date";
  return names + dates > 2 * numbers ? "category" : "linear";
}

export function isAxisType(type: unknown): type is AxisType {
  return type === "linear" || type === "log" || type === "date" || type === "category";
}
