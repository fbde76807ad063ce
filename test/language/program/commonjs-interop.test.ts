/** What a default import of a CommonJS package means to the types is what it means when it runs. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { CheckedNotebook } from "../../checked-notebook.js";

const notebook = new CheckedNotebook({});
after(() => notebook.close());

const ES_MODULE = 'Object.defineProperty(exports, "__esModule", { value: true });';
const CLASS = 'class C { hi() { return "hi" } }';
const DEFAULT = "declare class C { hi(): string } export default C;";

interface Package {
  readonly code: string;
  readonly types: string;
  readonly files?: Readonly<Record<string, string>>;
  /** Expressions, given `C` by a default import, each with what is below it: a value, or a part of a refusal. */
  readonly uses: readonly (readonly [code: string, below: RegExp])[];
}

const MADE = [
  ["new C().hi()", /^'hi'$/u],
  ["new C().nope()", /^refused: Property 'nope' does not exist on type 'C'/u],
  ["const c: C = new C(); class D extends C {} new D().hi()", /^'hi'$/u],
] as const;
const NOT_MADE = [
  ["new C().hi()", /^refused: This expression is not constructable/u],
  ["new C.default().hi()", /^'hi'$/u],
] as const;

const PACKAGES: Readonly<Record<string, Package>> = {
  "the class is all that is exported, as with ajv": {
    code: `${CLASS} module.exports = exports = C; module.exports.C = C; ${ES_MODULE} exports.default = C;`,
    types:
      "declare class B { low(): number } export declare class C extends B { hi(): string } export default C;",
    uses: [...MADE, ["new C.default().hi()", /^'hi'$/u]],
  },
  "it is another file's default export, as with ioredis": {
    code: `exports = module.exports = require("./klass").default; ${ES_MODULE} Object.defineProperty(exports, "default", { get: () => require("./klass").default });`,
    types: 'export { default } from "./klass"; export { default as Redis } from "./klass";',
    files: { "klass.js": `${ES_MODULE} ${CLASS} exports.default = C;`, "klass.d.ts": DEFAULT },
    uses: MADE,
  },
  "it is exported once more after it was compiled": {
    code: `"use strict"; ${ES_MODULE} exports.default = void 0; ${CLASS} exports.default = C;\nmodule.exports = exports.default; module.exports.default = exports.default;`,
    types: DEFAULT,
    uses: MADE,
  },
  "the main file leads to it": {
    code: 'if (process.env.NODE_ENV === "production") { module.exports = require("./klass.js"); }\nelse { module.exports = require("./klass.js"); }',
    types: 'import C from "./klass"; export default C;',
    files: {
      "klass.js": `${ES_MODULE} ${CLASS} module.exports = C; module.exports.default = C;`,
      "klass.d.ts": DEFAULT,
    },
    uses: MADE,
  },
  "it is a function": {
    code: `module.exports = function slug(text) { return text.toLowerCase(); }; module.exports.default = module.exports;`,
    types: "declare function slug(text: string): string; export default slug;",
    uses: [
      ['C("A")', /^'a'$/u],
      ["C(1)", /^refused: .*'number' is not assignable to parameter of type 'string'/u],
      ['C.default("A")', /^'a'$/u],
    ],
  },
  "it is one export of a compiled ES module": {
    code: `"use strict"; ${ES_MODULE} exports.other = 1; ${CLASS} exports.default = C;`,
    types: `${DEFAULT} export declare const other: number;`,
    uses: NOT_MADE,
  },
  "it is one export of a bundled ES module": {
    code: `var __toCommonJS = (made) => made; ${CLASS} var src = { C, default: C }; ${ES_MODULE}\nmodule.exports = __toCommonJS(src);`,
    types: DEFAULT,
    uses: NOT_MADE,
  },
  "all is exported by name": {
    code: `${CLASS} module.exports = { C, two: 2 };`,
    types: "export declare class C { hi(): string } export declare const two: number;",
    uses: [
      ["new C.C().hi()", /^'hi'$/u],
      ["C.two", /^2$/u],
      ["C.three", /^refused: Property 'three' does not exist/u],
    ],
  },
  "the types say that it is all": {
    code: `${CLASS} module.exports = C;`,
    types: "declare class C { hi(): string } export = C;",
    uses: MADE,
  },
};

for (const [index, [name, { code, types, files = {}, uses }]] of Object.entries(PACKAGES).entries())
  test(`a class of a package, where ${name}`, async () => {
    const folder = `node_modules/pkg${String(index)}`;
    notebook.write({
      [`${folder}/package.json`]: `{ "name": "pkg${String(index)}", "main": "i.js", "types": "i.d.ts" }`,
      [`${folder}/i.js`]: code,
      [`${folder}/i.d.ts`]: types,
    });
    for (const [file, text] of Object.entries(files)) notebook.write({ [`${folder}/${file}`]: text });
    assert.equal(await notebook.run(`import C from "pkg${String(index)}";`), "");
    for (const [use, below] of uses) assert.match(await notebook.run(use), below, use);
  });

test("types that lie elsewhere, in the package or in one of @types", async () => {
  const code = `${CLASS} module.exports = C; module.exports.default = C;`;
  notebook.write({
    "node_modules/far/package.json": '{ "name": "far", "main": "lib/far.js", "types": "types/far.d.ts" }',
    "node_modules/far/lib/far.js": code,
    "node_modules/far/types/far.d.ts": DEFAULT,
    "node_modules/@who/apart/package.json": '{ "name": "@who/apart", "main": "main.js" }',
    "node_modules/@who/apart/main.js": code,
    "node_modules/@types/who__apart/package.json": '{ "name": "@types/who__apart", "types": "index.d.ts" }',
    "node_modules/@types/who__apart/index.d.ts": DEFAULT,
  });
  assert.equal(await notebook.run('import Far from "far"; import Apart from "@who/apart";'), "");
  assert.equal(await notebook.run("new Far().hi() + new Apart().hi()"), "'hihi'");
});

test("by import *, by name and by import()", async () => {
  notebook.write({
    "node_modules/ways/package.json": '{ "name": "ways", "main": "i.js", "types": "i.d.ts" }',
    "node_modules/ways/i.js": `${CLASS} module.exports = exports = C; exports.C = C; exports.default = C;`,
    "node_modules/ways/i.d.ts": `${DEFAULT} export { C };`,
  });
  assert.equal(
    await notebook.run('import * as all from "ways"; new all.default().hi() + new all.C().hi()'),
    "'hihi'",
  );
  assert.equal(
    await notebook.run('import { C, default as D } from "ways"; new C().hi() + new D().hi()'),
    "'hihi'",
  );
  assert.equal(await notebook.run('const later = await import("ways"); new later.default().hi()'), "'hi'");
  assert.match(await notebook.run("new all.default().nope()"), /^refused: Property 'nope' does not exist/u);
});

test("a local file's default import is that of compiled ES modules, unless the package is of ES modules", async () => {
  notebook.write({
    "node_modules/compiled/package.json": '{ "name": "compiled", "main": "i.js", "types": "i.d.ts" }',
    "node_modules/compiled/i.js": `${ES_MODULE} ${CLASS} exports.default = C;`,
    "node_modules/compiled/i.d.ts": DEFAULT,
    "plain.ts": 'import C from "compiled"; export const made = new C();',
    "module/package.json": '{ "type": "module" }',
    "module/strict.ts": 'import C from "compiled"; export const made = new C.default();',
  });
  for (const file of ["./plain", "./module/strict"]) {
    assert.equal(await notebook.run(`import { made } from "${file}"; made.hi()`), "'hi'");
    assert.match(await notebook.run("made.nope"), /^refused: Property 'nope' does not exist on type 'C'/u);
  }
});
