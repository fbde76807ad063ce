/** JupyterLab's debugger panel with this kernel: a breakpoint set by a click in the gutter, a pause, variables, steps, the end. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Locator } from "playwright-core";
import { skip, textOf, useLab } from "./lab.js";

const lab = useLab();

const panel = (name: string): Locator => lab.page.locator(`.jp-DebuggerSidebar .jp-Debugger${name}`);
const frames = (): Locator => panel("Callstack").locator(".jp-DebuggerCallstackFrame");
const variable = (name: string): Locator =>
  panel("Variables").locator(".jp-TreeItem", {
    has: lab.page.locator(".jp-DebuggerVariables-name", { hasText: new RegExp(`^${name}$`) }),
  });

async function switchOn(): Promise<void> {
  const button = lab.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-DebuggerBugButton");
  await lab.until(
    "the debugger is offered",
    `const button = document.querySelector(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-DebuggerBugButton");
     return button !== null && button.getAttribute("aria-disabled") !== "true" && !button.disabled;`,
  );
  await button.click();
  await lab.evaluate(`app.shell.activateById("jp-debugger-sidebar")`);
  await lab.until(
    "the debugger is on",
    `const { node } = app.shell.currentWidget;
     return node.matches("[data-jp-debugger=true]") || node.querySelector("[data-jp-debugger=true]") !== null;`,
  );
}

/** The kernel's debugger is on and knows breakpoints: JupyterLab tells it a moment after a click, or after a restart. */
const untilBreakpoints = (): Promise<void> =>
  lab.until(
    "the kernel has the breakpoints",
    `const { kernel } = app.shell.currentWidget.sessionContext.session;
     const { content } = await kernel.requestDebug({ seq: 0, type: "request", command: "debugInfo" }).done;
     return content.body.isStarted && content.body.breakpoints.length > 0;`,
  );

/** Clicks beside a line of a cell, where breakpoints are set. */
async function clickGutter(cell: number, line: number): Promise<void> {
  const gutter = lab.cell(cell).locator(".cm-gutter.cm-breakpoint-gutter > .cm-gutterElement");
  // The first element only gives the gutter its width.
  await gutter.nth(line).click();
}

/** Waits until the pause is at a line of the source that is shown. */
const untilLine = (cell: number, line: number): Promise<void> =>
  lab.until(
    `the program stands at line ${line}`,
    `const lines = [...app.shell.currentWidget.content.widgets[args.cell].node.querySelectorAll(".cm-line")];
     return lines[args.line - 1]?.classList.contains("jp-DebuggerEditor-highlight") ?? false;`,
    { cell, line },
  );

const press = (button: "continue" | "step-over" | "step-in" | "step-out"): Promise<void> =>
  lab.page.locator(`.jp-DebuggerSidebar [data-jp-item-name="${button}"]`).click();

test(
  "a cell stops at its breakpoint, shows its variables, steps, and ends",
  { skip, timeout: 240_000 },
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
    await lab.screenshot("debugger-in-file.png");
    await press("step-out");
    await frames().filter({ hasText: "scale" }).waitFor({ state: "detached" });
    await frames().filter({ hasText: "total" }).waitFor();

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

test(
  "a kernel that is restarted at a breakpoint runs cells again, and stops at it again",
  { skip, timeout: 240_000 },
  async () => {
    await lab.notebook("restart.ipynb", [
      "function half(x: number) {\n  return x / 2;\n}\nhalf(10)",
      "6 * 7",
    ]);
    await lab.select(1);
    await lab.page.keyboard.press("Control+Enter");
    await lab.done(1);
    await switchOn();
    await clickGutter(0, 2);
    await untilBreakpoints();
    for (let round = 0; round < 2; round++) {
      await lab.select(0);
      await lab.page.keyboard.press("Control+Enter");
      await frames().filter({ hasText: "half" }).waitFor();
      await untilLine(0, 2);
      if (round === 1) break;
      await lab.restart();
      await frames().first().waitFor({ state: "detached" });
      await untilBreakpoints();
      await lab.select(1);
      await lab.page.keyboard.press("Control+Enter");
      assert.equal(textOf(await lab.done(1)), "42");
    }
    await press("continue");
    assert.equal(textOf(await lab.done(0)), "5");
  },
);
