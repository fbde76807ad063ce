/**
 * What cells have had for results and texts, as cells find them: `_`, `__`, `___` and `_i`, `Out[3]` and `In[3]`, and by name `_3` and `_i3`.
 */

/** A notebook that goes on for days must not fill the memory. */
const RESULTS = 100;
const TEXTS = 4_000;

const NAME = /^_(i?)([1-9]\d*)$/;
const CELL = /^Cell \[(\d+)\]$/;

export class ResultHistory {
  readonly results: Record<number, unknown> = {};
  readonly texts: Record<number, string> = {};
  readonly #prelude: Record<string, unknown>;
  #lastText = "";

  /** @param prelude where the names stand that change with each cell */
  constructor(prelude: Record<string, unknown>) {
    this.#prelude = prelude;
    for (const name of ["_", "__", "___", "_i"]) this.#set(name, name === "_i" ? "" : undefined);
    this.#set("Out", this.results);
    this.#set("In", this.texts);
  }

  /** From now on cells find this value as the last result. @param cell what errors call the cell */
  addResult(cell: string, value: unknown): void {
    const { __: second, _: first } = this.#prelude;
    this.#set("___", second);
    this.#set("__", first);
    this.#set("_", value);
    add(this.results, cell, value, RESULTS);
  }

  addText(cell: string, text: string): void {
    if (!CELL.test(cell)) return;
    this.#set("_i", this.#lastText);
    this.#lastText = text;
    add(this.texts, cell, text, TEXTS);
  }

  /** The value of a name such as `_3`; undefined for other names. @throws ReferenceError where that cell has left nothing */
  find(name: string): { readonly value: unknown } | undefined {
    const [, isText, number] = NAME.exec(name) ?? [];
    if (number === undefined) return undefined;
    const from: Record<number, unknown> = isText ? this.texts : this.results;
    if (Object.hasOwn(from, number)) return { value: from[Number(number)] };
    const what = isText ? "text is known" : `result is kept: the last ${String(RESULTS)} are`;
    throw new ReferenceError(`${name} is not defined: of cell [${number}] no ${what}`);
  }

  #set(name: string, value: unknown): void {
    const property = { value, writable: true, enumerable: true, configurable: true };
    Object.defineProperty(this.#prelude, name, property);
  }
}

function add(to: Record<number, unknown>, cell: string, value: unknown, limit: number): void {
  const number = CELL.exec(cell)?.[1];
  if (number === undefined) return;
  to[Number(number)] = value;
  Reflect.deleteProperty(to, String(Number(number) - limit));
}
