/** A progress bar. A loop may set it at every step: pages are told as often as one can see. */
import { requireNumber, requireOptions, requireText, shown } from "./options.js";
import { front, Widget } from "./widget.js";

export interface ProgressOptions {
  readonly max?: number;
  readonly value?: number;
  readonly label?: string;
}

const CALL = "widgets.progress";

export class Progress extends Widget {
  readonly max: number;
  readonly #label: string;

  constructor(options: ProgressOptions = {}) {
    const { max = 1, value = 0, label = "" } = requireOptions(CALL, options, ["max", "value", "label"]);
    requireText(CALL, "label", label);
    if (requireNumber(CALL, "max", max) <= 0) {
      throw new RangeError(`${CALL}: max should be more than 0, got ${String(max)}`);
    }
    super("progress", front("progress"), {
      ...{ label, max, text: "" },
      value: within(requireNumber(CALL, "value", value), max),
    });
    this.max = max;
    this.#label = label;
  }

  get value(): number {
    return this.model.read("value") as number;
  }

  set value(value: number) {
    if (typeof value !== "number" || Number.isNaN(value)) {
      throw new TypeError(`progress.value: expected a number, got ${shown(value)}`);
    }
    const before = this.value;
    this.model.writeOften("value", within(value, this.max));
    // What comes after the loop may take long.
    if (value >= this.max && before < this.max) this.model.flush();
  }

  get text(): string {
    return this.model.read("text") as string;
  }

  set text(text: string) {
    this.model.writeOften("text", requireText("progress", "text", text));
  }

  protected override check(): undefined {
    return undefined;
  }

  protected override describe(): string {
    const percent = `${String(Math.round((100 * this.value) / this.max))} %`;
    return [this.#label === "" ? "progress" : this.#label, percent, this.text].filter(Boolean).join(" · ");
  }
}

function within(value: number, max: number): number {
  return Math.min(max, Math.max(0, value));
}
