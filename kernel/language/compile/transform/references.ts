/**
 * Rewrites what a cell's expressions refer to: names of the top level become members of the scope object, `import()` and
 * `import.meta` become what the session provides.
 */
import type TS from "typescript";
import { ts } from "../../compiler.js";
import { isLater } from "../../dataflow/later-names.js";
import { isAssigned } from "../../names/mentioned-names.js";
import { variableKind } from "../../names/top-level.js";
import { evaluation } from "./evaluation.js";
import type { ScopeNames } from "./scope-names.js";

const { factory } = ts;

export type Visit = <T extends TS.Node>(node: T) => T;

/**
 * A function that rewrites any statement or expression of a cell.
 * @param onEval is told of an `eval` that has become a call of `evaluator`
 */
export function referenceVisit(
  names: ScopeNames,
  context: TS.TransformationContext,
  onEval?: () => void,
): Visit {
  return new References(names, context, onEval).visit;
}

class References {
  readonly #names: ScopeNames;
  readonly #context: TS.TransformationContext;
  readonly #onEval: (() => void) | undefined;

  constructor(names: ScopeNames, context: TS.TransformationContext, onEval?: () => void) {
    this.#names = names;
    this.#context = context;
    this.#onEval = onEval;
  }

  readonly visit: Visit = (node) => ts.visitNode(node, this.#rewrite) as typeof node;

  readonly #rewrite = (node: TS.Node): TS.Node => {
    if (ts.isIdentifier(node)) return this.#reference(node);
    if (ts.isExpressionWithTypeArguments(node)) return this.#children(node);
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node))
      return node;
    if (ts.isShorthandPropertyAssignment(node)) return this.#shorthand(node);
    if (ts.isCallExpression(node)) return this.#call(node);
    if (ts.isTaggedTemplateExpression(node)) return this.#taggedTemplate(node);
    if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword)
      return ts.setTextRange(factory.createIdentifier("__meta"), node);
    if (ts.isTypeOfExpression(node) && ts.isIdentifier(node.expression))
      return this.#typeOf(node, node.expression);
    if (ts.isBinaryExpression(node) && this.#isNaming(node))
      return factory.updateBinaryExpression(
        node,
        this.visit(node.left),
        node.operatorToken,
        named((node.left as TS.Identifier).text, node.right, this.visit),
      );
    return this.#hoisted(node) ?? this.#children(node);
  };

  #children<T extends TS.Node>(node: T): T {
    return ts.visitEachChild(node, this.#rewrite, this.#context);
  }

  /** A statement that declares a `var` of the top level, which becomes assignments; undefined for others. */
  #hoisted(node: TS.Node): TS.Node | undefined {
    const { visit } = this;
    if (ts.isVariableStatement(node) && this.#isHoisted(node.declarationList)) {
      const expressions = assignments(node.declarationList, this.#names, visit);
      if (expressions.length === 0) return factory.createEmptyStatement();
      return ts.setTextRange(factory.createExpressionStatement(sequence(expressions)), node);
    }
    if (ts.isForStatement(node) && this.#isHoisted(node.initializer)) {
      const expressions = assignments(node.initializer, this.#names, visit);
      return factory.updateForStatement(
        node,
        expressions.length > 0 ? sequence(expressions) : undefined,
        node.condition && visit(node.condition),
        node.incrementor && visit(node.incrementor),
        visit(node.statement),
      );
    }
    if (ts.isForOfStatement(node) && this.#isHoisted(node.initializer)) {
      const target = assignmentTarget(node.initializer.declarations[0]!.name, this.#names, visit);
      const { awaitModifier, expression, statement } = node;
      return factory.updateForOfStatement(node, awaitModifier, target, visit(expression), visit(statement));
    }
    if (ts.isForInStatement(node) && this.#isHoisted(node.initializer)) {
      const target = assignmentTarget(node.initializer.declarations[0]!.name, this.#names, visit);
      return factory.updateForInStatement(node, target, visit(node.expression), visit(node.statement));
    }
    return undefined;
  }

  #reference(id: TS.Identifier): TS.Node {
    const names = this.#names;
    if (names.isScoped(id)) {
      // What a later cell may define is not defined by assigning to it.
      const isMissing = isAssigned(id) && names.isUnresolved(id) && isLater(id);
      return isMissing ? names.existing(id) : names.access(id.text, id);
    }
    const property = names.metaProperty(id);
    if (!property) return id;
    const meta = factory.createPropertyAccessExpression(factory.createIdentifier("__meta"), property);
    return ts.setTextRange(meta, id);
  }

  #shorthand(node: TS.ShorthandPropertyAssignment): TS.Node {
    const value = this.#reference(node.name) as TS.Expression;
    if (value === node.name) return this.#children(node);
    const byDefault = node.objectAssignmentInitializer;
    const full = byDefault
      ? factory.createAssignment(value, named(node.name.text, byDefault, this.visit))
      : value;
    return ts.setTextRange(factory.createPropertyAssignment(node.name.text, full), node);
  }

  /** What is called without a receiver must not get the scope object as `this`. */
  #callee(expression: TS.Expression): TS.Expression | undefined {
    const inner = unwrapped(expression);
    if (!ts.isIdentifier(inner)) return undefined;
    const access = this.#reference(inner);
    if (access === inner) return undefined;
    const detached = factory.createComma(factory.createNumericLiteral(0), access as TS.Expression);
    return ts.setTextRange(factory.createParenthesizedExpression(detached), inner);
  }

  #taggedTemplate(node: TS.TaggedTemplateExpression): TS.Node {
    const tag = this.#callee(node.tag);
    if (!tag) return this.#children(node);
    return factory.updateTaggedTemplateExpression(node, tag, undefined, this.visit(node.template));
  }

  #call(node: TS.CallExpression): TS.Node {
    const args = () => node.arguments.map(this.visit);
    if (node.expression.kind === ts.SyntaxKind.ImportKeyword)
      return ts.setTextRange(
        factory.createCallExpression(factory.createIdentifier("__import"), undefined, args()),
        node,
      );
    if (this.#onEval && this.#names.isEval(node.expression) && node.arguments.length > 0) {
      this.#onEval();
      return ts.setTextRange(evaluation(this.#names.localsAt(node), args()), node);
    }
    const target = this.#callee(node.expression);
    if (!target) return this.#children(node);
    if (ts.isCallChain(node))
      return factory.updateCallChain(node, target, node.questionDotToken, undefined, args());
    return factory.updateCallExpression(node, target, undefined, args());
  }

  /** `typeof x` must not throw where there is no x. */
  #typeOf(node: TS.TypeOfExpression, id: TS.Identifier): TS.Node {
    const names = this.#names;
    if (!names.isScoped(id) || !names.isUnresolved(id)) return this.#children(node);
    return factory.createParenthesizedExpression(
      factory.createConditionalExpression(
        factory.createBinaryExpression(
          factory.createStringLiteral(id.text),
          ts.SyntaxKind.InKeyword,
          factory.createIdentifier(names.scope),
        ),
        undefined,
        factory.createTypeOfExpression(names.access(id.text)),
        undefined,
        factory.createTypeOfExpression(factory.createIdentifier(id.text)),
      ),
    );
  }

  /** Whether an assignment gives a function or a class of no name the name of the variable. */
  #isNaming(node: TS.BinaryExpression): boolean {
    return (
      node.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
      node.operatorToken.kind <= ts.SyntaxKind.LastAssignment &&
      ts.isIdentifier(node.left) &&
      isAnonymous(node.right) &&
      this.#names.isScoped(node.left)
    );
  }

  #isHoisted(list: TS.ForInitializer | undefined): list is TS.VariableDeclarationList {
    return (
      list !== undefined &&
      ts.isVariableDeclarationList(list) &&
      variableKind(list) === "var" &&
      list.declarations.some((declaration) => this.#names.declares(declaration))
    );
  }
}

/** The assignments that a list of variable declarations of the top level amounts to. */
export function assignments(
  list: TS.VariableDeclarationList,
  names: ScopeNames,
  visit: Visit,
): TS.Expression[] {
  const found: TS.Expression[] = [];
  for (const { name, initializer } of list.declarations) {
    if (initializer) {
      const value = ts.isIdentifier(name) ? named(name.text, initializer, visit) : visit(initializer);
      const assignment = factory.createAssignment(assignmentTarget(name, names, visit), value);
      found.push(ts.setTextRange(assignment, { pos: name.pos, end: initializer.end }));
    } else if (variableKind(list) !== "var" && ts.isIdentifier(name)) {
      found.push(
        ts.setTextRange(
          factory.createAssignment(names.access(name.text, name), factory.createVoidZero()),
          name,
        ),
      );
    }
  }
  return found;
}

/** What a declared name or pattern is as the left side of an assignment. */
function assignmentTarget(name: TS.BindingName, names: ScopeNames, visit: Visit): TS.Expression {
  if (ts.isIdentifier(name)) return names.access(name.text, name);
  const withDefault = (element: TS.BindingElement): TS.Expression => {
    const target = assignmentTarget(element.name, names, visit);
    if (!element.initializer) return target;
    const value = ts.isIdentifier(element.name)
      ? named(element.name.text, element.initializer, visit)
      : visit(element.initializer);
    return factory.createAssignment(target, value);
  };
  if (ts.isArrayBindingPattern(name)) {
    const elements = name.elements.map((element) => {
      if (ts.isOmittedExpression(element)) return element;
      return element.dotDotDotToken
        ? factory.createSpreadElement(withDefault(element))
        : withDefault(element);
    });
    return ts.setTextRange(factory.createArrayLiteralExpression(elements), name);
  }
  const properties = name.elements.map((element) => {
    if (element.dotDotDotToken) return factory.createSpreadAssignment(withDefault(element));
    const key = element.propertyName ? visit(element.propertyName) : (element.name as TS.Identifier).text;
    return factory.createPropertyAssignment(key, withDefault(element));
  });
  return ts.setTextRange(factory.createObjectLiteralExpression(properties), name);
}

/** JavaScript names a function after the variable that it is first assigned to; a member of the scope object would not do that. */
function named(name: string, value: TS.Expression, visit: Visit): TS.Expression {
  const visited = visit(value);
  if (!isAnonymous(value) || name === "__proto__") return visited;
  const object = factory.createObjectLiteralExpression([factory.createPropertyAssignment(name, visited)]);
  return ts.setTextRange(factory.createPropertyAccessExpression(object, name), value);
}

/** Whether an expression is a function or a class without a name of its own. */
export function isAnonymous(expression: TS.Expression): boolean {
  const inner = unwrapped(expression);
  if (ts.isArrowFunction(inner)) return true;
  return (ts.isFunctionExpression(inner) || ts.isClassExpression(inner)) && inner.name === undefined;
}

/** An expression without parentheses and types around it. */
function unwrapped(expression: TS.Expression): TS.Expression {
  const { SyntaxKind } = ts;
  switch (expression.kind) {
    case SyntaxKind.ParenthesizedExpression:
    case SyntaxKind.AsExpression:
    case SyntaxKind.SatisfiesExpression:
    case SyntaxKind.NonNullExpression:
    case SyntaxKind.TypeAssertionExpression:
    case SyntaxKind.ExpressionWithTypeArguments:
      return unwrapped((expression as TS.ParenthesizedExpression).expression);
    default:
      return expression;
  }
}

function sequence(expressions: readonly TS.Expression[]): TS.Expression {
  return expressions.length === 1 ? expressions[0]! : factory.createCommaListExpression(expressions);
}
