import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { setDisplayHost } from "../../src/viz/display-host.js";
import { Live } from "../../src/viz/live.js";
import { FakeClock, FakeNotebook } from "./fake-notebook.js";

const opened: Live[] = [];

afterEach(() => {
  // What has not settled takes its share of the rate.
  for (const live of opened.splice(0)) live.settle();
  setDisplayHost(undefined);
});

function recorder(clock = new FakeClock(), bytes = 1000) {
  const sent: { at: number; final: boolean }[] = [];
  const live = new Live((final) => {
    sent.push({ at: clock.now(), final });
    return bytes;
  }, clock);
  opened.push(live);
  live.shown();
  return { clock, sent, live };
}

describe("a figure that changes", () => {
  test("is sent at most four times a second by a loop that never yields", () => {
    const { clock, sent, live } = recorder();
    for (let step = 0; step < 10_000; step++) {
      clock.block(1);
      live.changed();
    }
    assert.equal(sent.length, 40);
    sent.reduce((before, { at }) => {
      assert.ok(at - before >= 250);
      return at;
    }, 0);
  });

  test("is sent again after a pause, with its last state", () => {
    const { clock, sent, live } = recorder();
    live.changed();
    live.changed();
    assert.equal(sent.length, 0);
    clock.pass(250);
    assert.deepEqual(sent, [{ at: 250, final: false }]);
  });

  test("gets its static image when nothing has changed for a second", () => {
    const { clock, sent, live } = recorder();
    clock.pass(500);
    live.changed();
    clock.pass(5000);
    assert.deepEqual(sent, [
      { at: 500, final: false },
      { at: 1500, final: true },
    ]);
  });

  test("is sent whole at the cell's end, also when the cell never yielded", () => {
    const notebook = new FakeNotebook();
    const { clock, sent, live } = recorder();
    notebook.run("a", () => {
      for (let step = 0; step < 50; step++) {
        clock.block(1);
        live.changed();
      }
    });
    assert.deepEqual(sent, [{ at: 50, final: true }]);
    notebook.run("b", () => undefined);
    assert.equal(sent.length, 1, "a cell that changes nothing sends nothing");
  });

  test("shares 300 KB a second with all others that change", () => {
    const clock = new FakeClock();
    const [small, large] = [recorder(clock, 20_000), recorder(clock, 150_000)];
    for (let ms = 0; ms < 10_000; ms++) {
      clock.block(1);
      small.live.changed();
      large.live.changed();
    }
    const total = small.sent.length * 20_000 + large.sent.length * 150_000;
    assert.ok(total <= 10 * 300_000 + 150_000, `${total} bytes in ten seconds`);
    assert.ok(
      small.sent.length > 30 && large.sent.length >= 10,
      `${small.sent.length} and ${large.sent.length}`,
    );
  });

  test("comes less often when it takes long to compose", () => {
    const clock = new FakeClock();
    let count = 0;
    const live = new Live(() => {
      clock.block(100);
      count++;
      return 1000;
    }, clock);
    opened.push(live);
    live.shown();
    for (let step = 0; step < 10_000 && clock.now() < 10_000; step++) {
      clock.block(1);
      live.changed();
    }
    assert.ok(count >= 15 && count <= 20, `a fifth of ten seconds is 20 × 100 ms, got ${count}`);
  });
});
