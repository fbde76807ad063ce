/**
 * Types of variables and properties as cells see them. What the runtime's types know beyond the class, such as a tensor's sizes, holds only
 * as long as nobody assigns again; where that cannot be followed, a variable has the class's general type. TypeScript has no place for
 * such a rule, so the types of variables of cells are looked at when the checker finds them.
 */
import type TS from "typescript";
import { ts } from "../compiler.js";
import { general, generalOfProperty, withoutSizes } from "./general-types.js";
import { isAssigned, isContainer, knowsMore, Trust, type TrustContext, watched } from "./trusted-types.js";

const { SymbolFlags } = ts;

/** What TypeScript keeps of a symbol, as far as it asks for it of a symbol that brings it along. */
interface OwnSymbol extends TS.Symbol {
  links?: { checkFlags: number; type?: TS.Type };
}

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
    const kept = this.#isTrusted(type) ? type : this.#general(type);
    const isList = ts.isVariableDeclaration(this.#declaration) && isListOf(this.#declaration.initializer);
    if (!isList && (!this.#wasAssigned || isConstant(this.#declaration))) return kept;
    return withoutSizes(kept, this.#context.checker);
  }

  /** Whether the value will always have what its type knows beyond the class; what is in a container of others may be exchanged. */
  #isTrusted(type: TS.Type): boolean {
    if (!knowsMore(type, this.#context) || isContainer(type, this.#context)) return false;
    return new Trust(this.#context).isDeclarationTrusted(this.#declaration);
  }

  #general(type: TS.Type): TS.Type {
    const isProperty = ts.isPropertyDeclaration(this.#declaration);
    return isProperty ? generalOfProperty(type, this.#context) : general(type, this.#context);
  }
}

function isListOf(initializer: TS.Expression | undefined): boolean {
  return initializer !== undefined && ts.isArrayLiteralExpression(initializer);
}

function isConstant(declaration: TS.Declaration): boolean {
  return (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Constant) !== 0;
}
