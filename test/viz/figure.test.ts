import assert from "node:assert/strict";
import { afterEach, before, beforeEach, describe, test } from "node:test";
import { setDisplayHost } from "../../src/viz/display-host.js";
import { forgetLibrary } from "../../src/viz/library.js";
import type { TensorLike } from "../../src/viz/values.js";
import * as viz from "../../src/viz/viz.js";
import { carriesLibrary, FakeNotebook, html } from "./fake-notebook.js";
// @ts-expect-error a build script without types
import { buildPlotly } from "../../scripts/build-plotly.mjs";

function tensor(shape: number[], data: ArrayLike<number>): TensorLike {
  return { shape, dataSync: () => Float32Array.from(data) };
}

before(async () => {
  await (buildPlotly as () => Promise<string>)();
});
beforeEach(forgetLibrary);
afterEach(() => setDisplayHost(undefined));

describe("a figure's MIME bundle", () => {
  test("has Plotly's type, HTML, an SVG document and text", () => {
    const [library, output] = new FakeNotebook().run("a", () =>
      viz.plot([{ y: [1, 3, 2] }], { title: "Curve" }),
    );
    assert.equal(carriesLibrary(library), true);
    const { bundle } = output!;
    const plotly = bundle["application/vnd.plotly.v1+json"] as viz.Spec;
    assert.deepEqual(plotly.data, [{ type: "scatter", y: [1, 3, 2] }]);
    assert.equal((plotly.layout["title"] as viz.Text).text, "Curve");
    assert.match(String(bundle["image/svg+xml"]), /^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    assert.equal(bundle["text/plain"], "Figure: Curve (1 trace: scatter)");
    assert.match(html(output), /<img [^>]*src="data:image\/svg\+xml;base64,/);
  });

  test("needs no network", () => {
    const outputs = new FakeNotebook().run("a", () => viz.plot([{ y: [1, 3, 2] }]));
    const figure = html(outputs[1]).replace(/data:[^"]*/g, "");
    assert.doesNotMatch(figure, /https?:|<script[^>]+src|<link/);
  });

  test("cannot be broken out of by a title with HTML in it", () => {
    const title = "</script><script>alert(1)</script>\u2028";
    const [, output] = new FakeNotebook().run("a", () => viz.plot([{ y: [1] }], { title }));
    assert.equal(html(output).match(/<\/script>/g)?.length, 1);
    assert.doesNotMatch(html(output), /<script>alert/);
  });

  test("comes without a host too, with plotly.js in the first figure", () => {
    const display = (figure: viz.Figure) =>
      (figure as unknown as Record<symbol, () => viz.MimeBundle>)[Symbol.for("Jupyter.display")]!.call(
        figure,
      );
    const first = display(viz.plot([{ y: [1] }]));
    const second = display(viz.plot([{ y: [2] }]));
    assert.match(String(first["text/html"]), /DecompressionStream/);
    assert.doesNotMatch(String(second["text/html"]), /DecompressionStream/);
  });
});

describe("plotly.js", () => {
  test("is carried once in a session", () => {
    const notebook = new FakeNotebook();
    const first = notebook.run("a", () => viz.plot([{ y: [1] }]));
    const second = notebook.run("b", () => viz.plot([{ y: [2] }]));
    assert.deepEqual([...first, ...second].map(carriesLibrary), [true, false, false]);
    const size = JSON.stringify(second[0]!.bundle).length;
    assert.ok(size < 30_000, `a later figure is small, got ${size} bytes`);
  });

  test("is carried again when the cell that holds it runs again", () => {
    const notebook = new FakeNotebook();
    notebook.run("a", () => viz.plot([{ y: [1] }]));
    notebook.run("b", () => viz.plot([{ y: [2] }]));
    const again = notebook.run("a", () => viz.plot([{ y: [1] }]));
    assert.equal(carriesLibrary(again[0]), true);
    assert.equal(carriesLibrary(notebook.run("b", () => viz.plot([{ y: [2] }]))[0]), false);
  });

  test("is carried again when the outputs that hold it are cleared", () => {
    const notebook = new FakeNotebook();
    const outputs = notebook.run("a", () => {
      viz.plot([{ y: [1] }]).show();
      notebook.clearOutput();
      viz.plot([{ y: [2] }]).show();
    });
    assert.deepEqual(notebook.outputs.get("a")!.map(carriesLibrary), [true, false]);
    assert.equal(outputs.length, 2);
  });

  test("stays in the notebook while the figure that brought it is updated", () => {
    const notebook = new FakeNotebook();
    const figure = viz.plot([{ y: [1] }]);
    notebook.run("a", () => figure);
    notebook.run("b", () => void figure.update([{ y: [1, 2] }]));
    assert.equal(carriesLibrary(notebook.outputs.get("a")![0]), true);
    assert.match(html(notebook.outputs.get("a")![1]), /"y":\[1,2\]/);
  });
});

describe("a live figure", () => {
  test("shows itself at the first push, and the cell's end shows its last state with an image", () => {
    const notebook = new FakeNotebook();
    const outputs = notebook.run("a", () => {
      const plot = viz.lossPlot();
      for (let step = 1; step <= 500; step++) plot.push(step, { loss: 1 / step });
      return plot;
    });
    assert.equal(outputs.length, 2, "plotly.js and one plot: the last expression does not show it twice");
    const { bundle } = outputs[1]!;
    const { data } = bundle["application/vnd.plotly.v1+json"] as viz.Spec;
    assert.equal((data[0]!["x"] as number[]).at(-1), 500);
    assert.match(String(bundle["image/svg+xml"]), /<svg/);
    assert.match(html(outputs[1]), /<img /);
  });

  test("stays small however long the training runs", () => {
    const notebook = new FakeNotebook();
    notebook.run("a", () => {
      const plot = viz.lossPlot();
      for (let step = 1; step <= 300_000; step++) plot.push(step, { loss: 1 + Math.sin(step * 12.9898) });
    });
    for (const { kind, bundle } of notebook.sent) {
      if (kind === "display") continue;
      assert.ok(JSON.stringify(bundle).length < 120_000);
      const { data } = bundle["application/vnd.plotly.v1+json"] as viz.Spec;
      for (const trace of data) assert.ok((trace["y"] as number[]).length <= 1000);
    }
  });

  test("is shown anew when the cell that held it runs again", () => {
    const notebook = new FakeNotebook();
    const plot = viz.lossPlot();
    notebook.run("a", () => plot.push({ loss: 1 }));
    assert.equal(notebook.run("a", () => plot.push({ loss: 0.5 })).length, 2);
  });

  test("does nothing in a plain script", () => {
    const plot = viz.lossPlot();
    plot.push(1, { loss: 1 });
    plot.update();
    assert.match(plot.toSVG(), /<svg/);
  });

  test("reads a tensor anew at update(), and not before", () => {
    const data = new Float32Array([1, 2, 3, 4]);
    const w: TensorLike = { shape: [2, 2], dataSync: () => data };
    const notebook = new FakeNotebook();
    const still = viz.heatmap(w);
    notebook.run("a", () => {
      const live = viz.heatmap(w, { live: true });
      data[0] = 9;
      live.update();
    });
    const [, output] = notebook.outputs.get("a")!;
    const z = (spec: viz.Spec) => spec.data[0]!["z"];
    assert.deepEqual(z(output!.bundle["application/vnd.plotly.v1+json"] as viz.Spec), [
      [9, 2],
      [3, 4],
    ]);
    assert.deepEqual(z(still.spec), [
      [1, 2],
      [3, 4],
    ]);
  });
});

describe("a loss plot", () => {
  const named = (figure: viz.Figure) =>
    figure.spec.data.map(({ name, yaxis }) => `${String(name)} ${String(yaxis ?? "y")}`);

  test("puts metrics beside the losses, validation with training", () => {
    const plot = viz.lossPlot({
      loss: [3, 2, 1],
      valLoss: [3, 2, 2],
      accuracy: [0.5, 0.6, 0.7],
    } as viz.HistoryLike);
    assert.deepEqual(named(plot), ["training y", "validation y", "training y2"]);
    const { layout } = plot.spec;
    assert.deepEqual((layout["yaxis"] as viz.Axis).title, { text: "loss" });
    assert.deepEqual((layout["yaxis2"] as viz.Axis).title, { text: "accuracy" });
  });

  test("follows the history of fit: losses by step, the rest by the steps at which epochs ended", () => {
    const history = {
      loss: [5, 4, 3, 2],
      step: [2, 4],
      epochLoss: [4.5, 2.5],
      valLoss: [4, 3],
      metrics: { valAccuracy: [0.5, 0.75] },
      seconds: [1, 1],
      stopped: null,
    };
    const plot = viz.lossPlot(history);
    const byName = () => plot.spec.data.map(({ x, y }) => [x, y]);
    assert.deepEqual(byName(), [
      [
        [1, 2, 3, 4],
        [5, 4, 3, 2],
      ],
      [
        [2, 4],
        [4, 3],
      ],
      [
        [2, 4],
        [0.5, 0.75],
      ],
    ]);
    history.loss.push(1);
    assert.deepEqual(plot.spec.data[0]!["x"], [1, 2, 3, 4, 5]);
  });

  test("draws the moving average over a noisy curve", () => {
    const plot = viz.lossPlot();
    for (let step = 1; step <= 400; step++) plot.push(step, { loss: 1 + 0.5 * Math.sin(step * 12.9898) });
    const [raw, trend] = plot.spec.data;
    assert.deepEqual([raw!["showlegend"], trend!["showlegend"]], [false, true]);
    const values = trend!["y"] as number[];
    for (const v of values.slice(20, -20)) assert.ok(Math.abs(v - 1) < 0.25, String(v));
  });

  test("takes scalar tensors, and says what else it wants", () => {
    const plot = viz.lossPlot();
    plot.push(1, { loss: { item: () => 0.25 } });
    assert.deepEqual(plot.spec.data[0]!["y"], [0.25]);
    assert.throws(
      () => plot.push(2, { loss: "low" as never }),
      /loss: expected a number or a scalar tensor, got string/,
    );
    assert.throws(() => plot.push(3 as never), /expected values by name/);
    assert.throws(() => viz.lossPlot(3 as never), /expected a history such as/);
  });
});

describe("heatmaps", () => {
  test("are centred on 0, and go from the smallest to the largest value where told to", () => {
    const colors = (options?: viz.HeatmapOptions) => {
      const { zmin, zmax } = viz.heatmap([[-1, 0.5, 3]], options).spec.data[0]!;
      return [zmin, zmax];
    };
    assert.deepEqual(colors(), [-3, 3]);
    assert.deepEqual(colors({ scale: "sequential" }), [-1, 3]);
    assert.deepEqual(colors({ range: [0, 1] }), [0, 1]);
  });

  test("show what is not finite as gaps", () => {
    const { z } = JSON.parse(JSON.stringify(viz.heatmap([[1, NaN, Infinity]]).spec.data[0])) as {
      z: unknown;
    };
    assert.deepEqual(z, [[1, null, null]]);
  });

  test("of a model take its matrices and kernels and leave out its vectors", () => {
    const model = {
      namedParameters: (): [string, TensorLike][] => [
        ["conv.weight", tensor([4, 2, 3, 3], new Float32Array(72).fill(1))],
        ["conv.bias", tensor([4], [0, 0, 0, 0])],
        ["fc.weight", tensor([2, 3], [1, 2, 3, 4, 5, 6])],
      ],
    };
    const { data } = viz.weights(model).spec;
    assert.deepEqual(
      data.map(({ name, z }) => [name, (z as number[][]).length, (z as number[][])[0]!.length]),
      [
        ["conv.weight", 4, 18],
        ["fc.weight", 2, 3],
      ],
    );
    assert.throws(() => viz.weights({} as never), /expected a model/);
    assert.throws(() => viz.weights({ namedParameters: () => [] }), /no parameter of two or more dimensions/);
  });
});

describe("a dashboard", () => {
  const rows = [[1, 2]];
  const parts = () => [viz.lossPlot({ loss: [2, 1] }), viz.heatmap(rows)] as const;

  test("gives each part axes and a place of its own", () => {
    const { data, layout } = viz.dashboard(parts()).spec;
    assert.deepEqual(
      data.map(({ xaxis, yaxis }) => [xaxis, yaxis]),
      [
        ["x", "y"],
        ["x2", "y2"],
      ],
    );
    const [upper, lower] = ["yaxis", "yaxis2"].map(
      (key) => (layout[key] as { domain: [number, number] }).domain,
    );
    assert.ok(lower![0] > 0 && lower![1] < upper![0] && upper![1] < 1);
  });

  test("is shown once and follows its parts", () => {
    const notebook = new FakeNotebook();
    const [curve, table] = parts();
    const outputs = notebook.run("a", () => viz.dashboard([curve, table]));
    notebook.run("b", () => {
      curve.push(3, { loss: 0.5 });
      rows[0]![0] = 7;
      table.update();
    });
    assert.equal(notebook.outputs.get("b")!.length, 0);
    const { data } = outputs[1]!.bundle["application/vnd.plotly.v1+json"] as viz.Spec;
    assert.deepEqual(data[0]!["y"], [2, 1, 0.5]);
    assert.deepEqual(data[1]!["z"], [[7, 2]]);
  });

  test("switches the axis of its own loss plot", () => {
    const { layout } = viz.dashboard([viz.heatmap(rows), viz.lossPlot({ loss: [2, 1] })]).spec;
    const [menu] = layout["updatemenus"] as { buttons: { args: object[] }[] }[];
    assert.deepEqual(Object.keys(menu!.buttons[0]!.args[0]!), ["yaxis2.type", "yaxis2.autorange"]);
  });

  test("refuses what is no figure", () => {
    assert.throws(() => viz.dashboard([{}] as never), /expected an array of figures/);
    assert.throws(() => viz.dashboard([viz.surface((x) => x)]).spec, /a surface in space cannot be a part/);
  });
});

describe("wrong input", () => {
  const cases: [string, () => unknown, RegExp][] = [
    [
      "one trace without brackets",
      () => viz.plot({ y: [1] } as never),
      /put it in brackets: viz\.plot\(\[trace\]\)/,
    ],
    ["traces that are numbers", () => viz.plot([1, 2] as never), /trace 0: expected an object/],
    [
      "x and y of different lengths",
      () => viz.plot([{ x: [1, 2, 3], y: [1, 2] }]),
      /x has 3 values and y has 2/,
    ],
    ["a ragged matrix", () => viz.heatmap([[1, 2], [3]]), /row 0 has 2 and row 1 has 1/],
    [
      "a ragged z",
      () => viz.plot([{ type: "heatmap", z: [[1], [1, 2]] }]),
      /trace 0: z: rows must have one length/,
    ],
    ["words as a matrix", () => viz.heatmap([["a"]] as never), /row 0: expected numbers/],
    [
      "a tensor of three dimensions",
      () => viz.heatmap(tensor([2, 2, 2], new Float32Array(8))),
      /shape \[2, 2, 2\]/,
    ],
    [
      "a batch of columns as pictures",
      () => viz.images(tensor([3, 10], new Float32Array(30))),
      /got \[3, 10\]/,
    ],
    [
      "labels that are too few",
      () =>
        viz.scatter(
          [
            [1, 2],
            [3, 4],
          ],
          { labels: [1] },
        ),
      /2 points need as many labels, got 1/,
    ],
    [
      "logarithms of 0",
      () => viz.contour(() => 0, { log: true }),
      /log needs values above 0, but the smallest is 0/,
    ],
  ];
  for (const [name, make, message] of cases) {
    test(`is refused where it is given: ${name}`, () => {
      assert.throws(make, (error: Error) => {
        assert.match(error.message, message);
        return error instanceof TypeError || error instanceof RangeError;
      });
    });
  }
});

test("traces take tensors and typed arrays", () => {
  const x = tensor([3, 1], [0.1, 0.2, 0.3]);
  const { data } = viz.plot([
    { x, y: new Int32Array([1, 2, 3]), marker: { color: new Float64Array([1, 2, 3]) } },
  ]).spec;
  assert.deepEqual(data, [
    { type: "scatter", marker: { color: [1, 2, 3] }, x: [0.1, 0.2, 0.3], y: [1, 2, 3] },
  ]);
});
