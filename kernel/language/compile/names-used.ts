/**
 * Which names of the notebook a checked cell reads and writes, so that it can be said later whose values have become old.
 */
import type TS from "typescript";
import type { CellModule } from "../program/cell-module.js";
import { changeOf, getAssignmentTargetKind, Target } from "../syntax/changed-objects.js";
import { ts } from "../compiler.js";
import type { NamesUsed } from "../language.js";
import { PRELUDE } from "../names/registry.js";
import { meanings } from "../names/top-level.js";
import { scopeNames } from "./transform/scope-names.js";
import type { OpenCell } from "../program/workspace.js";

export function namesUsed(cell: OpenCell): NamesUsed {
  const { file, module, program } = cell;
  const checker = program.getTypeChecker();
  const scope = scopeNames(cell, new Set());
  const own = [...module.names.values()].filter(({ meaning }) => (meaning & meanings.value) !== 0);
  const declares = new Set(own.map(({ name }) => name));
  const reads = new Set<string>();
  const changes = new Set<string>();
  const assigns = new Set<string>();
  const later = new Map<string, string[]>();
  const changesLater = new Map<string, string[]>();
  const foreign = foreignValues(module);
  const functions = new Set(file.statements.flatMap(namesOfFunctions));

  const visit = (node: TS.Node, into: Set<string>, changed = changes): void => {
    if (ts.isIdentifier(node)) {
      // Its own variables are of interest to a cell where it is over: in the functions that others call.
      const isOfInterest =
        foreign.has(node.text) || (changed === changes ? functions : declares).has(node.text);
      if (!isOfInterest || !scope.isScoped(node)) return;
      const target = getAssignmentTargetKind(node);
      const change = changeOf(node, checker);
      if (change !== undefined) changed.add(node.text);
      if (target !== Target.definite && change !== "only") into.add(node.text);
      if (target !== Target.none && !declares.has(node.text)) assigns.add(node.text);
      return;
    }
    if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return;
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return;
    ts.forEachChild(node, (child) => visit(child, into, changed));
  };
  /** The body of a function is read when it is called. */
  const visitLater = (name: string, nodes: readonly (TS.Node | undefined)[]): void => {
    const into = new Set(later.get(name));
    const changed = new Set(changesLater.get(name));
    for (const node of nodes) if (node) visit(node, into, changed);
    later.set(name, [...into]);
    if (changed.size > 0) changesLater.set(name, [...changed]);
  };
  for (const statement of file.statements) {
    if (statement.getStart(file) >= module.end) break;
    if (statement.pos >= module.insertedAt && statement.end <= module.insertedAt + module.insertedLength)
      continue;
    if (ts.isFunctionDeclaration(statement) && statement.name) {
      visitLater(statement.name.text, [...statement.parameters, statement.body]);
    } else if (ts.isClassDeclaration(statement) && statement.name) {
      for (const clause of statement.heritageClauses ?? []) visit(clause, reads);
      visitLater(statement.name.text, statement.members);
    } else if (ts.isVariableStatement(statement)) {
      for (const declaration of statement.declarationList.declarations) {
        const { name, initializer } = declaration;
        if (ts.isIdentifier(name) && isFunction(initializer)) visitLater(name.text, [initializer]);
        else visit(declaration, reads);
      }
    } else {
      visit(statement, reads);
    }
  }
  return {
    reads: [...reads],
    declares: [...declares],
    assigns: [...assigns],
    later: Object.fromEntries(later),
    ...(changes.size > 0 && { changes: [...changes] }),
    ...(changesLater.size > 0 && { changesLater: Object.fromEntries(changesLater) }),
  };
}

/** Values of earlier cells that the cell mentions. */
function foreignValues(module: CellModule): Set<string> {
  const found = new Set<string>();
  for (const { name, from, meaning } of [...module.foreign.values(), ...module.brought.values()])
    if (from !== PRELUDE && (meaning & meanings.value) !== 0) found.add(name);
  return found;
}

function namesOfFunctions(statement: TS.Statement): string[] {
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement))
    return statement.name ? [statement.name.text] : [];
  if (!ts.isVariableStatement(statement)) return [];
  return statement.declarationList.declarations.flatMap(({ name, initializer }) =>
    ts.isIdentifier(name) && isFunction(initializer) ? [name.text] : [],
  );
}

function isFunction(node: TS.Expression | undefined): boolean {
  if (!node) return false;
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node))
    return isFunction(node.expression);
  return ts.isArrowFunction(node) || ts.isFunctionExpression(node) || ts.isClassExpression(node);
}
