/** JupyterLab's debugger panel with this kernel: a breakpoint set by a click in the gutter, a pause, variables, steps, the end. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { debuggerPanel } from "./debugger-panel.js";
import { skip, textOf, useLab } from "./lab.js";

const lab = useLab();
const { panel, frames, variable, switchOn, clickGutter, untilLine, press } = debuggerPanel(lab);

test(
  "a cell stops at its breakpoint, shows its variables, steps, and ends",
  { skip, timeout: 1_200_000 },
  async () => {
    writeFileSync(
      join(lab.folder, "helper.ts"),
      "export function scale(x: number): number {\n  const factor = 10;\n  return x * factor;\n}\n",
    );
    const code = [
      'import { scale } from "./helper";',
      "const weights = tensor([[1, 2], [3, 4]]);",
      "function total(list: number[]): number {",
      "  let sum = 0;",
      "  for (const one of list) {",
      "    sum += scale(one);",
      "  }",
      "  return sum;",
      "}",
      "total([1, 2, 3])",
    ].join("\n");
    await lab.notebook("debug.ipynb", ["const before = { inside: [1, 2, 3] };", code]);
    await lab.select(0);
    await lab.page.keyboard.press("Control+Enter");
    await lab.done(0);
    await switchOn();
    // Before anything is paused, the panel shows the notebook's variables.
    await variable("before").first().waitFor();

    await clickGutter(1, 6);
    await panel("Breakpoints").locator(".jp-DebuggerBreakpoint").first().waitFor();
    await lab.select(1);
    await lab.page.keyboard.press("Control+Enter");
    await frames().first().waitFor();
    assert.deepEqual(await frames().locator(".jp-DebuggerCallstackFrame-name").allInnerTexts(), [
      "total",
      "Cell [2]",
    ]);
    assert.match(await frames().first().innerText(), /Cell \[\*\]/);
    await untilLine(1, 6);
    await variable("sum").first().waitFor();
    assert.match(await variable("list").first().innerText(), /\(3\) \[1, 2, 3\]/);
    await lab.screenshot("debugger-paused.png");

    await press("step-in");
    await frames().filter({ hasText: "scale" }).waitFor();
    assert.match(await frames().first().innerText(), /helper\.ts/);
    await variable("x").first().waitFor();
    // JupyterLab opens the file in front of the notebook, some time after the pause.
    await lab.until("the file is in front", `return app.shell.currentWidget.title.label === "helper.ts"`);
    await lab.screenshot("debugger-in-file.png");
    await press("step-out");
    await frames().filter({ hasText: "scale" }).waitFor({ state: "detached" });
    await frames().filter({ hasText: "total" }).waitFor();
    await lab.until(
      "the notebook is in front",
      `return app.shell.currentWidget.title.label === "debug.ipynb"`,
    );

    // The breakpoint is hit for each number.
    for (let paused = true; paused;) {
      await press("continue");
      await lab.until(
        "the cell is paused again or has run",
        `const { model } = app.shell.currentWidget.content.widgets[1];
       return model.executionCount !== null || document.querySelector(".jp-DebuggerCallstackFrame") !== null;`,
      );
      paused = (await lab.cells())[1]!.execution_count === null;
    }
    assert.equal(textOf(await lab.done(1)), "60");
    await variable("weights").first().waitFor();
    assert.match(await variable("weights").first().innerText(), /Tensor<\[2, 2\], float32> \[\[1\., 2\.\]/);
    await lab.screenshot("debugger-between-cells.png");
  },
);
