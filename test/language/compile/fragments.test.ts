/** What a debugger asks of the language: code amid a program, and places to stop at. */
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { Notebook } from "../notebook.js";

let notebook: Notebook;
before(() => {
  notebook = new Notebook();
  notebook.compile("let shared = 1; const list = [1, 2];");
});

const js = (code: string, ...locals: string[]): string => {
  const result = notebook.cells.compileFragment(code, locals);
  assert.ok(result.ok, JSON.stringify(result));
  return result.js.replace(/\s+/g, " ").trim();
};

describe("code in a frame", () => {
  it("reaches names of cells through the scope object, and leaves those of the frame", () => {
    assert.equal(js("shared + local", "local"), "return { value: $.shared + local };");
    assert.equal(js("shared + 1", "shared"), "return { value: shared + 1 };");
    assert.equal(
      js("list.map((local) => local * shared)"),
      "return { value: $.list.map((local) => local * $.shared) };",
    );
  });

  it("is TypeScript, of which nothing is checked", () => {
    assert.equal(
      js("(local as string)!.length satisfies Nowhere", "local"),
      "return { value: local.length };",
    );
  });

  it("may be statements, and declares variables of the notebook", () => {
    assert.equal(js("const made = 3; made"), "$.made = 3; return { value: $.made };");
  });

  it("says whether it waits, and gives the scope object another name where the code has its name", () => {
    const waits = notebook.cells.compileFragment("await local", ["local"]);
    assert.equal(waits.ok && waits.awaits, true);
    const inside = notebook.cells.compileFragment("async () => await 1", []);
    assert.equal(inside.ok && inside.awaits, false);
    const dollar = notebook.cells.compileFragment("$ + shared", ["$"]);
    assert.equal(dollar.ok && dollar.scope, "$1");
  });

  it("with a mistake is refused in TypeScript's words", () => {
    assert.deepEqual(notebook.cells.compileFragment("1 +", []), {
      ok: false,
      message: "Expression expected.",
    });
  });
});

describe("places to stop at", () => {
  const lines = (code: string, path?: string) =>
    notebook.cells.breakPositions(code, path).map(({ line }) => line);

  it("are statements that do something, calls, and the ends of functions", () => {
    const code = [
      "type T = number;", // 1
      "interface I { a: T }",
      "let declared: T;", // 3
      "const a = 1;",
      "function f(x: T) {", // 5
      "  return x;",
      "}", // 7
      "const s = f(",
      "  f(1),", // 9
      "  );",
      "if (s) {", // 11
      "  s;",
      "}",
    ].join("\n");
    assert.deepEqual(lines(code), [4, 6, 7, 8, 9, 11, 12]);
  });

  it("are the same in a cell with magics, and are known of files by their extension", () => {
    assert.deepEqual(lines("%typecheck off\nconst a = 1;"), [2]);
    assert.deepEqual(lines("export const e = <b>x</b>;\n", "/x/page.tsx"), [1]);
    assert.deepEqual(lines("const plain = 1;\n", "/x/plain.js"), [1]);
  });
});
