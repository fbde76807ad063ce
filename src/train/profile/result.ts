/** What `train.profile` gives: rows of kernels, their sums by layer, operation and line, as a table and as a flame chart. */
import { element, fragment } from "../../../html/writer.js";
import { formatBytes } from "../../engine/engine.js";
import type { MimeBundle } from "../../viz/display-host.js";
import type { PlotFigure } from "../../viz/figure.js";
import { flameChart } from "./flame-chart.js";
import { grouped, OUTSIDE, type ProfileGroup, type ProfileRow } from "./rows.js";
import { htmlOf, textOf } from "../table.js";
import type { ProfileMemory } from "./saved.js";
import { groupTable, keptTable, number, percent, rowTable } from "./table.js";

/** What a profile has measured. */
export interface Measured {
  readonly milliseconds: number;
  readonly steps: number;
  readonly rows: readonly ProfileRow[];
  readonly plansMade: number;
  readonly peakGigaflops: number;
  readonly device: string;
  readonly memory: ProfileMemory;
}

/** The time of a step by kernel: shows itself as a table, and in a notebook as a flame chart as well. */
export class Profile {
  /** Milliseconds of one step: the mean of those steps that were neither among the fastest nor among the slowest quarter. */
  readonly milliseconds: number;
  /** How many steps were measured. */
  readonly steps: number;
  /** The longest first. Their times add up to the step's: what is no kernel is a row of its own. */
  readonly rows: readonly ProfileRow[];
  /** Plans that were made in the measured steps: 0 for a loop whose shapes stay. */
  readonly plansMade: number;
  /** The peak that rows are compared with: billions of float32 operations a second that touch no memory, on all threads. */
  readonly peakGigaflops: number;
  /** The engine that computed, such as "native, AVX-512, 2 threads". */
  readonly device: string;
  /** What a step needs of memory, and what its forward pass keeps for the backward pass. */
  readonly memory: ProfileMemory;

  constructor(measured: Measured) {
    this.milliseconds = measured.milliseconds;
    this.steps = measured.steps;
    this.rows = measured.rows.toSorted((a, b) => b.milliseconds - a.milliseconds);
    this.plansMade = measured.plansMade;
    this.peakGigaflops = measured.peakGigaflops;
    this.device = measured.device;
    this.memory = measured.memory;
  }

  /** Time by layer, forward and backward together. */
  byLayer(): ProfileGroup[] {
    return grouped(this.rows, ({ layer, operation }) =>
      operation === OUTSIDE ? OUTSIDE : layer || "outside layers",
    );
  }

  /** Time by operation. */
  byOperation(): ProfileGroup[] {
    return grouped(this.rows, ({ operation }) => operation);
  }

  /** Time by the user's line. */
  byLine(): ProfileGroup[] {
    return grouped(this.rows, ({ line, operation }) =>
      operation === OUTSIDE ? OUTSIDE : line || "line not known",
    );
  }

  /** What stands out, in sentences. */
  get advice(): string[] {
    const kernels = this.rows.filter(({ operation }) => operation !== OUTSIDE);
    if (kernels.length === 0)
      return [
        "Nothing was computed: values are computed when they are read; read one in the work, or return the tensor.",
      ];
    const sentences: string[] = [];
    if (this.plansMade >= this.steps / 2)
      sentences.push(
        `${this.plansMade} plans were made in ${this.steps} steps: shapes or operations change from step to step, and each new one is planned; pad to a few sizes.`,
      );
    const outside = this.rows.find(({ operation }) => operation === OUTSIDE)!;
    if (outside.share > 0.5)
      sentences.push(
        `${percent(outside.share)} of the step is outside of kernels: recording operations, planning, and JavaScript of the work itself; larger batches record less for each example.`,
      );
    return sentences;
  }

  /** The flame chart: the step, in it layers, lines and operations, each as wide as its time. */
  flameChart(): PlotFigure {
    return flameChart(this.rows, this.milliseconds);
  }

  #title(): string {
    return `${number(this.milliseconds)} ms a step (${this.steps} steps, ${this.device}, peak ${number(this.peakGigaflops)} GFLOP/s)`;
  }

  #memoryText(): string {
    const { intermediates, kept } = this.memory;
    return `intermediate values: ${formatBytes(intermediates)}; kept for the backward pass: ${formatBytes(kept)}`;
  }

  /** The table as text: the 20 longest rows. */
  toString(): string {
    return [this.#title(), this.#memoryText(), ...this.advice, "", textOf(rowTable(this.rows))].join("\n");
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  [Symbol.for("Jupyter.display")](): MimeBundle {
    const figure = (this.flameChart() as unknown as { [display: symbol]: () => MimeBundle })[
      Symbol.for("Jupyter.display")
    ]!();
    const tables = fragment(
      element("p", {}, this.#title()),
      element("p", {}, this.#memoryText()),
      ...this.advice.map((sentence) => element("p", {}, sentence)),
      htmlOf(rowTable(this.rows)),
      htmlOf(groupTable("layer", this.byLayer())),
      htmlOf(groupTable("line", this.byLine())),
      htmlOf(keptTable(this.memory.layers)),
    );
    return { "text/plain": this.toString(), "text/html": `${String(figure["text/html"])}${String(tables)}` };
  }
}
