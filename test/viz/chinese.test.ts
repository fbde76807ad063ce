/** Figures and progress in Chinese: the words are this package's, titles and names the user's. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setLocale } from "../../locale/locale.js";
import { RewrittenLine } from "../../src/progress/line.js";
import { progressText } from "../../src/progress/state.js";
import { earlyStopping, type Training } from "../../src/train/callbacks.js";
import { emptyHistory } from "../../src/train/history.js";
import { Progress } from "../../src/train/progress.js";
import { setDisplayHost } from "../../src/viz/display-host.js";
import type { Attributes } from "../../src/viz/plotly.js";
import * as viz from "../../src/viz/viz.js";
import { FakeNotebook } from "./fake-notebook.js";

before(() => setLocale("zh"));
after(() => setLocale(undefined));

const texts = (svg: string): string[] => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map((found) => found[1]!);

describe("figures in Chinese", () => {
  test("a loss plot's axes, legend and button", () => {
    const history = {
      loss: [3, 2],
      valLoss: [3, 2],
      metrics: { accuracy: [0.5, 0.6], valAccuracy: [0.4, 0.5] },
    };
    const plot = viz.lossPlot(history);
    const shown = texts(plot.toSVG());
    for (const word of ["轮", "损失", "准确率", "训练", "验证"]) assert.ok(shown.includes(word), word);
    const [menu] = plot.spec.layout["updatemenus"] as { buttons: Attributes[] }[];
    assert.equal(menu!.buttons[0]!["label"], "对数 / 线性");
  });

  test("several curves by name: those that are known, and a user's own", () => {
    const { data } = viz.lossPlot({ loss: [1], metrics: { val_loss: [2], "my own loss": [3] } }).spec;
    assert.deepEqual(
      data.map(({ name }) => name),
      ["损失", "验证损失", "my own loss"],
    );
  });

  test("titles that are given stay as they are", () => {
    const plot = viz.lossPlot({ loss: [3, 2] }, { title: "loss", xTitle: "step" });
    assert.ok(["loss", "step"].every((given) => texts(plot.toSVG()).includes(given)));
    assert.ok(texts(viz.heatmap([[1]], { xTitle: "row" }).toSVG()).includes("row"));
  });

  test("heatmaps name rows and columns, below the pointer too, and what is not finite", () => {
    const { spec } = viz.heatmap([
      [1, NaN],
      [2, 3],
    ]);
    assert.match(JSON.stringify(spec), /"第 %\{y\} 行，第 %\{x\} 列<br>/);
    assert.match(JSON.stringify(spec), /列 \(粉色：1 NaN\)/);
    const large = viz.heatmap(Array.from({ length: 100 }, () => new Array<number>(100).fill(1))).spec;
    assert.match(
      JSON.stringify(large),
      /第 %\{y:\.0f\} 行、第 %\{x:\.0f\} 列附近的 2 × 1 个值<br>绝对值最大：/,
    );
    const weights = viz.weights({
      namedParameters: () => [["w", { shape: [1, 1], dataSync: () => [1] }]] as const,
    });
    assert.ok(["输入", "输出"].every((word) => texts(weights.toSVG()).includes(word)));
  });

  test("dates on an axis", () => {
    const svg = viz.plot([{ x: ["2024-02-03", "2024-02-06"], y: [1, 2] }]).toSVG();
    assert.match(svg, />2024年2月4日</);
    assert.match(viz.plot([{ x: ["2024-01-01", "2024-08-01"], y: [1, 2] }]).toSVG(), />2024年3月</);
  });

  test("text in place of a figure, and the page's own buttons", () => {
    const [, output] = new FakeNotebook().run("a", () => viz.plot([{ y: [1] }], { title: "曲线" }));
    setDisplayHost(undefined);
    assert.equal(output!.bundle["text/plain"], "图：曲线（1 条数据：scatter）");
    assert.equal(viz.plot([{ y: [1] }]).spec.config["locale"], "zh-CN");
  });
});

describe("progress in Chinese", () => {
  test("the line of an epoch, and why a training stopped", () => {
    let text = "";
    const progress = new Progress(3, { write: (part) => (text += part) });
    progress.step(1, 5, 10, 0.25);
    progress.epoch(
      1,
      [
        ["loss", 0.2],
        ["valAccuracy", 0.9],
        ["mine", 1],
      ],
      1.25,
    );
    assert.match(text, /\r第 1\/3 轮 {2}━+┄+ 5\/10 {2}损失 0\.2500/);
    assert.match(text, /\r第 1\/3 轮 {2}损失 0\.2000 {2}验证准确率 0\.9000 {2}mine 1\.0000 {2}1\.3 s/);
    const stopping = earlyStopping({ patience: 1 });
    const history = { ...emptyHistory(), valLoss: [0.5] };
    const reasons: unknown[] = [];
    const training = {
      history,
      epoch: 1,
      stop: (reason: string) => reasons.push(reason),
    } as unknown as Training;
    stopping.onEpochEnd!(training);
    stopping.onEpochEnd!({ ...training, epoch: 2 });
    assert.deepEqual(reasons, ["已有 1 轮不优于第 1 轮的验证损失 0.5"]);
  });

  test("a bar's rate and end", () => {
    const state = {
      description: "",
      done: 5,
      total: 10,
      seconds: 1,
      unit: "步",
      postfix: "",
      stopped: true,
      running: false,
    };
    assert.match(progressText(state), /5\.00 步\/s {2}已停止$/);
  });

  test("a shorter line covers a longer one, whose characters take two columns each", () => {
    let text = "";
    const line = new RewrittenLine({ write: (part) => (text += part) });
    line.rewrite("损失");
    line.rewrite("ab");
    assert.equal(text, "\r损失\rab  ");
  });
});
