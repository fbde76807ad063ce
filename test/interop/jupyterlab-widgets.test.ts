/** Widgets in JupyterLab, in Chromium: they drive a cell while it runs, and live as ipywidgets do over reloads and restarts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { skip, textOf, useLab } from "./lab.js";

const lab = useLab();

/** Opens a notebook and waits until its page takes widgets: JupyterLab drops those that come before, which is sooner than a person types. */
async function open(name: string, cells: readonly string[]): Promise<void> {
  await lab.notebook(name, cells);
  await lab.until(
    "the page takes widgets",
    `return "jupyter.widget" in app.shell.currentWidget.sessionContext.session.kernel._targetRegistry`,
  );
}

const CONTROLS = `
const rate = widgets.slider({ label: "learning rate", min: 1e-4, max: 1, value: 0.01, log: true });
const stop = widgets.button("Stop");
const bar = widgets.progress({ label: "training", max: 1e9 });
display(rate); display(stop); display(bar);`;

/** A loop that never awaits: it prints each learning rate that the optimizer is given, and how far the bar is. */
const TRAINING = `
const w = tensor([5, -3], { requiresGrad: true });
const opt = new optim.SGD([w], { lr: rate.value });
let seen = NaN, steps = 0;
while (!stop.clicks) {
  opt.paramGroups[0].lr = rate.value;
  opt.zeroGrad();
  w.mul(w).sum().backward();
  opt.step();
  bar.value = ++steps * 1e4;
  bar.text = \`step \${steps}\`;
  if (opt.paramGroups[0].lr !== seen) console.log("lr " + (seen = opt.paramGroups[0].lr));
}
console.log("stopped after " + (steps > 0 ? "some" : "no") + " steps");`;

test(
  "a slider changes the learning rate of a loop that trains, its bar moves, a button ends it",
  { skip, timeout: 900_000 },
  async () => {
    await open("widgets.ipynb", [CONTROLS, TRAINING]);
    await lab.select(0);
    await lab.page.keyboard.press("Control+Enter");
    const outputs = lab.cell(0);
    const slider = outputs.getByRole("slider", { name: "learning rate" });
    await slider.waitFor();
    await lab.done(0);

    await lab.select(1);
    await lab.page.keyboard.press("Control+Enter");
    const printed = (text: string) =>
      lab.until(
        `the cell prints ${text}`,
        `return app.shell.currentWidget.content.widgets[1].model.outputs.toJSON().map((o) => o.text).join("").includes(args)`,
        text,
      );
    await printed("lr 0.01\n");
    const percent = async () => Number((await outputs.locator(".cg-percent").textContent())!.split(" ")[0]);
    const text = await outputs.locator(".cg-text").textContent();
    await lab.until("the bar moves", `return document.querySelector(".cg-text").textContent !== args`, text);

    // By keyboard, as who cannot use a mouse: to the end, and a step back.
    await slider.press("End");
    await printed("lr 1\n");
    await slider.press("ArrowLeft");
    await printed("lr 0.891\n");
    await outputs.getByRole("textbox", { name: "learning rate, as a number" }).fill("0.25");
    await lab.page.keyboard.press("Enter");
    await printed("lr 0.25\n");
    await lab.look(0, "widgets-light.png");
    await lab.evaluate(`await app.commands.execute("apputils:change-theme", { theme: "JupyterLab Dark" })`);
    await lab.page.locator("#jupyterlab-splash").waitFor({ state: "detached" });
    await lab.look(0, "widgets-dark.png");
    await lab.evaluate(`await app.commands.execute("apputils:change-theme", { theme: "JupyterLab Light" })`);
    await lab.untilKernel("busy");
    await outputs.getByRole("button", { name: "Stop" }).click();
    const cell = await lab.done(1);
    assert.match(textOf(cell), /stopped after some steps/);
    assert.ok((await percent()) >= 0);
  },
);

test(
  "handlers run while a cell awaits, and put out where they were set",
  { skip, timeout: 600_000 },
  async () => {
    await open("handlers.ipynb", [
      `const on = widgets.toggle({ label: "on" });
     const act = widgets.select({ options: ["relu", "tanh"], label: "activation" });
     const name = widgets.text({ label: "name", placeholder: "anything" });
     on.onChange((now) => console.log("switched " + now));
     act.onChange((now, before) => console.log(before + " to " + now));
     name.onChange((now) => console.log("named " + now));
     display(on); display(act); display(name);`,
      `while (!on.value) await new Promise((resolve) => setTimeout(resolve, 10));
     console.log("seen");`,
    ]);
    await lab.select(0);
    await lab.page.keyboard.press("Control+Enter");
    const outputs = lab.cell(0);
    await outputs.getByRole("switch", { name: "on" }).waitFor();
    await lab.select(1);
    await lab.page.keyboard.press("Control+Enter");
    await lab.untilKernel("busy");
    await outputs.getByRole("combobox", { name: "activation" }).selectOption("tanh");
    await outputs.getByRole("textbox", { name: "name" }).fill("mlp");
    await outputs.getByRole("switch", { name: "on" }).press("Space");
    assert.equal(textOf(await lab.done(1)), "seen\n");
    await lab.until(
      "handlers have printed",
      `return app.shell.currentWidget.content.widgets[0].model.outputs.toJSON().map((o) => o.text).join("").includes("named mlp")`,
    );
    const text = textOf((await lab.cells())[0]!);
    for (const line of ["relu to tanh", "named mlp", "switched true"])
      assert.ok(text.includes(`${line}\n`), text);
    await lab.look(0, "widgets-handlers.png");
  },
);

test(
  "two views of a widget stay together, also with what code sets, and a custom widget draws binary data",
  { skip, timeout: 600_000 },
  async () => {
    await open("views.ipynb", [
      `const s = widgets.slider({ label: "s", max: 10 });\ndisplay(s); display(s);`,
      `s.value = 7;`,
      `const w = widgets.any({
       esm: \`export default { render({ model, el }) {
         const draw = () => { el.textContent = "bytes " + [...new Uint8Array(model.get("bytes").buffer)].join(); el.className = "drawn"; };
         model.on("change:bytes", draw);
         model.on("msg:custom", (content, buffers) => { model.send({ got: content.n + buffers[0].byteLength }, undefined, [new Uint8Array([1, 2, 3])]); });
         draw();
       } }\`,
       state: { bytes: new Uint8Array([1, 2]) },
     });
     w.onMessage(({ got }, buffers) => console.log("got " + got + " and " + buffers[0].length));
     w`,
      `w.set({ bytes: new Uint8Array([3, 4, 5]) });\nw.send({ n: 40 }, [new Float32Array(1)]);`,
    ]);
    const run = async (index: number) => {
      await lab.select(index);
      await lab.page.keyboard.press("Control+Enter");
      await lab.done(index);
    };
    await run(0);
    const sliders = lab.cell(0).getByRole("slider", { name: "s" });
    await sliders.nth(1).waitFor();
    await sliders.nth(0).press("End");
    await lab.until(
      "the other view follows",
      `return [...document.querySelectorAll(".jp-NotebookPanel:not(.lm-mod-hidden) .cg-range")].every((range) => range.value === "10")`,
    );
    await run(1);
    await lab.until(
      "both views show 7",
      `return [...document.querySelectorAll(".jp-NotebookPanel:not(.lm-mod-hidden) .cg-range")].every((range) => range.value === "7")`,
    );
    await run(2);
    await lab.page.locator(".drawn", { hasText: "bytes 1,2" }).waitFor();
    await run(3);
    await lab.page.locator(".drawn", { hasText: "bytes 3,4,5" }).waitFor();
    await lab.until(
      "the message is answered",
      `return app.shell.currentWidget.content.widgets[2].model.outputs.toJSON().map((o) => o.text).join("").includes("got 44 and 3")`,
    );
  },
);

test(
  "after a reload the widgets are there again, also while a loop never awaits",
  { skip, timeout: 900_000 },
  async () => {
    await open("reload.ipynb", [
      `const s = widgets.slider({ label: "kept", max: 10, value: 3 });\ns`,
      `console.log("looping"); while (s.value !== 10); console.log("moved");`,
    ]);
    await lab.select(0);
    await lab.page.keyboard.press("Control+Enter");
    await lab.done(0);
    await lab.cell(0).getByRole("slider", { name: "kept" }).waitFor();
    await lab.select(1);
    await lab.page.keyboard.press("Control+Enter");
    await lab.cell(1).locator(".jp-OutputArea-output", { hasText: "looping" }).waitFor();
    await lab.evaluate(`await app.commands.execute("docmanager:save")`);
    await lab.load("/lab/tree/reload.ipynb");
    const slider = lab.page.getByRole("slider", { name: "kept" });
    await slider.waitFor({ timeout: 300_000 });
    assert.equal(await slider.inputValue(), "3");
    await slider.press("End");
    await lab.untilKernel("idle");
  },
);

test("a restart of the kernel takes the widgets with it", { skip, timeout: 600_000 }, async () => {
  await open("restart.ipynb", [`const b = widgets.button("Press");\nb`]);
  await lab.select(0);
  await lab.page.keyboard.press("Control+Enter");
  await lab.cell(0).getByRole("button", { name: "Press" }).waitFor();
  await lab.restart();
  await lab.select(0);
  await lab.page.keyboard.press("Control+Enter");
  await lab.done(0);
  await lab.cell(0).getByRole("button", { name: "Press" }).waitFor();
});
