import assert from "node:assert/strict";
import { test } from "node:test";
import { Refusals } from "../../kernel/transport/refusals.js";

test("of refused messages so many are logged a minute, and then how many were left out", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const lines: string[] = [];
  const refusals = new Refusals((line) => lines.push(line));
  for (let i = 0; i < 5_000; i++) refusals.add(`message ${i}`);
  assert.equal(lines.length, 20);
  assert.equal(lines[19], "message 19");
  t.mock.timers.tick(60_000);
  assert.equal(lines[20], "4,980 more messages dropped in the last minute");
  // The next minute has lines of its own, and nothing to say where none was left out.
  refusals.add("later");
  t.mock.timers.tick(120_000);
  assert.deepEqual(lines.slice(21), ["later"]);
});

test("what was left out is said at the end, too", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const lines: string[] = [];
  const refusals = new Refusals((line) => lines.push(line));
  for (let i = 0; i < 21; i++) refusals.add("x");
  refusals.flush();
  assert.equal(lines.at(-1), "1 more message dropped in the last minute");
  refusals.flush();
  assert.equal(lines.length, 21);
});
