/** Types of `widgets` in cells; the session's child/widgets/ is what they describe. */
export const WIDGETS = `
/** Something to see and to use below a cell. It is shown as a cell's last expression or by \`display\`, as often as one likes. */
export interface Widget {
  /** Id of its model in the page. */
  readonly id: string;
  /** True once it was closed, here or in the page. */
  readonly closed: boolean;
  /** Takes it out of the page. */
  close(): void;
}
/** A widget that stands for one value. */
export interface Control<T> extends Widget {
  /** The newest value that the user has chosen, also in a loop without \`await\`; setting it moves the control in the page. */
  value: T;
  /**
   * Calls \`handler\` when the user has changed the value: between cells, and while a cell awaits. The function that comes back ends that.
   */
  onChange(handler: (value: T, previous: T) => unknown): () => void;
}
export interface Slider extends Control<number> {
  readonly min: number;
  readonly max: number;
}
export interface Button extends Widget {
  /** How often it was clicked; also in a loop without \`await\` the newest. */
  readonly clicks: number;
  label: string;
  disabled: boolean;
  /** Calls \`handler\` at each click: between cells, and while a cell awaits. The function that comes back ends that. */
  onClick(handler: () => unknown): () => void;
}
export interface Progress extends Widget {
  readonly max: number;
  /** How much is done, from 0 to \`max\`. It may be set at every step of a fast loop. */
  value: number;
  /** A note beside the bar, such as the loss. */
  text: string;
}
export interface Toggle extends Control<boolean> {}
export interface Select<T extends string | number> extends Control<T> {
  readonly options: readonly T[];
}
export interface Text extends Control<string> {}
/** A widget with a module of its own in the page, as anywidget defines them (https://anywidget.dev/en/afm). */
export interface AnyWidget<S extends object> extends Widget {
  get<K extends keyof S & string>(name: K): S[K];
  /** Sets values here and in the page. */
  set(changes: Partial<S>): void;
  /** Calls \`handler\` when the page has changed a value; the function that comes back ends that. */
  onChange<K extends keyof S & string>(name: K, handler: (value: S[K], previous: S[K]) => unknown): () => void;
  /** Sends a message that is no state: \`model.on("msg:custom", (content, buffers) => …)\` in the page. */
  send(content: unknown, buffers?: readonly CommBuffer[]): void;
  /** Calls \`handler\` for what the page sends by \`model.send(content)\`; the function that comes back ends that. */
  onMessage(handler: (content: any, buffers: readonly Uint8Array[]) => unknown): () => void;
}
/** Controls in the page that drive what runs, also while it runs. JupyterLab shows them with the package anywidget beside it. */
export declare const widgets: {
  /**
   * A slider for a number: \`const lr = widgets.slider({ label: "learning rate", min: 1e-4, max: 1, value: 0.1, log: true })\`.
   * A loop that reads \`lr.value\` at every step follows it while it is moved.
   */
  slider(options?: {
    label?: string;
    /** 0 if not given, 0.00001 with \`log\`. */
    min?: number;
    /** 1 if not given. */
    max?: number;
    /** \`min\` if not given. */
    value?: number;
    /** About a hundredth of the range if not given; with \`log\` in powers of ten, 0.05 if not given. */
    step?: number;
    /** Equal ways are equal factors. */
    log?: boolean;
  }): Slider;
  /** A button: \`const stop = widgets.button("Stop")\`, and \`while (!stop.clicks) …\` or \`stop.onClick(() => …)\`. */
  button(label: string): Button;
  /** A progress bar: \`const bar = widgets.progress({ max: steps })\`, and \`bar.value = step\` in the loop. */
  progress(options?: {
    /** 1 if not given. */
    max?: number;
    value?: number;
    label?: string;
  }): Progress;
  /** A switch, on or off. */
  toggle(options?: { label?: string; value?: boolean }): Toggle;
  /** A list of which one is chosen; the first if \`value\` is not given. */
  select<const T extends string | number>(options: {
    options: readonly T[];
    label?: string;
    value?: NoInfer<T>;
  }): Select<T>;
  /** A field for a line of text. */
  text(options?: { label?: string; value?: string; placeholder?: string }): Text;
  /**
   * A widget that you draw: \`esm\` is the text of an ES module, or its URL, whose default export has \`render({ model, el })\`; \`state\` is what both
   * sides read and set, with typed arrays where it is binary.
   */
  any<S extends object>(options: { esm: string; css?: string; state?: S }): AnyWidget<S>;
};
`;
