/** All of TypeScript works in a cell. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Notebook } from "./notebook.js";

const notebook = new Notebook();
beforeEach(() => {
  notebook.reset();
});

test("the last expression is the result, with or without a semicolon", async () => {
  assert.equal(await notebook.run("1 + 1"), 2);
  assert.equal(await notebook.run("const a = 2;\na * 2;\n// done\n;"), 4);
  assert.equal(await notebook.run("const b = 2;"), undefined);
  assert.equal(await notebook.run("'use strict'"), "use strict");
  assert.equal(await notebook.run("1; function later() {}"), undefined);
  assert.equal(await notebook.run("export default 5 * 5"), 25);
  assert.deepEqual(await notebook.run("{ a: 1, b: [2] }"), { a: 1, b: [2] });
  assert.deepEqual(await notebook.run("{ a: 1 }"), { a: 1 });
  assert.equal(await notebook.run("{ const c = 1; }"), undefined);
  assert.equal(await notebook.run("let d; d = 6"), 6);
  assert.equal(((await notebook.run("() => 1")) as () => number).name, "");
  assert.equal(await notebook.run("#!/usr/bin/env node\n7"), 7);
});

test("a promise as the last expression is not awaited by the cell itself", async () => {
  const result = await notebook.evaluate(notebook.compile("Promise.resolve(1)"));
  assert.ok(result?.value instanceof Promise);
});

test("await works at the top level, in loops and in declarations", async () => {
  assert.deepEqual(
    await notebook.run(`
      const { a, ...rest } = await Promise.resolve({ a: 1, b: 2 });
      let sum = 0;
      for await (const n of (async function* () { yield 1; yield 2; })()) sum += n;
      if (await Promise.resolve(true)) sum += await Promise.resolve(10);
      [a, rest, sum]`),
    [1, { b: 2 }, 13],
  );
});

test("functions can be called before their line and each other", async () => {
  assert.equal(
    await notebook.run(
      "const v = even(10); function even(n: number): boolean { return n === 0 || odd(n - 1); }\nfunction odd(n: number): boolean { return n !== 0 && even(n - 1); }\nv",
    ),
    true,
  );
});

test("functions, classes and arrows are named after their variables", async () => {
  assert.deepEqual(
    await notebook.run(
      "const arrow = () => 1; let fn = function () {}; const C = class {}; let { d = () => 1 } = {} as { d?: () => number }; fn = function () {}; [arrow.name, fn.name, C.name, d.name]",
    ),
    ["arrow", "fn", "C", "d"],
  );
});

test("this is undefined in functions that are called without an object", async () => {
  await notebook.run(
    "function self(this: unknown) { return this; } const tag = function (this: unknown, _: TemplateStringsArray) { return this; };",
  );
  assert.deepEqual(await notebook.run("[self(), self?.(), (self)(), self!(), tag`x`, this]"), [
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test("destructuring of every shape", async () => {
  assert.deepEqual(
    await notebook.run(`
      const key = "k";
      const { a, b: { c: [d, , ...e] }, [key]: f = 9, ...g } = { a: 1, b: { c: [2, 3, 4, 5] }, h: 6 } as { a: number; b: { c: number[] }; k?: number; h: number };
      let [i = () => 7, { length: j }] = [undefined, "four"] as [(() => number) | undefined, string];
      [a, d, e, f, g, i(), j]`),
    [1, 2, [4, 5], 9, { h: 6 }, 7, 4],
  );
  assert.deepEqual(
    await notebook.run(
      "let p = 1, q = 2; [p, q] = [q, p]; ({ p, q = 5 } = { p: p + 1 } as { p: number; q?: number }); ({ p, q })",
    ),
    { p: 3, q: 5 },
  );
});

test("enums: numeric, string, computed, const and merged", async () => {
  assert.deepEqual(
    await notebook.run(
      "enum A { X = 1, Y = X << 2, Z = 'abc'.length } enum A { W = 9 } enum S { One = 'one' } const enum C { K = 3 } [A.Y, A.Z, A.W, A[1], S.One, C.K]",
    ),
    [4, 3, 9, "X", "one", 3],
  );
  assert.deepEqual(await notebook.run("[A.W, S.One, C.K]"), [9, "one", 3]);
});

test("namespaces: nested, merged with functions and classes, seen by later cells", async () => {
  await notebook.run(`
    function counter() { return ++counter.count; } namespace counter { export let count = 0; }
    class Model { static layers = Model.name; } namespace Model { export const version = 2; export namespace Deep { export const er = "deeper"; } }
    namespace OnlyTypes { export type T = number }`);
  assert.deepEqual(
    await notebook.run(
      "const t: OnlyTypes.T = counter(); [t, counter.count, Model.version, Model.layers, Model.Deep.er]",
    ),
    [1, 1, 2, "Model", "deeper"],
  );
});

test("decorators run", async () => {
  assert.deepEqual(
    await notebook.run(`
      const log: string[] = [];
      function traced<T extends (...args: any[]) => unknown>(method: T, context: ClassMethodDecoratorContext) {
        log.push(String(context.name));
        return method;
      }
      const sealed = (name: string) => (_: unknown, context: ClassDecoratorContext) => { log.push(name + context.name); };
      @sealed("class ") class Traced { @traced run() { return Traced.name; } }
      [new Traced().run(), ...log]`),
    ["Traced", "run", "class Traced"],
  );
  assert.equal(await notebook.run("new Traced().run()"), "Traced");
});

test("using disposes at the end of the cell, await using too", async () => {
  assert.deepEqual(
    await notebook.run(`
      const events: string[] = [];
      const resource = (name: string) => ({ name, [Symbol.dispose]() { events.push("closed " + name); }, async [Symbol.asyncDispose]() { events.push("later " + name); } });
      using first = resource("a");
      await using second = resource("b");
      { using inner = resource("c"); events.push("in " + inner.name); }
      events.push("end of " + first.name + second.name);
      events`),
    ["in c", "closed c", "end of ab", "later b", "closed a"],
  );
  assert.equal(await notebook.run("first.name"), "a");
});

test("JSX goes to the factory that the cell names", async () => {
  assert.deepEqual(
    await notebook.run(`/** @jsx h */
      const h = (tag: unknown, props: unknown, ...children: unknown[]) => ({ tag, props, children });
      declare global { namespace JSX { interface IntrinsicElements { p: { id?: string } } } }
      const Name = () => null;
      <p id="x">hello {1 + 1}<Name /></p>`),
    {
      tag: "p",
      props: { id: "x" },
      children: ["hello ", 2, { tag: notebook.scope["Name"], props: null, children: [] }],
    },
  );
});

test("JSX goes to a factory of an earlier cell, typed or not", async () => {
  await notebook.run(
    "function make(tag: string, props: unknown, ...children: unknown[]) { return [tag, ...children]; }",
  );
  assert.deepEqual(await notebook.run("/** @jsx make */\n<p>Hello</p>"), ["p", "Hello"]);
});

test("JSX without anything that makes elements says what to do", () => {
  const [only, ...more] = notebook.refused("<p>Hello</p>");
  assert.match(only!.message, /npm install react/);
  assert.deepEqual(more, []);
});

test("generics and casts with angle brackets are not taken for JSX", async () => {
  assert.equal(
    await notebook.run("const id = <T>(x: T) => x; const n = <number>id(4); n < 5 && n > 3"),
    true,
  );
});

test("generators, labels, getters, private members, static blocks, optional chains", async () => {
  assert.deepEqual(
    await notebook.run(`
      function* naturals() { let n = 0; while (true) yield n++; }
      class Secret { #x = 1; static count = 0; static { Secret.count = 5; } get x() { return this.#x; } has(o: object) { return #x in o; } }
      let found = 0;
      outer: for (const i of naturals()) for (const j of [1, 2, 3]) { if (i * j === 6) { found = i; break outer; } }
      const maybe = undefined as { deep?: { er: number } } | undefined;
      [found, new Secret().x, Secret.count, new Secret().has(new Secret()), maybe?.deep?.er ?? "none"]`),
    [2, 1, 5, true, "none"],
  );
});

test("overloads, abstract classes, assertions and satisfies", async () => {
  assert.deepEqual(
    await notebook.run(`
      function f(x: number): number; function f(x: string): string; function f(x: number | string) { return x; }
      abstract class Shape { abstract area(): number; describe() { return "area " + this.area(); } }
      class Square extends Shape { constructor(readonly side: number) { super(); } override area() { return this.side ** 2; } }
      const config = { lr: 0.1 } satisfies Record<string, number>;
      function assertNumber(x: unknown): asserts x is number { if (typeof x !== "number") throw new Error(); }
      const u: unknown = 4; assertNumber(u);
      [f(1), f("s"), new Square(2).describe(), config.lr, u.toFixed(1)]`),
    [1, "s", "area 4", 0.1, "4.0"],
  );
  assert.deepEqual(await notebook.run("[f(2), f('t')]"), [2, "t"]);
});

test("exports are harmless", async () => {
  assert.equal(
    await notebook.run(
      "export const a = 1; export function f() { return a; } export class C {} export default class D { v = 3; } const b = 2; export { b, b as c }; f() + new D().v",
    ),
    4,
  );
  assert.equal(await notebook.run("a + b + new D().v"), 6);
});

test("unresolved names under %typecheck off are looked up when they are used", async () => {
  await notebook.run("%typecheck off\nconst late = () => [undeclared, typeof neverDeclared];");
  await notebook.run("const undeclared = 'declared later';");
  assert.deepEqual(await notebook.run("late()"), ["declared later", "undefined"]);
  await assert.rejects(notebook.run("neverDeclared"), /neverDeclared is not defined/);
});

test("an expression for user_expressions sees the names of cells", async () => {
  await notebook.run("const base = 40; const obj = { a: 1 };");
  const compiled = notebook.cells.compileExpression("base + 2");
  assert.ok(compiled.ok);
  assert.deepEqual(await notebook.evaluate(compiled.cell), { value: 42 });
  const object = notebook.cells.compileExpression("{ base, ...obj }");
  assert.ok(object.ok);
  assert.deepEqual(await notebook.evaluate(object.cell), { value: { base: 40, a: 1 } });
  assert.equal(notebook.cells.compileExpression("const x = 1").ok, false);
  assert.equal(notebook.cells.compileExpression("base +").ok, false);
});
