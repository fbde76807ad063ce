/**
 * Command → handler: what clients ask of the debugger, and what `debugInfo` tells them of it. A handler answers with the body of its
 * response; what it throws is the response's message.
 */
import type { Runtime } from "node:inspector";
import type { Json } from "../wire/message.js";
import { CELL_PREFIX, CELL_SUFFIX, HASH_METHOD, HASH_SEED } from "./cell-paths.js";
import { DapError, type SourceBreakpoint, type Variable } from "./dap.js";
import { THREAD, type Debugger, type ExceptionFilter } from "./debugger.js";
import { assign, copyToGlobals, evaluate, richInspectVariables, setVariable } from "./value-commands.js";

interface Command {
  handle(debug: Debugger, args: Json): object | undefined | Promise<object | undefined>;
  /** Can only be done while the debugger is on. */
  readonly on?: true;
  /** Can only be done while the program stands. */
  readonly stopped?: true;
}

const FILTERS: readonly { filter: ExceptionFilter; label: string; description: string; default: boolean }[] =
  [
    {
      filter: "uncaught",
      label: "Uncaught errors",
      description: "Stops where an error is thrown that no code of yours catches",
      default: false,
    },
    {
      filter: "raised",
      label: "All errors",
      description: "Stops where any error is thrown, caught or not",
      default: false,
    },
  ];

const CAPABILITIES = {
  supportsConfigurationDoneRequest: true,
  supportsConditionalBreakpoints: true,
  supportsHitConditionalBreakpoints: true,
  supportsLogPoints: true,
  supportsEvaluateForHovers: true,
  supportsSetVariable: true,
  supportsSetExpression: true,
  supportsExceptionInfoRequest: true,
  supportsLoadedSourcesRequest: true,
  supportsModulesRequest: true,
  supportsTerminateRequest: true,
  supportsDelayedStackTraceLoading: true,
  supportsClipboardContext: true,
  exceptionBreakpointFilters: FILTERS,
};

export const COMMANDS: Readonly<Record<string, Command>> = {
  debugInfo: { handle: debugInfo },
  initialize: {
    handle(debug, { clientID }) {
      debug.variables.showsTypes = clientID !== "jupyterlab";
      return CAPABILITIES;
    },
  },
  attach: { handle: (debug) => debug.attach() as Promise<undefined> },
  launch: { handle: (debug) => debug.attach() as Promise<undefined> },
  configurationDone: { handle: () => undefined },
  disconnect: {
    handle(debug) {
      debug.detach();
      return undefined;
    },
  },
  terminate: {
    async handle(debug) {
      await debug.interrupt();
      return undefined;
    },
  },

  dumpCell: { handle: (debug, { code }) => ({ sourcePath: debug.sources.dump(String(code)) }) },
  source: { handle: source },
  loadedSources: { handle: (debug) => ({ sources: debug.sources.files().map((path) => ({ path })) }) },
  modules: { handle: modules },

  setBreakpoints: {
    async handle(debug, { source, breakpoints }) {
      const list = (breakpoints ?? []) as SourceBreakpoint[];
      return { breakpoints: await debug.breakpoints.set(pathOf(source), list) };
    },
  },
  setExceptionBreakpoints: {
    async handle(debug, { filters }) {
      const known = FILTERS.map(({ filter }) => filter);
      await debug.setExceptionFilters(known.filter((filter) => (filters as string[]).includes(filter)));
      return {};
    },
  },
  setFunctionBreakpoints: { handle: () => ({ breakpoints: [] }) },

  threads: { handle: () => ({ threads: [{ id: THREAD, name: "cells" }] }) },
  continue: {
    stopped: true,
    async handle(debug) {
      await debug.resume();
      return { allThreadsContinued: true };
    },
  },
  next: { stopped: true, handle: (debug) => debug.step("stepOver") as Promise<undefined> },
  stepIn: { stopped: true, handle: (debug) => debug.step("stepInto") as Promise<undefined> },
  stepOut: { stopped: true, handle: (debug) => debug.step("stepOut") as Promise<undefined> },
  pause: { on: true, handle: (debug) => debug.pause() as Promise<undefined> },

  stackTrace: {
    handle({ stopped }, { startFrame, levels }) {
      const frames = stopped?.stack.frames ?? [];
      const start = Number(startFrame ?? 0);
      const shown = frames.slice(start, Number(levels ?? 0) > 0 ? start + Number(levels) : undefined);
      return {
        stackFrames: shown.map(({ id, name, source, line, column }) => ({ id, name, source, line, column })),
        totalFrames: frames.length,
      };
    },
  },
  scopes: {
    stopped: true,
    handle: async ({ stopped, variables }, { frameId }) => ({
      scopes: await stopped!.stack.scopes(Number(frameId), variables),
    }),
  },
  exceptionInfo: { stopped: true, handle: exceptionInfo },

  variables: {
    on: true,
    handle: async (debug, { variablesReference, filter, start, count }) => ({
      variables: await debug.variables.children(Number(variablesReference), {
        ...((filter === "indexed" || filter === "named") && { filter }),
        ...(typeof start === "number" && { start }),
        ...(typeof count === "number" && { count }),
      }),
    }),
  },
  inspectVariables: { handle: inspectVariables },
  richInspectVariables: { on: true, handle: richInspectVariables },
  evaluate: { on: true, handle: evaluate },
  setVariable: { on: true, handle: setVariable },
  setExpression: {
    on: true,
    async handle(debug, { expression, value, frameId }) {
      return assign(debug, `${String(expression)} = (${String(value)}\n)`, frameId);
    },
  },
  copyToGlobals: { stopped: true, handle: copyToGlobals },
};

function debugInfo(debug: Debugger): object {
  return {
    isStarted: debug.attached,
    hashMethod: HASH_METHOD,
    hashSeed: HASH_SEED,
    tmpFilePrefix: CELL_PREFIX,
    tmpFileSuffix: CELL_SUFFIX,
    breakpoints: debug.breakpoints.list(),
    stoppedThreads: debug.stopped ? [THREAD] : [],
    richRendering: true,
    exceptionPaths: [],
    copyToGlobals: true,
  };
}

function pathOf(source: unknown): string {
  const { path } = (source ?? {}) as { path?: unknown };
  if (typeof path !== "string") throw new DapError(`source: expected a path, got ${JSON.stringify(source)}`);
  return path;
}

async function source(debug: Debugger, { source }: Json): Promise<object> {
  const path = pathOf(source);
  const content = await debug.sources.text(path);
  if (content === undefined) throw new DapError(`There is no source at ${path}.`);
  return { content, mimeType: /\.[cm]?jsx?$/.test(path) ? "text/javascript" : "text/typescript" };
}

function modules(debug: Debugger, { startModule, moduleCount }: Json): object {
  const files = debug.sources.files();
  const start = Number(startModule ?? 0);
  const shown = files.slice(start, Number(moduleCount ?? 0) > 0 ? start + Number(moduleCount) : undefined);
  return {
    modules: shown.map((path, at) => ({ id: start + at, name: path.split(/[\\/]/).pop(), path })),
    totalModules: files.length,
  };
}

function exceptionInfo({ stopped }: Debugger): object {
  const { reason, data } = stopped!.pause;
  if (reason !== "exception" && reason !== "promiseRejection")
    throw new DapError("The program does not stand at an error.");
  const {
    className = "Error",
    description = "",
    value,
    uncaught,
  } = data as Runtime.RemoteObject & {
    uncaught?: boolean;
  };
  return {
    exceptionId: className,
    description: description || String(value),
    breakMode: uncaught ? "unhandled" : "always",
    details: { typeName: className, stackTrace: description },
  };
}

/** The notebook's variables, whether the program stands or not. Nothing is shown of a session that is not debugged. */
async function inspectVariables(debug: Debugger): Promise<{ variables: Variable[] }> {
  if (!debug.attached) return { variables: [] };
  if (!debug.stopped) await debug.variables.release();
  return { variables: await debug.variables.notebook() };
}
