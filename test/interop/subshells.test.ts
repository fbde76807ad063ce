/** Subshells in JupyterLab: a console beside a notebook looks at the variables of a cell that runs. And a cell that fills the next one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { skip, textOf, useLab } from "./lab.js";

const lab = useLab();

test(
  "a subshell console answers while the notebook's cell runs, and the kernel is busy until that ends",
  { skip },
  async () => {
    await lab.notebook("training.ipynb");
    const training = await lab.launch(
      `let step = 0;
     let stop = false;
     while (!stop) { step++; await new Promise((resolve) => setTimeout(resolve, 1)); }
     "trained"`,
    );
    await lab.untilKernel("busy");
    await lab.evaluate(`await app.commands.execute("notebook:create-subshell-console")`);
    await lab.until(
      "the console has its subshell",
      `return app.shell.currentWidget.sessionContext?.session?.kernel?.subshellId`,
    );
    const ask = async (code: string): Promise<string> => {
      await lab.page.locator(".jp-CodeConsole-promptCell .cm-content").click();
      await lab.page.keyboard.type(code);
      await lab.page.keyboard.press("Shift+Enter");
      const cell = `app.shell.currentWidget.console.cells`;
      await lab.until(
        `the console has answered ${code}`,
        `const last = ${cell}.get(${cell}.length - 1)?.model;
       return last?.sharedModel.source === args && last.executionCount !== null`,
        code,
      );
      return lab.evaluate(
        `return ${cell}.get(${cell}.length - 1).model.outputs.toJSON().map(({ data }) => data?.["text/plain"]).join("")`,
      );
    };
    const first = Number(await ask("step"));
    const second = Number(await ask("step + 0"));
    assert.ok(first > 0 && second > first, `${first}, ${second}`);
    await lab.untilKernel("busy");
    await lab.screenshot("subshell-console.png");
    assert.equal(await ask("stop = true"), "true");
    await lab.open("training.ipynb");
    assert.equal(textOf(await lab.done(training)), "'trained'");
  },
);

test("setNextInput fills the next cell, or the cell itself", { skip }, async () => {
  await lab.notebook("next.ipynb", []);
  await lab.run('setNextInput("6 * 7")');
  await lab.run('setNextInput("const replaced = true;", { replace: true })');
  const sources = (await lab.cells()).map(({ source }) => source);
  assert.ok(sources.includes("6 * 7"));
  assert.ok(sources.includes("const replaced = true;"));
});
