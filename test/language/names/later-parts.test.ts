/** Functions look names up when they are called: what a later cell defines, or defines again, is what they use, and their types say so. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Notebook } from "../notebook.js";

const notebook = new Notebook();
beforeEach(() => {
  notebook.reset();
});

const warnings = (code: string): string[] => {
  const { result } = notebook.check(code);
  assert.ok(result.ok, JSON.stringify(result));
  return result.warnings.map(({ message }) => message);
};

/** What committing a cell tells of functions of other cells. */
const unfit = (code: string): { cell?: number; line: number; column: number; message: string }[] => {
  const { result, id } = notebook.check(code, 9);
  assert.ok(result.ok, JSON.stringify(result));
  const told = notebook.cells.commit(id).warnings;
  notebook.cells.ended(id, true);
  return told.map(({ cell, line, column, message }) => ({
    ...(cell !== undefined && { cell }),
    line,
    column,
    message,
  }));
};

test("a function may use what a later cell defines", async () => {
  const code = "function g(v: number) { return h(v) + 1; }";
  assert.deepEqual(warnings(code), [
    "Cannot find name 'h'. A later cell may define it before this is called.",
  ]);
  await notebook.run(code);
  assert.match(String(await notebook.fails("g(1)")), /ReferenceError: h is not defined/u);
  await notebook.run("function h(v: number) { return v * 2; }");
  assert.equal(await notebook.run("const nine: number = g(4); nine"), 9);
  assert.equal(notebook.refused("const text: string = g(4);")[0]!.code, 2322);
});

test("methods, getters, fields, arrows, parameters and types in functions may wait for a later cell", async () => {
  await notebook.run(`
    class Model { size = width; get twice() { return this.size * factor; } scale(by = factor) { return this.size * by; } }
    const make = (): Shape => ({ sides: count });
    const object = { area() { return side * side; } };`);
  await notebook.run("const width = 2, factor = 3, count = 4, side = 5; interface Shape { sides: number }");
  assert.deepEqual(
    await notebook.run("[new Model().twice, new Model().scale(), make().sides.toFixed(), object.area()]"),
    [6, 6, "4", 25],
  );
});

test("at the top level, and where a function is called on the spot, an unknown name is refused", () => {
  for (const code of [
    "missing",
    "const x = missing + 1;",
    "(() => missing)();",
    "[1].map((x) => x + missing);",
    "new Promise((resolve) => resolve(missing));",
    "class A { static made = missing; }",
    "class B extends missing {}",
    "({ [missing]: 1 });",
    "const f = () => None;",
  ])
    assert.equal(notebook.refused(code).length, 1, code);
  const told = notebook.refused("const f = () => later; missing");
  assert.deepEqual(
    told.map(({ message }) => message),
    ["Cannot find name 'missing'."],
  );
});

test("a function does not define what it assigns to", async () => {
  await notebook.run("const set = (value: number) => { total = value; }; const tick = () => ++total;");
  assert.match(String(await notebook.fails("set(1)")), /ReferenceError: total is not defined/u);
  await notebook.run("let total = 0;");
  assert.equal(await notebook.run("set(5); tick() + total"), 12);
});

test("what does not fit a function of an earlier cell is told at its line", async () => {
  await notebook.run("const one = 1;\nfunction q(v: number) {\n  return helper(v);\n}");
  assert.deepEqual(unfit("function helper(v: string) { return v.length; }"), [
    {
      cell: 1,
      line: 3,
      column: 17,
      message:
        "'q' does not fit what this cell defines: Argument of type 'number' is not assignable to parameter of type 'string'.",
    },
  ]);
  assert.deepEqual(unfit("function helper(v: string) { return v.length; }"), []);
  assert.deepEqual(unfit("function helper(v: number) { return 'a'.repeat(v); }"), []);
  await notebook.run("function helper(v: number) { return 'a'.repeat(v); }");
  assert.equal(await notebook.run("q(2).length"), 2);
});

test("functions of cells may call each other", async () => {
  await notebook.run("function isEven(n: number): boolean { return n === 0 || isOdd(n - 1); }");
  assert.deepEqual(unfit("function isOdd(n: number) { return n !== 0 && isEven(n - 1); }"), []);
  await notebook.run("function isOdd(n: number) { return n !== 0 && isEven(n - 1); }");
  assert.equal(
    await notebook.run("const even: boolean = isEven(10); const odd: boolean = isOdd(7); even && odd"),
    true,
  );
});

test("functions that use a class see it as it was defined last", async () => {
  await notebook.run("class A { #secret = 0; x = 1 }");
  await notebook.run(`
    function make() { return new A(); }
    const list = (): A[] => [make()];
    class Factory { make() { return new A(); } }
    function takes(a: A) { return a instanceof A; }`);
  await notebook.run("class A { #secret = 0; x = 1; y = 2 }");
  assert.equal(await notebook.run("make().y + list()[0]!.y + new Factory().make().y"), 6);
  assert.equal(await notebook.run("takes(new A())"), true);
  assert.equal(notebook.refused("make().z")[0]!.code, 2339);
});

test("functions, aliases, interfaces, enums and variables that are defined again", async () => {
  await notebook.run(
    "function f() { return 1; }\nenum E { A }\ntype T = { a: number };\ninterface I { t: T }\nconst rate = 0.1;",
  );
  await notebook.run(`
    const viaF = () => f();
    function isA(e: E) { return e === E.A; }
    function useT(t: T) { return Object.keys(t).length; }
    type Two = [T, I];
    const current = () => rate;`);
  await notebook.run(
    "function f() { return 'text'; }\nenum E { A, B }\ninterface T { a: number; b: string }\nconst rate = [1];",
  );
  assert.equal(
    await notebook.run("viaF().length + useT({ a: 1, b: '' }) + current().length + (isA(E.B) ? 100 : 0)"),
    7,
  );
  await notebook.run(
    "interface I { t: T; more: E }\nconst two: Two = [{ a: 1, b: '' }, { t: { a: 1, b: '' }, more: E.B }];",
  );
  assert.equal(notebook.refused("useT({ a: 1 })")[0]!.code, 2345);
});

test("what JavaScript itself has stays that in functions of earlier cells", async () => {
  await notebook.run("const find = () => new Map([[1, 'a']]).size;");
  await notebook.run("const Map = 'mine';");
  assert.equal(await notebook.run("find().toFixed()"), "1");
});

test("a value of a class that was defined again names the cell to run again", async () => {
  await notebook.run("class A { x = 1 }\ninterface Options { rate: number }");
  await notebook.run(
    "const a = new A(); class B extends A {}\nconst list = [a]; const options: Options = { rate: 1 };",
  );
  await notebook.run("class A { x = 1; y = 2 }\ninterface Options { rate: number; more: string }");
  const advice = (code: string) => notebook.refused(code)[0]!.message.split("\n").at(-1);
  assert.equal(advice("a.y"), "'a' is of 'A' as it was before it was defined again: run Cell [2] again.");
  assert.equal(
    advice("new B().y"),
    "'B' is of 'A' as it was before it was defined again: run Cell [2] again.",
  );
  assert.equal(
    advice("const b: A = a;"),
    "'a' is of 'A' as it was before it was defined again: run Cell [2] again.",
  );
  assert.equal(
    advice("list[0]!.y"),
    "'list' is of 'A' as it was before it was defined again: run Cell [2] again.",
  );
  assert.match(advice("options.more")!, /'options' is of 'Options' .*run Cell \[2\] again/u);
  assert.doesNotMatch(advice("new A().z")!, /again/u);
  await notebook.run("const a = new A();");
  assert.equal(await notebook.run("a.y"), 2);
});
