/**
 * Figures in a real browser, put into the page as JupyterLab does it. Needs Chromium (CHROMIUM names another than /usr/bin/chromium);
 * without it the tests are skipped, or fail under CI=true. The last test leaves a picture in out/viz-page.png.
 */
import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { after, before, beforeEach, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { setDisplayHost } from "../../src/viz/display-host.js";
import type { MimeBundle } from "../../src/viz/display-host.js";
import { figureHtml } from "../../src/viz/html.js";
import { forgetLibrary } from "../../src/viz/library.js";
import * as viz from "../../src/viz/viz.js";
import { FakeNotebook, html } from "./fake-notebook.js";
import { gallery } from "./gallery.js";
// @ts-expect-error a build script without types
import { buildPlotly } from "../../scripts/build-plotly.mjs";

const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const missing = existsSync(executablePath) ? false : `no Chromium at ${executablePath}; set CHROMIUM`;
if (missing && process.env["CI"] === "true") throw new Error(missing);

/**
 * What a client does: an output is a box; showing a bundle empties the box, sets its HTML, and puts each script in anew so that it runs.
 * Given to the page as text, so that it needs no types of the browser here.
 */
const client = `
  window.outputs = [];
  window.render = (box, source) => {
    while (box.firstChild) box.removeChild(box.firstChild);
    box.innerHTML = source;
    for (const script of [...box.querySelectorAll("script")]) {
      const copy = document.createElement("script");
      copy.textContent = script.textContent;
      script.parentNode.replaceChild(copy, script);
    }
  };
  window.show = (source) => {
    const box = document.createElement("div");
    box.className = "output";
    document.body.append(box);
    outputs.push(box);
    render(box, source);
    return outputs.length - 1;
  };
  window.shake = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
`;

interface Client {
  show(source: string): number;
  render(box: unknown, source: string): void;
  outputs: unknown[];
}

describe("in a notebook's page", { skip: missing }, () => {
  let browser: Browser;
  let page: Page;
  const errors: string[] = [];

  before(async () => {
    await (buildPlotly as () => Promise<string>)();
    browser = await chromium.launch({
      executablePath,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
      ],
    });
  });
  after(async () => {
    setDisplayHost(undefined);
    await browser?.close();
  });
  /** A page in which no output is. */
  async function open(): Promise<void> {
    forgetLibrary();
    errors.length = 0;
    await page?.close();
    page = await browser.newPage({ viewport: { width: 900, height: 700 } });
    page.setDefaultTimeout(60_000);
    // A page without a network: whatever asks for it fails.
    await page.route(/^(?!data:|about:|blob:)/, (route) => route.abort());
    page.on("requestfailed", (request) => errors.push(`asked for ${request.url()}`));
    page.on("pageerror", (error) => errors.push(error.message));
    await page.setContent("<!doctype html><body style='margin:0;color:rgb(33, 33, 33)'></body>");
    await page.evaluate(client);
  }

  const show = (source: string) =>
    page.evaluate((text) => (globalThis as unknown as Client).show(text), source);
  const render = (index: number, source: string) =>
    page.evaluate(
      ([at, text]) => {
        const client = globalThis as unknown as Client;
        client.render(client.outputs[at], text);
      },
      [index, source] as const,
    );
  const count = (selector: string) => page.locator(selector).count();
  const drawn = (plots: number) =>
    page.waitForFunction(`document.querySelectorAll(".js-plotly-plot .svg-container").length >= ${plots}`);

  /** Outputs of a notebook with a curve, a heatmap and bars. */
  function threeFigures() {
    const notebook = new FakeNotebook();
    const curve = viz.plot([{ y: [1, 3, 2] }], { title: "Curve" });
    const outputs = [
      ...notebook.run("a", () => curve),
      ...notebook.run("b", () =>
        viz.heatmap([
          [1, -2],
          [3, 0],
        ]),
      ),
      ...notebook.run("c", () => viz.plot([{ type: "bar", x: ["u", "v"], y: [1, 2] }])),
    ].map(html);
    return { notebook, curve, outputs };
  }

  describe("plotly.js", () => {
    beforeEach(open);

    test("comes once and draws every figure, without a network", async () => {
      const { outputs } = threeFigures();
      for (const source of outputs) await show(source);
      await drawn(3);
      assert.equal(await count(".js-plotly-plot"), 3);
      assert.equal(await count(".cellgrad-figure > img"), 0, "the pictures have made room");
      assert.deepEqual(errors, []);
    });

    test("outputs may come in any order, as when a saved notebook is opened", async () => {
      const { outputs } = threeFigures();
      for (const source of outputs.reverse()) await show(source);
      await drawn(3);
      assert.equal(await count(".js-plotly-plot"), 3);
    });

    test("two notebooks share one plotly.js", async () => {
      for (const source of threeFigures().outputs) await show(source);
      await drawn(3);
      const first = await page.evaluateHandle("cellgradFigures2.Plotly");
      forgetLibrary();
      for (const source of threeFigures().outputs) await show(source);
      await drawn(6);
      assert.equal(
        await page.evaluate(
          (plotly) =>
            plotly ===
            (globalThis as never as { cellgradFigures2: { Plotly: unknown } }).cellgradFigures2.Plotly,
          first,
        ),
        true,
      );
    });

    test("a figure in space waits for the whole plotly.js, which leaves the plots that are there alone", async () => {
      const notebook = new FakeNotebook();
      const curve = viz.plot([{ y: [1, 3, 2] }], { title: "Curve" });
      const outputs = [
        ...notebook.run("a", () => curve),
        ...notebook.run("b", () => viz.surface((x, y) => x * y)),
      ].map(html);
      assert.equal(outputs.length, 4, "two libraries, two figures");
      await show(outputs[0]!);
      const at = await show(outputs[1]!);
      await show(outputs[3]!);
      await drawn(1);
      await page.evaluate("window.kept = document.querySelector('.js-plotly-plot')");
      assert.equal(await count(".js-plotly-plot"), 1);
      await show(outputs[2]!);
      await drawn(2);
      notebook.run("c", () => void curve.update([{ y: [5, 6, 7, 8] }]));
      await render(at, html(notebook.outputs.get("a")![1]));
      assert.equal(await page.evaluate("kept.isConnected && kept.data[0].y.length"), 4);
      assert.deepEqual(errors, []);
    });

    test("the static image stays while plotly.js is missing, in a box of the same height", async () => {
      const [library, curve] = threeFigures().outputs;
      await show(curve!);
      const img = page.locator(".cellgrad-figure > img");
      await page.waitForFunction("document.querySelector('.cellgrad-figure > img').complete");
      assert.ok((await img.evaluate((node: { naturalWidth?: number }) => node.naturalWidth ?? 0)) > 300);
      const before = await page.locator(".cellgrad-figure").boundingBox();
      await show(library!);
      await drawn(1);
      assert.deepEqual(await page.locator(".cellgrad-figure").boundingBox(), before);
    });
  });

  describe("a figure", () => {
    // One page for all, whose outputs are removed between: plotly.js is there from the first on.
    before(open);
    beforeEach(async () => {
      forgetLibrary();
      await page.evaluate(
        "outputs.splice(0).forEach((box) => box.remove()); document.body.style.color = 'rgb(33, 33, 33)'",
      );
    });

    test("an update keeps the plot's elements, its height, and shows no empty frame", async () => {
      const notebook = new FakeNotebook();
      const plot = viz.lossPlot(undefined, { title: "Training" });
      const outputs = notebook.run("a", () => plot.push(1, { loss: 2 }));
      for (const output of outputs) await show(html(output));
      await drawn(1);
      await page.evaluate(`
      window.kept = [".js-plotly-plot", ".main-svg", ".cartesianlayer .xy", ".scatterlayer .trace"].map((s) => document.querySelector(s));
      window.emptyFrames = 0;
      window.heights = new Set();
      (function watch() {
        if (!document.querySelector(".js-plotly-plot .main-svg")) emptyFrames++;
        heights.add(document.body.scrollHeight);
        requestAnimationFrame(watch);
      })();
    `);
      for (let step = 2; step <= 30; step++) {
        const [, output] = notebook.run("a", () => plot.push(step, { loss: 2 / step }));
        await render(1, html(output));
        await page.evaluate("shake()");
      }
      assert.deepEqual(await page.evaluate("kept.map((node) => node.isConnected)"), [true, true, true, true]);
      assert.equal(await page.evaluate("emptyFrames"), 0);
      assert.equal(await page.evaluate("heights.size"), 1);
      assert.equal(await page.evaluate("document.querySelector('.js-plotly-plot').data[0].x.length"), 30);
      assert.deepEqual(errors, []);
    });

    test("while it goes on changing the page draws its last state when it has time, and the end at once", async () => {
      const html = (points: number, isPassing: boolean) =>
        String(
          figureHtml(
            "cellgrad-f00d",
            viz.plot([{ y: Array.from({ length: points }, (_, i) => i % 7) }]).spec,
            "a curve",
            isPassing ? undefined : "<svg xmlns='http://www.w3.org/2000/svg'/>",
          ),
        );
      await show(threeFigures().outputs[0]!);
      const index = await show(html(2, false));
      await drawn(1);
      const passing = Array.from({ length: 30 }, (_, i) => html(i + 3, true));
      const drawings = await page.evaluate(
        `window.plots = 0;
         document.querySelector(".js-plotly-plot").on("plotly_afterplot", () => plots++);
         for (const source of ${JSON.stringify(passing)}) render(outputs[${index}], source);
         plots`,
      );
      assert.equal(drawings, 0, "nothing is drawn before the page has had a frame");
      await page.waitForFunction("document.querySelector('.js-plotly-plot')._fullData[0].y.length === 32");
      assert.ok((await page.evaluate<number>("plots")) < 15);
      await render(index, html(40, true));
      await render(index, html(41, false));
      assert.equal(
        await page.evaluate("document.querySelector('.js-plotly-plot')._fullData[0].y.length"),
        41,
      );
    });

    test("the log button's choice outlives updates", async () => {
      const notebook = new FakeNotebook();
      const plot = viz.lossPlot({ loss: [1, 0.1, 0.01] });
      for (const output of notebook.run("a", () => plot)) await show(html(output));
      await drawn(1);
      const type = () => page.evaluate("document.querySelector('.js-plotly-plot')._fullLayout.yaxis.type");
      assert.equal(await type(), "linear");
      await page.locator(".updatemenu-button").first().click();
      await page.waitForFunction(
        "document.querySelector('.js-plotly-plot')._fullLayout.yaxis.type === 'log'",
      );
      const [output] = notebook.run("b", () => plot);
      await render(1, html(output));
      assert.equal(await type(), "log");
      await page.locator(".updatemenu-button").first().click();
      await page.waitForFunction(
        "document.querySelector('.js-plotly-plot')._fullLayout.yaxis.type === 'linear'",
      );
    });

    test("two views of one output both follow it", async () => {
      const { notebook, curve, outputs } = threeFigures();
      await show(outputs[0]!);
      const views = [await show(outputs[1]!), await show(outputs[1]!)];
      await drawn(2);
      notebook.run("d", () => void curve.update([{ y: [5, 6, 7, 8] }]));
      const updated = html(notebook.outputs.get("a")![1]);
      for (const view of views) await render(view, updated);
      const lengths =
        "[...document.querySelectorAll('.js-plotly-plot')].map((plot) => plot.data[0].y.length)";
      assert.deepEqual(await page.evaluate(lengths), [4, 4]);
    });

    test("text takes the page's colour, also when its theme changes", async () => {
      for (const source of threeFigures().outputs.slice(0, 2)) await show(source);
      await drawn(1);
      const color = () => page.evaluate("getComputedStyle(document.querySelector('.xtick text')).fill");
      assert.equal(await color(), "rgb(33, 33, 33)");
      await page.evaluate(
        "document.body.style.color = 'rgb(220, 220, 220)'; document.body.dataset.jpThemeName = 'dark'",
      );
      await page.waitForFunction(
        "getComputedStyle(document.querySelector('.xtick text')).fill === 'rgb(220, 220, 220)'",
      );
      assert.equal(await color(), "rgb(220, 220, 220)");
    });

    test("a plot takes the width of its place when that changes", async () => {
      for (const source of threeFigures().outputs.slice(0, 2)) await show(source);
      await drawn(1);
      await page.evaluate("outputs[1].style.width = '500px'");
      await page.waitForFunction("document.querySelector('.main-svg').getBoundingClientRect().width === 500");
    });

    test("a wide plot is whole on paper, and as it was afterwards", async () => {
      await page.setViewportSize({ width: 1600, height: 900 });
      const wide = viz.plot([{ x: [0, 6], y: [1, 2] }]);
      for (const output of new FakeNotebook().run("a", () => wide)) await show(html(output));
      await drawn(1);
      const width = () => page.evaluate("document.querySelector('.main-svg').getBoundingClientRect().width");
      assert.equal(await width(), 1600);
      // The reader's browser says when it prints: the plot is drawn anew, narrow enough for its words to be read on paper.
      await page.evaluate("dispatchEvent(new Event('beforeprint'))");
      await page.waitForFunction("document.querySelector('.js-plotly-plot')._fullLayout.width === 720");
      await page.emulateMedia({ media: "print" });
      await page.setViewportSize({ width: 600, height: 900 });
      await page.waitForFunction("document.querySelector('.main-svg').getBoundingClientRect().width <= 600");
      const [box, place] = await Promise.all(
        [".main-svg", ".cellgrad-figure"].map((selector) => page.locator(selector).first().boundingBox()),
      );
      assert.ok(box!.height <= place!.height, "the plot lies in its place");
      await page.emulateMedia({ media: "screen" });
      await page.evaluate("dispatchEvent(new Event('afterprint'))");
      await page.setViewportSize({ width: 900, height: 700 });
      await page.waitForFunction("document.querySelector('.main-svg').getBoundingClientRect().width === 900");
    });

    test("every kind of figure is drawn, and its static image is a picture to the browser", async () => {
      const notebook = new FakeNotebook();
      const bundles: MimeBundle[] = Object.values(gallery).flatMap(({ figure }, i) =>
        notebook.run(`cell ${i}`, () => figure).map(({ bundle }) => bundle),
      );
      for (const bundle of bundles) await show(String(bundle["text/html"]));
      await drawn(Object.keys(gallery).length);
      for (const bundle of bundles.filter((each) => "image/svg+xml" in each)) {
        const problem = await page.evaluate(
          `new DOMParser().parseFromString(${JSON.stringify(bundle["image/svg+xml"])}, "image/svg+xml").querySelector("parsererror")?.textContent`,
        );
        assert.equal(problem, undefined);
      }
      assert.deepEqual(errors, []);
      mkdirSync(fileURLToPath(new URL("../../out", import.meta.url)), { recursive: true });
      await page.screenshot({
        path: fileURLToPath(new URL("../../out/viz-page.png", import.meta.url)),
        fullPage: true,
      });
    });
  });
});
