/** Which value of the session an editor's question is about. `|` marks the cursor. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { OpenValue, ValuePath } from "../../../kernel/language/language.js";
import { Notebook } from "../notebook.js";

const notebook = new Notebook();

beforeEach(() => {
  notebook.reset();
  notebook.compile(`
const data: any = JSON.parse("{}");
const counts: Record<string, number> = {};
let later: unknown;
const point = { x: 1, more: data };`);
});

function open(text: string): OpenValue | undefined {
  const offset = text.indexOf("|");
  return notebook.cells.complete(text.replace("|", ""), offset).value;
}

function hovered(text: string): ValuePath | undefined {
  const offset = text.indexOf("|");
  return notebook.cells.inspect(text.replace("|", ""), offset, 0)?.value;
}

const OPEN: readonly (readonly [text: string, path: ValuePath, member: "name" | "key", start: number])[] = [
  ["data.|", ["data"], "name", 5],
  ["data.ro|", ["data"], "name", 5],
  ["data.ro|ws.id", ["data"], "name", 5],
  ["data.\n  ro|", ["data"], "name", 8],
  ["data.rows[0].|", ["data", "rows", "0"], "name", 13],
  ['data.rows[0]["|', ["data", "rows", "0"], "key", 14],
  ['data.rows[0]["my| name"].x', ["data", "rows", "0"], "key", 14],
  ["data?.rows?.[0]!.|", ["data", "rows", "0"], "name", 17],
  ['counts["|', ["counts"], "key", 8],
  ["counts.|", ["counts"], "name", 7],
  ["(later as any).|", ["later"], "name", 15],
  ["point.more.|", ["point", "more"], "name", 11],
  ["process.env.HO|", ["process", "env"], "name", 12],
  ["const own: any = {};\nown.|", ["own"], "name", 25],
  ["function f() { return data.| }", ["data"], "name", 27],
];

for (const [text, path, member, start] of OPEN)
  test(`${text} is about ${path.join(".")}`, () => assert.deepEqual(open(text), { path, member, start }));

for (const text of [
  "point.|",
  "data.rows.map((row) => row.|",
  "data.load().|",
  "data[later as string].|",
  "function f(data: any) { data.| }",
  "{ const data: any = 1; data.| }",
  "nobody.|",
  '"data.|"',
  "da|",
])
  test(`${text} is about no value of which the session knows more`, () =>
    assert.equal(open(text), undefined));

test("a hovered name is about the value of the notebook that it leads to", () => {
  assert.deepEqual(hovered("da|ta"), ["data"]);
  assert.deepEqual(hovered("data.ro|ws"), ["data", "rows"]);
  assert.deepEqual(hovered("point.x| + 1"), ["point", "x"]);
  assert.deepEqual(hovered("const po|int = 2"), ["point"]);
  for (const text of [
    "Ma|th",
    "function f(da|ta: any) {}",
    "Math.max(|",
    "const n: da|ta = 1",
    "data().ro|ws",
  ])
    assert.equal(hovered(text), undefined, text);
});
