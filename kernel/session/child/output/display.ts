/** `display` in cells: values as a cell's last expression shows them, and contents of a kind that the user names. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { EncodedBundle } from "../../encoded-bundle.js";
import { displayIdOf } from "./display-host.js";
import { emit } from "./event-pipe.js";
import { bundleIn, bundleOf, rawBundle } from "./mime.js";
import { currentRun } from "./streams.js";
import { bytesOf, dataUrlOf, imageOf, svgOf, textOf, type Contents } from "./pictures.js";

export interface DisplayOptions {
  /** Name by which `display.update` finds this output again. */
  readonly id?: string;
  /** The value is itself a MIME bundle, such as `{ "text/html": "<b>hi</b>" }`. */
  readonly raw?: boolean;
}

interface Shown {
  readonly displayId?: string | undefined;
  readonly update: boolean;
}

/** Tells the page, for the cell that runs now: what comes later belongs to it as well. */
function teller({ displayId, update }: Shown): (bundle: EncodedBundle) => void {
  const run = currentRun();
  return (bundle) => {
    if (!bundle.isEmpty) emit({ type: "display", run, bundle, displayId, update });
  };
}

function show(value: unknown, { displayId, update }: Shown, raw: boolean | undefined): void | Promise<void> {
  if (raw === true && (typeof value !== "object" || value === null)) {
    throw new TypeError(
      `display(value, { raw: true }): expected an object of MIME types to contents, such as { "text/html": "<b>hi</b>" }, got ${typeof value}`,
    );
  }
  const bundle =
    raw === true ? rawBundle(value as Record<string, unknown>) : raw === false ? undefined : bundleIn(value);
  if (bundle) return teller({ displayId, update })(bundle);
  const deliver = teller({ displayId: displayId ?? displayIdOf(value), update });
  let state: "pending" | "done" | "failed" = "pending";
  let failure: unknown;
  let settle: (() => void) | undefined;
  const ended = (how: "done" | "failed") => {
    state = how;
    settle?.();
  };
  bundleOf(
    value,
    (found) => {
      deliver(found);
      ended("done");
    },
    (error) => {
      failure = error;
      ended("failed");
    },
  );
  const outcome = () => state;
  if (outcome() === "failed") throw failure;
  if (outcome() === "done") return;
  const shown = new Promise<void>((resolve, reject) => {
    settle = () => (outcome() === "failed" ? reject(failure as Error) : resolve());
  });
  shows.add(shown);
  return shown;
}

const shows = new WeakSet<object>();

/** The promise that `display` has answered, as the value of a cell that ends with it: to be waited for, not to be shown. */
export function isShow(value: unknown): value is Promise<void> {
  return typeof value === "object" && value !== null && shows.has(value);
}

/** How a picture is drawn, in pixels of the page. */
export interface ImageOptions extends DisplayOptions {
  readonly width?: number;
  readonly height?: number;
}

type Named = Pick<DisplayOptions, "id">;

function showContents(data: Contents, { id }: Named, metadata: Record<string, unknown> = {}): void {
  teller({ displayId: id, update: false })(rawBundle(data, metadata));
}

/** A function that shows text of one MIME type, as it is given. */
function showing(name: string, type: string): (text: unknown, options?: Named) => void {
  return (text, options = {}) => {
    const source = textIn(name, text);
    showContents({ [type]: source, "text/plain": type === "text/html" ? textOf(source) : source }, options);
  };
}

/** Text, or what stands for text: the value of a template, or an object with its own `toString`. */
function textIn(name: string, text: unknown): string {
  const written = typeof text === "object" && text !== null && text.toString !== Object.prototype.toString;
  if (typeof text !== "string" && (!written || Array.isArray(text)))
    throw new TypeError(`display.${name}(text): expected a string, got ${kindOf(text)}`);
  return String(text);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
}

function showImage(source: unknown, options: ImageOptions = {}): void {
  const contents = imageIn(source);
  const { width, height } = options;
  const size = { ...(width !== undefined && { width }), ...(height !== undefined && { height }) };
  const type = Object.keys(contents).find((key) => key !== "text/plain");
  showContents(
    contents,
    options,
    type === undefined || Object.keys(size).length === 0 ? {} : { [type]: size },
  );
}

/** The picture that bytes, an address with data, a file or an address of the network stands for. */
function imageIn(source: unknown): Contents {
  const bytes = bytesOf(source);
  if (bytes) return known(imageOf(bytes), "these bytes are none of PNG, JPEG, GIF, WebP and PDF");
  if (!(source instanceof URL) && typeof source !== "string")
    throw new TypeError(
      `display.image(picture): expected bytes, a data: address, a path or a URL, got ${kindOf(source)}`,
    );
  const text = String(source);
  if (text.startsWith("data:")) return known(dataUrlOf(text), "expected data:image/…;base64,…");
  if (/^https?:/.test(text))
    throw new TypeError(
      `display.image(picture): a page that is opened later would have to load ${text}; show its bytes: display.image(await (await fetch("${text}")).arrayBuffer())`,
    );
  const path = text.startsWith("file:") ? fileURLToPath(text) : text;
  const file = readFileSync(path);
  if (/\.svg$/i.test(path)) return svgOf(file.toString());
  return known(imageOf(file), `${path} is none of PNG, JPEG, GIF, WebP, SVG and PDF`);
}

function known(contents: Contents | undefined, otherwise: string): Contents {
  if (!contents) throw new TypeError(`display.image(picture): ${otherwise}`);
  return contents;
}

export const display = Object.assign(
  function display(value: unknown, options: DisplayOptions = {}): void | Promise<void> {
    return show(value, { displayId: options.id, update: false }, options.raw);
  },
  {
    update(id: string, value: unknown, options: { readonly raw?: boolean } = {}): void | Promise<void> {
      if (typeof id !== "string") {
        throw new TypeError(`display.update(id, value): expected the id as a string, got ${typeof id}`);
      }
      return show(value, { displayId: id, update: true }, options.raw);
    },
    html: showing("html", "text/html"),
    markdown: showing("markdown", "text/markdown"),
    latex: showing("latex", "text/latex"),
    text: showing("text", "text/plain"),
    svg(text: unknown, options: Named = {}): void {
      showContents(svgOf(textIn("svg", text)), options);
    },
    json(value: unknown, options: Named = {}): void {
      if (value === undefined) throw new TypeError("display.json(value): undefined is no JSON");
      showContents({ "application/json": value, "text/plain": JSON.stringify(value, null, 2) }, options);
    },
    image: showImage,
  },
);
