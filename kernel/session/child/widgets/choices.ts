/** Controls that choose among few values, or take a line of text: a switch, a list, a text field. */
import { requireBoolean, requireOptions, requireText, shown } from "./options.js";
import { Control } from "./widget.js";

export interface ToggleOptions {
  readonly label?: string;
  readonly value?: boolean;
}

export class Toggle extends Control<boolean> {
  readonly #label: string;
  protected override readonly expected = "true or false";

  constructor(options: ToggleOptions = {}) {
    const { label = "", value = false } = requireOptions("widgets.toggle", options, ["label", "value"]);
    requireText("widgets.toggle", "label", label);
    super("toggle", { label, value: requireBoolean("widgets.toggle", "value", value) });
    this.#label = label;
  }

  protected override parse(value: unknown): boolean | undefined {
    return typeof value === "boolean" ? value : undefined;
  }

  protected override describe(): string {
    return `${this.#label === "" ? "toggle" : this.#label}: ${this.value ? "on" : "off"}`;
  }
}

export interface SelectOptions<T extends string | number> {
  readonly options: readonly T[];
  readonly label?: string;
  readonly value?: T;
}

export class Select<T extends string | number> extends Control<T> {
  readonly options: readonly T[];
  readonly #label: string;

  constructor(given: SelectOptions<T>) {
    const call = "widgets.select";
    const { options, label = "", value } = requireOptions(call, given, ["options", "label", "value"]);
    requireText(call, "label", label);
    const usable = Array.isArray(options) && options.length > 0;
    if (!usable || !options.every((option) => ["string", "number"].includes(typeof option))) {
      throw new TypeError(`${call}: options should be an array of strings or numbers, with at least one`);
    }
    const chosen = value ?? options[0]!;
    if (!options.includes(chosen)) {
      throw new RangeError(
        `${call}: value should be one of the options ${options.join(", ")}, got ${shown(value)}`,
      );
    }
    super("select", { label, options: [...options], value: chosen });
    this.options = options;
    this.#label = label;
  }

  protected override get expected(): string {
    return `one of ${this.options.join(", ")}`;
  }

  protected override parse(value: unknown): T | undefined {
    return this.options.find((option) => option === value);
  }

  protected override describe(): string {
    return `${this.#label === "" ? "select" : this.#label}: ${String(this.value)} (of ${this.options.join(", ")})`;
  }
}

export interface TextOptions {
  readonly label?: string;
  readonly value?: string;
  readonly placeholder?: string;
}

export class Text extends Control<string> {
  readonly #label: string;
  protected override readonly expected = "a string";

  constructor(options: TextOptions = {}) {
    const call = "widgets.text";
    const names = ["label", "value", "placeholder"] as const;
    const { label = "", value = "", placeholder = "" } = requireOptions(call, options, names);
    for (const [name, text] of Object.entries({ label, value, placeholder })) requireText(call, name, text);
    super("text", { label, value, placeholder });
    this.#label = label;
  }

  protected override parse(value: unknown): string | undefined {
    return typeof value === "string" ? value : undefined;
  }

  protected override describe(): string {
    return `${this.#label === "" ? "text" : this.#label}: ${this.value}`;
  }
}
