/**
 * plotly.js once a notebook: the first figure of a session sends it as an output of its own, so that updates of that figure do not
 * carry it. When the cell that holds it runs again or is cleared, the library is
 * sent again.
 */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isReplaced } from "./display-host.js";
import type { Markup } from "../../html/writer.js";
import type { DisplayHost, RunningCell } from "./display-host.js";
import { libraryHtml } from "./html.js";

let carrier: { cell: RunningCell | undefined } | undefined;

/** build/plotly.min.js.gz, beside src/ and beside dist/src/. */
function libraryFile(): string | undefined {
  return ["../../build/plotly.min.js.gz", "../../../build/plotly.min.js.gz"]
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find(existsSync);
}

/** The library as HTML, undefined if it has not been built: then figures stay static images. */
export function readLibrary(): Markup | undefined {
  const file = libraryFile();
  return file === undefined ? undefined : libraryHtml(readFileSync(file));
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
