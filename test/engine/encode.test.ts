import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeProgram } from "../../src/engine/cpu/encode.js";
import { platform } from "../../src/platform/node.js";
import { engines } from "./programs.js";

const skip = !engines.some(({ name }) => name === "native") && "no native engine is built";

test("the native engine refuses a program whose numbers are of another table of primitives", { skip }, () => {
  const { addon } = platform.loadAddon() as {
    addon: { compile(words: Int32Array, frame: Float64Array): number };
  };
  const words = encodeProgram({ externals: [], scalars: 0, arenaBytes: 0, kernels: [], commit: 0 });
  const frame = new Float64Array(16);
  assert.equal(typeof addon.compile(words, frame), "number");
  words[0]!++;
  assert.throws(
    () => addon.compile(words, frame),
    /another table of primitives than the program; run npm run build/,
  );
});
