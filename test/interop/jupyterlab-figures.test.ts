/** Figures in JupyterLab: the page stays free while one goes on changing, and plotly.js is where a figure needs it. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { python } from "./environment.js";
import { skip, textOf, useLab } from "./lab.js";
import { frameTimes, median, pressStop, training } from "./live-plot.js";

const lab = useLab();

test(
  "a training that shows its plot leaves the page free, and Stop ends it",
  { skip, timeout: 900_000 },
  async () => {
    await lab.notebook("live.ipynb");
    for (const isPlotted of [false, true]) {
      const index = await lab.launch(training(isPlotted));
      await lab.until(
        "the training shows how far it is",
        `const { widgets } = app.shell.currentWidget.content;
       return JSON.stringify(widgets[args].model.outputs.toJSON()).includes("Epoch");`,
        index,
      );
      if (isPlotted)
        await lab.cell(index).locator(".js-plotly-plot .scatterlayer path.js-line").first().waitFor();
      const times = await frameTimes(lab, 3000);
      if (isPlotted) {
        // It goes on: what is drawn changes, again and again.
        const steps = `document.querySelector(".js-plotly-plot")._fullData.at(-1).x.at(-1)`;
        for (let times = 0; times < 3; times++)
          await lab.until(
            "the plot has gone on",
            `return ${steps} > args`,
            await lab.evaluate<number>(`return ${steps}`),
          );
      }
      const stopped = await pressStop(lab);
      const cell = await lab.done(index);
      assert.match(textOf(cell), /Stopped in epoch \d+: interrupted/);
      assert.match(textOf(cell), /Interrupted/);
      // No assertion on times: machines differ. This is for people.
      console.log(
        `${isPlotted ? "with" : "without"} a plot: ${times.length} frames, median ${median(times).toFixed(1)} ms, Stop handled in ${stopped} ms`,
      );
    }
  },
);

/** Saves the notebook in front; how often its file holds plotly.js. */
async function save(name: string): Promise<number> {
  await lab.evaluate(`await app.commands.execute("docmanager:save")`);
  return readFileSync(join(lab.folder, name), "utf8").split("DecompressionStream").length - 1;
}

/** Plots that a page without a network draws of what nbconvert makes of the notebook. */
async function exported(name: string): Promise<number> {
  execFileSync(python!, ["-m", "nbconvert", "--to", "html", join(lab.folder, name)], { stdio: "pipe" });
  const page = await lab.page.context().browser()!.newPage();
  try {
    await page.route(/^https?:/, (route) => route.abort());
    await page.goto(pathToFileURL(join(lab.folder, name.replace("ipynb", "html"))).href);
    await page.locator(".js-plotly-plot .main-svg").first().waitFor();
    return await page.locator(".js-plotly-plot").count();
  } finally {
    await page.close();
  }
}

/** Loads the page anew and opens the notebook. */
async function reopen(name: string): Promise<void> {
  await lab.load(`/lab/tree/${name}`);
  await lab.open(name);
}

/** Runs one cell, as people do. */
async function run(index: number): Promise<void> {
  await lab.select(index);
  await lab.page.keyboard.press("Control+Enter");
}

/** Opens a new notebook with two figures, and runs it. */
async function withFigures(name: string): Promise<void> {
  await lab.notebook(name, ["viz.plot([{ x: [1, 2], y: [3, 4] }])", "viz.heatmap([[1, -2], [3, 0]])"]);
  await lab.menu("Run", "Run All Cells");
  await lab.allDone();
}

test(
  "a figure made after all outputs were cleared and the page was loaded anew is interactive, there and exported",
  { skip, timeout: 900_000 },
  async () => {
    await withFigures("cleared.ipynb");
    assert.equal(await save("cleared.ipynb"), 1);
    await lab.evaluate(`await app.commands.execute("notebook:clear-all-cell-outputs")`);
    assert.equal(await save("cleared.ipynb"), 0);
    await reopen("cleared.ipynb");
    await run(1);
    await lab.cell(1).locator(".js-plotly-plot .heatmaplayer image").first().waitFor({ state: "attached" });
    assert.equal(await save("cleared.ipynb"), 1);
    assert.equal(await exported("cleared.ipynb"), 1);

    // Loaded with the library, the page does not get it again.
    await reopen("cleared.ipynb");
    await run(0);
    await lab.cell(0).locator(".js-plotly-plot .scatterlayer").first().waitFor({ state: "attached" });
    assert.equal(await save("cleared.ipynb"), 1);
  },
);

test(
  "a figure that runs after the cell with plotly.js was deleted is interactive where it is exported",
  { skip, timeout: 900_000 },
  async () => {
    await withFigures("deleted.ipynb");
    await lab.select(0);
    await lab.evaluate(`await app.commands.execute("notebook:delete-cell")`);
    await run(0);
    await lab.untilKernel("idle");
    await lab.done(0);
    assert.equal(await save("deleted.ipynb"), 1);
    assert.equal(await exported("deleted.ipynb"), 1);
  },
);
