/** Every form of import in a cell: what it binds, for this cell and for later ones. */
import assert from "node:assert/strict";
import { rmSync, utimesSync } from "node:fs";
import { beforeEach, test } from "node:test";
import { Notebook } from "../notebook.js";

const notebook = new Notebook();
notebook.file(
  "local.ts",
  "export const seven = 7; export let count = 0; export function increment() { count++; } export default class Thing { made = 1; } export interface Shape { side: number }",
);
notebook.file("more.ts", "export * from './local.ts'; export const eight = 8;");
notebook.file("data.json", '{ "name": "data", "list": [1, 2] }');
notebook.file("legacy.cjs", "module.exports = { old: 'school', twice: (x) => 2 * x };");
notebook.file(
  "legacy.d.cts",
  "declare const legacy: { old: string; twice(x: number): number }; export = legacy;",
);
notebook.file(
  "effect.ts",
  "(globalThis as any).effects = ((globalThis as any).effects ?? 0) + 1; export {};",
);
notebook.file(
  "node_modules/parcel/package.json",
  '{ "name": "parcel", "version": "1.0.0", "type": "module", "exports": { ".": { "types": "./index.d.ts", "default": "./index.js" }, "./sub": { "types": "./sub.d.ts", "default": "./sub.js" } } }',
);
notebook.file(
  "node_modules/parcel/index.js",
  "export const inside = 'parcel'; export default function wrap(x) { return [x]; }",
);
notebook.file(
  "node_modules/parcel/index.d.ts",
  "export declare const inside: string; export default function wrap<T>(x: T): T[];",
);
notebook.file("node_modules/parcel/sub.js", "export const sub = true;");
notebook.file("node_modules/parcel/sub.d.ts", "export declare const sub: boolean;");
notebook.file(
  "node_modules/untyped/package.json",
  '{ "name": "untyped", "version": "1.0.0", "main": "index.js" }',
);
notebook.file("node_modules/untyped/index.js", "exports.loose = 1;");

// The package declares its entry alone, and sends TypeScript to a folder that knows no other file.
notebook.file(
  "node_modules/partly/package.json",
  '{ "name": "partly", "version": "1.0.0", "main": "index.js", "types": "index.d.ts", "typesVersions": { ">=3.1": { "*": ["typed/*"] } } }',
);
notebook.file("node_modules/partly/index.js", "exports.whole = 1;");
notebook.file("node_modules/partly/typed/index.d.ts", "export declare const whole: number;");
notebook.file("node_modules/partly/locale/de.js", "globalThis.locale = 'de'; exports.name = 'Deutsch';");

beforeEach(() => {
  notebook.reset();
});

const FORMS: readonly (readonly [title: string, statement: string, use: string, value: unknown])[] = [
  ["a named import", "import { sep } from 'node:path';", "sep", "/"],
  ["a renamed import", "import { join as glue } from 'path';", "glue('a', 'b')", "a/b"],
  ["a namespace import", "import * as path from 'node:path';", "path.basename('/a/b')", "b"],
  ["a default import", "import os from 'node:os';", "os.EOL", "\n"],
  ["default and named imports", "import wrap, { inside } from 'parcel';", "wrap(inside)", ["parcel"]],
  ["default and namespace imports", "import wrap, * as all from 'parcel';", "[wrap === all.default]", [true]],
  ["an entry point of a package", "import { sub } from 'parcel/sub';", "sub", true],
  ["a local .ts file", "import Thing, { seven } from './local.ts';", "new Thing().made + seven", 8],
  ["an export * of a local file", "import { seven, eight } from './more.ts';", "seven + eight", 15],
  ["CommonJS", "import legacy from './legacy.cjs';", "legacy.twice(4) + legacy.old", "8school"],
  ["JSON", "import data from './data.json' with { type: 'json' };", "data.list.length + data.name", "2data"],
  ["JSON without its attribute", "import data from './data.json';", "data.list[1]", 2],
  ["import = require", "import fs = require('node:fs');", "typeof fs.readFileSync", "function"],
  [
    "an alias of a namespace",
    "namespace N { export namespace M { export const q = 1; } }\nimport M = N.M;",
    "M.q",
    1,
  ],
  ["export from", "export { sep as separator } from 'node:path';", "separator", "/"],
  ["export * as", "export * as parcel from 'parcel';", "parcel.inside", "parcel"],
  ["export *", "export * from './local.ts';", "seven", 7],
  ["a string as a name", "import { 'sep' as s } from 'node:path';", "s", "/"],
  ["import()", "const p = await import('node:path');", "p.sep", "/"],
  ["require", "const p = require('node:path') as typeof import('node:path');", "p.sep", "/"],
];

for (const [title, statement, use, value] of FORMS)
  test(`${title} binds names for later cells`, async () => {
    await notebook.run(statement);
    assert.deepEqual(await notebook.run(use), value);
    assert.deepEqual(await notebook.run(`${use}`), value);
  });

for (const [title, statement, use, value] of FORMS.filter(([title]) => !title.startsWith("export")))
  test(`${title} binds names for its own cell`, async () => {
    assert.deepEqual(await notebook.run(`${statement}\n${use}`), value);
  });

test("imports are loaded before the cell's first line", async () => {
  assert.equal(await notebook.run("const early = sep;\nimport { sep } from 'node:path';\nearly"), "/");
});

test("an import for its effect runs the module", async () => {
  await notebook.run("import './effect.ts';");
  assert.equal((globalThis as { effects?: number }).effects, 1);
});

test("types are not imported when the cell runs", async () => {
  const { js } = notebook.compile(
    "import type { Shape } from './local.ts'; import { type Stats } from 'node:fs'; import { Shape as S } from './local.ts'; const s: S = { side: 1 };",
  );
  assert.doesNotMatch(js, /__import/);
  await notebook.run("const square = (shape: Shape) => shape.side ** 2;");
  assert.equal(await notebook.run("square({ side: 3 })"), 9);
});

test("imported variables are live", async () => {
  await notebook.run("import { count, increment } from './local.ts'; const before = count; increment();");
  assert.equal(await notebook.run("count - before"), 1);
});

test("an imported name can be declared again and assigned through closures", async () => {
  await notebook.run("import { sep } from 'node:path'; const read = () => sep as unknown;");
  await notebook.run("let sep = 1; sep++;");
  assert.equal(await notebook.run("read()"), 2);
});

test("imports from cellgrad have the types of the prelude, from any folder", () => {
  notebook.compile(
    "import { Tensor as T, nn as layers, randn as normal } from 'cellgrad';\nlet t: T = randn([1]); t = normal([2]);\nnew layers.Linear(1, 2);",
  );
  notebook.compile("t = randn([2]); const u: Tensor = t; layers;");
});

test("a type of a module can be told from what a cell imports", async () => {
  await notebook.run(
    "import { statSync } from 'node:fs'; const stat = statSync('.'); const url = await import('node:url');",
  );
  assert.equal(await notebook.run("stat.isDirectory() && typeof url.fileURLToPath"), "function");
  assert.equal(notebook.refused("stat.nothing")[0]!.code, 2339);
});

test("a missing module and a missing export are told before anything runs", () => {
  assert.match(notebook.refused("import { x } from 'no-such-package';")[0]!.message, /no-such-package/);
  const [error] = notebook.refused("import { reedFileSync } from 'node:fs';");
  assert.match(error!.message, /Did you mean 'readFileSync'|has no exported member/);
  assert.equal(error!.line, 1);
});

test("what was missing is found once it is there", () => {
  notebook.refused("import { late } from './late.ts';");
  notebook.file("late.ts", "export const late = 1;");
  notebook.compile("import { late } from './late.ts';\nlate.toFixed();");
  notebook.refused("import { later } from './late.ts';");
});

test("a local file that was gone is found with what it says then", () => {
  const path = notebook.file("gone.ts", "export const here = 1;");
  notebook.compile("import { here } from './gone.ts';\nhere.toFixed();");
  rmSync(path);
  notebook.refused("import { here } from './gone.ts';");
  notebook.file("gone.ts", "export const here = 'text';");
  notebook.compile("import { here } from './gone.ts';\nhere.toUpperCase();");
});

test("a local file may be named without its extension or as .js", () => {
  notebook.compile("import { seven } from './local'; seven.toFixed();");
  notebook.compile("import { eight } from './more.js'; eight.toFixed();");
});

test("import.meta, __dirname and __filename are those of the notebook", async () => {
  assert.equal(
    await notebook.run("import.meta.dirname === __dirname && __filename.startsWith(__dirname)"),
    true,
  );
});

test("a package without types is not refused", () => {
  notebook.compile("import untyped from 'untyped'; untyped.loose;");
});

test("an edited local file has its new types at once", () => {
  const path = notebook.file("edited.ts", "export const version: number = 1;");
  notebook.compile("import { version } from './edited.ts'; version.toFixed();");
  notebook.file("edited.ts", "export const version: string = 'two';");
  utimesSync(path, new Date(), new Date(Date.now() + 5000));
  notebook.compile("import { version } from './edited.ts'; version.length;");
  notebook.compile("version.length;");
});

test("a package's file without types is any, where the package has types for others", () => {
  for (const cell of [
    "import 'partly/locale/de.js'; 1",
    "import 'partly/locale/de'; 1",
    "import de from 'partly/locale/de'; de.name.nothing",
    "import { name } from 'partly/locale/de'; name.nothing",
    "const late = await import('partly/locale/de'); late.name",
    "import { whole } from 'partly'; whole.toFixed()",
  ])
    notebook.compile(cell);
  assert.match(
    notebook.refused("import { name } from 'partly/locale/xx'; name")[0]!.message,
    /partly\/locale\/xx/,
  );
  assert.match(notebook.refused("import { whole } from 'partly'; whole.nothing")[0]!.message, /nothing/);
});
