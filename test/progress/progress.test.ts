/** Progress bars of loops: what a notebook shows, what a console shows, and what is left however a loop ends. */
import assert from "node:assert/strict";
import { after, afterEach, beforeEach, describe, test } from "node:test";
import { data, progress, tensor } from "../../src/index.js";
import { platform } from "../../src/platform/node.js";
import { setDisplayHost } from "../../src/viz/display-host.js";
import { FakeNotebook } from "../viz/fake-notebook.js";

const text = (output: { bundle: Record<string, unknown> } | undefined) =>
  String(output?.bundle["text/plain"]);
const full = "━".repeat(20);

describe("in a notebook a progress bar", () => {
  let notebook: FakeNotebook;
  beforeEach(() => {
    notebook = new FakeNotebook();
  });
  after(() => setDisplayHost(undefined));

  test("goes over what it is given and shows in the end that all is done", () => {
    const seen: unknown[] = [];
    const outputs = notebook.run("a", () => {
      for (const x of progress(["a", "b", "c"], { description: "letters" })) seen.push(x);
    });
    assert.deepEqual(seen, ["a", "b", "c"]);
    assert.equal(outputs.length, 1);
    assert.match(text(outputs[0]), new RegExp(`^letters  ${full}  3/3  100 %  0:00`));
    assert.match(String(outputs[0]!.bundle["text/html"]), /<progress max="3"[^>]* value="3"/);
    assert.equal(notebook.sent[0]!.kind, "display");
    assert.match(text(notebook.sent[0]), /0\/3 {2}0 %/);
  });

  test("counts, and knows how long lists, sets, maps, loaders and typed arrays are", () => {
    const loader = new data.DataLoader(new data.TensorDataset(tensor([[1], [2], [3]])), { batchSize: 2 });
    const sources: readonly (readonly [Iterable<unknown>, number])[] = [
      [progress(4), 4],
      [progress([1, 2]), 2],
      [progress(new Set([1])), 1],
      [
        progress(
          new Map([
            [1, 2],
            [3, 4],
          ]),
        ),
        2,
      ],
      [progress(new Float32Array(5)), 5],
      [progress(loader), 2],
      [progress("abc"), 3],
      [progress(0), 0],
      [progress([]), 0],
    ];
    for (const [bar, total] of sources) {
      const outputs = notebook.run("a", () => {
        let count = 0;
        for (const _ of bar) count++;
        assert.equal(count, total);
      });
      assert.match(text(outputs[0]), new RegExp(`${total}/${total}  100 %`));
    }
    assert.deepEqual([...progress(3)], [0, 1, 2]);
  });

  test("over a source of unknown length shows how many there were, or goes by a total that is given", () => {
    function* numbers() {
      yield* [1, 2, 3];
    }
    const [unknown] = notebook.run("a", () => {
      for (const _ of progress(numbers())) void 0;
    });
    assert.match(text(unknown), /^3 it {2}0:00/);
    assert.match(text(notebook.sent[0]), /^0 it/);
    assert.doesNotMatch(String(notebook.sent[0]!.bundle["text/html"]), /value=/);
    assert.match(String(unknown!.bundle["text/html"]), /<progress max="1"[^>]* value="1"/);
    const [known] = notebook.run("a", () => {
      for (const _ of progress(numbers(), { total: 3, unit: "batch" })) void 0;
    });
    assert.match(text(known), /3\/3 {2}100 % {2}0:00 {2}[\d.]+ batch\/s$/);
  });

  test("tells what is set behind it and before it; a tensor is read when it is drawn", () => {
    const [shown] = notebook.run("a", () => {
      const bar = progress(2);
      for (const i of bar)
        bar
          .setPostfix({ loss: tensor(0.25 * (i + 1)), lr: 1e-5, step: i, state: "ok" })
          .setDescription(`epoch ${i}`);
    });
    assert.match(text(shown), /^epoch 1 .* {2}loss 0\.5000 {2}lr 1\.00e-5 {2}step 1 {2}state ok$/);
    assert.match(String(shown!.bundle["text/html"]), /loss 0\.5000/);
    const [note] = notebook.run("a", () => {
      const bar = progress(1);
      for (const _ of bar) bar.setPostfix("<b>hostile</b>");
    });
    assert.match(String(note!.bundle["text/html"]), /&lt;b&gt;hostile/);
  });

  test("keeps its last state when the loop is left, throws, or is cut off", () => {
    const leave = (how: (i: number) => void) => {
      let outputs: readonly { bundle: Record<string, unknown> }[] = [];
      try {
        outputs = notebook.run("a", () => {
          for (const i of progress(10)) {
            if (i === 4) how(i);
            if (i === 5) break;
          }
        });
      } catch {
        outputs = notebook.outputs.get("a")!;
      }
      return text(outputs[0]);
    };
    assert.match(
      leave(() => undefined),
      /5\/10 {2}50 % .*stopped$/,
    );
    assert.match(
      leave(() => {
        throw new Error("no");
      }),
      /4\/10 {2}40 % .*stopped$/,
    );
    // An interrupt unwinds nothing: neither `return` of the iterator nor a finally block is called.
    const [cut] = notebook.run("a", () => {
      const iterator = progress(10)[Symbol.iterator]();
      iterator.next();
      iterator.next();
    });
    assert.match(text(cut), /1\/10 {2}10 % .*stopped$/);
  });

  test("passes on what its source throws, and closes a source that is left", () => {
    let closed = false;
    function* numbers() {
      try {
        yield 1;
        throw new RangeError("source");
      } finally {
        closed = true;
      }
    }
    notebook.run("a", () => {
      assert.throws(() => [...progress(numbers())], RangeError);
      closed = false;
      for (const _ of progress(numbers())) break;
    });
    assert.ok(closed);
  });

  test("within another one's loop is drawn in one place, and each may be kept or go", () => {
    const nested = (leave?: boolean) =>
      notebook
        .run("a", () => {
          for (const epoch of progress(3, { description: "epochs" }))
            for (const _ of progress(2, {
              description: `epoch ${epoch}`,
              ...(leave !== undefined && { leave }),
            }))
              void 0;
        })
        .map((output) => text(output).split("  ")[0]);
    assert.deepEqual(nested(), ["epochs", "epoch 2"]);
    assert.deepEqual(nested(true), ["epochs", "epoch 0", "epoch 1", "epoch 2"]);
    assert.deepEqual(nested(false), ["epochs", "", "", ""]);
  });

  test("is drawn ten times a second at most", () => {
    notebook.run("a", () => {
      const bar = progress(100_000);
      for (const i of bar) bar.setPostfix({ i });
    });
    assert.ok(notebook.sent.length < 100, String(notebook.sent.length));
  });

  test("is there again after the cell's output was cleared in its loop", () => {
    const outputs = notebook.run("a", () => {
      for (const i of progress(3)) if (i === 1) notebook.clearOutput();
    });
    assert.equal(notebook.outputs.get("a")!.length, 1);
    assert.match(text(notebook.outputs.get("a")![0]), /3\/3/);
    void outputs;
  });

  test("counts what no loop over it counts", () => {
    const [shown] = notebook.run("a", () => {
      const bar = progress(10, { description: "files" });
      bar.update(4);
      bar.update(6);
      assert.equal(bar.done, 10);
      bar.close();
    });
    assert.match(text(shown), /10\/10 {2}100 %/);
  });

  test("goes over what is awaited, several at once too", async () => {
    async function* stream(count: number) {
      for (let i = 0; i < count; i++) {
        await Promise.resolve();
        yield i;
      }
    }
    const sums = [0, 0];
    let done: Promise<unknown> = Promise.resolve();
    notebook.run("a", () => {
      done = Promise.all(
        [3, 5].map(async (count, k) => {
          for await (const x of progress(stream(count), { total: count })) sums[k]! += x;
        }),
      );
    });
    await done;
    assert.deepEqual(sums, [3, 10]);
    assert.deepEqual(
      notebook.outputs.get("a")!.map((output) => /\d+\/\d+ {2}\d+ %/.exec(text(output))![0]),
      ["3/3  100 %", "5/5  100 %"],
    );
    const waited: number[] = [];
    // eslint-disable-next-line @typescript-eslint/await-thenable -- a plain list of promises can be gone over this way too
    for await (const x of progress([Promise.resolve(1), Promise.resolve(2)], { disable: true }))
      waited.push(x);
    assert.deepEqual(waited, [1, 2]);
  });

  test("refuses what it cannot go over, with what to give", () => {
    const of = progress as unknown as (of: unknown, options?: unknown) => unknown;
    for (const wrong of [null, undefined, {}, true])
      assert.throws(() => of(wrong), /expected a list, another iterable or a number of steps/);
    for (const wrong of [-1, 1.5, NaN]) assert.throws(() => of(wrong), /whole number/);
    assert.throws(() => of([1], { total: -3 }), /total should be a whole number/);
    assert.throws(() => of([1], 5), /expected an object of options/);
  });
});

describe("in a console a progress bar", () => {
  let written = "";
  const own = Object.getOwnPropertyDescriptor(platform, "output")!;
  beforeEach(() => {
    written = "";
    setDisplayHost(undefined);
    const value = { write: (part: string) => (written += part) };
    Object.defineProperty(platform, "output", { value, configurable: true });
  });
  afterEach(() => {
    Object.defineProperty(platform, "output", own);
  });
  const screen = () => written.split("\n").map((line) => (line.split("\r").at(-1) ?? "").trimEnd());

  test("is a line that is written again in its place, and then left", () => {
    for (const _ of progress(3, { description: "steps" })) void 0;
    assert.equal(screen().length, 2);
    assert.match(screen()[0]!, new RegExp(`^steps  ${full}  3/3  100 %`));
  });

  test("stands beside the one that it is within", () => {
    for (const _ of progress(2, { description: "outer" }))
      for (const _ of progress(2, { description: "inner" })) void 0;
    assert.match(written, /outer {2}[━┄]+ {2}0\/2 .* │ {2}inner {2}[━┄]+ {2}2\/2/);
    assert.match(screen()[0]!, /^outer {2}━+ {2}2\/2/);
    assert.equal(screen().length, 2);
  });

  test("leaves alone what the loop prints, which stands above it", () => {
    const { output } = platform;
    for (const i of progress(3, { description: "steps" })) output!.write(`line ${i}\n`);
    output!.write("after\n");
    const last = new RegExp(`^steps  ${full}  3/3  100 %`);
    assert.deepEqual(
      [...screen().slice(0, 3), ...screen().slice(4)],
      ["line 0", "line 1", "line 2", "after", ""],
    );
    assert.match(screen()[3]!, last);
    written = "";
    for (const _ of progress(1)) output!.write("a part");
    assert.equal(screen()[0], "a part");
    assert.match(screen()[1]!, /1\/1/);
  });

  test("that is disabled writes nothing", () => {
    for (const _ of progress(3, { disable: true })) void 0;
    assert.equal(written, "");
  });
});
