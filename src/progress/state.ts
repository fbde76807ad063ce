/** What a progress bar has to tell at one moment, as text and as HTML. */
import { element, type Markup } from "../../html/writer.js";
import { say } from "../locale/words.js";
import { bar, clock, formatNumber } from "./line.js";

export interface ProgressState {
  readonly description: string;
  readonly done: number;
  /** Undefined where nobody knows how many steps there will be. */
  readonly total: number | undefined;
  readonly seconds: number;
  readonly unit: string;
  readonly postfix: Postfix;
  /** It ended before its last step: by `break`, an error or an interrupt. */
  readonly stopped: boolean;
  readonly running: boolean;
}

/** What stands behind the bar: text, or names with their values. */
export type Postfix = string | Readonly<Record<string, unknown>>;

/** `12/100  12 %  0:03 < 0:22  4.1 it/s  loss 0.2310` */
export function figures({ done, total, seconds, unit, postfix, stopped }: ProgressState): string {
  const percent = total === undefined ? "" : `${total === 0 ? 100 : Math.floor((100 * done) / total)} %`;
  const open = total !== undefined && done > 0 && done < total && !stopped;
  const left = open ? ` < ${clock((seconds / done) * (total - done))}` : "";
  const parts = [
    total === undefined ? `${done} ${unit}` : `${done}/${total}`,
    percent,
    `${clock(seconds)}${left}`,
    done > 0 && seconds > 0 ? rate(done / seconds, unit) : "",
    postfixText(postfix),
    stopped ? say("stopped") : "",
  ];
  return parts.filter((part) => part !== "").join("  ");
}

/** Steps a second, or seconds a step where that is longer. */
function rate(perSecond: number, unit: string): string {
  const number = (value: number) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
  return perSecond >= 1 ? `${number(perSecond)} ${unit}/s` : `${number(1 / perSecond)} s/${unit}`;
}

function postfixText(postfix: Postfix): string {
  if (typeof postfix === "string") return postfix;
  return Object.entries(postfix)
    .map(([name, value]) => `${name} ${valueText(value)}`)
    .join("  ");
}

/** Tensors of one element are read here, when the bar is drawn, and not at every step. */
function valueText(value: unknown): string {
  const number = isScalar(value) ? value.item() : value;
  return typeof number === "number" ? formatNumber(number) : String(number);
}

function isScalar(value: unknown): value is { item(): unknown } {
  return (
    typeof value === "object" && value !== null && typeof (value as { item?: unknown }).item === "function"
  );
}

export function progressText(state: ProgressState): string {
  const { description, done, total } = state;
  const drawn = total === undefined || total === 0 ? "" : bar(done, total);
  return [description, drawn, figures(state)].filter((part) => part !== "").join("  ");
}

/** A bar that is blue while it runs, green when it is done and orange where it was stopped, on light pages and on dark ones. */
export function progressHtml(state: ProgressState): Markup {
  const { description, done, total, stopped, running } = state;
  // Dark enough for the page to keep the rest of the bar light where it is light.
  const color = stopped ? "#b45f06" : running ? "#4c83d8" : "#3a8a55";
  const max = total === undefined ? 1 : Math.max(1, total);
  const value = total === 0 || total === undefined ? max : done;
  // A bar without a value shows that something goes on, not how far it is.
  const known = total !== undefined || !running;
  const style = { width: "16em", height: "1em", "accent-color": color, "vertical-align": "middle" };
  const gap = { style: { "margin-right": "8px" } };
  const label = description || say("progress");
  return element("div", { style: { "font-variant-numeric": "tabular-nums", "white-space": "pre-wrap" } }, [
    description === "" ? "" : element("span", gap, description),
    element(
      "progress",
      { max, "aria-label": label, ...(known && { value: Math.min(value, max) }), style },
      "",
    ),
    element("span", { style: { "margin-left": "8px" } }, figures(state)),
  ]);
}
