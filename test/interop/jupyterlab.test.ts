/** The first notebook in JupyterLab, in Chromium: opened, run by the menu, watched and looked at. */
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
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
  await page.waitForFunction(
    () =>
      document
        .querySelector(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook-ExecutionIndicator")
        ?.getAttribute("data-status") === "idle",
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
  page.evaluate(() => {
    type App = { shell: { currentWidget: { content: { model: { toJSON(): { cells: CellModel[] } } } } } };
    return (window as unknown as { jupyterapp: App }).jupyterapp.shell.currentWidget.content.model.toJSON()
      .cells;
  });

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

test(
  "01-neural-networks.ipynb runs whole, with a live loss curve and a heatmap",
  { skip, timeout: 300_000 },
  async () => {
    copyFileSync(join(root, "notebooks", "01-neural-networks.ipynb"), join(folder, "01.ipynb"));
    await open("01.ipynb");
    await menu("Kernel", "Restart Kernel and Run All Cells…");
    await page.locator(".jp-Dialog button.jp-mod-accept").click();
    await page.waitForTimeout(500);
    const cells = await untilRun(240_000);
    const accuracy = Number(/test accuracy (\d+\.\d+) %/.exec(textOf(cells))?.[1]);
    assert.ok(accuracy >= 95, `test accuracy is ${accuracy}`);

    const plots = page.locator(".js-plotly-plot");
    await plots.first().waitFor();
    for (const [title, file] of [
      ["1,000 steps", "loss-curve.png"],
      ["First layer", "heatmap.png"],
      ["loss surface", "loss-surface.png"],
      ["learned by heart", "overfitting.png"],
    ] as const) {
      const plot = plots.filter({ hasText: title }).first();
      await plot.scrollIntoViewIfNeeded();
      await plot.locator(".main-svg").first().waitFor();
      await page.waitForTimeout(300);
      await page.screenshot({ path: join(screenshots, file) });
      const drawn = await plot
        .locator(".scatterlayer .trace path.js-line, .heatmaplayer image, .contourlayer path")
        .count();
      assert.ok(drawn > 0, `nothing is drawn in the figure "${title}"`);
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
