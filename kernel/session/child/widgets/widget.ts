/** What all widgets of the notebook have in common: how one is shown, listened to and closed. */
import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { element } from "../../../../html/writer.js";
import { DISPLAY } from "../output/mime.js";
import type { Work } from "../run/work.js";
import { Model, type Front, type State } from "./model.js";
import { shown } from "./options.js";

const MIME = "application/vnd.jupyter.widget-view+json";

export abstract class Widget {
  protected readonly model: Model;

  constructor(kind: string, front: Front, state: State) {
    const model = new Model(kind, front, state, {
      check: (name, value) => this.check(name, value),
      heard: (content, cause) => this.heard(content, cause),
    });
    this.model = model;
  }

  /** Id of its model in the page. */
  get id(): string {
    return this.model.id;
  }

  get closed(): boolean {
    return this.model.closed;
  }

  close(): void {
    this.model.close();
  }

  /** What a page sets, as it is kept; undefined where it may not. */
  protected abstract check(name: string, value: unknown): unknown;

  /** Takes a custom message. */
  protected heard(_content: unknown, _cause: unknown): Work | undefined {
    return undefined;
  }

  /** One line that stands for it where no widget can be shown. */
  protected abstract describe(): string;

  [DISPLAY](): Record<string, unknown> {
    const text = this.describe();
    const hint = ["· live in JupyterLab with ", element("code", {}, "pip install anywidget")];
    return {
      [MIME]: { version_major: 2, version_minor: 0, model_id: this.id },
      "text/html": String(element("p", {}, [text, " ", element("small", {}, hint)])),
      "text/plain": text,
    };
  }

  [inspect.custom](): string {
    return this.describe();
  }
}

/** A widget that stands for one value. */
export abstract class Control<T> extends Widget {
  readonly #kind: string;

  constructor(kind: string, state: State) {
    super(kind, front(kind), state);
    this.#kind = kind;
  }

  /** What the user has chosen; also in a loop without `await` it is the newest. */
  get value(): T {
    return this.model.read("value") as T;
  }

  set value(value: T) {
    const kept = this.parse(value);
    if (kept === undefined) {
      throw new TypeError(`${this.#kind}.value: expected ${this.expected}, got ${shown(value)}`);
    }
    this.model.write({ value: kept });
  }

  /** Calls `handler` when the user has changed the value; what comes back ends that. */
  onChange(handler: (value: T, previous: T) => unknown): () => void {
    return this.model.onChange("value", handler as (value: unknown, previous: unknown) => unknown);
  }

  /** A value that code or a page sets, as it is kept; undefined where it is none. */
  protected abstract parse(value: unknown): T | undefined;

  /** What a value has to be, for errors. */
  protected abstract readonly expected: string;

  protected override check(name: string, value: unknown): unknown {
    return name === "value" ? this.parse(value) : undefined;
  }
}

const css = file("controls.css");
const fronts = new Map<string, Front>();

/** What draws one of the notebook's own widgets: front/<name>.js with the style that they share. */
export function front(name: string): Front {
  let found = fronts.get(name);
  if (!found) fronts.set(name, (found = { esm: file(`${name}.js`)(), css: css() }));
  return found;
}

function file(name: string): () => string {
  let text: string | undefined;
  return () => (text ??= readFileSync(new URL(`./front/${name}`, import.meta.url), "utf8"));
}
