/**
 * plotly.js once a notebook: the first figure of a session sends it as an output of its own, so that updates of that figure do not
 * carry it. When the cell that holds it runs again or is cleared, the library is sent again. Most notebooks need but the third of it
 * that draws in the plane; the first figure with another type of trace brings the whole.
 */
import { platform } from "../platform/node.js";
import { isReplaced } from "./display-host.js";
import type { Markup } from "../../html/writer.js";
import type { DisplayHost, RunningCell } from "./display-host.js";
import { libraryHtml } from "./html.js";
import type { Plotly } from "./plotly.js";

const carriers = new Map<Plotly, { cell: RunningCell | undefined }>();

/** The library as HTML, undefined if it has not been built: then figures stay static images. */
export function readLibrary(plotly: Plotly): Markup | undefined {
  const gzip = platform.figuresPage(plotly);
  return gzip && libraryHtml(gzip, plotly);
}

/** HTML of the library if the notebook lacks it, undefined if an output of this session holds it. */
export function libraryFor(host: DisplayHost | undefined, plotly: Plotly): Markup | undefined {
  const cell = host?.cell();
  const sent: Plotly[] = plotly === "whole" ? ["whole"] : ["whole", "plane"];
  for (const each of sent) {
    const carrier = carriers.get(each);
    if (carrier !== undefined && !isReplaced(carrier.cell, cell)) return undefined;
  }
  carriers.set(plotly, { cell });
  return readLibrary(plotly);
}

/** Forgets that the library was sent, for tests. */
export function forgetLibrary(): void {
  carriers.clear();
}
