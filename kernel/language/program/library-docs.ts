/**
 * Documentation of the libraries. A fifth of the time that TypeScript needs before the first cell would go into parsing the comments of
 * its own libraries and of Node's types; instead a file's comments are parsed when one of its names is asked about.
 */
import type TS from "typescript";
import { ts } from "../compiler.js";

/** Files whose comments are left out at first. */
export function isUndocumented(path: string): boolean {
  return /\/node_modules\/(?:typescript\/lib|@types\/node|undici-types)\//u.test(path);
}

const documented = new WeakSet<TS.SourceFile>();

/** Gives the comments of a file back to its nodes. */
function recallDocs(file: TS.SourceFile): void {
  if (documented.has(file) || !isUndocumented(file.fileName)) return;
  documented.add(file);
  const { languageVersion, fileName, text } = file;
  const options = { languageVersion, jsDocParsingMode: ts.JSDocParsingMode.ParseAll };
  graft(ts.createSourceFile(fileName, text, options, true, ts.ScriptKind.TS), file);
}

/** Sees to it that what the name at a position means has its documentation. */
export function recallDocsAt(service: TS.LanguageService, path: string, position: number): void {
  if (position < 0) return;
  const program = service.getProgram();
  for (const { fileName } of service.getDefinitionAtPosition(path, position) ?? []) {
    const file = program?.getSourceFile(fileName);
    if (file) recallDocs(file);
  }
}

interface WithDocs {
  jsDoc?: TS.JSDoc[];
}

/** Two parses of one text have the same nodes. */
function graft(from: TS.Node, to: TS.Node): void {
  const { jsDoc } = from as WithDocs;
  if (jsDoc) {
    for (const comment of jsDoc) (comment as { parent: TS.Node }).parent = to;
    (to as WithDocs).jsDoc = jsDoc;
  }
  const children = childrenOf(to);
  childrenOf(from).forEach((child, index) => {
    const same = children[index];
    if (same) graft(child, same);
  });
}

function childrenOf(node: TS.Node): TS.Node[] {
  const children: TS.Node[] = [];
  ts.forEachChild(node, (child) => {
    children.push(child);
  });
  return children;
}
