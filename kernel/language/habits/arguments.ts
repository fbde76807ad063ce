/**
 * Arguments as other libraries take them: devices that there are not, lists in place of tensors, options without their names. What to write
 * instead.
 */
import type TS from "typescript";
import { ts } from "../compiler.js";
import { isMethod, memberNames, text, textBeforeDot, tokenAt, type Place } from "../nodes.js";
import type { FactoryOf } from "../operators.js";

/** More keys than these are not told. */
const KEYS = 24;

/** A sentence about an argument that a parameter does not take. */
export function argumentAdvice(
  { file, start, length }: Place,
  checker: TS.TypeChecker,
  factoryOf: FactoryOf,
): string | undefined {
  const argument = expressionAt(file, start, start + length);
  if (!argument || !ts.isCallExpression(argument.parent)) return undefined;
  const { parent } = argument;
  const callee = ts.isPropertyAccessExpression(parent.expression) ? parent.expression : undefined;
  if (callee?.name.text === "to" && isDevice(argument, file))
    return `Everything is computed on the "cpu"; write ${text(callee.expression, file)}`;
  const type = checker.getTypeAtLocation(argument);
  if (callee?.expression.getText(file) === "Math" && isMethod(type, callee.name.text, checker)) {
    const others = parent.arguments.filter((each) => each !== argument).map((each) => text(each, file));
    return `Math computes with numbers; write ${textBeforeDot(argument, file)}.${callee.name.text}(${others.join(", ")})`;
  }
  const wanted = checker.getContextualType(argument);
  const factory = wanted && (wanted.isUnion() ? wanted.types : [wanted]).map(factoryOf).find(Boolean);
  const isNumbers = checker.isArrayType(type) || checker.isTupleType(type);
  return factory !== undefined && isNumbers ? `Write ${factory}(${text(argument, file)})` : undefined;
}

function isDevice(node: TS.Expression, file: TS.SourceFile): boolean {
  return ts.isStringLiteral(node)
    ? /^(?:cuda|mps|gpu|xpu)(?::\d+)?$/u.test(node.text)
    : /^(?:device|torch\.device\b.*)$/u.test(node.getText(file));
}

/** A sentence about an option that there is not, or something else where an object of options belongs. */
export function optionsAdvice({ file, start, length }: Place, checker: TS.TypeChecker): string | undefined {
  const given = expressionAt(file, start, start + length);
  const property = tokenAt(file, start).parent;
  const object =
    ts.isPropertyAssignment(property) || ts.isShorthandPropertyAssignment(property)
      ? property.parent
      : undefined;
  const value = object ?? given;
  const wanted = value && checker.getContextualType(value);
  if (!wanted) return undefined;
  const options = checker.getNonNullableType(wanted);
  if (checker.isArrayType(options) || options.isUnion())
    return object && byPlace(object, tokenAt(file, start).getText(file), file);
  const keys = memberNames(options, checker);
  if (keys.length === 0 || keys.length > KEYS) return undefined;
  if (object) return `There is ${keys.join(", ")}.`;
  const type = checker.getBaseTypeOfLiteralType(checker.getTypeAtLocation(value));
  const key = keys.find((each) => {
    const property = checker.getNonNullableType(checker.getTypeOfSymbol(options.getProperty(each)!));
    return checker.isTypeAssignableTo(type, checker.getBaseTypeOfLiteralType(property));
  });
  const written = key === undefined ? "" : `; write { ${key}: ${text(value, file)} }`;
  return `Options have names: ${keys.join(", ")}${written}`;
}

/** `x.sum({ dim: 1, keepdim: true })`, where the dim is an argument of its own. */
function byPlace(object: TS.ObjectLiteralExpression, name: string, file: TS.SourceFile): string | undefined {
  const call = object.parent;
  if (!/^(?:dim|axis)$/u.test(name) || !ts.isCallExpression(call)) return undefined;
  const isDim = (each: TS.ObjectLiteralElementLike): boolean => each.name?.getText(file) === name;
  const dim = object.properties.find(isDim);
  if (!dim || !ts.isPropertyAssignment(dim)) return undefined;
  const others = object.properties.filter((each) => each !== dim).map((each) => text(each, file));
  const rest = others.length === 0 ? "" : `, { ${others.join(", ")} }`;
  return `Write ${text(call.expression, file)}(${text(dim.initializer, file)}${rest})`;
}

/** The outermost expression that has exactly this extent. */
function expressionAt(file: TS.SourceFile, start: number, end: number): TS.Expression | undefined {
  let found: TS.Expression | undefined;
  for (let node = tokenAt(file, start); node.getStart(file) === start && node.end <= end; node = node.parent)
    if (node.end === end && ts.isExpression(node)) found = node;
  return found;
}
