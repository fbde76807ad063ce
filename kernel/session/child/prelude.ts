/**
 * What every cell sees without an import: the exports of the runtime, and the functions that talk to the notebook.
 */
import { capturedOutput } from "./output/captured.js";
import { comm } from "./comm/comm.js";
import { display } from "./output/display.js";
import { isRunning, outputsCleared } from "./output/display-host.js";
import { emit } from "./output/event-pipe.js";
import { currentRun } from "./output/streams.js";
import { ResultHistory } from "./run/result-history.js";
import { html, md, svg } from "./output/templates.js";
import { widgets } from "./widgets/widgets.js";

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

/** Asks the user a question that yes or no answers, until it is. */
async function confirm(text = "Go on?"): Promise<boolean> {
  for (;;) {
    const reply = (await prompt(`${String(text)} [y/n] `)).trim();
    if (/^(?:y|yes|ok|true|是|好)$/iu.test(reply)) return true;
    if (/^(?:n|no|cancel|false|否|不)?$/iu.test(reply)) return false;
  }
}

/** Tells the user something; where a page would wait for a click, a notebook shows it and goes on. */
function alert(text: unknown = ""): void {
  process.stdout.write(`${String(text)}\n`);
}

/**
 * The object whose properties are the cells' variables. It inherits the prelude, which a cell may shadow, and below that
 * JavaScript's globals: a name that is nowhere is a ReferenceError, as it would be without the scope object.
 */
export function createScope(runtime: Record<string, unknown>): {
  readonly scope: Record<string, unknown>;
  readonly history: ResultHistory;
} {
  const globals = new Proxy(Object.create(null) as object, {
    get(_target, name) {
      if (typeof name === "symbol") return undefined;
      if (name in globalThis) return (globalThis as Record<string, unknown>)[name];
      const found = history.find(name);
      if (found) return found.value;
      throw new ReferenceError(`${name} is not defined: run the cell that defines it first`);
    },
  });
  const prelude = Object.create(globals) as Record<string, unknown>;
  // Defined, not assigned: as properties of their own they do not depend on what lies below.
  for (const [name, value] of Object.entries({
    ...runtime,
    display,
    html,
    md,
    svg,
    clearOutput,
    prompt,
    confirm,
    alert,
    setNextInput,
    capturedOutput,
    comm,
    widgets,
  })) {
    Object.defineProperty(prelude, name, { value, writable: true, enumerable: true, configurable: true });
  }
  const history = new ResultHistory(prelude);
  return { scope: Object.create(prelude) as Record<string, unknown>, history };
}
