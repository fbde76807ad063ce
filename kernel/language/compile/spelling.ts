/**
 * Which name was meant by one that is misspelt.
 */

/** The candidate that takes fewest edits, if they are few for the length of the name; another case counts little. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.floor(name.length * 0.34) + 0.5;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) >= least) continue;
    const found = distance(name, candidate);
    if (found >= least) continue;
    best = candidate;
    least = found;
  }
  return best;
}

/** Damerau-Levenshtein distance (insert, delete, replace, swap neighbours), where a change of case costs a tenth. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1]! + cost(a[i - 1]!, b[j - 1]!);
      row[j] = Math.min(replaced, previous[j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j]!, before[j - 2]! + 1);
    }
    before = previous;
    previous = row;
  }
  return previous[b.length]!;
}

function cost(a: string, b: string): number {
  if (a === b) return 0;
  return a.toLowerCase() === b.toLowerCase() ? 0.1 : 1;
}

/** The one that differs in capitals and underscores alone. */
export function sameLetters(name: string, candidates: readonly string[]): string | undefined {
  // What ends in an underscore is another thing: it changes its object in place.
  const letters = (text: string): string => text.replaceAll(/_(?=\w)/gu, "").toLowerCase();
  const same = candidates.filter((other) => letters(other) === letters(name));
  return same.length > 0 && !same.includes(name) ? same[0] : undefined;
}
