/**
 * Names and namespaces in bundles. A bundler renames functions and classes of different files that share a name, and users would read its name for them:
 * `relu2`, `_Tensor`. Each file says at its end which names it gave; of that only what the bundler has renamed is left in the bundle.
 * A namespace, which a bundler makes of getters, is printed with what is in it, not with `[Getter]`.
 * esbuild's own `keepNames` does it for every closure whenever it is made, which costs a third of a training step.
 */
import { writeFileSync } from "node:fs";
import ts from "typescript";

const CALL = "__ownNames";

/** The text of a module, followed by what it declares at its top level. */
export function tellsNames(text, path) {
  const names = ts.createSourceFile(path, text, ts.ScriptTarget.Latest).statements.flatMap(declaredNames);
  return names.length === 0 ? text : `${text}\n${CALL}({ ${names.join(", ")} });\n`;
}

/** Functions, classes, and constants that may hold one. */
function declaredNames(statement) {
  if (statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword)) return [];
  const named = ts.isFunctionDeclaration(statement) ? statement.body : ts.isClassDeclaration(statement);
  if (named && statement.name) return [statement.name.text];
  if (!ts.isVariableStatement(statement)) return [];
  const { declarations, flags } = statement.declarationList;
  if (!(flags & ts.NodeFlags.Const)) return [];
  return declarations
    .filter(({ name, initializer }) => ts.isIdentifier(name) && makesFunction(initializer))
    .map(({ name }) => name.text);
}

function makesFunction(initializer) {
  return (
    ts.isArrowFunction(initializer) ||
    ts.isFunctionExpression(initializer) ||
    ts.isClassExpression(initializer)
  );
}

/** Writes what esbuild has built, with the names restored. */
export function writeNamed({ outputFiles }) {
  for (const { path, contents, text } of outputFiles) {
    writeFileSync(path, path.endsWith(".js") ? restored(text) : contents);
  }
}

function restored(text) {
  // `class _X` is how esbuild writes a class that mentions itself.
  const underscored = new Set(
    [...text.matchAll(/^(?:var|let|const) ([\w$]+) = class _\1\b/gm)].map(([, name]) => name),
  );
  const pairs = [];
  const without = text.replace(new RegExp(`^${CALL}\\(\\{([^}]*)\\}\\);\\n`, "gm"), (_, members) => {
    for (const member of members.split(",")) {
      const [name, local = name] = member.split(":").map((part) => part.trim());
      if (name !== local || underscored.has(local)) pairs.push(`[${local}, ${JSON.stringify(name)}]`);
    }
    return "";
  });
  if (without.includes(`${CALL}(`)) throw new Error(`the bundle still has calls of ${CALL}`);
  const namespaces = [...without.matchAll(/^__export\(([\w$]+), \{/gm)].map(([, name]) => name);
  if (pairs.length + namespaces.length === 0) return without;
  // What a namespace holds is there when all of the bundle has run.
  const last = `for (const [named, value] of [${pairs.join(", ")}]) Object.defineProperty(named, "name", { value, configurable: true });
for (const space of [${namespaces.join(", ")}])
  for (const name of Object.keys(space)) Object.defineProperty(space, name, { value: space[name], enumerable: true });`;
  // The bundler calls `all` otherwise where a module of ours has that name.
  const getter = /(__defProp\(target, name, \{ get: \w+\[name\], enumerable: true) (\}\))/;
  if (namespaces.length > 0 && !getter.test(without))
    throw new Error("the bundle makes namespaces in another way than it did: see scripts/own-names.mjs");
  const open = without.replace(getter, "$1, configurable: true $2");
  const at = open.lastIndexOf("\nexport {");
  return at < 0 ? `${open}${last}\n` : `${open.slice(0, at)}\n${last}${open.slice(at)}`;
}
