/**
 * What every cell sees without an import: the runtime's exports and the functions that speak with the notebook. It is typed here
 * and treated like a cell that ran before the first one; the session process provides the values.
 */
import { LASTING } from "../dataflow/lasting-types.js";
import { COMM } from "./comm.js";
import { WIDGETS } from "./widgets.js";
import { partsOfNode } from "../program/node-library.js";

/** The module that declares the prelude, as text. */
export function preludeText(hasRuntime: boolean): string {
  const runtime = hasRuntime ? 'export * from "cellgrad";\n' : "";
  return runtime + NOTEBOOK + COMM + WIDGETS + LASTING + partsOfNode();
}

/** A cell that touches what most cells use, so that its types are known before the user's first cell asks for them. */
export const WARM_UP = `
const xs = [1].map((x) => x + 1);
console.log(await Promise.resolve(xs));
const weights = randn([2, 3]);
const model = nn.sequential(new nn.Linear(3, 4), new nn.ReLU());
model.forward(weights.matmul(randn([3, 3]))).sum().backward();
`;

/** Cells of a line or two, which take a few milliseconds each. */
export const SHORT_WARM_UPS = [
  "const a = 1;\na * 2",
  "function f(x: number) {\n  return x + 1;\n}\nf(2)",
  "let xs = [1, 2].map((x) => x * 2);\nconsole.log(xs.join());",
  "for (let i = 0; i < 3; i++) await Promise.resolve(i);",
];

const NOTEBOOK = `
/** Shows values in the notebook. */
export interface Display {
  /**
   * Shows a value below the cell, the way the last expression of a cell is shown: tensors, models and figures, pictures (PNG, JPEG, GIF or WebP bytes,
   * a Blob, a canvas), elements with \`outerHTML\`, Vega charts, tables (lists of objects, Arrow, Arquero), objects with \`Symbol.for("Jupyter.display")\`.
   * A MIME bundle is shown as what it holds: \`display({ "text/html": "<b>hi</b>" })\`; with \`raw: false\` it is an object like any other.
   * With \`id\` the output can be replaced later by \`display.update(id, value)\`, also from other cells.
   * A promise comes back where the value shows itself asynchronously.
   */
  (value: unknown, options?: { id?: string; raw?: boolean }): void | Promise<void>;
  /** Replaces every output that was shown with this id. */
  update(id: string, value: unknown, options?: { raw?: boolean }): void | Promise<void>;
  /** Shows HTML as it is given: \`display.html("<b>bold</b>")\`. To put values into it, use \`\` html\`…\${value}…\` \`\`, which escapes them. */
  html(text: string | Markup, options?: { id?: string }): void;
  /** Shows Markdown: \`display.markdown("# Results")\`. */
  markdown(text: string | Markup, options?: { id?: string }): void;
  /** Shows a picture in SVG: \`display.svg("<svg …>…</svg>")\`. */
  svg(text: string | Markup, options?: { id?: string }): void;
  /** Shows a formula in LaTeX: \`display.latex("$\\\\sum_i x_i$")\`. */
  latex(text: string, options?: { id?: string }): void;
  /** Shows text as it is, without quotes. */
  text(text: string, options?: { id?: string }): void;
  /** Shows a value as JSON that can be folded: \`display.json(config)\`. */
  json(value: unknown, options?: { id?: string }): void;
  /** Shows a picture: the bytes of a PNG, JPEG, GIF or WebP, a \`data:\` address, or the path of such a file or an SVG. Sizes are in pixels. */
  image(
    picture: ArrayBufferLike | ArrayBufferView | string | URL,
    options?: { id?: string; width?: number; height?: number },
  ): void;
}
/**
 * Shows a value below the cell: \`display(value)\`; \`display.update(id, value)\` replaces what was shown with that id.
 * \`display.html("<b>bold</b>")\`, \`.markdown\`, \`.svg\`, \`.latex\`, \`.json\`, \`.text\` and \`.image(bytes or path)\` show contents of one kind, and
 * \`display({ "text/html": "<b>bold</b>", "text/plain": "bold" })\` those of several. \`\` html\`<b>\${name}</b>\` \`\`, \`\` md\`…\` \`\` and \`\` svg\`…\` \`\` are values that show
 * themselves.
 */
export declare const display: Display;
/** Markup that shows itself as a cell's last expression, in \`display\`, and in another template. */
export interface Markup {
  /** Its text. */
  toString(): string;
}
/** Makes markup of a template, or of a text that is taken as it is. */
export interface MarkupTag {
  (parts: TemplateStringsArray | string, ...values: unknown[]): Markup;
}
/**
 * HTML whose values are text, whatever they hold: \`\` html\`<b>\${name}</b>\` \`\`. Markup and lists of it are put in as they are:
 * \`\` html\`<ul>\${names.map((name) => html\`<li>\${name}</li>\`)}</ul>\` \`\`.
 */
export declare const html: MarkupTag;
/** A picture in SVG whose values are text, as in \`html\`: \`\` svg\`<svg width="10" height="10"><circle r="\${r}"/></svg>\` \`\`. */
export declare const svg: MarkupTag;
/** Markdown; values are put in as they are: \`\` md\`**loss** \${loss}\` \`\`. */
export declare const md: MarkupTag;
/** Asks the user for a line of text; \`password\` hides what is typed. */
export declare function prompt(text?: string, options?: { password?: boolean }): Promise<string>;
/** Asks the user a question that yes or no answers: \`if (await confirm("Go on?")) …\`. */
export declare function confirm(text?: string): Promise<boolean>;
/** Tells the user something, below the cell. */
export declare function alert(text?: unknown): void;
/** Removes the cell's output; with \`wait\` only when the next output arrives, so that nothing flickers. */
export declare function clearOutput(options?: { wait?: boolean }): void;
/**
 * Puts text into a new cell below this one, or at the prompt of a console; with \`replace\` into this cell itself.
 * Of several calls in one cell the last one counts.
 */
export declare function setNextInput(text: string, options?: { replace?: boolean }): void;
/** The last result: the value of the expression that a cell has ended with. A cell that declares \`_\` itself has another. */
export declare const _: any;
/** The result before the last one. */
export declare const __: any;
/** The result two before the last one. */
export declare const ___: any;
/** The text of the cell that ran last; \`_i3\` is that of cell [3]. */
export declare const _i: string;
/** Results by the number of their cell: \`Out[3]\`, also as \`_3\`. The last 100 are kept. */
export declare const Out: Record<number, any>;
/** Texts of cells by their number: \`In[3]\`. */
export declare const In: Record<number, string>;
/** Output that \`%%capture name\` has kept. */
export interface CapturedOutput {
  readonly stdout: string;
  readonly stderr: string;
  /** MIME bundles of what was displayed. */
  readonly outputs: readonly Record<string, any>[];
  /** Shows all of it in this cell. */
  show(): void;
}
/** What \`%%capture\` has kept last. */
export declare function capturedOutput(): CapturedOutput;
`;
