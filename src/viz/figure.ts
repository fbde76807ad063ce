/**
 * A figure: Plotly's data, layout and config, and how it shows itself in a notebook, now and when it changes.
 */
import { page, type Markup } from "../../html/writer.js";
import { say } from "../locale/words.js";
import { fingerprint } from "./fingerprint.js";
import { platform } from "../platform/node.js";
import { displayHost, isReplaced } from "./display-host.js";
import type { MimeBundle, RunningCell } from "./display-host.js";
import { figureHtml } from "./html.js";
import { libraryWithoutHost, readLibrary, showLibrary } from "./library.js";
import { Live } from "./live.js";
import { packSpec } from "./packed.js";
import { plotlyFor, titleText } from "./plotly.js";
import type { Attributes, Layout, Spec, Trace } from "./plotly.js";
import { makeSpec } from "./spec.js";
import { pdfOf } from "./static/pdf.js";
import { renderSvg } from "./static/render.js";

const display: unique symbol = Symbol.for("Jupyter.display") as never;
const displayId: unique symbol = Symbol.for("Jupyter.displayId") as never;

/** Longer HTML stands alone: a client that has Plotly's own type draws that as well. */
const largest = 2_000_000;

/** What a figure is made of before it is checked and completed. */
export interface Parts {
  readonly traces: readonly Trace[];
  readonly layout?: Layout;
  readonly config?: Attributes;
}

/**
 * Base of all figures. A subclass composes its parts anew whenever they are needed and calls `changed()` when they would differ.
 */
export abstract class Figure {
  /** Jupyter's display_id, which no notebook keeps. */
  readonly id: string = `cellgrad-${platform.uniqueId()}`;
  /** Identifies the figure in the page. It follows from what the figure first showed, so that running again changes no byte. */
  #pageId: string | undefined;
  readonly #live = new Live((final) => this.#sendUpdate(final));
  /** The cell that holds the figure, "nowhere" for a figure that nobody has shown, undefined for an output without a cell. */
  #shownIn: RunningCell | undefined | "nowhere" = "nowhere";
  /** The run of a cell in which the figure showed itself, because it changed before anybody displayed it. */
  #showedItselfIn: number | undefined;
  /** The dashboard that shows this figure as a part of itself. */
  #holder: Figure | undefined;

  /** What the figure shows now. */
  protected abstract compose(): Parts;

  /** Plotly's data, layout and config as they are now. */
  get spec(): Spec {
    const { traces, layout, config } = this.compose();
    return makeSpec(traces, layout, config);
  }

  /** The MIME bundle for a notebook: Plotly's own type (VS Code), HTML (JupyterLab), SVG (GitHub, print) and text. */
  [display](): MimeBundle {
    const host = displayHost();
    const run = host?.cell()?.run;
    // The last expression of a cell in whose loop the figure has grown: it is there already.
    if (run !== undefined && run === this.#showedItselfIn) return {};
    return this.#bundleToShow();
  }

  /** The id under which a kernel shows the figure, so that it can update itself. */
  get [displayId](): string {
    return this.id;
  }

  /** Shows the figure in the running cell, without waiting for the cell's end. Does nothing outside a notebook. */
  show(): this {
    displayHost()?.display(this.#bundleToShow(), this.id);
    return this;
  }

  /** The figure as an SVG document, made without a browser. */
  toSVG(): string {
    return renderSvg(this.spec);
  }

  /** The figure as a whole HTML page with plotly.js in it. @throws Error if plotly.js has not been built. */
  toHTML(): string {
    const { spec } = this;
    const library = readLibrary(plotlyFor(spec));
    if (library === undefined) throw new Error("build/plotly.min.js.gz is missing; run: npm run build");
    const title = titleText(spec.layout.title) || say("Figure");
    return String(page(title, [this.#html(packSpec(spec), title, renderSvg(spec)), library]));
  }

  /** Sends the figure anew to where it is shown, at most four times a second; shows it first if it is not shown yet. */
  protected changed(): void {
    if (this.#holder) {
      this.#holder.changed();
      return;
    }
    const host = displayHost();
    if (host === undefined) return;
    const cell = host.cell();
    if (this.#isShown(cell)) this.#live.changed();
    else {
      this.show();
      this.#showedItselfIn = cell?.run;
    }
  }

  /** From now on `part` changes by changing this figure. */
  protected hold(part: Figure): void {
    part.#holder = this;
  }

  /** Whether an output holds the figure. */
  #isShown(cell: RunningCell | undefined): boolean {
    return this.#shownIn !== "nowhere" && !isReplaced(this.#shownIn, cell);
  }

  #bundleToShow(): MimeBundle {
    const host = displayHost();
    const { spec } = this;
    const bundle = this.#bundle(spec, true);
    if (host) showLibrary(host, plotlyFor(spec));
    else
      bundle["text/html"] = String(bundle["text/html"]) + String(libraryWithoutHost(plotlyFor(spec)) ?? "");
    this.#shownIn = host?.cell();
    this.#live.shown();
    return bundle;
  }

  #sendUpdate(final: boolean): number {
    const bundle = this.#bundle(this.spec, final);
    displayHost()?.update(this.id, bundle);
    // The HTML holds the spec once more.
    return 2 * String(bundle["text/html"]).length;
  }

  #bundle(spec: Spec, withImage: boolean): MimeBundle {
    const alt = describe(spec);
    const svg = withImage ? renderSvg(spec) : undefined;
    const packed = packSpec(spec);
    const html = String(this.#html(packed, alt, svg));
    return {
      // No id: VS Code keys nothing by it, and the spec stays what Plotly documents. What is large is there once.
      ...(html.length > largest ? {} : { "application/vnd.plotly.v1+json": packed }),
      "text/html": html,
      ...(svg === undefined
        ? {}
        : // LaTeX takes a PDF where it would need another program for the SVG.
          { "image/svg+xml": svg, "application/pdf": platform.base64(pdfOf(svg)) }),
      "text/plain": alt,
    };
  }

  #html(packed: Spec, alt: string, svg: string | undefined): Markup {
    this.#pageId ??= `cellgrad-${fingerprint(JSON.stringify(packed))}`;
    return figureHtml(this.#pageId, packed, alt, svg);
  }
}

/** "Figure: Loss (2 traces: train, validation)" */
function describe(spec: Spec): string {
  const title = titleText(spec.layout.title);
  const names = spec.data.map(({ name, type }) => String(typeof name === "string" ? name : type));
  const count = names.length === 1 ? say("1 trace") : say("{0} traces", names.length);
  const shown = `${names.slice(0, 6).join(", ")}${names.length > 6 ? ", …" : ""}`;
  return title === ""
    ? say("Figure ({0}: {1})", count, shown)
    : say("Figure: {0} ({1}: {2})", title.replace(/<[^>]*>/g, " "), count, shown);
}

/** A figure of given traces, as `viz.plot` makes it. */
export class PlotFigure extends Figure {
  #parts: Parts;

  constructor(traces: readonly Trace[], layout?: Layout, config?: Attributes) {
    super();
    this.#parts = { traces, ...(layout && { layout }), ...(config && { config }) };
    // Wrong input fails here, at the user's line, and not when the cell's result is shown.
    makeSpec(traces, layout, config);
  }

  protected override compose(): Parts {
    return this.#parts;
  }

  /** Replaces the traces, and the layout if one is given, where the figure is shown. */
  update(traces: readonly Trace[], layout: Layout | undefined = this.#parts.layout): this {
    makeSpec(traces, layout);
    this.#parts = { ...this.#parts, traces, ...(layout && { layout }) };
    this.changed();
    return this;
  }
}

/**
 * A figure of Plotly traces (https://plotly.com/javascript/reference/); x, y, z and colours may be tensors or typed arrays.
 * @throws TypeError when `traces` is not an array of objects, RangeError when x and y differ in length or a matrix is ragged.
 */
export function plot(traces: readonly Trace[], layout?: Layout, config?: Attributes): PlotFigure {
  return new PlotFigure(traces, layout, config);
}
