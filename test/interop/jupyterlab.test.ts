/** The first notebook in JupyterLab, in Chromium: opened, run by the menu, watched and looked at. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium as browserType, type Browser, type Page } from "playwright-core";
import { chromium, jupyterEnvironment, missing, root, startJupyterLab } from "./environment.js";

const skip = missing("python", "chromium");
/** Screenshots stay here for a person to look at. */
const screenshots = join(root, "out", "screenshots");

/** A cell of the notebook model, as far as the tests read it. */
interface CellModel {
  cell_type: string;
  execution_count: number | null;
  outputs: {
    output_type: string;
    name?: string;
    text?: string | string[];
    ename?: string;
    data?: Record<string, unknown>;
  }[];
}

let lab: Awaited<ReturnType<typeof startJupyterLab>>;
let browser: Browser;
let page: Page;
const folder = mkdtempSync(join(tmpdir(), "cellgrad-lab-"));

function notebook(name: string, cells: readonly string[]): void {
  const content = {
    cells: cells.map((source, index) => ({
      cell_type: "code",
      id: `cell-${index}`,
      metadata: {},
      execution_count: null,
      outputs: [],
      source,
    })),
    metadata: {
      kernelspec: { name: "cellgrad", display_name: "TypeScript (cellgrad)", language: "typescript" },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
  writeFileSync(join(folder, name), JSON.stringify(content));
}

async function open(name: string): Promise<void> {
  await page.goto(`${lab.url}/lab/tree/${name}?token=${lab.token}&reset`);
  await page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell").first().waitFor({ timeout: 60_000 });
  // The indicator says "idle" before there is a kernel; what is run then is dropped.
  await page.waitForFunction(
    `(() => {
      const kernel = window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel;
      return kernel?.connectionStatus === "connected" && kernel.status === "idle";
    })()`,
    undefined,
    { timeout: 60_000 },
  );
}

const menu = async (name: string, item: string): Promise<void> => {
  await page.locator(".lm-MenuBar-itemLabel", { hasText: new RegExp(`^${name}$`) }).click();
  await page.locator(".lm-Menu-itemLabel", { hasText: new RegExp(`^${item}$`) }).click();
};

/** The cells as JupyterLab itself holds them. */
const model = (): Promise<CellModel[]> =>
  page.evaluate("window.jupyterapp.shell.currentWidget.content.model.toJSON().cells");

async function untilRun(timeout: number): Promise<CellModel[]> {
  const end = Date.now() + timeout;
  for (;;) {
    const cells = (await model()).filter((cell) => cell.cell_type === "code");
    const failed = cells.flatMap((cell) => cell.outputs).find((output) => output.output_type === "error");
    if (failed) assert.fail(`a cell failed: ${JSON.stringify(failed)}`);
    if (cells.every((cell) => cell.execution_count !== null)) return cells;
    if (Date.now() > end) {
      await page.screenshot({ path: join(screenshots, "timeout.png") });
      assert.fail("not all cells have run in time");
    }
    await page.waitForTimeout(250);
  }
}

const textOf = (cells: readonly CellModel[]): string =>
  cells
    .flatMap((cell) => cell.outputs)
    .map((output) => [output.text ?? ""].flat().join(""))
    .join("");

before(async () => {
  if (skip) return;
  mkdirSync(screenshots, { recursive: true });
  lab = await startJupyterLab(folder, jupyterEnvironment());
  browser = await browserType.launch({
    executablePath: chromium,
    args: [
      ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
      ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
    ],
  });
  page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
});

after(async () => {
  await browser?.close();
  await lab?.stop();
});

test(
  "a cell that is refused shows a code frame, and the next one runs",
  { skip, timeout: 120_000 },
  async () => {
    notebook("first.ipynb", ["const a = 1;\na + 1", "a.toUpperCase()"]);
    await open("first.ipynb");
    await page.locator(".jp-Cell").first().click();
    await page.keyboard.press("Shift+Enter");
    await page.locator(".jp-OutputArea-executeResult", { hasText: "2" }).waitFor();
    await page.keyboard.press("Shift+Enter");
    await page
      .locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr'], .jp-RenderedText", {
        hasText: "toUpperCase",
      })
      .last()
      .waitFor();
    await page.screenshot({ path: join(screenshots, "refused-cell.png") });
  },
);

/** Brings a cell's output into view: JupyterLab keeps only what is near the view in the page. */
async function look(source: string, file: string): Promise<void> {
  await page.evaluate(`(async () => {
    const { content } = window.jupyterapp.shell.currentWidget;
    const index = [...content.model.cells].findIndex((cell) => cell.sharedModel.source.includes(${JSON.stringify(source)}));
    await content.scrollToItem(index, "start");
    content.activeCellIndex = index;
  })()`);
  await page.waitForTimeout(1000);
  await page
    .locator(".jp-Notebook .jp-mod-active .jp-Cell-outputArea")
    .evaluate("(area) => area.scrollIntoView({ block: 'center' })");
  await page.waitForTimeout(700);
  await page.screenshot({ path: join(screenshots, file) });
}

test(
  "01-neural-networks.ipynb runs whole, with a live loss curve and a heatmap",
  { skip, timeout: 400_000 },
  async () => {
    const content = JSON.parse(readFileSync(join(root, "notebooks", "01-neural-networks.ipynb"), "utf8"));
    for (const cell of content.cells)
      if (cell.cell_type === "code") Object.assign(cell, { outputs: [], execution_count: null });
    writeFileSync(join(folder, "01.ipynb"), JSON.stringify(content));
    await open("01.ipynb");
    await menu("Run", "Run All Cells");
    const cells = await untilRun(300_000);
    const accuracy = Number(/test accuracy (\d+\.\d+) %/.exec(textOf(cells))?.[1]);
    assert.ok(accuracy >= 95, `test accuracy is ${accuracy}`);

    for (const [source, title, drawing, file] of [
      ["const livePlot", "The small network", ".scatterlayer path.js-line", "loss-curve.png"],
      ["const reader", "First layer", ".heatmaplayer image", "heatmap.png"],
      ["const surface", "loss surface", ".contourlayer path", "loss-surface.png"],
      ["const plain", "learned by heart", ".scatterlayer path.js-line", "overfitting.png"],
    ] as const) {
      await look(source, file);
      const plot = page.locator(".jp-mod-active .js-plotly-plot", { hasText: title }).first();
      await plot.waitFor();
      assert.ok((await plot.locator(drawing).count()) > 0, `nothing is drawn in the figure "${title}"`);
    }
  },
);

test("the library for figures is in the notebook once", { skip, timeout: 60_000 }, async () => {
  const size = JSON.stringify(await model()).length;
  const once = readFileSync(join(root, "build", "plotly.min.js.gz")).length * (4 / 3);
  assert.ok(
    size > once && size < 2.5 * once,
    `the notebook has ${size} characters, the library ${Math.round(once)}`,
  );
});
