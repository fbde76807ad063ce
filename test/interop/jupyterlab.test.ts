/** The first notebook in JupyterLab, in Chromium: opened, run by the menu, watched and looked at. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "./environment.js";
import { skip, textOf, useLab } from "./lab.js";

const lab = useLab();

test(
  "a cell that is refused shows a code frame, and the next one runs",
  { skip, timeout: 600_000 },
  async () => {
    await lab.notebook("first.ipynb", ["const a = 1;\na + 1", "a.toUpperCase()"]);
    await lab.select(0);
    await lab.page.keyboard.press("Shift+Enter");
    await lab.page.locator(".jp-OutputArea-executeResult", { hasText: "2" }).waitFor();
    await lab.page.keyboard.press("Shift+Enter");
    await lab.page
      .locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr'], .jp-RenderedText", {
        hasText: "toUpperCase",
      })
      .last()
      .waitFor();
    await lab.screenshot("refused-cell.png");
  },
);

test(
  "01-neural-networks.ipynb runs whole, with a live loss curve and a heatmap",
  { skip, timeout: 2_000_000 },
  async () => {
    const content = JSON.parse(readFileSync(join(root, "notebooks", "01-neural-networks.ipynb"), "utf8"));
    for (const cell of content.cells)
      if (cell.cell_type === "code") Object.assign(cell, { outputs: [], execution_count: null });
    writeFileSync(join(lab.folder, "01.ipynb"), JSON.stringify(content));
    await lab.open("01.ipynb");
    await lab.menu("Run", "Run All Cells");
    const cells = await lab.allDone();
    const accuracy = Number(/the network: +test accuracy (\d+\.\d+) %/.exec(cells.map(textOf).join(""))?.[1]);
    assert.ok(accuracy >= 95, `test accuracy is ${accuracy}`);

    for (const [source, title, drawing, file] of [
      ["const livePlot", "The small network", ".scatterlayer path.js-line", "loss-curve.png"],
      ["const reader", "First layer", ".heatmaplayer image", "heatmap.png"],
      ["const surface", "loss surface", ".contourlayer path", "loss-surface.png"],
      ["const curve", "learned by heart", ".scatterlayer path.js-line", "overfitting.png"],
    ] as const) {
      const index = cells.findIndex((cell) => cell.source.includes(source));
      await lab.select(index);
      const plot = lab.cell(index).locator(".js-plotly-plot", { hasText: title }).first();
      await plot.locator(drawing).first().waitFor({ state: "attached" });
      await lab.look(index, file);
    }
  },
);

test("the library for figures is in the notebook once", { skip, timeout: 300_000 }, async () => {
  const once = readFileSync(join(root, "build", "plotly-plane.min.js.gz")).length * (4 / 3);
  const carrying = (await lab.cells())
    .flatMap(({ outputs }) => outputs)
    .filter(({ data }) => JSON.stringify(data?.["text/html"] ?? "").length > once);
  assert.equal(carrying.length, 1);
});
