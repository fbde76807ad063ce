/** What the editor is told while a cell is being written. `|` marks the cursor. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Completions } from "../../../kernel/language/language.js";
import { Notebook } from "../notebook.js";

const notebook = new Notebook();
notebook.file("helper.ts", "/** Helps. */\nexport function help(times: number) {\n  return times;\n}\n");
notebook.file("folder/inner.ts", "export const inner = 1;");
notebook.file(
  "node_modules/parcel/package.json",
  '{ "name": "parcel", "version": "1.0.0", "types": "index.d.ts", "main": "index.js" }',
);
notebook.file("node_modules/parcel/index.d.ts", "export declare const inside: string;");
notebook.file(
  "node_modules/@box/lid/package.json",
  '{ "name": "@box/lid", "version": "1.0.0", "exports": { ".": { "types": "./a.d.ts", "default": "./a.js" }, "./open": { "types": "./b.d.ts", "default": "./b.js" } } }',
);
notebook.file("node_modules/@box/lid/a.d.ts", "export declare function close(): void;");
notebook.file("node_modules/@box/lid/b.d.ts", "export declare function open(): void;");
notebook.file("package.json", '{ "dependencies": { "parcel": "*", "@box/lid": "*" } }');

beforeEach(() => {
  notebook.reset();
  notebook.compile(`/**
 * Adds two numbers.
 * @param a the first
 * @param b the second
 * @returns their sum
 */
function add(a: number, b: number) {
  return a + b;
}
const samples = [1, 2, 3];
let mode: "train" | "test" = "train";
type Options = { lr: number; schedule: { kind: "step" | "cosine" }; groups: { size: number }[] };
function configure(options: Options) {}
enum Color { Red, Green }
function Title(props: { text: string; size?: number }) { return null as any; }
class Model { layers = 2;
  /** Runs it. */
  forward(x: number) { return x; } }
type Mode = typeof mode;`);
});

function complete(text: string): Completions & { names: string[] } {
  const offset = text.indexOf("|");
  const completions = notebook.cells.complete(text.replace("|", ""), offset);
  return { ...completions, names: completions.matches.map((match) => match.text) };
}

function inspect(text: string, detail: 0 | 1 = 0): string | undefined {
  const offset = text.indexOf("|");
  return notebook.cells.inspect(text.replace("|", ""), offset, detail)?.data["text/plain"];
}

const EXPECTED: readonly (readonly [title: string, text: string, names: string[], start: number])[] = [
  ["members of a value of an earlier cell", "samples.ma|", ["map"], 8],
  ["members of a class of an earlier cell", "new Model().|", ["forward", "layers"], 12],
  ["names of earlier cells", "1 + samp|", ["samples"], 4],
  ["names whatever their case, where no other fits", "SAMP|", ["samples"], 0],
  ["names of the prelude", "randn([1]); displ|", ["display"], 12],
  ["names of this cell", "function f(localName: number) { return loc|", ["localName"], 39],
  ["types", "let m: Mod|", ["Mode", "Model"], 7],
  ["literals of a union", "mode = '|'", ["test", "train"], 8],
  ["literals in a call", "function set(m: Mode) {}; set('tr|')", ["train"], 31],
  ["keys of an object that is expected", "const o: { lr: number; momentum: number } = { l| }", ["lr"], 46],
  ["keys of the options of a function", "configure({ s| })", ["schedule"], 12],
  ["keys that are left", "configure({ lr: 1, | })", ["groups", "schedule"], 19],
  ["keys inside of keys", "configure({ schedule: { | } })", ["kind"], 24],
  ["keys inside of arrays", "configure({ groups: [{ | }] })", ["size"], 23],
  ["literals inside of keys", "configure({ schedule: { kind: '|' } })", ["cosine", "step"], 31],
  ["keys to take apart", "const { la| } = new Model()", ["layers"], 8],
  ["members of enums", "Color.|", ["Green", "Red"], 6],
  ["members of what may be undefined", "samples.at(0)?.toFi|", ["toFixed"], 15],
  ["elements", "const e = <Tit|", ["Title"], 11],
  ["attributes of elements", "<Title si|", ["size"], 7],
  ["attributes that are left", "<Title text='a' |/>", ["size"], 16],
  ["keywords", "awai|", ["await"], 0],
  ["what is inside of the runtime's namespaces", "new Linea|", ["nn.Linear"], 4],
  ["names that have it in them, where none begins so", "samples.lastin|", ["lastIndexOf"], 8],
  [
    "an import in place of a name that it would declare",
    "readFileSync|",
    ['import { readFileSync } from "node:fs";'],
    0,
  ],
  ["an import of a local file's function", "help|", ['import { help } from "./helper.ts";'], 0],
  ["what a module exports", "import { readFileSy| } from 'node:fs'", ["readFileSync"], 9],
  ["Node's modules", "import fs from 'node:fs/|'", ["promises"], 24],
  ["packages", "import x from 'parc|'", ["parcel"], 15],
  ["scopes of packages", "import x from '@b|'", ["@box/lid"], 15],
  ["parts of packages", "import x from '@box/lid/|'", ["open"], 24],
  ["what a package's part exports", "import { | } from '@box/lid/open'", ["open", "type"], 9],
  ["files for require", "require('./hel|')", ["helper"], 11],
  ["local files", "import { help } from './help|'", ["helper.ts"], 24],
  ["files of folders", "await import('./folder/|')", ["inner.ts"], 23],
  ["magics", "%type|", ["%typecheck"], 0],
  ["words of magics", "%typecheck w|", ["warn"], 11],
  ["members in the middle of unfinished code", "if (samples.le|) {", ["length"], 12],
  ["members behind characters outside of the basic plane", "'😀'; samples.le|", ["length"], 14],
];

for (const [title, text, names, start] of EXPECTED)
  test(`completion knows ${title}`, () => {
    const found = complete(text);
    assert.deepEqual(found.names, names);
    assert.equal(found.start, start);
    assert.equal(found.end, text.indexOf("|"));
  });

test("completions have kinds and signatures", () => {
  assert.deepEqual(complete("samples.fo|").matches[0]!.type, "method");
  assert.deepEqual(complete("ad|").matches[0], {
    text: "add",
    type: "function",
    signature: "(a: number, b: number): number",
  });
  assert.equal(complete("Mode|").matches.find(({ text }) => text === "Model")!.type, "class");
  assert.equal(complete("samp|").matches[0]!.type, "const");
  assert.equal(complete("n|").matches.find(({ text }) => text === "nn")!.type, "module");
});

test("names of another case follow those that are spelt so", () => {
  assert.deepEqual(complete("Mod|").names, ["Model", "mode", "module"]);
  assert.deepEqual(complete("let m: mod|").names, ["Mode", "Model"]);
});

test("what comes from a module has the kind of what it is", () => {
  const kinds = Object.fromEntries(complete("nn.|").matches.map(({ text, type }) => [text, type]));
  assert.equal(kinds["Linear"], "class");
});

test("a function's own members come before those of every function", () => {
  const { names } = complete("Promise.|");
  assert.ok(
    names.indexOf("withResolvers") < names.indexOf("apply") && names.indexOf("race") < names.indexOf("apply"),
  );
});

test("no import is offered within an expression, where it could not stand", () => {
  assert.deepEqual(complete("const text = readFileSync|").names, []);
  assert.deepEqual(complete("f(\n  readFileSync|\n)").names, []);
});

test("a class that is to extend something is offered classes, and one that is to implement something types", () => {
  const extending = complete("class Mine extends |");
  assert.ok(extending.names.includes("Model"));
  assert.deepEqual([extending.start, extending.end], [19, 19]);
  assert.ok(complete("class Mine extends | {}").names.includes("Model"));
  assert.ok(complete("class Mine implements |").names.includes("Options"));
  assert.equal(complete("class Mine extends Mod|").names[0], "Model");
});

test("an empty cell is offered everything, first what is the user's", () => {
  const { names } = complete("|");
  assert.ok(names.includes("randn") && names.includes("console") && names.includes("await"));
  assert.ok(names.indexOf("samples") < names.indexOf("randn"));
  assert.ok(names.indexOf("randn") < names.indexOf("Array"));
  assert.deepEqual(
    names.filter((name) => name.includes("__cellgrad")),
    [],
  );
});

test("nothing is offered inside of a string or a number", () => {
  assert.deepEqual(complete("const s = 'hello wo|'").names, []);
  assert.deepEqual(complete("12|").names, []);
});

test("inspection tells signature and documentation of a name of an earlier cell", () => {
  const text = inspect("ad|d(1, 2)")!;
  assert.match(text, /^function add\(a: number, b: number\): number\n/);
  assert.match(text, /Adds two numbers\./);
  assert.match(text, /@param a the first/);
  assert.equal(inspect("samples|"), "const samples: number[]");
  assert.match(inspect("mode|")!, /^let mode: /);
  assert.equal(inspect("let m: Mode|l"), "class Model");
  assert.match(inspect("new Model().forw|ard(1)")!, /forward\(x: number\): number\n\nRuns it\./);
  assert.match(
    inspect("ran|dn")!,
    /^function randn\(shape: readonly number\[\]\): Tensor\n\nA matrix of random numbers\./,
  );
});

test("inspection works from both ends of a name and tells nothing where there is none", () => {
  assert.ok(inspect("|add"));
  assert.ok(inspect("add|"));
  assert.equal(inspect("1; | 2"), undefined);
  assert.equal(inspect("noSuchName|"), undefined);
});

test("inside of a call inspection tells its signature", () => {
  assert.match(inspect("add(1, |)")!, /add\(a: number, b: number\): number/);
  assert.match(inspect("add(1, |)")!, /b: the second/);
  assert.match(inspect("samples.map(|")!, /map\(callbackfn: /);
});

test("with detail 1 inspection shows the source in a cell and in a local file", () => {
  assert.match(inspect("ad|d", 1)!, /return a \+ b;\n\}/);
  assert.match(inspect("Mod|el", 1)!, /class Model \{ layers = 2;/);
  assert.match(inspect("mod|e", 1)!, /let mode: "train" \| "test" = "train";/);
  assert.match(inspect("const here = 5; he|re", 1)!, /const here = 5;/);
  assert.match(inspect("import { help } from './helper.ts'; hel|p", 1)!, /Helps\.[^]*return times;\n\}/);
  assert.doesNotMatch(inspect("pars|eInt", 1)!, /\}/);
});

test("a namespace is told with what is in it", () => {
  assert.equal(inspect("n|n"), "namespace nn { Linear }");
  assert.match(inspect("import * as fs from 'node:fs'; f|s")!, /^namespace fs \{ .*readFileSync/);
});

test("inside of a call the options of its argument are listed", () => {
  const text = inspect("configure(|)")!;
  assert.match(text, /^configure\(options: Options\): void/);
  assert.match(text, /- `lr: number`\n- `schedule: \{ kind: "step" \| "cosine"; \}`/);
  assert.match(inspect("configure({ sch| })")!, /- `lr: number`/);
  assert.match(inspect("fetch('', |)")!, /- `method\?: string`/);
});

test("a constructor's call is told with its class's documentation, and its options by that name", () => {
  const declared =
    "/** Holds n. */ class Holder { constructor(n: number, { bias }: { bias?: boolean } = {}) {} }";
  const text = inspect(`${declared}\nnew Holder(1, |)`)!;
  assert.match(text, /^Holder\(n: number, options\?: \{ bias\?: boolean; \}\): Holder\n\nHolds n\./);
});

test("with detail 1 the JavaScript of a package is shown too", () => {
  const other = new Notebook();
  other.file(
    "node_modules/lib/package.json",
    '{ "name": "lib", "version": "1.0.0", "types": "./index.d.ts", "main": "./index.js" }',
  );
  other.file("node_modules/lib/index.d.ts", "export declare class Box { open(): number }");
  other.file("node_modules/lib/index.js", "export class Box {\n  open() {\n    return 1;\n  }\n}\n");
  const code = "import { Box } from 'lib'; new Box().open";
  assert.match(
    other.cells.inspect(code, code.length, 1)!.data["text/plain"]!,
    /\n\nopen\(\) \{\n  return 1;\n\}$/,
  );
});

test("references in documentation are plain names", () => {
  notebook.compile("/** As {@link add}, see {@link https://a.b|there}. */\nfunction plus() {}");
  assert.match(inspect("plus|")!, /As `add`, see \[there\]\(https:\/\/a\.b\)\./);
});

test("inspection comes as markdown too", () => {
  const markdown = notebook.cells.inspect("add", 1, 0)!.data["text/markdown"]!;
  assert.match(
    markdown,
    /^```typescript\nfunction add\(a: number, b: number\): number\n```\n\nAdds two numbers\./,
  );
  assert.match(markdown, /\*@param\* `a` the first/);
});

test("editing leaves no trace in what is compiled", () => {
  complete("const edited = 1; edited.|");
  assert.match(notebook.refused("edited")[0]!.message, /Cannot find name/);
});

test("names of JavaScript and of Node come with their documentation", () => {
  assert.match(inspect("samples.fil|ter")!, /Returns the elements of an array that meet the condition/);
  assert.match(
    inspect("import { readFileSync } from 'node:fs'; readFile|Sync")!,
    /Returns the contents of the `path`/,
  );
  assert.match(inspect("samples.reduce(|")!, /Calls the specified callback function for all the elements/);
  assert.match(inspect("setTime|out")!, /Schedules execution of a one-time `callback`/);
});

test("hover over a class says how its objects are made, in names alone, and over a call of it says that once", () => {
  const other = new Notebook({
    "options.ts": "export interface Options { wide?: boolean }",
    "made.ts":
      "import type { Options } from './options';\nexport class Made { constructor(readonly size: number, options?: Options) { void options; } }",
  });
  other.compile("import { Made } from './made';");
  const at = (code: string) =>
    other.cells.inspect(code.replace("|", ""), code.indexOf("|"), 0)?.data["text/plain"];
  const text = at("Ma|de")!;
  assert.match(text, /new Made\(size: number, options\?: Options(?: \| undefined)?\): Made/);
  assert.doesNotMatch(text, /import\("/);
  assert.equal(at("new Ma|de(1)")!.split("new Made(").length, 2);
});
