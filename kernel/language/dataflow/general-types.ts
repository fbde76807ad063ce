/**
 * What holds of a value however often it is changed: the general type of the runtime's classes, lists of anything where a list was written
 * empty, anything where a property was written null.
 */
import type TS from "typescript";
import { ts } from "../compiler.js";
import { isRuntimeClass, knowsMore, type TrustContext } from "./trusted-types.js";

const { ObjectFlags, SymbolFlags, TypeFlags } = ts;

/** What the checker keeps of a symbol that it has made itself. */
interface OwnSymbol extends TS.Symbol {
  links?: { type?: TS.Type; declaredType?: TS.Type };
}
/** Functions of the checker that make types, which TypeScript does not declare. */
interface TypeMaker extends TS.TypeChecker {
  createArrayType(element: TS.Type): TS.Type;
  createSymbol(flags: TS.SymbolFlags, name: string): OwnSymbol;
  getUnionType(types: readonly TS.Type[]): TS.Type;
}
interface Bindable {
  locals?: Map<string, TS.Symbol>;
}
const { bindSourceFile } = ts as unknown as {
  bindSourceFile(file: TS.SourceFile, options: TS.CompilerOptions): void;
};

/** So far types are looked into. */
const DEPTH = 4;

/** The type with what any object of its classes keeps to, also for what is in a list, a map or a written object. */
export function general(type: TS.Type, context: TrustContext, depth = DEPTH): TS.Type {
  if (depth === 0) return type;
  const checker = context.checker as TypeMaker;
  if (type.isUnion()) {
    const parts = type.types.map((part) => general(part, context, depth - 1));
    return parts.every((part, i) => part === type.types[i]) ? type : checker.getUnionType(parts);
  }
  if (isRuntimeClass(type, context))
    return knowsMore(type, context) ? (instance(type.symbol, undefined, checker) ?? type) : type;
  if (isWrittenObject(type)) {
    for (const property of type.getProperties()) openProperty(property, context, depth - 1);
    return type;
  }
  if (!isReference(type) || checker.isTupleType(type)) return type;
  const given = checker.getTypeArguments(type);
  const isList = checker.isArrayType(type);
  const kept = given.map((part) =>
    isList && part.flags & TypeFlags.Never ? checker.getAnyType() : general(part, context, depth - 1),
  );
  if (kept.every((part, i) => part === given[i])) return type;
  return isList ? checker.createArrayType(kept[0]!) : (instance(type.symbol, kept, checker) ?? type);
}

/** Of a property that was written null or undefined, to be given a value later, nothing else is known. */
export function generalOfProperty(type: TS.Type, context: TrustContext, depth = DEPTH): TS.Type {
  return type.flags & (TypeFlags.Null | TypeFlags.Undefined)
    ? context.checker.getAnyType()
    : general(type, context, depth);
}

/** The checker has made the property for this one object; so it is changed where it stands, and `this` in its methods has it too. */
function openProperty(property: OwnSymbol, context: TrustContext, depth: number): void {
  // Where objects of several kinds are mixed, the checker adds what some lack as optional.
  if (!property.links?.type || property.flags & SymbolFlags.Optional) return;
  property.links.type = generalOfProperty(property.links.type, context, depth);
}

function isWrittenObject(type: TS.Type): boolean {
  const symbol = type.symbol as TS.Symbol | undefined;
  return symbol !== undefined && (symbol.flags & SymbolFlags.ObjectLiteral) !== 0;
}

function isReference(type: TS.Type): type is TS.TypeReference {
  const isObject = (type.flags & TypeFlags.Object) !== 0;
  return isObject && ((type as TS.ObjectType).objectFlags & ObjectFlags.Reference) !== 0;
}

/** Numbers in the place of the sizes that a shape has for the types: `let n = x.shape[0]` takes other numbers. */
export function withoutSizes(type: TS.Type, checker: TS.TypeChecker): TS.Type {
  if (type.isNumberLiteral() && !(type.flags & TypeFlags.EnumLike))
    return checker.getBaseTypeOfLiteralType(type);
  if (!checker.isTupleType(type) && !checker.isArrayType(type)) return type;
  const elements = checker.getTypeArguments(type as TS.TypeReference);
  const [first] = elements.map((element) => withoutSizes(element, checker));
  const areSizes = elements.length > 0 && elements.every((element) => element.isNumberLiteral());
  return areSizes ? (checker as TypeMaker).createArrayType(first!) : type;
}

const instances = new WeakMap<TS.TypeChecker, Map<string, TS.Type | undefined>>();
let symbols = 0;
const numbers = new WeakMap<TS.Symbol, number>();

/**
 * The type that a class or interface is with these type arguments, or by its name alone with the defaults of its type parameters; undefined
 * where they have none.
 */
function instance(
  symbol: TS.Symbol,
  given: readonly TS.Type[] | undefined,
  checker: TypeMaker,
): TS.Type | undefined {
  const known = instances.get(checker) ?? new Map<string, TS.Type | undefined>();
  instances.set(checker, known);
  if (!numbers.has(symbol)) numbers.set(symbol, symbols++);
  const ids = given?.map((type) => (type as TS.Type & { id: number }).id) ?? [];
  const key = [numbers.get(symbol), ...ids].join(" ");
  if (!known.has(key)) known.set(key, named(symbol, given, checker));
  return known.get(key);
}

/** Types are made of text: here of a name in whose scope is what it and its arguments mean. */
function named(
  symbol: TS.Symbol,
  given: readonly TS.Type[] | undefined,
  checker: TypeMaker,
): TS.Type | undefined {
  const { typeParameters = [] } = checker.getDeclaredTypeOfSymbol(symbol) as TS.InterfaceType;
  if (!given && typeParameters.some((parameter) => !checker.getDefaultFromTypeParameter(parameter)))
    return undefined;
  // The last of what `getTypeArguments` gives of a class may be its `this`.
  const args = given?.slice(0, typeParameters.length).map((type, i) => {
    const alias = checker.createSymbol(SymbolFlags.TypeAlias, `Argument${String(i)}`);
    alias.links!.declaredType = type;
    return alias;
  });
  const path = "/__cellgrad_general.mts";
  const list = args ? `<${args.map(({ name }) => name).join(", ")}>` : "";
  const file = ts.createSourceFile(path, `export let general: General${list};`, ts.ScriptTarget.ESNext, true);
  Object.assign(file, { path, resolvedPath: path, originalFileName: path });
  bindSourceFile(file, {});
  const { locals } = file as unknown as Bindable;
  locals?.set("General", symbol);
  for (const alias of args ?? []) locals?.set(alias.name, alias);
  const [statement] = file.statements;
  const node = (statement as TS.VariableStatement).declarationList.declarations[0]!.type!;
  return checker.getTypeFromTypeNode(node);
}
