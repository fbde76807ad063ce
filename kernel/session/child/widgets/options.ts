/** Checks of what is given to widgets, with errors that say what was expected, what came, and where. */

/** An object of options, of the names that are known. */
export function requireOptions<T extends object>(
  call: string,
  options: T,
  names: readonly (keyof T & string)[],
): T {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new TypeError(`${call}: expected an object of options, got ${shown(options)}`);
  }
  const unknown = Object.keys(options).find((name) => !(names as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new TypeError(`${call}: there is no option "${unknown}"; there are ${names.join(", ")}`);
  }
  return options;
}

export function requireText(call: string, name: string, value: unknown): string {
  if (typeof value === "string") return value;
  throw new TypeError(`${call}: ${name} should be a string, got ${shown(value)}`);
}

export function requireNumber(call: string, name: string, value: unknown): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new TypeError(`${call}: ${name} should be a finite number, got ${shown(value)}`);
}

export function requireBoolean(call: string, name: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw new TypeError(`${call}: ${name} should be true or false, got ${shown(value)}`);
}

export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 80));
  if (value === null || typeof value === "number" || typeof value === "boolean") return String(value);
  return Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
}
