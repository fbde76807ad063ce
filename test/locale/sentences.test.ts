/** The kernel's own sentences in Chinese. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { IPYTHON_MAGICS } from "../../kernel/language/compile/habits/magics.js";
import { readMagics } from "../../kernel/language/magics/parse.js";
import { inChinese, SENTENCES } from "../../kernel/locale/sentences.js";
import { filled, reader } from "../../kernel/locale/templates.js";

test("a template reads what stands in its places, and fills them in another order", () => {
  const read = reader("Type '{0}' is not assignable to type '{1}'.");
  assert.deepEqual(read('Type \'"it\'s"\' is not assignable to type \'"a" | "b"\'.'), [
    '"it\'s"',
    '"a" | "b"',
  ]);
  assert.equal(read("Type 'a' is not assignable to type 'b'"), undefined);
  assert.deepEqual(reader("{1} of {0} (100 %)?")("a of b (100 %)?"), ["b", "a"]);
  assert.deepEqual(reader("use {0}, not {0}")("use x, not x"), ["x"]);
  assert.equal(reader("use {0}, not {0}")("use x, not y"), undefined);
  assert.equal(filled("{1}、{0}", ["$&", "b"]), "b、$&");
});

test("both languages of a sentence have the same places", () => {
  const places = (text: string) => [...new Set(text.match(/\{\d\}/gu))].sort();
  for (const [english, chinese] of Object.entries(SENTENCES))
    assert.deepEqual(places(chinese), places(english), english);
});

test("what IPython's magics and unknown options are answered with has Chinese", () => {
  for (const name of Object.keys(IPYTHON_MAGICS)) {
    const [{ message } = { message: "" }] = readMagics(`%%${name} x\ny`).problems;
    assert.match(inChinese(message), /^没有魔法命令/u, message);
  }
  assert.equal(
    inChinese("There is no option 'keep_dim'. Did you mean 'keepdim'?"),
    "没有选项“keep_dim”。你是否指的是“keepdim”？",
  );
  assert.equal(
    inChinese('There is no dtype "f16", but "float32", "bool".'),
    '没有 dtype “f16”，只有 "float32", "bool"。',
  );
});

test("sentences one behind the other are each translated, what is unknown stays as it is", () => {
  assert.equal(
    inChinese("Did you mean 'a.b'? A shell command? Begin the cell with %%bash."),
    "你是否指的是“a.b”？这是 shell 命令吗？请让单元格以 %%bash 开头。",
  );
  assert.equal(
    inChinese("Write x.add(y)\nA later cell may define it before this is called."),
    "请写 x.add(y)\n后面的单元格可以在调用之前定义它。",
  );
  assert.equal(
    inChinese("it used `a` of Cell [1], which has run again as [3]"),
    "它用了 Cell [1] 的 `a`，而 Cell [1] 已重新运行为 [3]",
  );
  assert.equal(inChinese("Nobody knows this. Nor this."), "Nobody knows this. Nor this.");
  assert.equal(
    inChinese("lib/a.ts:3:3: A tensor is always true as a condition; write t.item()"),
    "lib/a.ts:3:3: tensor 作为条件总是真；请写 t.item()",
  );
});
