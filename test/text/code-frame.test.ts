/** Markers stand below what they mean, whatever the line is made of. */
import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { test } from "node:test";
import { codeFrame } from "../../kernel/text/code-frame.js";
import { widthOf } from "../../kernel/text/width.js";

/** What the carets stand below in the frame of a text with one mark, found by the columns that a terminal would use. */
function marked(text: string, what: string): { under: string; line: string; columns: number } {
  const offset = text.indexOf(what);
  const before = text.slice(0, offset).split("\n");
  const mark = { line: before.length, column: before.at(-1)!.length + 1, length: what.length };
  const lines = codeFrame(text, mark).map((line) => stripVTControlCharacters(line));
  const at = lines.findIndex((line) => line.startsWith(">"));
  const [line, carets] = [lines[at]!, lines[at + 1]!];
  const start = widthOf(carets.slice(0, carets.indexOf("^")));
  const count = carets.split("^").length - 1;
  let column = 0;
  let under = "";
  for (const { segment } of new Intl.Segmenter().segment(line)) {
    if (column >= start && column < start + count) under += segment;
    column += widthOf(segment);
  }
  return { under, line, columns: widthOf(line) };
}

const DECLARED = "const value = ";
const lines: Record<string, string> = {
  "plain text": `${DECLARED}missing;`,
  "a line with tabs": `\t\tif (x)\t{ missing(); }`,
  "Chinese text": `const 名 = "你好，世界" + missing;`,
  "Japanese, Korean and fullwidth text": `"カタカナ 한국어 ＡＢＣ" + missing`,
  "emoji, some of them of several code points": `"😀 👩‍👩‍👧‍👦 🇩🇪 ❤️ 1️⃣ 👍🏽" + missing`,
  "letters with combining accents": `"e\u0301a\u0308" + missing`,
  "a line of a thousand characters": `/*${"x".repeat(500)}*/ missing /*${"y".repeat(500)}*/`,
  "a long line of wide characters": `/*${"漢字😀".repeat(100)}*/ missing /*${"漢".repeat(200)}*/`,
  "a line of a million characters": `/*${"漢x".repeat(250_000)}*/ missing /*${"漢".repeat(500_000)}*/`,
  "the end of a long line": `/*${"x".repeat(300)}*/ missing`,
  "the start of a long line": `missing /*${"x".repeat(300)}*/`,
  "escape sequences": `"\u001b[31m\u0007" + missing`,
  "a marked word of wide characters": `你好 = 1; missing`,
};

for (const [what, line] of Object.entries(lines)) {
  test(`in ${what} the marker is below what it means, and the line fits on a page`, () => {
    for (const text of [line, `before\n${line}\nafter`, `a\r\n\r\n${line}\r\nb\r\n`]) {
      const { under, columns } = marked(text, "missing");
      assert.equal(under, "missing");
      assert.ok(columns <= 73, String(columns));
    }
  });
}

test("a marker below wide characters is as wide as they are", () => {
  assert.equal(marked(`const x = 你好;`, "你好").under, "你好");
});

test("a marked part that is longer than the page ends with the page", () => {
  const list = `[${"1, ".repeat(200)}]`;
  const { under, columns } = marked(`f(${list})`, list);
  assert.ok(columns <= 73);
  assert.match(under, /^(?:\[1, 1, )(?:1, )*1?,?$/);
});

test("a place behind the line, or on a blank line, has a marker of its own", () => {
  assert.deepEqual(
    codeFrame("abc", { line: 1, column: 9 }).map((line) => stripVTControlCharacters(line)),
    ["> 1 | abc", "    |    ^"],
  );
  assert.equal(codeFrame("", { line: 1, column: 1 }).length, 2);
});

test("a line that the text does not have any more shows no other", () => {
  assert.deepEqual(codeFrame("one line", { line: 41, column: 3 }), []);
});

test("neighbours are cut where they are long, and blank lines before are left out", () => {
  const lines = codeFrame(`\n\nfail\n${"x".repeat(300)}`, { line: 3, column: 1 });
  assert.deepEqual(
    lines.map((line) => stripVTControlCharacters(line)),
    ["> 3 | fail", "    | ^", `  4 | ${"x".repeat(64)}…`],
  );
});
