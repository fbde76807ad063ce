/** Shortened; `npm run soak` has 10,000 cells, 1,000 interrupts and 200 kills, and tells what they cost. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Soak } from "./soak.js";

test("cells, interrupts at random moments and kills in mid-cell: every cell ends, and the state is kept", async () => {
  await Soak.with(1, undefined, async (soak) => {
    const table = { ...(await soak.cells(300)), ...(await soak.interrupts(40)), ...(await soak.kills(3)) };
    const [before, after] = Object.values(table["300 cells, MB, session's heap"]!) as number[];
    assert.ok(
      after! < before! + 10,
      `the session's heap has grown from ${before} to ${after} MB in a hundred cells`,
    );
  });
});
