/**
 * What to write where code of unknown types has called what is no function: V8's message names it, and the scope shows what it is. The same
 * advice as the checker's, who sees it first where types are known.
 */
import { types } from "node:util";
import { memberAdvice, memberHabit } from "../../../language/compile/habits/members.js";
import { camelCase } from "../../../language/compile/habits/names.js";

let scope: object = {};

/** From now on names of messages are looked up among these variables. */
export function installAdvice(variables: object): void {
  scope = variables;
}

/** A sentence about a TypeError's message, if anything is known. */
export function adviceOn(message: string): string | undefined {
  const callee = /^([\p{ID_Start}$_][\p{ID_Continue}$.]*) is not a function$/u.exec(message)?.[1];
  if (callee === undefined) return undefined;
  const path = callee.split(".");
  const value = valueAt(path);
  if (hasMethod(value, "forward")) return `Write ${callee}.forward(…)`;
  const [root = ""] = path;
  const hidden = valueIn(Object.getPrototypeOf(scope) as object, root);
  if (Object.hasOwn(scope, root) && typeof path.slice(1).reduce(valueIn, hidden) === "function")
    return `'${root}' is your own here and hides the one that every cell has; import { ${root} as … } from "cellgrad" brings that back.`;
  const member = path.length > 1 ? path.at(-1)! : undefined;
  if (member === undefined) return undefined;
  const object = path.slice(0, -1);
  const owner = valueAt(object);
  // Of a variable of a function nothing is known but what it was asked for.
  const has = (name: string) =>
    owner === undefined ? OF_TENSORS.has(name) : valueIn(owner, name) !== undefined;
  const row = memberHabit(member, has);
  if (row) return memberAdvice(row, member, object.join("."), "…");
  const same = camelCase(member);
  return same !== member && hasMethod(owner, same) ? `Did you mean '${same}'?` : undefined;
}

/** What only tensors and models have. */
const OF_TENSORS: ReadonlySet<string> = new Set(["tolist", "cpu", "int", "float", "clone"]);

function hasMethod(value: unknown, name: string): boolean {
  return typeof valueIn(value, name) === "function";
}

function valueAt(path: readonly string[]): unknown {
  const [root = "", ...steps] = path;
  return steps.reduce<unknown>(valueIn, valueIn(scope, root));
}

/** A property that holds a value, its own or inherited; no getter is called and no proxy asked. */
function valueIn(object: unknown, name: string): unknown {
  for (let holder = object; typeof holder === "object" && holder !== null && !types.isProxy(holder);) {
    const property = Object.getOwnPropertyDescriptor(holder, name);
    if (property) return property.value as unknown;
    if (holder === Object.prototype) return undefined;
    holder = Object.getPrototypeOf(holder) as unknown;
  }
  return undefined;
}
