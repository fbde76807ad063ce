/**
 * Objects of the runtime where JavaScript wants a truth value, a number or an order: an object is always true, and `sort()` compares texts. Where a
 * class has `item()`, its one element was meant. TypeScript allows both, so they are looked for here, once it has checked the file.
 */
import type TS from "typescript";
import { ts } from "../compiler.js";
import { isMethod, textBeforeDot } from "../syntax/nodes.js";
import { mayBeMissing } from "./missing-values.js";
import { SIGNS } from "./operators.js";

const { SyntaxKind } = ts;

/** What only a text with such signs can have. */
const MAYBE =
  /\b(?:if|while|for)\b|[?!~]|[=(,:;{\s]-\s*[\w$(]|^-|==|&&|\|\||\.\s*(?:sort|toSorted|filter|some|every|find\w*)\s*\(/u;

/** Comments at the top, one of which switches type checks off. */
const UNCHECKED = /^(?:\s*\/\/[^\n]*\n)*\s*\/\/\s*@ts-nocheck\b/u;

/** Methods of lists that take a condition. */
const PREDICATES: ReadonlySet<string> = new Set([
  "filter",
  "some",
  "every",
  "find",
  "findIndex",
  "findLast",
  "findLastIndex",
]);
const SORTS: ReadonlySet<string> = new Set(["sort", "toSorted"]);

/** Operators whose left side is a condition, and whose right side is one where the whole is. */
const JOINS: ReadonlySet<TS.SyntaxKind> = new Set([
  SyntaxKind.AmpersandAmpersandToken,
  SyntaxKind.BarBarToken,
]);
const JOINING_ASSIGNMENTS: ReadonlySet<TS.SyntaxKind> = new Set([
  SyntaxKind.AmpersandAmpersandEqualsToken,
  SyntaxKind.BarBarEqualsToken,
]);

/** A place in a file where an object is used as what it is not. */
export interface Misuse extends TS.DiagnosticWithLocation {
  readonly messageText: string;
}

/** Uses of objects as truth values, and lists of them that are sorted as texts. */
export function misusedObjects(
  file: TS.SourceFile,
  checker: TS.TypeChecker,
  options: TS.CompilerOptions,
  isOfRuntime: (symbol: TS.Symbol) => boolean,
): Misuse[] {
  // Without strict null checks no type says that a value may be missing.
  if (!MAYBE.test(file.text) || !(options.strictNullChecks ?? options.strict)) return [];
  if (UNCHECKED.test(file.text)) return [];
  return new Search(file, checker, isOfRuntime).misuses();
}

/** What is found in one file. */
class Search {
  readonly #file: TS.SourceFile;
  readonly #checker: TS.TypeChecker;
  readonly #isOfRuntime: (symbol: TS.Symbol) => boolean;
  readonly #found = new Map<TS.Node, string>();

  constructor(file: TS.SourceFile, checker: TS.TypeChecker, isOfRuntime: (symbol: TS.Symbol) => boolean) {
    this.#file = file;
    this.#checker = checker;
    this.#isOfRuntime = isOfRuntime;
  }

  misuses(): Misuse[] {
    const file = this.#file;
    this.#visit(file);
    return [...this.#found]
      .filter(([node]) => !isIgnored(node, file))
      .map(([node, messageText]) => ({
        category: ts.DiagnosticCategory.Error,
        code: 0,
        file,
        start: node.getStart(file),
        length: node.getWidth(file),
        messageText,
      }));
  }

  readonly #visit = (node: TS.Node): void => {
    if (ts.isIfStatement(node) || ts.isWhileStatement(node) || ts.isDoStatement(node))
      this.#condition(node.expression);
    else if (ts.isForStatement(node)) {
      if (node.condition) this.#condition(node.condition);
    } else if (ts.isConditionalExpression(node)) this.#condition(node.condition);
    else if (ts.isPrefixUnaryExpression(node)) {
      if (node.operator === SyntaxKind.ExclamationToken) this.#condition(node.operand);
      else this.#sign(node);
    } else if (ts.isBinaryExpression(node)) {
      const { kind } = node.operatorToken;
      if (JOINS.has(kind) || JOINING_ASSIGNMENTS.has(kind)) this.#condition(node.left);
      else if (kind === SyntaxKind.EqualsEqualsToken) this.#equality(node, "eq");
      else if (kind === SyntaxKind.ExclamationEqualsToken) this.#equality(node, "ne");
    } else if (ts.isCallExpression(node)) this.#call(node);
    ts.forEachChild(node, this.#visit);
  };

  #condition(node: TS.Expression): void {
    const value = withoutBrackets(node);
    // What is left of `&&` and `||`, and behind `!`, is a condition anyway.
    if (ts.isBinaryExpression(value) && JOINS.has(value.operatorToken.kind)) this.#condition(value.right);
    else if (ts.isConditionalExpression(value)) {
      this.#condition(value.whenTrue);
      this.#condition(value.whenFalse);
    } else this.#truth(value);
  }

  /** A value that is asked whether it is true. */
  #truth(value: TS.Expression): void {
    if (isPlain(value)) return;
    const type = this.#checker.getTypeAtLocation(value);
    const name = this.#classOf(type);
    if (name === undefined || mayBeMissing(value, this.#checker)) return;
    const text = textBeforeDot(value, this.#file);
    this.#found.set(value, alwaysTrue(name, text, isOneElement(type, this.#checker)));
  }

  /** `-x` and `~x`, which TypeScript allows: where the shape is known not to be that of a number, they throw. */
  #sign(node: TS.PrefixUnaryExpression): void {
    const checker = this.#checker;
    const type = checker.getTypeAtLocation(node.operand);
    const method = SIGNS[ts.tokenToString(node.operator) ?? ""];
    if (method === undefined || this.#classOf(type) === undefined || !isMethod(type, method, checker)) return;
    const sizes = knownSizes(type, checker);
    if (sizes === undefined || sizes.every((size) => size === 1)) return;
    const operand = textBeforeDot(node.operand, this.#file);
    this.#found.set(node, `There are no operators on objects; write ${operand}.${method}()`);
  }

  /** `a == b` of two objects, which are never equal unless they are one. */
  #equality({ left, right, operatorToken }: TS.BinaryExpression, method: string): void {
    const file = this.#file;
    const [name, other] = [left, right].map((side) => this.#classOf(this.#checker.getTypeAtLocation(side)));
    if (name === undefined || other === undefined) return;
    const [operator, a, b] = [operatorToken.getText(file), textBeforeDot(left, file), right.getText(file)];
    this.#found.set(
      operatorToken.parent,
      `${operator} asks whether two ${name.toLowerCase()}s are one and the same; write ${a}.${method}(${b}) to compare their elements, ${a} ${operator}= ${b} if that was meant`,
    );
  }

  /** `xs.filter((x) => …)`, whose function gives a condition, and `xs.sort()`. */
  #call(node: TS.CallExpression): void {
    if (!ts.isPropertyAccessExpression(node.expression)) return;
    const { name: method, expression: list } = node.expression;
    const sorts = SORTS.has(method.text) && node.arguments.length === 0;
    const [predicate] = PREDICATES.has(method.text) ? node.arguments : [];
    if (!sorts && !predicate) return;
    const checker = this.#checker;
    const type = checker.getNonNullableType(checker.getTypeAtLocation(list));
    if (!checker.isArrayType(type) && !checker.isTupleType(type)) return;
    if (predicate) return this.#predicate(predicate);
    const element = checker.getIndexTypeOfType(type, ts.IndexKind.Number);
    const name = element && this.#classOf(checker.getNonNullableType(element));
    if (name === undefined) return;
    const sort = `${textBeforeDot(list, this.#file)}.${method.text}`;
    this.#found.set(
      node,
      `${method.text}() without a function orders ${name.toLowerCase()}s by their texts; write ${sort}((a, b) => a.item() - b.item())`,
    );
  }

  #predicate(predicate: TS.Expression): void {
    const body = ts.isArrowFunction(predicate) && !ts.isBlock(predicate.body) ? predicate.body : undefined;
    if (body) return this.#condition(body);
    const [signature] = this.#checker.getTypeAtLocation(predicate).getCallSignatures();
    const answer = signature?.getReturnType();
    const name = answer && this.#classOf(answer);
    if (name === undefined) return;
    this.#found.set(predicate, alwaysTrue(name, "…", isOneElement(answer!, this.#checker)));
  }

  /** The runtime's class with `item()` of which all values of a type are. */
  #classOf(type: TS.Type): string | undefined {
    if (type.isUnion()) {
      const classes = type.types.map((one) => this.#classOf(one));
      return classes.includes(undefined) ? undefined : classes[0];
    }
    if (type.isIntersection()) return this.#firstOf(type.types);
    if (type.flags & ts.TypeFlags.TypeParameter) {
      const constraint = this.#checker.getBaseConstraintOfType(type);
      return constraint && constraint !== type ? this.#classOf(constraint) : undefined;
    }
    const symbol = type.getSymbol();
    if (!symbol || !(symbol.flags & ts.SymbolFlags.Class)) return undefined;
    if (this.#isOfRuntime(symbol) && isMethod(type, "item", this.#checker)) return symbol.name;
    const declared = (type as Partial<TS.TypeReference>).target ?? type;
    return this.#firstOf(declared.getBaseTypes() ?? []);
  }

  #firstOf(types: readonly TS.Type[]): string | undefined {
    for (const type of types) {
      const name = this.#classOf(type);
      if (name !== undefined) return name;
    }
    return undefined;
  }
}

function withoutBrackets(node: TS.Expression): TS.Expression {
  return ts.isParenthesizedExpression(node) ? withoutBrackets(node.expression) : node;
}

/** Expressions whose type needs not be asked for: comparisons, negations, literals. */
function isPlain(node: TS.Expression): boolean {
  if (ts.isPrefixUnaryExpression(node) || ts.isLiteralExpression(node) || ts.isTypeOfExpression(node))
    return true;
  if (!ts.isBinaryExpression(node))
    return node.kind === SyntaxKind.TrueKeyword || node.kind === SyntaxKind.FalseKeyword;
  const { kind } = node.operatorToken;
  return (
    kind !== SyntaxKind.CommaToken &&
    kind !== SyntaxKind.QuestionQuestionToken &&
    !(kind >= SyntaxKind.FirstAssignment && kind <= SyntaxKind.LastAssignment)
  );
}

function alwaysTrue(name: string, value: string, isOne: boolean): string {
  const several = isOne ? "" : ` for one element, ${value}.any().item() or ${value}.all().item() for several`;
  return `A ${name.toLowerCase()} is always true as a condition; write ${value}.item()${several}`;
}

/** Sizes of the shape, where the type says them all. */
function knownSizes(type: TS.Type, checker: TS.TypeChecker): number[] | undefined {
  const property = type.getProperty("shape");
  const shape = property && checker.getTypeOfSymbol(property);
  if (!shape || !checker.isTupleType(shape)) return undefined;
  const sizes = checker.getTypeArguments(shape as TS.TypeReference);
  const known = sizes.flatMap((size) => (size.isNumberLiteral() ? [size.value] : []));
  return known.length === sizes.length ? known : undefined;
}

/** Whether the type says that its shape is []. */
function isOneElement(type: TS.Type, checker: TS.TypeChecker): boolean {
  return knownSizes(type, checker)?.length === 0;
}

/** As TypeScript's own errors, it is left out behind `// @ts-ignore`. */
function isIgnored(node: TS.Node, file: TS.SourceFile): boolean {
  const before = file.text.slice(0, node.getStart(file));
  return /\/[/*]\s*@ts-ignore\b[^\n]*\n[^\n]*$/u.test(before);
}
