/** A short run of `npm run fuzz:laws`: the laws hold for a few random shapes, dtypes and layouts. CELLGRAD_LAWS_SEED draws others. */
import { test } from "node:test";
import { laws, tryLaws } from "./laws.js";

const seed = Number(process.env["CELLGRAD_LAWS_SEED"] ?? 1);

for (const name of Object.keys(laws)) test(`${name} (seed ${seed})`, () => tryLaws([name], 15, seed));
