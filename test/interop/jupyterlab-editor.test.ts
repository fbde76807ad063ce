/** JupyterLab's editors on TypeScript: colours, folding, completion, tooltips, contextual help, and the Console. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Locator } from "playwright-core";
import { skip, useLab } from "./lab.js";

const lab = useLab({
  "completer-extension/manager": { showDocumentationPanel: true, providerTimeout: 60_000 },
  "codemirror-extension/plugin": { defaultConfig: { codeFolding: true } },
  "console-extension/tracker": { interactionMode: "terminal" },
});
const options = { skip, timeout: 600_000 };
const key = (keys: string): Promise<void> => lab.page.keyboard.press(keys);

/** A new cell with the cursor at the end of `source`. */
async function write(source: string): Promise<number> {
  const index = await lab.append(source);
  await lab.edit(index);
  return index;
}

/** The names in the popup that Tab opens, with their kinds and one-letter icons. */
async function completions(): Promise<Map<string, string>> {
  await key("Tab");
  await lab.page.locator(".jp-Completer:visible .jp-Completer-item").first().waitFor();
  const entries = await lab.page.evaluate<[string, string][]>(
    `[...document.querySelectorAll(".jp-Completer .jp-Completer-item")].map((item) => [
      item.querySelector(".jp-Completer-match").textContent,
      [".jp-Completer-type, .jp-Completer-icon", ".jp-Completer-typeExtended"].map((part) => item.querySelector(part)?.textContent).join(" "),
    ])`,
  );
  return new Map(entries);
}

async function untilShown(shown: Locator, ...parts: readonly RegExp[]): Promise<void> {
  for (const part of parts) await shown.filter({ hasText: part }).first().waitFor();
}

test("the launcher offers notebooks and consoles of TypeScript, with the logo", options, async () => {
  for (const category of ["Notebook", "Console"]) {
    const card = lab.page.locator(
      `.jp-LauncherCard[data-category='${category}'][title^='TypeScript (cellgrad)']`,
    );
    await card.waitFor();
    await card
      .locator("img")
      .evaluate((logo: { decode(): Promise<void> }) => logo.decode(), undefined, { timeout: 60_000 });
  }
  await lab.screenshot("launcher.png");
});

test("a cell is edited as TypeScript: coloured and folded", options, async () => {
  await lab.notebook("editor.ipynb", [
    "interface Point {\n  readonly x: number;\n}\nenum Kind { A, B }\nconst origin = { x: 0 } satisfies Point;",
  ]);
  await lab.until(
    "the editor knows the language",
    "return app.shell.currentWidget.content.codeMimetype === 'application/typescript'",
  );
  const cell = await lab.select(0);
  await lab.until(
    "all keywords are coloured, which the editor does bit by bit",
    `const bold = [...document.querySelectorAll(".jp-Notebook .cm-line span")]
       .filter((span) => getComputedStyle(span).fontWeight >= 600).map((span) => span.textContent);
     return bold.join(" ") === "interface readonly enum const ="`,
  );
  await cell.locator(".cm-foldGutter span[title='Fold line']").first().click();
  await cell.locator(".cm-foldPlaceholder").waitFor();
  await lab.screenshot("folded.png");
});

test("Tab lists a value's members with kinds, and documentation beside them", options, async () => {
  await lab.run("const list = [1, 2];");
  await write("list.fi");
  assert.deepEqual([...(await completions())].slice(0, 3), [
    ["fill", "m method"],
    ["filter", "m method"],
    ["find", "m method"],
  ]);
  const panel = lab.page.locator(".jp-Completer-docpanel:visible");
  await untilShown(panel, /fill/, /Changes all array elements/);
  await key("ArrowDown");
  await untilShown(panel, /filter/, /Returns the elements of an array that meet the condition/);
  await lab.screenshot("completion.png");
  await key("Enter");
  assert.equal((await lab.cells()).at(-1)!.source, "list.filter");
});

test("Tab knows the runtime, modules and what modules export", options, async () => {
  for (const [source, back, name] of [
    ["nn.Lin", 0, "Linear"],
    ["optim.Ada", 0, "AdamW"],
    ["import { readF } from 'node:fs';", " } from 'node:fs';".length, "readFileSync"],
    ["import * as fs from 'node:f", 0, "node:fs/promises"],
    ["const options: { padding?: number; stride?: number } = { st", 0, "stride"],
  ] as const) {
    await write(source);
    for (let i = 0; i < back; i++) await key("ArrowLeft");
    const found = await completions();
    assert.ok(found.has(name), `${source}: ${[...found.keys()].join(" ")}`);
    await lab.screenshot(`completion-${name.replace(/\W/g, "-")}.png`);
    await key("Escape");
  }
});

test("a cell whose single completion is certain is completed at once", options, async () => {
  await lab.run("const veryLongVariableName = 1;");
  const index = await write("veryLong");
  await key("Tab");
  await lab.until(
    "the name is completed or offered",
    `return app.shell.currentWidget.content.widgets[args].model.sharedModel.source === "veryLongVariableName"
       || document.querySelector(".jp-Completer:not(.lm-mod-hidden) .jp-Completer-item")`,
    index,
  );
  await lab.screenshot("completion-single.png");
  await key("Escape");
});

test("what is of no type is completed and told by the value that it has", options, async () => {
  await lab.run(`const answer: any = JSON.parse('{"weights":[0.5,2],"wide layers":3}');`);
  await write("answer.w");
  assert.deepEqual([...(await completions())], [["weights", "p property"]]);
  await lab.screenshot("completion-value.png");
  await key("Escape");
  await write("answer.weights");
  await key("Shift+Tab");
  await untilShown(
    lab.page.locator(".jp-Tooltip"),
    /answer\.weights/,
    /Value now: \[ 0\.5, 2 \] \(2 items\)/,
  );
  await lab.screenshot("tooltip-value.png");
  await key("Escape");
});

test("completion, tooltip and help answer while a cell loops for ever", options, async () => {
  const index = await lab.launch('console.log("running");\nwhile (true);');
  await lab.cell(index).locator(".jp-OutputArea-output", { hasText: "running" }).waitFor();
  await write("list.fi");
  assert.ok((await completions()).has("find"));
  await lab.screenshot("completion-busy.png");
  await key("Escape");
  await write("Math.max(1, ");
  await key("Shift+Tab");
  await untilShown(lab.page.locator(".jp-Tooltip"), /max\(\.\.\.values: number\[\]\): number/);
  await lab.screenshot("tooltip-busy.png");
  await key("Escape");
  await lab.menu("Kernel", "Interrupt Kernel");
  await lab.done(index);
});

test("Shift+Tab inside a call shows its signature and the parameter that is next", options, async () => {
  await lab.run(
    "/** Adds two numbers.\n * @param a the first\n * @param b the second */\nfunction add(a: number, b: number) {\n  return a + b;\n}",
  );
  await write("add(1, ");
  await key("Shift+Tab");
  await untilShown(
    lab.page.locator(".jp-Tooltip"),
    /add\(a: number, b: number\): number/,
    /Adds two numbers/,
    /b: the second/,
  );
  await lab.screenshot("tooltip.png");
  await key("Escape");
  await write("new nn.Linear(64, ");
  await key("Shift+Tab");
  await untilShown(lab.page.locator(".jp-Tooltip"), /outFeatures: number/);
  await lab.screenshot("tooltip-layer.png");
  await key("Escape");
  await write("new nn.Conv2d(3, 8, 3, ");
  await key("Shift+Tab");
  await untilShown(
    lab.page.locator(".jp-Tooltip"),
    /kernelSize: 3, stride\?: SizesOrDefault, padding\?: PaddingOrDefault, /,
    /stride\?: SizesOrDefault\s+Steps from window to window; 1 if not given\./,
  );
  await lab.screenshot("tooltip-options.png");
  await key("Escape");
});

test("Shift+Tab on a variable shows its type", options, async () => {
  await lab.run("const weights = randn([64, 2]);");
  await write("weights");
  await key("Shift+Tab");
  await untilShown(lab.page.locator(".jp-Tooltip"), /const weights: Tensor<\[64, 2\]/);
  await lab.screenshot("tooltip-variable.png");
  await key("Escape");
});

test("contextual help follows the cursor", options, async () => {
  await key("Control+i");
  const help = lab.page.locator(".jp-Inspector");
  await help.waitFor();
  await lab.open("editor.ipynb");
  await write("");
  await lab.page.keyboard.type("tensor");
  await untilShown(help, /function tensor/);
  await lab.screenshot("contextual-help.png");
  await key("Escape");
  await key("Control+i");
  await help.waitFor({ state: "detached" });
});

test(
  "in the Console, Enter goes on with an open bracket, indented, and runs what is complete",
  options,
  async () => {
    await lab.console();
    await lab.screenshot("console-banner.png");
    const prompt = lab.page.locator(".jp-CodeConsole-promptCell .cm-content");
    await prompt.click();
    await lab.page.keyboard.type("6 * 6");
    await key("Enter");
    await lab.page.locator(".jp-CodeConsole-content .jp-OutputArea-output", { hasText: "36" }).waitFor();
    const typed = (lines: RegExp): Promise<void> =>
      lab.until(
        `the prompt has ${String(lines)}`,
        "return new RegExp(args).test(app.shell.currentWidget.console.promptCell.model.sharedModel.source)",
        lines.source,
      );
    await lab.page.keyboard.type("function twice(x: number) {");
    await key("Enter");
    await typed(/^function twice\(x: number\) \{\n +$/);
    await lab.page.keyboard.type("return 2 * x;");
    await key("Enter");
    await typed(/return 2 \* x;\n +$/);
    await lab.page.keyboard.type("}");
    await lab.screenshot("console-open.png");
    await key("Enter");
    await typed(/^$/);
    await lab.page.keyboard.type("twice(21)");
    await key("Enter");
    await lab.page.locator(".jp-CodeConsole-content .jp-OutputArea-output", { hasText: "42" }).waitFor();
    await lab.screenshot("console-done.png");
  },
);

test("nothing went wrong in the page meanwhile", options, () => {
  assert.deepEqual(lab.errors, []);
});
