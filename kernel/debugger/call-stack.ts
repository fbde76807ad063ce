/**
 * The frames of a pause and the scopes of each, in the user's terms: frames of Node, the kernel, the runtime and packages are left
 * out, and so are the names that the compiled code has of its own.
 */
import type { Debugger, Runtime } from "node:inspector";
import type { Paused } from "./cdp.js";
import { DapError, type Scope, type StackFrame } from "./dap.js";
import type { Place, Sources } from "./sources.js";
import type { Variables } from "./variables.js";

interface Frame extends StackFrame {
  /** Unset for frames that wait for a promise: their variables are not at hand. */
  readonly call?: Debugger.CallFrame;
  readonly place?: Place;
}

/** Names of a cell's function that are not the user's. */
const CELL_NAMES = /^(?:\$\d*|__import|__meta|__wait|require|arguments)$/;
/** V8's scopes inside of a function or module, and around a function. */
const INNER = new Set<string>(["block", "catch", "with"]);
const OUTER = new Set<string>(["closure", ...INNER]);

/** Frames have numbers of their own through all pauses, so that an old one is not taken for a new one. */
let nextId = 1;

export class CallStack {
  readonly frames: readonly Frame[];

  constructor(pause: Paused, sources: Sources) {
    const frames: Frame[] = [];
    for (const call of pause.callFrames) {
      if (sources.isLibrary(call.location.scriptId)) continue;
      frames.push({ ...describe(call.functionName, sources.place(call.location)), call });
    }
    for (let trace = pause.asyncStackTrace; trace; trace = trace.parent) {
      for (const { functionName, scriptId, lineNumber, columnNumber } of trace.callFrames) {
        if (sources.isLibrary(scriptId)) continue;
        const place = sources.place({ scriptId, lineNumber, columnNumber });
        const frame = describe(functionName, place);
        frames.push({ ...frame, name: `async ${frame.name}` });
      }
    }
    this.frames = frames;
  }

  /** Where the program stands. */
  get top(): Frame | undefined {
    return this.frames[0];
  }

  /** The frame of a number. Throws a DapError where the program has gone on since. */
  call(id: number): Debugger.CallFrame {
    const frame = this.#find(id);
    if (!frame.call)
      throw new DapError(
        `${frame.name} waits for what it has called; its variables can be seen when it goes on.`,
      );
    return frame.call;
  }

  /** The scopes of a frame that have anything in them. */
  async scopes(id: number, variables: Variables): Promise<Scope[]> {
    const frame = this.#find(id);
    const { call } = frame;
    if (!call) return [];
    const { scopeChain, returnValue, this: receiver } = call;
    // The function's blocks come before its own names; blocks after those are of the functions around it.
    const own = scopeChain.findIndex(({ type }) => type === "local") + 1;
    const end = own > 0 ? own : scopeChain.findIndex(({ type }) => !INNER.has(type));
    const extra: { name: string; value: Runtime.RemoteObject }[] = [];
    if (returnValue) extra.push({ name: "Return value", value: returnValue });
    if (receiver.type !== "undefined") extra.push({ name: "this", value: receiver });
    const groups = [
      { name: "Locals", scopes: scopeChain.slice(0, end), extra },
      { name: "Closure", scopes: scopeChain.slice(end).filter(({ type }) => OUTER.has(type)), extra: [] },
      { name: "Module", scopes: scopeChain.filter(({ type }) => type === "module"), extra: [] },
    ];
    const shows = shown(frame);
    const list: Scope[] = [];
    for (const { name, scopes, extra } of groups) {
      const reference = variables.add({ kind: "scope", scopes, shows, extra, frame: call });
      const { length } = await variables.children(reference);
      if (length > 0) list.push(scope(name, reference));
    }
    list.push(scope("Globals", variables.add({ kind: "notebook", frame: call })));
    const global = scopeChain.filter(({ type }) => type === "global");
    const all = { kind: "scope", scopes: global, shows: () => true, extra: [], frame: call } as const;
    return [...list, { ...scope("JavaScript", variables.add(all)), expensive: true }];
  }

  #find(id: number): Frame {
    const frame = this.frames.find((frame) => frame.id === id);
    if (!frame) throw new DapError("The program has gone on since; ask for the call stack again.");
    return frame;
  }
}

function scope(name: string, variablesReference: number): Scope {
  const hint = ({ Locals: "locals", Globals: "globals" } as const)[name];
  return { name, ...(hint && { presentationHint: hint }), variablesReference, expensive: false };
}

function describe(functionName: string, place: Place | undefined): Frame {
  // V8 calls a function that was assigned to a name of the scope "$.f".
  const name = functionName.replace(/^\$\d*\./, "") || (place?.source.name ?? "(anonymous)");
  return {
    id: nextId++,
    name,
    line: place?.line ?? 0,
    column: (place?.column ?? -1) + 1,
    ...(place && { source: place.source, place }),
  };
}

/** Which names of a frame are the user's. */
function shown({ place }: Frame): (name: string) => boolean {
  const script = place?.script;
  if (!script) return () => true;
  return (name) => !(script.isCell && CELL_NAMES.test(name)) && script.mentions(name);
}
