/** Which language is spoken: the one that `%locale` says, else the notebook's, else that of the environment. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { isChinese, localeOfNotebook, resetLocale } from "../../kernel/locale/notebook.js";
import { localeNamed, localeOf, setLocale } from "../../locale/locale.js";

const folder = mkdtempSync(join(tmpdir(), "cellgrad-locale-"));
after(() => rmSync(folder, { recursive: true }));

const environment = (values: Readonly<Record<string, string>>) => localeOf((name) => values[name]);

test("an environment's first variable that is set decides", () => {
  assert.equal(environment({}), "en");
  assert.equal(environment({ LANG: "zh_CN.UTF-8" }), "zh");
  assert.equal(environment({ LANG: "zh_TW" }), "zh");
  assert.equal(environment({ LANG: "zh" }), "zh");
  assert.equal(environment({ LANG: "de_DE.UTF-8" }), "en");
  assert.equal(environment({ LANG: "en_US.UTF-8", LC_MESSAGES: "zh_CN" }), "zh");
  assert.equal(environment({ LANG: "zh_CN", LC_MESSAGES: "en_GB" }), "en");
  assert.equal(environment({ LANG: "zh_CN", LC_ALL: "C.UTF-8" }), "en");
  assert.equal(environment({ LANG: "zh_CN", LC_ALL: "" }), "zh");
});

test("a name means a language whatever its region is written like", () => {
  for (const name of ["zh", "zh-CN", "zh_Hant_TW", "ZH", "zh@pinyin"])
    assert.equal(localeNamed(name), "zh", name);
  assert.equal(localeNamed("en-GB"), "en");
  for (const name of ["zhuang", "typescript", "fr", ""]) assert.equal(localeNamed(name), undefined, name);
});

test("a notebook asks for a language by its name or its metadata", () => {
  const notebook = (name: string, metadata: object): string => {
    const path = join(folder, name);
    const cells = [{ cell_type: "markdown", metadata: { language: "zh" }, source: ["x".repeat(100_000)] }];
    writeFileSync(path, JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }, undefined, 1));
    return path;
  };
  const kernelspec = { display_name: "TypeScript", language: "typescript", name: "cellgrad" };
  assert.equal(localeOfNotebook(notebook("lesson.zh.ipynb", {})), "zh");
  assert.equal(localeOfNotebook(join(folder, "not-there.zh-CN.ipynb")), "zh");
  assert.equal(localeOfNotebook(notebook("lesson.en.ipynb", { locale: "zh" })), "en");
  assert.equal(localeOfNotebook(notebook("by-locale.ipynb", { kernelspec, locale: "zh-CN" })), "zh");
  assert.equal(localeOfNotebook(notebook("by-language.ipynb", { kernelspec, language: "zh" })), "zh");
  assert.equal(localeOfNotebook(notebook("neither.ipynb", { kernelspec })), undefined);
  assert.equal(localeOfNotebook(join(folder, "not-there.ipynb")), undefined);
  assert.equal(localeOfNotebook(undefined), undefined);
});

test("the notebook goes before the environment, what was said before the notebook, until a reset", () => {
  const before = process.env["JPY_SESSION_NAME"];
  try {
    process.env["JPY_SESSION_NAME"] = "lesson.zh.ipynb";
    resetLocale();
    assert.equal(isChinese(), true);
    setLocale("en");
    assert.equal(isChinese(), false);
    resetLocale();
    assert.equal(isChinese(), true);
  } finally {
    if (before === undefined) delete process.env["JPY_SESSION_NAME"];
    else process.env["JPY_SESSION_NAME"] = before;
    resetLocale();
  }
});
