/**
 * Parts of a cell that look up the names in them only when they are called, such as functions, or that are nothing but types. What such a
 * name means changes when a later cell defines it, or defines it again: at run time by itself, and for the types once the part is read
 * again, in the scope that is there then.
 */
import type TS from "typescript";
import { ts } from "../compiler.js";
import { isMemberName } from "./mentioned-names.js";
import type { TopLevelName } from "./top-level.js";

export interface LaterPart {
  readonly name: string;
  /** Names that it looks up. */
  readonly mentions: readonly string[];
  /** Where it stands in the cell's text. */
  readonly spans: readonly (readonly [start: number, end: number])[];
}

/**
 * The parts of a cell by the names that they declare; a name of which some is made as the cell runs has none.
 * @param isFixed whether a name means the same for ever
 */
export function laterParts(
  file: TS.SourceFile,
  names: ReadonlyMap<string, TopLevelName>,
  isFixed: (name: string) => boolean,
): LaterPart[] {
  const nodes = new Map<string, TS.Node[]>();
  const add = (name: TS.Identifier | undefined, node: TS.Node) => {
    if (!name) return;
    const known = nodes.get(name.text);
    if (known) known.push(node);
    else nodes.set(name.text, [node]);
  };
  for (const statement of file.statements) {
    if (ts.isVariableStatement(statement)) {
      const [only, ...others] = statement.declarationList.declarations;
      if (only && others.length === 0 && ts.isIdentifier(only.name) && isFunction(only.initializer))
        add(only.name, statement.declarationList);
    } else if (
      ts.isFunctionDeclaration(statement) ||
      ts.isInterfaceDeclaration(statement) ||
      ts.isTypeAliasDeclaration(statement) ||
      (ts.isClassDeclaration(statement) && !isNominal(statement))
    )
      add(statement.name, statement);
  }
  const found: LaterPart[] = [];
  for (const [name, declarations] of nodes) {
    if (declarations.length !== names.get(name)?.nodes.length) continue;
    const mentions = new Set(
      declarations.flatMap(lookedUp).filter((other) => other !== name && !isFixed(other)),
    );
    if (mentions.size === 0) continue;
    found.push({
      name,
      mentions: [...mentions],
      spans: declarations.map((node) => [node.getStart(file), node.end] as const),
    });
  }
  return found;
}

/** A cell's text with nothing in it but some parts, each at its place. */
export function withParts(source: string, parts: readonly LaterPart[]): string {
  const spans = parts.flatMap(({ spans }) => spans).toSorted(([a], [b]) => a - b);
  let text = "";
  for (const [start, end] of spans) {
    if (start < text.length) continue;
    text += blank(source.slice(text.length, start)) + source.slice(start, end);
  }
  return text + blank(source.slice(text.length));
}

function blank(text: string): string {
  return text.replace(/[^\r\n]/gu, (character) => (character.length === 1 ? " " : "  "));
}

/** Names that a declaration looks up, but for those that it declares inside. */
function lookedUp(declaration: TS.Node): string[] {
  const names = new Set<string>();
  const own = new Set<string>();
  const visit = (node: TS.Node): void => {
    if (ts.isIdentifier(node)) {
      if (
        (node.parent as { name?: TS.Node }).name === node &&
        !ts.isShorthandPropertyAssignment(node.parent)
      ) {
        if (!isMemberName(node)) own.add(node.text);
      } else if (!isMemberName(node)) names.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(declaration);
  return [...names].filter((name) => !own.has(name));
}

function isFunction(node: TS.Expression | undefined): boolean {
  if (!node) return false;
  if (ts.isParenthesizedExpression(node) || ts.isSatisfiesExpression(node))
    return isFunction(node.expression);
  return ts.isArrowFunction(node) || ts.isFunctionExpression(node);
}

/**
 * A class whose objects would not be those of the class that is read again, since they have private members, or which looks up names as it
 * is made.
 */
function isNominal(node: TS.ClassDeclaration): boolean {
  const isMadeAtOnce = (modifiers: TS.NodeArray<TS.ModifierLike> | undefined) =>
    modifiers?.some(
      (modifier) =>
        ts.isDecorator(modifier) ||
        modifier.kind === ts.SyntaxKind.StaticKeyword ||
        modifier.kind === ts.SyntaxKind.PrivateKeyword ||
        modifier.kind === ts.SyntaxKind.ProtectedKeyword,
    ) ?? false;
  if (node.heritageClauses || isMadeAtOnce(node.modifiers)) return true;
  return node.members.some((member) => {
    if (ts.isClassStaticBlockDeclaration(member)) return true;
    if (ts.canHaveModifiers(member) && isMadeAtOnce(member.modifiers)) return true;
    if (
      ts.isConstructorDeclaration(member) &&
      member.parameters.some(({ modifiers }) => isMadeAtOnce(modifiers))
    )
      return true;
    return (
      member.name !== undefined &&
      (ts.isPrivateIdentifier(member.name) || ts.isComputedPropertyName(member.name))
    );
  });
}
