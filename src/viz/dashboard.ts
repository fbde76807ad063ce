/**
 * Several figures under one another as one figure: it is shown once, and follows whichever of its parts changes.
 */
import { Figure } from "./figure.js";
import type { Parts } from "./figure.js";
import { fontFamily, titleSize } from "./palette.js";
import { axisKey, isAttributes, titleText } from "./plotly.js";
import type { Attributes, Spec } from "./plotly.js";
import { legendNames } from "./spec.js";

interface Frame {
  /** Pixels from the top of the dashboard to the part's plot area, and that area's height. */
  readonly top: number;
  readonly height: number;
}

/** A part's ids of axes and legends, made its own by counting on from those of the parts before. */
class Renaming {
  #counts = { x: 0, y: 0, legend: 0 };
  #names = new Map<string, string>();

  next(): void {
    this.#names = new Map();
  }

  /** "x2" → "x5" */
  axis(id: string): string {
    const letter = id[0] as "x" | "y";
    return this.#rename(id, letter, letter);
  }

  /** "xaxis2" → "xaxis5" */
  axisKey(key: string): string {
    const id = this.axis(`${key[0]}${key.slice(5)}`);
    return `${id[0]}axis${id.slice(1)}`;
  }

  /** "y domain", "paper" and axes, as annotations refer to them. */
  reference(reference: string): string {
    return reference.replace(/^[xy]\d*/, (id) => this.axis(id));
  }

  legend(id: string): string {
    return this.#rename(id, "legend", "legend");
  }

  #rename(id: string, kind: "x" | "y" | "legend", stem: string): string {
    let name = this.#names.get(id);
    if (name === undefined) {
      const count = ++this.#counts[kind];
      name = count === 1 ? stem : `${stem}${count}`;
      this.#names.set(id, name);
    }
    return name;
  }
}

function number(value: unknown, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}

function attributes(value: unknown): Attributes {
  return isAttributes(value) ? value : {};
}

function list(value: unknown): Attributes[] {
  return Array.isArray(value) ? value.filter(isAttributes) : [];
}

/** What `dashboard` gives: several figures as one. */
export class Dashboard extends Figure {
  readonly #parts: readonly Figure[];
  readonly #title: string | undefined;

  constructor(parts: readonly Figure[], title: string | undefined) {
    super();
    if (!Array.isArray(parts) || parts.length === 0 || !parts.every((part) => part instanceof Figure))
      throw new TypeError(
        "viz.dashboard: expected an array of figures: viz.dashboard([viz.lossPlot(history), viz.weights(model)])",
      );
    this.#parts = parts;
    this.#title = title;
    for (const part of parts) this.hold(part);
  }

  protected override compose(): Parts {
    return stack(
      this.#parts.map((part) => part.spec),
      this.#title,
    );
  }
}

function stack(specs: readonly Spec[], title: string | undefined): Parts {
  const margins = specs.map(({ layout }) => attributes(layout.margin));
  const side = (key: "l" | "r"): number => Math.max(...margins.map((margin) => number(margin[key], 40)));
  const head = title === undefined ? 0 : 34;
  let below = head;
  const frames = specs.map(({ layout }, i): Frame => {
    const { t, b } = margins[i]!;
    const height = number(layout.height, 400);
    const frame = { top: below + number(t, 40), height: height - number(t, 40) - number(b, 40) };
    below += height;
    return frame;
  });
  const total = below - head;
  const renaming = new Renaming();
  const traces: Attributes[] = [];
  const layout: Record<string, unknown> = {
    ...(title !== undefined && { title }),
    height: below,
    margin: { l: side("l"), r: side("r"), t: head, b: 0 },
    annotations: [],
    shapes: [],
    updatemenus: [],
  };
  specs.forEach((spec, i) => {
    renaming.next();
    const frame = frames[i]!;
    // A share of the part's plot area, counted from its bottom, as a share of the dashboard's.
    const place = (share: number): number => 1 - (frame.top - head + (1 - share) * frame.height) / total;
    const part = placed(spec, renaming, place, frame.height / total);
    traces.push(...part.traces);
    for (const [key, value] of Object.entries(part.layout)) {
      layout[key] = Array.isArray(layout[key])
        ? [...(layout[key] as unknown[]), ...(value as unknown[])]
        : value;
    }
    const heading = titleText(spec.layout.title);
    if (heading !== "") {
      (layout.annotations as unknown[]).push({
        text: heading,
        xref: "paper",
        yref: "paper",
        x: 0,
        y: 1 - (frame.top - number(margins[i]!.t, 40) - head) / total,
        xanchor: "left",
        yanchor: "top",
        xshift: 12 - side("l"),
        yshift: -8,
        showarrow: false,
        font: { size: titleSize, family: fontFamily },
      });
    }
  });
  return { traces, layout };
}

/** A part's traces and layout with their ids renamed and their places moved. */
function placed(
  spec: Spec,
  renaming: Renaming,
  place: (share: number) => number,
  scale: number,
): { traces: Attributes[]; layout: Attributes } {
  const layout: Record<string, unknown> = {};
  const legend = renaming.legend("legend");
  const inLegend = legendNames(spec.data, spec.layout).length > 0;
  const traces = spec.data.map((trace): Attributes => {
    if (isAttributes(trace.scene) || trace.type === "surface" || trace.type === "scatter3d")
      throw new TypeError(
        "viz.dashboard: a surface in space cannot be a part; show it by itself, or take viz.contour",
      );
    const bar = attributes(trace.colorbar);
    return {
      ...trace,
      xaxis: renaming.axis(typeof trace.xaxis === "string" ? trace.xaxis : "x"),
      yaxis: renaming.axis(typeof trace.yaxis === "string" ? trace.yaxis : "y"),
      ...(inLegend ? { legend } : { showlegend: false }),
      ...(trace.type === "heatmap" || trace.type === "contour"
        ? {
            colorbar: {
              ...bar,
              y: place(number(bar.y, 0.5)),
              len: number(bar.len, 1) * scale,
              lenmode: "fraction",
            },
          }
        : {}),
    };
  });
  const axes = new Set(Object.keys(spec.layout).filter((key) => axisKey.test(key)));
  for (const key of ["xaxis", "yaxis"]) axes.add(key);
  for (const key of axes) {
    const axis = attributes(spec.layout[key]);
    const own: Record<string, unknown> = { ...axis };
    const opposite = key.startsWith("x") ? "y" : "x";
    own.anchor =
      axis.anchor === "free"
        ? "free"
        : renaming.axis(typeof axis.anchor === "string" ? axis.anchor : opposite);
    for (const name of ["overlaying", "scaleanchor", "matches"]) {
      if (typeof axis[name] === "string") own[name] = renaming.axis(axis[name]);
    }
    if (key.startsWith("y") && typeof axis.overlaying !== "string") {
      const [low, high] = Array.isArray(axis.domain) ? (axis.domain as unknown[]) : [];
      own.domain = [place(number(low, 0)), place(number(high, 1))];
    }
    layout[renaming.axisKey(key)] = own;
  }
  // Legends and buttons have places of their own; annotations and shapes only where they refer to the paper.
  if (inLegend && isAttributes(spec.layout.legend))
    layout[legend] = { ...spec.layout.legend, y: place(number(spec.layout.legend.y, 1)) };
  layout.updatemenus = list(spec.layout.updatemenus).map((menu) => ({
    ...menu,
    y: place(number(menu.y, 1)),
    buttons: list(menu.buttons).map((button) => ({
      ...button,
      args: renamedArguments(button.args, renaming),
      args2: renamedArguments(button.args2, renaming),
    })),
  }));
  const moved = (item: Attributes, keys: readonly string[]): Attributes => {
    const xref = renaming.reference(typeof item.xref === "string" ? item.xref : "x");
    const yref = renaming.reference(typeof item.yref === "string" ? item.yref : "y");
    const onPaper = yref === "paper";
    return {
      ...item,
      xref,
      yref,
      ...(onPaper && Object.fromEntries(keys.map((key) => [key, place(number(item[key], 0))]))),
    };
  };
  layout.annotations = list(spec.layout.annotations).map((note) => moved(note, ["y"]));
  layout.shapes = list(spec.layout.shapes).map((shape) => moved(shape, ["y0", "y1"]));
  if (inLegend) layout.showlegend = true;
  for (const key of ["barmode", "bargap"]) {
    if (spec.layout[key] !== undefined) layout[key] = spec.layout[key];
  }
  return { traces, layout };
}

/** `{ "yaxis.type": "log" }` for the axis as it is called here. */
function renamedArguments(given: unknown, renaming: Renaming): unknown {
  if (!Array.isArray(given)) return given;
  return given.map((argument: unknown) =>
    isAttributes(argument)
      ? Object.fromEntries(
          Object.entries(argument).map(([key, value]) => [
            key.replace(/^[xy]axis\d*/, (name) => renaming.axisKey(name)),
            value,
          ]),
        )
      : argument,
  );
}

/**
 * Figures under one another as one, such as `viz.dashboard([viz.lossPlot(history), viz.weights(model)])`; live where a part is: its
 * `push` and `update` then change the dashboard.
 * @throws TypeError when `parts` is no array of figures
 */
export function dashboard(parts: readonly Figure[], options: { readonly title?: string } = {}): Dashboard {
  return new Dashboard(parts, options.title);
}
