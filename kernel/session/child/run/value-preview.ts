/**
 * What a value looks like at the moment, for completion and hover, also in the midst of a cell. The way to a value goes by properties that
 * hold one and ends at a getter or a proxy. What runs of the user's all the same, such as a getter of a shape, and what is very large is
 * given up after a moment, and the cell goes on.
 */
import { types } from "node:util";
import vm from "node:vm";
import type { PreviewMember, ValuePreview } from "../../messages.js";
import { describe, isClass } from "../magics/describe.js";

/** So much work of the processor a look may cost, which holds up the cell. */
const PATIENCE_MS = 50;
/** And so much time, on a machine that is busy with other things. */
const LONGEST_MS = 3_200;
/** More members are of no use to anybody. */
const MEMBERS = 1000;

/** @param prefix what a member begins with that is asked for; without it none are */
export function preview(scope: object, path: readonly string[], prefix?: string): ValuePreview | undefined {
  try {
    return limited(() => previewOf(scope, path, prefix));
  } catch {
    // There is no such name, it is not initialized, or it takes too long.
    return undefined;
  }
}

function previewOf(
  scope: object,
  [name = "", ...steps]: readonly string[],
  prefix?: string,
): ValuePreview | undefined {
  // The scope's own getters are those of imports.
  let value: unknown = (scope as Record<string, unknown>)[name];
  for (const step of steps) value = property(value, step);
  if (value === undefined) return undefined;
  const typeSaysAll = typeof value === "function" || types.isModuleNamespaceObject(value);
  const looks = typeSaysAll ? { value: "", size: "" } : describe(value, false);
  return { ...looks, members: prefix === undefined ? [] : members(value, prefix.toLowerCase()) };
}

let limitedWork: () => unknown = () => undefined;
const WORK = Symbol.for("cellgrad.preview");
Object.defineProperty(globalThis, WORK, { value: () => limitedWork() });
const callWork = new vm.Script(`globalThis[Symbol.for(${JSON.stringify(WORK.description)})]()`);

/**
 * Throws where the work takes longer than a moment: V8 ends it, and nothing of what it was called from. It goes by the clock, so what
 * got too little of the processor meanwhile is begun again, with more time.
 */
function limited<T>(work: () => T): T {
  limitedWork = work;
  try {
    for (let patience = PATIENCE_MS; ; patience *= 2) {
      const before = process.cpuUsage();
      try {
        return callWork.runInThisContext({ timeout: patience }) as T;
      } catch (error) {
        const { user, system } = process.cpuUsage(before);
        const workedMs = (user + system) / 1_000;
        if (!isTimeout(error) || workedMs >= 0.8 * PATIENCE_MS || patience >= LONGEST_MS) throw error;
      }
    }
  } finally {
    limitedWork = () => undefined;
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
}

/** The value of a property; nothing where code would have to run for it. */
function property(value: unknown, name: string): unknown {
  for (let at = asObject(value); at !== undefined; at = asObject(Object.getPrototypeOf(at))) {
    const found = Object.getOwnPropertyDescriptor(at, name);
    if (found) return found.value;
  }
  return undefined;
}

function asObject(value: unknown): object | undefined {
  if (value === undefined || value === null || types.isProxy(value)) return undefined;
  return Object(value) as object;
}

/** Members by name, its own before those that it inherits; what every object has is left out, and so are elements of arrays. */
function members(value: unknown, prefix: string): PreviewMember[] {
  const found = new Map<string, PreviewMember>();
  const own = asObject(value);
  for (let at = own; at && at !== Object.prototype; at = asObject(Object.getPrototypeOf(at))) {
    for (const name of hasElements(at) ? ["length"] : Object.getOwnPropertyNames(at)) {
      if (!name.toLowerCase().startsWith(prefix) || found.has(name)) continue;
      if (at !== own && (name === "constructor" || isIndex(name))) continue;
      if (found.size >= MEMBERS) return [...found.values()];
      found.set(name, { name, kind: kindOf(Object.getOwnPropertyDescriptor(at, name)?.value) });
    }
  }
  return [...found.values()];
}

/** Whether a name stands in brackets: what is inherited by such a name is no element. */
function isIndex(name: string): boolean {
  return /^-?\d+$/.test(name);
}

/** Whether its own names are as many as its elements. */
function hasElements(value: object): boolean {
  return (
    (Array.isArray(value) && value !== Array.prototype) ||
    ArrayBuffer.isView(value) ||
    value instanceof String
  );
}

function kindOf(value: unknown): PreviewMember["kind"] {
  if (typeof value !== "function") return "property";
  return isClass(value) ? "class" : "method";
}
