/**
 * Static imports of a cell, as calls of the session's `__import` with what they bind put on the scope object.
 */
import type TS from "typescript";
import { ts } from "../../compiler.js";
import type { ScopeNames } from "./scope-names.js";

const { factory } = ts;

/** Name of the function that makes a live binding; `liveBinding` is its text. */
const LIVE = "__cellgrad_live";

/** Text that defines LIVE: a name of the scope that follows a module's export until something is assigned to it. */
export function liveBinding(scope: string): string {
  return (
    `const ${LIVE} = (name, get) => Object.defineProperty(${scope}, name, { configurable: true, enumerable: true, get, ` +
    `set(value) { Object.defineProperty(${scope}, name, { configurable: true, enumerable: true, writable: true, value }); } });`
  );
}

export type ModuleStatement = TS.ImportDeclaration | TS.ExportDeclaration;

export function isModuleStatement(node: TS.Statement): node is ModuleStatement {
  return ts.isImportDeclaration(node) || ts.isExportDeclaration(node);
}

/** What an import, or an export that is one, does when the cell runs. Types are not imported. */
export function importStatements(statement: ModuleStatement, names: ScopeNames): TS.Statement[] {
  if (!statement.moduleSpecifier || !ts.isStringLiteral(statement.moduleSpecifier)) return [];
  const bindings = ts.isImportDeclaration(statement)
    ? imported(statement, names)
    : reexported(statement, names);
  if (!bindings) return [];

  const module = factory.createUniqueName("module");
  const required = bindings.named.map((binding) => factory.createStringLiteral(binding.exported));
  const load = factory.createAwaitExpression(
    factory.createCallExpression(factory.createIdentifier("__import"), undefined, [
      ts.setTextRange(factory.createStringLiteral(statement.moduleSpecifier.text), statement.moduleSpecifier),
      attributes(statement) ?? factory.createVoidZero(),
      factory.createArrayLiteralExpression(required),
    ]),
  );
  const statements: TS.Statement[] = [constant(module, ts.setTextRange(load, statement), statement)];
  if (bindings.namespace !== undefined)
    statements.push(expression(factory.createAssignment(names.access(bindings.namespace), module)));
  for (const { local, exported } of bindings.named)
    statements.push(
      live(factory.createStringLiteral(local), member(module, factory.createStringLiteral(exported))),
    );
  if (bindings.all) statements.push(liveAll(module));
  return statements;
}

interface Bindings {
  readonly namespace?: string;
  readonly named: readonly { readonly local: string; readonly exported: string }[];
  /** `export * from`: every name but "default". */
  readonly all?: boolean;
}

function imported(statement: TS.ImportDeclaration, names: ScopeNames): Bindings | undefined {
  const clause = statement.importClause;
  if (!clause) return { named: [] };
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return undefined;
  const named: { local: string; exported: string }[] = [];
  if (clause.name && isValue(clause.name, names))
    named.push({ local: clause.name.text, exported: "default" });
  const bindings = clause.namedBindings;
  if (bindings && ts.isNamespaceImport(bindings)) return { named, namespace: bindings.name.text };
  for (const { isTypeOnly, name, propertyName } of bindings?.elements ?? [])
    if (!isTypeOnly && isValue(name, names))
      named.push({ local: name.text, exported: (propertyName ?? name).text });
  const bindsNothing = !clause.name && bindings?.elements.length === 0;
  return named.length > 0 || bindsNothing ? { named } : undefined;
}

function reexported(statement: TS.ExportDeclaration, names: ScopeNames): Bindings | undefined {
  if (statement.isTypeOnly) return undefined;
  const clause = statement.exportClause;
  if (!clause) return { named: [], all: true };
  if (ts.isNamespaceExport(clause)) return { named: [], namespace: clause.name.text };
  const elements = clause.elements.filter(
    (e) => !e.isTypeOnly && ts.isIdentifier(e.name) && isValue(e.name, names),
  );
  const named = elements.map(({ name, propertyName }) => ({
    local: name.text,
    exported: (propertyName ?? name).text,
  }));
  return named.length > 0 || clause.elements.length === 0 ? { named } : undefined;
}

/** `import x = require("y")` and `import x = N.y`, which happen where they stand. */
export function importAlias(statement: TS.ImportEqualsDeclaration, names: ScopeNames): TS.Statement[] {
  const { name, moduleReference } = statement;
  if (statement.isTypeOnly || !isValue(name, names)) return [];
  let value: TS.Expression;
  if (ts.isExternalModuleReference(moduleReference))
    value = factory.createCallExpression(factory.createIdentifier("require"), undefined, [
      moduleReference.expression,
    ]);
  else value = entity(moduleReference, names);
  return [
    ts.setTextRange(expression(factory.createAssignment(names.access(name.text, name), value)), statement),
  ];
}

function entity(name: TS.EntityName, names: ScopeNames): TS.Expression {
  if (ts.isIdentifier(name)) return names.isScoped(name) ? names.access(name.text, name) : name;
  return factory.createPropertyAccessExpression(entity(name.left, names), name.right.text);
}

/** Whether an imported name is more than a type; what can not be resolved is taken for a value. */
function isValue(name: TS.Identifier, { checker }: ScopeNames): boolean {
  const symbol = checker.getSymbolAtLocation(name);
  if (!symbol || !(symbol.flags & ts.SymbolFlags.Alias)) return true;
  const target = checker.getAliasedSymbol(symbol);
  return checker.isUnknownSymbol(target) || (target.flags & ts.SymbolFlags.Value) !== 0;
}

/** `{ with: { type: "json" } }`, also where the user left it out. */
function attributes(statement: TS.ImportDeclaration | TS.ExportDeclaration): TS.Expression | undefined {
  const specifier = (statement.moduleSpecifier as TS.StringLiteral).text;
  const pairs = statement.attributes?.elements.map(({ name, value }) => [
    name.text,
    (value as TS.StringLiteral).text,
  ]);
  if (!pairs && !specifier.endsWith(".json")) return undefined;
  const properties = (pairs ?? [["type", "json"]]).map(([name, value]) =>
    factory.createPropertyAssignment(factory.createStringLiteral(name!), factory.createStringLiteral(value!)),
  );
  const given = factory.createObjectLiteralExpression(properties);
  return factory.createObjectLiteralExpression([factory.createPropertyAssignment("with", given)]);
}

/** `LIVE(name, () => value)` */
function live(name: TS.Expression, value: TS.Expression): TS.Statement {
  const getter = factory.createArrowFunction(undefined, undefined, [], undefined, undefined, value);
  return expression(factory.createCallExpression(factory.createIdentifier(LIVE), undefined, [name, getter]));
}

function liveAll(module: TS.Identifier): TS.Statement {
  const key = factory.createUniqueName("name");
  const test = factory.createStrictInequality(key, factory.createStringLiteral("default"));
  const list = factory.createVariableDeclarationList(
    [factory.createVariableDeclaration(key)],
    ts.NodeFlags.Const,
  );
  return factory.createForInStatement(
    list,
    module,
    factory.createIfStatement(test, live(key, member(module, key))),
  );
}

function member(object: TS.Identifier, key: TS.Expression): TS.Expression {
  return factory.createElementAccessExpression(object, key);
}

function expression(value: TS.Expression): TS.Statement {
  return factory.createExpressionStatement(value);
}

function constant(name: TS.Identifier, value: TS.Expression, at: TS.Node): TS.Statement {
  const declaration = factory.createVariableDeclaration(name, undefined, undefined, value);
  const list = factory.createVariableDeclarationList([declaration], ts.NodeFlags.Const);
  return ts.setTextRange(factory.createVariableStatement(undefined, list), at);
}

/**
 * What TypeScript leaves at the end: the `export {}` of a module, and the import of the JSX runtime, which becomes an `__import`.
 */
export function finishModules(statement: TS.Statement): TS.Statement | undefined {
  if (ts.isExportDeclaration(statement)) return undefined;
  if (!ts.isImportDeclaration(statement)) return statement;
  const bindings = statement.importClause?.namedBindings;
  const elements = bindings && ts.isNamedImports(bindings) ? bindings.elements : [];
  const pattern = factory.createObjectBindingPattern(
    elements.map((e) =>
      factory.createBindingElement(undefined, e.propertyName && moduleName(e.propertyName), e.name),
    ),
  );
  const load = factory.createCallExpression(factory.createIdentifier("__import"), undefined, [
    statement.moduleSpecifier,
  ]);
  const declaration = factory.createVariableDeclaration(
    pattern,
    undefined,
    undefined,
    factory.createAwaitExpression(load),
  );
  const list = factory.createVariableDeclarationList([declaration], ts.NodeFlags.Const);
  return factory.createVariableStatement(undefined, list);
}

function moduleName(name: TS.ModuleExportName): TS.Identifier {
  return factory.createIdentifier(name.text);
}
