/**
 * Shapes of results: sizes, equality, NumPy's broadcasting. Called for each node that is recorded, so nothing is allocated where an
 * operand's own array will do.
 */

export function product(shape: readonly number[]): number {
  let size = 1;
  for (let i = 0; i < shape.length; i++) size *= shape[i]!;
  return size;
}

export function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Whether `b` broadcasts into `a` without changing it. */
function fitsInto(b: readonly number[], a: readonly number[]): boolean {
  const lead = a.length - b.length;
  if (lead < 0) return false;
  for (let i = 0; i < b.length; i++) {
    const n = b[i]!;
    if (n !== 1 && n !== a[lead + i]) return false;
  }
  return true;
}

/** NumPy's rule: aligned at the last dimension, sizes are equal or one of them is 1. Returns an operand's own array where it fits. */
export function broadcast(a: readonly number[], b: readonly number[]): readonly number[] {
  if (a === b || b.length === 0 || fitsInto(b, a)) return a;
  if (fitsInto(a, b)) return b;
  const rank = Math.max(a.length, b.length);
  const shape = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const m = i <= a.length ? a[a.length - i]! : 1;
    const n = i <= b.length ? b[b.length - i]! : 1;
    shape[rank - i] = m === 1 ? n : m;
  }
  return shape;
}
