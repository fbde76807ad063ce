import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  dtypeBits,
  dtypeShift,
  firstKeyBit,
  Kind,
  kindBits,
  opBits,
  roundingBits,
  roundingShift,
} from "../../src/graph/record/node.js";
import { dtypeNames, isComputed } from "../../src/primitives/dtypes.js";
import { binary, isDefinedFor, unary } from "../../src/primitives/elementwise.js";
import { binaryOps, reduceOps, unaryOps } from "../../src/primitives/table.js";

describe("the table of primitives", () => {
  it("fits into the fields of a node's code", () => {
    for (const names of [unaryOps, binaryOps, reduceOps]) assert.ok(names.length <= 1 << opBits);
    assert.ok(Object.keys(Kind).length <= 1 << kindBits);
    assert.ok(dtypeNames.length <= 1 << dtypeBits);
    assert.ok(dtypeNames.filter((dtype) => !isComputed(dtype)).length < 1 << roundingBits);
    // Three bits are used from the first on.
    assert.ok(firstKeyBit << 2 < 1 << dtypeShift);
    // V8 keeps integers below 2³⁰ without boxing them.
    assert.ok(roundingShift + roundingBits <= 30);
  });

  it("defines each function for some dtype", () => {
    for (const [name, row] of [...Object.entries(unary), ...Object.entries(binary)])
      assert.ok(
        dtypeNames.some((dtype) => isDefinedFor(row, dtype)),
        name,
      );
  });
});
