/**
 * What the default import of a CommonJS package means. Node gives all that the package exports, and TypeScript goes by that. Where a class is
 * all that a package exports, and its own default export as well, as with ajv and ioredis, its types tell of the latter alone: whether both
 * are the same can only be seen in the package's code.
 */
import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type TS from "typescript";
import { ts } from "../compiler.js";

/** What TypeScript keeps of a file once it is bound. */
interface Bound {
  readonly symbol?: TS.Symbol;
  readonly locals?: ReadonlyMap<TS.__String, Local>;
}

type Local = TS.Symbol & { readonly exportSymbol?: TS.Symbol };

/** By declaration file; packages do not change while a notebook is open. */
const known = new WeakMap<TS.SourceFile, boolean>();

/** Whether the package that a file declares exports nothing but the default export that the file declares. */
export function exportsItsDefault(file: TS.SourceFile): boolean {
  const { symbol } = file as Bound;
  const found = symbol?.exports?.get(ts.InternalSymbolName.Default);
  if (!file.isDeclarationFile || !found || symbol?.exports?.has(ts.InternalSymbolName.ExportEquals))
    return false;
  let answer = known.get(file);
  if (answer === undefined) {
    const code = codeOf(file.fileName);
    answer = code !== undefined && isValue(code, 0);
    known.set(file, answer);
    if (answer) giveDefault(file, found);
  }
  return answer;
}

/** As it is, with its default export as a property: `new Ajv.default()`, as people write for Node, is right too. */
function giveDefault(file: TS.SourceFile, found: TS.Symbol): void {
  const [declaration] = found.declarations ?? [];
  const name =
    declaration && ts.isExportAssignment(declaration) && ts.isIdentifier(declaration.expression)
      ? declaration.expression.escapedText
      : undefined;
  const local: Local | undefined = name === undefined ? found : (file as Bound).locals?.get(name);
  // What is exported where it is declared has one symbol inside and one outside.
  const target = local?.exportSymbol ?? local;
  if (!target || (target.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Function)) === 0) return;
  target.exports ??= new Map();
  if (!target.exports.has(ts.InternalSymbolName.Default))
    target.exports.set(ts.InternalSymbolName.Default, found);
}

/** The JavaScript that a declaration file describes: the file beside it, or what its package is loaded by. */
function codeOf(declarations: string): string | undefined {
  const beside = declarations.replace(/\.d\.([cm]?)ts$/u, ".$1js");
  if (isFile(beside)) return beside;
  const [, root, name] = /^(.*)\/node_modules\/((?:@[^/]+\/)?[^/]+)\//u.exec(declarations) ?? [];
  if (root === undefined || name === undefined) return undefined;
  const of = name.startsWith("@types/") ? name.slice(7).replace(/^(.+)__/u, "@$1/") : name;
  return resolved(of, join(root, "cell.js"));
}

/** How many files lead to one another at most before one that says what it exports. */
const DEPTH = 8;

/** Whether a file's `module.exports` is made to be something else than the object that Node gives it. */
function isValue(path: string, depth: number): boolean {
  if (depth > DEPTH || !/\.c?js$/u.test(path)) return false;
  const text = readFileSync(path, "utf8");
  for (const [, right = ""] of text.matchAll(ASSIGNED)) {
    const required = /^require\(\s*(["'])([^"']+)\1\s*\)(?![.[])/u.exec(right)?.[2];
    if (required !== undefined) {
      const next = resolved(required, path);
      if (next !== undefined) return isValue(next, depth + 1);
    } else if (!/^(?:\{|exports\s*(?:[;,\n}]|$)|void 0)/u.test(right)) return !makesNamespace(right, text);
  }
  return false;
}

const ASSIGNED =
  /(?<![\w$.])(?:exports\s*=\s*)?module\.exports\s*=\s*(?:exports\s*=\s*)?(?!=)([^\n]{1,200})/gu;

/** Bundlers call a function that gives the exports of an ES module. */
function makesNamespace(right: string, text: string): boolean {
  if (/^(?:__toCommonJS|__webpack_exports__|__importStar|__importDefault|Object\.)/u.test(right)) return true;
  return /^(?!require\b)\w+\(/u.test(right) && text.includes("__esModule");
}

function resolved(specifier: string, from: string): string | undefined {
  try {
    const path = createRequire(from).resolve(specifier);
    return isFile(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
