/** A button. Its clicks are counted at once, so that a loop without `await` can be stopped by one. */
import { Callbacks } from "../comm/callback.js";
import type { Work } from "../run/work.js";
import { requireBoolean, requireText } from "./options.js";
import { front, Widget } from "./widget.js";

export class Button extends Widget {
  readonly #handlers = new Callbacks<[]>("onClick of a button");

  constructor(label: string) {
    requireText("widgets.button", "label", label);
    super("button", front("button"), { label, clicks: 0, disabled: false });
  }

  get clicks(): number {
    return this.model.read("clicks") as number;
  }

  get label(): string {
    return this.model.read("label") as string;
  }

  set label(label: string) {
    this.model.write({ label: requireText("button", "label", label) });
  }

  get disabled(): boolean {
    return this.model.read("disabled") as boolean;
  }

  set disabled(disabled: boolean) {
    this.model.write({ disabled: requireBoolean("button", "disabled", disabled) });
  }

  onClick(handler: () => unknown): () => void {
    return this.#handlers.add(handler);
  }

  /** Pages send clicks, and set nothing. */
  protected override check(): undefined {
    return undefined;
  }

  protected override heard(content: unknown, cause: unknown): Work | undefined {
    if (content !== "click" || this.disabled) return undefined;
    this.model.write({ clicks: this.clicks + 1 });
    return () => this.#handlers.run(cause);
  }

  protected override describe(): string {
    return `[ ${this.label} ]`;
  }
}
