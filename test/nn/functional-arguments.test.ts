/** Whatever is given to a function of `nn.functional` in the place of a tensor, the error names the function and says what was expected. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { nn, ones } from "../../src/index.js";

const functions = Object.entries(nn.functional) as [string, (...args: unknown[]) => unknown][];

/** The function that a name stands for: `logSigmoid` is `logsigmoid`, and `maxPool2dWithIndices` is `maxPool2d`. */
const stem = (name: string): string => name.replace(/WithIndices$/, "").toLowerCase();

function messageOf(f: () => unknown): string {
  try {
    f();
  } catch (error) {
    assert.ok(error instanceof Error);
    return error.message;
  }
  return assert.fail("it was not refused");
}

describe("what is no tensor", () => {
  for (const [name, f] of functions)
    test(`is refused by ${name} as its first argument`, () => {
      for (const given of [null, undefined, 3, "x", [1, 2]]) {
        const message = messageOf(() => f(given));
        assert.ok(message.toLowerCase().startsWith(stem(name)), message);
        assert.match(message, /expected/, name);
      }
    });
  test("is refused as the second, and the argument is named", () => {
    const x = ones([2, 3]);
    for (const [name, what] of [
      ["mseLoss", "target"],
      ["crossEntropy", "target"],
      ["klDiv", "target"],
      ["linear", "weight"],
      ["embedding", "weight"],
      ["gridSample", "grid"],
      ["cosineSimilarity", "x2"],
      ["scaledDotProductAttention", "key"],
      ["bilinear", "x2"],
      ["tripletMarginLoss", "positive"],
      ["marginRankingLoss", "input2"],
    ] as const)
      assert.equal(
        messageOf(() => (nn.functional[name] as (...args: unknown[]) => unknown)(x, null)),
        `${name} (${what}): expected a tensor, got null`,
      );
  });
});
