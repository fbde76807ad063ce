/**
 * Names of Python's functions, of its libraries and of other runtimes, where they stand: what to write for the whole expression.
 */
import type TS from "typescript";
import { ts } from "../../compiler.js";
import { isMethod, text, textBeforeDot, tokenAt, type Place } from "../../syntax/nodes.js";
import { camelCase, ELSEWHERE, LIBRARIES, PYTHON_CALLS } from "./names.js";

/** What the notebook has without an import. */
export interface Known {
  readonly checker: TS.TypeChecker;
  /** The symbol of a name such as `nn.functional.relu`. */
  find(path: readonly string[]): TS.Symbol | undefined;
}

/** What to write in place of an expression that begins with a name that nobody declares, as a sentence. */
export function aboutForeignName({ file, start }: Place, known: Known): string | undefined {
  const identifier = tokenAt(file, start);
  if (!ts.isIdentifier(identifier)) return undefined;
  const { path, whole } = dotted(identifier);
  const call = calledBy(whole);
  const [root = "", ...chain] = path;
  const library = Object.hasOwn(LIBRARIES, root) ? LIBRARIES[root] : undefined;
  if (library && chain.length > 0) {
    const written = ofLibrary(root, library.path, chain, call, file, known);
    if (written !== undefined) return `${library.title} is not here; write ${written}`;
    const { title, instead } = library;
    return `${title} is not here${instead === undefined ? `, nor is anything called ${chain.join(".")}.` : `; ${instead}`}`;
  }
  if (chain.length > 0 || !call) return undefined;
  const method = asMethod(root, call, file, known.checker);
  if (method !== undefined) return `Write ${method}`;
  const row = Object.hasOwn(PYTHON_CALLS, root) ? PYTHON_CALLS[root] : undefined;
  return row && `Write ${row(...(call.arguments ?? []).map((each) => text(each, file)))}`;
}

function ofLibrary(
  root: string,
  home: string,
  chain: readonly string[],
  call: TS.CallExpression | TS.NewExpression | undefined,
  file: TS.SourceFile,
  known: Known,
): string | undefined {
  const name = chain.join(".");
  const library = root === "numpy" || root === "jnp" ? "np" : root;
  const elsewhere = `${library}.${name}`;
  if (Object.hasOwn(ELSEWHERE, elsewhere))
    return ELSEWHERE[elsewhere]!(...(call?.arguments ?? []).map((each) => text(each, file)));
  const method = call && asMethod(chain.at(-1)!, call, file, known.checker);
  const below = home === "" ? [] : home.split(".");
  const parts = (chain[0] === "utils" && chain[1] === "data" ? chain.slice(1) : chain).filter(
    (part) => part !== "random",
  );
  if (below[0] === "Math" || (method === undefined && library === "np" && parts[0]! in Math))
    return parts[0]! in Math ? (method ?? called(`Math.${parts[0]!}`, call, file)) : undefined;
  for (const path of [parts, parts.map(camelCase)]) {
    const symbol = known.find([...below, ...path]);
    if (!symbol) continue;
    const isClass = (symbol.flags & ts.SymbolFlags.Class) !== 0;
    return `${isClass && call ? "new " : ""}${called([...below, ...path].join("."), call, file)}`;
  }
  return method;
}

/** `exp(x)` where x has a method of that name. */
function asMethod(
  name: string,
  call: TS.CallExpression | TS.NewExpression,
  file: TS.SourceFile,
  checker: TS.TypeChecker,
): string | undefined {
  const [object, ...rest] = call.arguments ?? [];
  if (!object) return undefined;
  const method = camelCase(name);
  const type = checker.getNonNullableType(checker.getTypeAtLocation(object));
  if (checker.isArrayType(type) || !isMethod(type, method, checker)) return undefined;
  return `${textBeforeDot(object, file)}.${method}${argumentsOf(rest, file)}`;
}

function called(
  callee: string,
  call: TS.CallExpression | TS.NewExpression | undefined,
  file: TS.SourceFile,
): string {
  return call ? `${callee}${argumentsOf(call.arguments ?? [], file)}` : callee;
}

/** Arguments by place, and those by name in an object of options; `dim=1` is taken by place. */
function argumentsOf(args: readonly TS.Expression[], file: TS.SourceFile): string {
  const placed: string[] = [];
  const named: string[] = [];
  for (const arg of args) {
    const isNamed =
      ts.isBinaryExpression(arg) &&
      arg.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
      ts.isIdentifier(arg.left);
    if (!isNamed) placed.push(text(arg, file));
    else if (/^(?:dim|axis)$/u.test(arg.left.getText(file))) placed.push(text(arg.right, file));
    else named.push(`${optionName(arg.left.getText(file))}: ${text(arg.right, file)}`);
  }
  if (named.length > 0) placed.push(`{ ${named.join(", ")} }`);
  return `(${placed.join(", ")})`;
}

function optionName(name: string): string {
  return name === "keepdims" ? "keepdim" : camelCase(name);
}

/** `torch.nn.functional.relu`, from its first name on. */
function dotted(identifier: TS.Identifier): { path: string[]; whole: TS.Node } {
  const path = [identifier.text];
  let whole: TS.Node = identifier;
  while (ts.isPropertyAccessExpression(whole.parent) && whole.parent.expression === whole) {
    whole = whole.parent;
    path.push((whole as TS.PropertyAccessExpression).name.text);
  }
  return { path, whole };
}

function calledBy(callee: TS.Node): TS.CallExpression | TS.NewExpression | undefined {
  const { parent } = callee;
  const isCall = ts.isCallExpression(parent) || ts.isNewExpression(parent);
  return isCall && parent.expression === callee ? parent : undefined;
}
