/**
 * A matrix as colours, blue below 0 and red above, which can be shown again and again while it changes.
 */
import { decimateMatrix } from "./decimate.js";
import { Figure } from "./figure.js";
import type { Parts } from "./figure.js";
import { diverging, sequential } from "./palette.js";
import type { Attributes, Colorscale, Trace } from "./plotly.js";
import { extent, round, toRows } from "./values.js";
import type { Matrix } from "./values.js";

export interface HeatmapOptions {
  readonly title?: string;
  /** Shows the figure at once; `update()` then reads the matrix anew. Otherwise the values are those of the call. */
  readonly live?: boolean;
  /** "diverging" (the default) is centred on 0; "sequential" goes from the smallest to the largest value. */
  readonly scale?: "diverging" | "sequential";
  /** Values at the two ends of the colours; from the data if not given. */
  readonly range?: readonly [number, number];
  readonly xTitle?: string;
  readonly yTitle?: string;
  readonly height?: number;
}

/** More cells than this are averaged in blocks, which keeps an update at about 100 KB. */
const cellLimit = 16_000;

function extentOf(rows: readonly (readonly number[])[]): [number, number] {
  const ends = rows.flatMap((row) => extent(row) ?? []);
  return extent(ends) ?? [0, 0];
}

/** Absolute value that one cell in a hundred exceeds, in matrices of many cells: a few outliers would make all others pale. */
function typicalReach(rows: readonly (readonly number[])[]): number {
  if (rows.length * (rows[0]?.length ?? 0) < 500) return 0;
  const sizes = Float64Array.from(rows.flat(), (v) => (Number.isFinite(v) ? Math.abs(v) : 0)).sort();
  return sizes[Math.floor(sizes.length * 0.99)]!;
}

/** The colours of a matrix, symmetric about 0 for the diverging scale. */
function colorAttributes(
  rows: readonly (readonly number[])[],
  scale: HeatmapOptions["scale"] = "diverging",
  range?: readonly [number, number],
): { colorscale: Colorscale; zmin: number; zmax: number } {
  const [least, most] = extentOf(rows);
  const reach = typicalReach(rows) || Math.max(Math.abs(least), Math.abs(most)) || 1;
  const [zmin, zmax] = range ?? (scale === "diverging" ? [-reach, reach] : [least, most]);
  return {
    colorscale: scale === "diverging" ? diverging : sequential,
    zmin: round(zmin, 4),
    zmax: round(zmax, 4),
  };
}

/** A matrix in at most `limit` cells, coloured, with x and y counted in the matrix's own columns and rows. */
export function heatmapTrace(
  rows: readonly (readonly number[])[],
  limit: number,
  { scale, range }: Pick<HeatmapOptions, "scale" | "range"> = {},
) {
  const blocks = decimateMatrix(rows, limit);
  return {
    type: "heatmap",
    z: blocks.rows.map((row) => row.map((v) => round(v, 3))),
    ...colorAttributes(blocks.rows, scale, range),
    ...(blocks.columnStep > 1 && { x0: (blocks.columnStep - 1) / 2, dx: blocks.columnStep }),
    ...(blocks.rowStep > 1 && { y0: (blocks.rowStep - 1) / 2, dy: blocks.rowStep }),
    hovertemplate: "row %{y}, column %{x}<br><b>%{z:.4g}</b><extra></extra>",
  } satisfies Trace;
}

const thinColorbar: Attributes = { thickness: 12, outlinewidth: 0, ticks: "", len: 1 };

export class Heatmap extends Figure {
  #source: Matrix;
  readonly #options: HeatmapOptions;
  #rows: number[][];
  /** Whether the rows are read from the source each time: not until somebody asks for an update. */
  #follows = false;

  constructor(source: Matrix, options: HeatmapOptions) {
    super();
    this.#source = source;
    this.#options = options;
    this.#rows = toRows(source, "viz.heatmap");
    if (options.live) this.update();
  }

  /** Reads the matrix anew, or takes another one, and shows it where the figure is shown. */
  update(source: Matrix = this.#source): void {
    // Checked at once only when it is another one: reading a tensor at every step would cost more than the step.
    if (source !== this.#source) {
      this.#rows = toRows(source, "heatmap.update");
      this.#source = source;
    }
    this.#follows = true;
    this.changed();
  }

  /** Makes the figure a callback of `train.fit`. */
  onStepEnd(): void {
    this.update();
  }

  protected override compose(): Parts {
    if (this.#follows) this.#rows = toRows(this.#source, "viz.heatmap");
    const rows = this.#rows;
    const { title, scale = "diverging", range, xTitle, yTitle } = this.#options;
    const [height, width] = [rows.length, rows[0]?.length ?? 0];
    const small = width <= 12 && height <= 12;
    const trace = heatmapTrace(rows, cellLimit, { scale, ...(range && { range }) });
    const largest = Math.max(Math.abs(trace.zmin), Math.abs(trace.zmax));
    const decimals = Math.max(0, Math.min(6, 2 - Math.floor(Math.log10(largest || 1))));
    const plotHeight = small
      ? Math.max(90, 52 * height)
      : Math.max(190, Math.min(420, (height / Math.max(1, width)) * 560));
    // A row or a column a tick, as long as there are few.
    const ticks = (count: number): Attributes => (count <= 12 ? { tick0: 0, dtick: 1 } : {});
    return {
      traces: [
        {
          ...trace,
          colorbar: thinColorbar,
          ...(small && { texttemplate: `%{z:.${decimals}f}`, xgap: 1, ygap: 1 }),
        },
      ],
      layout: {
        ...(title !== undefined && { title }),
        height: this.#options.height ?? Math.round(plotHeight + (title === undefined ? 70 : 105)),
        xaxis: { title: xTitle ?? "column", showgrid: false, zeroline: false, ...ticks(width) },
        yaxis: {
          title: yTitle ?? "row",
          showgrid: false,
          zeroline: false,
          autorange: "reversed",
          ...ticks(height),
        },
      },
    };
  }
}

/**
 * A heatmap of a matrix: a tensor `[rows, columns]`, a vector (one row) or nested arrays; non-finite values are left blank. Up to 12 × 12
 * the values stand in the cells. `live: true` shows it at once and follows the tensor with `update()`.
 * @throws TypeError when `matrix` is not numbers or has more than two dimensions, RangeError when its rows differ in length
 */
export function heatmap(matrix: Matrix, options: HeatmapOptions = {}): Heatmap {
  return new Heatmap(matrix, options);
}
