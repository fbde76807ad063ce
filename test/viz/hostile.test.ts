/**
 * Figures of which some value or key is hostile, as when a layout comes from a file: what they write holds no element, attribute or script
 * but the templates', and nothing of it runs in a page that draws them. Needs Chromium, whose parser is the judge. FIGURES says how many
 * are drawn by plotly.js, SEED which.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { chromium, type Browser, type Page } from "playwright-core";
import { forgetLibrary, readLibrary } from "../../src/viz/library.js";
import type { MimeBundle } from "../../src/viz/display-host.js";
import type { Layout, Trace } from "../../src/viz/plotly.js";
import * as viz from "../../src/viz/viz.js";
import { hostile, hostileValue, places, withKey, withValue } from "../html/hostile.js";
import { Chance } from "../robustness/chance.js";
// @ts-expect-error a build script without types
import { buildPlotly } from "../../scripts/build-plotly.mjs";

const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const missing = existsSync(executablePath) ? false : `no Chromium at ${executablePath}; set CHROMIUM`;
if (missing && process.env["CI"] === "true") throw new Error(missing);

interface Parts {
  readonly traces: readonly Trace[];
  readonly layout: Layout;
}

const z = [
  [1, 2, 3],
  [4, 5, 7],
  [2, 1, 0],
];
const font = { size: 12, color: "#222222", family: "serif" };
const axis = {
  title: { text: "axis", font },
  tickvals: [1, 2],
  ticktext: ["one", "two"],
  tickfont: font,
  gridcolor: "#ddd",
  range: [0, 4],
  domain: [0, 1],
  anchor: "y",
  side: "bottom",
  type: "linear",
  dtick: 1,
  tick0: 0,
  showline: true,
  linecolor: "#333",
};
const bar = {
  title: { text: "bar" },
  tickvals: [1, 5],
  ticktext: ["low", "high"],
  thickness: 12,
  len: 1,
  x: 1.02,
  y: 0.5,
};
const picture =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** Attributes of all kinds that the static image reads, and some that only Plotly does. */
const figures: Readonly<Record<string, Parts>> = {
  lines: {
    traces: [
      {
        type: "scatter",
        x: [1, 2, 3],
        y: [1, 4, 2],
        name: "first",
        mode: "lines+markers+text",
        text: ["a", "b", "c"],
        textposition: "top right",
        textfont: font,
        line: { color: "#123456", width: 2, dash: "dot", shape: "hv" },
        marker: {
          color: [1, 2, 3],
          size: [5, 6, 7],
          symbol: "star",
          colorscale: [
            [0, "#000000"],
            [1, "rgb(255, 0, 0)"],
          ],
          line: { width: 1, color: "red" },
          opacity: 0.5,
        },
        fill: "tozeroy",
        fillcolor: "#abc",
        opacity: 0.9,
        hovertemplate: "%{x}",
        legend: "legend",
        xaxis: "x",
        yaxis: "y",
      } as Trace,
      { y: [3, 1, 2], name: "second", customdata: ["u"], meta: "m", showlegend: true },
    ],
    layout: {
      title: { text: "Title", font, x: 0.01 },
      width: 500,
      height: 300,
      margin: { l: 40, r: 40, t: 40, b: 40 },
      xaxis: axis as never,
      yaxis: { title: "y", autorange: "reversed", zerolinecolor: "#000" } as never,
      legend: { x: 1, y: 1, orientation: "h", xanchor: "right", yanchor: "bottom", font },
      annotations: [
        {
          x: 1,
          y: 2,
          text: "<b>note</b><br>two",
          xref: "x",
          yref: "paper",
          ax: 10,
          ay: -10,
          arrowcolor: "#111",
          arrowwidth: 1,
          font,
          textangle: 30,
          xanchor: "left",
          yanchor: "top",
          xshift: 1,
          yshift: 1,
        },
      ],
      shapes: [
        {
          type: "rect",
          x0: 1,
          x1: 2,
          y0: 1,
          y1: 2,
          line: { color: "#222", width: 1, dash: "dash" },
          fillcolor: "#eee",
          opacity: 0.3,
        },
        { type: "circle", x0: 1, x1: 2, y0: 1, y1: 2 },
      ],
      updatemenus: [
        {
          type: "buttons",
          x: 1,
          y: 1,
          buttons: [{ label: "log", method: "relayout", args: [{ "yaxis.type": "log" }] }],
        },
      ],
      paper_bgcolor: "#ffffff",
      plot_bgcolor: "#fefefe",
      colorway: ["#111111"],
      showlegend: true,
    },
  },
  bars: {
    traces: [
      {
        type: "bar",
        x: ["u", "v"],
        y: [1, 2],
        text: ["one", "two"],
        name: "b",
        marker: { color: ["red", "#00ff00"], opacity: 0.5, line: { width: 1, color: "blue" } },
        orientation: "v",
        width: 0.5,
        base: 0,
      },
      {
        type: "histogram",
        x: [1, 2, 2, 3],
        xbins: { start: 0, end: 4, size: 1 },
        histnorm: "percent",
        nbinsx: 4,
        xaxis: "x2",
        yaxis: "y2",
      },
    ],
    layout: {
      barmode: "group",
      bargap: 0.2,
      title: "Bars",
      xaxis2: { domain: [0.6, 1], anchor: "y2" },
      yaxis2: { anchor: "x2", overlaying: "y", side: "right" },
    },
  },
  grids: {
    traces: [
      {
        type: "heatmap",
        z,
        x: ["a", "b", "c"],
        y: [1, 2, 3],
        colorscale: "Viridis",
        zmin: 0,
        zmax: 9,
        zmid: 2,
        text: [["p", "q", "r"]],
        texttemplate: "%{text}",
        textfont: font,
        xgap: 1,
        ygap: 1,
        colorbar: bar,
        hovertemplate: "%{z}",
      } as Trace,
      {
        type: "contour",
        z,
        x0: 0,
        dx: 1,
        y0: 0,
        dy: 1,
        contours: { start: 0, end: 7, size: 1, coloring: "fill", showlines: true },
        line: { color: "#333", width: 1 },
        ncontours: 5,
        reversescale: true,
        showscale: false,
        xaxis: "x2",
        yaxis: "y2",
      },
    ],
    layout: {
      title: "Grids",
      xaxis2: { domain: [0.6, 1], anchor: "y2" },
      yaxis2: { anchor: "x2", scaleanchor: "x2", scaleratio: 1, constraintoward: "left" },
    },
  },
  pictures: {
    traces: [
      { type: "image", source: picture, x0: 0, y0: 0, dx: 1, dy: 1 },
      {
        type: "image",
        z: [
          [
            [255, 0, 0],
            [0, 255, 0],
          ],
        ] as never,
        xaxis: "x2",
        yaxis: "y2",
      },
    ],
    layout: { title: "Pictures", xaxis2: { domain: [0.6, 1], anchor: "y2" }, yaxis2: { anchor: "x2" } },
  },
  space: {
    traces: [
      {
        type: "surface",
        z,
        x: [0, 1, 2],
        y: [0, 1, 2],
        colorscale: [
          [0, "#000"],
          [1, "#fff"],
        ],
        cmin: 0,
        cmax: 7,
        colorbar: bar,
      } as Trace,
      { type: "scatter3d", x: [0, 1], y: [0, 1], z: [1, 5], name: "path", line: { color: "#d55e00" } },
    ],
    layout: { title: "Space", scene: { xaxis: { title: "u" }, yaxis: { title: { text: "v" } } } },
  },
  pie: {
    traces: [
      {
        type: "pie",
        labels: ["a", "b"],
        values: [1, 2],
        text: ["u", "v"],
        hole: 0.3,
        marker: { colors: ["red", "#123"] },
      },
    ],
    layout: { title: "Pie", grid: { rows: 1, columns: 1 } },
  },
  boxes: {
    traces: [
      {
        type: "box",
        x: ["2020-01-01", "2020-01-02"],
        y: [1, 2],
        name: "box",
        boxmean: true,
        error_y: { array: [1, 2] },
      },
      { type: "violin", y: [1, 2, 4], name: "violin", side: "positive", fillcolor: "#abc" },
      { type: "histogram2d", x: [1, 2], y: [1, 2], xaxis: "x2", yaxis: "y2", coloraxis: "coloraxis" },
    ],
    layout: {
      xaxis: { type: "date", tickformat: "%Y" },
      grid: { rows: 1, columns: 2, pattern: "independent" },
      coloraxis: { colorscale: "Jet" },
    },
  },
  unknown: { traces: [{ type: "scatterpolar", r: [1, 2], name: "p" }], layout: { title: "Polar" } },
};

const allowed = {
  html: { names: ["div", "img", "script"], attributes: ["class", "data-figure", "style", "alt", "src"] },
  svg: {
    names: [
      "svg",
      "rect",
      "defs",
      "clipPath",
      "g",
      "path",
      "text",
      "tspan",
      "linearGradient",
      "stop",
      "image",
      "ellipse",
    ],
    attributes: [
      "xmlns",
      "class",
      "width",
      "height",
      "viewBox",
      "font-family",
      "id",
      "x",
      "y",
      "clip-path",
      "d",
      "stroke",
      "stroke-width",
      "stroke-dasharray",
      "stroke-linejoin",
      "fill",
      "fill-opacity",
      "fill-rule",
      "opacity",
      "font-size",
      "font-weight",
      "text-anchor",
      "transform",
      "style",
      "offset",
      "stop-color",
      "x1",
      "x2",
      "y1",
      "y2",
      "href",
      "preserveAspectRatio",
      "shape-rendering",
      "cx",
      "cy",
      "rx",
      "ry",
    ],
  },
};
const styles = [
  "width",
  "height",
  "max-width",
  "max-height",
  "overflow",
  "overflow-x",
  "overflow-y",
  "font-weight",
  "font-style",
  "font-size",
  "baseline-shift",
  "image-rendering",
];

/** Runs in the page: what a document holds that no template writes. */
const strangers = `(sources, kind, { names, attributes }, styles) => sources.flatMap((source, i) => {
  const found = [];
  const parsed = new DOMParser().parseFromString(source, kind);
  const problem = parsed.querySelector("parsererror")?.textContent;
  if (problem) found.push(problem);
  const elements = kind === "text/html" ? parsed.body.querySelectorAll("*") : parsed.querySelectorAll("*");
  if (elements.length === 0) found.push("nothing");
  if (kind === "text/html" && parsed.head.childElementCount > 0) found.push("head: " + parsed.head.innerHTML);
  for (const element of elements) {
    if (!names.includes(element.localName)) found.push("<" + element.localName + ">");
    for (const { name, value } of element.attributes) {
      if (!attributes.includes(name)) found.push(name + "=" + value);
      if (/^(?:src|href)$/.test(name) && !/^data:image\\/(?:png|svg\\+xml);base64,[\\w+/=]*$/.test(value)) found.push(name + "=" + value);
      if (/url\\(/i.test(value) && !/^url\\(#[\\w-]+\\)$/.test(value) && name !== "alt") found.push(name + "=" + value);
    }
    for (const property of element.style ?? []) if (!styles.includes(property)) found.push("style " + property);
  }
  const scripts = [...parsed.querySelectorAll("script")];
  if (kind === "text/html" && scripts.length !== 1) found.push(scripts.length + " scripts");
  for (const { textContent } of scripts) {
    // The template around one JSON value.
    const body = /^\\(function\\(\\)\\{var w=window,g="cellgradFigures2",.*f\\.draw\\(s&&s\\.previousElementSibling,("cellgrad-[\\da-f-]+"),(.*),[12],(?:true|false)\\)\\}\\)\\(\\)$/s.exec(textContent);
    try { JSON.parse(body[1]); JSON.parse(body[2]); } catch { found.push("script " + textContent); }
  }
  return found.length === 0 ? [] : [i + ": " + found.join(", ")];
})`;

const display = Symbol.for("Jupyter.display") as never;
const shown = (figure: viz.Figure): MimeBundle =>
  (figure as never as Record<symbol, () => MimeBundle>)[display]!();

/** The bundle of a figure; undefined where the values were refused with words for the user. */
function bundleOf(make: () => viz.Figure): MimeBundle | undefined {
  try {
    return shown(make());
  } catch (error) {
    assert.ok(error instanceof TypeError || error instanceof RangeError, String(error));
    assert.match(error.message, /^viz\.\w+/, (error as Error).stack);
    return undefined;
  }
}

/** Each place of each figure with another hostile value, and with a hostile key beside it. */
function* hostileFigures(): Generator<{ what: string; make: () => viz.Figure }> {
  const chance = new Chance(9);
  let turn = 0;
  for (const [name, parts] of Object.entries(figures)) {
    for (const place of places(parts)) {
      const what = `${name} ${place.join(".")}`;
      const plot = (changed: unknown) => () => {
        const { traces, layout } = changed as Parts;
        return viz.plot(traces, layout);
      };
      for (const value of [hostile[turn++ % hostile.length]!, hostileValue(chance)])
        yield { what: `${what} = ${JSON.stringify(value)}`, make: plot(withValue(parts, place, value)) };
      const key = hostile[turn++ % hostile.length]!;
      yield { what: `${what} + ${key}`, make: plot(withKey(parts, place, key, chance.of(hostile))) };
    }
  }
  // What the package's own figures are told.
  for (const text of hostile) {
    const options = { title: text, xTitle: text, yTitle: text, height: text as never, width: text as never };
    const model = {
      namedParameters: () => [[text, { shape: [2, 2], dataSync: () => [1, 2, 3, 4] }] as const],
    };
    yield {
      what: `lossPlot ${text}`,
      make: () => viz.lossPlot({ loss: [1, 2], metrics: { [text]: [3, 4] } }, options),
    };
    yield { what: `heatmap ${text}`, make: () => viz.heatmap(z, options) };
    yield { what: `weights ${text}`, make: () => viz.weights(model, options) };
    yield {
      what: `images ${text}`,
      make: () =>
        viz.images(
          z.map((row) => [...row, 0]),
          { ...options, labels: [text, text, text] },
        ),
    };
    yield { what: `histogram ${text}`, make: () => viz.histogram({ [text]: [1, 2, 3] }, options) };
    yield {
      what: `contour ${text}`,
      make: () => viz.contour((x, y) => x * y, { x: [0, 1], y: [0, 1], ...options }),
    };
    yield {
      what: `surface ${text}`,
      make: () => viz.surface((x, y) => x * y, { x: [0, 1], y: [0, 1], ...options }),
    };
    yield {
      what: `scatter ${text}`,
      make: () =>
        viz.scatter(
          [
            [1, 2],
            [3, 4],
          ],
          { ...options, labels: [text, "b"] },
        ),
    };
    yield {
      what: `dashboard ${text}`,
      make: () =>
        viz.dashboard([viz.heatmap(z, options), viz.lossPlot({ [text]: [1, 2] } as never, options)], {
          title: text,
        }),
    };
  }
}

describe("hostile values in figures", { skip: missing }, () => {
  let browser: Browser;
  let page: Page;
  const bundles: { what: string; bundle: MimeBundle }[] = [];
  const ran: string[] = [];

  before(async () => {
    await (buildPlotly as () => Promise<string>)();
    // The library is an output of its own, as in a notebook.
    forgetLibrary();
    shown(viz.plot([{ type: "surface", z: [[1]] }]));
    for (const { what, make } of hostileFigures()) {
      const bundle = bundleOf(make);
      if (bundle) bundles.push({ what, bundle });
    }
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
    page = await browser.newPage();
    await page.route(/^(?!data:|about:|blob:)/, (route) => {
      ran.push(`asked for ${route.request().url()}`);
      return route.abort();
    });
    page.on("dialog", (dialog) => {
      ran.push(dialog.message());
      void dialog.dismiss();
    });
    await page.exposeFunction("pwned", () => ran.push("pwned"));
    await page.setContent("<!doctype html><body></body>");
  });
  after(() => browser?.close());

  const strange = (sources: readonly string[], kind: string, what: keyof typeof allowed): Promise<string[]> =>
    page.evaluate(
      `(${strangers})(${JSON.stringify(sources)}, ${JSON.stringify(kind)}, ${JSON.stringify(allowed[what])}, ${JSON.stringify(styles)})`,
    );

  test("most are figures all the same", () => {
    assert.ok(bundles.length > 1_000, String(bundles.length));
  });

  test("leave HTML and SVG with nothing but what the templates write", async () => {
    for (let start = 0; start < bundles.length; start += 100) {
      const some = bundles.slice(start, start + 100);
      const svgs = some.map(({ bundle }) => String(bundle["image/svg+xml"]));
      const found = [
        ...(await strange(
          some.map(({ bundle }) => String(bundle["text/html"])),
          "text/html",
          "html",
        )),
        ...(await strange(svgs, "image/svg+xml", "svg")),
        ...(await strange(svgs, "text/html", "svg")).filter((line) => !/: 0 scripts$/.test(line)),
      ];
      assert.deepEqual(found, [], found.map((line) => some[Number.parseInt(line)]!.what).join("\n"));
    }
    assert.deepEqual(ran, []);
  });

  test("run nothing and load nothing when plotly.js draws them", async () => {
    await page.evaluate(`window.show = (source) => {
      const box = document.createElement("div");
      document.body.replaceChildren(box);
      box.innerHTML = source;
      for (const script of [...box.querySelectorAll("script")]) {
        const copy = document.createElement("script");
        copy.textContent = script.textContent;
        script.replaceWith(copy);
      }
      const handlers = [...document.querySelectorAll("*")].flatMap((element) =>
        [...element.attributes].filter(({ name, value }) => /^on/i.test(name) || (/href|src|action/.test(name) && /^\\s*javascript:/i.test(value))));
      return handlers.map(({ name, value }) => name + "=" + value);
    }`);
    await page.evaluate(
      (source) => (globalThis as never as { show(source: string): unknown }).show(source),
      String(readLibrary("whole")),
    );
    await page.waitForFunction("window.cellgradFigures2.ready");
    const chance = new Chance(Number(process.env["SEED"] ?? 5));
    const sample = Number(process.env["FIGURES"] ?? 30);
    for (let i = 0; i < sample; i++) {
      const { what, bundle } = chance.of(bundles);
      const handlers = await page.evaluate(
        (source) => (globalThis as never as { show(source: string): string[] }).show(source),
        String(bundle["text/html"]),
      );
      assert.deepEqual(handlers, [], what);
      assert.deepEqual(ran, [], what);
    }
  });
});
