/**
 * `npm run circles`: files of kernel/, src/, html/ and locale/ that import one another, however far around. What runs first in such a
 * circle depends on who is imported first, and it may find a name that has no value yet. Imports of types alone are gone when the program
 * runs; a circle of theirs does no harm, but mostly a type stands in the wrong file, so they are told too, but for those in `INHERENT`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Files that describe one thing from two sides, so that a type of each has one of the other's in it. */
export const INHERENT: readonly (readonly string[])[] = [
  ["src/graph/plan/group.ts", "src/graph/plan/values.ts"],
  // A module, and what is done with one: it is called, saved and shown.
  ["src/nn/hooks.ts", "src/nn/module.ts", "src/nn/repr.ts", "src/nn/state-hooks.ts", "src/nn/stateDict.ts"],
  ["src/tensor/alias.ts", "src/tensor/core.ts", "src/tensor/op.ts"],
];

export const FOLDERS = ["kernel", "src", "html", "locale"] as const;

/** The files of some folders, and for each the files that it imports. Paths are relative to the repository. @param types imports of types too */
export function importsOf(folders: readonly string[], { types = false } = {}): Map<string, string[]> {
  const imports = new Map<string, string[]>();
  for (const folder of folders) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })) {
      if (!entry.endsWith(".ts")) continue;
      const path = join(folder, entry);
      const named = importedPaths(readFileSync(join(root, path), "utf8"), { types });
      imports.set(
        posix(path),
        named.map((to) => posix(relative(root, join(root, dirname(path), to.replace(/\.js$/, ".ts"))))),
      );
    }
  }
  return imports;
}

/** Relative paths that a module loads before it runs; `import { type A }` loads its module as well, `import type { A }` does not. */
export function importedPaths(text: string, { types = false } = {}): string[] {
  return ts.createSourceFile("module.ts", text, ts.ScriptTarget.Latest).statements.flatMap((statement) => {
    const isType =
      (ts.isImportDeclaration(statement) &&
        statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword) ||
      (ts.isExportDeclaration(statement) && statement.isTypeOnly);
    if ((isType && !types) || !(ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)))
      return [];
    const from = statement.moduleSpecifier;
    return from && ts.isStringLiteral(from) && from.text.startsWith(".") ? [from.text] : [];
  });
}

/** Groups of nodes each of which leads to every other one of its group (Tarjan's strongly connected components), sorted. */
export function circles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const order = new Map<string, number>();
  /** The earliest node on the stack that a node leads to. */
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const visit = (node: string): void => {
    const index = order.size;
    order.set(node, index);
    lowest.set(node, index);
    stack.push(node);
    for (const next of edges.get(node) ?? []) {
      if (!order.has(next)) visit(next);
      if (stack.includes(next)) lowest.set(node, Math.min(lowest.get(node)!, lowest.get(next)!));
    }
    if (lowest.get(node) !== index) return;
    const group = stack.splice(stack.indexOf(node)).sort();
    if (group.length > 1 || edges.get(node)?.includes(node)) found.push(group);
  };
  for (const node of edges.keys()) if (!order.has(node)) visit(node);
  return found.sort((a, b) => (a[0]! < b[0]! ? -1 : 1));
}

const posix = (path: string): string => path.split(sep).join("/");

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const found = circles(importsOf(FOLDERS));
  for (const group of found)
    console.log(`${group.length} files import one another:\n  ${group.join("\n  ")}`);
  if (found.length === 0) console.log("no file imports itself, however far around");
  const known = new Set(INHERENT.map(String));
  for (const group of circles(importsOf(FOLDERS, { types: true })).filter((each) => !known.has(String(each))))
    console.log(`${group.length} files import types of one another:\n  ${group.join("\n  ")}`);
}
