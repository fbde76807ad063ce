/** What the runtime's errors and warnings advise is there: each function, method and option that they name exists under this name. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import ts from "typescript";
import * as cellgrad from "../../src/index.js";

const root = new URL("../../src/", import.meta.url);
const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) =>
    ts.createSourceFile(path, readFileSync(new URL(path, root), "utf8"), ts.ScriptTarget.ESNext, true),
  );

/** Names of everything that is public, members of classes included, and of options. */
const known = new Set(["super", "function", "async", "await", "delete", "new"]);
const options = new Set<string>();

function learn(value: unknown, seen = new Set<unknown>()): void {
  if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value)) return;
  seen.add(value);
  const parts = typeof value === "function" ? [value, value.prototype as object | undefined] : [value];
  for (const part of parts)
    for (
      let at = part;
      at && at !== Object.prototype && at !== Function.prototype;
      at = Object.getPrototypeOf(at) as object
    )
      for (const name of Object.getOwnPropertyNames(at)) {
        known.add(name);
        const { value: inner } = Object.getOwnPropertyDescriptor(at, name)! as { value?: unknown };
        learn(inner, seen);
      }
}

interface Advice {
  readonly text: string;
  readonly place: string;
}
const advice: Advice[] = [];

function collect(node: ts.Node, file: ts.SourceFile, isSaid: boolean): void {
  if (ts.isPropertySignature(node) && (ts.isIdentifier(node.name) || ts.isStringLiteral(node.name)))
    options.add(node.name.text);
  const says =
    isSaid ||
    ts.isThrowStatement(node) ||
    (ts.isNewExpression(node) && /Error$/u.test(node.expression.getText(file))) ||
    (ts.isCallExpression(node) && /^warn/u.test(node.expression.getText(file)));
  if (
    says &&
    (ts.isStringLiteralLike(node) ||
      ts.isTemplateHead(node) ||
      ts.isTemplateMiddle(node) ||
      ts.isTemplateTail(node))
  ) {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
    advice.push({ text: node.text, place: `src/${file.fileName}:${line + 1}` });
  }
  ts.forEachChild(node, (child) => collect(child, file, says));
}

learn(cellgrad);
learn(JSON);
for (const file of files) collect(file, file, false);

test("functions and methods that errors name exist", () => {
  assert.ok(advice.length > 200, String(advice.length));
  const unknown = advice.flatMap(({ text, place }) =>
    [...text.matchAll(/(?<![\w$])([A-Za-z]\w*)\((?!s\))/gu)]
      .map(([, name]) => name!)
      .filter((name) => !known.has(name) && !(name in globalThis))
      .map((name) => `${place}: ${name}() in "${text}"`),
  );
  assert.deepEqual(unknown, []);
});

test("options that errors name exist", () => {
  const unknown = advice.flatMap(({ text, place }) =>
    [...text.matchAll(/\{ (\w+)(?:: [^{}]*)? ?\}/gu)]
      .map(([, name]) => name!)
      .filter((name) => !options.has(name))
      .map((name) => `${place}: { ${name} } in "${text}"`),
  );
  assert.deepEqual(unknown, []);
});

test("paths into namespaces that errors name lead somewhere", () => {
  const paths = advice.flatMap(({ text }) => [
    ...text.matchAll(/(?<![\w.])(?:nn|optim|data|train|viz)(?:\.\w+)+/gu),
  ]);
  assert.ok(paths.length > 5, String(paths.length));
  const unknown = paths
    .map(([path]) => path)
    .filter((path) => {
      let at: unknown = cellgrad;
      for (const name of path.split(".")) at = (at as Record<string, unknown> | undefined)?.[name];
      return at === undefined;
    });
  assert.deepEqual(unknown, []);
});
