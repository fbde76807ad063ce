/** JupyterLab's debugger and a restart. In a file of its own, for JupyterLab takes breakpoints of one notebook along to the next. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { debuggerPanel } from "./debugger-panel.js";
import { skip, textOf, useLab } from "./lab.js";

const lab = useLab();
const { panel, frames, switchOn, clickGutter, untilBreakpoints, untilLine, press } = debuggerPanel(lab);

test(
  "a kernel that is restarted at a breakpoint runs cells again, and stops at it again",
  { skip, timeout: 1_200_000 },
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
    await panel("Breakpoints").locator(".jp-DebuggerBreakpoint").first().waitFor();
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
