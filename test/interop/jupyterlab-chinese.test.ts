/** A notebook in JupyterLab whose name asks for Chinese: nothing else tells the kernel. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { skip, textOf, useLab } from "./lab.js";

const lab = useLab();
const options = { skip, timeout: 600_000 };

test("its errors are Chinese", options, async () => {
  await lab.notebook("lesson.zh.ipynb");
  const cell = await lab.run('const wrong: number = "x";');
  assert.match(textOf(cell), /TS2322: 不能将类型“string”分配给类型“number”。/);
});

test("its figures are Chinese, with the buttons of plotly.js", options, async () => {
  await lab.run("viz.lossPlot({ loss: [3, 2, 1], valLoss: [3, 2.5, 2] })");
  const figure = lab.page.locator(".js-plotly-plot");
  for (const word of ["轮", "损失", "训练", "验证", "对数 / 线性"])
    await figure.locator("text", { hasText: word }).first().waitFor();
  await figure.locator(".modebar-btn[data-title='重置坐标轴']").first().waitFor({ state: "attached" });
  await lab.look((await lab.cells()).length - 1, "chinese.png");
});

test("%locale en makes them English", options, async () => {
  const cell = await lab.run('%locale en\nconst wrong: number = "x";');
  assert.match(textOf(cell), /TS2322: Type 'string' is not assignable to type 'number'\./);
});
