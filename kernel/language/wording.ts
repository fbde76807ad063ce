/**
 * TypeScript's words about names, without the modules and namespaces that stand for cells behind the scenes.
 */
import { IMPORTS_MODULE, PRELUDE_MODULE } from "./declarations.js";
import type { Registry } from "./registry.js";

const CELL_NAME = /(?:import\("[^"]*__cellgrad_(\d+)[^"]*"\)|__cellgrad_(\d+))\.([\w$]+)/gu;
const OTHER_MODULE = new RegExp(
  `(?:import\\("[^"]*__cellgrad_[^"]*"\\)|${PRELUDE_MODULE}|${IMPORTS_MODULE})\\.`,
  "gu",
);
const WHOLE_MODULE = /typeof import\("[^"]*__cellgrad_[^"]*"\)/gu;

/** Message or signature as it reads where all cells are one program. */
export function inWordsOfCells(text: string, registry: Registry): string {
  // Types of the same name from two cells need to be told apart; say which cell each is from.
  const others = text.replaceAll(CELL_NAME, "");
  const idsOf = new Map<string, Set<string>>();
  for (const [, inModule, inNamespace, name] of text.matchAll(CELL_NAME))
    idsOf.set(name!, (idsOf.get(name!) ?? new Set()).add((inModule ?? inNamespace)!));
  const isAmbiguous = (name: string) => idsOf.get(name)!.size > 1 || others.includes(`'${name}'`);
  return text
    .replaceAll(CELL_NAME, (_, inModule: string | undefined, inNamespace: string, name: string) => {
      const cell = registry.records.get(Number(inModule ?? inNamespace))?.cell;
      return cell !== undefined && isAmbiguous(name) ? `${name} (of Cell [${String(cell)}])` : name;
    })
    .replaceAll(OTHER_MODULE, "")
    .replaceAll(WHOLE_MODULE, "the notebook");
}

/** Cells have no modules: that a name comes by way of an import is of no interest, least of all of ours. */
export function withoutAlias(text: string): string {
  const bare = text.replace(/^\(alias\) /u, "").replace(/\nimport [^\n]*$/u, "");
  return bare !== text && /^[\w$]+[(<]/u.test(bare) ? `function ${bare}` : bare;
}
