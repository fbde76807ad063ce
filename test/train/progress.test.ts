/** The progress line: rewritten while an epoch runs, one line an epoch, and not too many of them. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Progress } from "../../src/train/progress.js";

function collected(epochs: number) {
  let text = "";
  const progress = new Progress(epochs, { write: (part) => (text += part) });
  return { progress, text: () => text };
}

/** What a terminal shows. */
const shown = (text: string) => text.split("\n").map((line) => (line.split("\r").at(-1) ?? "").trimEnd());

describe("progress", () => {
  test("an epoch that runs has a bar, and its line gives way to the summary", () => {
    const { progress, text } = collected(2);
    progress.step(1, 5, 10, 0.25);
    assert.equal(text(), "\rEpoch 1/2  ━━━━━━━━━━┄┄┄┄┄┄┄┄┄┄ 5/10  loss 0.2500");
    progress.epoch(
      1,
      [
        ["loss", 0.2],
        ["valAccuracy", 0.9],
      ],
      1.25,
    );
    assert.deepEqual(shown(text()), ["Epoch 1/2  loss 0.2000  valAccuracy 0.9000  1.3 s", ""]);
  });
  test("a running line is written at most ten times a second", () => {
    const { progress, text } = collected(1);
    for (let batch = 1; batch <= 1000; batch++) progress.step(1, batch, 1000, 0.5);
    assert.ok(text().split("\r").length < 30);
  });
  test("of many epochs about twenty lines stay, the last one always", () => {
    const { progress, text } = collected(999);
    for (let epoch = 1; epoch <= 999; epoch++) progress.epoch(epoch, [["loss", 1 / epoch]], 0.001);
    const lines = shown(text()).filter((line) => line !== "");
    assert.ok(lines.length <= 21, `${lines.length} lines`);
    assert.equal(lines.at(-1), "Epoch 999/999  loss 0.0010  1 ms");
  });
  test("what a callback prints stands above the line, which is there again in the end", () => {
    let text = "";
    const out = { write: (part: string) => (text += part) };
    const progress = new Progress(9, out);
    progress.step(1, 1, 10, 2);
    out.write("from a callback\n");
    progress.end("Stopped");
    out.write("afterwards\n");
    assert.deepEqual(shown(text), [
      "from a callback",
      "Epoch 1/9  ━━┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄ 1/10  loss 2.0000",
      "Stopped",
      "afterwards",
      "",
    ]);
  });
  test("a reason to stop stands on its own line", () => {
    const { progress, text } = collected(9);
    progress.step(1, 1, 10, 2);
    progress.end("Stopped after epoch 1: enough");
    assert.equal(shown(text()).at(-2), "Stopped after epoch 1: enough");
  });
  test("without an output it is silent", () => {
    const progress = new Progress(1, null);
    progress.step(1, 1, 10, 2);
    progress.epoch(1, [["loss", 2]], 1);
    progress.end(null);
  });
});
