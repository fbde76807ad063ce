/**
 * plotly.js once a notebook: the first figure of a session sends it as an output of its own, so that updates of that figure do not
 * carry it. When that output is gone, the next figure brings the library again: its cell has run again or was cleared or deleted, or the
 * notebook's file, which a page that is loaded anew shows, has been saved without it. Most notebooks need but the third of plotly.js that
 * draws in the plane; the first figure with another type of trace brings the whole.
 */
import { platform } from "../platform/node.js";
import { say } from "../locale/words.js";
import { isReplaced } from "./display-host.js";
import type { Markup } from "../../html/writer.js";
import type { DisplayHost, RunningCell } from "./display-host.js";
import { libraryHtml, libraryMark } from "./html.js";
import type { Plotly } from "./plotly.js";

/** The output that holds the library. */
interface Carrier {
  readonly cell: RunningCell | undefined;
  readonly displayId: string;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
}

const carriers = new Map<Plotly, Carrier>();

/** The library as HTML, undefined if it has not been built: then figures stay static images. */
export function readLibrary(plotly: Plotly): Markup | undefined {
  const gzip = platform.figuresPage(plotly);
  return gzip && libraryHtml(gzip, plotly);
}

/** Shows the library as an output of its own if the notebook lacks it. */
export function showLibrary(host: DisplayHost, plotly: Plotly): void {
  const cell = host.cell();
  const sent: Plotly[] = plotly === "whole" ? ["whole"] : ["whole", "plane"];
  for (const each of sent) if (isHeld(each, host, cell)) return;
  const library = readLibrary(plotly);
  if (library === undefined) return;
  const before = carriers.get(plotly);
  // Known to be gone or not, two are one too many. In a page that was loaded since, this finds nothing.
  if (before !== undefined && isSamePage(before.cell, cell))
    host.update(before.displayId, { "text/html": "", "text/plain": "" });
  const displayId = `cellgrad-plotly-${platform.uniqueId()}`;
  carriers.set(plotly, { cell, displayId, sentAt: Date.now() });
  host.display(
    { "text/html": String(library), "text/plain": say("plotly.js, for the figures below") },
    displayId,
  );
}

function isSamePage(earlier: RunningCell | undefined, now: RunningCell | undefined): boolean {
  return earlier?.client === undefined || now?.client === undefined || earlier.client === now.client;
}

/** Whether an output of the notebook holds the library, as far as can be known. */
function isHeld(plotly: Plotly, host: DisplayHost, now: RunningCell | undefined): boolean {
  const carrier = carriers.get(plotly);
  if (carrier === undefined || isReplaced(carrier.cell, now)) return false;
  const id = carrier.cell?.id;
  if (id !== undefined && host.isDeleted?.(id)) return false;
  const samePage = isSamePage(carrier.cell, now);
  const saved = host.savedNotebook?.();
  if (saved && (!samePage || saved.savedAt > carrier.sentAt)) return saved.includes(libraryMark(plotly));
  return samePage;
}

let broughtWithoutHost: Plotly | undefined;

/** The library for a figure in a process that has no host, once: undefined if an earlier figure has brought as much. */
export function libraryWithoutHost(plotly: Plotly): Markup | undefined {
  if (broughtWithoutHost === "whole" || broughtWithoutHost === plotly) return undefined;
  broughtWithoutHost = plotly;
  return readLibrary(plotly);
}

/** Forgets that the library was sent, for tests. */
export function forgetLibrary(): void {
  carriers.clear();
  broughtWithoutHost = undefined;
}
