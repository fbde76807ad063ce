/** Notebooks and their kernels over time in JupyterLab: new, two at once, saved, reloaded, disconnected, shut down. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { skip, textOf, useLab } from "./lab.js";

const lab = useLab();
const options = { skip, timeout: 600_000 };

/** Prints a number every 50 ms until it has printed `count`. */
const counting = (count: number): string =>
  `for (let i = 1; i <= ${count}; i++) {\n  console.log(\`tick \${i}\`);\n  await new Promise((done) => setTimeout(done, 50));\n}`;

test("a click in the launcher makes a notebook that runs TypeScript", options, async () => {
  await lab.page
    .locator(".jp-LauncherCard[data-category='Notebook'][title^='TypeScript (cellgrad)']")
    .click();
  await lab.untilKernel("idle");
  await lab.select(0);
  await lab.edit(0);
  await lab.page.keyboard.insertText("const greeting: string = `hello`;\ngreeting");
  await lab.page.keyboard.press("Shift+Enter");
  assert.equal(textOf(await lab.done(0)), "'hello'");
});

test("a saved notebook says what its language is, and opens again with its outputs", options, async () => {
  await lab.notebook("saved.ipynb", [
    'console.log("printed");\n1 + 1',
    "undefinedName",
    "viz.plot([{ y: [1, 2] }])",
  ]);
  for (const index of [0, 1, 2]) {
    await lab.select(index);
    await lab.page.keyboard.press("Control+Enter");
    await lab.done(index);
  }
  const before = await lab.cells();
  await lab.page.keyboard.press("Control+s");
  await lab.until("the notebook is saved", "return !app.shell.currentWidget.content.model.dirty");
  const file = JSON.parse(readFileSync(join(lab.folder, "saved.ipynb"), "utf8"));
  assert.equal(file.metadata.kernelspec.name, "cellgrad");
  assert.equal(file.metadata.language_info.name, "typescript");
  assert.equal(file.metadata.language_info.file_extension, ".ts");
  await lab.menu("File", "Close and Shut Down Notebook…");
  await lab.accept("Ok");
  await lab.until(
    "the notebook is closed",
    "return app.shell.currentWidget?.context?.path !== 'saved.ipynb'",
  );
  await lab.open("saved.ipynb");
  assert.deepEqual(
    (await lab.cells()).map(({ outputs, execution_count }) => ({ outputs, execution_count })),
    before.map(({ outputs, execution_count }) => ({ outputs, execution_count })),
  );
  await lab.look(2, "reopened.png");
});

test("two notebooks run at the same time and know nothing of each other", options, async () => {
  await lab.notebook("left.ipynb", ['const mine = "left";\n' + counting(20)]);
  await lab.select(0);
  await lab.page.keyboard.press("Control+Enter");
  await lab.untilKernel("busy");
  await lab.notebook("right.ipynb", ['const mine = "right";\nmine']);
  await lab.select(0);
  await lab.page.keyboard.press("Control+Enter");
  assert.equal(textOf(await lab.done(0)), "'right'");
  await lab.open("left.ipynb");
  await lab.done(0);
  assert.equal(textOf(await lab.run("mine")), "'left'");
});

test("output goes on after the connection to the kernel was lost", options, async () => {
  const index = await lab.launch(
    'import { existsSync } from "node:fs";\nconsole.log("running");\n' +
      'while (!existsSync("go-on.txt")) await new Promise((done) => setTimeout(done, 20));\nconsole.log("gone on");',
  );
  await lab.cell(index).locator(".jp-OutputArea-output", { hasText: "running" }).waitFor();
  await lab.menu("Kernel", "Reconnect to Kernel");
  await lab.untilKernel("busy");
  writeFileSync(join(lab.folder, "go-on.txt"), "");
  assert.equal(textOf(await lab.done(index)), "running\ngone on\n");
});

test("a page that is loaded again finds the kernel with its variables", options, async () => {
  await lab.run("let kept = 41;");
  await lab.page.keyboard.press("Control+s");
  await lab.until("the notebook is saved", "return !app.shell.currentWidget.content.model.dirty");
  await lab.load("/lab/tree/left.ipynb");
  await lab.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell").first().waitFor();
  await lab.untilKernel("idle");
  assert.equal(textOf(await lab.run("kept + 1")), "42");
});

test("a page that is loaded again while a cell runs can stop that cell", options, async () => {
  const index = await lab.launch('console.log("running");\nwhile (true) kept++;');
  await lab.cell(index).locator(".jp-OutputArea-output", { hasText: "running" }).waitFor();
  await lab.page.keyboard.press("Control+s");
  await lab.until("the notebook is saved", "return !app.shell.currentWidget.content.model.dirty");
  await lab.load("/lab/tree/left.ipynb");
  await lab.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell").first().waitFor();
  await lab.untilKernel("busy");
  await lab.menu("Kernel", "Interrupt Kernel");
  await lab.untilKernel("idle");
  assert.equal(textOf(await lab.run("kept > 41")), "true");
});

test("Shut Down Kernel leaves no process behind", options, async () => {
  const pids = textOf(await lab.run("[process.pid, process.ppid].join()"))
    .replaceAll("'", "")
    .split(",")
    .map(Number);
  assert.equal(pids.length, 2);
  await lab.menu("Kernel", "Shut Down Kernel");
  await lab.until("the kernel is gone", "return !app.shell.currentWidget.sessionContext.session?.kernel");
  const alive = (): number[] =>
    pids.filter((pid) => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    });
  // Should one stay, the test's own limit ends the wait.
  while (alive().length > 0) await lab.page.waitForTimeout(50);
});

test("nothing went wrong in the page meanwhile", options, () => {
  assert.deepEqual(lab.errors, []);
});
