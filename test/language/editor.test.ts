/** What the editor is told while a cell is being written. `|` marks the cursor. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Completions } from "../../kernel/language/language.js";
import { Notebook } from "./notebook.js";

const notebook = new Notebook();
notebook.file("helper.ts", "/** Helps. */\nexport function help(times: number) {\n  return times;\n}\n");
notebook.file("folder/inner.ts", "export const inner = 1;");
notebook.file(
  "node_modules/parcel/package.json",
  '{ "name": "parcel", "version": "1.0.0", "types": "index.d.ts", "main": "index.js" }',
);
notebook.file("node_modules/parcel/index.d.ts", "export declare const inside: string;");
notebook.file("package.json", '{ "dependencies": { "parcel": "*" } }');

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
  ["what a module exports", "import { readFileSy| } from 'node:fs'", ["readFileSync"], 9],
  ["Node's modules", "import fs from 'node:fs/|'", ["promises"], 24],
  ["packages", "import x from 'parc|'", ["parcel"], 15],
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
    signature: "function add(a: number, b: number): number",
  });
  assert.equal(complete("Mode|").matches.find(({ text }) => text === "Model")!.type, "class");
  assert.equal(complete("samp|").matches[0]!.type, "const");
  assert.equal(complete("n|").matches.find(({ text }) => text === "nn")!.type, "module");
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
