/**
 * The tree of values that a client expands: each node that has more below it gets a number, by which the client asks for it. Numbers
 * hold until the program goes on, or the variables are asked for anew.
 */
import type { Debugger, Runtime } from "node:inspector";
import { HOST, type Cdp, type PropertiesAnswer } from "./cdp.js";
import { DapError, type Variable } from "./dap.js";
import { evaluateName, member } from "./member-paths.js";
import { describe } from "./self-description.js";
import { elementCount, typeText, valueText } from "./value-text.js";

/** Group of V8's handles of what is shown. */
export const SHOWN = "cellgrad shown";
/** Longer arrays are shown in pieces of this size, unless the client asks for a part itself. */
const PIECE = 100;

export interface Page {
  readonly filter?: "indexed" | "named";
  readonly start?: number;
  readonly count?: number;
}

type Container =
  /** The names of some of V8's scopes, inner ones first; what an inner one has hides the same name of an outer one. */
  | {
      readonly kind: "scope";
      readonly scopes: readonly Debugger.Scope[];
      readonly shows: (name: string) => boolean;
      readonly extra: readonly { readonly name: string; readonly value: Runtime.RemoteObject }[];
      readonly frame: Debugger.CallFrame;
    }
  | { readonly kind: "notebook"; readonly frame: Debugger.CallFrame | undefined }
  | { readonly kind: "object"; readonly object: Runtime.RemoteObject; readonly path: string | undefined }
  /** What an object is made of, where it wants to be shown otherwise. */
  | { readonly kind: "fields"; readonly object: Runtime.RemoteObject; readonly path: string | undefined }
  | {
      readonly kind: "piece";
      readonly object: Runtime.RemoteObject;
      readonly path: string | undefined;
      readonly start: number;
      readonly count: number;
    }
  /** A value that only a getter knows. */
  | { readonly kind: "getter"; readonly object: Runtime.RemoteObject; readonly name: string };

interface Named {
  readonly name: string;
  readonly value: Runtime.RemoteObject;
  readonly path?: string | undefined;
  readonly visibility?: "private" | "internal";
}

export class Variables {
  readonly #cdp: Cdp;
  readonly #containers = new Map<number, Container>();
  #next = 1;
  /** Whether the client shows types beside values; JupyterLab shows them in place of values. */
  showsTypes = true;
  paused = false;

  constructor(cdp: Cdp) {
    this.#cdp = cdp;
  }

  /** Lets go of all that was shown. */
  async release(): Promise<void> {
    if (this.#containers.size === 0) return;
    this.#containers.clear();
    await this.#cdp.post("Runtime.releaseObjectGroup", { objectGroup: SHOWN }).catch(() => undefined);
  }

  add(container: Container): number {
    const reference = this.#next++;
    this.#containers.set(reference, container);
    return reference;
  }

  container(reference: number): Container {
    const container = this.#containers.get(reference);
    if (!container)
      throw new DapError("The program has gone on since this was shown; expand its parent again.");
    return container;
  }

  async children(reference: number, page: Page = {}): Promise<Variable[]> {
    const container = this.container(reference);
    switch (container.kind) {
      case "scope":
        return this.#show([...(await this.#scope(container)), ...container.extra]);
      case "notebook":
        return this.notebook();
      case "object":
        return this.#object(container.object, container.path, page);
      case "fields":
        return this.#fields(container.object, container.path);
      case "piece": {
        const { object, path, start, count } = container;
        return count > PIECE
          ? this.#pieces(object, path, start, count)
          : this.#elements(object, path, start, count);
      }
      case "getter":
        return this.#show([{ name: "value", value: await this.#get(container.object, container.name) }]);
    }
  }

  /** The variables of all cells. */
  async notebook(): Promise<Variable[]> {
    const { result } = await this.#cdp.post("Runtime.evaluate", {
      expression: `${HOST}.variables()`,
      objectGroup: SHOWN,
      silent: true,
      disableBreaks: true,
    });
    const { result: properties } = await this.#properties(result.objectId!);
    const all = properties.flatMap(({ name, value }) => (value ? [{ name, value, path: name }] : []));
    // What one looks for are values; what computes them comes after.
    const isCode = ({ value }: Named) => value.type === "function";
    return this.#show([...all.filter((named) => !isCode(named)), ...all.filter(isCode)]);
  }

  /** One value as a variable. */
  async one(name: string, value: Runtime.RemoteObject, path?: string): Promise<Variable> {
    const [variable] = await this.#show([{ name, value, path }]);
    return variable!;
  }

  async #scope({ scopes, shows }: Extract<Container, { kind: "scope" }>): Promise<Named[]> {
    const found = new Map<string, Named>();
    for (const { object } of scopes) {
      const { result } = await this.#properties(object.objectId!);
      for (const { name, value } of result) {
        if (shows(name) && !found.has(name)) found.set(name, { name, value: value ?? NOT_YET, path: name });
      }
    }
    return [...found.values()];
  }

  async #object(object: Runtime.RemoteObject, path: string | undefined, page: Page): Promise<Variable[]> {
    const count = elementCount(object);
    if (count === undefined) return this.#selfDescribed(object, path);
    if (page.filter === "named") return this.#fields(object, path, { named: true });
    if (page.start !== undefined || page.filter === "indexed") {
      const start = page.start ?? 0;
      return this.#elements(object, path, start, page.count || count - start);
    }
    if (count <= PIECE) return this.#fields(object, path);
    return [...this.#pieces(object, path, 0, count), ...(await this.#fields(object, path, { named: true }))];
  }

  /** At most a hundred parts, however long the array is. */
  #pieces(object: Runtime.RemoteObject, path: string | undefined, start: number, count: number): Variable[] {
    let size = PIECE;
    while (size * PIECE < count) size *= PIECE;
    const pieces: Variable[] = [];
    for (let at = start; at < start + count; at += size) {
      const part = Math.min(size, start + count - at);
      pieces.push({
        name: `[${String(at)} … ${String(at + part - 1)}]`,
        value: "",
        variablesReference: this.add({ kind: "piece", object, path, start: at, count: part }),
        presentationHint: { kind: "virtual" },
      });
    }
    return pieces;
  }

  async #elements(
    object: Runtime.RemoteObject,
    path: string | undefined,
    start: number,
    count: number,
  ): Promise<Variable[]> {
    const { result } = await this.#cdp.post("Runtime.callFunctionOn", {
      objectId: object.objectId!,
      functionDeclaration: `function (start, count) { return ${HOST}.slice(this, start, count); }`,
      arguments: [{ value: start }, { value: count }],
      objectGroup: SHOWN,
      silent: true,
    });
    const { result: properties } = await this.#properties(result.objectId!);
    return this.#show(
      properties.flatMap(({ name, value }) => (value ? [{ name, value, path: member(path, name) }] : [])),
    );
  }

  /** What an object wants to be shown as. */
  async #selfDescribed(object: Runtime.RemoteObject, path: string | undefined): Promise<Variable[]> {
    if (!this.paused || object.type !== "object" || object.subtype) return this.#fields(object, path);
    const { result } = await this.#cdp.post("Runtime.callFunctionOn", {
      objectId: object.objectId!,
      functionDeclaration: `function () { const shown = ${HOST}.properties(this); return shown === this ? undefined : shown; }`,
      objectGroup: SHOWN,
      silent: true,
    });
    if (result.objectId === undefined) return this.#fields(object, path);
    const shown = await this.#fields(result, path);
    const fields: Variable = {
      name: "[[Fields]]",
      value: "",
      variablesReference: this.add({ kind: "fields", object, path }),
      presentationHint: { kind: "virtual", visibility: "internal" },
    };
    return [...shown.filter(({ presentationHint }) => presentationHint?.visibility !== "internal"), fields];
  }

  /** What an object is made of: properties, private fields, getters, and what V8 knows besides. */
  async #fields(
    object: Runtime.RemoteObject,
    path: string | undefined,
    { named = false }: { named?: boolean } = {},
  ): Promise<Variable[]> {
    const [own, inherited] = await Promise.all([
      this.#properties(object.objectId!, { nonIndexedPropertiesOnly: named }),
      this.#properties(object.objectId!, { ownProperties: false, accessorPropertiesOnly: true }),
    ]);
    const values: Named[] = [];
    const getters = new Set<string>();
    for (const { name, value, get, symbol } of own.result) {
      if (value) values.push({ name, value, path: symbol ? undefined : member(path, name) });
      else if (get?.type === "function") getters.add(name);
    }
    for (const { name, get, symbol } of inherited.result) {
      if (get?.type === "function" && !symbol && name !== "__proto__") getters.add(name);
    }
    for (const { name, value } of own.privateProperties ?? [])
      if (value) values.push({ name, value, visibility: "private" });
    for (const { name, value } of own.internalProperties ?? [])
      if (value) values.push({ name, value, visibility: "internal" });
    const shown = await this.#show(values);
    const internal = shown.findIndex(({ presentationHint }) => presentationHint?.visibility === "internal");
    const lazy = [...getters].map((name): Variable => ({
      name,
      value: "(…)",
      ...evaluateName(member(path, name)),
      variablesReference: this.add({ kind: "getter", object, name }),
      presentationHint: { lazy: true },
    }));
    return internal < 0
      ? [...shown, ...lazy]
      : [...shown.slice(0, internal), ...lazy, ...shown.slice(internal)];
  }

  async #get(object: Runtime.RemoteObject, name: string): Promise<Runtime.RemoteObject> {
    const { result } = await this.#cdp.post("Runtime.callFunctionOn", {
      objectId: object.objectId!,
      functionDeclaration: "function (name) { return this[name]; }",
      arguments: [{ value: name }],
      generatePreview: true,
      objectGroup: SHOWN,
      silent: true,
    });
    return result;
  }

  #properties(
    objectId: string,
    options: Partial<Runtime.GetPropertiesParameterType> & { nonIndexedPropertiesOnly?: boolean } = {},
  ): Promise<PropertiesAnswer> {
    return this.#cdp.post("Runtime.getProperties", {
      objectId,
      ownProperties: true,
      generatePreview: true,
      ...options,
    });
  }

  async #show(list: readonly Named[]): Promise<Variable[]> {
    const described = await describe(
      list.map(({ value }) => value),
      this.#cdp,
      this.paused,
    );
    return list.map(({ name, value, path, visibility }, at): Variable => {
      const count = elementCount(value);
      return {
        name,
        ...this.#text(value, described[at]),
        ...evaluateName(path),
        ...(count !== undefined && count > 0 && { indexedVariables: count }),
        variablesReference:
          value.objectId === undefined ? 0 : this.add({ kind: "object", object: value, path }),
        ...(visibility && { presentationHint: { visibility } }),
      };
    });
  }

  #text(value: Runtime.RemoteObject, described: string | null | undefined): { value: string; type?: string } {
    if (!this.showsTypes) return { value: valueText(value, described) };
    // A description may begin with a type that says more than the class's name: Tensor<[2, 3], float32> [[…
    const detailed = /^([\w$]+<[^>]*>) (.*)$/s.exec(described ?? "");
    if (detailed) return { type: detailed[1]!, value: valueText(value, detailed[2]) };
    return { value: valueText(value, described), type: typeText(value) };
  }
}

/** A `let` or `const` before its line. */
const NOT_YET: Runtime.RemoteObject = { type: "undefined" };
