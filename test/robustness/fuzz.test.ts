/** Shortened; `npm run fuzz` throws 100,000 messages with another seed each time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Signer } from "../../kernel/wire/signer.js";
import { Chance } from "./chance.js";
import { fuzz } from "./fuzz.js";
import { Mutations } from "./mutations.js";

test("2,000 mutated messages neither end the kernel nor change the state of its session", async () => {
  const { messages, cells, replies } = await fuzz(2_000, 1);
  assert.equal(messages, 2_000);
  // Otherwise nothing was tried.
  assert.ok(cells > 10 && replies > 500, `${cells} cells, ${replies} replies`);
});

test("the same seed gives the same messages", () => {
  const shots = (seed: number) => {
    const mutations = new Mutations(new Chance(seed), new Signer("key"));
    return Array.from({ length: 300 }, () => mutations.next());
  };
  assert.deepEqual(shots(5), shots(5));
  assert.notDeepEqual(shots(5), shots(6));
});
