/**
 * Arguments as other libraries take them: devices that there are not, lists in place of tensors, options without their names. What to write
 * instead.
 */
import type TS from "typescript";
import { ts } from "../../compiler.js";
import { newOrCallAt } from "./objects.js";
import { isMethod, memberNames, text, textBeforeDot, tokenAt, type Place } from "../../syntax/nodes.js";
import { sameLetters } from "../spelling.js";
import { PYTHON_CALLS } from "./names.js";
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
  if (!argument || !isCall(argument.parent)) return undefined;
  const { parent } = argument;
  const callee = ts.isPropertyAccessExpression(parent.expression) ? parent.expression : undefined;
  if (callee?.name.text === "to" && isDevice(argument, file))
    return `Everything is computed on the "cpu"; write ${text(callee.expression, file)}`;
  const type = checker.getTypeAtLocation(argument);
  if (callee?.expression.getText(file) === "Math" && isMethod(type, callee.name.text, checker)) {
    const others = (parent.arguments ?? [])
      .filter((each) => each !== argument)
      .map((each) => text(each, file));
    return `Math computes with numbers; write ${textBeforeDot(argument, file)}.${callee.name.text}(${others.join(", ")})`;
  }
  const wanted = checker.getContextualType(argument);
  if (wanted && isListWanted(wanted, checker) && isMethod(type, "parameters", checker))
    return `Write ${textBeforeDot(argument, file)}.parameters()`;
  const factory = wanted && (wanted.isUnion() ? wanted.types : [wanted]).map(factoryOf).find(Boolean);
  const isNumbers = checker.isArrayType(type) || checker.isTupleType(type);
  return factory !== undefined && isNumbers ? `Write ${factory}(${text(argument, file)})` : undefined;
}

/**
 * A sentence about numbers that a function of tensors is given whose name Python has for one of numbers: max(1, 2). A user's own function of that name
 * takes no tensors.
 */
export function numbersAdvice(
  { file, start }: Place,
  checker: TS.TypeChecker,
  factoryOf: FactoryOf,
): string | undefined {
  const call = newOrCallAt(file, start);
  if (!call || !ts.isCallExpression(call) || !ts.isIdentifier(call.expression)) return undefined;
  const name = call.expression.text;
  const row = Object.hasOwn(PYTHON_CALLS, name) ? PYTHON_CALLS[name] : undefined;
  if (row === undefined || call.arguments.length === 0) return undefined;
  const [signature] = checker.getTypeAtLocation(call.expression).getCallSignatures();
  const [first] = signature?.parameters ?? [];
  if (first === undefined || factoryOf(checker.getTypeOfSymbolAtLocation(first, call)) === undefined)
    return undefined;
  if (!call.arguments.every((argument) => isOfNumbers(checker.getTypeAtLocation(argument), checker)))
    return undefined;
  const written = row(...call.arguments.map((argument) => text(argument, file)));
  return `${name} computes with tensors here; of numbers write ${written}`;
}

/** Whether it is a number or an array of numbers. */
function isOfNumbers(type: TS.Type, checker: TS.TypeChecker): boolean {
  if ((type.flags & ts.TypeFlags.NumberLike) !== 0) return true;
  const element = checker.getIndexTypeOfType(type, ts.IndexKind.Number);
  return element !== undefined && (element.flags & ts.TypeFlags.NumberLike) !== 0;
}

function isCall(node: TS.Node): node is TS.CallExpression | TS.NewExpression {
  return ts.isCallExpression(node) || ts.isNewExpression(node);
}

function isListWanted(wanted: TS.Type, checker: TS.TypeChecker): boolean {
  return (wanted.isUnion() ? wanted.types : [wanted]).some((type) => checker.isArrayType(type));
}

/**
 * A sentence about what is wrong with the options of a call, where a function can be called in several ways and what TypeScript says is about
 * another of them: an option that there is not, a word that an option does not take, or such a word without its option's name.
 */
export function wrongOption({ file, start }: Place, checker: TS.TypeChecker): string | undefined {
  const call = newOrCallAt(file, start);
  if (!call) return undefined;
  const type = checker.getTypeAtLocation(call.expression);
  const signatures = ts.isNewExpression(call) ? type.getConstructSignatures() : type.getCallSignatures();
  for (const [index, argument] of (call.arguments ?? []).entries()) {
    const ways = signatures.flatMap(({ parameters }) =>
      optionsTypeOf(parameters[index] ?? parameters.at(-1), call, checker),
    );
    if (ways.length === 0) continue;
    const keys = [...new Set(ways.flatMap((each) => memberNames(each, checker)))];
    const words = (key: string): string[] => [
      ...new Set(ways.flatMap((each) => wordsOf(each.getProperty(key), checker))),
    ];
    if (ts.isStringLiteral(argument)) {
      const key = keys.find((each) => words(each).includes(argument.text));
      if (key !== undefined) return `Options have names; write { ${key}: ${text(argument, file)} }`;
    }
    if (!ts.isObjectLiteralExpression(argument)) continue;
    for (const property of argument.properties) {
      if (!ts.isPropertyAssignment(property) || !ts.isIdentifier(property.name)) continue;
      const { text: key } = property.name;
      if (!keys.includes(key)) return noSuchOption(key, keys);
      const value = property.initializer;
      const known = words(key);
      if (ts.isStringLiteral(value) && known.length > 0 && !known.includes(value.text))
        return `There is no ${key} "${value.text}", but ${known.map((each) => `"${each}"`).join(", ")}.`;
    }
    const missing = missingOptions(argument, ways, checker);
    if (missing.length > 0) return `Give ${missing.join(" and ")} too; there is ${keys.join(", ")}.`;
  }
  return undefined;
}

/** Options that an object has not, but must have in every way to make the call. */
function missingOptions(
  { properties }: TS.ObjectLiteralExpression,
  ways: readonly TS.Type[],
  checker: TS.TypeChecker,
): string[] {
  const given = properties.map(({ name }) => (name && ts.isIdentifier(name) ? name.text : undefined));
  // What is spread into it is not looked at.
  if (given.includes(undefined)) return [];
  const [first = [], ...others] = ways.map((way) =>
    checker
      .getPropertiesOfType(way)
      .filter(({ flags, name }) => !(flags & ts.SymbolFlags.Optional) && !given.includes(name))
      .map(({ name }) => name),
  );
  return first.filter((key) => others.every((each) => each.includes(key)));
}

function noSuchOption(key: string, keys: readonly string[]): string {
  if (key === "device") return "Leave device out: everything is computed on the CPU.";
  const same = sameLetters(key, keys);
  return same === undefined
    ? `There is no option '${key}', but ${keys.join(", ")}.`
    : `There is no option '${key}'. Did you mean '${same}'?`;
}

/** The type of options that a parameter takes, alone or as the last of several arguments. */
function optionsTypeOf(parameter: TS.Symbol | undefined, call: TS.Node, checker: TS.TypeChecker): TS.Type[] {
  if (!parameter) return [];
  const taken = checker.getTypeOfSymbolAtLocation(parameter, call);
  // Parameters that may also be given by name are a list whose last entry is the object with the names.
  const last = checker.isTupleType(taken)
    ? checker.getTypeArguments(taken as TS.TypeReference).at(-1)
    : taken;
  return last ? optionsAmong(last, checker) : [];
}

/** Those among several types that are objects of options: something in them may be left out. */
function optionsAmong(several: TS.Type, checker: TS.TypeChecker): TS.Type[] {
  const wanted = checker.getNonNullableType(several);
  return (wanted.isUnion() ? wanted.types : [wanted]).filter((type) => {
    const parts = type.isIntersection() ? type.types : [type];
    const isObject = parts.every(({ flags }) => (flags & ts.TypeFlags.Object) !== 0);
    if (!isObject || type.getCallSignatures().length > 0 || type.isClass()) return false;
    if (checker.isArrayType(type) || checker.isTupleType(type)) return false;
    const members = checker.getPropertiesOfType(type);
    return members.length <= KEYS && members.some(({ flags }) => flags & ts.SymbolFlags.Optional);
  });
}

/** The words that an option takes, where it takes nothing else. */
function wordsOf(option: TS.Symbol | undefined, checker: TS.TypeChecker): string[] {
  if (!option) return [];
  const type = checker.getNonNullableType(checker.getTypeOfSymbol(option));
  const kinds = type.isUnion() ? type.types : [type];
  return kinds.every((each) => each.isStringLiteral()) ? kinds.map(({ value }) => value) : [];
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
  // Where a parameter may also be given by its place, that is one of the types.
  const [one, ...others] = optionsAmong(wanted, checker);
  const options = one && others.length === 0 ? one : checker.getNonNullableType(wanted);
  if (checker.isArrayType(options) || options.isUnion())
    return object && byPlace(object, tokenAt(file, start).getText(file), file);
  const keys = memberNames(options, checker);
  if (keys.length === 0 || keys.length > KEYS) return undefined;
  if (object)
    return newOrCallAt(file, start)?.arguments?.some((each) => each === object)
      ? noSuchOption(tokenAt(file, start).getText(file), keys)
      : `There is ${keys.join(", ")}.`;
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
