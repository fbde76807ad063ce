/**
 * Turns a cell's module into the body of a function over the scope object; `language.ts` says what that body may rely on.
 *
 * It runs before TypeScript's own transformations, on the checked tree: variables of the top level become assignments to the scope
 * object, functions, classes, enums and namespaces stay declarations and are published on it, and every reference goes through it.
 * Types, decorators, `using` and JSX are left to TypeScript.
 */
import type TS from "typescript";
import { ts } from "../../compiler.js";
import type { CellModule } from "../../program/cell-module.js";
import { variableKind } from "../../names/top-level.js";
import { evaluator } from "./evaluation.js";
import {
  finishModules,
  importAlias,
  importStatements,
  isModuleStatement,
  liveBinding,
  type ModuleStatement,
} from "./imports.js";
import { assignments, isAnonymous, referenceVisit, type Visit } from "./references.js";
import { scopeNames, type ScopeNames } from "./scope-names.js";
import { markWaits } from "./waits.js";
import type { OpenCell } from "../../program/workspace.js";

const { factory } = ts;

/** Transformers to emit a cell's module with, and the line that has to go before what they emit. */
export interface CellTransform {
  readonly transformers: TS.CustomTransformers;
  /** What the emitted code calls the scope object. */
  readonly scope: string;
  /** One line of JavaScript, known after the emit. */
  head(): string;
}

export interface CellTransformOptions {
  /** Names that stay as they are; a cell has none, code that a debugger evaluates has those around it. */
  readonly locals?: ReadonlySet<string>;
  /** The cell is a function that is to be run in a loop: it answers with what its last line amounts to, for else nothing would use that. */
  readonly looped?: boolean;
  /** False for code that runs where nothing stops it, such as a debugger's. */
  readonly marksWaits?: boolean;
}

export function cellTransform(
  cell: OpenCell,
  { locals = new Set(), looped = false, marksWaits = true }: CellTransformOptions,
): CellTransform {
  const { file, module } = cell;
  const names = scopeNames(cell, locals);
  const all = file.statements.filter((s) => isOwn(s, file, module));
  const own = looped ? all.map(returning) : all;
  const imports = own.filter(isModuleStatement);
  let evaluates = false;
  // A debugger evaluates its code where the variables are.
  const onEval = marksWaits ? () => void (evaluates = true) : undefined;
  return {
    transformers: {
      before: [(context) => (node) => transformCell(node, own, imports, module, names, context, onEval)],
      after: [
        (context) => (node) => {
          const finished = finish(node, names, context);
          return marksWaits ? markWaits(finished, context) : finished;
        },
      ],
    },
    scope: names.scope,
    head() {
      const alias = names.scope === "$" ? "" : `const ${names.scope} = $;`;
      const binding = imports.length > 0 ? liveBinding(names.scope) : "";
      return `"use strict";${alias}${binding}${evaluates ? evaluator(names.scope) : ""}`;
    },
  };
}

/** Whether a statement is the user's and not one of the imports and exports around the cell. */
function isOwn(statement: TS.Statement, file: TS.SourceFile, module: CellModule): boolean {
  const insertedEnd = module.insertedAt + module.insertedLength;
  return (
    (statement.end <= module.insertedAt || statement.end > insertedEnd) &&
    statement.getStart(file) < module.end
  );
}

function transformCell(
  file: TS.SourceFile,
  own: readonly TS.Statement[],
  imports: readonly ModuleStatement[],
  module: CellModule,
  names: ScopeNames,
  context: TS.TransformationContext,
  onEval?: () => void,
): TS.SourceFile {
  const visit = referenceVisit(names, context, onEval);
  const last = own.findLast((s) => !ts.isEmptyStatement(s));
  // Hoisted, as in any function: variables are undefined and functions can be called before their line.
  const head: TS.Statement[] = [];
  for (const { name, kind } of module.names.values())
    if (kind === "var") head.push(assign(names.access(name), factory.createVoidZero()));
  const body: TS.Statement[] = [];
  for (const statement of own) {
    if (isAmbient(statement) || isModuleStatement(statement)) continue;
    if (ts.isImportEqualsDeclaration(statement)) {
      body.push(...importAlias(statement, names));
      continue;
    }
    const value = expressionOf(statement, visit);
    if (value) {
      body.push(
        ts.setTextRange(
          statement === last ? result(value) : factory.createExpressionStatement(value),
          statement,
        ),
      );
    } else if (ts.isVariableStatement(statement)) {
      body.push(...variables(statement, names, visit));
    } else if (ts.isFunctionDeclaration(statement)) {
      if (statement.body) head.push(publish(statement.name!, names));
      body.push(bare(visit(statement)));
    } else if (
      ts.isClassDeclaration(statement) ||
      ts.isEnumDeclaration(statement) ||
      isValueNamespace(statement, names)
    ) {
      body.push(bare(visit(statement)), publish(statement.name as TS.Identifier, names));
    } else {
      body.push(visit(statement));
    }
  }
  const loads = imports.flatMap((statement) => importStatements(statement, names));
  return factory.updateSourceFile(file, [...head, ...loads, ...body]);
}

/** The value of a statement that is but an expression, which is the cell's result where it comes last. */
function expressionOf(statement: TS.Statement, visit: Visit): TS.Expression | undefined {
  if (ts.isExpressionStatement(statement) || ts.isExportAssignment(statement))
    return visit(statement.expression);
  if (ts.isFunctionDeclaration(statement) && !statement.name) {
    const { modifiers, asteriskToken, parameters, body } = visit(statement);
    const async = modifiers?.filter((m) => m.kind === ts.SyntaxKind.AsyncKeyword);
    return factory.createFunctionExpression(
      async,
      asteriskToken,
      undefined,
      undefined,
      parameters,
      undefined,
      body!,
    );
  }
  if (ts.isClassDeclaration(statement) && !statement.name) {
    const { modifiers, heritageClauses, members } = visit(statement);
    return factory.createClassExpression(
      modifiers?.filter(ts.isDecorator),
      undefined,
      undefined,
      heritageClauses,
      members,
    );
  }
  return undefined;
}

/** A function in parentheses, with its last expression as what it answers. */
function returning(statement: TS.Statement): TS.Statement {
  if (!ts.isExpressionStatement(statement) || !ts.isParenthesizedExpression(statement.expression))
    return statement;
  const arrow = statement.expression.expression;
  if (!ts.isArrowFunction(arrow) || !ts.isBlock(arrow.body)) return statement;
  const { statements } = arrow.body;
  const last = statements.findLast((s) => !ts.isEmptyStatement(s));
  if (!last || !ts.isExpressionStatement(last)) return statement;
  const answer = ts.setTextRange(factory.createReturnStatement(last.expression), last);
  const body = factory.updateBlock(
    arrow.body,
    statements.map((s) => (s === last ? answer : s)),
  );
  const { modifiers, typeParameters, parameters, type, equalsGreaterThanToken } = arrow;
  const answering = factory.updateArrowFunction(
    arrow,
    modifiers,
    typeParameters,
    parameters,
    type,
    equalsGreaterThanToken,
    body,
  );
  return factory.updateExpressionStatement(
    statement,
    factory.updateParenthesizedExpression(statement.expression, answering),
  );
}

/** `return { value: expression }` */
function result(value: TS.Expression): TS.Statement {
  // A function that is the value of a property would be named after it.
  const nameless = isAnonymous(value) ? factory.createComma(factory.createNumericLiteral(0), value) : value;
  const property = factory.createPropertyAssignment("value", nameless);
  return factory.createReturnStatement(factory.createObjectLiteralExpression([property]));
}

function variables(statement: TS.VariableStatement, names: ScopeNames, visit: Visit): TS.Statement[] {
  const list = statement.declarationList;
  if (variableKind(list) === "using") {
    // TypeScript disposes of them at the end of the cell.
    const published = list.declarations.map((declaration) =>
      publish(declaration.name as TS.Identifier, names),
    );
    return [bare(visit(statement)), ...published];
  }
  return assignments(list, names, visit).map((expression) =>
    ts.setTextRange(factory.createExpressionStatement(expression), expression),
  );
}

function assign(target: TS.Expression, value: TS.Expression): TS.Statement {
  return factory.createExpressionStatement(factory.createAssignment(target, value));
}

/** `$.name = name` */
function publish(name: TS.Identifier, names: ScopeNames): TS.Statement {
  return assign(names.access(name.text), factory.createIdentifier(name.text));
}

/** A declaration without `export` and `default`. */
function bare<T extends TS.Statement>(statement: T): T {
  if (!ts.canHaveModifiers(statement)) return statement;
  const isExport = (m: TS.ModifierLike) =>
    m.kind === ts.SyntaxKind.ExportKeyword || m.kind === ts.SyntaxKind.DefaultKeyword;
  const modifiers = statement.modifiers as readonly TS.ModifierLike[] | undefined;
  if (!modifiers?.some(isExport)) return statement;
  const kept = modifiers.filter((m) => !isExport(m));
  const replaced = ts.isClassDeclaration(statement)
    ? factory.replaceDecoratorsAndModifiers(statement, kept)
    : factory.replaceModifiers(
        statement as TS.HasModifiers,
        kept.filter((m) => ts.isModifier(m)),
      );
  return replaced as unknown as T;
}

/** Interfaces, type aliases and what is declared only: nothing runs. */
function isAmbient(statement: TS.Statement): boolean {
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) return true;
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
  return modifiers?.some((m) => m.kind === ts.SyntaxKind.DeclareKeyword) ?? false;
}

function isValueNamespace(statement: TS.Statement, names: ScopeNames): statement is TS.ModuleDeclaration {
  if (!ts.isModuleDeclaration(statement)) return false;
  const symbol = names.checker.getSymbolAtLocation(statement.name);
  return ((symbol?.flags ?? 0) & ts.SymbolFlags.ValueModule) !== 0;
}

/** After TypeScript's transformations: no module syntax is left, and the JSX factory is looked up like any other name. */
function finish(file: TS.SourceFile, names: ScopeNames, context: TS.TransformationContext): TS.SourceFile {
  const statements = file.statements.flatMap((statement) => finishModules(statement) ?? []);
  const visitor = (node: TS.Node): TS.Node => {
    if (ts.isIdentifier(node) && node.pos < 0 && isJsx(node.parent as TS.Node | undefined))
      return names.access(node.text);
    return ts.visitEachChild(node, visitor, context);
  };
  const updated = factory.updateSourceFile(file, statements);
  const usesJsx = file.languageVariant === ts.LanguageVariant.JSX;
  return usesJsx ? (ts.visitNode(updated, visitor) as TS.SourceFile) : updated;
}

function isJsx(node: TS.Node | undefined): boolean {
  return (
    node !== undefined &&
    (ts.isJsxOpeningLikeElement(node) ||
      ts.isJsxOpeningFragment(node) ||
      ts.isJsxFragment(node) ||
      ts.isJsxElement(node))
  );
}
