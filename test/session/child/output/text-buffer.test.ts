/** Lines on their way to the kernel, by a file in place of the pipe. */
import assert from "node:assert/strict";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { FrameReader } from "../../../../kernel/session/channel.js";
import { LAYOUT, TextBuffer, writeWaitingText } from "../../../../kernel/session/child/output/text-buffer.js";
import type { Event } from "../../../../kernel/session/messages.js";

const folder = mkdtempSync(join(tmpdir(), "cellgrad-test-"));
after(() => rmSync(folder, { recursive: true }));
let files = 0;

function newBuffer(): { buffer: TextBuffer; fd: number; written: () => string } {
  const path = join(folder, String(files++));
  const fd = openSync(path, "w");
  const written = () => {
    let text = "";
    const reader = new FrameReader<Event>((event) => {
      if (event.type === "stream") text += event.text;
    });
    reader.push(readFileSync(path));
    return text;
  };
  return { buffer: new TextBuffer(fd), fd, written };
}

/** Lines without a pause; answers what they are together. */
function print(buffer: TextBuffer, count: number): string {
  let all = "";
  for (let i = 0; i < count; i++) {
    buffer.add(1, "stdout", `line ${String(i)}\n`);
    all += `line ${String(i)}\n`;
  }
  return all;
}

test("a few lines are written at once", () => {
  const { buffer, written } = newBuffer();
  const all = print(buffer, 5);
  assert.equal(written(), all);
});

test("of a flood the last lines wait, and are written before whatever is written next", () => {
  const { buffer, written } = newBuffer();
  const all = print(buffer, 5_000);
  assert.ok(written().length < all.length);
  assert.ok(all.startsWith(written()));
  buffer.write();
  assert.equal(written(), all);
});

test("text of half the buffer's size fits, however much waits", () => {
  const { buffer, written } = newBuffer();
  const long = "ü".repeat(15_000);
  let all = print(buffer, 500);
  for (let i = 0; i < 5; i++) {
    buffer.add(1, "stdout", long);
    all += long + print(buffer, 50);
  }
  buffer.write();
  assert.equal(written(), all);
});

test("what waits is written by another thread after a moment, while the lines go on too", async () => {
  const { buffer, fd, written } = newBuffer();
  // As the watchdog has its pipe, something has to keep the thread.
  const body = `setInterval(() => {}, 60_000); (${writeWaitingText.toString()})(${String(fd)}, require("node:worker_threads").workerData, ${JSON.stringify(LAYOUT)})`;
  const worker = new Worker(body, { eval: true, workerData: buffer.shared });
  await new Promise((resolve) => worker.once("online", resolve));
  let all = "";
  for (let round = 0; round < 50; round++) {
    all += print(buffer, 200);
    const until = performance.now() + (round % 5);
    while (performance.now() < until);
  }
  while (written() !== all) await delay(5);
  await worker.terminate();
});
