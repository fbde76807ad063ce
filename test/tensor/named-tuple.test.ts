/** Several results are reached by name, by destructuring and, as PyTorch's users write it, by position. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { eye, frexp, histogram, linalg, nn, randn, stdMean, tensor } from "../../src/index.js";

const x = tensor([
  [1, 5, 2],
  [4, 3, 6],
]);

test("x.max(1)[1] are the indices", () => {
  const largest = x.max(1);
  assert.deepEqual(largest[0]!.tolist(), [5, 6]);
  assert.deepEqual(largest[1]!.tolist(), [1, 2]);
  assert.deepEqual(x.topk(1)[1]!.tolist(), [[1], [2]]);
});

test("every kind of several results has its values at 0, 1, …, in the order of their names", () => {
  const results = [
    x.sort(1),
    x.median(1),
    x.cummax(1),
    x.aminmax(),
    stdMean(x),
    frexp(x),
    histogram(x, 3),
    linalg.qr(eye(3)),
    linalg.svd(x),
    linalg.lstsq(randn([4, 2]), randn([4, 1])),
    new nn.AdaptiveLogSoftmaxWithLoss(4, 6, [2]).forward(
      randn([3, 4]),
      tensor([0, 1, 5], { dtype: "int64" }),
    ),
  ];
  for (const result of results) {
    const values = Object.values(result);
    assert.deepEqual([...result], values);
    values.forEach((value, i) => assert.equal(result[i], value));
    assert.equal(result[values.length], undefined);
    assert.ok(!Object.keys(result).some((name) => /^\d/.test(name)), "positions are not among the names");
  }
});
