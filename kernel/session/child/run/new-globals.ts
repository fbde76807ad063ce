/**
 * Names that user code has put on `globalThis`, with what kind of value each has: the language lets later cells use them.
 */

export class NewGlobals {
  /** What was there before any cell. */
  readonly #before = new Set(Object.getOwnPropertyNames(globalThis));
  #told = "{}";

  /** By name the type of each, in TypeScript; undefined where all is as it was when it was last asked for. */
  changed(): Readonly<Record<string, string>> | undefined {
    const found: Record<string, string> = {};
    for (const name of Object.getOwnPropertyNames(globalThis))
      if (!this.#before.has(name) && /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name))
        found[name] = typeOf(name);
    const now = JSON.stringify(found);
    if (now === this.#told) return undefined;
    this.#told = now;
    return found;
  }
}

/** Of an object, and of what only a getter tells, any. */
function typeOf(name: string): string {
  const value: unknown = Object.getOwnPropertyDescriptor(globalThis, name)?.value;
  const type = typeof value;
  return type === "object" || type === "function" || type === "undefined" ? "any" : type;
}
