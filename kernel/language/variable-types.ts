/**
 * Types of variables and properties as cells see them. What the runtime's types know beyond the class, such as a tensor's sizes, holds only
 * as long as nobody assigns again; where that cannot be followed, a variable has the class's general type. TypeScript has no place for
 * such a rule, so the types of variables of cells are looked at when the checker finds them.
 */
import type TS from "typescript";
import { ts } from "./compiler.js";
import { isAssigned, isRuntimeClass, knowsMore, Trust, type TrustContext, watched } from "./trusted-types.js";

const { SymbolFlags } = ts;

/** What TypeScript keeps of a symbol, as far as it asks for it of a symbol that brings it along. */
interface OwnSymbol extends TS.Symbol {
  links?: { checkFlags: number; type?: TS.Type };
}
/** Functions of the checker that make types. */
interface TypeMaker extends TS.TypeChecker {
  createArrayType(element: TS.Type): TS.Type;
  getUnionType(types: readonly TS.Type[]): TS.Type;
}
interface Bindable {
  locals?: Map<TS.__String, TS.Symbol>;
}
const { bindSourceFile } = ts as unknown as {
  bindSourceFile(file: TS.SourceFile, options: TS.CompilerOptions): void;
};

const seen = new WeakSet<TS.SourceFile>();

/** Has the types of a file's variables looked at; the file was bound and not checked yet. */
export function watchVariables(file: TS.SourceFile, context: () => TrustContext): void {
  if (seen.has(file)) return;
  seen.add(file);
  const visit = (node: TS.Node): void => {
    if (hasInferredType(node)) watch((node as unknown as { symbol: OwnSymbol }).symbol, node, context);
    ts.forEachChild(node, visit);
  };
  visit(file);
}

function hasInferredType(node: TS.Node): node is TS.NamedDeclaration {
  if (ts.isVariableDeclaration(node))
    return !node.type && ts.isIdentifier(node.name) && mayMakeObjects(node.initializer ?? loopedOver(node));
  if (ts.isPropertyDeclaration(node)) return !node.type && mayMakeObjects(node.initializer);
  return ts.isBindingElement(node) && ts.isIdentifier(node.name) && !isOfParameter(node);
}

function loopedOver({ parent: { parent } }: TS.VariableDeclaration): TS.Expression | undefined {
  return ts.isForOfStatement(parent) ? parent.expression : undefined;
}

function isOfParameter(element: TS.BindingElement): boolean {
  const { parent: whole } = element.parent;
  return ts.isBindingElement(whole) ? isOfParameter(whole) : ts.isParameter(whole);
}

/** Most variables are numbers, texts and functions. */
function mayMakeObjects(initializer: TS.Expression | undefined): boolean {
  return (
    initializer !== undefined &&
    !ts.isLiteralExpression(initializer) &&
    !ts.isFunctionLike(initializer) &&
    !ts.isClassLike(initializer) &&
    !ts.isPrefixUnaryExpression(initializer) &&
    !ts.isTemplateExpression(initializer)
  );
}

function watch(symbol: OwnSymbol, declaration: TS.NamedDeclaration, context: () => TrustContext): void {
  if (symbol.flags & SymbolFlags.Transient || symbol.valueDeclaration !== declaration) return;
  const known = new WeakMap<TS.TypeChecker, WatchedLinks>();
  watched.add(symbol);
  symbol.flags |= SymbolFlags.Transient;
  Object.defineProperty(symbol, "links", {
    get(): WatchedLinks {
      const now = context();
      let links = known.get(now.checker);
      if (!links) known.set(now.checker, (links = new WatchedLinks(symbol, declaration, now)));
      return links;
    },
  });
}

/** What one checker knows of a variable. */
class WatchedLinks {
  readonly checkFlags = 0;
  readonly #symbol: TS.Symbol;
  readonly #declaration: TS.NamedDeclaration;
  readonly #context: TrustContext;
  #type: TS.Type | undefined;
  #isAsked = false;
  #wasAssigned: boolean;

  constructor(symbol: TS.Symbol, declaration: TS.NamedDeclaration, context: TrustContext) {
    this.#symbol = symbol;
    this.#declaration = declaration;
    this.#context = context;
    this.#wasAssigned = isAssigned(declaration, context);
  }

  get type(): TS.Type | undefined {
    if (this.#type === undefined && !this.#isAsked) {
      this.#isAsked = true;
      try {
        // The checker finds it in its own way, and would hand it out at once, as it is.
        this.#context.checker.getTypeOfSymbol(this.#symbol);
      } finally {
        this.#isAsked = false;
      }
    }
    if (!this.#wasAssigned && this.#type && isAssigned(this.#declaration, this.#context)) {
      this.#wasAssigned = true;
      this.type = this.#type;
    }
    return this.#type;
  }

  set type(found: TS.Type | undefined) {
    this.#type = found && this.#lasting(found);
  }

  /** What is true of the variable whenever it is read. */
  #lasting(type: TS.Type): TS.Type {
    const isKept =
      !knowsMore(type, this.#context) || new Trust(this.#context).isDeclarationTrusted(this.#declaration);
    const kept = isKept ? type : general(type, this.#context);
    const isList = ts.isVariableDeclaration(this.#declaration) && isListOf(this.#declaration.initializer);
    if (!isList && (!this.#wasAssigned || isConstant(this.#declaration))) return kept;
    return withoutSizes(kept, this.#context.checker as TypeMaker);
  }
}

function isListOf(initializer: TS.Expression | undefined): boolean {
  return initializer !== undefined && ts.isArrayLiteralExpression(initializer);
}

function isConstant(declaration: TS.Declaration): boolean {
  return (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Constant) !== 0;
}

/** Numbers in the place of the sizes that a shape has for the types: `let n = x.shape[0]` takes other numbers. */
function withoutSizes(type: TS.Type, checker: TypeMaker): TS.Type {
  if (type.isNumberLiteral() && !(type.flags & ts.TypeFlags.EnumLike))
    return checker.getBaseTypeOfLiteralType(type);
  if (!checker.isTupleType(type) && !checker.isArrayType(type)) return type;
  const elements = checker.getTypeArguments(type as TS.TypeReference);
  const [first] = elements.map((element) => withoutSizes(element, checker));
  const areSizes = elements.length > 0 && elements.every((element) => element.isNumberLiteral());
  return areSizes ? checker.createArrayType(first!) : type;
}

/** The type with what any object of its classes keeps to. */
function general(type: TS.Type, context: TrustContext): TS.Type {
  const checker = context.checker as TypeMaker;
  if (type.isUnion()) return checker.getUnionType(type.types.map((part) => general(part, context)));
  if (checker.isArrayType(type)) {
    const [element] = checker.getTypeArguments(type as TS.TypeReference);
    return checker.createArrayType(general(element!, context));
  }
  return isRuntimeClass(type, context) ? (generalOf(type.symbol, checker) ?? type) : type;
}

const generals = new WeakMap<TS.TypeChecker, Map<TS.Symbol, TS.Type | undefined>>();

/** A class's type as its name alone gives it, with the defaults of its type parameters. */
function generalOf(symbol: TS.Symbol, checker: TS.TypeChecker): TS.Type | undefined {
  const known = generals.get(checker) ?? new Map<TS.Symbol, TS.Type | undefined>();
  generals.set(checker, known);
  if (!known.has(symbol)) known.set(symbol, named(symbol, checker));
  return known.get(symbol);
}

function named(symbol: TS.Symbol, checker: TS.TypeChecker): TS.Type | undefined {
  const { typeParameters = [] } = checker.getDeclaredTypeOfSymbol(symbol) as TS.InterfaceType;
  if (typeParameters.some((parameter) => !checker.getDefaultFromTypeParameter(parameter))) return undefined;
  const path = "/__cellgrad_general.mts";
  const file = ts.createSourceFile(path, "export let general: General;", ts.ScriptTarget.ESNext, true);
  Object.assign(file, { path, resolvedPath: path, originalFileName: path });
  bindSourceFile(file, {});
  (file as unknown as Bindable).locals?.set("General" as TS.__String, symbol);
  const [statement] = file.statements;
  const node = (statement as TS.VariableStatement).declarationList.declarations[0]!.type!;
  return checker.getTypeFromTypeNode(node);
}
