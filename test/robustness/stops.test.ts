/** Shortened; `npm run fuzz:stops` has 1,000 stops of training, and as many with gradients off, on each engine. */
import { test } from "node:test";
import { Stops } from "./stops.js";

for (const engine of ["native", "wasm"] as const)
  test(`a stop at a random moment leaves a whole step, and gradients on: ${engine}`, async () => {
    await Stops.with(1, undefined, async (stops) => {
      await stops.run(engine, 24);
      await stops.blocks(engine, 16);
    });
  });
