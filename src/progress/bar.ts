/**
 * A progress bar: counts the steps of a loop and is drawn in its place, in a notebook, or as a line of text. It is drawn ten times a second at
 * most, and once more when the loop ends, however it ends: by its last step, `break`, an error, or an interrupt of the cell.
 */
import { say } from "../locale/words.js";
import { platform } from "../platform/node.js";
import { displayHost, isReplaced, type RunningCell } from "../viz/display-host.js";
import { RewrittenLine } from "./line.js";
import { progressHtml, progressText, type Postfix, type ProgressState } from "./state.js";

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

/** Where a bar is drawn. */
interface Place {
  readonly id: string;
  cell: RunningCell | undefined;
}

/** Bars whose loops run, the outermost first. */
const running: Bar<unknown>[] = [];
/** Places of bars that were drawn in the loop of the last of `running` and are over, by that bar: the next one is drawn there. */
const free = new WeakMap<Bar<unknown>, Place[]>();
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
  #place: Place | undefined;
  #parent: Bar<unknown> | undefined;

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
    this.#parent = running.at(-1);
    running.push(this as Bar<unknown>);
    this.#place = undefined;
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
    else if (this.#place && this.#parent && this.#leave !== true) freePlaces(this.#parent).push(this.#place);
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
    const host = displayHost();
    const cell = host?.cell();
    // A client that tells no cell's id is a console or runs a notebook without a page.
    if (!host || (cell?.id === undefined && !this.#place)) return this.#write();
    const state = this.#state(now);
    const bundle = { "text/html": String(progressHtml(state)), "text/plain": progressText(state) };
    if (this.#place && !isReplaced(this.#place.cell, cell)) return host.update(this.#place.id, bundle);
    const place = this.#place ? undefined : this.#parent && freePlaces(this.#parent).pop();
    if (place && !isReplaced(place.cell, cell)) {
      this.#place = place;
      host.update(place.id, bundle);
      return;
    }
    this.#place = { id: platform.uniqueId(), cell };
    host.display(bundle, this.#place.id);
  }

  #write(): void {
    if (!platform.output) return;
    line ??= new RewrittenLine(platform.output);
    const now = performance.now();
    const bars = running.filter((bar) => !bar.#disabled);
    line.rewrite(bars.map((bar) => progressText(bar.#state(now))).join("  │  "));
  }

  #erase(): void {
    if (this.#place) displayHost()?.update(this.#place.id, { "text/html": "", "text/plain": "" });
    else line?.rewrite("");
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

/** The run whose end is waited for. */
let awaited: number | undefined;

/** An interrupt ends a loop without a word: the cell's end tells. */
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

function freePlaces(parent: Bar<unknown>): Place[] {
  let places = free.get(parent);
  if (!places) free.set(parent, (places = []));
  return places;
}

function isAsync<T>(source: Iterable<T> | AsyncIterable<T>): source is AsyncIterable<T> {
  return Symbol.asyncIterator in Object(source);
}
