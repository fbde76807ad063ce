/**
 * Objects as Python's dictionaries: `const d = {}; d["a"] = 1`. TypeScript takes an object that begins empty for one that stays so; what to
 * declare instead.
 */
import type TS from "typescript";
import { ts } from "../../compiler.js";
import { resolved } from "../../names/namespaces.js";
import { tokenAt, type Place } from "../../syntax/nodes.js";

/** The declaration to write for an object that begins empty, where a member or an index of it is used. */
export function openDeclaration({ file, start }: Place, checker: TS.TypeChecker): string | undefined {
  const access = accessOf(tokenAt(file, start));
  if (!access || !ts.isIdentifier(access.expression)) return undefined;
  const symbol = checker.getSymbolAtLocation(access.expression);
  const declaration = symbol && resolved(symbol, checker).valueDeclaration;
  if (!declaration || !ts.isVariableDeclaration(declaration) || declaration.type) return undefined;
  const { initializer } = declaration;
  const isEmpty =
    initializer && ts.isObjectLiteralExpression(initializer) && initializer.properties.length === 0;
  if (!isEmpty) return undefined;
  const keyword = ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const ? "const" : "let";
  return `${keyword} ${access.expression.text}: Record<string, ${heldBy(access, checker)}> = {}`;
}

/** `d.a` and `d["a"]`, at whose object, member or index a token stands. */
function accessOf(token: TS.Node): TS.PropertyAccessExpression | TS.ElementAccessExpression | undefined {
  for (let node = token; !ts.isSourceFile(node); node = node.parent)
    if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) return node;
  return undefined;
}

/** The type of what is put in; numbers where that is not known. */
function heldBy(access: TS.Expression, checker: TS.TypeChecker): string {
  const { parent } = access;
  const isWritten =
    ts.isBinaryExpression(parent) &&
    parent.left === access &&
    parent.operatorToken.kind === ts.SyntaxKind.EqualsToken;
  const type = isWritten
    ? checker.getBaseTypeOfLiteralType(checker.getTypeAtLocation(parent.right))
    : undefined;
  return type === undefined || type.flags & ts.TypeFlags.Any ? "number" : checker.typeToString(type);
}
