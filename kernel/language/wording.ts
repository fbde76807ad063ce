/**
 * TypeScript's words about names, without the modules that stand for cells behind the scenes.
 */

/** Message or signature as it reads where all cells are one program. */
export function inWordsOfCells(text: string): string {
  return text
    .replaceAll(/typeof import\("[^"]*__cellgrad_[^"]*"\)/gu, "the notebook")
    .replaceAll(/import\("[^"]*__cellgrad_[^"]*"\)\./gu, "")
    .replaceAll(/__cellgrad_\d+_/gu, "");
}

/** Cells have no modules: that a name comes by way of an import is of no interest, least of all of ours. */
export function withoutAlias(text: string): string {
  const bare = text.replace(/^\(alias\) /u, "").replace(/\nimport [^\n]*$/u, "");
  return bare !== text && /^[\w$]+[(<]/u.test(bare) ? `function ${bare}` : bare;
}
