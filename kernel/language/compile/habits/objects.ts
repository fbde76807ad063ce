/**
 * Objects that are used as Python's would be: called, though they are no functions, and indexed, though they are no lists. What to write is
 * a call of the method that the object has for it.
 */
import type TS from "typescript";
import { ts } from "../../compiler.js";
import { exportsItsDefault } from "../../program/commonjs-interop.js";
import type { FactoryOf } from "../operators.js";
import {
  commaOperands,
  isMethod,
  memberNames,
  text,
  textBeforeDot,
  tokenAt,
  type Place,
} from "../../syntax/nodes.js";

/** Methods that a call of the object itself would mean. */
const CALLED = ["forward"];

/** The call to write in place of one whose callee begins at a position and is an object, a class, or the value of a getter. */
export function callInPlaceOfCall({ file, start }: Place, checker: TS.TypeChecker): string | undefined {
  const call = callAt(file, start);
  if (!call) return undefined;
  const args = argumentsOf(call, file);
  const callee = call.expression;
  const type = checker.getTypeAtLocation(callee);
  const [construct] = type.getConstructSignatures();
  if (construct) {
    const made = `new ${text(callee, file)}(${args})`;
    // `nn.CrossEntropyLoss()(x, y)`: what is made is called in turn.
    const outer = call.parent;
    if (!ts.isCallExpression(outer) || outer.expression !== call) return made;
    const method = CALLED.find((name) => isMethod(construct.getReturnType(), name, checker));
    return method && `${made}.${method}(${outer.arguments.map((each) => text(each, file)).join(", ")})`;
  }
  const method = CALLED.find((name) => isMethod(type, name, checker));
  return method && `${textBeforeDot(callee, file)}.${method}(${args})`;
}

/** `tensor([1, 2])` for `new Tensor([1, 2])`. */
export function callInPlaceOfNew(
  { file, start }: Place,
  checker: TS.TypeChecker,
  factoryOf: FactoryOf,
): string | undefined {
  const made = newOrCallAt(file, start);
  if (!made || !ts.isNewExpression(made)) return undefined;
  const factory = factoryOf(checker.getTypeAtLocation(made));
  return factory && `${factory}(${argumentsOf(made, file)})`;
}

/**
 * What to write for a call of a module, which `import M = require("m")` and `import * as M` give: of its default export, or an import of that,
 * where it is all that the package exports.
 */
export function callOfModule({ file, start }: Place, checker: TS.TypeChecker): string | undefined {
  const call = newOrCallAt(file, start);
  if (!call) return undefined;
  const { expression } = call;
  const module = checker.getTypeAtLocation(expression).symbol as TS.Symbol | undefined;
  const [declared] = module?.declarations ?? [];
  if (!ts.isIdentifier(expression) || !declared || !ts.isSourceFile(declared)) return undefined;
  if (!module?.exports?.has(ts.InternalSymbolName.Default)) return undefined;
  const name = expression.text;
  if (!exportsItsDefault(declared))
    return `${ts.isNewExpression(call) ? "new " : ""}${name}.default(${argumentsOf(call, file)})`;
  const specifier = importedBy(checker.getSymbolAtLocation(expression)?.declarations?.[0]);
  return specifier && `import ${name} from ${specifier.getText()}`;
}

/** The specifier of the module that an import gives as an object. */
function importedBy(declaration: TS.Declaration | undefined): TS.Expression | undefined {
  if (!declaration) return undefined;
  if (ts.isNamespaceImport(declaration)) return declaration.parent.parent.moduleSpecifier;
  return ts.isImportEqualsDeclaration(declaration) &&
    ts.isExternalModuleReference(declaration.moduleReference)
    ? declaration.moduleReference.expression
    : undefined;
}

/** What to write for `x[…]`, and for an assignment to it, where the object has methods for that. */
export function callInPlaceOfIndex({ file, start }: Place, checker: TS.TypeChecker): string | undefined {
  const access = accessAt(file, start);
  if (!access) return undefined;
  const { expression, argumentExpression, parent } = access;
  const type = checker.getNonNullableType(checker.getTypeAtLocation(expression));
  if (checker.getTypeAtLocation(argumentExpression).flags & ts.TypeFlags.StringLike) return undefined;
  const object = textBeforeDot(expression, file);
  const indices = commaOperands(argumentExpression).map((each) => text(each, file));
  const isList = (name: string): boolean => isMethod(type, name, checker);
  const read = isList("at")
    ? `${object}.at(${indices.join(", ")})`
    : isList("get")
      ? `${object}.get(${indices.join(", ")})`
      : partAt(type, object, indices, checker);
  if (read === undefined || !ts.isBinaryExpression(parent) || parent.left !== access) return read;
  const { kind } = parent.operatorToken;
  if (kind < ts.SyntaxKind.FirstAssignment || kind > ts.SyntaxKind.LastAssignment) return read;
  const value = text(parent.right, file);
  if (kind === ts.SyntaxKind.EqualsToken && isList("set"))
    return `${object}.set(${[...indices, value].join(", ")})`;
  // What `at` gives of a tensor is a view of it.
  const given = checker.getTypeAtLocation(parent.right);
  const change =
    kind === ts.SyntaxKind.EqualsToken ? fillOf(given) : IN_PLACE[parent.operatorToken.getText(file)];
  return change !== undefined && isList(change) ? `${read}.${change}(${value})` : undefined;
}

const IN_PLACE: Readonly<Record<string, string>> = {
  "+=": "add_",
  "-=": "sub_",
  "*=": "mul_",
  "/=": "div_",
  "**=": "pow_",
  "%=": "remainder_",
};

function fillOf(value: TS.Type): string {
  return value.flags & (ts.TypeFlags.NumberLike | ts.TypeFlags.BooleanLike) ? "fill_" : "copy_";
}

/** Where the object's one list of parts is meant: `model.layers[0]`. */
function partAt(
  type: TS.Type,
  object: string,
  indices: readonly string[],
  checker: TS.TypeChecker,
): string | undefined {
  const lists = memberNames(type, checker).filter((name) => {
    const member = checker.getTypeOfSymbol(type.getProperty(name)!);
    return checker.isArrayType(member) || checker.isTupleType(member);
  });
  const [only, ...others] = lists;
  if (only === undefined || others.length > 0 || indices.length !== 1) return undefined;
  const part = `${object}.${only}`;
  return indices[0]!.startsWith("-") ? `${part}.at(${indices[0]!})!` : `${part}[${indices[0]!}]`;
}

/** The innermost call whose callee has the position in it. */
export function callAt(file: TS.SourceFile, position: number): TS.CallExpression | undefined {
  for (let node: TS.Node | undefined = tokenAt(file, position); node; node = node.parent)
    if (ts.isCallExpression(node) && position < node.expression.end) return node;
  return undefined;
}

type Call = TS.CallExpression | TS.NewExpression;

/** The innermost call, with `new` or without, that has the position in it. */
export function newOrCallAt(file: TS.SourceFile, position: number): Call | undefined {
  for (let node: TS.Node | undefined = tokenAt(file, position); node; node = node.parent)
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) return node;
  return undefined;
}

function argumentsOf(call: Call, file: TS.SourceFile): string {
  return (call.arguments ?? []).map((each) => text(each, file)).join(", ");
}

/** The innermost access by an index that begins, or has its index, at the position. */
function accessAt(file: TS.SourceFile, position: number): TS.ElementAccessExpression | undefined {
  for (let node: TS.Node | undefined = tokenAt(file, position); node; node = node.parent)
    if (ts.isElementAccessExpression(node)) return node;
  return undefined;
}
