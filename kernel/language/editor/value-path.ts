/**
 * Which value of the session the text at the cursor is about, where a name leads to one without running anything: `data.rows[0]`.
 */
import type TS from "typescript";
import { ts } from "../compiler.js";
import { toModule } from "../program/cell-module.js";
import type { EditedCell } from "./edited-cell.js";
import type { OpenValue, ValuePath } from "../language.js";
import { saysOnlyTypes } from "../syntax/parse.js";

/** The value whose members are completed, if its type does not say which those are. */
export function openValueAt(cell: EditedCell, offset: number): OpenValue | undefined {
  const position = toModule(cell.module, offset);
  const { checker, file } = programOf(cell);
  const access = innermost(file, (node): node is TS.PropertyAccessExpression | TS.ElementAccessExpression =>
    ts.isPropertyAccessExpression(node)
      ? node.name.pos <= position && position <= node.name.end
      : ts.isElementAccessExpression(node) &&
        ts.isStringLiteralLike(node.argumentExpression) &&
        isInside(node.argumentExpression, position, file),
  );
  if (!access || !saysLittle(checker.getTypeAtLocation(access.expression), checker)) return undefined;
  const path = pathOf(access.expression, cell);
  if (!path) return undefined;
  const [member, begins] = ts.isPropertyAccessExpression(access)
    ? ["name" as const, access.name.getStart(file)]
    : ["key" as const, access.argumentExpression.getStart(file) + 1];
  return { path, member, start: Math.min(offset, offset - (position - begins)) };
}

/** The value that the name at the cursor stands for; of JavaScript's own names none is of interest. */
export function valueAt(cell: EditedCell, position: number): ValuePath | undefined {
  const { file } = programOf(cell);
  const name = innermost(
    file,
    (node): node is TS.Identifier =>
      ts.isIdentifier(node) && node.getStart(file) <= position && position <= node.end,
  );
  if (!name) return undefined;
  const { parent } = name;
  if (ts.isPropertyAccessExpression(parent) && parent.name === name) return pathOf(parent, cell);
  return topmost(name, cell) ? pathOf(name, cell) : undefined;
}

function programOf({ service, path }: EditedCell): { checker: TS.TypeChecker; file: TS.SourceFile } {
  const program = service.getProgram()!;
  return { checker: program.getTypeChecker(), file: program.getSourceFile(path)! };
}

function innermost<T extends TS.Node>(
  file: TS.SourceFile,
  isMeant: (node: TS.Node) => node is T,
): T | undefined {
  let found: T | undefined;
  const visit = (node: TS.Node): void => {
    if (isMeant(node)) found = node;
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Whether a position is between the quotes of a text, the second of which may not be there yet. */
function isInside(text: TS.StringLiteralLike, position: number, file: TS.SourceFile): boolean {
  const end = text.isUnterminated ? text.end : text.end - 1;
  return text.getStart(file) < position && position <= end;
}

/** A type from which it cannot be known what a value has: any, unknown, a dictionary. */
function saysLittle(type: TS.Type, checker: TS.TypeChecker): boolean {
  if (type.isUnion()) return type.types.some((part) => saysLittle(part, checker));
  if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.NonPrimitive)) return true;
  if (!(type.flags & ts.TypeFlags.Object)) return false;
  return checker.getIndexInfosOfType(type).some(({ keyType }) => keyType.flags & ts.TypeFlags.String);
}

/** Names from a variable of the notebook, or a global one, to what an expression stands for. */
function pathOf(expression: TS.Expression, cell: EditedCell): ValuePath | undefined {
  const steps: string[] = [];
  for (let node = expression; ; node = node.expression) {
    if (ts.isIdentifier(node)) return isOfNotebook(node, cell) ? [node.text, ...steps] : undefined;
    if (ts.isPropertyAccessExpression(node)) steps.unshift(node.name.text);
    else if (ts.isElementAccessExpression(node)) {
      const { argumentExpression: key } = node;
      if (!ts.isStringLiteralLike(key) && !ts.isNumericLiteral(key)) return undefined;
      steps.unshift(key.text);
    } else if (!saysOnlyTypes(node)) return undefined;
  }
}

/** Whether a name is one of the notebook's or a global one, and none of an inner block's. */
function isOfNotebook(name: TS.Identifier, cell: EditedCell): boolean {
  const symbol = programOf(cell).checker.getSymbolAtLocation(name);
  const known = topmost(name, cell);
  if (!symbol || known) return symbol !== undefined && (symbol === known || symbol === known?.exportSymbol);
  return symbol.declarations?.every((declaration) => declaration.getSourceFile().isDeclarationFile) ?? false;
}

/** What a name means at the top level of a cell, if a cell or the prelude declares it. */
function topmost(name: TS.Identifier, cell: EditedCell): Local | undefined {
  const { locals } = programOf(cell).file as unknown as { locals?: ReadonlyMap<TS.__String, Local> };
  return locals?.get(name.escapedText);
}

type Local = TS.Symbol & { readonly exportSymbol?: TS.Symbol };
