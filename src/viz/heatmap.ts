/**
 * A matrix as colours, blue below 0 and red above, which can be shown again and again while it changes.
 */
import { say } from "../locale/words.js";
import { isFinite, toBlocks } from "./blocks.js";
import type { Block, Blocks } from "./blocks.js";
import { Figure } from "./figure.js";
import type { Parts } from "./figure.js";
import { diverging, sequential } from "./palette.js";
import type { Attributes, Trace } from "./plotly.js";
import { extent, round, toGrid } from "./values.js";
import type { Matrix } from "./values.js";

/** Options of `heatmap`. */
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

/** Cells of the picture; a larger matrix is shown in blocks, which keeps the figure at a few 100 KB. */
const cellLimit = 5_000;

/** Of what is not a number, in no colour of either scale. */
const oddColor = "#ff2fd6";

/** The ends of the colours: those of all values, symmetric about 0 for the diverging scale. */
function limits(blocks: Blocks, { scale = "diverging", range }: ColorOptions): readonly [number, number] {
  if (range) return range;
  const [least, most] = extent(blocks.cells.flatMap((row) => row.flatMap((b) => [b.least, b.most]))) ?? [
    0, 0,
  ];
  const reach = Math.max(Math.abs(least), Math.abs(most)) || 1;
  return scale === "diverging" ? [-reach, reach] : [least, most];
}

type ColorOptions = Pick<HeatmapOptions, "scale" | "range">;

/** Short text of a value for labels: three digits, a true minus. */
export function label(value: number): string {
  return String(Number(value.toPrecision(3))).replace("-", "\u2212");
}

/** Ticks of a colour bar at the ends of the colours, in the middle, and, where there is room, between. */
export function colorbar(low: number, high: number, intervals: number): Attributes {
  const values = Array.from({ length: intervals + 1 }, (_, i) => low + ((high - low) * i) / intervals);
  return {
    thickness: 12,
    outlinewidth: 0,
    ticks: "",
    len: 1,
    ...(low < high && {
      tickmode: "array",
      tickvals: values.map((v) => round(v, 6)),
      ticktext: values.map(label),
    }),
  };
}

/** Where the pointer is, as Plotly fills it in. */
function cellPlace(): string {
  return say("row {0}, column {1}", "%{y}", "%{x}");
}

/** What the pointer tells of a cell: its place in the matrix and its value, or of a block what lies in it. */
function hover(blocks: Blocks): Attributes {
  const { cells, height, width } = blocks;
  const tall = cells.length < height;
  const wide = (cells[0]?.length ?? 0) < width;
  if (!tall && !wide) return { hovertemplate: `${cellPlace()}<br><b>%{z:.4g}</b><extra></extra>` };
  const [rows, columns] = [Math.ceil(height / cells.length), Math.ceil(width / (cells[0]?.length ?? 1))];
  return {
    customdata: cells.map((row) => row.map((b) => [b.least, b.most, b.mean].map((v) => round(v, 3)))),
    hovertemplate:
      `${say("{0} × {1} values about row {2}, column {3}", rows, columns, "%{y:.0f}", "%{x:.0f}")}<br>` +
      `${say("largest magnitude: {0}", "<b>%{z:.4g}</b>")}<br>` +
      say(
        "from {0} to {1}, mean {2}",
        "%{customdata[0]:.3g}",
        "%{customdata[1]:.3g}",
        "%{customdata[2]:.3g}",
      ) +
      "<extra></extra>",
  };
}

/** Where the cells lie, in the matrix's own rows and columns; blocks are drawn equally large. */
function places({ cells, height, width }: Blocks): Attributes {
  const rowStep = height / cells.length;
  const columnStep = width / (cells[0]?.length ?? 1);
  return {
    ...(columnStep > 1 && { x0: (columnStep - 1) / 2, dx: columnStep }),
    ...(rowStep > 1 && { y0: (rowStep - 1) / 2, dy: rowStep }),
  };
}

/** How many values are not finite, such as "2 NaN, 1 ∞"; "" for none. */
function oddities(blocks: readonly Block[]): string {
  const count = (of: (block: Block) => number): number => blocks.reduce((sum, block) => sum + of(block), 0);
  return [
    [count(({ nans }) => nans), "NaN"],
    [count(({ infinities: [above] }) => above), "\u221e"],
    [count(({ infinities: [, below] }) => below), "\u2212\u221e"],
  ]
    .filter(([times]) => times !== 0)
    .map(([times, name]) => `${times} ${name}`)
    .join(", ");
}

/** Marks over the cells that hold values which are not finite, undefined where there are none. */
function oddTrace(blocks: Blocks, withText: boolean): Trace | undefined {
  const { cells, height, width } = blocks;
  if (cells.every((row) => row.every(isFinite))) return undefined;
  const single = cells.length === height && cells[0]!.length === width;
  const text = cells.map((row) =>
    row.map((block) => (isFinite(block) ? "" : single ? oddities([block]).slice(2) : oddities([block]))),
  );
  return {
    type: "heatmap",
    z: cells.map((row) => row.map((block) => (isFinite(block) ? NaN : 1))),
    ...places(blocks),
    text,
    ...(withText && { texttemplate: "%{text}" }),
    colorscale: [
      [0, oddColor],
      [1, oddColor],
    ],
    zmin: 0,
    zmax: 1,
    showscale: false,
    hoverongaps: false,
    hovertemplate: `${cellPlace()}<br><b>%{text}</b><extra></extra>`,
  };
}

/** A matrix's blocks as traces, and what a figure says beside them. */
export interface DrawnMatrix {
  /** The colours, then marks where values are not finite. */
  readonly traces: readonly Trace[];
  /** Values at the ends of the colours. */
  readonly limits: readonly [number, number];
  /** "pink: 2 NaN", "" where all is finite. */
  readonly note: string;
}

export function drawMatrix(
  blocks: Blocks,
  options: ColorOptions & { readonly barIntervals?: number; readonly withText?: boolean } = {},
): DrawnMatrix {
  const ends = limits(blocks, options);
  const [low, high] = ends;
  const odd = oddTrace(blocks, options.withText === true);
  const trace: Trace = {
    type: "heatmap",
    z: blocks.cells.map((row) => row.map(({ extreme }) => round(extreme, 4))),
    colorscale: options.scale === "sequential" ? sequential : diverging,
    zmin: round(low, 6),
    zmax: round(high, 6),
    ...places(blocks),
    ...hover(blocks),
    hoverongaps: false,
    colorbar: colorbar(low, high, options.barIntervals ?? 4),
  };
  return {
    traces: odd ? [trace, odd] : [trace],
    limits: ends,
    note: odd ? say("pink: {0}", oddities(blocks.cells.flat())) : "",
  };
}

/** What `heatmap` gives: a matrix as colours; of a large one each block shows its largest weight. */
export class Heatmap extends Figure {
  #source: Matrix;
  readonly #options: HeatmapOptions;
  #blocks: Blocks;
  /** Whether the matrix is read each time: not until somebody asks for an update. */
  #follows = false;

  constructor(source: Matrix, options: HeatmapOptions) {
    super();
    this.#source = source;
    this.#options = options;
    this.#blocks = toBlocks(toGrid(source, "viz.heatmap"), cellLimit);
    if (options.live) this.update();
  }

  /** Reads the matrix anew, or takes another one, and shows it where the figure is shown. */
  update(source: Matrix = this.#source): void {
    // Checked at once only when it is another one: reading a tensor at every step would cost more than the step.
    if (source !== this.#source) {
      this.#blocks = toBlocks(toGrid(source, "heatmap.update"), cellLimit);
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
    if (this.#follows) this.#blocks = toBlocks(toGrid(this.#source, "viz.heatmap"), cellLimit);
    const { height, width } = this.#blocks;
    const { title, scale = "diverging", range, xTitle = say("column"), yTitle } = this.#options;
    const small = width <= 12 && height <= 12;
    const drawn = drawMatrix(this.#blocks, { scale, ...(range && { range }), withText: small });
    const [trace, ...marks] = drawn.traces;
    const largest = Math.max(...drawn.limits.map(Math.abs));
    const decimals = Math.max(0, Math.min(6, 2 - Math.floor(Math.log10(largest || 1))));
    const plotHeight = small
      ? Math.max(90, 52 * height)
      : Math.max(190, Math.min(420, (height / Math.max(1, width)) * 560));
    // A row or a column a tick, as long as there are few.
    const ticks = (count: number): Attributes => (count <= 12 ? { tick0: 0, dtick: 1 } : {});
    const gaps = small ? { xgap: 1, ygap: 1 } : {};
    return {
      traces: [
        { ...trace, ...(small && { texttemplate: `%{z:.${decimals}f}` }), ...gaps },
        ...marks.map((mark) => ({ ...mark, ...gaps })),
      ],
      layout: {
        ...(title !== undefined && { title }),
        height: this.#options.height ?? Math.round(plotHeight + (title === undefined ? 70 : 105)),
        xaxis: {
          title: drawn.note === "" ? xTitle : `${xTitle} (${drawn.note})`,
          showgrid: false,
          zeroline: false,
          ...ticks(width),
        },
        yaxis: {
          title: yTitle ?? say("row"),
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
 * A heatmap of a matrix: a tensor `[rows, columns]`, a vector (one row) or nested arrays. The colours end at the smallest and the largest
 * value. A matrix of more than some thousand values is shown in blocks, each by its value of largest magnitude; the pointer tells which
 * rows and columns a block holds, its smallest and largest value and their mean. What is not finite is marked in pink. Up to 12 × 12 the
 * values stand in the cells. `live: true` shows it at once and follows the tensor with `update()`.
 * @throws TypeError when `matrix` is not numbers or has more than two dimensions, RangeError when its rows differ in length
 */
export function heatmap(matrix: Matrix, options: HeatmapOptions = {}): Heatmap {
  return new Heatmap(matrix, options);
}
