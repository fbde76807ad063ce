/** When a console runs what was typed, when it lets the user go on, and how deep the next line begins. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { completenessOf } from "../../../kernel/language/editor/completeness.js";

const COMPLETE = [
  "",
  "1 + 1",
  "let a = 1;",
  "function f() {}",
  "if (a) { b }",
  "`a ${`b`} c`",
  "/[/(]/.test('x')",
  "a / b / c",
  "import { a } from 'x'",
  "for (const x of [1]) {\n  x;\n}",
  "{ a: 1 }",
  "{ a: 1, b: 2 }",
  "// note",
  "/* note */",
  "%typecheck off",
  "const f = <T>(x: T) => x",
  "x => x",
  "class A { m() {} }",
  "await f()",
  "const a = <p>hi</p>",
];
const INVALID = ["a b c", ") (", "'abc", "1; }", "()", "const = 5", "%nothing", "foo(]", "/ab", "let x: = 3"];
const INCOMPLETE: readonly (readonly [code: string, indent: string])[] = [
  ["\tif (x) {", "\t\t"],
  ["try {\n  f();\n}", ""],
  ["function f() {", "  "],
  ["function f() {\n  if (x) {", "    "],
  ["function f() {\n    await x;", "    "],
  ["class A {\n\tm() {", "\t\t"],
  ["foo(", "  "],
  ["foo(1,", "  "],
  ["[1, 2,", "  "],
  ["{ a: 1,", "  "],
  ["const o = { a: 1", "  "],
  ["const x =", "  "],
  ["a +", "  "],
  ["a ? b :", "  "],
  ["x.", "  "],
  ["if (x)", "  "],
  ["if (x) {\n} else", "  "],
  ["switch (x) {\n  case 1:", "  "],
  ["xs.map((x) => {\n  y", "  "],
  ["`abc", ""],
  ["`abc\n  def", ""],
  ["/* note", ""],
  ["/** note\n * more", ""],
  ["import { a", "  "],
  ["import { a } from", "  "],
  ["type A =", "  "],
  ["interface A {", "  "],
  ["try {", "  "],
  ["<p>\n  <b>hi</b>", "    "],
  ["const a = <p>", "  "],
  ["%typecheck off\nfunction f() {", "  "],
];

for (const code of COMPLETE)
  test(`${JSON.stringify(code)} is complete`, () => {
    assert.deepEqual(completenessOf(code), { status: "complete", indent: "" });
  });

for (const code of INVALID)
  test(`${JSON.stringify(code)} is invalid`, () => {
    assert.equal(completenessOf(code).status, "invalid");
  });

for (const [code, indent] of INCOMPLETE)
  test(`${JSON.stringify(code)} goes on, with an indent of ${JSON.stringify(indent)}`, () => {
    assert.deepEqual(completenessOf(code), { status: "incomplete", indent });
  });
