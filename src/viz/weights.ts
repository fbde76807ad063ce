/**
 * All weight matrices of a model as heatmaps in one figure, each with colours of its own that are centred on 0.
 */
import { Figure } from "./figure.js";
import type { Parts } from "./figure.js";
import { heatmapTrace } from "./heatmap.js";
import { textColor } from "./palette.js";
import type { Attributes, Trace } from "./plotly.js";
import { toNumbers } from "./values.js";
import type { TensorLike } from "./values.js";

/** What the figure needs of an nn.Module. */
export interface ModelLike {
  namedParameters(): Iterable<readonly [string, TensorLike]>;
}

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
const cellLimit = 24_000;

interface WeightMatrix {
  readonly name: string;
  readonly shape: readonly number[];
  readonly rows: number[][];
}

/** Matrices and kernels as [out, in · height · width]; vectors (biases, norms) are left out. */
function matrices(model: ModelLike): WeightMatrix[] {
  const found: WeightMatrix[] = [];
  for (const [name, tensor] of model.namedParameters()) {
    const { shape } = tensor;
    if (shape.length < 2) continue;
    const numbers = toNumbers(tensor, name);
    const columns = numbers.length / shape[0]!;
    found.push({
      name,
      shape,
      rows: Array.from({ length: shape[0]! }, (_, i) => numbers.slice(i * columns, (i + 1) * columns)),
    });
  }
  return found;
}

export class Weights extends Figure {
  readonly #model: ModelLike;
  readonly #options: WeightsOptions;
  #matrices: WeightMatrix[];
  #follows = false;

  constructor(model: ModelLike, options: WeightsOptions) {
    super();
    if (typeof (model as Partial<ModelLike> | null)?.namedParameters !== "function")
      throw new TypeError(
        "viz.weights: expected a model (nn.Module) with namedParameters(); for one matrix use viz.heatmap(w)",
      );
    this.#model = model;
    this.#options = options;
    this.#matrices = matrices(model);
    if (this.#matrices.length === 0)
      throw new RangeError("viz.weights: the model has no parameter of two or more dimensions");
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
    if (this.#follows) this.#matrices = matrices(this.#model);
    return weightPanels(this.#matrices, this.#options);
  }
}

function weightPanels(all: readonly WeightMatrix[], options: WeightsOptions): Parts {
  const { title, columns = all.length === 1 ? 1 : 2, panelHeight = 150 } = options;
  const lines = Math.ceil(all.length / columns);
  const gap = 58;
  const inner = lines * panelHeight + (lines - 1) * gap;
  const traces: Trace[] = [];
  const annotations: Attributes[] = [];
  const layout: Record<string, unknown> = {};
  all.forEach(({ name, shape, rows }, i) => {
    const suffix = i === 0 ? "" : String(i + 1);
    const [column, line] = [i % columns, Math.floor(i / columns)];
    const width = (1 - 0.09 * (columns - 1)) / columns;
    const left = column * (width + 0.09);
    const top = 1 - (line * (panelHeight + gap)) / inner;
    const trace = heatmapTrace(rows, cellLimit / all.length);
    traces.push({ ...trace, showscale: false, name, xaxis: `x${suffix}`, yaxis: `y${suffix}` });
    const bare = (count: number) => ({
      showgrid: false,
      zeroline: false,
      ...(count <= 12 && { tick0: 0, dtick: 1 }),
    });
    layout[`xaxis${suffix}`] = {
      ...bare(rows[0]!.length),
      domain: [left, left + width],
      anchor: `y${suffix}`,
      title: line === lines - 1 ? "input" : "",
    };
    layout[`yaxis${suffix}`] = {
      ...bare(rows.length),
      domain: [Math.max(0, top - panelHeight / inner), top],
      anchor: `x${suffix}`,
      autorange: "reversed",
      title: column === 0 ? "output" : "",
    };
    annotations.push({
      text: `<b>${name}</b>  ${shape.join(" × ")}, ±${Number(trace.zmax.toPrecision(3))}`,
      xref: "paper",
      yref: "paper",
      x: left,
      y: top,
      xanchor: "left",
      yanchor: "bottom",
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
      margin: { t: title === undefined ? 30 : 62, r: 20 },
    },
  };
}

/**
 * Heatmaps of all weights of a model, linear layers as `[out, in]` and kernels as `[out, in · height · width]`; the colours of each are
 * centred on 0 and reach to the limit in its title.
 * @throws TypeError when `model` has no namedParameters(), RangeError when none of them is a matrix
 */
export function weights(model: ModelLike, options: WeightsOptions = {}): Weights {
  return new Weights(model, options);
}
