/** Which variables a cell has given another value, whatever its end: those that it may write are looked at before and after. */

/** Remembers the values of names; the function that comes back answers with those that have changed. */
export function watchAssignments(scope: object, names: readonly string[]): () => string[] {
  const before = names.map((name) => valueOf(scope, name));
  return () => names.filter((name, i) => !isSame(before[i]!, valueOf(scope, name)));
}

interface Slot {
  /** A value, or for an imported name what looks it up. */
  readonly holds: unknown;
  readonly exists: boolean;
}

function valueOf(scope: object, name: string): Slot {
  const property = Object.getOwnPropertyDescriptor(scope, name);
  return { holds: property?.get ?? property?.value, exists: property !== undefined };
}

function isSame(a: Slot, b: Slot): boolean {
  return a.exists === b.exists && Object.is(a.holds, b.holds);
}
