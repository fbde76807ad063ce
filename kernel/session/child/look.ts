/**
 * What a value looks like at the moment, for completion and hover. Nothing of the user's runs but a getter of a shape: the way to the value goes
 * by properties that hold a value, and ends at a getter or a proxy.
 */
import { types } from "node:util";
import type { SeenMember, SeenValue } from "../messages.js";
import { describe, isClass } from "./magics/describe.js";

/** More members are of no use to anybody. */
const MEMBERS = 1000;

export function look(scope: object, [name = "", ...steps]: readonly string[]): SeenValue | undefined {
  try {
    // The scope's own getters are those of imports; the globals' are Node's.
    let value: unknown = (scope as Record<string, unknown>)[name];
    for (const step of steps) value = property(value, step);
    if (value === undefined) return undefined;
    const typeSaysAll = typeof value === "function" || types.isModuleNamespaceObject(value);
    const looks = typeSaysAll ? { value: "", size: "" } : describe(value, false);
    return { ...looks, members: members(value) };
  } catch {
    // There is no such name, or it is not initialized.
    return undefined;
  }
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
function members(value: unknown): SeenMember[] {
  const found = new Map<string, SeenMember>();
  for (let at = asObject(value); at && at !== Object.prototype; at = asObject(Object.getPrototypeOf(at))) {
    for (const name of hasElements(at) ? ["length"] : Object.getOwnPropertyNames(at)) {
      if (found.size >= MEMBERS) return [...found.values()];
      if (name === "constructor" || name.startsWith("__") || found.has(name)) continue;
      found.set(name, { name, kind: kindOf(Object.getOwnPropertyDescriptor(at, name)?.value) });
    }
  }
  return [...found.values()];
}

/** Whether its own names are as many as its elements. */
function hasElements(value: object): boolean {
  return (
    (Array.isArray(value) && value !== Array.prototype) ||
    ArrayBuffer.isView(value) ||
    value instanceof String
  );
}

function kindOf(value: unknown): SeenMember["kind"] {
  if (typeof value !== "function") return "property";
  return isClass(value) ? "class" : "method";
}
