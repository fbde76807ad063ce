/** One figure of each kind, for tests that look at pictures of them. */
import type { TensorLike } from "../../src/viz/values.js";
import * as viz from "../../src/viz/viz.js";

/** Deterministic numbers between -1 and 1. */
export function noise(i: number): number {
  const v = Math.sin(i * 12.9898 + 1) * 43758.5453;
  return 2 * (v - Math.floor(v)) - 1;
}

function tensor(shape: number[], value: (i: number) => number): TensorLike {
  const size = shape.reduce((product, n) => product * n, 1);
  return { shape, dataSync: () => Float32Array.from({ length: size }, (_, i) => value(i)) };
}

function training(): viz.LossPlot {
  const plot = viz.lossPlot(undefined, { title: "训练 Training" });
  for (let step = 1; step <= 2000; step++) {
    const loss = 2.3 * Math.exp(-step / 400) + 0.2;
    plot.push(step, { loss: loss * (1 + 0.3 * noise(step)) });
    if (step % 200 === 0)
      plot.push(step, { valLoss: loss, accuracy: 1 - loss / 4, valAccuracy: 0.98 - loss / 4 });
  }
  return plot;
}

const banana = (x: number, y: number): number => (1 - x) ** 2 + 10 * (y - x * x) ** 2 + 0.01;
const descent = Array.from({ length: 40 }, (_, i) => [-1.2 + i * 0.05, 0.8 - i * 0.01]);
const moons = Array.from({ length: 120 }, (_, i) => {
  const t = (i / 120) * Math.PI;
  const upper = i % 2 === 0;
  return [
    (upper ? Math.cos(t) : 1 - Math.cos(t)) + 0.1 * noise(i),
    (upper ? Math.sin(t) : 0.5 - Math.sin(t)) + 0.1 * noise(i + 999),
  ];
});
const classes = moons.map((_, i) => i % 2);

/** Each with the words that a reader must find in its picture. */
export const gallery: Readonly<Record<string, { figure: viz.Figure; words: readonly string[] }>> = {
  "loss plot": {
    figure: training(),
    words: ["训练 Training", "training", "validation", "loss", "accuracy", "step"],
  },
  "logarithmic loss": {
    figure: viz.lossPlot({ loss: [1, 0.1, 0.01, 0.001, 0.0001] }, { logY: true, title: "Falling" }),
    words: ["Falling", "10⁻²", "epoch"],
  },
  lines: {
    figure: viz.plot(
      [
        { x: [1, 2, 3, 4], y: [1, 4, NaN, 16], name: "平方 squares" },
        { x: [1, 2, 3, 4], y: [1, 2, 3, 4], name: "a < b & c", line: { dash: "dash" } },
      ],
      { title: "Lines", xaxis: { title: "x axis" }, yaxis: { title: "y axis" } },
    ),
    words: ["Lines", "平方 squares", "a &lt; b &amp; c", "x axis", "y axis"],
  },
  bars: {
    figure: viz.plot(
      [
        { type: "bar", name: "first", x: ["native", "wasm"], y: [4, 9] },
        { type: "bar", name: "second", x: ["native", "wasm"], y: [5, 11] },
      ],
      { title: "Bars", barmode: "group", yaxis: { title: "µs" } },
    ),
    words: ["native", "wasm", "first", "second", "µs"],
  },
  histogram: {
    figure: viz.histogram(
      { before: tensor([2000], noise), after: tensor([2000], (i) => 0.4 * noise(i) + 0.8) },
      { title: "Weights" },
    ),
    words: ["Weights", "before", "after", "count"],
  },
  "Plotly's histogram": {
    figure: viz.plot([{ type: "histogram", x: Array.from({ length: 300 }, (_, i) => noise(i)) }], {
      title: "Binned",
    }),
    words: ["Binned"],
  },
  "small heatmap": {
    figure: viz.heatmap(
      tensor([2, 3], (i) => 0.01 * noise(i)),
      { title: "W₁" },
    ),
    words: ["W₁", "row", "column"],
  },
  "large heatmap": {
    figure: viz.heatmap(
      tensor([64, 784], (i) => noise(i) * Math.sin(i / 50)),
      { title: "fc1.weight", xTitle: "pixel", yTitle: "neuron" },
    ),
    words: ["fc1.weight", "pixel", "neuron", "data:image/png;base64,"],
  },
  weights: {
    figure: viz.weights(
      {
        namedParameters: () => [
          ["fc1.weight", tensor([16, 64], noise)] as const,
          ["fc2.weight", tensor([10, 16], noise)] as const,
        ],
      },
      { title: "All weights" },
    ),
    words: ["All weights", "fc1.weight", "16 × 64", "fc2.weight", "10 × 16"],
  },
  digits: {
    figure: viz.images(
      tensor([12, 28, 28], (i) =>
        Math.max(
          0,
          1 -
            Math.abs(
              Math.hypot((i % 28) - 14, (Math.floor(i / 28) % 28) - 14) - 4 - Math.floor(i / 784) / 2,
            ) /
              2,
        ),
      ),
      { labels: Array.from({ length: 12 }, (_, i) => `label ${i}`), title: "Digits" },
    ),
    words: ["Digits", "label 11", "data:image/png;base64,"],
  },
  contour: {
    figure: viz.contour(banana, {
      x: [-1.6, 1.6],
      y: [-0.6, 2],
      path: descent,
      log: true,
      title: "损失曲面 Loss",
      xTitle: "w₁",
      yTitle: "w₂",
    }),
    words: ["损失曲面 Loss", "w₁", "w₂"],
  },
  surface: {
    figure: viz.surface(banana, {
      x: [-1.6, 1.6],
      y: [-0.6, 2],
      path: descent,
      log: true,
      title: "Surface",
      xTitle: "w₁",
    }),
    words: ["Surface", "w₁"],
  },
  scatter: {
    figure: viz.scatter(moons, { labels: classes.map((k) => `class ${k}`), title: "Moons" }),
    words: ["Moons", "class 0", "class 1"],
  },
  regions: {
    figure: viz.regions((points) => points.map(([x, y]) => [Math.sin(3 * x!) + y! - 0.3]), moons, classes, {
      title: "Regions",
    }),
    words: ["Regions"],
  },
  dashboard: {
    figure: viz.dashboard(
      [
        training(),
        viz.weights(
          { namedParameters: () => [["fc1.weight", tensor([16, 64], noise)] as const] },
          { title: "Weights" },
        ),
        viz.heatmap(
          [
            [1, -2],
            [0.5, 0],
          ],
          { title: "Table" },
        ),
        viz.scatter(moons, { labels: classes, title: "Points" }),
      ],
      { title: "Dashboard" },
    ),
    words: ["Dashboard", "训练 Training", "validation", "16 × 64", "Table", "Points"],
  },
  "panels of one's own": {
    figure: viz.plot(
      [
        { y: [1, 3, 2], name: "left" },
        { y: [10, 1000, 100], name: "right", xaxis: "x2", yaxis: "y2" },
        { y: [5, 6, 7], name: "second axis", yaxis: "y3" },
      ],
      {
        xaxis: { domain: [0, 0.42] },
        xaxis2: { domain: [0.6, 1], anchor: "y2" },
        yaxis2: { anchor: "x2", type: "log" },
        yaxis3: { overlaying: "y", side: "right", title: "other unit" },
        annotations: [{ x: 1, y: 3, text: "<b>top</b><br>here", ax: 20, ay: -20 }],
        shapes: [{ type: "line", xref: "paper", x0: 0, x1: 0.42, y0: 2.5, y1: 2.5, line: { dash: "dot" } }],
      },
    ),
    words: ["left", "right", "second axis", "other unit", "top", "here"],
  },
};
