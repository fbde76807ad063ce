/** Parameters reach an implementation the same by position, by name, and mixed; what does not fit is refused in words. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { isOptions, optionsOf, reader, takes } from "../../src/tensor/signature.js";
import { tensor } from "../../src/index.js";

const read = reader("sum", "dim | keepdim, *, dtype");

test("by position, by name and mixed are one", () => {
  const expected = [1, { keepdim: true }];
  for (const args of [
    [1, true],
    [1, { keepdim: true }],
    [{ dim: 1, keepdim: true }],
    [{ keepdim: true, dim: 1 }],
  ])
    assert.deepEqual(
      read(args).filter((value) => value !== undefined),
      expected,
    );
  assert.deepEqual(read([1, true, { dtype: "int64" }]), [1, { keepdim: true, dtype: "int64" }]);
  assert.deepEqual(read([]), []);
  assert.deepEqual(read([[0, 1]]), [[0, 1]]);
  assert.deepEqual(read([{ keepdim: true }]), [undefined, { keepdim: true }]);
});

test("null stands for a default", () => {
  assert.deepEqual(read([null, { keepdim: null }]), [null, {}]);
  assert.deepEqual(read([1, null]), [1, {}]);
});

test("what does not fit is refused", () => {
  assert.throws(() => read([1, { keepDim: true }]), {
    name: "TypeError",
    message: "sum: unknown option keepDim; use keepdim",
  });
  assert.throws(() => read([{ axis: 1 }]), {
    message: "sum: unknown option axis; it takes dim, keepdim, dtype",
  });
  assert.throws(() => read([1, { dim: 1 }]), {
    message: "sum: dim is given twice, as argument 1 and by name",
  });
  assert.throws(() => read([1, true, "int64"]), {
    message: "sum: expected at most 2 arguments by position (dim, keepdim), got 3",
  });
});

test("tensors and lists are values, plain objects of any realm are options", () => {
  assert.ok(isOptions({}) && isOptions(Object.create(null)) && isOptions(runInNewContext("({ dim: 1 })")));
  assert.ok(!isOptions(tensor(1)) && !isOptions([1]) && !isOptions(null) && !isOptions(new Date()));
  assert.ok(!isOptions(new Map()) && !isOptions(runInNewContext("[1]")));
});

test("functions and constructors read theirs", () => {
  const pair = takes<(...args: unknown[]) => unknown>("pair", "a, b | c", ((
    a: unknown,
    b: unknown,
    o: object,
  ) => [a, b, o]) as never);
  assert.deepEqual(pair(1, 2, 3), [1, 2, { c: 3 }]);
  assert.deepEqual(pair(1, { b: 2 }), [1, 2, {}]);
  assert.deepEqual(pair(1), [1, undefined, {}]);
  assert.equal(pair.name, "pair");
  assert.deepEqual(optionsOf("Conv2d", "stride, padding", [2, { padding: 1 }]), { stride: 2, padding: 1 });
});
