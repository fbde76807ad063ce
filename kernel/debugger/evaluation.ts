/**
 * Evaluates what a person writes, where the program stands or between cells: names of the frame mean what they mean there, all
 * others are the notebook's. The language service makes JavaScript of it, so that TypeScript works and cells' names are found.
 */
import type { Debugger, Runtime } from "node:inspector";
import { setTimeout as delay } from "node:timers/promises";
import type { Language } from "../language/language.js";
import { HOST, type Cdp } from "./cdp.js";
import { DapError } from "./dap.js";

/** A promise that takes longer is shown as one. */
const PATIENCE_MS = 10_000;
/** In logpoints: prints, and answers false. */
export const LOG = "__log";

export interface EvaluateOptions {
  /** Group of V8's handles that the value belongs to. */
  readonly group: string;
  /** Give up where evaluating would change anything. */
  readonly pure?: boolean;
}

export class Evaluation {
  readonly #cdp: Cdp;
  readonly #language: Language;
  /** Names that a frame of the current pause sees besides the notebook's. */
  readonly #names = new Map<string, Promise<string[]>>();

  constructor(cdp: Cdp, language: Language) {
    this.#cdp = cdp;
    this.#language = language;
  }

  /** The frames of the last pause are gone. */
  resumed(): void {
    this.#names.clear();
  }

  /** A JavaScript expression for a frame. Throws a DapError where the code has no sense. */
  async compile(
    code: string,
    frame: Debugger.CallFrame | undefined,
  ): Promise<{ js: string; awaits: boolean }> {
    const locals = frame ? await this.#namesOf(frame) : [];
    const fragment = await this.#language.compileFragment(code, [...locals, LOG]);
    if (!fragment.ok) throw new DapError(fragment.message);
    const { js, scope, awaits } = fragment;
    const given = [
      `${scope} = host.scope`,
      "__import = host.import",
      "__meta = host.meta",
      `${LOG} = host.log`,
    ];
    // A CommonJS file has a require of its own.
    if (!locals.includes("require")) given.push("require = host.require");
    const head = `"use strict"; const host = ${HOST}, ${given.join(", ")};`;
    const call = `(${awaits ? "async " : ""}() => { ${head}\n${js}\n})()`;
    return { js: awaits ? `${call}.then((result) => result?.value)` : `${call}?.value`, awaits };
  }

  /** The value of what a person wrote. Throws a DapError with the message of what it throws. */
  async evaluate(
    code: string,
    frame: Debugger.CallFrame | undefined,
    options: EvaluateOptions,
  ): Promise<Runtime.RemoteObject> {
    const { js, awaits } = await this.compile(code, frame);
    const value = await this.run(js, frame, options);
    // While the program is paused, nothing that is waited for can happen.
    if (!awaits || frame || value.objectId === undefined) return value;
    const promiseObjectId = value.objectId;
    const settled = this.#cdp
      .post("Runtime.awaitPromise", { promiseObjectId, generatePreview: true })
      .then(valueOf);
    const patience = new AbortController();
    try {
      return await Promise.race([
        settled,
        delay(PATIENCE_MS, value, { signal: patience.signal, ref: false }),
      ]);
    } finally {
      patience.abort();
    }
  }

  /** The value of a JavaScript expression. */
  async run(
    expression: string,
    frame: Debugger.CallFrame | undefined,
    { group, pure = false }: EvaluateOptions,
  ): Promise<Runtime.RemoteObject> {
    const parameters = {
      expression,
      objectGroup: group,
      generatePreview: true,
      silent: true,
      throwOnSideEffect: pure,
    };
    return valueOf(
      frame
        ? await this.#cdp.post("Debugger.evaluateOnCallFrame", {
            ...parameters,
            callFrameId: frame.callFrameId,
          })
        : await this.#cdp.post("Runtime.evaluate", { ...parameters, disableBreaks: true }),
    );
  }

  #namesOf(frame: Debugger.CallFrame): Promise<string[]> {
    let names = this.#names.get(frame.callFrameId);
    if (!names) this.#names.set(frame.callFrameId, (names = this.#readNames(frame)));
    return names;
  }

  async #readNames({ scopeChain }: Debugger.CallFrame): Promise<string[]> {
    const inner = scopeChain.filter(({ type }) => type !== "global");
    const lists = await Promise.all(
      inner.map(({ object }) =>
        this.#cdp.post("Runtime.getProperties", { objectId: object.objectId!, ownProperties: true }),
      ),
    );
    return lists.flatMap(({ result }) => result.map(({ name }) => name));
  }
}

/** The value of an answer, or what the code threw as an error. */
export function valueOf({
  result,
  exceptionDetails,
}: {
  readonly result: Runtime.RemoteObject;
  readonly exceptionDetails?: Runtime.ExceptionDetails | undefined;
}): Runtime.RemoteObject {
  if (!exceptionDetails) return result;
  const thrown = exceptionDetails.exception ?? result;
  const text =
    thrown.description ?? (thrown.value === undefined ? exceptionDetails.text : String(thrown.value));
  throw new DapError(text.split(/\n {4}at /)[0]!);
}
