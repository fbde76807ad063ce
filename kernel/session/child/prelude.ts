/**
 * What every cell sees without an import: the exports of the runtime, and the functions that talk to the notebook.
 */
import type { MimeBundle } from "../messages.js";
import { comm } from "./comm/comm.js";
import { displayIdOf, isEmpty, isRunning, outputsCleared } from "./display-host.js";
import { emit } from "./emit.js";
import { bundleOf, rawBundle } from "./mime.js";
import { currentRun } from "./output.js";
import { widgets } from "./widgets/widgets.js";

export interface DisplayOptions {
  /** Name by which `display.update` finds this output again. */
  readonly id?: string;
  /** The value is itself a MIME bundle, such as `{ "text/html": "<b>hi</b>" }`. */
  readonly raw?: boolean;
}

function show(
  value: unknown,
  displayId: string | undefined,
  raw: boolean,
  update: boolean,
): void | Promise<void> {
  // Asked now: a bundle that arrives later still belongs to the cell that displayed it.
  const run = currentRun();
  const deliver = (bundle: MimeBundle) => {
    if (isEmpty(bundle)) return;
    emit({
      type: "display",
      run,
      bundle,
      displayId: displayId ?? (raw ? undefined : displayIdOf(value)),
      update,
    });
  };
  if (raw) {
    if (typeof value !== "object" || value === null) {
      throw new TypeError(
        `display(value, { raw: true }): expected an object of MIME types to contents, such as { "text/html": "<b>hi</b>" }, got ${typeof value}`,
      );
    }
    deliver(rawBundle(value as Record<string, unknown>));
    return;
  }
  let state: "pending" | "done" | "failed" = "pending";
  let failure: unknown;
  let settle: (() => void) | undefined;
  const ended = (how: "done" | "failed") => {
    state = how;
    settle?.();
  };
  bundleOf(
    value,
    (bundle) => {
      deliver(bundle);
      ended("done");
    },
    (error) => {
      failure = error;
      ended("failed");
    },
  );
  const outcome = () => state;
  if (outcome() === "failed") throw failure;
  if (outcome() === "done") return;
  const shown = new Promise<void>((resolve, reject) => {
    settle = () => (outcome() === "failed" ? reject(failure as Error) : resolve());
  });
  shows.add(shown);
  return shown;
}

const shows = new WeakSet<object>();

/** The promise that `display` has answered, as the value of a cell that ends with it: to be waited for, not to be shown. */
export function isShow(value: unknown): value is Promise<void> {
  return typeof value === "object" && value !== null && shows.has(value);
}

function display(value: unknown, options: DisplayOptions = {}): void | Promise<void> {
  return show(value, options.id, options.raw ?? false, false);
}

display.update = (
  id: string,
  value: unknown,
  options: { readonly raw?: boolean } = {},
): void | Promise<void> => {
  if (typeof id !== "string") {
    throw new TypeError(`display.update(id, value): expected the id as a string, got ${typeof id}`);
  }
  return show(value, id, options.raw ?? false, true);
};

export function clearOutput(options: { readonly wait?: boolean } = {}): void {
  const run = currentRun();
  outputsCleared(run);
  emit({ type: "clear_output", run, wait: options.wait ?? false });
}

function setNextInput(text: string, options: { readonly replace?: boolean } = {}): void {
  if (typeof text !== "string") {
    throw new TypeError(`setNextInput(text): expected the text of a cell as a string, got ${typeof text}`);
  }
  const run = currentRun();
  // It travels with the cell's reply.
  if (!isRunning(run)) throw new Error("setNextInput: the cell has ended; call it while the cell runs");
  emit({
    type: "payload",
    run,
    payload: { source: "set_next_input", text, replace: options.replace ?? false },
  });
}

interface Question {
  readonly resolve: (value: string) => void;
  readonly reject: (error: Error) => void;
}

const questions = new Map<number, Question>();
let nextQuestion = 1;

/** Asks the user for a line of text. */
export function prompt(text = "", options: { readonly password?: boolean } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const id = nextQuestion++;
    questions.set(id, { resolve, reject });
    emit({ type: "input", run: currentRun(), id, prompt: String(text), password: options.password ?? false });
  });
}

/** Answers a `prompt`. */
export function answer(id: number, value: string | undefined, cancelled: string | undefined): undefined {
  const question = questions.get(id);
  questions.delete(id);
  if (cancelled === undefined) question?.resolve(value ?? "");
  else question?.reject(new Error(cancelled));
}

/** By this name cells find the last result. */
const LAST_RESULT = "_";

/**
 * The object whose properties are the cells' variables. It inherits the prelude, which a cell may shadow, and below that
 * JavaScript's globals: a name that is nowhere is a ReferenceError, as it would be without the scope object.
 */
export function createScope(runtime: Record<string, unknown>): Record<string, unknown> {
  const globals = new Proxy(Object.create(null) as object, {
    get(_target, name) {
      if (typeof name === "symbol") return undefined;
      if (name in globalThis) return (globalThis as Record<string, unknown>)[name];
      throw new ReferenceError(`${name} is not defined`);
    },
  });
  const prelude = Object.create(globals) as Record<string, unknown>;
  // Defined, not assigned: as properties of their own they do not depend on what lies below.
  for (const [name, value] of Object.entries({
    ...runtime,
    display,
    clearOutput,
    prompt,
    setNextInput,
    comm,
    widgets,
    [LAST_RESULT]: undefined,
  })) {
    Object.defineProperty(prelude, name, { value, writable: true, enumerable: true, configurable: true });
  }
  return Object.create(prelude) as Record<string, unknown>;
}

/** From now on cells find this value as the last result. */
export function rememberResult(scope: Record<string, unknown>, value: unknown): void {
  (Object.getPrototypeOf(scope) as Record<string, unknown>)[LAST_RESULT] = value;
}
