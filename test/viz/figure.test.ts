import assert from "node:assert/strict";
import { afterEach, before, beforeEach, describe, test } from "node:test";
import { toBlocks } from "../../src/viz/blocks.js";
import { setDisplayHost } from "../../src/viz/display-host.js";
import { forgetLibrary } from "../../src/viz/library.js";
import type { TensorLike } from "../../src/viz/values.js";
import * as viz from "../../src/viz/viz.js";
import { carriesLibrary, FakeNotebook, html, numbersOf } from "./fake-notebook.js";
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
    // Plotly offers otherwise to load the figure up to its cloud.
    assert.equal(plotly.config["showSendToCloud"], false);
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

describe("a figure's bytes", () => {
  const shown = () => {
    forgetLibrary();
    return new FakeNotebook().run("a", () => [
      viz.plot([{ x: ["a", "b"], y: [1, 2], type: "bar" }], { title: "Bars" }).show(),
      viz.heatmap([[1, 2]]).show(),
      viz.lossPlot({ loss: [2, 1] }).show(),
      viz.dashboard([viz.plot([{ y: [1] }]), viz.plot([{ y: [2] }])]).show(),
    ]);
  };

  test("are the same whenever what it shows is", () => {
    const [first, second] = [shown(), shown()].map((outputs) => outputs.map(({ bundle }) => bundle));
    assert.deepEqual(second, first);
  });

  test("hold long arrays of numbers as Plotly's typed arrays, short ones as they are", () => {
    const numbers = Array.from({ length: 500 }, (_, i) => Math.sin(i));
    const rows = Array.from({ length: 20 }, (_, i) => Array.from({ length: 30 }, (_, j) => 30 * i + j));
    const [, output] = new FakeNotebook().run("a", () =>
      viz.plot([
        {
          x: numbers.map((_, i) => i * 1000),
          y: numbers.map((v, i) => (i === 7 ? NaN : v)),
          mode: "markers",
        },
        { y: [1e12 + 0.5, 1e12 + 1, ...numbers.slice(0, 60).map((v) => 1e12 + v)] },
        { type: "heatmap", z: rows },
        { y: [1, 2, 3], marker: { color: numbers.slice(0, 3), size: rows.flat().map((v) => v - 300) } },
      ]),
    );
    const { data } = output!.bundle["application/vnd.plotly.v1+json"] as viz.Spec;
    const packed = data.map((trace) => trace as Record<string, { dtype: string; shape?: string }>);
    assert.deepEqual(
      [packed[0]!["x"], packed[0]!["y"], packed[1]!["y"], packed[2]!["z"]].map((each) => each?.dtype),
      ["i4", "f4", "f8", "u2"],
    );
    assert.equal(packed[2]!["z"]!.shape, "20, 30");
    assert.deepEqual(numbersOf(packed[2]!["z"]), rows.flat());
    numbersOf(packed[0]!["y"]).forEach((v, i) => {
      if (i === 7) assert.ok(Number.isNaN(v));
      else assert.ok(Math.abs(v - numbers[i]!) < 1e-6);
    });
    assert.equal(numbersOf(packed[1]!["y"])[0], 1e12 + 0.5);
    const { color, size } = data[3]!["marker"] as Record<string, unknown>;
    assert.deepEqual(color, numbers.slice(0, 3));
    assert.deepEqual(
      numbersOf(size),
      rows.flat().map((v) => v - 300),
    );
  });
});

describe("plotly.js", () => {
  test("comes whole with the first figure that is not in the plane, and serves the others too", () => {
    const notebook = new FakeNotebook();
    const flat = () => viz.plot([{ y: [1] }]);
    const deep = () => viz.surface((x, y) => x * y);
    const [plane] = notebook.run("a", flat);
    const [whole] = notebook.run("b", deep);
    assert.ok(carriesLibrary(plane) && carriesLibrary(whole));
    assert.ok(html(plane).length < 0.5 * html(whole).length);
    assert.deepEqual([...notebook.run("c", flat), ...notebook.run("d", deep)].map(carriesLibrary), [
      false,
      false,
    ]);
    forgetLibrary();
    notebook.run("e", deep);
    assert.deepEqual(notebook.run("f", flat).map(carriesLibrary), [false]);
  });

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

  const figure = () => viz.plot([{ y: [1, 2] }]);
  const libraries = (notebook: FakeNotebook) =>
    [...notebook.outputs].flatMap(([id, outputs]) => outputs.filter(carriesLibrary).map(() => id));

  test("comes again after all outputs were cleared and the page was loaded anew", () => {
    for (const isFileKnown of [true, false]) {
      forgetLibrary();
      const notebook = new FakeNotebook();
      notebook.run("a", figure);
      notebook.run("b", figure);
      notebook.clearAll();
      if (isFileKnown) notebook.save();
      notebook.reload();
      notebook.run("b", figure);
      notebook.run("c", figure);
      assert.deepEqual(libraries(notebook), ["b"]);
    }
  });

  test("does not come again in a page that was loaded with it", () => {
    const notebook = new FakeNotebook();
    notebook.run("a", figure);
    notebook.run("b", figure);
    for (let times = 0; times < 3; times++) {
      notebook.save();
      notebook.reload();
      notebook.run("b", figure);
      notebook.run("c", figure);
    }
    assert.deepEqual(libraries(notebook), ["a"]);
  });

  test("comes again when the cell that held it was deleted, and when the notebook was saved without it", () => {
    const notebook = new FakeNotebook();
    notebook.run("a", figure);
    notebook.outputs.delete("a");
    notebook.deleted.add("a");
    notebook.run("b", figure);
    assert.deepEqual(libraries(notebook), ["b"]);
    notebook.clearAll();
    notebook.save();
    notebook.run("c", figure);
    assert.deepEqual(libraries(notebook), ["c"]);
  });

  test("is taken out of an output that may still be there before it comes again", () => {
    const notebook = new FakeNotebook();
    notebook.save();
    notebook.run("a", figure);
    // Saved by a page that has not got the output yet.
    const { outputs } = notebook;
    const kept = [...outputs];
    outputs.clear();
    notebook.save();
    for (const [id, each] of kept) outputs.set(id, each);
    notebook.run("b", figure);
    assert.deepEqual(libraries(notebook), ["b"]);
    assert.equal(html(outputs.get("a")![0]), "");
  });

  test("is as large as a figure needs it: the whole is brought once, and then serves all", () => {
    const notebook = new FakeNotebook();
    const inSpace = () => viz.surface((x, y) => x * y);
    notebook.run("a", figure);
    notebook.run("b", inSpace);
    notebook.run("c", inSpace);
    notebook.run("d", figure);
    assert.deepEqual(libraries(notebook), ["a", "b"]);
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
    assert.equal(numbersOf(data[0]!["x"]).at(-1), 500);
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
      for (const trace of data) assert.ok(numbersOf(trace["y"]).length <= 1000);
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

  test("ends its moving average as smoothly as it goes on, at any length of the run", () => {
    for (const length of [60, 150, 299, 300, 301, 450, 1000, 2357, 10_000]) {
      const plot = viz.lossPlot(undefined, { smooth: true });
      for (let step = 1; step <= length; step++)
        plot.push(step, { loss: 1 + (step === length ? 5 : 0.5 * Math.sin(step * 12.9898)) });
      const trend = plot.spec.data.at(-1) as { x: number[]; y: number[] };
      assert.equal(trend.x.at(-1), length);
      const bound = length < 1000 ? 1.3 : 0.5;
      assert.ok(Math.abs(trend.y.at(-1)! - 1) < bound, `${length} steps: the tip is at ${trend.y.at(-1)}`);
    }
  });

  test("follows a curve that falls, with a delay of no more than a twentieth of the run", () => {
    const plot = viz.lossPlot(undefined, { smooth: true });
    for (let step = 1; step <= 1000; step++) plot.push(step, { loss: 2 - step / 1000 });
    const trend = plot.spec.data.at(-1) as { y: number[] };
    assert.ok(trend.y.at(-1)! >= 1 && trend.y.at(-1)! <= 1.05, String(trend.y.at(-1)));
  });

  test("puts a validation at the step after which it was pushed, with and without step numbers", () => {
    const places = (plot: viz.LossPlot) => plot.spec.data.map(({ x }) => x);
    const counted = viz.lossPlot();
    const numbered = viz.lossPlot();
    for (let step = 1; step <= 6; step++) {
      counted.push({ loss: 1 / step });
      numbered.push(step, { loss: 1 / step });
      if (step % 3 === 0) {
        counted.push({ valLoss: 2 / step });
        numbered.push(step, { valLoss: 2 / step });
      }
    }
    assert.deepEqual(places(numbered), [
      [1, 2, 3, 4, 5, 6],
      [3, 6],
    ]);
    assert.deepEqual(places(counted), places(numbered));
  });

  test("keeps a validation at its step while the history grows", () => {
    const history = { loss: [] as number[], valLoss: [] as number[] };
    const plot = viz.lossPlot(history);
    for (let step = 1; step <= 10; step++) {
      history.loss.push(1 / step);
      if (step % 5 === 0) history.valLoss.push(2 / step);
      void plot.spec;
    }
    assert.deepEqual(plot.spec.data[1]!["x"], [5, 10]);
    assert.deepEqual(viz.lossPlot(history).spec.data[1]!["x"], [5, 10]);
  });

  test("few epochs have a tick each: there is no epoch 1.5", () => {
    const axis = (epochs: number) =>
      viz.lossPlot({ loss: Array.from({ length: epochs }, (_, i) => 1 / (i + 1)) }).spec.layout[
        "xaxis"
      ] as viz.Layout;
    assert.equal(axis(3)["dtick"], 1);
    assert.equal(axis(20)["dtick"], undefined);
  });

  test("has a logarithmic axis only where a value is above 0, and gaps where one is not", () => {
    const of = (loss: number[]) => viz.lossPlot({ loss }, { logY: true }).spec;
    const type = (loss: number[]) => (of(loss).layout["yaxis"] as viz.Axis).type;
    assert.equal(type([1, 0.1, 0, NaN, 0.01]), "log");
    assert.equal(type([-1, -2, 0]), undefined);
    assert.equal(of([-1, -2]).layout["updatemenus"], undefined);
    assert.equal(type([]), "log");
    const svg = viz.lossPlot({ loss: [1, 0.1, 0, NaN, -1, 0.01] }, { logY: true }).toSVG();
    assert.doesNotMatch(svg, /NaN|Infinity/);
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

  /** A matrix of values that each test can work out for itself: 784 columns fit into no picture. */
  const weight = (i: number): number => Math.fround(((i * 7919) % 1009) / 1009 - 0.5) / 14;
  const large = (rows = 256, columns = 784) =>
    tensor(
      [rows, columns],
      Float32Array.from({ length: rows * columns }, (_, i) => weight(i)),
    );
  const blocksOf = (numbers: readonly number[], height: number, width: number) =>
    toBlocks({ numbers, height, width }, 5000).cells;
  const trace = (figure: viz.Figure, index = 0) =>
    figure.spec.data[index] as unknown as {
      z: number[][];
      zmin: number;
      zmax: number;
      customdata: number[][][];
      colorbar: { tickvals: number[]; ticktext: string[] };
      hovertemplate: string;
      text: string[][];
    };

  test("of more values than a picture has room for end at the true limits and show each block's largest", () => {
    const w = large();
    const values = Array.from(w.dataSync() as Float32Array);
    const reach = values.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    const { z, zmin, zmax, customdata, colorbar } = trace(viz.heatmap(w));
    assert.ok(Math.abs(zmax - reach) < 1e-6 && zmin === -zmax, `limits ±${zmax}, largest weight ${reach}`);
    assert.equal(Math.max(...z.flat().map(Math.abs)).toPrecision(3), reach.toPrecision(3));
    assert.deepEqual([colorbar.tickvals[0], colorbar.tickvals.at(-1)], [zmin, zmax]);
    assert.equal(colorbar.ticktext.at(-1), Number(reach.toPrecision(3)).toString());
    assert.ok(z.flat().length <= 5000);
    for (const [r, c] of [
      [0, 0],
      [7, 3],
      [z.length - 1, z[0]!.length - 1],
    ] as const) {
      const [least, most, mean] = customdata[r]![c]!;
      const { top, bottom, left, right } = blocksOf(values, 256, 784)[r]![c]!;
      const block = values.filter((_, i) => {
        const [row, column] = [Math.floor(i / 784), i % 784];
        return row >= top && row <= bottom && column >= left && column <= right;
      });
      assert.equal(block.length, (bottom - top + 1) * (right - left + 1));
      const near = (shown: number, truth: number) =>
        assert.ok(Math.abs(shown - truth) <= 0.006 * Math.abs(truth), `${shown} for ${truth}`);
      near(least!, Math.min(...block));
      near(most!, Math.max(...block));
      near(mean!, block.reduce((sum, v) => sum + v, 0) / block.length);
      near(
        z[r]![c]!,
        block.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a)),
      );
    }
  });

  test("cut blocks whose sizes differ by one at most, and cover every row and column once", () => {
    for (const [rows, columns] of [
      [257, 785],
      [1, 20_011],
      [10_007, 3],
      [90, 90],
    ] as const) {
      const blocks = blocksOf(Array.from(large(rows, columns).dataSync() as Float32Array), rows, columns);
      for (const [ends, size] of [
        [blocks.map((row) => [row[0]!.top, row[0]!.bottom]), rows],
        [blocks[0]!.map(({ left, right }) => [left, right]), columns],
      ] as const) {
        assert.equal(ends[0]![0], 0);
        assert.equal(ends.at(-1)![1], size - 1);
        ends.slice(1).forEach(([start], i) => assert.equal(start, ends[i]![1]! + 1));
        const sizes = ends.map(([start, end]) => end! - start! + 1);
        assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1, `sizes ${[...new Set(sizes)].join()}`);
      }
    }
  });

  test("that fit show each value, and say so under the pointer", () => {
    const { z, hovertemplate, customdata } = trace(viz.heatmap(large(20, 30)));
    assert.equal(z[3]![4], Number(weight(94).toPrecision(4)));
    assert.equal(customdata, undefined);
    assert.match(hovertemplate, /row %{y}, column %{x}<br><b>%{z/);
    const blocks = trace(viz.heatmap(large()));
    assert.match(
      blocks.hovertemplate,
      /^\d+ × \d+ values about row .*, column .*largest magnitude.*from .* to .*mean/,
    );
  });

  test("mark what is not finite, count it, and leave the limits alone", () => {
    const rows = [
      [1, NaN, Infinity],
      [-Infinity, -2, 0],
    ];
    const figure = viz.heatmap(rows);
    const [values, marks] = [trace(figure), trace(figure, 1)];
    assert.deepEqual([values.zmin, values.zmax], [-2, 2]);
    assert.deepEqual(marks.text, [
      ["", "NaN", "∞"],
      ["−∞", "", ""],
    ]);
    assert.deepEqual(
      marks.z.map((row) => row.map(Number.isFinite)),
      [
        [false, true, true],
        [true, false, false],
      ],
    );
    assert.match(JSON.stringify(figure.spec.layout["xaxis"]), /column \(pink: 1 NaN, 1 ∞, 1 −∞\)/);
    const values2 = Float32Array.from({ length: 300 * 400 }, (_, i) => (i === 70_000 ? NaN : weight(i)));
    const big = viz.heatmap(tensor([300, 400], values2));
    assert.equal(trace(big, 1).z.flat().filter(Number.isFinite).length, 1);
    assert.ok(
      Number.isFinite(
        trace(big)
          .z.flat()
          .reduce((a, b) => a + b),
      ),
      "the block's other values show",
    );
    assert.equal(viz.heatmap([[NaN]]).spec.data.length, 2);
  });

  test("read a hundred million weights in place, and stay small", () => {
    const w = { shape: [10_000, 10_000], dataSync: () => new Int8Array(100_000_000).fill(1, 0, 5) };
    const figure = viz.heatmap(w);
    assert.equal(trace(figure).z[0]![0], 1);
    assert.ok(JSON.stringify(figure.spec).length < 600_000);
  });

  test("of weights have a colour bar each, and their titles name the largest weight", () => {
    const model = {
      namedParameters: (): [string, TensorLike][] => [
        ["0.weight", large()],
        ["0.bias", tensor([256], new Float32Array(256))],
        ["2.weight", tensor([1, 2], [0.25, -0.5])],
      ],
    };
    const { data, layout } = viz.weights(model).spec;
    assert.ok(data.every(({ showscale, colorbar }) => showscale !== false && colorbar !== undefined));
    const bars = data.map(({ colorbar }) => (colorbar as { x: number }).x);
    assert.ok(bars[0]! < bars[1]!);
    const titles = (layout["annotations"] as { text: string }[]).map(({ text }) => text);
    assert.match(titles[0]!, /0\.weight<\/b> {2}256 × 784, ±0\.0357/);
    assert.match(titles[1]!, /±0\.5$/);
  });

  test("of a model of vectors alone show them", () => {
    const model = { namedParameters: (): [string, TensorLike][] => [["scale", tensor([3], [1, 2, 3])]] };
    assert.deepEqual(trace(viz.weights(model)).z, [[1, 2, 3]]);
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
    assert.throws(() => viz.weights({ namedParameters: () => [] }), /the model has no parameters/);
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
  const [{ marker, ...rest }] = data as [Record<string, unknown>];
  assert.deepEqual(rest, { type: "scatter", x: [0.1, 0.2, 0.3], y: [1, 2, 3] });
  assert.deepEqual((marker as Record<string, unknown>)["color"], [1, 2, 3]);
});
