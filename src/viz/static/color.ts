/**
 * Colours of values: CSS colours as numbers, and Plotly's colour scales.
 */
import { scaleLinear } from "d3-scale";
import { ink, sequential } from "../palette.js";

/** Red, green, blue 0–255, alpha 0–1. */
export type Rgba = readonly [number, number, number, number];

const parsed = new Map<string, Rgba>();

/** A CSS colour, as d3 reads it: hex, rgb(), hsl() and names; black for anything else. */
export function parseColor(color: string): Rgba {
  let found = parsed.get(color);
  if (found === undefined) {
    const alpha = /^#(?:[0-9a-f]{6}([0-9a-f]{2})|[0-9a-f]{3}([0-9a-f]))$/i.exec(color);
    // Between a colour and itself, d3 writes it as rgb() or rgba(), and what is none it leaves alone.
    const plain = /^\s*(?:#|rgba?\(|hsla?\(|[a-z]+\s*$)/i.test(color);
    const text = plain ? scaleLinear<string>().range([color, color])(0) : "";
    const numbers = /^rgba?\(/i.test(text) ? (text.match(/[\d.]+/g) ?? []).map(Number) : [];
    const opacity = alpha ? parseInt(alpha[1] ?? alpha[2]! + alpha[2]!, 16) / 255 : (numbers[3] ?? 1);
    found = [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 0, opacity];
    if (parsed.size < 1000) parsed.set(color, found);
  }
  return found;
}

export type Stops = readonly (readonly [number, string])[];

/** Stops written as "at:rrggbb", or evenly spaced without the places. */
function scale(written: string): Stops {
  const stops = written.split(" ").map((stop) => stop.split(":"));
  return stops.map(
    (stop, i) => [stop.length > 1 ? Number(stop[0]) : i / (stops.length - 1), `#${stop.at(-1)}`] as const,
  );
}

/** The scales that Plotly knows by name. */
const scales = new Map<string, Stops>([
  ["viridis", sequential],
  ["greys", ink],
  ["ylgnbu", scale("081d58 253494 225ea8 1d91c0 41b6c4 7fcdbb c7e9b4 edf8d9 ffffd9")],
  ["greens", scale("00441b 006d2c 238b45 41ab5d 74c476 a1d99b c7e9c0 e5f5e0 f7fcf5")],
  ["ylorrd", scale("800026 bd0026 e31a1c fc4e2a fd8d3c feb24c fed976 ffeda0 ffffcc")],
  ["bluered", scale("0000ff ff0000")],
  ["rdbu", scale("0:050aac 0.35:6a89f7 0.5:bebebe 0.6:dcaa84 0.7:e6915a 1:b20a1c")],
  ["reds", scale("0:dcdcdc 0.2:f5c39d 0.4:f5a069 1:b20a1c")],
  ["blues", scale("0:050aac 0.35:283cbe 0.5:4664f5 0.6:5a78f5 0.7:6a89f7 1:dcdcdc")],
  ["picnic", scale("0000ff 3399ff 66ccff 99ccff ccccff ffffff ffccff ff99ff ff66cc ff6666 ff0000")],
  ["rainbow", scale("96005a 0000c8 0019ff 0098ff 2cff96 97ff00 ffea00 ff6f00 ff0000")],
  ["portland", scale("0c3383 0a88ba f2d338 f28f38 d91e1e")],
  ["jet", scale("0:000083 0.125:003caa 0.375:05ffff 0.625:ffff00 0.875:fa0000 1:800000")],
  ["hot", scale("0:000000 0.3:e60000 0.6:ffd200 1:ffffff")],
  ["blackbody", scale("0:000000 0.2:e60000 0.4:e6d200 0.7:ffffff 1:a0c8ff")],
  ["earth", scale("0:000082 0.1:00b4b4 0.2:28d228 0.4:e6e632 0.6:784614 1:ffffff")],
  ["electric", scale("0:000000 0.15:1e0064 0.4:780064 0.6:a05a00 0.8:e6c800 1:fffadc")],
  [
    "cividis",
    scale(
      "00204c 002a66 00346e 273f6c 3c4a6b 4c556b 5b5f6d 686a70 757575 838178 928c78 a19876 b0a572 c0b16d d1bf66 e1cc5c f3db4f ffe945",
    ),
  ],
]);

export function colorStops(given: unknown, reversed = false): Stops {
  const stops: Stops = Array.isArray(given)
    ? (given as Stops)
    : ((typeof given === "string" ? scales.get(given.toLowerCase()) : undefined) ?? sequential);
  return reversed ? [...stops].reverse().map(([at, color]) => [1 - at, color] as const) : stops;
}

/** A function from values to colours, linear between the stops in RGB as Plotly does it; transparent for what is not finite. */
export function colorScale(stops: Stops, low: number, high: number): (value: number) => Rgba {
  const parsed = stops.map(([at, color]) => [at, parseColor(color)] as const);
  const span = high - low || 1;
  const clear: Rgba = [0, 0, 0, 0];
  return (value) => {
    if (!Number.isFinite(value)) return clear;
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
