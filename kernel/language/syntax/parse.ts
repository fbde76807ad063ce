/**
 * How a cell parses: as TypeScript, as TSX, or as one object literal. No checker.
 */
import type TS from "typescript";
import { TARGET, ts } from "../compiler.js";

export interface ParsedCell {
  /** The text that was parsed, as long as the cell. */
  readonly text: string;
  readonly file: TS.SourceFile;
  readonly scriptKind: TS.ScriptKind;
  /** What is to be read around the cell: parentheses where it is one object literal, a function where it is run in a loop. */
  readonly around?: readonly [before: string, after: string];
  readonly errors: readonly TS.DiagnosticWithLocation[];
}

/** Every way in which a cell could be meant: as TypeScript, and as TSX where it may have elements. */
export function parsings(text: string): ParsedCell[] {
  const best = parseCell(text);
  return best.errors.length > 0 && MAYBE_JSX.test(text) ? [best, parse(text, ts.ScriptKind.TSX)] : [best];
}

const MAYBE_JSX = /<[\w>]/u;

/**
 * Parses a cell as TypeScript, or as TSX or as an object literal where only that works.
 * @param unfinished the cell is still being written: an element that is begun is one, though nothing is right yet
 */
export function parseCell(text: string, unfinished = false): ParsedCell {
  const plain = parse(text, ts.ScriptKind.TS);
  const isBlock = /^\s*\{[^]*\}\s*$/u.test(text);
  if (isBlock && (plain.errors.length > 0 || isLabelsOnly(plain.file))) {
    const object = parseWithin(["(", ")"], text, ts.ScriptKind.TS);
    if (object.errors.length === 0) return object;
  }
  if (plain.errors.length > 0 && MAYBE_JSX.test(text)) {
    const tsx = parse(text, ts.ScriptKind.TSX);
    const allowed = plain.errors.length - (unfinished ? 0 : 1);
    if (tsx.errors.length === 0 || (hasJsx(tsx.file) && tsx.errors.length <= allowed)) return tsx;
  }
  return plain;
}

/** A cell as the body of a function, asynchronous where it awaits: its names are the function's own. */
export function asFunction({ text, file, scriptKind }: ParsedCell): ParsedCell {
  return parseWithin([awaits(file) ? "(async () => {" : "(() => {", "})"], text, scriptKind);
}

/** Whether the top level awaits anything. */
function awaits(node: TS.Node): boolean {
  if (ts.isFunctionLike(node)) return false;
  if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier)) return true;
  if (
    ts.isVariableDeclarationList(node) &&
    (node.flags & ts.NodeFlags.AwaitUsing) === ts.NodeFlags.AwaitUsing
  )
    return true;
  return ts.forEachChild(node, (child) => awaits(child) || undefined) ?? false;
}

function parseWithin(around: readonly [string, string], text: string, scriptKind: TS.ScriptKind): ParsedCell {
  return { ...parse(`${around[0]}\n${text}\n${around[1]}`, scriptKind), text, around };
}

/** How cells are parsed. */
export const CELL_PARSING: TS.CreateSourceFileOptions = {
  languageVersion: TARGET,
  impliedNodeFormat: ts.ModuleKind.ESNext,
  setExternalModuleIndicator: (file) => {
    // A cell is a module whatever it holds, so that `await` is a keyword at its top level.
    (file as { externalModuleIndicator?: TS.Node | true }).externalModuleIndicator = true;
  },
};

function parse(text: string, scriptKind: TS.ScriptKind): ParsedCell {
  const file = ts.createSourceFile("cell.mts", text, CELL_PARSING, true, scriptKind);
  return { text, file, scriptKind, errors: parseErrors(file) };
}

function parseErrors(file: TS.SourceFile): readonly TS.DiagnosticWithLocation[] {
  return (file as unknown as { parseDiagnostics: readonly TS.DiagnosticWithLocation[] }).parseDiagnostics;
}

/** `{ a: 1 }` parses as a block with a label; nobody means that. */
function isLabelsOnly(file: TS.SourceFile): boolean {
  const [block, ...rest] = file.statements;
  return (
    block !== undefined &&
    rest.length === 0 &&
    ts.isBlock(block) &&
    block.statements.every((s) => ts.isLabeledStatement(s) && ts.isExpressionStatement(s.statement))
  );
}

function hasJsx(node: TS.Node): boolean {
  return (
    ts.isJsxElement(node) ||
    ts.isJsxSelfClosingElement(node) ||
    ts.isJsxFragment(node) ||
    (ts.forEachChild(node, (child) => hasJsx(child) || undefined) ?? false)
  );
}

/** `(x)`, `x!`, `x as T`, `x satisfies T`: the value is that of x. */
export function saysOnlyTypes(
  node: TS.Node,
): node is TS.ParenthesizedExpression | TS.NonNullExpression | TS.AsExpression | TS.SatisfiesExpression {
  return (
    ts.isParenthesizedExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node)
  );
}
