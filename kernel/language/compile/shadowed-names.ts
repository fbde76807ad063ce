/** Advice on names of the user's that hide one of the prelude's, which has what is asked for. */
import type TS from "typescript";
import { ts } from "../compiler.js";
import { resolved } from "../names/namespaces.js";
import type { NotebookSymbols } from "../names/symbols.js";
import { PRELUDE_MODULE } from "../program/workspace.js";
import { tokenAt, type Place } from "../syntax/nodes.js";

/**
 * A sentence about a name of the user's that hides one of the prelude's, which has what is asked for: a member, or that it can be called.
 */
export function aboutShadowed(
  { file, start }: Place,
  member: string | undefined,
  { checker, prelude }: NotebookSymbols,
): string | undefined {
  const token = tokenAt(file, start);
  const root = member === undefined ? token : rootOf(token.parent);
  if (!root || !ts.isIdentifier(root)) return undefined;
  const hidden = prelude.get(root.text);
  const own = checker.getSymbolAtLocation(root);
  if (!hidden || !own || resolved(own, checker) === resolved(hidden, checker)) return undefined;
  const type = checker.getTypeOfSymbol(resolved(hidden, checker));
  const has =
    member === undefined
      ? type.getCallSignatures().length + type.getConstructSignatures().length > 0
      : type.getProperty(member) !== undefined;
  if (!has) return undefined;
  const name = root.text;
  const hides = `'${name}' is your own here and hides the one that every cell has`;
  const from = resolved(hidden, checker).declarations?.[0]?.getSourceFile().fileName ?? "";
  // The notebook's own functions are in no module.
  if (from.includes(`${PRELUDE_MODULE}.`)) return `${hides}; give yours another name and run %reset`;
  const other = `cellgrad${name[0]!.toUpperCase()}${name.slice(1)}`;
  const use = member === undefined ? `${other}(…)` : `${other}.${member}`;
  return `${hides}; import { ${name} as ${other} } from "cellgrad"; brings that back, as ${use}`;
}

/** The first name of `a.b.c`. */
function rootOf(node: TS.Node): TS.Node | undefined {
  let root = node;
  while (ts.isPropertyAccessExpression(root)) root = root.expression;
  return root;
}
