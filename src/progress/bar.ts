/**
 * A progress bar: counts the steps of a loop and is drawn in its place, in a notebook, or as a line of text. It is drawn ten times a second at
 * most, and once more when the loop ends, however it ends: by its last step, `break`, an error, or an interrupt of the cell.
 */
import { say } from "../locale/words.js";
import { platform } from "../platform/node.js";
import { displayHost } from "../viz/display-host.js";
import { RewrittenLine } from "./line.js";
import { NotebookOutput } from "./notebook-output.js";
import { progressText, type Postfix, type ProgressState } from "./state.js";

/** Options of `progress`. */
export interface ProgressOptions {
  /** What stands before the bar. */
  readonly description?: string;
  /** How many steps there will be, where the loop's source does not tell. */
  readonly total?: number;
  /** What a step is called in rates; "it" if not given. */
  readonly unit?: string;
  /** With false nothing of the bar is left when its loop is over. A bar within another one's loop leaves only its last state if not given. */
  readonly leave?: boolean;
  /** With true nothing is shown. */
  readonly disable?: boolean;
}

/** What `progress` gives: to go over, and to tell more by. */
export interface ProgressBar {
  /** Steps that are done. */
  readonly done: number;
  /** How many steps there are in all; undefined where nobody knows. */
  readonly total: number | undefined;
  /** Sets what stands behind the bar: text, or names with their values. Tensors of one element are read when the bar is drawn. */
  setPostfix(postfix: string | Readonly<Record<string, unknown>>): this;
  /** Sets what stands before the bar. */
  setDescription(description: string): this;
  /** Counts steps that no loop over the bar counts. */
  update(steps?: number): this;
  /** Ends a bar that is counted by `update`. */
  close(): void;
}

/** At least so long between two drawings, in milliseconds. */
const interval = 100;

/** Bars whose loops run, the outermost first. */
const running: Bar<unknown>[] = [];
/** The line of text in which all of them are drawn where there is no page. */
let line: RewrittenLine | undefined;

export class Bar<T> implements ProgressBar {
  readonly #source: Iterable<T> | AsyncIterable<T> | undefined;
  readonly #total: number | undefined;
  readonly #unit: string;
  readonly #leave: boolean | undefined;
  readonly #disabled: boolean;
  #description: string;
  #postfix: Postfix = "";
  #done = 0;
  #started = false;
  #began = 0;
  #took = 0;
  #next = 0;
  #running = false;
  #stopped = false;
  #suspended = false;
  readonly #output = new NotebookOutput();

  constructor(
    source: Iterable<T> | AsyncIterable<T> | undefined,
    total: number | undefined,
    options: ProgressOptions,
  ) {
    this.#source = source;
    this.#total = total;
    this.#description = options.description ?? "";
    this.#unit = options.unit ?? say("it");
    this.#leave = options.leave;
    this.#disabled = options.disable ?? false;
  }

  get done(): number {
    return this.#done;
  }

  get total(): number | undefined {
    return this.#total;
  }

  setPostfix(postfix: Postfix): this {
    this.#postfix = postfix;
    this.#drawIfDue();
    return this;
  }

  setDescription(description: string): this {
    this.#description = description;
    this.#drawIfDue();
    return this;
  }

  update(steps = 1): this {
    if (typeof steps !== "number" || Number.isNaN(steps))
      throw new TypeError(`progress.update(steps): expected a number, got ${String(steps)}`);
    if (!this.#running) this.#begin();
    this.#done += steps;
    if (this.#total !== undefined && this.#done >= this.#total) this.#end(false);
    else this.#drawIfDue();
    return this;
  }

  close(): void {
    if (this.#running) this.#end(this.#total !== undefined && this.#done < this.#total);
  }

  [Symbol.iterator](): Iterator<T> {
    const source = this.#source as Iterable<T>;
    if (source === undefined || !(Symbol.iterator in Object(source)))
      throw new TypeError(
        "progress: what it goes over is read with await: for await (const x of progress(…))",
      );
    const inner = source[Symbol.iterator]();
    this.#begin();
    return {
      next: () => this.#guarded(() => this.#counted(inner.next())),
      return: (value?: unknown) => {
        this.#end(true);
        return inner.return?.(value) ?? { done: true, value: undefined };
      },
    };
  }

  [Symbol.asyncIterator](): AsyncIterator<T> {
    const source = this.#source as Iterable<T> | AsyncIterable<T>;
    if (source === undefined)
      throw new TypeError("progress: there is nothing to go over; count steps with update()");
    const inner = isAsync(source) ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
    this.#begin();
    return {
      next: async () => {
        try {
          const result = await inner.next();
          // A list of promises is waited for one by one, as `for await` does.
          return this.#counted(result.done ? result : { done: false, value: await result.value });
        } catch (error) {
          this.#end(true);
          throw error;
        }
      },
      return: async (value?: unknown) => {
        this.#end(true);
        return (await inner.return?.(value)) ?? { done: true, value: undefined };
      },
    };
  }

  /** As Node prints it. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return progressText(this.#state(this.#running ? performance.now() : this.#began + this.#took));
  }

  #guarded<R>(step: () => R): R {
    try {
      return step();
    } catch (error) {
      this.#end(true);
      throw error;
    }
  }

  /** The step before is done when the next one is asked for. */
  #counted<R extends IteratorResult<T>>(result: R): R {
    // A loop that nobody waited for goes on when its cell has ended.
    if (this.#suspended) this.#resume();
    if (this.#started) this.#done++;
    this.#started = true;
    if (result.done) this.#end(false);
    else this.#drawIfDue();
    return result;
  }

  #begin(): void {
    if (this.#running) this.#end(true);
    this.#done = 0;
    this.#started = false;
    this.#stopped = this.#suspended = false;
    this.#running = true;
    this.#began = performance.now();
    const outer = running.at(-1);
    this.#output.begin(outer && outer.#output);
    running.push(this as Bar<unknown>);
    endWithCell();
    this.#draw();
  }

  #end(stopped: boolean): void {
    if (!this.#running) return;
    this.#running = false;
    this.#stopped = stopped;
    this.#took = performance.now() - this.#began;
    this.#draw();
    running.splice(running.indexOf(this as Bar<unknown>), 1);
    if (this.#disabled) return;
    if (this.#leave === false) this.#erase();
    else if (this.#leave !== true) this.#output.release();
    if (running.length === 0) {
      line?.end();
      line = undefined;
    }
  }

  /** The cell is over, and the loop with it unless it goes on by itself. */
  suspend(): void {
    this.#end(true);
    this.#suspended = true;
  }

  #resume(): void {
    this.#suspended = false;
    this.#stopped = false;
    this.#running = true;
    running.push(this as Bar<unknown>);
  }

  #drawIfDue(): void {
    if (this.#running && performance.now() >= this.#next) this.#draw();
  }

  #draw(): void {
    if (this.#disabled) return;
    const now = performance.now();
    this.#next = now + interval;
    if (!this.#output.show(this.#state(now))) this.#write();
  }

  /** Writes all bars whose loops run into one line. */
  #write(): void {
    if (!platform.output) return;
    line ??= new RewrittenLine(platform.output);
    const now = performance.now();
    const bars = running.filter((bar) => !bar.#disabled);
    line.rewrite(bars.map((bar) => progressText(bar.#state(now))).join("  │  "));
  }

  #erase(): void {
    if (!this.#output.clear()) line?.rewrite("");
  }

  #state(now: number): ProgressState {
    return {
      description: this.#description,
      done: this.#done,
      total: this.#total,
      seconds: (now - this.#began) / 1000,
      unit: this.#unit,
      postfix: this.#postfix,
      stopped: this.#stopped,
      running: this.#running,
    };
  }
}

/** The run of a cell at whose end the bars end. */
let awaited: number | undefined;

/** Ends the bars with their cell: a loop that is interrupted calls nothing of the bar any more. */
function endWithCell(): void {
  const host = displayHost();
  const run = host?.cell()?.run;
  if (run === undefined || run === awaited) return;
  const waits = host?.atCellEnd(() => {
    awaited = undefined;
    for (const bar of [...running].reverse()) bar.suspend();
  });
  if (waits) awaited = run;
}

function isAsync<T>(source: Iterable<T> | AsyncIterable<T>): source is AsyncIterable<T> {
  return Symbol.asyncIterator in Object(source);
}
