/** A few of the random loops of lazy.ts; `npm run fuzz:lazy` runs many. */
import { test } from "node:test";

import { check } from "./lazy.js";

for (let seed = 0; seed < 16; seed++)
  test(`random loop ${seed} gives the same bits however it is read`, () => check(seed));
