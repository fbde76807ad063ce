/**
 * All weight matrices of a model as heatmaps in one figure, each with colours of its own that are centred on 0.
 */
import { say } from "../locale/words.js";
import { toBlocks } from "./blocks.js";
import type { Blocks } from "./blocks.js";
import { Figure } from "./figure.js";
import type { Parts } from "./figure.js";
import { drawMatrix, label } from "./heatmap.js";
import { textColor } from "./palette.js";
import { isAttributes } from "./plotly.js";
import type { Attributes, Trace } from "./plotly.js";
import { toFlatGrid, toGrid } from "./values.js";
import type { TensorLike } from "./values.js";

/** What the figure needs of an nn.Module. */
export interface ModelLike {
  namedParameters(): Iterable<readonly [string, TensorLike]>;
}

/** Options of `weights`. */
export interface WeightsOptions {
  readonly title?: string;
  /** Shows the figure at once; `update()` then reads the weights anew. */
  readonly live?: boolean;
  /** Panels side by side; 2 if not given, 1 for a single matrix. */
  readonly columns?: number;
  /** Height of a panel in pixels. */
  readonly panelHeight?: number;
}

/** Cells of all panels together. */
const cellLimit = 10_000;

interface Panel {
  readonly name: string;
  readonly shape: readonly number[];
  readonly blocks: Blocks;
}

/** Matrices, and kernels as [out, in · height · width]; vectors (biases, norms) are left out where there is anything else. */
function panels(model: ModelLike): Panel[] {
  const all = [...model.namedParameters()];
  const matrices = all.filter(([, { shape }]) => shape.length >= 2);
  const shown = matrices.length > 0 ? matrices : all;
  return shown.map(([name, tensor]) => ({
    name,
    shape: tensor.shape,
    blocks: toBlocks(
      tensor.shape.length < 2 ? toGrid(tensor, name) : toFlatGrid(tensor),
      Math.max(256, Math.floor(cellLimit / shown.length)),
    ),
  }));
}

/** What `weights` gives: a heatmap for each matrix of a model. */
export class Weights extends Figure {
  readonly #model: ModelLike;
  readonly #options: WeightsOptions;
  #panels: Panel[];
  #follows = false;

  constructor(model: ModelLike, options: WeightsOptions) {
    super();
    if (typeof (model as Partial<ModelLike> | null)?.namedParameters !== "function")
      throw new TypeError(
        "viz.weights: expected a model (nn.Module) with namedParameters(); for one matrix use viz.heatmap(w)",
      );
    this.#model = model;
    this.#options = options;
    this.#panels = panels(model);
    if (this.#panels.length === 0) throw new RangeError("viz.weights: the model has no parameters");
    if (options.live) this.update();
  }

  /** Reads the weights anew and shows them where the figure is shown. */
  update(): void {
    this.#follows = true;
    this.changed();
  }

  /** Makes the figure a callback of `train.fit`. */
  onStepEnd(): void {
    this.update();
  }

  protected override compose(): Parts {
    if (this.#follows) this.#panels = panels(this.#model);
    return weightPanels(this.#panels, this.#options);
  }
}

/** Between two panels side by side, as a share of the figure's width: a colour bar with its numbers, and the next panel's axis. */
const sideGap = 0.2;

function weightPanels(all: readonly Panel[], options: WeightsOptions): Parts {
  const { title, columns = all.length === 1 ? 1 : 2, panelHeight = 150 } = options;
  const lines = Math.ceil(all.length / columns);
  const gap = 58;
  const inner = lines * panelHeight + (lines - 1) * gap;
  const traces: Trace[] = [];
  const annotations: Attributes[] = [];
  const layout: Record<string, unknown> = {};
  all.forEach(({ name, shape, blocks }, i) => {
    const suffix = i === 0 ? "" : String(i + 1);
    const [column, line] = [i % columns, Math.floor(i / columns)];
    const width = (1 - sideGap * (columns - 1)) / columns;
    const left = column * (width + sideGap);
    const top = 1 - (line * (panelHeight + gap)) / inner;
    const bottom = Math.max(0, top - panelHeight / inner);
    const drawn = drawMatrix(blocks, { barIntervals: 2 });
    for (const trace of drawn.traces) {
      traces.push({
        ...trace,
        name,
        xaxis: `x${suffix}`,
        yaxis: `y${suffix}`,
        ...(isAttributes(trace.colorbar) && {
          colorbar: {
            ...trace.colorbar,
            thickness: 9,
            x: left + width + 0.01,
            xanchor: "left",
            xpad: 0,
            y: (top + bottom) / 2,
            ypad: 0,
            len: top - bottom,
            lenmode: "fraction",
            tickfont: { size: 10 },
          },
        }),
      });
    }
    const bare = (count: number) => ({
      showgrid: false,
      zeroline: false,
      ...(count <= 12 && { tick0: 0, dtick: 1 }),
    });
    layout[`xaxis${suffix}`] = {
      ...bare(blocks.width),
      domain: [left, left + width],
      anchor: `y${suffix}`,
      title: line === lines - 1 ? say("input") : "",
    };
    layout[`yaxis${suffix}`] = {
      ...bare(blocks.height),
      domain: [bottom, top],
      anchor: `x${suffix}`,
      autorange: "reversed",
      title: column === 0 ? say("output") : "",
    };
    const extra = drawn.note === "" ? "" : `, ${drawn.note}`;
    annotations.push({
      text: `<b>${name}</b>  ${shape.join(" × ")}, ±${label(drawn.limits[1])}${extra}`,
      xref: "paper",
      yref: "paper",
      x: left,
      y: top,
      xanchor: "left",
      yanchor: "bottom",
      // Above the colour bar's topmost number, which reaches over the panel's edge.
      yshift: 6,
      showarrow: false,
      font: { size: 12, color: textColor },
    });
  });
  return {
    traces,
    layout: {
      ...(title !== undefined && { title }),
      ...layout,
      annotations,
      height: inner + 52 + (title === undefined ? 30 : 62),
      margin: { t: title === undefined ? 30 : 62 },
    },
  };
}

/**
 * Heatmaps of all weights of a model, linear layers as `[out, in]` and kernels as `[out, in · height · width]`; vectors (biases) only
 * where there is nothing else. The colours of each are centred on 0 and reach to its largest weight, which its title names. Large ones
 * are shown in blocks, see `viz.heatmap`.
 * @throws TypeError when `model` has no namedParameters(), RangeError when it has no parameters
 */
export function weights(model: ModelLike, options: WeightsOptions = {}): Weights {
  return new Weights(model, options);
}
