/** Figures in the session process that the kernel runs: what a cell sends while it runs, at its end, and when it is stopped. */
import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { OutputEvent } from "../../kernel/session/session.js";
import { Notebook, until } from "../session/notebook.js";
import { numbersOf } from "./fake-notebook.js";
// @ts-expect-error a build script without types
import { buildPlotly } from "../../scripts/build-plotly.mjs";

describe("a figure in a session", () => {
  let notebook: Notebook;

  before(async () => {
    await (buildPlotly as () => Promise<string>)();
    notebook = new Notebook(
      fileURLToPath(new URL(".", import.meta.url)),
      new URL("../../src/viz/viz.ts", import.meta.url).href,
    );
  });
  after(() => notebook.session.close());

  const displays = (events: readonly OutputEvent[]) =>
    events
      .filter((event) => event.type === "display")
      .map(({ bundle, displayId, update }) => ({ data: bundle.decode().data, displayId, update }));
  const lastStep = (data: Record<string, unknown> | undefined) => {
    const spec = data?.["application/vnd.plotly.v1+json"] as { data: { x: unknown }[] } | undefined;
    return spec && numbersOf(spec.data.at(-1)?.x).at(-1);
  };

  test("as a cell's value is shown under an id, after the one output with plotly.js", async () => {
    const { events, result } = await notebook.run(
      'return { value: $.plot([{ y: [1, 2] }], { title: "T" }) };',
    );
    const [library, figure, ...more] = displays(events);
    assert.equal(result, undefined);
    assert.match(String(library!.data["text/html"]), /DecompressionStream/);
    assert.match(figure!.displayId!, /^cellgrad-/);
    assert.equal(more.length, 0);
  });

  test("grows while a loop runs that never yields, and ends with its last state and an image", async () => {
    const goOn = join(mkdtempSync(join(tmpdir(), "cellgrad-")), "go-on");
    const { events, ended } = await notebook.launch(`
      const { existsSync } = require("node:fs");
      $.p = $.lossPlot();
      console.log("begun");
      for (let step = 1; step % 1000 > 0 || !existsSync("${goOn}"); step++) {
        $.p.push(step, { loss: 1 / step });
        $.last = step;
      }
      return { value: $.last };
    `);
    await until(() => displays(events).length > 3);
    writeFileSync(goOn, "");
    await ended;
    const [first, ...updates] = displays(events);
    assert.equal(first!.update, false);
    const steps = lastStep(updates.at(-1)!.data)!;
    assert.ok(updates.length < steps / 20, `${updates.length} updates of ${steps} steps`);
    assert.ok(updates.every(({ update, displayId }) => update && displayId === first!.displayId));
    const final = updates.at(-1)!;
    assert.match(String(final.data["image/svg+xml"]), /<svg/);
    const value = events.find((event) => event.type === "result");
    assert.equal(
      value?.type === "result" && value.bundle.decode().data["text/plain"],
      String(lastStep(final.data)),
    );
  });

  test("shows its last state when the cell is interrupted", async () => {
    const { ended } = await notebook.launch(`
      $.q = $.lossPlot();
      for (let step = 1; ; step++) {
        $.q.push(step, { loss: Math.exp(-step) });
        if (step === 10) console.log("begun");
      }
    `);
    await notebook.session.interrupt();
    const { outcome, events } = await ended;
    assert.equal(outcome.status, "interrupted");
    assert.match(String(displays(events).at(-1)!.data["image/svg+xml"]), /<svg/);
    const { events: later } = await notebook.run("$.q.push(1e9, { loss: 0.5 }); return undefined;");
    assert.equal(lastStep(displays(later).at(-1)!.data), 1e9);
  });

  test("shows its last state when the cell fails", async () => {
    const { events } = await notebook.run(`
      $.r = $.lossPlot();
      for (let step = 1; step <= 50; step++) $.r.push(step, { loss: step });
      throw new Error("too far");
    `);
    assert.equal(lastStep(displays(events).at(-1)!.data), 50);
  });

  test("that display() shows can change itself later", async () => {
    await notebook.run("$.w = [[1, 2]]; $.h = $.heatmap($.w); return { value: $.h };");
    const { events } = await notebook.run("$.w[0][0] = 9; $.h.update(); return undefined;");
    const [update] = displays(events);
    assert.equal(update!.update, true);
    assert.match(String(update!.data["text/html"]), /"z":\[\[9,2\]\]/);
  });
});
