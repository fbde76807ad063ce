/**
 * plotly.js once a notebook: the first figure of a session sends it as an output of its own, so that updates of that figure do not
 * carry it. When the cell that holds it runs again or is cleared, the library is
 * sent again.
 */
import { platform } from "../platform/node.js";
import { isReplaced } from "./display-host.js";
import type { Markup } from "../../html/writer.js";
import type { DisplayHost, RunningCell } from "./display-host.js";
import { libraryHtml } from "./html.js";

let carrier: { cell: RunningCell | undefined } | undefined;

/** The library as HTML, undefined if it has not been built: then figures stay static images. */
export function readLibrary(): Markup | undefined {
  const gzip = platform.figuresPage();
  return gzip && libraryHtml(gzip);
}

/** HTML of the library if the notebook lacks it, undefined if an output of this session holds it. */
export function libraryFor(host: DisplayHost | undefined): Markup | undefined {
  const cell = host?.cell();
  if (carrier !== undefined && !isReplaced(carrier.cell, cell)) return undefined;
  carrier = { cell };
  return readLibrary();
}

/** Forgets that the library was sent, for tests. */
export function forgetLibrary(): void {
  carrier = undefined;
}
