/**
 * V8's inspector behind promises: requests and their answers, and events. What the requests mean is the callers' matter.
 */
import type { Debugger, Runtime } from "node:inspector";
import type { Inspector } from "../session/session.js";

/** Requests that are used here, with parameters and answers. */
interface Methods {
  "Debugger.enable": [undefined, Debugger.EnableReturnType];
  "Debugger.setAsyncCallStackDepth": [Debugger.SetAsyncCallStackDepthParameterType, object];
  "Debugger.setBlackboxPatterns": [Debugger.SetBlackboxPatternsParameterType, object];
  "Debugger.setInstrumentationBreakpoint": [{ instrumentation: string }, object];
  "Debugger.setPauseOnExceptions": [Debugger.SetPauseOnExceptionsParameterType, object];
  "Debugger.setBreakpoint": [Debugger.SetBreakpointParameterType, Debugger.SetBreakpointReturnType];
  "Debugger.setBreakpointByUrl": [
    Debugger.SetBreakpointByUrlParameterType,
    Debugger.SetBreakpointByUrlReturnType,
  ];
  "Debugger.removeBreakpoint": [Debugger.RemoveBreakpointParameterType, object];
  "Debugger.pause": [undefined, object];
  "Debugger.resume": [undefined, object];
  "Debugger.stepOver": [undefined, object];
  "Debugger.stepInto": [undefined, object];
  "Debugger.stepOut": [undefined, object];
  "Debugger.evaluateOnCallFrame": [
    Debugger.EvaluateOnCallFrameParameterType,
    Debugger.EvaluateOnCallFrameReturnType,
  ];
  "Runtime.evaluate": [EvaluateParameters, Runtime.EvaluateReturnType];
  "Runtime.callFunctionOn": [Runtime.CallFunctionOnParameterType, Runtime.CallFunctionOnReturnType];
  "Runtime.getProperties": [Runtime.GetPropertiesParameterType, PropertiesAnswer];
  "Runtime.awaitPromise": [Runtime.AwaitPromiseParameterType, Runtime.AwaitPromiseReturnType];
  "Runtime.releaseObjectGroup": [Runtime.ReleaseObjectGroupParameterType, object];
}

type EvaluateParameters = Runtime.EvaluateParameterType & {
  readonly throwOnSideEffect?: boolean;
  readonly disableBreaks?: boolean;
};

export interface PropertiesAnswer extends Runtime.GetPropertiesReturnType {
  readonly privateProperties?: readonly {
    readonly name: string;
    readonly value?: Runtime.RemoteObject;
    readonly get?: Runtime.RemoteObject;
  }[];
}

export interface Paused extends Debugger.PausedEventDataType {
  readonly callFrames: (Debugger.CallFrame & { readonly functionName: string })[];
}

export interface CdpListener {
  scriptParsed(script: Debugger.ScriptParsedEventDataType): void;
  paused(pause: Paused): void;
  resumed(): void;
  /** Another process is there, and nothing of the last one. */
  restarted(): void;
}

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

interface Incoming {
  readonly id?: number;
  readonly result?: object;
  readonly error?: { readonly message: string };
  readonly method?: string;
  readonly params?: object;
}

/** An expression that answers with the session's side of the debugger (session/child/debug/debug-host.ts). */
export const HOST = `globalThis[Symbol.for("cellgrad.debugger")]`;

export class Cdp {
  #nextId = 1;
  readonly #waiting = new Map<number, Waiting>();
  readonly #inspector: Inspector;
  readonly #listener: CdpListener;

  constructor(inspector: Inspector, listener: CdpListener) {
    this.#inspector = inspector;
    this.#listener = listener;
  }

  open(): void {
    this.#inspector.open({
      message: (message) => this.#hear(message as Incoming),
      restarted: () => {
        this.#fail("The session has ended, and a new one has started.");
        this.#listener.restarted();
      },
    });
  }

  close(): void {
    this.#inspector.close();
    this.#fail("The debugger was switched off.");
  }

  /** Rejects with V8's words for why not, or when the session ends meanwhile. */
  post<M extends keyof Methods>(
    method: M,
    ...[params]: Methods[M][0] extends undefined ? [] : [Methods[M][0]]
  ): Promise<Methods[M][1]> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#inspector.send({ id, method, ...(params !== undefined && { params }) });
    });
  }

  /** Calls a method of the session's side of the debugger with plain values; the answer is a plain value too. */
  async ask(call: string): Promise<unknown> {
    const { result, exceptionDetails } = await this.post("Runtime.evaluate", {
      expression: `${HOST}.${call}`,
      returnByValue: true,
      silent: true,
      disableBreaks: true,
    });
    if (exceptionDetails) throw new Error(result.description ?? exceptionDetails.text);
    return result.value as unknown;
  }

  #hear({ id, result, error, method, params }: Incoming): void {
    if (id !== undefined) {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) waiting?.reject(new Error(error.message));
      else waiting?.resolve(result as never);
      return;
    }
    switch (method) {
      case "Debugger.scriptParsed":
        return this.#listener.scriptParsed(params as Debugger.ScriptParsedEventDataType);
      case "Debugger.paused":
        return this.#listener.paused(params as Paused);
      case "Debugger.resumed":
        return this.#listener.resumed();
      default: // Other events say nothing that a client is told.
    }
  }

  #fail(why: string): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new Error(why));
  }
}
