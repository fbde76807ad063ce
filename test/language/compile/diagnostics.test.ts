/** Errors that are found before a cell runs: where they are, how they look, what stops the cell and what does not. */
import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { beforeEach, test } from "node:test";
import { Notebook } from "../notebook.js";

const notebook = new Notebook();
beforeEach(() => {
  notebook.reset();
});

test("a type error names its line and column and shows the cell's source", () => {
  notebook.compile("const earlier = 1;");
  const [error, ...more] = notebook.refused("const a = earlier;\n\nlet text: string = a;\na;");
  assert.equal(more.length, 0);
  assert.deepEqual(
    {
      code: error!.code,
      category: error!.category,
      message: error!.message,
      line: error!.line,
      column: error!.column,
    },
    {
      code: 2322,
      category: "error",
      message: "Type 'number' is not assignable to type 'string'.",
      line: 3,
      column: 5,
    },
  );
  assert.equal(
    stripVTControlCharacters(error!.frame),
    ["  1 | const a = earlier;", "  2 |", "> 3 | let text: string = a;", "    |     ^^^^", "  4 | a;"].join(
      "\n",
    ),
  );
});

test("a refused cell leaves nothing behind", () => {
  notebook.refused("const ghost = 1; ghost.nothing;");
  assert.match(notebook.refused("ghost")[0]!.message, /Cannot find name 'ghost'/);
});

test("a cell that was compiled and not committed leaves nothing behind", () => {
  notebook.check("const uncommitted = 1;");
  assert.match(notebook.refused("uncommitted")[0]!.message, /Cannot find name/);
});

test("several errors come in the order of the lines", () => {
  const errors = notebook.refused("let x: number = '1';\nlet y: string = 2;\nunknown_;");
  assert.deepEqual(
    errors.map(({ line, column }) => [line, column]),
    [
      [1, 5],
      [2, 5],
      [3, 1],
    ],
  );
});

test("syntax errors come alone and stop the cell whatever %typecheck says", () => {
  for (const mode of ["", "%typecheck off\n", "%typecheck warn\n"]) {
    const [error] = notebook.refused(`${mode}const a = ;\nlet x: number = "wrong";`);
    assert.equal(error!.message, "Expression expected.");
    assert.equal(error!.line, mode === "" ? 1 : 2);
    assert.equal(error!.column, 11);
  }
});

test("what is missing at the end is told at the end of the cell", () => {
  const [error] = notebook.refused("function f() {\n  return 1;");
  assert.equal(error!.message, "'}' expected.");
  assert.equal(error!.line, 2);
});

test("the words of TypeScript's suggestions are kept", () => {
  notebook.compile("const learningRate = 0.1; const model = { forward() {} };");
  assert.match(notebook.refused("learningRat")[0]!.message, /Did you mean 'learningRate'\?/);
  assert.match(notebook.refused("model.foward()")[0]!.message, /Did you mean 'forward'\?/);
  notebook.compile("async function load() { return { size: 1 }; }");
  assert.match(notebook.refused("load().size")[0]!.message, /Did you forget to use 'await'\?/);
});

test("messages speak of cells, never of the modules behind them", () => {
  notebook.compile(
    "interface Options { depth: number }\nconst options: Options = { depth: 1 };\nclass Net { layers = 1 }",
  );
  notebook.compile("import { readFileSync } from 'node:fs';");
  const messages = [
    "const o: Options = { width: 1 };",
    "options.width",
    "const n: Net = options;",
    "readFileSync(1, 2, 3, 4)",
    "randn('x')",
    "const t: Tensor = new Net();",
    "Net()",
    "import { nothing } from 'cellgrad';",
  ].flatMap((code) => notebook.refused(code).map((diagnostic) => diagnostic.message));
  for (const message of messages) assert.doesNotMatch(message, /__cellgrad/);
});

test("%typecheck warn shows errors and runs the cell, off looks for none; both hold until they are changed", async () => {
  const warned = notebook.check("%typecheck warn\nconst n: number = 'text'; n").result;
  assert.ok(warned.ok);
  assert.deepEqual(
    warned.warnings.map(({ category, line, column }) => [category, line, column]),
    [["warning", 2, 7]],
  );
  assert.equal(
    await notebook.run("let m: number = 'still a warning' as never; m.nothing; m"),
    "still a warning",
  );
  const off = notebook.check("%typecheck off\nconst n: number = 'text'; n").result;
  assert.ok(off.ok);
  assert.equal(off.warnings.length, 0);
  assert.equal(notebook.refused("%typecheck error\nconst n: number = 'text'; n")[0]!.line, 2);
  notebook.refused("const n: number = 'text'; n");
});

test("types go on being known under %typecheck off", () => {
  notebook.compile("%typecheck off\nconst typed = [1, 2]; const wrong: string = typed;");
  assert.match(
    notebook.refused("%typecheck error\ntyped.push('x')")[0]!.message,
    /'string' is not assignable .* 'number'/,
  );
});

test("an unknown magic and a wrong word after one are told", () => {
  assert.match(notebook.refused("%nothing")[0]!.message, /no magic %nothing/);
  const [error] = notebook.refused("\n%typecheck maybe\n1");
  assert.match(error!.message, /%typecheck off\|warn\|error, got "%typecheck maybe"/);
  assert.deepEqual([error!.line, error!.column], [2, 1]);
});

test("what is only nonsense in files is none in cells", async () => {
  notebook.compile("1, 2; 'unused'; () => {}; [1][0];");
  notebook.compile("function unused(parameter: number) { const local = 1; }");
  notebook.compile("while (true) { break; } throw new Error('x'); 1;");
  assert.equal(await notebook.run(""), undefined);
  assert.equal(await notebook.run("// only a comment"), undefined);
});

test("errors have UTF-16 columns, also behind characters outside of the basic plane", () => {
  const [error] = notebook.refused("'😀😀'; missing;");
  assert.equal(error!.column, 9);
  const [windows] = notebook.refused("1;\r\n  missing;");
  assert.deepEqual([windows!.line, windows!.column], [2, 3]);
  assert.doesNotMatch(windows!.frame, /\r/);
});

test("a cell with more branches than TypeScript follows runs, and the next ones are checked as ever", async () => {
  const branches = Array.from({ length: 1_200 }, (_, i) => `if (n === ${String(i)}) n++;`);
  assert.equal(await notebook.run(`let n = 0;\n${branches.join("\n")}\nn`), 1_200);
  assert.equal(notebook.refused("const text: string = n;")[0]!.code, 2322);
});

test("@ts-expect-error and @ts-nocheck are heard", () => {
  notebook.compile("// @ts-expect-error\nconst a: number = 'x';");
  notebook.compile("// @ts-nocheck\nconst b: number = 'x';");
});

test("there is no DOM, and there is what Node has", () => {
  assert.equal(notebook.refused("document.title")[0]!.code, 2584);
  notebook.compile(
    "const r: Response = await fetch('http://localhost'); new URL('http://x'); structuredClone({}); new AbortController(); process.hrtime.bigint(); Buffer.from(''); setTimeout(() => {}, 1).unref(); [3, 1].toSorted(); performance.now(); new TextDecoder(); crypto.randomUUID(); console.table([]);",
  );
});
