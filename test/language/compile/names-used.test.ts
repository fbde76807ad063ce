/** Which names of the notebook a cell has to do with. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { NamesUsed } from "../../../kernel/language/language.js";
import { Notebook } from "../notebook.js";

const notebook = new Notebook();
notebook.compile(
  "let w = 1; const list = [1, 2]; type Kind = 'a' | 'b'; let kind: Kind = 'a'; class Net { size = w }",
);
notebook.compile("function scale(x: number) { return x * w; }");

function used(code: string): NamesUsed {
  const { result } = notebook.check(code);
  if (!result.ok) throw new Error(result.diagnostics[0]?.message);
  return result.names;
}

const nothing: NamesUsed = { reads: [], declares: [], assigns: [], later: {} };

test("names of earlier cells are read, those of the prelude, of globals and of types are not", () => {
  assert.deepEqual(used("list.map((x) => x * w)").reads, ["list", "w"]);
  assert.deepEqual(used("const a: Kind = 'b'; randn([2]); Math.max(1, 2);"), { ...nothing, declares: ["a"] });
});

test("a parameter, a local name and a member that are called like a variable are none", () => {
  assert.deepEqual(used("[1].map((w) => w); { const list = 1; list; } ({ w: 1 }).w;"), nothing);
  assert.deepEqual(used("({ w })").reads, ["w"]);
});

test("a name that is only assigned to is not read", () => {
  assert.deepEqual(used("w = 2"), { ...nothing, assigns: ["w"] });
  assert.deepEqual(used("w += 2; list.length"), { ...nothing, reads: ["w", "list"], assigns: ["w"] });
  assert.deepEqual(used("[w] = [3]; for (w of [1]);"), { ...nothing, assigns: ["w"] });
});

test("what a function reads it reads later; what it is called by reads it", () => {
  const names = used(
    "const f = () => w; function g() { return f() + list.length; } class C { m() { return w } }",
  );
  assert.deepEqual(names, {
    ...nothing,
    declares: ["f", "g", "C"],
    later: { f: ["w"], g: ["f", "list"], C: ["w"] },
  });
  assert.deepEqual(used("const f = () => w; f()").reads, ["f"]);
  assert.deepEqual(used("scale(2)").reads, ["scale"]);
  assert.deepEqual(used("class Big extends Net {}").reads, ["Net"]);
});

test("variables are listed with their types, and not the types themselves", () => {
  assert.deepEqual(
    notebook.cells.variables().map(({ name, type }) => `${name}: ${type}`),
    ["w: number", "list: number[]", "kind: Kind", "Net: typeof Net", "scale: (x: number) => number"],
  );
});

test("a variable's object is changed by assignments to what it has, and by methods that are known to", () => {
  notebook.compile(`const box: { inner?: { n: number } } = {}; const names = new Map<string, number>(); const seen = new Set<number>();
const bytes = new Uint8Array(2); class Weights { zero_() {} add(x: number) {} } const weights = new Weights(); function zeros_(x: object) {}`);
  const changed = [
    ...[
      "list[0]++",
      "list.push(3)",
      "list.sort().length",
      "(list as any).x = 1",
      "delete box.inner",
      "box.inner!.n += 1",
    ],
    ...[
      "[box.inner] = [{ n: 1 }]",
      "names.set('a', 1)",
      "seen.add(1)",
      "bytes.fill(0)",
      "Object.assign(box, {})",
    ],
    ...["weights.zero_()", "zeros_(weights)", "[1].forEach((x) => seen.add(x))"],
  ];
  for (const code of changed) assert.equal(used(code).changes?.length, 1, code);
  const unchanged = [
    ...[
      "list.map((x) => x)",
      "list.at(0)",
      "list.concat([1])",
      "box.inner?.n",
      "weights.add(1)",
      "names.get('a')",
    ],
    ...[
      "Object.keys(box)",
      "const copy = [...list]; copy.push(1)",
      "{ const list = [1]; list.push(2); }",
      "w = 3",
    ],
  ];
  for (const code of unchanged) assert.equal(used(code).changes, undefined, code);
});

test("what is only changed is not read, and names that all objects have are names", () => {
  assert.deepEqual(used("list.push(1)").reads, []);
  assert.deepEqual(used("const n = list.push(1)").reads, ["list"]);
  assert.deepEqual(used("list[0] = w; list[1] += 2").reads, ["w", "list"]);
  for (const name of ["toString", "constructor", "valueOf"])
    assert.deepEqual(used(`function ${name}() { return w; }`).later, { [name]: ["w"] });
});

test("what a function changes it changes later, also what its own cell declares", () => {
  assert.deepEqual(
    used("const log: number[] = []; function note(x: number) { log.push(x); list.push(x); }"),
    {
      ...nothing,
      declares: ["log", "note"],
      later: { note: [] },
      changesLater: { note: ["log", "list"] },
    },
  );
});
