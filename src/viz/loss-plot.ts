/**
 * Losses and metrics over the steps of a training, growing while it runs: noisy curves get their moving average, metrics that are no
 * loss a panel of their own, and a button switches the losses to a logarithmic axis.
 */
import { say, sayMetric } from "../locale/words.js";
import { Figure } from "./figure.js";
import type { Parts } from "./figure.js";
import { GrowingSeries } from "./growing-series.js";
import { palette } from "./palette.js";
import type { Attributes, Trace } from "./plotly.js";
import { round } from "./values.js";

/**
 * Arrays by name, such as `{ loss: [...], valLoss: [...], accuracy: [...] }`, or what `train.fit` returns: there `loss` has a value for
 * each step, and the other curves one for each epoch, at the steps that `step` tells.
 */
export interface HistoryLike {
  readonly loss?: readonly number[];
  readonly valLoss?: readonly number[];
  readonly step?: readonly number[];
  readonly metrics?: Readonly<Record<string, readonly number[]>>;
}

/** Options of `lossPlot`. */
export interface LossPlotOptions {
  readonly title?: string;
  /** Whether losses start on a logarithmic axis; the plot's button switches. Values that are not above 0 have no place on it and are left out. */
  readonly logY?: boolean;
  /** Moving average over the last fortieth of the run: always, never, or where a curve is noisy ("auto", the default). */
  readonly smooth?: boolean | "auto";
  /** What the steps are called on the x axis; "step" or "epoch" as the history has it. */
  readonly xTitle?: string;
  readonly height?: number;
}

/** A number, or a scalar tensor, whose value is then read. */
export type Scalar = number | { item(): number };

interface Curve {
  readonly name: string;
  readonly series: GrowingSeries;
  noisy: boolean;
}

/** Up to so many epochs each has its tick. */
const FEW_EPOCHS = 12;
const isLoss = (name: string): boolean => /loss|error|cost|mse|mae|bce|entropy|perplexity/i.test(name);
/** "valAccuracy" and "val_accuracy" are the validation of "accuracy". */
const validation = /^val_?(?=[A-Z_a-z])/;

function metricOf(name: string): string {
  const metric = name.replace(validation, "");
  return metric === name ? name : metric.charAt(0).toLowerCase() + metric.slice(1);
}

/** What `lossPlot` gives: curves of a history, with smoothed ones where they are noisy. */
export class LossPlot extends Figure {
  readonly #curves = new Map<string, Curve>();
  readonly #history: object | undefined;
  readonly #options: LossPlotOptions;
  #step = 0;

  constructor(history: HistoryLike | undefined, options: LossPlotOptions) {
    super();
    if (history !== undefined && (typeof history !== "object" || history === null))
      throw new TypeError(
        `viz.lossPlot: expected a history such as { loss: [0.9, 0.5] }, got ${history === null ? "null" : typeof history}`,
      );
    this.#history = history;
    this.#options = options;
  }

  /**
   * Adds values of one step, such as `push(100, { loss, valLoss })`. Without a step the values belong to the last one where it has none of
   * these names yet (`push({ loss })`, then `push({ valLoss })`), otherwise to the next. The first push shows the plot if it is not shown
   * yet.
   * @throws TypeError when a value is neither a number nor a scalar tensor
   */
  push(values: Readonly<Record<string, Scalar>>): void;
  push(step: number, values: Readonly<Record<string, Scalar>>): void;
  push(first: number | Readonly<Record<string, Scalar>>, second?: Readonly<Record<string, Scalar>>): void {
    const values = typeof first === "number" ? second : first;
    if (typeof values !== "object" || values === null)
      throw new TypeError("lossPlot.push: expected values by name: plot.push(step, { loss: 0.25 })");
    if (typeof first === "number") this.#step = first;
    else if (this.#step === 0 || Object.keys(values).some((name) => this.#reached(name))) this.#step++;
    for (const name in values) {
      const value = values[name]!;
      const y = typeof value === "number" ? value : value?.item?.();
      if (typeof y !== "number")
        throw new TypeError(
          `lossPlot.push: ${name}: expected a number or a scalar tensor, got ${typeof value}`,
        );
      this.#add(name, this.#step, y);
    }
    this.changed();
  }

  /** Reads what the history has gained, and shows it. */
  update(): void {
    this.changed();
  }

  /** Whether the curve has a value at the current step. */
  #reached(name: string): boolean {
    return this.#curves.get(name)?.series.lastX === this.#step;
  }

  #add(name: string, x: number, y: number): void {
    let curve = this.#curves.get(name);
    if (curve === undefined) {
      curve = { name, series: new GrowingSeries(), noisy: false };
      this.#curves.set(name, curve);
    }
    curve.series.push(x, y);
  }

  /** Takes over the history's values that came since the last time. Returns whether its x axis counts epochs. */
  #readHistory(): boolean {
    if (this.#history === undefined) return false;
    const { metrics, step, ...rest } = this.#history as HistoryLike & Record<string, unknown>;
    const lists = Object.entries({ ...rest, ...metrics }).filter(
      (entry): entry is [string, number[]] =>
        Array.isArray(entry[1]) && !["seconds", "epochLoss"].includes(entry[0]),
    );
    // Curves with a value for each step are longer than those with one for each epoch.
    const longest = Math.max(0, ...lists.map(([, values]) => values.length));
    for (const [name, values] of lists) {
      const series = this.#curves.get(name)?.series;
      const known = series?.length ?? 0;
      const before = series?.lastX ?? 0;
      const isSparse = values.length < longest && step === undefined;
      for (let i = known; i < values.length; i++) {
        // Fewer values than steps, and nobody says which: evenly over the steps that came since the last of them.
        const x = isSparse
          ? before + ((i + 1 - known) * (longest - before)) / (values.length - known)
          : i + 1;
        this.#add(name, step !== undefined && name !== "loss" ? (step[i] ?? i + 1) : x, Number(values[i]));
      }
    }
    return step === undefined && lists.length > 0;
  }

  protected override compose(): Parts {
    const countsEpochs = this.#readHistory();
    const { title, logY, smooth = "auto", height = 380 } = this.#options;
    const curves = [...this.#curves.values()].filter(({ series }) => series.length > 0);
    const panels = [
      curves.filter(({ name }) => isLoss(name)),
      curves.filter(({ name }) => !isLoss(name)),
    ].filter((panel) => panel.length > 0);
    if (panels.length === 0) panels.push([]);
    // With one quantity a panel the axis names it, and the legend says training or validation; otherwise the legend has the names.
    const plain = panels.every((panel) => new Set(panel.map(({ name }) => metricOf(name))).size <= 1);
    const validated = curves.some(({ name }) => validation.test(name));
    // A logarithmic axis of values none of which is above 0 would be empty.
    const hasLogarithm =
      panels[0]!.length === 0 ||
      panels[0]!.some(({ series: { extent } }) => extent[1] > 0 || extent[1] < extent[0]);
    const inLegend = new Set<string>();
    const traces: Trace[] = [];
    const layout: Record<string, unknown> = {
      height,
      showlegend: !plain || validated,
      ...(title && { title }),
    };
    panels.forEach((panel, p) => {
      const suffix = p === 0 ? "" : String(p + 1);
      const metrics = [...new Set(panel.map(({ name }) => metricOf(name)))];
      const width = panels.length === 1 ? 1 : 0.435;
      const left = panels.length === 1 ? 0 : p * (1 - width);
      layout[`xaxis${suffix}`] = {
        title: this.#options.xTitle ?? say(countsEpochs ? "epoch" : "step"),
        domain: [left, left + width],
        ...(p > 0 && { anchor: `y${suffix}` }),
        // There is no epoch 1.5.
        ...(countsEpochs && panel.every(({ series }) => series.length <= FEW_EPOCHS) && { dtick: 1 }),
      };
      layout[`yaxis${suffix}`] = {
        title:
          metrics.length === 1
            ? sayMetric(metrics[0]!)
            : say(isLoss(metrics[0] ?? "loss") ? "loss" : "metrics"),
        ...(p > 0 && { anchor: `x${suffix}` }),
        ...(p === 0 && logY && hasLogarithm && { type: "log" }),
        exponentformat: "power",
      };
      panel.forEach((curve, index) => {
        const second = validation.test(curve.name);
        const color = plain ? palette[second ? 1 : 0] : palette[index % palette.length]!;
        const label = plain ? say(second ? "validation" : "training") : sayMetric(curve.name);
        const showlegend = !inLegend.has(label);
        inLegend.add(label);
        traces.push(
          ...draw(curve, color, smooth, p === 0 && logY === true, {
            name: label,
            legendgroup: label,
            showlegend,
            ...(p > 0 && { xaxis: `x${suffix}`, yaxis: `y${suffix}` }),
          }),
        );
      });
    });
    if (hasLogarithm && (panels[0]!.some(({ name }) => isLoss(name)) || panels[0]!.length === 0))
      Object.assign(layout, { updatemenus: [logButton(logY === true)], margin: { b: belowAxis } });
    return { traces, layout };
  }
}

/** The curve, or, where that is noisy, its moving average over a pale curve, or band once it has more values than points. */
function draw(
  curve: Curve,
  color: string,
  smooth: boolean | "auto",
  logarithmic: boolean,
  common: Attributes,
): Trace[] {
  const { series } = curve;
  // Once noisy it stays so, or the average would come and go.
  curve.noisy ||= series.noisy;
  const averaged = smooth === true ? series.length > 2 : smooth === "auto" && curve.noisy;
  const short = (values: readonly number[]): number[] => values.map((v) => round(v, 5));
  const raw = series.line();
  const line: Trace = {
    type: "scatter",
    mode: series.length <= 40 ? "lines+markers" : "lines",
    x: short(raw.x),
    y: short(raw.y),
    ...common,
  };
  if (!averaged)
    return [
      { ...line, line: { color, width: 2 }, ...(series.length <= 40 && { marker: { color, size: 5 } }) },
    ];
  const trend = series.trend();
  // An outline that falls to 0 does not close on a logarithmic axis.
  const band = logarithmic && series.extent[0] <= 0 ? undefined : series.band();
  const range: Trace = band
    ? {
        ...line,
        mode: "lines",
        x: short(band.x),
        y: short(band.y),
        fill: "toself",
        line: { color, width: 0 },
        opacity: 0.5,
      }
    : { ...line, mode: "lines", line: { color, width: 1 }, opacity: 0.3 };
  return [
    { ...range, showlegend: false, hoverinfo: "skip" },
    { ...line, mode: "lines", x: short(trend.x), y: short(trend.y), line: { color, width: 2.2 } },
  ];
}

/** Pixels below the axis: as many as Plotly would make of them for the button, so that nothing moves when it takes over the picture. */
const belowAxis = 69;

/** Below the axis's left end: Plotly's toolbar is above, the axis's title in the middle. */
function logButton(logarithmic: boolean): Attributes {
  const to = (type: string): unknown[] => [{ "yaxis.type": type, "yaxis.autorange": true }];
  return {
    type: "buttons",
    showactive: false,
    // A second click on the active button takes args2: the way to make a switch.
    active: logarithmic ? 0 : -1,
    x: 0,
    xanchor: "left",
    y: 0,
    yanchor: "top",
    pad: { l: -56, t: 24 },
    buttons: [
      {
        label: say("log / linear"),
        method: "relayout",
        args: to("log"),
        args2: to("linear"),
      },
    ],
  };
}

/**
 * Losses and metrics over steps. Give it a history, finished or still growing (call `update()`), or nothing and `push` values to it;
 * names with "val" in front are drawn beside their training curve, names that are no loss in a second panel.
 * @throws TypeError when `history` is not an object
 */
export function lossPlot(history?: HistoryLike, options: LossPlotOptions = {}): LossPlot {
  return new LossPlot(history, options);
}
