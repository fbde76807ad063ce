/** What a user of JupyterLab does with cells all day: run, see outputs, answer questions, stop, restart. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { skip, textOf, useLab } from "./lab.js";

const lab = useLab();
const options = { skip, timeout: 600_000 };

/** Tests share one notebook; each adds cells at its end. */
async function notebook(): Promise<void> {
  await lab.notebook("cells.ipynb");
}

/** A cell that runs until it is stopped, and has said that it runs. */
async function endless(source: string): Promise<number> {
  const index = await lab.launch(`console.log("running");\n${source}`);
  await lab.cell(index).locator(".jp-OutputArea-output", { hasText: "running" }).waitFor();
  return index;
}

test("Shift+Enter runs a cell, shows its last value and moves on to the next", options, async () => {
  await notebook();
  await lab.edit(0);
  await lab.page.keyboard.type("const answer: number = 6 * 7;\nanswer");
  await lab.page.keyboard.press("Shift+Enter");
  const cell = await lab.done(0);
  assert.equal(cell.execution_count, 1);
  assert.equal(textOf(cell), "42");
  assert.equal(await lab.evaluate("return app.shell.currentWidget.content.activeCellIndex"), 1);
});

test("the indicator says Busy while a cell runs and Idle afterwards", options, async () => {
  const index = await endless("await new Promise((done) => setTimeout(done, 700));");
  await lab.page.locator(".jp-Notebook-ExecutionIndicator[data-status='busy']:visible").waitFor();
  await lab.page.locator("#jp-main-statusbar", { hasText: "| Busy" }).waitFor();
  await lab.done(index);
  await lab.page.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']:visible").waitFor();
  await lab.page.locator("#jp-main-statusbar", { hasText: "| Idle" }).waitFor();
});

test("console.table is a table, and what goes to stderr is marked", options, async () => {
  const cell = await lab.run(
    'console.table([{ layer: "conv", size: 160 }, { layer: "dense", size: 1290 }]);\nconsole.error("careful");',
  );
  assert.deepEqual(
    cell.outputs.map(({ name, output_type }) => name ?? output_type),
    ["display_data", "stderr"],
  );
  const index = (await lab.cells()).length - 1;
  await lab.cell(index).locator("table td", { hasText: "conv" }).waitFor();
  await lab.look(index, "console.png");
});

test("a progress bar that returns with \\r stays on one line", options, async () => {
  const index = await lab.launch(
    [
      "for (let i = 1; i <= 20; i++) {",
      '  process.stdout.write(`\\r${"█".repeat(i).padEnd(20, "░")} ${5 * i} %`);',
      "  await new Promise((done) => setTimeout(done, 5));",
      "}",
    ].join("\n"),
  );
  await lab.done(index);
  const shown = await lab.cell(index).locator(".jp-OutputArea-output pre").innerText();
  assert.equal(shown.trim(), `${"█".repeat(20)} 100 %`);
  await lab.look(index, "progress.png");
});

test("an error shows where it was thrown, in the user's own lines alone", options, async () => {
  const index = await lab.launch(
    "function invert(x: number) {\n  if (x === 0) throw new RangeError(`no inverse of ${x}`);\n  return 1 / x;\n}\ninvert(0);",
  );
  const cell = await lab.done(index);
  const { outputs, execution_count } = cell;
  assert.equal(outputs.length, 1);
  assert.equal(outputs[0]!.ename, "RangeError");
  assert.equal(outputs[0]!.evalue, "no inverse of 0");
  assert.match(textOf(cell), /> 2 \|   if \(x === 0\) throw new RangeError/);
  assert.match(textOf(cell), new RegExp(`Cell \\[${execution_count}\\]:5:1`));
  assert.doesNotMatch(textOf(cell), /node:|dist\//);
  // Bright black, which JupyterLab draws the same on a dark page, where nobody can read it.
  assert.ok(!outputs[0]!.traceback!.join("").includes("\x1b[90m"));
  await lab.look(index, "error.png");
});

test("name? opens what is known of the name", options, async () => {
  await lab.run("/** Half of a number. */\nfunction half(x: number): number {\n  return x / 2;\n}");
  const index = await lab.launch("half?");
  await lab.done(index);
  const shown = lab.cell(index).locator(".jp-OutputArea-output");
  await shown
    .filter({ hasText: "half(x: number): number" })
    .filter({ hasText: "Half of a number." })
    .waitFor();
  await lab.look(index, "pager.png");
});

test("clearOutput replaces what the cell showed, without flicker if it waits", options, async () => {
  const cell = await lab.run(
    'for (let i = 1; i <= 3; i++) {\n  clearOutput({ wait: true });\n  console.log("epoch", i);\n  display(i * i);\n}',
  );
  assert.equal(textOf(cell), "epoch 3\n9");
});

test("display.update changes the output of an earlier cell", options, async () => {
  const index = await lab.launch('display("waiting", { id: "status" });');
  await lab.done(index);
  const after = await lab.run('display.update("status", "done");');
  assert.deepEqual(after.outputs, []);
  assert.equal(textOf((await lab.cells())[index]!), "'done'");
});

test("HTML, images and Markdown that a cell displays are drawn", options, async () => {
  const index = await lab.launch(
    [
      'display({ "text/html": "<b class=\'mine\'>bold</b>" }, { raw: true });',
      'display({ "text/markdown": "## Heading\\n$e^{i\\\\pi}$" }, { raw: true });',
      `display({ "image/svg+xml": '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><circle r="20" cx="20" cy="20" fill="teal"/></svg>' }, { raw: true });`,
    ].join("\n"),
  );
  await lab.done(index);
  const cell = await lab.select(index);
  await cell.locator(".jp-OutputArea-output b.mine").waitFor();
  await cell.locator(".jp-OutputArea-output h2", { hasText: "Heading" }).waitFor();
  await cell.locator(".jp-RenderedSVG").waitFor();
  await lab.look(index, "rich.png");
});

test("prompt asks below the cell and answers the program; a password is hidden", options, async () => {
  const index = await lab.launch(
    'const who = await prompt("Your name? ");\nconst secret = await prompt("Password: ", { password: true });\n`${who} has ${secret.length} characters`',
  );
  const cell = lab.cell(index);
  const input = cell.locator("input.jp-Stdin-input");
  await input.waitFor();
  assert.match(await cell.locator(".jp-Stdin-prompt").innerText(), /Your name\?/);
  await lab.look(index, "prompt.png");
  await input.fill("Ada");
  await input.press("Enter");
  const password = cell.locator("input.jp-Stdin-input[type='password']");
  await password.waitFor();
  await password.fill("s3cret");
  await lab.screenshot("password.png");
  await password.press("Enter");
  const done = await lab.done(index);
  assert.equal(done.outputs.at(-1)?.data?.["text/plain"], "'Ada has 6 characters'");
  assert.ok(!JSON.stringify(await lab.cells()).includes("s3cret"), "the password is in the notebook");
});

for (const [how, stop] of [
  ["the menu", () => lab.menu("Kernel", "Interrupt Kernel")],
  ["the Stop button", () => lab.page.locator("[data-command='notebook:interrupt-kernel']:visible").click()],
  ["the keys I I", () => lab.page.keyboard.press("i").then(() => lab.page.keyboard.press("i"))],
] as const) {
  test(`${how} stops a cell that loops for ever; what it had computed is kept`, options, async () => {
    await lab.run("let steps = 0;");
    const index = await endless("steps = 1;\nwhile (true) steps++;");
    await stop();
    const stopped = await lab.done(index);
    assert.equal(stopped.outputs.at(-1)?.output_type, "error");
    assert.match(stopped.outputs.at(-1)!.ename!, /Interrupt/);
    assert.equal(textOf(await lab.run("steps > 1 && answer === 42")), "true");
    await lab.look(index, "interrupted.png");
  });
}

test("an interrupt drops the cells that wait behind the one that runs", options, async () => {
  const index = await endless("while (true);");
  await lab.launch("const never = 1;");
  await lab.select(index);
  await lab.menu("Kernel", "Interrupt Kernel");
  await lab.done(index);
  await lab.untilKernel("idle");
  assert.equal((await lab.cells())[index + 1]!.execution_count, null);
});

test(
  "a restart by the menu forgets all variables, and the next cell runs",
  options,
  async (t: TestContext) => {
    const start = performance.now();
    await lab.restart();
    const idle = performance.now();
    const cell = await lab.run("answer");
    t.diagnostic(
      `idle ${Math.round(idle - start)} ms after the menu, first cell done ${Math.round(performance.now() - idle)} ms later`,
    );
    assert.equal(cell.execution_count, 1);
    assert.match(textOf(cell), /Cannot find name 'answer'/);
  },
);

test("a restart ends a cell that loops for ever", options, async () => {
  await endless("while (true);");
  await lab.restart();
  assert.equal(textOf(await lab.run("1 + 1")), "2");
});

test("Restart and Run All runs every cell in order from a clean state", options, async () => {
  await lab.notebook("all.ipynb", ["let n = 1;", "n *= 2;\nn", "n *= 3;\nn"]);
  await lab.menu("Run", "Run All Cells");
  await lab.allDone();
  await lab.menu("Run", "Restart Kernel and Run All Cells…");
  await lab.accept("Restart");
  await lab.until(
    "the cells wait for the restarted kernel",
    "return app.shell.currentWidget.content.widgets.every((cell) => cell.model.executionCount === null)",
  );
  const cells = await lab.allDone();
  assert.deepEqual(
    cells.map((cell) => [cell.execution_count, textOf(cell)]),
    [
      [1, ""],
      [2, "2"],
      [3, "6"],
    ],
  );
});

test("Run All stops at the first error and leaves the rest alone", options, async () => {
  await lab.notebook("stops.ipynb", ["const a = 1;", 'throw new Error("stop here");', "const c = 3;"]);
  await lab.menu("Run", "Run All Cells");
  await lab.done(1);
  await lab.untilKernel("idle");
  const cells = await lab.cells();
  assert.deepEqual(
    cells.map((cell) => cell.execution_count),
    [1, 2, null],
  );
});

test("nothing went wrong in the page meanwhile", options, () => {
  assert.deepEqual(lab.errors, []);
});
