/**
 * Parameters by position and by name, as PyTorch takes them. A signature is written as PyTorch writes it,
 *
 *     "dim | keepdim, *, dtype"
 *
 * with a bar of our own: what stands before it an implementation takes by position, the rest as one options object. A user gives each
 * parameter up to the star by position, or any of them by name in a plain object at the end: x.sum(1, true), x.sum(1, { keepdim: true }) and
 * x.sum({ dim: 1, keepdim: true }) all reach the implementation as (1, { keepdim: true }).
 */

/**
 * Rest parameters of the options `O`: those named `N`, in this order, then an object with others; the object may also come sooner, and then
 * ends the arguments. `N` says each name twice, `[dim: "dim", keepdim: "keepdim"]`: the labels are what editors show as parameters.
 */
export type Given<O, N extends readonly (keyof O)[] = []> = [
  ...{ [I in keyof N]?: O[N[I] & keyof O] | Readonly<O> },
  options?: Readonly<O>,
];

/** Brings arguments to the form that an implementation takes: those before the bar, then the options. */
export type Reader = (args: readonly unknown[]) => unknown[];

/** Whether something is an object like `{ dim: 1 }`, and no tensor, list, module or the like. */
export function isOptions(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  // A plain object of another realm, as cells have one.
  return (
    typeof prototype === "object" && Object.getPrototypeOf(prototype) === null && hasOwnEntries(prototype)
  );
}

/** Object.prototype of any realm. */
function hasOwnEntries(prototype: object): boolean {
  return Object.hasOwn(prototype, "hasOwnProperty") && Object.hasOwn(prototype, "isPrototypeOf");
}

/**
 * What reads the arguments of `name` by a signature.
 * @returns a function that throws TypeError for an unknown option, for a parameter that was given twice, and for too many arguments
 */
export function reader(name: string, signature: string): Reader {
  const [before = "", after = ""] = signature.includes("|") ? signature.split("|") : ["", signature];
  const [byPosition = "", byNameOnly = ""] = after.split("*");
  const first = names(before);
  const positional = [...first, ...names(byPosition)];
  const all = [...positional, ...names(byNameOnly)];
  const place = new Map(all.map((key, i) => [key, i]));
  const count = first.length;
  return (args) => {
    const { length } = args;
    const last = args[length - 1];
    const isNamed = isOptions(last);
    // The form that the implementation takes.
    if (length <= count && !isNamed) return [...args];
    if (length === count + 1 && isNamed && Object.keys(last).every((key) => (place.get(key) ?? -1) >= count))
      return [...args.slice(0, count), withoutNull(last)];
    const given = isNamed ? args.slice(0, -1) : args;
    const surplus = given.slice(positional.length).find((value) => value !== undefined);
    if (surplus !== undefined) {
      throw new TypeError(
        `${name}: expected at most ${positional.length} arguments by position (${positional.join(", ")}), got ${given.length}`,
      );
    }
    const result: unknown[] = given.slice(0, count);
    while (result.length < count) result.push(undefined);
    const options: Record<string, unknown> = {};
    given.slice(count, positional.length).forEach((value, i) => {
      if (value !== undefined && value !== null) options[positional[count + i]!] = value;
    });
    for (const [key, value] of Object.entries(isNamed ? last : {})) {
      if (value === undefined) continue;
      const i = place.get(key);
      if (i === undefined) throw new TypeError(unknownOption(name, key, all));
      if (i < given.length && given[i] !== undefined)
        throw new TypeError(`${name}: ${key} is given twice, as argument ${i + 1} and by name`);
      if (i < count) result[i] = value;
      else if (value !== null) options[key] = value;
    }
    result.push(options);
    return result;
  };
}

function names(list: string): string[] {
  return list
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}

/** PyTorch's None stands for the default. */
function withoutNull(options: Readonly<Record<string, unknown>>): object {
  for (const value of Object.values(options))
    if (value === null) return Object.fromEntries(Object.entries(options).filter(([, v]) => v !== null));
  return options;
}

function unknownOption(name: string, key: string, all: readonly string[]): string {
  const camel = key.replace(/_+([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const hint = all.find((known) => known.toLowerCase() === camel.toLowerCase());
  return `${name}: unknown option ${key}; ${hint === undefined ? (all.length === 0 ? "it takes none" : `it takes ${all.join(", ")}`) : `use ${hint}`}`;
}

/**
 * A function whose parameters may be given by position and by name.
 * @param f takes what stands before the bar by position, and the rest in an object, which is always there
 * @typeParam F how users may call it
 */
export function takes<F extends (...args: never[]) => unknown>(
  name: string,
  signature: string,
  f: (...args: never[]) => ReturnType<F>,
): F {
  const read = reader(name, signature);
  const count = signature.includes("|") ? names(signature.split("|")[0]!).length : 0;
  const call = (...args: unknown[]): unknown => {
    const list = read(args);
    while (list.length < count) list.push(undefined);
    if (list.length === count) list.push({});
    return f(...(list as never[]));
  };
  Object.defineProperty(call, "name", { value: name, configurable: true });
  return call as unknown as F;
}

/** For constructors: the options of `name` among the arguments that come after its required ones, by position or by name. */
export function optionsOf<O extends object>(
  name: string,
  signature: string,
  rest: readonly unknown[],
): Readonly<Partial<O>> {
  let read = readers.get(`${name}(${signature})`);
  if (read === undefined) readers.set(`${name}(${signature})`, (read = reader(name, signature)));
  return (read(rest)[0] ?? {}) as Readonly<Partial<O>>;
}

const readers = new Map<string, Reader>();
