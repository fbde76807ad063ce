/** What is put on `globalThis` is a name for later cells; `eval` sees the names of cells. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { Notebook } from "../notebook.js";

const notebook = new Notebook();
const before = new Set(Object.getOwnPropertyNames(globalThis));
beforeEach(() => {
  notebook.reset();
});
afterEach(() => {
  for (const name of Object.getOwnPropertyNames(globalThis))
    if (!before.has(name)) Reflect.deleteProperty(globalThis, name);
});

test("anything may be put on globalThis, read and removed there", async () => {
  assert.equal(await notebook.run("globalThis.first = 5; globalThis['second'] = first + 1; second"), 6);
  assert.equal(
    await notebook.run("globalThis.first++; globalThis.cache ??= new Map(); globalThis.cache.size"),
    0,
  );
  assert.equal(await notebook.run("if (!globalThis.third) globalThis.third = 3; third"), 3);
  assert.equal(await notebook.run("delete globalThis.third; globalThis.third"), undefined);
  assert.equal(
    await notebook.run("Object.assign(globalThis, { fourth: 4, fifth() { return 5; } }); fourth + fifth()"),
    9,
  );
});

test("later cells know the names that the session tells of, until a cell declares them", async () => {
  assert.equal(notebook.refused("count + 1")[0]!.code, 2304);
  await notebook.run("(globalThis as any).count = 5;");
  notebook.cells.declareGlobals({ count: "number", settings: "any" });
  assert.equal(await notebook.run("count + 1"), 6);
  assert.equal(
    await notebook.run(
      "const twice = () => count * 2; count = 7; twice() + Reflect.get(globalThis, 'count')",
    ),
    21,
  );
  assert.match(notebook.refused("count.length")[0]!.message, /not exist on type 'number'/u);
  const offered = notebook.cells.complete("cou", 3).matches.map(({ text }) => text);
  assert.ok(offered.includes("count"));
  await notebook.run("let count = 'mine';");
  notebook.cells.declareGlobals({ count: "number" });
  assert.equal(await notebook.run("count.length"), 4);
  assert.equal(notebook.refused("settings")[0]!.code, 2304);
});

test("eval reads and writes the names of cells, of functions around it, and this", async () => {
  await notebook.run("const x = 3; let n = 1; class K { a = 4 }");
  assert.equal(await notebook.run("eval('x + n')"), 4);
  assert.equal(await notebook.run("eval('n = 7'); eval('new K().a + (() => n)()')"), 11);
  assert.equal(
    await notebook.run(
      "function f(a: number) { let b = 2; const c = 3; eval('b = a + x'); return eval('b + c + n'); }\nf(10)",
    ),
    23,
  );
  assert.deepEqual(await notebook.run("[1, 2].map((v) => eval('v + x'))"), [4, 5]);
  assert.equal(await notebook.run("class T { k = 2; m() { return eval('this.k + x'); } }\nnew T().m()"), 5);
  assert.equal(await notebook.run("const $ = 5; eval('$ + x')"), 8);
});

test("eval is strict as a cell is, and gives back what it would in a module", async () => {
  assert.deepEqual(
    await notebook.run("[eval('var own = 5;'), eval('own2: 1; 6'), eval(''), eval(7 as any)]"),
    [undefined, 6, undefined, 7],
  );
  assert.match(
    String(await notebook.fails("eval('undeclared = 1')")),
    /ReferenceError: undeclared is not defined/u,
  );
  assert.match(String(await notebook.fails("eval('1 +')")), /SyntaxError/u);
});

test("functions that are made of text, and eval by another name, see the global scope alone, as JavaScript has it", async () => {
  await notebook.run("const x = 3;");
  assert.equal(await notebook.run("new Function('return typeof x')()"), "undefined");
  assert.equal(await notebook.run("(0, eval)('typeof x')"), "undefined");
});
