/**
 * The session's end of a widget: a state that is kept the same here and in all pages that show it, over a comm in the Jupyter widget
 * protocol 2.1 as ipywidgets and anywidget speak it. What a state means, and what users see of it, is the business of the widgets built on this.
 *
 * What a page changes is taken as soon as it is read, also in the midst of a loop without `await`; handlers are called later, from the event
 * loop.
 */
import { createHash } from "node:crypto";
import { runAsNobody } from "../run/attribution.js";
import { Callbacks } from "../comm/callback.js";
import { openChannel, type Channel, type Received } from "../comm/channel.js";
import { atCellEnd } from "../output/display-host.js";
import { critical } from "../interrupt/critical-sections.js";
import type { Work } from "../run/work.js";
import { currentRun } from "../output/streams.js";
import { join, separate } from "./buffers.js";

export type State = Readonly<Record<string, unknown>>;

/** What a page needs to draw a widget. */
export interface Front {
  /** Text of an ES module, or its URL, whose default export has `render({ model, el })`. */
  readonly esm: string;
  readonly css?: string | undefined;
}

/** What the kernel's own code has to say to what a page sends; it must not call user code. */
export interface Hooks {
  /** The value to keep in place of what a page has set; undefined refuses it, and the page gets its old value back. */
  check(name: string, value: unknown): unknown;
  /** Takes a custom message; handlers are called by the work that is returned. */
  heard(content: unknown, cause: unknown): Work | undefined;
}

export interface Snapshot {
  readonly model_name: string;
  readonly model_module: string;
  readonly model_module_version: string;
  readonly state: State;
}

const TARGET = "jupyter.widget";
const PROTOCOL = "2.1.0";
/** Any version of anywidget may be installed beside JupyterLab. */
const MODULE = "anywidget";
const MODULE_VERSION = "0.x";
const OWN_STATE: State = {
  _model_module: MODULE,
  _model_module_version: MODULE_VERSION,
  _model_name: "AnyModel",
  _view_module: MODULE,
  _view_module_version: MODULE_VERSION,
  _view_name: "AnyView",
  _view_count: null,
};
/** Milliseconds between two updates of a value that a loop sets all the time. */
const INTERVAL = 50;

/** Widgets that are open, by the id of their comm. */
const models = new Map<string, Model>();
/**
 * Read before a value is: V8 takes a loop that only reads for one in which nothing changes, and would read the value once. An atomic read is
 * never taken for that.
 */
const FENCE = new Int32Array(new SharedArrayBuffer(4));

/** State of all open widgets, for a page that has been loaded anew. */
export function snapshots(): Record<string, Snapshot> {
  return Object.fromEntries([...models].map(([id, model]) => [id, model.snapshot()]));
}

export class Model {
  readonly id: string;
  /** Custom messages. */
  readonly messages: Callbacks<[content: unknown, buffers: readonly Uint8Array[]]>;
  readonly #kind: string;
  readonly #state: Map<string, unknown>;
  readonly #own: State;
  readonly #hooks: Hooks;
  readonly #channel: Channel;
  readonly #changes = new Map<string, Callbacks<[value: unknown, previous: unknown]>>();
  /** Names whose values have not been sent yet. */
  readonly #late = new Set<string>();
  #sent = -Infinity;
  #timer = false;
  #flushedAtEndOf = 0;

  /** @param kind what errors call it, such as "slider" */
  constructor(kind: string, front: Front, state: State, hooks: Hooks) {
    this.#kind = kind;
    this.#state = new Map(Object.entries(state));
    this.#hooks = hooks;
    this.messages = new Callbacks(`onMessage of a ${kind}`);
    const { esm, css = "" } = front;
    // The page keeps one style sheet for each id.
    const look = createHash("sha256").update(css).digest("hex").slice(0, 16);
    this.#own = { ...OWN_STATE, _anywidget_id: `cellgrad.${kind}.${look}`, _esm: esm, _css: css };
    const { json, paths, buffers } = separate({ ...this.#own, ...state });
    const data = { state: json, buffer_paths: paths };
    const channel = openChannel(TARGET, data, { buffers, metadata: { version: PROTOCOL } });
    channel.listener = {
      message: (received) => this.#take(received),
      closed: () => void models.delete(channel.id),
    };
    this.#channel = channel;
    this.id = channel.id;
    models.set(this.id, this);
  }

  get closed(): boolean {
    return !this.#channel.isOpen;
  }

  read(name: string): unknown {
    Atomics.load(FENCE, 0);
    return this.#state.get(name);
  }

  /** Sets values here and in all pages. */
  write(changes: State): void {
    critical(() => {
      const names = Object.keys(changes).filter((name) => this.#set(name, changes[name]));
      this.#send("update", names);
    });
  }

  /** Sets a value here at once, and in the pages as often as is worth while; the last one is sent at the cell's end if not before. */
  writeOften(name: string, value: unknown): void {
    if (!this.#set(name, value)) return;
    this.#late.add(name);
    if (performance.now() - this.#sent >= INTERVAL) this.flush();
    else this.#flushLater();
  }

  /** Sends what has not been sent yet. */
  flush(): void {
    if (this.#late.size === 0) return;
    critical(() => {
      const names = [...this.#late];
      this.#late.clear();
      this.#sent = performance.now();
      this.#send("update", names);
    });
  }

  /** Sends a custom message. */
  send(content: unknown, buffers: readonly (ArrayBufferLike | ArrayBufferView)[] = []): void {
    this.#channel.send({ method: "custom", content }, { buffers });
  }

  /** Calls a function of the user when a page has changed a value; what is returned ends that. */
  onChange(name: string, call: (value: unknown, previous: unknown) => unknown): () => void {
    let callbacks = this.#changes.get(name);
    if (!callbacks) this.#changes.set(name, (callbacks = new Callbacks(`onChange of a ${this.#kind}`)));
    return callbacks.add(call);
  }

  /** Removes it from all pages. Its values can still be read. */
  close(): void {
    this.#channel.close();
    models.delete(this.id);
  }

  snapshot(): Snapshot {
    return {
      model_name: OWN_STATE["_model_name"] as string,
      model_module: MODULE,
      model_module_version: MODULE_VERSION,
      state: { ...this.#own, ...Object.fromEntries(this.#state) },
    };
  }

  /** True where the value is another than before; an object may have changed inside. */
  #set(name: string, value: unknown): boolean {
    const same = Object.is(this.#state.get(name), value) && (typeof value !== "object" || value === null);
    if (!same) this.#state.set(name, value);
    return !same;
  }

  #send(method: "update" | "echo_update", names: readonly string[], cause?: unknown): void {
    // A loop that reports its progress goes on where the page has closed the widget.
    if (names.length === 0 || this.closed) return;
    const { json, paths, buffers } = separate(
      Object.fromEntries(names.map((name) => [name, this.#state.get(name)])),
    );
    this.#channel.send({ method, state: json, buffer_paths: paths }, { buffers }, cause);
  }

  #flushLater(): void {
    const run = currentRun();
    if (this.#flushedAtEndOf !== run && atCellEnd(() => this.flush())) this.#flushedAtEndOf = run;
    if (this.#timer) return;
    this.#timer = true;
    // An interrupt of the cell must not take the timer with it.
    runAsNobody(() =>
      setTimeout(() => {
        this.#timer = false;
        this.flush();
      }, INTERVAL),
    );
  }

  #take({ data, buffers, cause }: Received): Work | undefined {
    const { method, state, buffer_paths, content } = data as Readonly<Record<string, unknown>>;
    switch (method) {
      case "update":
        if (typeof state !== "object" || state === null) return undefined;
        join(state, buffer_paths, buffers);
        return this.#takeState(state as State, cause);
      case "request_state": {
        const { json, paths, buffers: all } = separate(this.snapshot().state);
        const update = { method: "update", state: json, buffer_paths: paths };
        this.#channel.send(update, { buffers: all }, cause);
        return undefined;
      }
      case "custom": {
        const work = this.#hooks.heard(content, cause);
        return () => {
          work?.();
          this.messages.run(cause, content, buffers);
        };
      }
      default:
        return undefined;
    }
  }

  #takeState(state: State, cause: unknown): Work | undefined {
    const changed: [name: string, value: unknown, previous: unknown][] = [];
    const taken: string[] = [];
    const refused: string[] = [];
    for (const [name, wanted] of Object.entries(state)) {
      if (Object.hasOwn(this.#own, name)) continue;
      const value = this.#hooks.check(name, wanted);
      const previous = this.#state.get(name);
      if (value !== undefined && this.#set(name, value)) changed.push([name, value, previous]);
      (Object.is(value, wanted) ? taken : refused).push(name);
    }
    // The page that has sent this waits for its echo; the others follow it.
    this.#send("echo_update", taken, cause);
    this.#send("update", refused, cause);
    if (changed.length === 0) return undefined;
    return () => {
      for (const [name, value, previous] of changed) this.#changes.get(name)?.run(cause, value, previous);
    };
  }
}
