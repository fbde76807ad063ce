/**
 * noGrad and enableGrad, around synchronous and asynchronous code.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { enableGrad, isGradEnabled, noGrad, tensor } from "../../src/index.js";

test("within noGrad nothing is recorded, within enableGrad inside it again", () => {
  const w = tensor([1], { requiresGrad: true });
  assert.equal(noGrad(() => w.mul(2)).requiresGrad, false);
  assert.equal(noGrad(() => enableGrad(() => w.mul(2))).requiresGrad, true);
  assert.equal(w.mul(2).requiresGrad, true);
});

test("the mode comes back after an error", () => {
  assert.throws(() =>
    noGrad(() => {
      throw new Error("stop");
    }),
  );
  assert.equal(isGradEnabled(), true);
});

test("an async callback keeps its mode through awaits, and other tasks keep theirs", async () => {
  const seen: Record<string, boolean[]> = { inside: [], outside: [] };
  const inside = noGrad(async () => {
    seen.inside!.push(isGradEnabled());
    await sleep(5);
    seen.inside!.push(isGradEnabled());
    await sleep(10);
    seen.inside!.push(enableGrad(() => isGradEnabled()));
    seen.inside!.push(isGradEnabled());
  });
  const outside = (async () => {
    for (let i = 0; i < 3; i++) {
      seen.outside!.push(isGradEnabled(), !noGrad(() => isGradEnabled()));
      await sleep(4);
    }
  })();
  await Promise.all([inside, outside]);
  assert.deepEqual(seen.inside, [false, false, true, false]);
  assert.deepEqual(seen.outside, [true, true, true, true, true, true]);
  assert.equal(isGradEnabled(), true);
});

test("a callback that returns a promise but is not async is refused, for its mode could not follow it", () => {
  assert.throws(() => noGrad(() => Promise.resolve(1)), {
    name: "TypeError",
    message: /noGrad\(async \(\) =>/,
  });
});
