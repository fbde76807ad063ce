/**
 * Which identifiers of a cell stand for names of the session's scope object, and how they are spelled there.
 */
import type TS from "typescript";
import { ts } from "../../compiler.js";

import { isMemberName } from "../../names/mentioned-names.js";
import type { OpenCell } from "../../program/workspace.js";
import type { Local } from "./evaluation.js";

const { factory } = ts;

export interface ScopeNames {
  /** The identifier of the scope object: `$`, or another name where the cell has a `$` of its own. */
  readonly scope: string;
  /** `$.name`, at the place of `node`. */
  access(name: string, node?: TS.Node): TS.PropertyAccessExpression;
  /** `($.name, $).name`, which throws where there is no such name. */
  existing(id: TS.Identifier): TS.PropertyAccessExpression;
  /** Whether an identifier in an expression means a name of the scope object; one that no declaration explains does. */
  isScoped(id: TS.Identifier): boolean;
  /** Whether a declaration, such as a nested `var`, makes a name of the top level. */
  declares(node: TS.Node): boolean;
  /** Whether nothing that TypeScript knows declares the name. */
  isUnresolved(id: TS.Identifier): boolean;
  /** Whether it is JavaScript's own `eval`, by that name. */
  isEval(callee: TS.Expression): boolean;
  /** Variables, parameters and such of the functions and blocks around a place. */
  localsAt(node: TS.Node): Local[];
  /** A global that Node's modules have and functions have not. */
  metaProperty(id: TS.Identifier): "filename" | "dirname" | undefined;
  readonly checker: TS.TypeChecker;
}

/** @param locals names that stay as they are, though nothing in the cell declares them */
export function scopeNames(
  { file, module, program, foreign }: OpenCell,
  locals: ReadonlySet<string>,
): ScopeNames {
  const checker = program.getTypeChecker();
  let scope = "$";
  for (let n = 1; module.identifiers.has(scope) || locals.has(scope); n++) scope = `$${String(n)}`;

  const declarations = topLevelDeclarations(file);
  for (const declaration of foreign) declarations.add(declaration);
  const access = (name: string, node?: TS.Node) => {
    const id = factory.createIdentifier(scope);
    const result = factory.createPropertyAccessExpression(id, name);
    return node ? ts.setTextRange(result, node) : result;
  };
  const symbolOf = (id: TS.Identifier): TS.Symbol | undefined => {
    if (ts.isShorthandPropertyAssignment(id.parent))
      return checker.getShorthandAssignmentValueSymbol(id.parent);
    if (ts.isExportSpecifier(id.parent)) return checker.getExportSpecifierLocalTargetSymbol(id.parent);
    return checker.getSymbolAtLocation(id);
  };
  return {
    scope,
    access,
    existing(id) {
      const both = factory.createComma(access(id.text), factory.createIdentifier(scope));
      const object = factory.createParenthesizedExpression(both);
      return ts.setTextRange(factory.createPropertyAccessExpression(object, id.text), id);
    },
    checker,
    isScoped(id) {
      if (isMemberName(id) || id.text === "undefined" || id.text === "arguments" || id.text === "")
        return false;
      if (isDeclaredName(id)) return false;
      if (isIntrinsicTag(id)) return false;
      const symbol = symbolOf(id);
      if (!symbol || checker.isUnknownSymbol(symbol))
        return !locals.has(id.text) && id.text !== "require" && id.text !== "globalThis";
      const own = (symbol.declarations ?? []).filter((declaration) => declarations.has(declaration));
      if (own.length === 0 || own.some((declaration) => isOwnName(id, declaration))) return false;
      // What the code declares itself comes before what is around it.
      return !locals.has(id.text) || own.some((declaration) => declaration.getSourceFile() === file);
    },
    declares: (node) => declarations.has(node),
    isUnresolved(id) {
      const symbol = symbolOf(id);
      return !symbol || checker.isUnknownSymbol(symbol);
    },
    isEval(callee) {
      if (!ts.isIdentifier(callee) || callee.text !== "eval" || locals.has("eval")) return false;
      return (symbolOf(callee)?.declarations ?? []).every((d) => d.getSourceFile().isDeclarationFile);
    },
    localsAt(node) {
      const isLocal = ({ declarations: own = [] }: TS.Symbol): boolean =>
        own.length > 0 && own.every((d) => d.getSourceFile() === file && !declarations.has(d));
      return checker
        .getSymbolsInScope(node, ts.SymbolFlags.Value)
        .filter((symbol) => isLocal(symbol) && symbol.name !== "arguments")
        .map((symbol) => ({
          name: symbol.name,
          isConstant: (symbol.declarations ?? []).some(
            (d) => (ts.getCombinedNodeFlags(d) & ts.NodeFlags.Const) !== 0,
          ),
        }));
    },
    metaProperty(id) {
      if (id.text !== "__filename" && id.text !== "__dirname") return undefined;
      if (isMemberName(id)) return undefined;
      const declared = symbolOf(id)?.declarations ?? [];
      if (declared.some((d) => d.getSourceFile() === file)) return undefined;
      return id.text === "__filename" ? "filename" : "dirname";
    },
  };
}

/** All declarations that make names of the cell's top level. */
function topLevelDeclarations(file: TS.SourceFile): Set<TS.Node> {
  const found = new Set<TS.Node>();
  const visit = (node: TS.Node, nested: boolean): void => {
    if (ts.isVariableDeclarationList(node)) {
      if (!nested || !(node.flags & ts.NodeFlags.BlockScoped)) for (const d of node.declarations) pattern(d);
    } else if (!nested && isNamedStatement(node)) {
      found.add(node);
    } else if (!nested && ts.isImportDeclaration(node)) {
      const clause = node.importClause;
      if (clause?.name) found.add(clause);
      const named = clause?.namedBindings;
      if (named && ts.isNamespaceImport(named)) found.add(named);
      else named?.elements.forEach((element) => found.add(element));
    }
    if (ts.isFunctionLike(node) || ts.isClassLike(node) || ts.isModuleDeclaration(node)) return;
    const inner = nested || !(ts.isSourceFile(node) || ts.isVariableStatement(node));
    ts.forEachChild(node, (child) => {
      visit(child, inner);
    });
  };
  const pattern = (node: TS.VariableDeclaration | TS.BindingElement) => {
    found.add(node);
    if (ts.isIdentifier(node.name)) return;
    for (const element of node.name.elements) if (!ts.isOmittedExpression(element)) pattern(element);
  };
  visit(file, false);
  return found;
}

function isNamedStatement(node: TS.Node): boolean {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isEnumDeclaration(node) ||
    ts.isModuleDeclaration(node) ||
    ts.isImportEqualsDeclaration(node)
  );
}

/**
 * Inside of a class, an enum and a namespace their own name means the thing itself, as in JavaScript: while it is being made it is
 * not in the scope yet.
 */
function isOwnName(id: TS.Identifier, declaration: TS.Node): boolean {
  if (
    !ts.isClassDeclaration(declaration) &&
    !ts.isEnumDeclaration(declaration) &&
    !ts.isModuleDeclaration(declaration)
  )
    return false;
  if (declaration.getSourceFile() !== id.getSourceFile()) return false;
  return declaration.pos <= id.pos && id.end <= declaration.end;
}

function isDeclaredName(id: TS.Identifier): boolean {
  const { parent } = id;
  return !ts.isShorthandPropertyAssignment(parent) && (parent as { name?: TS.Node }).name === id;
}

function isIntrinsicTag(id: TS.Identifier): boolean {
  const { parent } = id;
  const isTag =
    ts.isJsxOpeningElement(parent) || ts.isJsxSelfClosingElement(parent) || ts.isJsxClosingElement(parent);
  return isTag && /^[a-z]/u.test(id.text);
}
