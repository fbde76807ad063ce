import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import { Flood } from "../../../kernel/protocol/output/flood.js";
import { StreamBuffer } from "../../../kernel/protocol/output/stream-buffer.js";
import { FakeKernel, text, types, type CellIo } from "../fake-kernel.js";

const streamed = (
  messages: readonly { header: { msg_type: string }; content: Record<string, unknown> }[],
): string =>
  messages
    .filter(({ header }) => header.msg_type === "stream")
    .map(({ content }) => content["text"])
    .join("");

test("20,000 printed lines are a handful of stream messages, whole and in order, before the reply", async () => {
  const kernel = new FakeKernel({
    cells: {
      loop: ({ print }) => {
        for (let i = 0; i < 20_000; i++) print(`line ${i}\n`);
        return undefined;
      },
    },
  });
  const { iopub, reply } = await kernel.execute("loop");
  assert.equal(streamed(iopub), Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join(""));
  assert.ok(iopub.length <= 10, `${iopub.length} messages`);
  const order = kernel.sent.map(({ message }) => message);
  const lastStream = order.findLastIndex(({ header }) => header.msg_type === "stream");
  assert.ok(lastStream < order.indexOf(reply!));
});

test("a cell that prints for a second sends at most 20 stream messages", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let now = 0;
  context.mock.method(performance, "now", () => now);
  const sent: number[] = [];
  const buffer = new StreamBuffer(() => sent.push(now));
  for (; now < 1_000; now++) {
    buffer.write({ name: "stdout", text: "." });
    context.mock.timers.tick(1);
  }
  assert.ok(sent.length >= 15 && sent.length <= 21, `${sent.length} messages`);
  assert.ok(sent[0]! <= 1, "the first text is seen at once");
});

test("stdout and stderr keep the order in which they were written", async () => {
  const kernel = new FakeKernel({
    cells: {
      both: ({ print }) => {
        print("a");
        print("b");
        print("c", "stderr");
        print("d");
        return undefined;
      },
    },
  });
  const { iopub } = await kernel.execute("both");
  assert.deepEqual(
    iopub.filter(({ header }) => header.msg_type === "stream").map(({ content }) => content),
    [
      { name: "stdout", text: "ab" },
      { name: "stderr", text: "c" },
      { name: "stdout", text: "d" },
    ],
  );
});

test("printing between displays stays between them", async () => {
  const kernel = new FakeKernel({
    cells: {
      plots: ({ print, emit, run }) => {
        print("one");
        emit({ type: "display", run, bundle: text("figure"), displayId: "d", update: false });
        print("two");
        emit({ type: "display", run, bundle: text("figure 2"), displayId: "d", update: true });
        emit({ type: "clear_output", run, wait: true });
        print("three");
        return undefined;
      },
    },
  });
  const { iopub } = await kernel.execute("plots");
  assert.deepEqual(types(iopub).slice(2, -1), [
    "stream",
    "display_data",
    "stream",
    "update_display_data",
    "clear_output",
    "stream",
  ]);
  assert.deepEqual(iopub[3]!.content, {
    data: { "text/plain": "figure" },
    metadata: {},
    transient: { display_id: "d" },
  });
  assert.deepEqual(iopub[6]!.content, { wait: true });
});

test("output that comes after a cell has ended keeps that cell as its parent, also while another runs", async () => {
  let first: CellIo | undefined;
  const kernel = new FakeKernel({
    cells: {
      timer: (io) => void (first = io) as undefined,
      later: async ({ print }) => {
        first!.print("from the timer");
        print("from the cell");
        return undefined;
      },
    },
  });
  const timer = kernel.send("execute_request", { code: "timer" });
  await kernel.answer(timer);
  const { iopub } = await kernel.execute("later");
  assert.equal(streamed(iopub), "from the cell");
  const late = (): boolean =>
    kernel.sent.some(
      ({ message }) =>
        message.header.msg_type === "stream" && message.parentHeader["msg_id"] === timer.header.msg_id,
    );
  await kernel.until(late);
});

test("a flood shows its head as it comes and its tail at the end, and all of it is in a file", () => {
  const flood = new Flood("cell-1", { head: 100, tail: 30, file: 1_000_000 });
  const lines = Array.from({ length: 1_000 }, (_, i) => `line ${i}\n`);
  const shown = lines.flatMap((line) => flood.admit({ name: "stdout", text: line }));
  const head = shown
    .filter(({ name }) => name === "stdout")
    .map(({ text }) => text)
    .join("");
  assert.equal(head, lines.join("").slice(0, 100));
  const path = / is in (\S+) …/.exec(shown.find(({ name }) => name === "stderr")!.text)![1]!;

  const [notice, ...tail] = flood.end();
  assert.equal(tail.map(({ text }) => text).join(""), lines.join("").slice(-30));
  const whole = lines.join("");
  assert.match(notice!.text, new RegExp(`${(whole.length - 130).toLocaleString("en")} characters left out`));
  assert.equal(readFileSync(path, "utf8"), whole);
  rmSync(dirname(path), { recursive: true });
});

test("a flood in one piece is cut too, and never inside a surrogate pair", () => {
  const flood = new Flood("cell-2", { head: 5, tail: 5, file: 1_000_000 });
  const shown = flood.admit({ name: "stdout", text: "🙂".repeat(1_000) });
  const tail = flood.end();
  const texts = [shown[0]!.text, tail.at(-1)!.text];
  for (const piece of texts)
    assert.ok(Buffer.from(piece).toString() === piece && /^(🙂)+$/u.test(piece) && piece.length <= 6, piece);
  const path = / is in (\S+) …/.exec(shown[1]!.text)![1]!;
  rmSync(dirname(path), { recursive: true });
});

test("what stays below the limit is shown whole and leaves no file", () => {
  const flood = new Flood("cell-3", { head: 100, tail: 30, file: 1_000_000 });
  assert.deepEqual(flood.admit({ name: "stdout", text: "x".repeat(100) }), [
    { name: "stdout", text: "x".repeat(100) },
  ]);
  assert.deepEqual(flood.end(), []);
  assert.ok(!existsSync("cell-3.txt"));
});

test("an output that cannot be sent is logged, and the next one is shown", () => {
  const kernel = new FakeKernel();
  const { onOutput } = kernel.session;
  const message = { kind: "msg", commId: "a", data: {} } as const;
  const send = kernel.sent.push;
  kernel.sent.push = () => {
    throw new RangeError("too deep");
  };
  onOutput({ type: "comm", run: 1, message });
  kernel.sent.push = send;
  onOutput({ type: "comm", run: 1, message });
  assert.match(kernel.logged.join(), /comm of a cell was dropped: RangeError: too deep/);
  assert.equal(kernel.sent.at(-1)!.message.header.msg_type, "comm_msg");
});
