/** JupyterLab's debugger panel, as a test uses it. */
import type { Locator } from "playwright-core";
import type { Lab } from "./lab.js";

/** After so long a click has been lost: the kernel answers within milliseconds. */
const CLICK_MS = 60_000;

export function debuggerPanel(lab: Lab) {
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

  /**
   * Clicks beside a line of a cell, where breakpoints are set. JupyterLab makes the gutter anew when the debugger has come on, and a click on the one
   * that was there before is lost: then it is clicked again.
   */
  async function clickGutter(cell: number, line: number): Promise<void> {
    const gutter = lab.cell(cell).locator(".cm-gutter.cm-breakpoint-gutter");
    const breakpoints = panel("Breakpoints").locator(".jp-DebuggerBreakpoint");
    const before = await breakpoints.count();
    const isThere = (): Promise<boolean> =>
      breakpoints
        .nth(before)
        .waitFor({ timeout: CLICK_MS })
        .then(
          () => true,
          () => false,
        );
    do {
      // The first element only gives the gutter its width.
      await gutter.locator("> .cm-gutterElement").nth(line).click();
    } while (!(await isThere()));
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

  return { panel, frames, variable, switchOn, clickGutter, untilBreakpoints, untilLine, press };
}
