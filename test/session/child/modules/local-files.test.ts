/** Local files that import each other, and packages that are linked in a workspace, mean the same to the types as when they run. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { CheckedNotebook } from "../../../checked-notebook.js";

const notebook = new CheckedNotebook({});
after(() => notebook.close());

/** A file with a type, a class, a function by default and a constant. */
const BASE = `
export interface Row { a: number }
export class Base { hello() { return "hello"; } }
export default function next(n: number) { return n + 1; }
export const NAMES = ["x"] as const;
`;
const MID = (base: string) => `
import next, { Base, NAMES, type Row } from "${base}";
export class Derived extends Base {}
export const rows: Row[] = [{ a: 1 }];
export function first(from: Row[]): Row { return from[0]!; }
export { next, NAMES };
`;

/** Right uses have their values, and of wrong ones it is said what is wrong. */
async function keepsTypes(mid: string): Promise<void> {
  const refused = async (code: string, why: RegExp) => assert.match(await notebook.run(code), why);
  assert.equal(await notebook.run(`import { Derived, rows, first, next, NAMES } from "${mid}";`), "");
  assert.equal(
    await notebook.run("[new Derived().hello(), first(rows).a, next(1), NAMES[0]].join()"),
    "'hello,1,2,x'",
  );
  await refused("rows[0]!.nope", /^refused: Property 'nope' does not exist on type 'Row'/u);
  await refused("first([{ wrong: 1 }])", /^refused: .*'wrong' does not exist in type 'Row'/u);
  await refused('next("x")', /^refused: .*'string' is not assignable to parameter of type 'number'/u);
}

const WAYS: Readonly<Record<string, readonly [base: string, from: string]>> = {
  "no extension": ["base.ts", "./base"],
  ".js for .ts": ["base.ts", "./base.js"],
  ".ts": ["base.ts", "./base.ts"],
  "no extension, for a .tsx": ["base.tsx", "./base"],
  ".jsx for a .tsx": ["base.tsx", "./base.jsx"],
  "no extension, for a .mts": ["base.mts", "./base"],
  ".mjs for .mts": ["base.mts", "./base.mjs"],
  "a folder with an index": ["base/index.ts", "./base"],
  "a folder with a slash": ["base/index.ts", "./base/"],
  "the folder above": ["../base.ts", "../base"],
};

for (const [index, [name, [base, from]]] of Object.entries(WAYS).entries())
  test(`a file that imports another keeps its types: ${name}`, async () => {
    const folder = `way${String(index)}/nb`;
    notebook.write({ [`${folder}/${base}`]: BASE, [`${folder}/mid.ts`]: MID(from) });
    await keepsTypes(`./${folder}/mid`);
  });

test("so it does in a package that says it is of CommonJS", async () => {
  notebook.write({
    "old/package.json": '{ "type": "commonjs" }',
    "old/base.ts": BASE,
    "old/mid.ts": MID("./base"),
  });
  await keepsTypes("./old/mid");
});

test("through barrels, also of barrels", async () => {
  notebook.write({
    "lib/base.ts": BASE,
    "lib/mid.ts": MID("./base"),
    "lib/index.ts": 'export * from "./mid"; export * from "./deep"; export * as deep from "./deep";',
    "lib/deep/index.ts": 'export * from "./leaf";',
    "lib/deep/leaf.ts": "export const leaf: number = 3; export type Leaf = { leaf: true };",
  });
  await keepsTypes("./lib");
  assert.equal(await notebook.run('import { leaf, deep, type Leaf } from "./lib"; leaf + deep.leaf'), "6");
  assert.match(
    await notebook.run("const wrong: Leaf = { leaf: false };"),
    /^refused: .*'false' is not assignable to type 'true'/u,
  );
  assert.match(await notebook.run("deep.nope"), /^refused: Property 'nope' does not exist/u);
});

/** What a file may export of another without saying that it is a type; `tsc` leaves it out. */
const TYPE_EXPORTS: Readonly<Record<string, string>> = {
  "by name": 'export { Row, NAMES } from "./base";',
  renamed:
    'export { Row as Line, NAMES } from "./base"; import type { Row } from "./base"; export type { Row };',
  "types alone": 'export { Row } from "./base"; export const NAMES = ["x"];',
  "imported first": 'import { Row, NAMES } from "./base"; export { Row, NAMES };',
  "imported first, types alone": 'import { Row } from "./base"; export { Row }; export const NAMES = ["x"];',
  "through a file that does so": 'export { Row, NAMES } from "./between";',
  "through a file that exports all": 'export { Row, NAMES } from "./all";',
  "of a file that declares it apart": 'export { Row, NAMES } from "./apart";',
  "a class that is an interface as well": 'export { Both, Row } from "./base"; export const NAMES = ["x"];',
  "of a package": 'export { Row, NAMES } from "typed";',
};

for (const [index, [name, text]] of Object.entries(TYPE_EXPORTS).entries())
  for (const type of ["module", "commonjs"])
    test(`a file that exports types of another like values runs: ${name}, as ${type}`, async () => {
      const folder = `types-${type}-${String(index)}`;
      notebook.write({
        [`${folder}/package.json`]: `{ "type": "${type}" }`,
        [`${folder}/base.ts`]: `${BASE} export interface Both { c: number } export class Both {}`,
        [`${folder}/between.ts`]:
          'import { Row } from "./base"; export { NAMES } from "./base"; export { Row };',
        [`${folder}/all.ts`]: 'export * from "./base";',
        [`${folder}/apart.ts`]: 'interface Row { a: number } const NAMES = ["x"]; export { Row, NAMES };',
        [`${folder}/node_modules/typed/package.json`]:
          '{ "name": "typed", "main": "index.js", "types": "index.d.ts" }',
        [`${folder}/node_modules/typed/index.js`]: 'exports.NAMES = ["x"];',
        [`${folder}/node_modules/typed/index.d.ts`]:
          "interface Row { a: number } declare const NAMES: string[]; export { Row, NAMES };",
        [`${folder}/mid.ts`]: text,
      });
      assert.equal(await notebook.run(`import * as mid from "./${folder}/mid"; mid.NAMES[0]`), "'x'");
      assert.equal(
        await notebook.run("Object.keys(mid).join()"),
        text.includes("Both") ? "'Both,NAMES'" : "'NAMES'",
      );
      if (name === "renamed") return;
      assert.match(
        await notebook.run(`import { Row } from "./${folder}/mid"; const row: Row = { b: 1 };`),
        /^refused: .*'b' does not exist in type 'Row'/u,
      );
    });

test("files that import each other in a circle", async () => {
  notebook.write({
    "circle/tree.ts":
      'import { Leaf } from "./leaf"; export class Tree { leaves: Leaf[] = []; grow() { this.leaves.push(new Leaf(this)); return this; } }',
    "circle/leaf.ts":
      'import { Tree } from "./tree"; export class Leaf { constructor(readonly tree: Tree) {} }',
  });
  assert.equal(
    await notebook.run(
      'import { Tree } from "./circle/tree"; new Tree().grow().leaves[0]!.tree.leaves.length',
    ),
    "1",
  );
  assert.match(
    await notebook.run("new Tree().leaves[0]!.tree.nope"),
    /^refused: Property 'nope' does not exist on type 'Tree'/u,
  );
});

test("what a file imports and was not there is found once it is", async () => {
  notebook.write({ "early.ts": 'import { K } from "./late"; export const twice = K * 2;' });
  assert.match(await notebook.run('import { twice } from "./early"'), /^threw: .*late/su);
  notebook.write({ "late.ts": "export const K: number = 4;" });
  assert.equal(await notebook.run('import { twice } from "./early"; twice'), "8");
  assert.match(
    await notebook.run("twice.nope"),
    /^refused: Property 'nope' does not exist on type 'number'/u,
  );
});

const LINKED: Readonly<Record<string, { pkg: string; deep?: string }>> = {
  "main and types": { pkg: '"main": "./src/index.ts", "types": "./src/index.ts"' },
  "main without an extension": { pkg: '"main": "src/index"' },
  "an exports map": {
    pkg: '"type": "module", "exports": { ".": "./src/index.ts", "./*": "./src/*.ts" }',
    deep: "base",
  },
  "types alone": { pkg: '"types": "src/index.ts"', deep: "src/base" },
  "types and a main that is not built": { pkg: '"main": "dist/index.js", "types": "src/index.ts"' },
};

for (const [index, [name, { pkg, deep }]] of Object.entries(LINKED).entries())
  test(`a linked package of a workspace keeps its types and runs: ${name}`, async () => {
    const linked = `linked${String(index)}`;
    notebook.write({
      [`node_modules/${linked} ->`]: `packages/${linked}`,
      [`packages/${linked}/package.json`]: `{ "name": "${linked}", "version": "1.0.0", ${pkg} }`,
      [`packages/${linked}/src/index.ts`]: MID("./base"),
      [`packages/${linked}/src/base.ts`]: BASE,
    });
    await keepsTypes(linked);
    if (deep !== undefined)
      assert.equal(
        await notebook.run(`import { Base } from "${linked}/${deep}"; new Base().hello()`),
        "'hello'",
      );
  });

test("a linked package goes by its own tsconfig.json", async () => {
  notebook.write({
    "node_modules/@team/own ->": "packages/own",
    "packages/own/package.json": '{ "name": "@team/own", "main": "src/index.ts" }',
    "packages/own/tsconfig.json":
      '{ "compilerOptions": { "paths": { "~/*": ["./src/*"] }, "experimentalDecorators": true } }',
    "packages/own/src/index.ts":
      'import { mark } from "~/mark"; @mark export class Marked { kind = "plain" }',
    "packages/own/src/mark.ts":
      "export const mark = (target: new () => object) => void Object.assign(target.prototype, { marked: true });",
  });
  assert.equal(await notebook.run('import { Marked } from "@team/own"; "marked" in new Marked()'), "true");
  assert.match(
    await notebook.run("new Marked().nope"),
    /^refused: Property 'nope' does not exist on type 'Marked'/u,
  );
});
