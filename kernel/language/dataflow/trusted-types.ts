/**
 * Whether what a type knows of an object beyond its class is still so. The runtime puts such knowledge into type arguments, the sizes of a
 * tensor for example, and lets a variable take objects that differ in them. TypeScript goes on to believe in what was declared; an
 * expression is trusted here only where its value can be followed back to where it was made, through constants and calls of the runtime.
 */
import type TS from "typescript";
import { getAssignmentTargetKind, Target } from "../syntax/changed-objects.js";
import { ts } from "../compiler.js";
import { resolved } from "../names/namespaces.js";

const { SyntaxKind, TypeFlags } = ts;

/** Who knows where a declaration comes from and what is assigned elsewhere. */
export interface TrustContext {
  readonly checker: TS.TypeChecker;
  /** Whether a file is one of the runtime's. */
  isRuntime(file: TS.SourceFile): boolean;
  /** Whether another cell assigns to the variable of this name, or with a dot before it, to the property. */
  isAssigned(key: string): boolean;
}

/** Variables of cells, whose types are looked at where they are found: what these know is so. */
export const watched = new WeakSet<TS.Symbol>();

/** Whether a type has type arguments of the runtime's classes that say more than any object of the class keeps to. */
export function knowsMore(type: TS.Type, context: TrustContext, depth = 4): boolean {
  if (depth === 0) return false;
  if (type.isUnionOrIntersection()) return type.types.some((part) => knowsMore(part, context, depth - 1));
  const { target } = type as Partial<TS.TypeReference>;
  if (!(type.flags & TypeFlags.Object) || !target) return false;
  const { checker } = context;
  const given = checker.getTypeArguments(type as TS.TypeReference);
  // What is in a list, a map or a promise.
  if (!isRuntimeClass(type, context)) return given.some((part) => knowsMore(part, context, depth - 1));
  return (target.typeParameters ?? []).some((parameter, i) => {
    const constraint = checker.getBaseConstraintOfType(parameter);
    return constraint !== undefined && constraint !== given[i] && given[i] !== parameter;
  });
}

/** Whether a type is a map, a promise, a class of the user's: neither a list nor declared by the runtime. */
export function isContainer(type: TS.Type, context: TrustContext): boolean {
  if (type.isUnion()) return type.types.some((part) => isContainer(part, context));
  const { checker, isRuntime } = context;
  if (!(type.flags & TypeFlags.Object) || checker.isArrayType(type) || checker.isTupleType(type))
    return false;
  const symbol = type.symbol as TS.Symbol | undefined;
  return symbol?.declarations?.every((declaration) => !isRuntime(declaration.getSourceFile())) ?? false;
}

export function isRuntimeClass(type: TS.Type, { isRuntime }: TrustContext): boolean {
  const symbol = type.symbol as TS.Symbol | undefined;
  const declaration = symbol && symbol.flags & ts.SymbolFlags.Class ? symbol.valueDeclaration : undefined;
  return declaration !== undefined && isRuntime(declaration.getSourceFile());
}

export class Trust {
  readonly #context: TrustContext;
  /** Declarations and functions that were followed; one that leads to itself is not trusted. */
  readonly #followed = new Map<TS.Node, boolean>();

  constructor(context: TrustContext) {
    this.#context = context;
  }

  /** Whether the value has what its type knows of it. */
  isTrusted(node: TS.Expression): boolean {
    const { checker } = this.#context;
    if (isPlain(node)) return true;
    if (ts.isSpreadElement(node)) return this.isTrusted(node.expression);
    if (ts.isAsExpression(node) || ts.isTypeAssertionExpression(node))
      return ts.isConstTypeReference(node.type) ? this.isTrusted(node.expression) : true;
    if (
      ts.isParenthesizedExpression(node) ||
      ts.isNonNullExpression(node) ||
      ts.isSatisfiesExpression(node) ||
      ts.isAwaitExpression(node)
    )
      return this.isTrusted(node.expression);
    if (ts.isArrayLiteralExpression(node)) return node.elements.every((element) => this.isTrusted(element));
    const type = checker.getTypeAtLocation(node);
    if (!knowsMore(type, this.#context)) return type.getCallSignatures().length === 0 || !isFunction(node);
    if (ts.isIdentifier(node)) return this.#isSymbolTrusted(checker.getSymbolAtLocation(node));
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) return this.#isCallTrusted(node, type);
    if (ts.isPropertyAccessExpression(node)) return this.#isPropertyTrusted(node);
    if (ts.isElementAccessExpression(node))
      return (
        checker.isTupleType(checker.getTypeAtLocation(node.expression)) && this.isTrusted(node.expression)
      );
    if (ts.isConditionalExpression(node)) return this.#areAlike([node.whenTrue, node.whenFalse]);
    if (ts.isBinaryExpression(node)) {
      const { kind } = node.operatorToken;
      if (kind === SyntaxKind.EqualsToken || kind === SyntaxKind.CommaToken)
        return this.isTrusted(node.right);
      return this.#areAlike([node.left, node.right]);
    }
    return false;
  }

  /** Whether a variable or property, as often as it is read, has what its type knows of its value. */
  isDeclarationTrusted(declaration: TS.Declaration): boolean {
    return this.#once(declaration, () => this.#isDeclarationTrusted(declaration));
  }

  #once(node: TS.Node, follow: () => boolean): boolean {
    const known = this.#followed.get(node);
    if (known !== undefined) return known;
    this.#followed.set(node, false);
    const answer = follow();
    this.#followed.set(node, answer);
    return answer;
  }

  #isDeclarationTrusted(declaration: TS.Declaration): boolean {
    if (ts.isClassLike(declaration) || ts.isFunctionLike(declaration)) return true;
    if (ts.isBindingElement(declaration)) return this.#isElementTrusted(declaration);
    if (ts.isVariableDeclaration(declaration)) {
      const isConst = (declaration.parent.flags & ts.NodeFlags.Constant) !== 0;
      if (!isConst && isAssigned(declaration, this.#context)) return false;
      return this.#isInitialTrusted(declaration);
    }
    if (ts.isParameter(declaration))
      return declaration.type !== undefined && !isAssigned(declaration, this.#context);
    if (!ts.isPropertyDeclaration(declaration)) return false;
    if (!ts.getModifiers(declaration)?.some(({ kind }) => kind === SyntaxKind.ReadonlyKeyword))
      if (isAssigned(declaration, this.#context)) return false;
    return this.#isInitialTrusted(declaration);
  }

  /** Whether a variable begins as its type says. Lists and objects can be changed inside, whoever has them. */
  #isInitialTrusted({ type, initializer }: TS.VariableDeclaration | TS.PropertyDeclaration): boolean {
    if (!initializer) return type !== undefined;
    if (ts.isArrayLiteralExpression(initializer)) return false;
    if (!type) return this.isTrusted(initializer);
    const { checker } = this.#context;
    const found = checker.getTypeAtLocation(initializer);
    if (!knowsMore(found, this.#context)) return true;
    return found === checker.getTypeAtLocation(type) && this.isTrusted(initializer);
  }

  /** `const { values } = x.sort()`: what the runtime gives, taken apart. */
  #isElementTrusted(element: TS.BindingElement): boolean {
    const { parent: pattern } = element;
    const { parent: whole } = pattern;
    if (!ts.isVariableDeclaration(whole) || element.dotDotDotToken || element.initializer) return false;
    const isConst = (whole.parent.flags & ts.NodeFlags.Constant) !== 0;
    if (!isConst && isAssigned(element, this.#context)) return false;
    const { initializer } = whole;
    if (!initializer) return false;
    if (ts.isArrayBindingPattern(pattern) && ts.isArrayLiteralExpression(initializer)) {
      const part = initializer.elements[pattern.elements.indexOf(element)];
      return part !== undefined && this.isTrusted(part);
    }
    return (
      ts.isCallExpression(initializer) &&
      this.#isRuntimeCall(initializer) &&
      this.#areOperandsTrusted(initializer)
    );
  }

  #isSymbolTrusted(symbol: TS.Symbol | undefined): boolean {
    const { checker } = this.#context;
    const meant = symbol && resolved(symbol, checker);
    if (!meant?.valueDeclaration) return false;
    // What is not trusted has a general type, unless it is a tuple.
    const isSeen = watched.has(meant) && !checker.isTupleType(checker.getTypeOfSymbol(meant));
    return isSeen || this.isDeclarationTrusted(meant.valueDeclaration);
  }

  #isPropertyTrusted(node: TS.PropertyAccessExpression): boolean {
    const declaration = this.#context.checker.getSymbolAtLocation(node.name)?.valueDeclaration;
    if (!declaration) return false;
    if (this.#context.isRuntime(declaration.getSourceFile())) return this.isTrusted(node.expression);
    return this.isDeclarationTrusted(declaration);
  }

  #isCallTrusted(call: TS.CallExpression | TS.NewExpression, type: TS.Type): boolean {
    // A class of the user's takes what it knows from the arguments, as one of the runtime does.
    if (ts.isNewExpression(call)) return this.#areOperandsTrusted(call);
    if (this.#isRuntimeCall(call)) return this.#areOperandsTrusted(call);
    const signature = this.#context.checker.getResolvedSignature(call);
    const callee = signature?.declaration;
    if (!callee || ts.isJSDocSignature(callee) || this.#isForeign(callee) || callee.typeParameters)
      return false;
    return this.#fits(call, callee) && this.#isResultTrusted(callee, type);
  }

  #isRuntimeCall(call: TS.CallExpression): boolean {
    const declaration = this.#context.checker.getResolvedSignature(call)?.declaration;
    return declaration !== undefined && this.#context.isRuntime(declaration.getSourceFile());
  }

  /** Whether a function is one of JavaScript's own or declared alone, so that there is no telling what it gives. */
  #isForeign(callee: TS.SignatureDeclaration): boolean {
    return callee.getSourceFile().isDeclarationFile;
  }

  #areOperandsTrusted(call: TS.CallExpression | TS.NewExpression): boolean {
    const callee = call.expression;
    if (ts.isPropertyAccessExpression(callee) && !this.isTrusted(callee.expression)) return false;
    return (call.arguments ?? []).every((argument) => this.isTrusted(argument));
  }

  /** Whether the arguments are what the parameters say: TypeScript takes others too. */
  #fits(call: TS.CallExpression, callee: TS.SignatureDeclaration): boolean {
    const { checker } = this.#context;
    return call.arguments.every((argument, i) => {
      const parameter = callee.parameters[i];
      if (!parameter?.type) return false;
      const declared = checker.getTypeAtLocation(parameter.type);
      return !knowsMore(declared, this.#context) || checker.getTypeAtLocation(argument) === declared;
    });
  }

  #isResultTrusted(callee: TS.SignatureDeclaration, type: TS.Type): boolean {
    const { body } = callee as TS.FunctionLikeDeclaration;
    if (!body) return false;
    const { checker } = this.#context;
    return this.#once(callee, () =>
      (ts.isBlock(body) ? returned(body) : [body]).every(
        (result) => checker.getTypeAtLocation(result) === type && this.isTrusted(result),
      ),
    );
  }

  /** Of values that differ TypeScript keeps the type of one. */
  #areAlike(nodes: readonly TS.Expression[]): boolean {
    const { checker } = this.#context;
    const [first, ...others] = nodes.map((node) =>
      checker.getNonNullableType(checker.getTypeAtLocation(node)),
    );
    return others.every((type) => type === first) && nodes.every((node) => this.isTrusted(node));
  }
}

/** Whether a variable or property is assigned to other than where it is declared, as far as names tell. */
export function isAssigned(declaration: TS.NamedDeclaration, context: TrustContext): boolean {
  const { name } = declaration;
  if (!name || !(ts.isIdentifier(name) || ts.isPrivateIdentifier(name))) return true;
  const isProperty = ts.isPropertyDeclaration(declaration);
  const isBoth = !isProperty && ts.isParameter(declaration) && ts.getModifiers(declaration) !== undefined;
  const keys = isBoth ? [name.text, `.${name.text}`] : [isProperty ? `.${name.text}` : name.text];
  const here = assignedKeys(declaration.getSourceFile());
  return keys.some((key) => here.has(key) || context.isAssigned(key));
}

const assignedIn = new WeakMap<TS.SourceFile, ReadonlySet<string>>();

/** Names of variables, and with a dot before them of properties, that a file assigns to other than where it declares them. */
export function assignedKeys(file: TS.SourceFile): ReadonlySet<string> {
  const known = assignedIn.get(file);
  if (known) return known;
  const keys = new Set<string>();
  const add = (place: TS.Node, key: string): void => {
    if (getAssignmentTargetKind(place) !== Target.none) keys.add(key);
  };
  const visit = (node: TS.Node): void => {
    if (ts.isPropertyAccessExpression(node)) add(node, `.${node.name.text}`);
    else if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression))
      add(node, `.${node.argumentExpression.text}`);
    else if (ts.isIdentifier(node)) add(node, node.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  assignedIn.set(file, keys);
  return keys;
}

/** What a function returns, those inside of it aside. */
function returned(body: TS.Block): TS.Expression[] {
  const found: TS.Expression[] = [];
  const visit = (node: TS.Node): void => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return;
    if (ts.isReturnStatement(node) && node.expression) found.push(node.expression);
    ts.forEachChild(node, visit);
  };
  visit(body);
  return found;
}

function isPlain(node: TS.Expression): boolean {
  return (
    ts.isLiteralExpression(node) ||
    ts.isPrefixUnaryExpression(node) ||
    node.kind === SyntaxKind.ThisKeyword ||
    node.kind === SyntaxKind.NullKeyword
  );
}

function isFunction(node: TS.Expression): boolean {
  return ts.isFunctionExpression(node) || ts.isArrowFunction(node) || ts.isIdentifier(node);
}
