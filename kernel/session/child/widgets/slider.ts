/** A slider for a number, linear or logarithmic. */
import { requireBoolean, requireNumber, requireOptions, requireText } from "./options.js";
import { Control } from "./widget.js";

export interface SliderOptions {
  readonly label?: string;
  readonly min?: number;
  readonly max?: number;
  readonly value?: number;
  readonly step?: number;
  readonly log?: boolean;
}

const CALL = "widgets.slider";
/** Steps of the whole range, where none is given. */
const STEPS = 100;
/** Steps of a power of ten. */
const LOG_STEP = 0.05;

/** 1, 2 or 5 times a power of ten, such that the range has about a hundred. */
function niceStep(range: number): number {
  const rough = range / STEPS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5].findLast((times) => times * power <= rough * 1.000001) ?? 1;
  return Number((factor * power).toPrecision(1));
}

export class Slider extends Control<number> {
  readonly min: number;
  readonly max: number;
  readonly #label: string;

  constructor(options: SliderOptions = {}) {
    const names = ["label", "min", "max", "value", "step", "log"] as const;
    const { label = "", log = false, ...given } = requireOptions(CALL, options, names);
    requireText(CALL, "label", label);
    requireBoolean(CALL, "log", log);
    const min = requireNumber(CALL, "min", given.min ?? (log ? 1e-5 : 0));
    const max = requireNumber(CALL, "max", given.max ?? 1);
    if (min >= max) {
      throw new RangeError(
        `${CALL}: min should be less than max, got min ${String(min)} and max ${String(max)}`,
      );
    }
    if (log && min <= 0) {
      throw new RangeError(`${CALL}: min of a logarithmic slider should be more than 0, got ${String(min)}`);
    }
    const value = requireNumber(CALL, "value", given.value ?? min);
    if (value < min || value > max) {
      throw new RangeError(
        `${CALL}: value should be from min ${String(min)} to max ${String(max)}, got ${String(value)}`,
      );
    }
    const step = requireNumber(CALL, "step", given.step ?? (log ? LOG_STEP : niceStep(max - min)));
    if (step <= 0) throw new RangeError(`${CALL}: step should be more than 0, got ${String(step)}`);
    super("slider", { label, min, max, value, step, log });
    this.min = min;
    this.max = max;
    this.#label = label;
  }

  protected override readonly expected = "a finite number";

  /** What is outside of the range becomes its end, as where the user types it. */
  protected override parse(value: unknown): number | undefined {
    if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
    return Math.min(this.max, Math.max(this.min, value));
  }

  protected override describe(): string {
    const name = this.#label === "" ? "slider" : this.#label;
    return `${name}: ${String(this.value)} (${String(this.min)} to ${String(this.max)})`;
  }
}
