/** `progress`: a progress bar for loops that are written by hand, as tqdm has it. What is drawn, and when, is in bar.ts. */
import { Bar, type ProgressBar, type ProgressOptions } from "./bar.js";

/**
 * Shows how far a loop is: `for (const batch of progress(loader)) …`, `for (const i of progress(100)) …` counts from 0,
 * `for await (const x of progress(stream)) …`. `const bar = progress(loader)` and `bar.setPostfix({ loss })` in the loop tell more, and
 * `bar.update()` counts where no loop goes over the bar. As `tqdm`.
 *
 * @throws TypeError for what is no list, no other iterable and no number of steps
 */
export function progress(steps: number, options?: ProgressOptions): ProgressBar & Iterable<number>;
export function progress<T>(list: Iterable<T>, options?: ProgressOptions): ProgressBar & Iterable<T>;
export function progress<T>(
  stream: AsyncIterable<T>,
  options?: ProgressOptions,
): ProgressBar & AsyncIterable<T>;
export function progress(of: unknown, options: ProgressOptions = {}): unknown {
  if (typeof options !== "object" || options === null)
    throw new TypeError(`progress(of, options): expected an object of options, got ${String(options)}`);
  const { total } = options;
  if (total !== undefined && !isCount(total))
    throw new RangeError(`progress: total should be a whole number from 0 on, got ${String(total)}`);
  if (typeof of === "number") {
    if (!isCount(of)) throw new RangeError(`progress(steps): expected a whole number from 0 on, got ${of}`);
    return new Bar(numbersTo(of), total ?? of, options);
  }
  if (typeof of === "string" || ((typeof of === "object" || typeof of === "function") && of !== null)) {
    if (Symbol.iterator in Object(of) || Symbol.asyncIterator in Object(of))
      return new Bar(of as Iterable<unknown>, total ?? lengthOf(of), options);
  }
  throw new TypeError(
    `progress(of): expected a list, another iterable or a number of steps, got ${of === null ? "null" : `a value of type ${typeof of}`}`,
  );
}

function isCount(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}

function numbersTo(count: number): Iterable<number> {
  return {
    *[Symbol.iterator]() {
      for (let i = 0; i < count; i++) yield i;
    },
  };
}

/** How many there are, as far as the source tells: lists, sets, loaders. */
function lengthOf(source: unknown): number | undefined {
  const { length, size } = source as { length?: unknown; size?: unknown };
  if (typeof source !== "function")
    for (const count of [length, size]) if (isCount(count)) return count as number;
  return undefined;
}
