/**
 * The part of Plotly's figure format that this package names; every other attribute of plotly.js passes through untouched
 * (https://plotly.com/javascript/reference/).
 */
import type { Matrix, Vector } from "./values.js";

/** Name of one of Plotly's colour scales, or pairs of a place in [0, 1] and a colour. */
export type Colorscale = string | readonly (readonly [number, string])[];

/** One curve, bar series, heatmap … `type` defaults to "scatter" as in Plotly. */
export interface Trace {
  readonly type?:
    | "scatter"
    | "bar"
    | "histogram"
    | "heatmap"
    | "contour"
    | "surface"
    | "image"
    | (string & Record<never, never>);
  readonly name?: string;
  readonly x?: Vector | readonly string[] | readonly Date[];
  readonly y?: Vector | readonly string[] | readonly Date[];
  readonly z?: Matrix;
  readonly mode?: string;
  readonly [attribute: string]: unknown;
}

/** A text with attributes, as titles are. */
export interface Text {
  readonly text?: string;
  readonly [attribute: string]: unknown;
}

/** An axis as Plotly describes it. */
export interface Axis {
  /** A plain string is taken for `{ text }`. */
  readonly title?: string | Text;
  readonly type?: "linear" | "log" | "category" | "date" | "-";
  readonly range?: readonly (number | null)[];
  readonly domain?: readonly [number, number];
  readonly [attribute: string]: unknown;
}

/** `xaxis2`, `yaxis3` and so on are axes as well. */
export interface Layout {
  /** A plain string is taken for `{ text }`. */
  readonly title?: string | Text;
  readonly width?: number;
  readonly height?: number;
  readonly xaxis?: Axis;
  readonly yaxis?: Axis;
  readonly [attribute: string]: unknown;
}

/** What Plotly draws, all of it JSON. */
export interface Spec {
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly layout: Readonly<Record<string, unknown>>;
  readonly config: Readonly<Record<string, unknown>>;
}

export type Attributes = Readonly<Record<string, unknown>>;

/** Keys of the axes in a layout: xaxis, xaxis2, yaxis … */
export const axisKey = /^[xy]axis([2-9]|[1-9]\d+)?$/;

export function isAttributes(value: unknown): value is Attributes {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The text of a title that may be a string or an object, "" for none. */
export function titleText(title: unknown): string {
  if (typeof title === "string") return title;
  return isAttributes(title) && typeof title.text === "string" ? title.text : "";
}

/** How much of plotly.js: the whole can do what that for the plane can. */
export type Plotly = "plane" | "whole";

/** What plotly.js's build for the plane draws. */
const planeTypes = new Set([
  "bar",
  "box",
  "contour",
  "heatmap",
  "histogram",
  "histogram2d",
  "histogram2dcontour",
  "image",
  "pie",
  "scatter",
  "scatterternary",
  "violin",
]);

/** How much of plotly.js a figure needs. */
export function plotlyFor({ data }: Spec): Plotly {
  return data.every(({ type }) => planeTypes.has(String(type))) ? "plane" : "whole";
}
