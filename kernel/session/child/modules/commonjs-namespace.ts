/**
 * A CommonJS module as ES modules and cells see it. Node names only those exports that it guesses from the module's text before it runs;
 * here the names are those that are there once it has run.
 */
import vm from "node:vm";
import type { Interop } from "./resolve.js";

interface Made {
  readonly module: vm.SyntheticModule;
  readonly names: readonly string[];
}

const made: Record<Interop, WeakMap<object, Made>> = { node: new WeakMap(), typescript: new WeakMap() };
const exportsOf = new WeakMap<vm.Module, object>();
const namespaces = new WeakMap<vm.Module, object>();

/**
 * The module whose exports are the properties of `exports`; the same one as long as these have the same names.
 * @param known names that are exported for certain
 */
export function commonJsModule(
  exports: unknown,
  identifier: string,
  { interop = "node", known = [] }: { readonly interop?: Interop; readonly known?: readonly string[] } = {},
): vm.SyntheticModule {
  if (!isObject(exports)) return syntheticModule(["default"], () => exports, identifier);
  const names = [...new Set([...known, ...namesIn(exports), "default"])];
  const last = made[interop].get(exports);
  if (last && names.length === last.names.length && names.every((name) => last.names.includes(name))) {
    if (last.module.status === "evaluated") refresh(last, exports, interop);
    return last.module;
  }
  const module = syntheticModule(names, (name) => valueOf(exports, name, interop), identifier);
  made[interop].set(exports, { module, names });
  exportsOf.set(module, exports);
  return module;
}

/** Whether `default` of a namespace that Node has made is all that a CommonJS module exports. */
export function isCommonJs(cached: { readonly exports?: unknown } | undefined, namespace: object): boolean {
  if (cached === undefined || cached.exports === namespace) return false;
  return (namespace as { default?: unknown }).default === cached.exports;
}

/** A module whose exports are given by name, read when it is evaluated. */
export function syntheticModule(
  names: readonly string[],
  value: (name: string) => unknown,
  identifier: string,
): vm.SyntheticModule {
  return new vm.SyntheticModule(
    [...names],
    function (this: vm.SyntheticModule) {
      for (const name of names) this.setExport(name, value(name));
    },
    { identifier },
  );
}

const evaluations = new WeakMap<vm.Module, Promise<vm.Module>>();

/** Makes a module that imports nothing ready for use. */
export function evaluated(module: vm.SyntheticModule): Promise<vm.Module> {
  let evaluation = evaluations.get(module);
  if (!evaluation) {
    evaluation = module
      .link(() => Promise.reject(new Error("A synthetic module imports nothing")))
      .then(() => module.evaluate())
      .then(() => module);
    evaluations.set(module, evaluation);
  }
  return evaluation;
}

/** Values that have changed since; whoever has imported names from the module sees them. */
function refresh({ module, names }: Made, exports: object, interop: Interop): void {
  for (const name of names) module.setExport(name, valueOf(exports, name, interop));
}

function valueOf(exports: object, name: string, interop: Interop): unknown {
  if (name === "default") {
    const compiled = exports as { __esModule?: unknown; default?: unknown };
    return interop === "typescript" && compiled.__esModule && "default" in exports
      ? compiled.default
      : exports;
  }
  return read(exports, name);
}

/** A getter may throw where nobody has asked for the name. */
function read(exports: object, name: string): unknown {
  try {
    return (exports as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" || typeof value === "function") && value !== null;
}

const OF_FUNCTIONS = new Set(["length", "name", "prototype", "arguments", "caller"]);

/** Names of exports: properties of an object, static members of a class, methods where what is exported was made by a class. */
function namesIn(exports: object): string[] {
  if (Array.isArray(exports)) return [];
  const names = Object.keys(exports);
  if (typeof exports === "function")
    names.push(...Object.getOwnPropertyNames(exports).filter((name) => !OF_FUNCTIONS.has(name)));
  for (let at = prototypeOf(exports); at !== null && !isBuiltIn(at); at = prototypeOf(at))
    names.push(
      ...Object.getOwnPropertyNames(at).filter(
        (name) => name !== "constructor" && name !== "then" && !OF_FUNCTIONS.has(name),
      ),
    );
  return names;
}

function prototypeOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null;
}

/** Whether a prototype is the language's own, such as that of all functions or of promises. */
function isBuiltIn(prototype: object): boolean {
  const { constructor } = prototype as { constructor?: unknown };
  return (
    typeof constructor !== "function" ||
    /\{\s*\[native code\]\s*\}$/u.test(Function.prototype.toString.call(constructor))
  );
}

/**
 * The namespace of a module for a cell. That of a CommonJS module follows what the module exports later: counters, plugins that add to it,
 * names that only a getter or a proxy knows.
 */
export function namespaceForCells(module: vm.Module): object {
  const exports = exportsOf.get(module);
  if (!exports) return module.namespace;
  let namespace = namespaces.get(module);
  if (!namespace) namespaces.set(module, (namespace = following(module.namespace, exports)));
  return namespace;
}

function following(namespace: object, exports: object): object {
  const follows = (key: string | symbol): boolean => {
    if (typeof key === "symbol" || key === "default") return false;
    // A namespace must not be taken for a promise because its exports inherit from one.
    return key === "then" ? Object.hasOwn(exports, key) : key in exports;
  };
  return new Proxy(namespace, {
    get: (target, key) => Reflect.get(follows(key) ? exports : target, key) as unknown,
    has: (target, key) => Reflect.has(target, key) || follows(key),
  });
}
