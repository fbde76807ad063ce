/** What lies in the notebook's folder counts: tsconfig.json, React, the types of packages. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Notebook } from "../notebook.js";

test("strictness and paths of the folder's tsconfig.json hold in cells", () => {
  const notebook = new Notebook({
    "tsconfig.json":
      '{ "compilerOptions": { "strict": false, "outDir": "out", "module": "commonjs", "target": "es5", "noEmit": true } }',
  });
  notebook.compile("function loose(x) { return x; }\nlet n: number = null;");
  notebook.compile("await Promise.resolve(loose(n)); class A { #private = 1n; }");
  const strict = new Notebook();
  assert.equal(strict.refused("function loose(x) { return x; }")[0]!.code, 7006);
});

test("a broken tsconfig.json is told once and left aside", () => {
  const notebook = new Notebook({ "tsconfig.json": '{ "extends": "./missing.json" }' });
  const { result } = notebook.check("1 + 1");
  assert.ok(result.ok);
  assert.match(result.warnings[0]!.message, /tsconfig\.json was left aside: .*missing/su);
  const again = notebook.check("1 + 1").result;
  assert.ok(again.ok);
  assert.equal(again.warnings.length, 0);
});

test("JSX goes to React's automatic runtime where React is installed", async () => {
  const notebook = new Notebook({
    "node_modules/react/package.json": '{ "name": "react", "version": "19.0.0", "main": "index.js" }',
    "node_modules/react/index.js": "exports.useState = () => 1;",
    "node_modules/react/jsx-runtime.js":
      "exports.jsx = exports.jsxs = (type, props) => ({ type, props }); exports.Fragment = 'fragment';",
    "node_modules/react/index.d.ts": "export function useState(): number;",
    "node_modules/react/jsx-runtime.d.ts":
      "export namespace JSX { interface Element { type: unknown } interface IntrinsicElements { p: { id?: string; children?: unknown } } }\nexport const jsx: any, jsxs: any, Fragment: any;",
  });
  assert.deepEqual(await notebook.run("const view = <p id='a'>text</p>; view"), {
    type: "p",
    props: { id: "a", children: "text" },
  });
  assert.deepEqual(await notebook.run("<><p>{view.type}</p></>"), {
    type: "fragment",
    props: { children: { type: "p", props: { children: "p" } } },
  });
  assert.equal(notebook.refused("<p id={5} />")[0]!.code, 2322);
});

test("legacy decorators are used where tsconfig.json asks for them", async () => {
  const notebook = new Notebook({
    "tsconfig.json": '{ "compilerOptions": { "experimentalDecorators": true } }',
  });
  assert.deepEqual(
    await notebook.run(
      "const seen: string[] = []; function mark(target: object, key: string) { seen.push(key); } class A { @mark field = 1; @mark method() { return A; } } new A().method() === A && seen",
    ),
    ["field", "method"],
  );
});
