/** Errors say what to do: the name that was meant, the import that is missing, the method in place of an operator. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Notebook } from "../notebook.js";

const notebook = new Notebook({
  "package.json": '{ "dependencies": { "parcel": "*" } }',
  "node_modules/parcel/package.json":
    '{ "name": "parcel", "version": "1.0.0", "types": "index.d.ts", "main": "index.js" }',
  "node_modules/parcel/index.d.ts": 'export * from "./wrapping.js";\nexport default function parcel(): void;',
  "node_modules/parcel/wrapping.d.ts": "export declare const ribbon: string;\nexport interface Paper {}",
  "node_modules/boxes/package.json": '{ "name": "boxes", "types": "index.d.ts", "main": "index.js" }',
  "node_modules/boxes/index.d.ts": "export default class Box {}",
  "node_modules/boxes/index.js": "module.exports = class Box {};",
  "helper.ts": "export function help() {}\n",
  "lib/more.ts": "export const { first, second } = { first: 1, second: 2 };\nexport default class More {}",
});
notebook.compile(`class Vector { add(x: Vector | number) { return this; } mul(x: Vector | number) { return this; } }
const v = new Vector();
function join(a: "join: sizes 2 and 3 differ") {}`);

const EXPECTED: readonly (readonly [title: string, code: string, ...messages: string[]])[] = [
  [
    "the import of one of Node's functions",
    "readFileSync('a')",
    `Cannot find name 'readFileSync'. Import it: import { readFileSync } from "node:fs";`,
  ],
  [
    "the import of one of Node's modules",
    "os.cpus()",
    `Cannot find name 'os'. Import it: import os from "node:os";`,
  ],
  [
    "the import from an object that is a module",
    "basename('a')",
    `Cannot find name 'basename'. Import it: import { basename } from "node:path";`,
  ],
  [
    "the type of an object that begins empty, by index",
    'const counts = {}; counts["a"] = 1;',
    "An object that begins empty stays so for the types; say what it will hold: const counts: Record<string, number> = {}",
  ],
  [
    "the type of an object that begins empty, by member",
    "const names = {}; names.first = 'a';",
    "Property 'first' does not exist on type '{}'. An object that begins empty stays so for the types; say what it will hold: const names: Record<string, string> = {}",
  ],
  [
    "the type of an object that begins empty and is counted in",
    "const seen = {}; for (const word of ['a', 'b']) seen[word] = (seen[word] ?? 0) + 1;",
    "An object that begins empty stays so for the types; say what it will hold: const seen: Record<string, number> = {}",
    "An object that begins empty stays so for the types; say what it will hold: const seen: Record<string, number> = {}",
  ],
  [
    "the type of a variable that begins with an empty object",
    "let memo = {}; memo.a = 1;",
    "Property 'a' does not exist on type '{}'. An object that begins empty stays so for the types; say what it will hold: let memo: Record<string, number> = {}",
  ],
  [
    "nothing where the object is not empty",
    "({ a: 1 }).b",
    "Property 'b' does not exist on type '{ a: number; }'.",
  ],
  ["no import of a console's method", "count", "Cannot find name 'count'."],
  ["no import of what is deprecated", "isPrimitive(1)", "Cannot find name 'isPrimitive'."],
  [
    "the import of a module of which no member is offered",
    "vm.isContext({})",
    `Cannot find name 'vm'. Import it: import vm from "node:vm";`,
  ],
  [
    "the import of a local file's function",
    "help()",
    `Cannot find name 'help'. Import it: import { help } from "./helper.ts";`,
  ],
  [
    "the import from a file in a folder",
    "first + 1",
    `Cannot find name 'first'. Import it: import { first } from "./lib/more.ts";`,
  ],
  [
    "the import from what a package exports from another file",
    "ribbon",
    `Cannot find name 'ribbon'. Import it: import { ribbon } from "parcel";`,
  ],
  [
    "the import of a type",
    "let p: Paper",
    `Cannot find name 'Paper'. Import it: import { Paper } from "parcel";`,
  ],
  [
    "the import of a package by its name",
    "Parcel()",
    `Cannot find name 'Parcel'. Import it: import Parcel from "parcel";`,
  ],
  [
    "the namespace that a name is in",
    "new Linear(1, 2)",
    "Cannot find name 'Linear'. Did you mean 'nn.Linear'?",
  ],
  ["a name of another case before all", "Randn([1])", "Cannot find name 'Randn'. Did you mean 'randn'?"],
  ["a name in an object's short form", "({ randm })", "Cannot find name 'randm'. Did you mean 'randn'?"],
  [
    "what Python's names are here",
    "print(None)",
    "Cannot find name 'print'. Did you mean 'console.log'?",
    "Cannot find name 'None'. Did you mean 'null'?",
  ],
  [
    "that there are no named arguments",
    "parseInt('1', radix=2)",
    "There are no named arguments in TypeScript: give 'radix' by its place, or in an object of options, { radix: … }.",
  ],
  ["that variables are declared", "qq = 1", "Cannot find name 'qq'. Declare it: let qq = …"],
  [
    "that there is no browser",
    "document.body",
    "Cannot find name 'document'. Cells run in Node.js, which has no page.",
  ],
  [
    "a package that is spelt nearly so",
    "import x from 'parcl'",
    "Cannot find module 'parcl'. Did you mean 'parcel'?",
  ],
  [
    "how to get a package",
    "import x from '@some/thing/part'",
    "Cannot find module '@some/thing/part'. Is it installed beside the notebook? npm install @some/thing",
  ],
  [
    "a local file that is spelt nearly so",
    "import { help } from './helpr'",
    "Cannot find module './helpr'. Did you mean './helper.ts'?",
  ],
  [
    "a name that is there without an import",
    "import { Linear } from 'cellgrad'",
    "'cellgrad' does not export 'Linear'. It is there without an import as 'nn.Linear'.",
  ],
  [
    "how to import what is called, where a package's default export is all that it exports",
    'import Box = require("boxes"); new Box()',
    'This expression is not constructable. Write import Box from "boxes"',
  ],
  [
    "so it does of import *",
    'import * as Box from "boxes"; new Box()',
    'This expression is not constructable. Write import Box from "boxes"',
  ],
  [
    "the default export of a module that is called",
    'import parcel = require("parcel"); parcel()',
    "This expression is not callable. Write parcel.default()",
  ],
  [
    "how a module without a default export is imported",
    "import all from './helper.ts'",
    `'./helper.ts' has no default export; write import { … } from "./helper.ts", or import * as all from "./helper.ts"`,
  ],
  [
    "how a name is imported that is no default export",
    "import help from './helper.ts'",
    `'./helper.ts' has no default export; write import { help } from "./helper.ts"`,
  ],
  ["the method for an operator", "v + 1", "There are no operators on objects; write v.add(1)"],
  [
    "no method of texts for an operator",
    '"12" - 1',
    "The left-hand side of an arithmetic operation must be of type 'any', 'number', 'bigint' or an enum type.",
  ],
  ["the method for an operator once", "v * v", "There are no operators on objects; write v.mul(v)"],
  ["what the types of a library say", "join(5)", "join: sizes 2 and 3 differ"],
];

for (const [title, code, ...expected] of EXPECTED)
  test(`an error tells ${title}`, () => {
    assert.deepEqual(notebook.messages(code), expected);
  });

test("imports are told as they are written in the folder that the notebook is in now", () => {
  const moved = new Notebook({
    "inner/deep.ts": "export const deep = 1;",
    "outer.ts": "export const further = 1;",
  });
  moved.cells.changeFolder(`${moved.folder}/inner`);
  assert.equal(
    moved.refused("deep")[0]!.message,
    `Cannot find name 'deep'. Import it: import { deep } from "./deep.ts";`,
  );
  assert.equal(moved.refused("further")[0]!.message, "Cannot find name 'further'.");
});

test("a shell command is told where it belongs", () => {
  const hint = /A shell command\? Begin the cell with %%bash\.$/;
  for (const code of ["!npm install lodash", "!ls", "let n = 1;\n!ls -la | wc", "npm install lodash"])
    assert.ok(
      notebook.messages(code).some((message) => hint.test(message)),
      code,
    );
  for (const code of [
    "let n: string = !v",
    "const ok =\n  !v.length",
    "let ok =\n  !v.add(join)",
    "nobody",
    "let x y",
  ])
    assert.doesNotMatch(notebook.messages(code)[0]!, hint);
});

test("a misspelt member is told with the one that was meant", () => {
  assert.match(notebook.messages("v.mull(1)")[0]!, /Did you mean 'mul'\?$/);
  assert.match(
    notebook.messages("nn.Liner")[0]!,
    /on type 'typeof import\("nn"\)'\. Did you mean 'Linear'\?$/,
  );
});

test("a name that means nothing gets no advice", () => {
  assert.deepEqual(notebook.messages("qqqqqqqq"), ["Cannot find name 'qqqqqqqq'."]);
  assert.deepEqual(notebook.messages("$('p')"), ["Cannot find name '$'."]);
});
