/** What cells show of a variable's type holds for the cells after them, as for what follows in one file. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Notebook } from "../notebook.js";

const notebook = new Notebook();
beforeEach(() => {
  notebook.reset();
});

const typeOf = (name: string): string | undefined =>
  notebook.cells.variables().find((variable) => variable.name === name)?.type;

test("an empty list takes the type of what later cells put into it", async () => {
  await notebook.run("const losses = [];\nlosses");
  assert.deepEqual(await notebook.run("losses"), []);
  await notebook.run("for (let i = 0; i < 3; i++) losses.push(i / 2);");
  assert.equal(typeOf("losses"), "number[]");
  assert.deepEqual(await notebook.run("losses.map((loss) => loss.toFixed(1))"), ["0.0", "0.5", "1.0"]);
  assert.equal(await notebook.run("const largest = () => Math.max(...losses); largest()"), 1);
  assert.match(notebook.refused("losses[0].toUpperCase()")[0]!.message, /not exist on type 'number'/u);
  await notebook.run("losses[3] = 'last';");
  assert.equal(typeOf("losses"), "(string | number)[]");
});

test("lists of lists, filled in loops and in cells of their own", async () => {
  await notebook.run("let grid = [];");
  await notebook.run(
    "for (let i = 0; i < 2; i++) { const row = []; for (let j = 0; j < 2; j++) row.push(i + j); grid.push(row); }",
  );
  assert.deepEqual(await notebook.run("grid.map((row) => row.map((cell) => cell.toFixed()))"), [
    ["0", "1"],
    ["1", "2"],
  ]);
  await notebook.run("grid = [['text']];");
  assert.equal(await notebook.run("grid[0]![0]!.length"), 4);
  await notebook.run("grid = [];");
  assert.equal(await notebook.run("grid.length"), 0);
});

test("a list that functions fill may hold anything", async () => {
  await notebook.run("const seen = [];");
  await notebook.run("function log(value: number) { seen.push(value); }\nconst first = () => seen[0];");
  assert.equal(await notebook.run("log(4); seen.map((value) => value.toFixed())[0] + first()"), "44");
});

test("an empty list and null as properties take what they are given", async () => {
  await notebook.run("const history = { train: { loss: [] }, best: null }, byName = new Map([['a', []]]);");
  await notebook.run("history.train.loss.push(1, 2); history.best = 'model'; byName.get('a')!.push(3);");
  assert.deepEqual(await notebook.run("history.train.loss.map((loss) => loss * 2)"), [2, 4]);
  await notebook.run(
    "class Log { losses = []; best = null; #all = []; add(loss: number) { this.losses.push(loss); this.#all.push(loss); this.best = loss; return this; } }",
  );
  assert.deepEqual(await notebook.run("new Log().add(4).losses"), [4]);
  await notebook.run("const counter = { seen: [], add(n: number) { this.seen.push(n); return this; } };");
  assert.deepEqual(await notebook.run("counter.add(1).add(2).seen"), [1, 2]);
  const code =
    "function collect(n: number) { const found = { values: [] }; found.values.push(n); return found; }";
  assert.deepEqual(await notebook.run(`${code}\ncollect(5).values`), [5]);
});

test("a property that was written with a value or a type keeps it", async () => {
  await notebook.run("const options = { rate: 0.1, names: [] as string[] };");
  assert.equal(notebook.refused("options.names.push(3)")[0]!.code, 2345);
  assert.equal(notebook.refused("options.rate = 'fast'")[0]!.code, 2322);
  await notebook.run("const either = Math.random() < 2 ? { a: 1 } : { b: 'text' };");
  assert.equal(notebook.refused("either.b!.toFixed()")[0]!.code, 2551);
});

test("a variable without a type has the type of what it was assigned last", async () => {
  await notebook.run("let best = null; let config; let step = undefined; var late;");
  assert.equal(await notebook.run("best"), null);
  await notebook.run("for (const loss of [3, 1, 2]) if (best === null || loss < best) best = loss;");
  assert.equal(notebook.refused("best.toFixed()")[0]!.code, 18047);
  assert.equal(await notebook.run("best?.toFixed()"), "1");
  await notebook.run("config = { rate: 0.1, sizes: [4] }; step = 'warm'; late = new Map([['a', 1]]);");
  assert.equal(await notebook.run("config.sizes[0]! * config.rate + step.length + late.get('a')!"), 5.4);
  assert.equal(await notebook.run("(() => config.sizes.length + late.size)()"), 2);
  assert.equal(notebook.refused("config.missing")[0]!.code, 2339);
  await notebook.run("config = 'text';");
  assert.equal(await notebook.run("config.length"), 4);
});

test("a function may use what a later cell assigns, and what a function assigns may be anything", async () => {
  await notebook.run("let convert; let count = null;");
  await notebook.run(
    "function call(x: number) { return convert(x); }\nfunction bump() { count = (count ?? 0) + 1; }",
  );
  await notebook.run("convert = (x: number) => x * 2;");
  assert.equal(await notebook.run("bump(); call(3) + count.valueOf()"), 7);
  assert.equal(notebook.refused("convert('a')")[0]!.code, 2345);
  await notebook.run("const own = () => { let convert = null; convert = 1; return convert; };");
  assert.equal(notebook.refused("convert('a')")[0]!.code, 2345);
});

test("an assignment narrows for later cells, one that throws does not", async () => {
  await notebook.run("let size: string | number = 5;\nlet table: Map<string, number> | undefined;");
  assert.equal(await notebook.run("size.toFixed()"), "5");
  assert.equal(notebook.refused("table.size")[0]!.code, 18048);
  await notebook.run("table = new Map();");
  assert.equal(await notebook.run("const entries = () => table.size; table.set('a', 1); entries()"), 1);
  assert.ok((await notebook.fails("size = 'five'; throw new Error('no');")) instanceof Error);
  assert.equal(notebook.refused("size.toFixed()")[0]!.code, 2339);
  assert.equal(await notebook.run("typeof size === 'string' ? size.length : size.toFixed()"), 4);
  await notebook.run("size = 7;");
  assert.equal(await notebook.run("size.toFixed()"), "7");
  await notebook.fails("const list = []; list.push(1); throw new Error('no');");
  assert.deepEqual(await notebook.run("list.map((each) => each.toFixed())"), ["1"]);
});

test("a refused cell changes nothing of what is known, and the cell that ran last wins", async () => {
  await notebook.run("let size: string | number = 5;");
  notebook.refused("size = 'text'; size.toFixed()");
  assert.equal(await notebook.run("size.toFixed()"), "5");
  await notebook.run("size = 'text';");
  assert.equal(await notebook.run("size.length"), 4);
  await notebook.run("let size: string | number = 5;");
  assert.equal(await notebook.run("size.toFixed()"), "5");
});

test("a constant is what a check has shown it to be", async () => {
  await notebook.run(
    "const parsed: unknown = JSON.parse('[1]'); if (!Array.isArray(parsed)) throw new Error('no list');",
  );
  assert.equal(await notebook.run("parsed.length"), 1);
  await notebook.run("/** How it went. */\nconst state: 'on' | 'off' | 3 = 'on';");
  assert.equal(await notebook.run("state === 'off'"), false);
  assert.equal(await notebook.run("state.length"), 2);
  const shown = notebook.cells.inspect("state", 2, 0)!.data["text/plain"]!;
  assert.match(shown, /How it went/u);
});

test("types without a declared type are known to the editor", async () => {
  await notebook.run("const losses = []; let best;");
  await notebook.run("losses.push(0.5); best = 'text';");
  const members = (code: string) =>
    notebook.cells.complete(code, code.length).matches.map(({ text }) => text);
  assert.ok(members("losses[0].").includes("toFixed"));
  assert.ok(members("best.").includes("toUpperCase"));
  assert.match(notebook.cells.inspect("losses", 2, 0)!.data["text/plain"]!, /losses: number\[\]/u);
});

test("a cell that is run many times keeps nothing of its earlier runs", async () => {
  await notebook.run("const losses = [];");
  await notebook.run("losses.push(1);");
  for (let n = 0; n < 30; n++) await notebook.run("losses.push(losses.length);");
  assert.equal(await notebook.run("losses.length"), 31);
  assert.equal(typeOf("losses"), "number[]");
});

test("without strict types a variable without a type is any", async () => {
  const loose = new Notebook({ "tsconfig.json": '{ "compilerOptions": { "strict": false } }' });
  await loose.run("const list = []; let best;");
  await loose.run("list.push(1); best = 'a';");
  assert.deepEqual(await loose.run("list.map((x) => x.toFixed() + best.length)"), ["11"]);
});
