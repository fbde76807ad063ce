/**
 * TypeScript's words about names, without the modules that stand for cells behind the scenes.
 */

/** Message or signature as it reads where all cells are one program. */
export function inWordsOfCells(text: string): string {
  return text
    .replaceAll(/typeof import\("[^"]*__cellgrad_[^"]*"\)/gu, "the notebook")
    .replaceAll(/import\("[^"]*__cellgrad_[^"]*"\)\./gu, "")
    .replaceAll(/__cellgrad_\d+_(?:__cellgrad_end_)?/gu, "")
    .replaceAll(IMPORTED, (_, path: string) => `import("${shortPath(path)}")`);
}

const IMPORTED = /import\("([^"]+)"(?:, \{ with: \{[^}]*\} \})?\)/gu;

/** The name of a package with what lies in it, or that of a local file: where it lies on disk says nothing to the reader. */
function shortPath(path: string): string {
  const inPackage = path.slice(path.lastIndexOf("/node_modules/") + 1).replace(/^node_modules\//u, "");
  return inPackage.startsWith("/") ? inPackage.slice(inPackage.lastIndexOf("/") + 1) : inPackage;
}

/** Cells have no modules: that a name comes by way of an import or an export is of no interest, least of all of ours. */
export function withoutAlias(text: string): string {
  const bare = text.replaceAll(/^\(alias\) /gmu, "").replaceAll(/\n(?:import|export) [^\n]*(?=\n|$)/gu, "");
  const [, name] = /^class (\w+)/u.exec(bare) ?? [];
  // What a class is as a type needs no second line.
  if (name !== undefined) return bare.replace(new RegExp(`\\ninterface ${name}\\b[^\\n]*`, "u"), "");
  return bare !== text && /^[\w$]+[(<]/u.test(bare) ? `function ${bare}` : bare;
}
