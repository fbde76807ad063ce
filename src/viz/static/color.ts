/**
 * Colours of values: CSS colours as numbers, and Plotly's colour scales.
 */
import { diverging, ink, sequential } from "../palette.js";

/** Red, green, blue 0–255, alpha 0–1. */
export type Rgba = readonly [number, number, number, number];

const named = new Map(
  Object.entries({
    black: "#000000",
    white: "#ffffff",
    red: "#ff0000",
    green: "#008000",
    blue: "#0000ff",
    yellow: "#ffff00",
    orange: "#ffa500",
    purple: "#800080",
    gray: "#808080",
    grey: "#808080",
  }),
);

/** Hex, rgb() and rgba(), and the commonest names; black for anything else. */
export function parseColor(color: string): Rgba {
  const text = named.get(color.toLowerCase()) ?? color;
  const hex = /^#([0-9a-f]{3,8})$/i.exec(text)?.[1];
  if (hex !== undefined) {
    const wide = hex.length <= 4 ? [...hex].map((digit) => digit + digit).join("") : hex;
    const part = (i: number): number => parseInt(wide.slice(2 * i, 2 * i + 2), 16);
    return [part(0), part(1), part(2), wide.length === 8 ? part(3) / 255 : 1];
  }
  const numbers = /^rgba?\(/i.test(text) ? (text.match(/[\d.]+/g) ?? []).map(Number) : [];
  return [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 0, numbers[3] ?? 1];
}

export type Stops = readonly (readonly [number, string])[];

/** Plotly's named scales that this package draws itself; the rest fall back to viridis in the static image. */
const scales = new Map<string, Stops>(
  Object.entries({
    viridis: sequential,
    rdbu: diverging.map(([at], i) => [at, diverging[diverging.length - 1 - i]![1]] as const),
    greys: [
      [0, "#000000"],
      [1, "#ffffff"],
    ],
    gray: ink,
    blues: [
      [0, "#f7fbff"],
      [0.5, "#6baed6"],
      [1, "#08306b"],
    ],
    reds: [
      [0, "#fff5f0"],
      [0.5, "#fb6a4a"],
      [1, "#67000d"],
    ],
    cividis: [
      [0, "#00224e"],
      [0.25, "#3f4c6b"],
      [0.5, "#7c7b78"],
      [0.75, "#bbad6d"],
      [1, "#fee838"],
    ],
  }),
);

export function colorStops(scale: unknown, reversed = false): Stops {
  const stops: Stops = Array.isArray(scale)
    ? (scale as Stops)
    : ((typeof scale === "string" ? scales.get(scale.toLowerCase()) : undefined) ?? sequential);
  return reversed ? [...stops].reverse().map(([at, color]) => [1 - at, color] as const) : stops;
}

/** A function from values to colours, linear between the stops in RGB as Plotly does it; transparent for what is not finite. */
export function colorScale(stops: Stops, low: number, high: number): (value: number) => Rgba {
  const parsed = stops.map(([at, color]) => [at, parseColor(color)] as const);
  const span = high - low || 1;
  return (value) => {
    if (!Number.isFinite(value)) return [0, 0, 0, 0];
    const t = Math.min(1, Math.max(0, (value - low) / span));
    let i = 1;
    while (i < parsed.length - 1 && parsed[i]![0] < t) i++;
    const [from, a] = parsed[i - 1]!;
    const [to, b] = parsed[i] ?? parsed[i - 1]!;
    const share = to > from ? Math.min(1, Math.max(0, (t - from) / (to - from))) : 0;
    const mix = (k: 0 | 1 | 2 | 3): number => a[k] + (b[k] - a[k]) * share;
    return [Math.round(mix(0)), Math.round(mix(1)), Math.round(mix(2)), mix(3)];
  };
}

export function cssColor([r, g, b, a]: Rgba): string {
  if (a < 1) return `rgba(${r},${g},${b},${Math.round(a * 1000) / 1000})`;
  return `#${[r, g, b].map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** Dark or light text for a background. */
export function inkOn([r, g, b]: Rgba): string {
  return 0.299 * r + 0.587 * g + 0.114 * b > 140 ? "#333333" : "#f5f5f5";
}
