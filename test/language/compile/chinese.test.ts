/** Refusals in Chinese: TypeScript's messages in its own translation, and what cellgrad says beside them. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { messageInChinese, sentencesOf } from "../../../kernel/language/compile/chinese.js";
import { setLocale } from "../../../locale/locale.js";
import { Notebook, OWN_RUNTIME } from "../notebook.js";

const notebook = new Notebook({}, OWN_RUNTIME);
before(() => setLocale("zh"));
after(() => setLocale(undefined));

const message = (code: string): string => notebook.refused(code)[0]!.message;

test("messages have their arguments where Chinese has them", () => {
  assert.equal(message('const a: number = "x";'), "不能将类型“string”分配给类型“number”。");
  assert.equal(message("process.nothing"), "类型“Process”上不存在属性“nothing”。");
  assert.equal(message("Math.max(1"), "应为“)”。");
  assert.equal(message("let a ="), "应为表达式。");
  assert.equal(message("process.cwd(1)"), "应有 0 个参数，但获得 1 个。");
});

test("quotes within types are no end of an argument", () => {
  assert.equal(message(`const a: "it's" = "c";`), `不能将类型“"c"”分配给类型“"it's"”。`);
});

test("each sentence of a chain is translated, and keeps its indentation", () => {
  assert.equal(
    message('["a"].map((x: number) => x)'),
    "类型“(x: number) => number”的参数不能赋给类型“(value: string, index: number, array: string[]) => number”的参数。\n" +
      "  参数“x”和“value” 的类型不兼容。\n" +
      "    不能将类型“string”分配给类型“number”。",
  );
});

test("what cells say in place of TypeScript's advice is Chinese too", () => {
  assert.equal(message("tensr([1])"), "找不到名称“tensr”。你是否指的是“tensor”？");
  assert.equal(message("const t = tensor([1, 2]);\nt + 1"), "对象没有运算符；请写 t.add(1)");
  assert.equal(message("document.title"), "找不到名称“document”。单元格在 Node.js 中运行，那里没有网页。");
  assert.equal(message("qq = 1"), "找不到名称“qq”。请声明：let qq = …");
  assert.equal(message("nn.Linear(1, 2)"), "类型“typeof Linear”的值不可调用。请写 new nn.Linear(1, 2)");
  assert.equal(
    message('fetch("x").json()'),
    '类型“Promise<Response>”上不存在属性“json”。\n是否忘记使用 "await"?',
  );
  assert.equal(message("for i in range(3):"), "这是 Python；请写 for (let i = 0; i < 3; i++) { … }");
  assert.equal(
    message("randn([64, 2]).matmul(randn([3, 1]))"),
    "matmul：内侧大小 2 和 3 不同：[64, 2] x [3, 1]",
  );
  assert.equal(message("%nothing"), "没有魔法命令 %nothing；%help 会列出所有命令。");
});

test("a message whose template nobody knows stays English", () => {
  const unknown = { code: 999_999, text: "Something new about 'x'." };
  assert.equal(messageInChinese("Something new about 'x'.", [unknown]), "Something new about 'x'.");
  const misfit = sentencesOf({ code: 2304, messageText: "Not as the template has it." });
  assert.equal(messageInChinese("Not as the template has it.", misfit), "Not as the template has it.");
});

test("without being asked for Chinese, messages are TypeScript's", () => {
  setLocale("en");
  assert.equal(message('const a: number = "x";'), "Type 'string' is not assignable to type 'number'.");
  setLocale("zh");
});
