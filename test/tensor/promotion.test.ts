/** What two dtypes are brought to is what PyTorch says of all nine, of tensors of any rank and of numbers. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { tensor } from "../../src/index.js";
import { dtypeNames, type DTypeName } from "../../src/primitives/dtypes.js";

interface Golden {
  readonly tensors: Record<DTypeName, Record<DTypeName, readonly string[]>>;
  readonly numbers: Record<DTypeName, Record<"true" | "whole" | "fraction", readonly string[]>>;
}

const golden = JSON.parse(
  readFileSync(new URL("../golden/promotion.json", import.meta.url), "utf8"),
) as Golden;

const ones = (dtype: DTypeName, rank: number) => tensor(rank === 0 ? 1 : [1], { dtype });
/** There is no int16: what PyTorch brings uint8 and int8 to. */
const known = (dtype: string): string => (dtype === "int16" ? "int32" : dtype);
const ranks = [
  [1, 1],
  [1, 0],
  [0, 1],
  [0, 0],
] as const;

test("two tensors", () => {
  for (const a of dtypeNames) {
    for (const b of dtypeNames) {
      ranks.forEach(([i, j], k) => {
        const what = `${a} of rank ${i}, ${b} of rank ${j}`;
        const expected = known(golden.tensors[a][b][k]!);
        assert.equal(ones(a, i).add(ones(b, j)).dtype, expected, what);
        assert.equal(ones(a, i).maximum(ones(b, j)).dtype, expected, what);
      });
    }
  }
});

test("a tensor and a number", () => {
  for (const a of dtypeNames) {
    [1, 0].forEach((rank, k) => {
      const x = ones(a, rank);
      const { whole, fraction } = golden.numbers[a];
      // A whole number is int32 where an integer is asked for, int64 in PyTorch.
      assert.equal(x.mul(1).dtype, a === "bool" ? "int32" : whole[k], `${a} and 1`);
      assert.equal(x.mul(1.5).dtype, fraction[k], `${a} and 1.5`);
    });
  }
});
