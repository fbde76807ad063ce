/**
 * The call whose arguments are being written: its signature, what the present argument is about, and the options where it is an object of
 * options.
 */
import type TS from "typescript";
import { ts } from "../compiler.js";
import { resolved } from "../names/namespaces.js";
import type { EditedCell } from "./edited-cell.js";
import { readableSignature } from "./readable-signature.js";
import { recallDocsAt } from "../program/library-docs.js";

/** What is known of a name or a call. */
export interface Found {
  /** In TypeScript. */
  readonly signature: string;
  readonly documentation: string;
  readonly tags: readonly TS.JSDocTagInfo[];
  /** Where the name stands that this is about. */
  readonly position: number;
}

/** Offset of the bracket that is open at an offset. */
function openBracket(text: string, offset: number): number {
  let depth = 0;
  for (let i = offset - 1; i >= 0; i--) {
    if (/[)\]}]/u.test(text[i]!)) depth++;
    else if (/[([{]/u.test(text[i]!) && depth-- === 0) return i;
  }
  return -1;
}

/** The function whose arguments are being written. */
export function callAt(cell: EditedCell, position: number): Found | undefined {
  recallDocsAt(cell.service, cell.path, openBracket(cell.module.text, position) - 1);
  const help = cell.service.getSignatureHelpItems(cell.path, position, undefined);
  const item = help?.items[help.selectedItemIndex];
  if (!help || !item) return undefined;
  const text = (parts: TS.SymbolDisplayPart[]) => ts.displayPartsToString(parts);
  const parameters = item.parameters
    .map((parameter) => named(text(parameter.displayParts)))
    .join(text(item.separatorDisplayParts));
  const others = help.items.length - 1;
  const current = item.parameters[help.argumentIndex];
  const about = current ? text(current.documentation) : "";
  const more = others > 0 ? ` (+${String(others)} overload${others > 1 ? "s" : ""})` : "";
  return {
    signature: readableSignature(
      `${text(item.prefixDisplayParts)}${parameters}${text(item.suffixDisplayParts)}${more}`,
    ),
    documentation: [
      text(item.documentation) || ofClass(cell, help.applicableSpan.start),
      current && about !== "" ? `${current.name}: ${about}` : "",
      current ? optionsOf(cell, help.applicableSpan.start, help.argumentIndex) : "",
    ]
      .filter((part) => part !== "")
      .join("\n\n"),
    tags: item.tags.filter((tag) => tag.name !== "param"),
    position: help.applicableSpan.start - 1,
  };
}

/** A parameter that is taken apart where it is declared has no name; what its parts are is said below. */
function named(parameter: string): string {
  return parameter.replace(/^\{[^{}]*\}(?=\??:)/u, "options");
}

/** A constructor is documented with its class. */
function ofClass(cell: EditedCell, argumentsStart: number): string {
  const program = cell.service.getProgram()!;
  const checker = program.getTypeChecker();
  const node = callBehind(program.getSourceFile(cell.path)!, argumentsStart);
  const symbol = node && ts.isNewExpression(node) && checker.getSymbolAtLocation(node.expression);
  if (!symbol) return "";
  const target = resolved(symbol, checker);
  return ts.displayPartsToString(target.getDocumentationComment(checker));
}

/** More options than these are no help at a glance. */
const OPTIONS = 30;

/** The options that an argument has, one a line, where its type is but a list of them. */
function optionsOf(cell: EditedCell, argumentsStart: number, index: number): string {
  const program = cell.service.getProgram()!;
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(cell.path)!;
  const node = callBehind(file, argumentsStart);
  const signature = node && checker.getResolvedSignature(node, undefined, index + 1);
  const parameter = signature?.parameters[index] ?? signature?.parameters.at(-1);
  if (!node || !parameter) return "";
  const { name, type } = lastOf(checker.getTypeOfSymbolAtLocation(parameter, node), parameter.name, checker);
  if (!isOptions(type, checker)) return "";
  const options = type.getProperties();
  if (options.length === 0 || options.length > OPTIONS) return "";
  const lines = options.map((option) => {
    const optional = option.flags & ts.SymbolFlags.Optional ? "?" : "";
    const declared = checker.getTypeOfSymbolAtLocation(option, node);
    const value = checker.typeToString(optional ? checker.getNonNullableType(declared) : declared);
    const [about = ""] = ts
      .displayPartsToString(option.getDocumentationComment(checker))
      .split(/\n|(?<=\.) /u);
    return `- \`${option.name}${optional}: ${value}\` ${about}`.trimEnd();
  });
  return `${name}:\n\n${lines.join("\n")}`;
}

/** What a parameter takes; of several in a row, which PyTorch takes by position too, the last: an object with their names. */
function lastOf(type: TS.Type, name: string, checker: TS.TypeChecker): { name: string; type: TS.Type } {
  const last = checker.isTupleType(type)
    ? checker.getTypeArguments(type as TS.TypeReference).at(-1)
    : undefined;
  return { name: last ? "options" : name, type: checker.getNonNullableType(last ?? type) };
}

/** The call or `new` whose arguments begin at an offset. */
function callBehind(file: TS.SourceFile, offset: number): TS.CallExpression | TS.NewExpression | undefined {
  let found: TS.CallExpression | TS.NewExpression | undefined;
  const visit = (node: TS.Node): void => {
    if (offset < node.pos || offset > node.end) return;
    if ((ts.isCallExpression(node) || ts.isNewExpression(node)) && node.arguments?.pos === offset)
      found = node;
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Whether an object of the type is written as a literal: neither an instance of a class, a function nor an array. */
function isOptions(type: TS.Type, checker: TS.TypeChecker): boolean {
  if (type.isIntersection()) return type.types.every((part) => isOptions(part, checker));
  if (!(type.flags & ts.TypeFlags.Object) || checker.isArrayLikeType(type)) return false;
  if (type.getCallSignatures().length > 0 || type.getConstructSignatures().length > 0) return false;
  const { flags = 0 } = (type.symbol as TS.Symbol | undefined) ?? {};
  return (flags & ts.SymbolFlags.Class) === 0;
}
