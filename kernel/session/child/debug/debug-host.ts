/**
 * What a debugger asks of the session besides V8's inspector: the notebook's variables, how scripts lead back to what the user wrote,
 * and how values describe themselves. The debugger finds it under a registered symbol and calls it through the inspector, also
 * while the program stands at a breakpoint.
 *
 * Objects describe themselves by the methods `Symbol.for("debug.description")` and `Symbol.for("debug.properties")`, as they do to
 * VS Code's debugger of JavaScript.
 */
import { inspect } from "node:util";
import type { MimeBundle } from "../../mime-bundle.js";
import { bundleOf } from "../output/mime.js";
import type { Modules } from "../modules/modules.js";
import { allSources, sourceOf, type SourceText } from "../run/stack.js";
import { onNextTurn } from "../run/event-loop.js";

export const DEBUG_HOST = Symbol.for("cellgrad.debugger");

const description = Symbol.for("debug.description");
const properties = Symbol.for("debug.properties");

type SelfDescribing = Partial<Record<symbol, unknown>>;

/** As code that the debugger evaluates sees it. */
export class DebugHost {
  /** An error of a cell's that no user code catches is left uncaught until V8 has seen that it is. */
  leavesErrorsUncaught = false;
  readonly import: Modules["import"];

  constructor(
    readonly scope: Record<string, unknown>,
    private readonly modules: Modules,
  ) {
    this.import = (...args) => modules.import(...args);
    Object.defineProperty(globalThis, DEBUG_HOST, { value: this });
  }

  get require(): NodeJS.Require {
    return this.modules.require;
  }

  get meta(): Record<string, unknown> {
    return this.modules.meta;
  }

  /** The text and map of a script, by the name that V8 knows. */
  source(file: string): SourceText | undefined {
    return sourceOf(file);
  }

  sources(): SourceText[] {
    return allSources();
  }

  /** The notebook's variables as plain properties, imported names among them. */
  variables(): Record<string, unknown> {
    const found = Object.create(null) as Record<string, unknown>;
    for (const name of Object.keys(this.scope)) {
      try {
        found[name] = this.scope[name];
      } catch (error) {
        // An imported name whose module has not run yet.
        found[name] = error;
      }
    }
    return found;
  }

  /**
   * How objects describe themselves, in their order; null where they do not.
   * @param paused the program stands at a place of the user's. Where it does not, nothing may be called that is perhaps running: the answer
   * comes when nothing runs.
   */
  describe(paused: boolean, ...objects: unknown[]): (string | null)[] | Promise<(string | null)[]> {
    const describeAll = () => objects.map(describe);
    if (paused || !somethingRuns()) return describeAll();
    return new Promise((resolve) => onNextTurn(() => resolve(describeAll())));
  }

  /** What an object wants to be shown as, or the object itself. */
  properties(object: unknown): unknown {
    try {
      const list = (object as SelfDescribing)[properties];
      return typeof list === "function" ? list.call(object) : object;
    } catch {
      return object;
    }
  }

  /** Some elements of an array, by index. */
  slice(array: ArrayLike<unknown>, start: number, count: number): Record<number, unknown> {
    const part = Object.create(null) as Record<number, unknown>;
    for (let i = start; i < Math.min(start + count, array.length); i++) part[i] = array[i];
    return part;
  }

  /** A value as a notebook shows it; undefined where that takes longer than a moment. */
  bundle(value: unknown): MimeBundle | undefined {
    let shown: MimeBundle | undefined;
    bundleOf(
      value,
      (bundle) => (shown = bundle.decode()),
      () => undefined,
    );
    return shown;
  }

  /** What a logpoint prints; the answer makes V8 go on. */
  log(texts: readonly string[], values: readonly unknown[]): false {
    const shown = values.map((value) => (typeof value === "string" ? value : inspect(value)));
    console.log(texts.map((text, at) => text + (shown[at] ?? "")).join(""));
    return false;
  }
}

/** How an object describes itself; null where it does not. */
function describe(object: unknown): string | null {
  try {
    const method = (object as SelfDescribing)[description];
    return typeof method === "function" ? String(method.call(object)) : null;
  } catch {
    return null;
  }
}

/** Frames of `somethingRuns`, the host's `describe` and what the inspector evaluates. */
const OWN_FRAMES = 3;

/** Whether the inspector has interrupted something. */
function somethingRuns(): boolean {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.stackTraceLimit = OWN_FRAMES + 1;
  Error.prepareStackTrace = (_error, frames) => frames;
  const frames = new Error().stack as unknown as NodeJS.CallSite[];
  Error.prepareStackTrace = prepareStackTrace;
  Error.stackTraceLimit = stackTraceLimit;
  return frames.length > OWN_FRAMES;
}
