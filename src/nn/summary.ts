/**
 * `summary(model, inputShape)`: a table of a model's layers with the shapes of their outputs, their parameters and how many multiplications and
 * additions an example costs.
 */
import { noGrad } from "../autograd/mode.js";
import { element, type Content, type Markup } from "../../html/writer.js";
import { Tensor } from "../tensor/core.js";
import { zeros } from "../tensor/creation/constant.js";
import type { DType } from "../tensor/dtype.js";
import { formatShape } from "../tensor/shape.js";
import type { Module } from "./module.js";
import { Parameter } from "./parameter.js";

/** A layer of the table. */
export interface SummaryRow {
  /** Its name in the model, "" for the model itself. */
  readonly name: string;
  /** Its class. */
  readonly layer: string;
  /** How many modules it is in. */
  readonly depth: number;
  /** The shape of its output, or of each of its outputs; null where the forward pass did not come by. */
  readonly outputShape: readonly number[] | readonly (readonly number[])[] | null;
  /** Its own parameters, without those of layers within it. */
  readonly parameters: number;
  /** Multiplications with an addition each, of the layer itself. */
  readonly multAdds: number;
}

/** What `summary` gives: shows itself as a table. */
export class Summary {
  constructor(
    readonly rows: readonly SummaryRow[],
    /** All parameters, each once. */
    readonly totalParameters: number,
    /** Those that require grad. */
    readonly trainableParameters: number,
  ) {}

  /** Multiplications with an addition each of one forward pass. */
  get multAdds(): number {
    return this.rows.reduce((sum, row) => sum + row.multAdds, 0);
  }

  /** The table as text. */
  toString(): string {
    const cells = [HEAD, ...this.rows.map(textOf)];
    const widths = HEAD.map((_, i) => Math.max(...cells.map((row) => row[i]!.length)));
    const lines = cells.map((row) =>
      row
        .map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
        .join("  ")
        .trimEnd(),
    );
    const rule = "─".repeat(widths.reduce((a, b) => a + b + 2, -2));
    return [lines[0], rule, ...lines.slice(1), rule, this.#totals()].join("\n");
  }

  #totals(): string {
    const frozen = this.totalParameters - this.trainableParameters;
    const rest = frozen === 0 ? "" : ` (${count(frozen)} frozen)`;
    return `parameters: ${count(this.totalParameters)}${rest}, multiply-adds: ${count(this.multAdds)}`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/plain": this.toString(), "text/html": String(this.#table()) };
  }

  #table(): Markup {
    const row = (cells: readonly Content[], tag: "td" | "th"): Markup =>
      element(
        "tr",
        {},
        cells.map((cell, i) =>
          element(tag, { style: { "text-align": i < 2 ? "left" : "right", "white-space": "pre" } }, cell),
        ),
      );
    const parts = [
      element("thead", {}, row(HEAD, "th")),
      element(
        "tbody",
        {},
        this.rows.map((one) => row(textOf(one), "td")),
      ),
    ];
    return element("div", { style: { "overflow-x": "auto" } }, [
      element("table", { class: "cellgrad-summary" }, parts),
      element("p", {}, this.#totals()),
    ]);
  }
}

const HEAD = ["layer", "output", "parameters", "multiply-adds"];

function textOf({ name, layer, depth, outputShape, parameters, multAdds }: SummaryRow): string[] {
  const indent = "  ".repeat(depth);
  const own = name.slice(name.lastIndexOf(".") + 1);
  const shapes =
    outputShape === null
      ? "not reached"
      : isOne(outputShape)
        ? formatShape(outputShape)
        : outputShape.map(formatShape).join(", ");
  return [
    `${indent}${own === "" ? layer : `${own}: ${layer}`}`,
    shapes,
    parameters === 0 ? "" : count(parameters),
    multAdds === 0 ? "" : count(multAdds),
  ];
}

function isOne(shape: readonly number[] | readonly (readonly number[])[]): shape is readonly number[] {
  return shape.every((size) => typeof size === "number");
}

function count(n: number): string {
  return n.toLocaleString("en-US");
}

/** Tensors in a result of `forward`, which may be a list of them. */
function tensorsIn(value: unknown): Tensor[] {
  if (value instanceof Tensor) return [value];
  return Array.isArray(value) ? value.flatMap(tensorsIn) : [];
}

/**
 * What the layer's own weights cost: each element of a weight is used once for each place of the output that it belongs to. Of a linear map
 * those are all but the last dim; of a convolution the batch and the places in space; a transposed one's are those of its input; a recurrent layer's
 * times and examples; a bias adds without multiplying.
 */
function multAddsOf(module: Module, inputs: readonly Tensor[], outputs: readonly Tensor[]): number {
  const [x] = inputs;
  const [y] = outputs;
  if (x === undefined || y === undefined) return 0;
  let sum = 0;
  const isTransposed = module.name().startsWith("ConvTranspose");
  const isConvolution = module.name().startsWith("Conv");
  for (const [key, tensor] of module.ownTensors()) {
    if (!(tensor instanceof Parameter) || tensor.ndim < 2 || module.name().startsWith("Embedding")) continue;
    const spatial = tensor.ndim - 2;
    let places: number;
    if (isConvolution) {
      const of = isTransposed ? x : y;
      const channels = of.size(of.ndim - spatial - 1);
      places = of.numel() / channels;
    } else if (/^weight_(ih|hh|hr)/.test(key)) places = x.numel() / x.size(-1);
    else if (key === "in_proj_weight") {
      // Queries, keys and values, and the two products of attention.
      const width = x.size(-1);
      const keys = inputs[1] ?? x;
      const length = (t: Tensor): number => t.numel() / width;
      const batch = x.ndim === 3 ? Math.min(x.size(0), x.size(1)) : 1;
      sum += (2 * length(x) * length(keys) * width) / batch;
      places = length(x);
    } else places = y.numel() / y.size(-1);
    sum += tensor.numel() * places;
  }
  return Math.round(sum);
}

/** Options of `summary`. */
export interface SummaryOptions {
  /** Type of the inputs; "float32" if not given, "int32" for models that begin with an embedding. */
  dtype?: DType;
}

/**
 * Runs the model once on zeros, in evaluation and without gradients, and lists its layers in the order of the model's definition.
 * @param input the input's shape with its batch dim, several shapes for several inputs, or the inputs themselves
 * @throws what the model throws of such an input
 */
export function summary(
  model: Module,
  input: readonly number[] | readonly (readonly number[])[] | Tensor | readonly Tensor[],
  { dtype = "float32" }: SummaryOptions = {},
): Summary {
  const inputs = inputsOf(input, dtype);
  const seen = new Map<Module, { inputs: Tensor[]; outputs: Tensor[] }>();
  const modules = model.namedModules();
  const wasTraining = modules.map(([, module]) => module.training);
  const handles = modules.map(([, module]) =>
    module.registerForwardHook((_, given, output) => {
      if (!seen.has(module))
        seen.set(module, { inputs: given.flatMap(tensorsIn), outputs: tensorsIn(output) });
    }),
  );
  try {
    model.eval();
    noGrad(() => (model.forward as (...args: unknown[]) => unknown)(...inputs));
  } finally {
    modules.forEach(([, module], i) => {
      handles[i]!.remove();
      module.training = wasTraining[i]!;
    });
  }
  const counted = new Set<Parameter>();
  const rows = modules.map(([name, module]): SummaryRow => {
    let parameters = 0;
    for (const [, tensor] of module.ownTensors()) {
      if (!(tensor instanceof Parameter) || counted.has(tensor)) continue;
      counted.add(tensor);
      parameters += tensor.numel();
    }
    const met = seen.get(module);
    const shapes = met?.outputs.map((y) => y.shape) ?? [];
    return {
      name,
      layer: module.name(),
      depth: name === "" ? 0 : name.split(".").length,
      outputShape: met === undefined ? null : shapes.length === 1 ? shapes[0]! : shapes,
      parameters,
      multAdds: met === undefined ? 0 : multAddsOf(module, met.inputs, met.outputs),
    };
  });
  const all = [...counted];
  const size = (list: readonly Parameter[]): number => list.reduce((sum, p) => sum + p.numel(), 0);
  return new Summary(rows, size(all), size(all.filter((p) => p.requiresGrad)));
}

function inputsOf(
  input: readonly number[] | readonly (readonly number[])[] | Tensor | readonly Tensor[],
  dtype: DType,
): Tensor[] {
  if (input instanceof Tensor) return [input];
  const list = input as readonly (number | Tensor | readonly number[])[];
  if (list.every((x) => typeof x === "number")) return [zeros(list as number[], { dtype })];
  return list.map((x) => (x instanceof Tensor ? x : zeros([...(x as readonly number[])], { dtype })));
}
