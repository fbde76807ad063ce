/** A widget that users draw themselves, as an anywidget: an ES module for the page, and a state that both sides read and set. */
import { requireOptions, requireText } from "./options.js";
import { Widget } from "./widget.js";

export interface AnyOptions<S extends object> {
  readonly esm: string;
  readonly css?: string;
  readonly state?: S;
}

export class AnyWidget<S extends object> extends Widget {
  constructor(options: AnyOptions<S>) {
    const { esm, css, state = {} } = requireOptions("widgets.any", options, ["esm", "css", "state"]);
    requireText("widgets.any", "esm", esm);
    if (css !== undefined) requireText("widgets.any", "css", css);
    super("widget", { esm, css }, checked(state));
  }

  get<K extends keyof S & string>(name: K): S[K] {
    return this.model.read(name) as S[K];
  }

  set(changes: Partial<S>): void {
    this.model.write(checked(changes));
  }

  onChange<K extends keyof S & string>(
    name: K,
    handler: (value: S[K], previous: S[K]) => unknown,
  ): () => void {
    return this.model.onChange(name, handler as (value: unknown, previous: unknown) => unknown);
  }

  send(content: unknown, buffers?: readonly (ArrayBufferLike | ArrayBufferView)[]): void {
    this.model.send(content, buffers);
  }

  onMessage(handler: (content: unknown, buffers: readonly Uint8Array[]) => unknown): () => void {
    return this.model.messages.add(handler);
  }

  protected override check(_name: string, value: unknown): unknown {
    return value;
  }

  protected override describe(): string {
    return "A widget";
  }
}

function checked(state: object): Record<string, unknown> {
  const reserved = Object.keys(state).find((name) => name.startsWith("_"));
  if (reserved !== undefined) {
    throw new TypeError(
      `widgets.any: the name "${reserved}" is not free: those that begin with _ are the protocol's`,
    );
  }
  return { ...state };
}
