/** Lists of records, tables of libraries and `console.table`: HTML that does not wrap, and text whose borders hold. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { widthOf } from "../../../../kernel/text/width.js";
import { hostile } from "../../../html/hostile.js";
import { Notebook } from "../../notebook.js";

let notebook: Notebook;
before(() => {
  notebook = new Notebook();
});
after(() => notebook.session.close());

interface Shown {
  readonly html: string;
  readonly text: string;
  /** What the cells of the HTML table hold, row by row. */
  readonly cells: readonly (readonly string[])[];
}

async function shown(js: string): Promise<Shown> {
  const { events, outcome } = await notebook.run(js);
  assert.equal(outcome.status, "ok", JSON.stringify(outcome));
  const [event] = events;
  assert.ok(event?.type === "display" || event?.type === "result", JSON.stringify(events));
  const html = String(event.bundle.decode().data["text/html"]);
  const rows = [...html.matchAll(/<tr[^>]*>(.*?)<\/tr>/g)].map(([, row]) =>
    [...row!.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)].map(([, cell]) => cell!),
  );
  return { html, text: String(event.bundle.decode().data["text/plain"]), cells: rows };
}

test("a list of records is a table with a column for each name, and its text stays what it is", async () => {
  const { cells, text, html } = await shown(
    "return { value: [{ a: 1, b: 'x' }, { a: 2.5, c: true }, Object.assign(Object.create(null), { b: null })] }",
  );
  assert.deepEqual(cells, [
    ["", "a", "b", "c"],
    ["0", "1", "x", ""],
    ["1", "2.5", "", "true"],
    ["2", "", "null", ""],
  ]);
  assert.match(text, /^\[\n? {1,2}\{ a: 1, b: 'x' \}/);
  assert.doesNotMatch(html, /white-space:(?!pre[;"])/);
});

test("a long list and many columns are cut, with how much is missing", async () => {
  const { cells, html } = await shown(
    "return { value: Array.from({ length: 1234 }, (_, i) => Object.fromEntries(Array.from({ length: 70 }, (_, k) => ['c' + k, i * k]))) }",
  );
  assert.equal(cells.length, 61);
  assert.match(html, /… 1,174 more rows, 21 more columns/);
  const { text } = await shown("console.table(Array.from({ length: 1500 }, (_, i) => i))");
  assert.equal(text.split("\n").length, 1_005);
  assert.match(text, /… 500 more rows$/);
});

test("what a record holds besides is told in one line; getters are not called", async () => {
  const { cells } = await shown(
    "return { value: [{ t: 1, nested: { a: [1, 2, { b: 3 }] }, when: new Date(0), get g() { throw 1; }, lines: 'a\\nb', long: 'x'.repeat(500) }] }",
  );
  assert.deepEqual(cells[1]!.slice(1, 6), [
    "1",
    "{ a: [ 1, 2, [Object] ] }",
    "1970-01-01T00:00:00.000Z",
    "[Getter]",
    "a b",
  ]);
  assert.equal(cells[1]![6], `${"x".repeat(119)}…`);
});

test("tables of Arrow and Arquero are read by what they offer", async () => {
  const arrow = `({ schema: { fields: [{ name: "a" }, { name: "b" }] }, numRows: 100,
    getChildAt: (k) => ({ get: (i) => (k === 0 ? i : "r" + i) }) })`;
  const first = await shown(`return { value: ${arrow} }`);
  assert.deepEqual(first.cells.slice(0, 2), [
    ["a", "b"],
    ["0", "r0"],
  ]);
  assert.match(first.text, /^┌[^]*│ 59 │ 'r59' │\n└.*┘\n… 40 more rows$/);
  const arquero = `({ columnNames: () => ["x"], numRows: () => 2, objects: ({ limit }) => [{ x: 1 }, { x: limit }] })`;
  assert.deepEqual((await shown(`$.display(${arquero})`)).cells, [["x"], ["1"], ["60"]]);
});

test("console.table of what is a list as JSON, such as a tensor, shows that list", async () => {
  const { cells } = await shown("console.table({ node: {}, toJSON: () => [[1, 2], [3, 4]] })");
  assert.deepEqual(cells, [
    ["(index)", "0", "1"],
    ["0", "1", "2"],
    ["1", "3", "4"],
  ]);
});

test("console.table has Node's rows and columns, as text and as HTML", async () => {
  const lists: readonly (readonly [string, readonly (readonly string[])[]])[] = [
    [
      "[[1, 2], [3]]",
      [
        ["(index)", "0", "1"],
        ["0", "1", "2"],
        ["1", "3", ""],
      ],
    ],
    [
      "new Map([['k', { a: 1 }]])",
      [
        ["(iteration index)", "Key", "Values"],
        ["0", "k", "{ a: 1 }"],
      ],
    ],
    [
      "new Set(['x'])",
      [
        ["(iteration index)", "Values"],
        ["0", "x"],
      ],
    ],
    [
      "{ r: { y: 1 }, s: 3 }",
      [
        ["(index)", "y", "Values"],
        ["r", "1", ""],
        ["s", "", "3"],
      ],
    ],
    [
      "new Float32Array([0.5])",
      [
        ["(index)", "Values"],
        ["0", "0.5"],
      ],
    ],
    [
      "[{ a: 1, b: 2 }], ['b']",
      [
        ["(index)", "b"],
        ["0", "2"],
      ],
    ],
    ["[]", [["(index)"]]],
  ];
  for (const [list, cells] of lists)
    assert.deepEqual((await shown(`console.table(${list})`)).cells, cells, list);
  const { stdout, events } = await notebook.run(
    "console.table(5); console.table('text'); console.table(new Map([[1, 2]]).keys())",
  );
  assert.match(stdout(), /^5\ntext\n/);
  assert.ok(events.every(({ type }) => type === "stream"));
});

test("borders hold around Chinese text, emoji and accents", async () => {
  const { text } = await shown(
    `console.table([{ 名字: "你好，世界", v: "👩‍👩‍👧‍👦" }, { 名字: "e\\u0301te\\u0301", v: "🇩🇪 ❤️" }, { 名字: "ｆｕｌｌ", v: "한국어 カナ" }])`,
  );
  const widths = text.split("\n").map(widthOf);
  assert.deepEqual(new Set(widths).size, 1, text);
});

test("a table comes where it was printed, below what was printed before", async () => {
  const { events } = await notebook.run("console.log('a'); console.table([1]); console.log('b')");
  assert.deepEqual(
    events.map(({ type }) => type),
    ["stream", "display", "stream"],
  );
});

test("names and values stay text", async () => {
  const tags = (html: string) => html.replace(/>[^<>]*(?=<)/g, ">");
  const table = async (text: string) =>
    tags(
      (
        await shown(
          `const text = ${JSON.stringify(text)}; console.table([{ plain: text, ["k" + text]: text }])`,
        )
      ).html,
    );
  const expected = await table("plain");
  for (const text of hostile) assert.equal(await table(text), expected, text);
});
