/**
 * Breakpoints: where the client wants them, where they are, and whether one that is reached stops the program. They belong to a text,
 * by its path, and are set in each script that comes from it, before the script runs.
 */
import { extname } from "node:path";
import { pathToFileURL } from "node:url";
import type { Debugger } from "node:inspector";
import type { Language, Position } from "../language/language.js";
import { CELL_PREFIX } from "./cell-paths.js";
import type { Cdp } from "./cdp.js";
import { guard, hitHolds, subject } from "./breakpoint-conditions.js";
import type { Breakpoint, Source, SourceBreakpoint } from "./dap.js";
import type { Evaluation } from "./evaluation.js";
import type { Script, Sources } from "./sources.js";

interface Wanted {
  readonly id: number;
  readonly source: Source;
  readonly asked: SourceBreakpoint;
  /** Undefined where the text has no place to stop. */
  readonly position: Position | undefined;
  line: number;
  hits: number;
  /** V8's breakpoints. */
  readonly set: Map<string, "bare" | "guarded" | "by file">;
}

export interface Stop {
  readonly stops: boolean;
  /** What is wrong with the breakpoint. */
  readonly why?: string;
}

export class Breakpoints {
  readonly #cdp: Cdp;
  readonly #sources: Sources;
  readonly #language: Language;
  readonly #evaluation: Evaluation;
  readonly #changed: (breakpoint: Breakpoint) => void;
  readonly #byPath = new Map<string, readonly Wanted[]>();
  /** One change at a time: V8's breakpoints of a path are taken away before the new ones are set. */
  #work: Promise<unknown> = Promise.resolve();
  #nextId = 1;
  #attached = false;
  /** V8's breakpoint at the start of a script that is to be paused. */
  #start: string | undefined;

  /** @param changed told when a breakpoint turns out to be elsewhere than was said */
  constructor(
    cdp: Cdp,
    sources: Sources,
    language: Language,
    evaluation: Evaluation,
    changed: (breakpoint: Breakpoint) => void,
  ) {
    this.#cdp = cdp;
    this.#sources = sources;
    this.#language = language;
    this.#evaluation = evaluation;
    this.#changed = changed;
  }

  /** What the client has asked for, by path. */
  list(): { source: string; breakpoints: SourceBreakpoint[] }[] {
    return [...this.#byPath].map(([source, wanted]) => ({
      source,
      breakpoints: wanted.map(({ asked, line }) => ({ ...asked, line })),
    }));
  }

  /** Puts these breakpoints in the place of those that the path had. */
  set(path: string, asked: readonly SourceBreakpoint[]): Promise<Breakpoint[]> {
    return this.#inTurn(async () => {
      await this.#unset(this.#byPath.get(path) ?? []);
      const text = await this.#sources.text(path);
      const positions =
        text === undefined
          ? undefined
          : await this.#language.breakPositions(text, isCell(path) ? undefined : path);
      const source = this.#sources.of(path)[0]?.source ?? { name: path.split(/[\\/]/).pop()!, path };
      const wanted = asked.map((breakpoint): Wanted => {
        const position = positionFor(breakpoint, positions);
        return {
          id: this.#nextId++,
          source,
          asked: breakpoint,
          position,
          line: position?.line ?? breakpoint.line,
          hits: 0,
          set: new Map(),
        };
      });
      if (wanted.length > 0) this.#byPath.set(path, wanted);
      else this.#byPath.delete(path);
      if (this.#attached) await this.#setAll(path, wanted);
      return wanted.map((one) => shown(one, text === undefined));
    });
  }

  /** The session's V8 is there: sets all breakpoints in the scripts that it has. */
  attach(): Promise<void> {
    this.#attached = true;
    for (const wanted of this.#byPath.values()) for (const one of wanted) one.set.clear();
    return this.#inTurn(async () => {
      for (const [path, wanted] of this.#byPath) await this.#setAll(path, wanted);
    });
  }

  detach(): void {
    this.#attached = false;
    this.#byPath.clear();
  }

  /** Sets what a script needs before it runs. */
  place(script: Script, { stopAtStart }: { stopAtStart: boolean }): Promise<void> {
    return this.#inTurn(async () => {
      if (stopAtStart) await this.#setAtStart(script);
      for (const wanted of this.#byPath.get(script.path) ?? []) await this.#setIn(script, wanted);
    });
  }

  /**
   * Whether the program is to stop at V8's breakpoints `hit`. A condition and a logpoint are compiled here when they are reached
   * for the first time, for then it is known which names there are; from then on V8 sees to them by itself.
   */
  stopsAt(hit: readonly string[], frame: Debugger.CallFrame): Promise<Stop> {
    return this.#inTurn(async () => {
      let answer: Stop = { stops: false };
      if (this.#start !== undefined && hit.includes(this.#start)) {
        await this.#cdp.post("Debugger.removeBreakpoint", { breakpointId: this.#start });
        this.#start = undefined;
      }
      for (const wanted of [...this.#byPath.values()].flat()) {
        const id = hit.find((id) => wanted.set.has(id));
        if (id === undefined) continue;
        try {
          if (await this.#holds(wanted, id, frame)) answer = { ...answer, stops: true };
        } catch (error) {
          // Where nobody is told, one would wait for a breakpoint that never comes.
          answer = { stops: true, why: `${subject(wanted.asked)}: ${(error as Error).message}` };
        }
      }
      return answer;
    });
  }

  async #holds(wanted: Wanted, id: string, frame: Debugger.CallFrame): Promise<boolean> {
    const { condition, logMessage, hitCondition } = wanted.asked;
    const how = wanted.set.get(id);
    if (how !== "guarded" && (condition || logMessage)) {
      const { js } = await this.#evaluation.compile(guard(wanted.asked), frame);
      if (how === "bare") {
        const { location } = frame;
        await this.#cdp.post("Debugger.removeBreakpoint", { breakpointId: id });
        wanted.set.delete(id);
        const again = await this.#cdp.post("Debugger.setBreakpoint", { location, condition: js });
        wanted.set.set(again.breakpointId, "guarded");
      }
      const value = await this.#evaluation.run(`Boolean(${js})`, frame, { group: "guard" });
      if (value.value !== true) return false;
    }
    wanted.hits++;
    return hitCondition ? hitHolds(hitCondition, wanted.hits) : true;
  }

  /** A breakpoint that is there once. */
  async #setAtStart(script: Script): Promise<void> {
    const path = script.isCell ? undefined : script.path;
    const [first] = await this.#language.breakPositions(script.text, path);
    const at = first && script.generated(first);
    if (!at) return;
    const location = { scriptId: script.id, lineNumber: at.line - 1, columnNumber: at.column };
    this.#start = (await this.#cdp.post("Debugger.setBreakpoint", { location })).breakpointId;
  }

  async #setAll(path: string, wanted: readonly Wanted[]): Promise<void> {
    for (const one of wanted) {
      if (isPlain(path)) await this.#setInFile(path, one);
      else for (const script of this.#sources.of(path)) await this.#setIn(script, one);
    }
  }

  /** A file that runs as it was written: V8 knows it by its name, whenever it is loaded. */
  async #setInFile(path: string, wanted: Wanted): Promise<void> {
    if (!wanted.position) return;
    const { line, column } = wanted.position;
    const { breakpointId } = await this.#cdp.post("Debugger.setBreakpointByUrl", {
      url: pathToFileURL(path).href,
      lineNumber: line - 1,
      columnNumber: column,
    });
    wanted.set.set(breakpointId, "by file");
  }

  async #setIn(script: Script, wanted: Wanted): Promise<void> {
    const at = wanted.position && script.generated(wanted.position);
    if (!at) return;
    const location = { scriptId: script.id, lineNumber: at.line - 1, columnNumber: at.column };
    let answer: Debugger.SetBreakpointReturnType;
    try {
      answer = await this.#cdp.post("Debugger.setBreakpoint", { location });
    } catch {
      // Another breakpoint has led to the same place.
      return;
    }
    wanted.set.set(answer.breakpointId, "bare");
    const actual = this.#sources.place(answer.actualLocation);
    if (!actual || actual.line === wanted.line) return;
    wanted.line = actual.line;
    this.#changed(shown(wanted, false));
  }

  async #unset(wanted: readonly Wanted[]): Promise<void> {
    if (!this.#attached) return;
    const ids = wanted.flatMap(({ set }) => [...set.keys()]);
    await Promise.all(
      ids.map((breakpointId) =>
        this.#cdp.post("Debugger.removeBreakpoint", { breakpointId }).catch(() => undefined),
      ),
    );
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => undefined);
    return done;
  }
}

function isCell(path: string): boolean {
  return path.startsWith(CELL_PREFIX);
}

function isPlain(path: string): boolean {
  return [".js", ".mjs", ".cjs"].includes(extname(path));
}

/** The first place at or after the line that was asked for. */
function positionFor(
  { line, column }: SourceBreakpoint,
  positions: readonly Position[] | undefined,
): Position | undefined {
  if (column !== undefined && column > 1) return { line, column: column - 1 };
  return positions ? positions.find((position) => position.line >= line) : { line, column: 0 };
}

function shown({ id, source, position, line }: Wanted, unknown: boolean): Breakpoint {
  const message = unknown
    ? `${source.path} is not known yet; the breakpoint holds once it is loaded.`
    : "There is nothing to stop at on this line or after it.";
  return {
    id,
    verified: position !== undefined,
    line,
    source,
    ...((unknown || position === undefined) && { message }),
  };
}
