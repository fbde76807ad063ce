/**
 * Small pictures in a grid: digits, first-layer weights, kernels. They travel as one PNG, which is a hundredth of their numbers as JSON.
 */
import { Figure } from "./figure.js";
import type { Parts } from "./figure.js";
import { colorbar } from "./heatmap.js";
import { diverging, ink, sequential, textColor } from "./palette.js";
import type { Attributes, Trace } from "./plotly.js";
import { colorScale } from "./static/color.js";
import type { Rgba } from "./static/color.js";
import { pngDataUri } from "./static/png.js";
import { extent, isTensorLike, toNumbers, toRows } from "./values.js";
import type { Matrix, TensorLike } from "./values.js";

/** Options of `images`. */
export interface ImagesOptions {
  readonly title?: string;
  /** Pictures side by side; about as many as fit if not given. */
  readonly columns?: number;
  /** A line of text above each picture. */
  readonly labels?: readonly (string | number)[] | TensorLike;
  /** "ink": black to white (the default). "diverging": blue – white – red, centred on 0, for weights. */
  readonly scale?: "ink" | "diverging" | "sequential";
  /** Values at the two ends of the colours; from all pictures together if not given. */
  readonly range?: readonly [number, number];
  /** Shows the figure at once; `update()` then reads the tensor anew. */
  readonly live?: boolean;
  /** Width of one picture in pixels; 56 if not given. */
  readonly size?: number;
}

interface Pictures {
  readonly count: number;
  /** 1, or 3 for red, green and blue. */
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** [count, channels, height, width] */
  readonly values: readonly number[];
}

/** @throws RangeError when the shape is none of [N, h, w], [N, 1 or 3, h, w], [N, n²] */
function read(source: TensorLike | Matrix): Pictures {
  const shape = isTensorLike(source) ? source.shape : undefined;
  if (isTensorLike(source) && shape!.length === 4 && (shape![1] === 1 || shape![1] === 3)) {
    const [count, channels, height, width] = shape as [number, number, number, number];
    return { count, channels, height, width, values: toNumbers(source, "viz.images") };
  }
  if (isTensorLike(source) && shape!.length === 3) {
    const [count, height, width] = shape as [number, number, number];
    return { count, channels: 1, height, width, values: toNumbers(source, "viz.images") };
  }
  if (shape === undefined || shape.length <= 2) {
    const rows = toRows(source, "viz.images");
    const side = Math.sqrt(rows[0]?.length ?? 0);
    if (Number.isInteger(side) && side > 0)
      return { count: rows.length, channels: 1, height: side, width: side, values: rows.flat() };
  }
  const got = shape ? `[${shape.join(", ")}]` : `rows of ${String((source as number[][])[0]?.length)}`;
  throw new RangeError(
    `viz.images: expected [N, height, width], [N, 1 or 3, height, width] or [N, pixels] with a square number of pixels, got ${got}; reshape it first`,
  );
}

/** What `images` gives: pictures side by side, with labels above them if there are any. */
export class Images extends Figure {
  readonly #source: TensorLike | Matrix;
  readonly #options: ImagesOptions;
  #pictures: Pictures;
  #follows = false;

  constructor(source: TensorLike | Matrix, options: ImagesOptions) {
    super();
    this.#source = source;
    this.#options = options;
    this.#pictures = read(source);
    if (options.live) this.update();
  }

  /** Reads the tensor anew and shows it where the figure is shown. */
  update(): void {
    this.#follows = true;
    this.changed();
  }

  /** Makes the figure a callback of `train.fit`. */
  onStepEnd(): void {
    this.update();
  }

  protected override compose(): Parts {
    if (this.#follows) this.#pictures = read(this.#source);
    return mosaic(this.#pictures, this.#options);
  }
}

function mosaic(pictures: Pictures, options: ImagesOptions): Parts {
  const { count, channels, height, width, values } = pictures;
  const { title, scale = "ink", size = 56 } = options;
  const labels = isTensorLike(options.labels) ? toNumbers(options.labels, "labels") : options.labels;
  const columns = Math.max(1, Math.min(count, options.columns ?? Math.floor(680 / (size * 1.12))));
  const lines = Math.ceil(count / columns);
  // Between pictures lies a tenth of one; a line of text needs 18 of its `size` pixels.
  const gap = Math.max(1, Math.round(width * 0.1));
  const head = labels ? Math.ceil((height * 18) / size) : 0;
  const [stepX, stepY] = [width + gap, height + gap + head];
  const [least, most] = extent(values) ?? [0, 1];
  const reach = Math.max(Math.abs(least), Math.abs(most)) || 1;
  const [low, high] = options.range ?? (scale === "diverging" ? [-reach, reach] : [Math.min(0, least), most]);
  const color = colorScale(scale === "diverging" ? diverging : scale === "ink" ? ink : sequential, low, high);
  const [pixelsX, pixelsY] = [columns * stepX - gap, lines * stepY - gap];
  const clear: Rgba = [0, 0, 0, 0];
  const plane = height * width;
  const source = pngDataUri(pixelsX, pixelsY, (x, y) => {
    const [column, line] = [Math.floor(x / stepX), Math.floor(y / stepY)];
    const [i, j] = [(y % stepY) - head, x % stepX];
    const index = line * columns + column;
    if (i < 0 || i >= height || j >= width || index >= count) return clear;
    const at = index * channels * plane + i * width + j;
    if (channels === 1) return color(values[at]!);
    const part = (k: number): number =>
      Math.round(255 * Math.min(1, Math.max(0, (values[at + k * plane]! - low) / (high - low || 1))));
    return [part(0), part(1), part(2), 1];
  });
  const scaleFactor = size / width;
  const margin = { l: 10, r: 10, t: title === undefined ? 10 : 40, b: 10 };
  const annotations = (labels ?? []).slice(0, count).map((label, index): Attributes => ({
    text: String(label),
    x: (index % columns) * stepX + (width - 1) / 2,
    y: Math.floor(index / columns) * stepY + head - 0.5,
    xref: "x",
    yref: "y",
    yanchor: "bottom",
    showarrow: false,
    font: { size: 12, color: textColor },
  }));
  const bare = { visible: false, constrain: "domain" };
  const traces: Trace[] = [{ type: "image", source, hoverinfo: "skip" }];
  // Black to white explains itself; of colours one wants to know what they stand for. The bar belongs to a cell that lies outside.
  if (scale !== "ink" && channels === 1)
    traces.push({
      type: "heatmap",
      z: [[low]],
      x: [-pixelsX],
      y: [-pixelsY],
      colorscale: scale === "diverging" ? diverging : sequential,
      zmin: low,
      zmax: high,
      hoverinfo: "skip",
      colorbar: colorbar(low, high, lines > 1 ? 4 : 2),
    });
  return {
    traces,
    layout: {
      ...(title !== undefined && { title }),
      margin,
      height: Math.round(pixelsY * scaleFactor + margin.t + margin.b),
      xaxis: { ...bare, range: [-0.5, pixelsX - 0.5], constraintoward: "left" },
      yaxis: { ...bare, range: [pixelsY - 0.5, -0.5], scaleanchor: "x" },
      annotations,
    },
  };
}

/**
 * Pictures in a grid: `[N, h, w]`, `[N, 1 or 3, h, w]`, or `[N, n²]` such as digits of 784 pixels or first-layer weights.
 * @throws RangeError when the shape is none of these
 */
export function images(source: TensorLike | Matrix, options: ImagesOptions = {}): Images {
  return new Images(source, options);
}
