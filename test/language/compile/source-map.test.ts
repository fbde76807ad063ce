/** Errors of running code lead back to the cell. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import type { CompiledCell } from "../../../kernel/session/messages.js";
import { Notebook } from "../notebook.js";

const notebook = new Notebook();

/** Line and column (1-based) in the cell where a cell's error was thrown. */
async function thrownAt(cell: Pick<CompiledCell, "js" | "map">): Promise<[number | null, number]> {
  const error = await notebook.evaluate(cell).then(
    () => assert.fail("nothing was thrown"),
    (thrown: unknown) => thrown as Error,
  );
  // The function that the test makes of the body has two lines before it.
  const [, line, column] = /<anonymous>:(\d+):(\d+)/u.exec(error.stack!)!;
  const position = originalPositionFor(new TraceMap(cell.map), {
    line: Number(line) - 2,
    column: Number(column) - 1,
  });
  return [position.line, (position.column ?? -1) + 1];
}

const CELLS: readonly (readonly [title: string, code: string, line: number, column: number])[] = [
  ["the first line", "throw new Error('x')", 1, 7],
  ["a later line", "const a = 1;\n\n\nif (a > 0)\n  throw new Error('x');", 5, 9],
  [
    "below imports and names of earlier cells",
    "import { sep } from 'node:path';\nbase;\n  null!.boom(sep);",
    3,
    9,
  ],
  [
    "in a function",
    "function f(x: number): number {\n  // deep\n  throw new RangeError(`${x}`);\n}\nf(1);",
    3,
    9,
  ],
  [
    "in a class",
    "class A {\n  x = 1;\n  constructor() {\n    (undefined as any).y;\n  }\n}\nnew A();",
    4,
    24,
  ],
  [
    "below types that vanish",
    "interface I {\n  a: number;\n}\ntype T = I;\nlet t: T = JSON.parse('{');",
    5,
    17,
  ],
  [
    "below an enum and a namespace",
    "enum E { A }\nnamespace N {\n  export const q = E.A;\n}\nnotThere();",
    5,
    1,
  ],
  ["behind a magic", "%typecheck off\nnotThere();", 2, 1],
  ["in an object literal", "{ a: 1,\n  b: notThere() }", 2, 6],
];

for (const [title, code, line, column] of CELLS)
  test(`an error ${title} is shown where it is`, async () => {
    notebook.reset();
    await notebook.run("const base = 1;");
    const cell = notebook.compile(code.includes("%") ? code : `%typecheck off\n${code}`);
    const [foundLine, foundColumn] = await thrownAt(cell);
    assert.deepEqual([foundLine! - (code.includes("%") ? 0 : 1), foundColumn], [line, column]);
  });

test("the map calls the cell what errors call it", () => {
  const cell = notebook.compile("%typecheck warn\nconst x = 1;\nx");
  const map = new TraceMap(cell.map);
  assert.match(cell.name, /^Cell \[\d+\]$/);
  assert.deepEqual(map.sources, [cell.name]);
});
