/** What a cell declares is there for later cells, and may be declared again as anything. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Notebook } from "../notebook.js";

const notebook = new Notebook();
beforeEach(() => {
  notebook.reset();
});

test("values, functions, classes, enums and namespaces are seen by later cells", async () => {
  await notebook.run(`
    const a = 1; let b = "two"; var c = [3];
    function add(x: number, y: number) { return x + y; }
    class Point { constructor(public x: number, public y = 0) {} }
    enum Colour { Red = 1, Green }
    namespace Maths { export const tau = 6.28; export function twice(x: number) { return 2 * x; } }
    type Pair<T> = [T, T];
    interface Named { name: string }
  `);
  assert.deepEqual(
    await notebook.run(`
      const pair: Pair<number> = [a, c[0]!];
      const named: Named = { name: b };
      [add(...pair), new Point(5).x, Colour.Green, Colour[1], Maths.twice(Maths.tau), named.name]`),
    [4, 5, 2, "Red", 12.56, "two"],
  );
});

const KINDS: Record<string, { declare: string; use: string; value: unknown; type: string }> = {
  const: { declare: "const x = 1;", use: "x + 1", value: 2, type: "number" },
  let: { declare: "let x = 'a';", use: "x.length", value: 1, type: "string" },
  var: { declare: "var x = [1, 2];", use: "x.length", value: 2, type: "number[]" },
  function: {
    declare: "function x() { return 'called'; }",
    use: "x()",
    value: "called",
    type: "() => string",
  },
  class: { declare: "class x { static made = 7; }", use: "x.made", value: 7, type: "typeof x" },
  enum: { declare: "enum x { A = 3 }", use: "x.A", value: 3, type: "typeof x" },
  namespace: {
    declare: "namespace x { export const inner = 5; }",
    use: "x.inner",
    value: 5,
    type: "typeof x",
  },
  import: { declare: "import { sep as x } from 'node:path';", use: "x.length", value: 1, type: "string" },
  destructuring: { declare: "const [{ x }] = [{ x: 8n }];", use: "x * 2n", value: 16n, type: "bigint" },
};

for (const [before, first] of Object.entries(KINDS))
  for (const [after, second] of Object.entries(KINDS))
    test(`a ${before} may become a ${after} in a later cell`, async () => {
      await notebook.run(first.declare);
      assert.equal(await notebook.run(first.use), first.value);
      await notebook.run(second.declare);
      assert.equal(await notebook.run(second.use), second.value);
    });

test("a name takes its new type, also where only a type is declared again", () => {
  notebook.compile("const x = 1;");
  notebook.compile("const x = 'text';");
  assert.match(
    notebook.refused("x.toFixed()")[0]!.message,
    /'toFixed' does not exist on type '"text"'|type 'string'/,
  );
  notebook.compile("type T = number;");
  notebook.compile("interface T { a: string }");
  notebook.compile("const t: T = { a: 'b' };");
  assert.equal(notebook.refused("const u: T = 1;")[0]!.code, 2322);
});

test("a type and a value of the same name live side by side, also from two cells", async () => {
  await notebook.run("const Shape = { circle: 1 };");
  await notebook.run("type Shape = keyof typeof Shape;");
  assert.equal(await notebook.run("const s: Shape = 'circle'; Shape[s]"), 1);
  assert.equal(notebook.refused("const t: Shape = 'square';")[0]!.code, 2322);
});

test("a class that becomes a const takes its type along", () => {
  notebook.compile("class Foo {}");
  notebook.compile("const Foo = 1;");
  assert.equal(notebook.refused("let f: Foo;")[0]!.code, 2749);
});

test("closures of earlier cells see what later cells declare", async () => {
  await notebook.run("let n = 1; function inner() { return 'old'; } const read = () => `${n} ${inner()}`;");
  assert.equal(await notebook.run("read()"), "1 old");
  await notebook.run("n = 2;");
  assert.equal(await notebook.run("read()"), "2 old");
  await notebook.run("const n = 'three'; const inner = () => 'new';");
  assert.equal(await notebook.run("read()"), "three new");
});

test("a let of an earlier cell can be assigned to, a const can not", async () => {
  await notebook.run("let count = 0; const fixed = 0;");
  assert.equal(
    await notebook.run(
      "count += 2; count++; [count] = [count * 2]; ({ count } = { count: count + 1 }); count",
    ),
    7,
  );
  const [error] = notebook.refused("fixed = 1;");
  assert.match(error!.message, /Cannot assign to 'fixed' because it is a constant/);
});

test("a literal const keeps its type without pinning what is copied from it", async () => {
  await notebook.run("const five = 5;");
  await notebook.run("let copy = five; copy = 6;");
  await notebook.run("const exactly: 5 = five;");
});

test("a prelude name can be declared again", async () => {
  notebook.compile(
    "randn([2, 3]).sum(); new nn.Linear(2, 3); display(1, { id: 'a' }); display.update('a', 2);",
  );
  notebook.compile(
    "const line: string = await prompt('?', { password: true }); clearOutput({ wait: true }); setNextInput('1', { replace: true });",
  );
  notebook.compile("const display = 5;");
  notebook.compile("display.toFixed();");
  notebook.compile("function randn(n: number) { return n; }");
  notebook.compile("const n: number = randn(1);");
  notebook.compile("let t: Tensor;");
});

test("names of Node and JavaScript that a cell declares harm nobody", async () => {
  await notebook.run("const usesMap = () => new Map([[1, 2]]).size;");
  await notebook.run(
    "const process = 1; const Map = 2; const globalThis_ = 3; function fetch() { return 'mine'; }",
  );
  assert.deepEqual(await notebook.run("[process, Map, fetch(), usesMap()]"), [1, 2, "mine", 1]);
  assert.equal(typeof process.pid, "number");
  assert.equal(new Map().size, 0);
});

test("what declaration files can not say is still known to later cells", async () => {
  await notebook.run(`
    function make() { class Hidden { private secret = 1; reveal() { return this.secret; } } return new Hidden(); }
    const hidden = make();
    const Anonymous = class { private p = 2; protected q = 3; sum() { return this.p + this.q; } };
    const key = Symbol("key");
    const keyed = { [key]: 4, nested: { deep: make() } };
    const mixin = <B extends new (...args: any[]) => object>(Base: B) => class extends Base { private mixed = 5; get() { return this.mixed; } };
    class Mixed extends mixin(Object) {}
  `);
  assert.deepEqual(
    await notebook.run(
      "[hidden.reveal(), new Anonymous().sum(), keyed[key], keyed.nested.deep.reveal(), new Mixed().get()]",
    ),
    [1, 5, 4, 1, 5],
  );
  await notebook.run(
    "let other = hidden; other = make(); class Sub extends Anonymous { more() { return this.q; } }",
  );
  assert.equal(await notebook.run("new Sub().more() + other.reveal()"), 4);
  assert.match(
    notebook.refused("hidden.reveal().length")[0]!.message,
    /'length' does not exist on type 'number'/,
  );
  assert.equal(notebook.refused("hidden.secret")[0]!.code, 2341);
});

test("classes of an earlier cell keep their identity through others", async () => {
  await notebook.run("class A { private a = 1; static make() { return new A(); } }");
  await notebook.run("class B extends A { b = A.make(); }");
  await notebook.run("const list: A[] = [new B(), new B().b];");
  assert.equal(await notebook.run("const first: A = list[0]!; first instanceof B && list.length"), 2);
});

test("a class of an earlier cell and its successor are told apart", () => {
  notebook.compile("class A { private a = 1; }\nconst old = new A();");
  notebook.compile("class A { private a = 2; }");
  const [error] = notebook.refused("const mixed: A = old;");
  assert.match(error!.message, /Two different types with this name exist/);
});

test("augmentations hold in later cells", async () => {
  await notebook.run(
    "declare global { interface Array<T> { second(): T | undefined } }\nArray.prototype.second = function () { return this[1]; };",
  );
  try {
    assert.equal(await notebook.run("[1, 2].second()"), 2);
  } finally {
    delete (Array.prototype as { second?: unknown }).second;
  }
});

test("inner functions, loops and blocks keep their own variables", async () => {
  await notebook.run("let x = 1, i = 10; const f = (x: number) => { const i = x; return i + 1; };");
  assert.deepEqual(
    await notebook.run(
      "for (let i = 0; i < 3; i++) { let x = i; x++; }\n{ const x = 5; void x; }\n[x, i, f(3)]",
    ),
    [1, 10, 4],
  );
  assert.deepEqual(
    await notebook.run(
      "if (true) { var deep = 1; }\nfor (var k = 0, m = 2; k < m; k++);\nfor (var e of [7, 8]);\nfor (var key in { q: 1 });\n[deep, k, e!, key!]",
    ),
    [1, 2, 8, "q"],
  );
  assert.deepEqual(await notebook.run("[deep, k, e, key]"), [1, 2, 8, "q"]);
});

test("a cell may have a variable called $", async () => {
  assert.equal(
    await notebook.run("const $ = 3; const y = 4; function f($: number) { return $ + y; }\nf($)"),
    7,
  );
  assert.equal(await notebook.run("$ + y"), 7);
});

test("what a cell has shown not to be null is not null for later cells, as in one file", async () => {
  await notebook.run("const match = /b(.)/.exec('abc'); if (!match) throw new Error('no match');");
  assert.equal(await notebook.run("match[1]"), "c");
  assert.equal(await notebook.run("const later = () => match.index; later()"), 1);
  assert.equal(await notebook.run("match.index + match[0].length"), 3);

  await notebook.run("let best: { loss: number } | undefined;");
  assert.equal(notebook.refused("best.loss")[0]!.code, 18048);
  await notebook.run("best = { loss: 2 };");
  assert.equal(await notebook.run("best.loss"), 2);
  assert.equal(await notebook.run("if (best.loss > 1) best = undefined; best"), undefined);
  assert.equal(notebook.refused("best.loss")[0]!.code, 18048);
});

test("a variable is not narrowed to the value that it happens to have", async () => {
  await notebook.run("let mode: 'train' | 'test' = 'train';\nlet on: boolean = true;");
  assert.equal(await notebook.run("mode === 'test' || on === false"), false);
});

test("a long chain of cells is followed by a new checker too", async () => {
  await notebook.run("const link0 = [0];");
  for (let n = 1; n < 450; n++)
    notebook.compile(`const link${String(n)} = link${String(n - 1)}.map((x) => x + 1);`);
  notebook.compile("link449.map((x) => x.toFixed());");
});
