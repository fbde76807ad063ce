/**
 * x.slice(...) and x.at(...) pick what Python's brackets pick.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { arange, type Tensor, tensor } from "../../src/index.js";
import type { SliceIndex } from "../../src/ops/part.js";

const x: Tensor = arange(24).reshape(2, 3, 4);

/** NumPy's way, element by element: positions that a range picks. */
function range(n: number, start: number | null, end: number | null, step: number): number[] {
  const out: number[] = [];
  const clip = (v: number, low: number, high: number) => Math.min(high, Math.max(low, v < 0 ? v + n : v));
  if (step > 0)
    for (let i = start === null ? 0 : clip(start, 0, n); i < (end === null ? n : clip(end, 0, n)); i += step)
      out.push(i);
  else
    for (
      let i = start === null ? n - 1 : clip(start, -1, n - 1);
      i > (end === null ? -1 : clip(end, -1, n - 1));
      i += step
    )
      out.push(i);
  return out;
}

test("every range of a vector is Python's", () => {
  const v = arange(7);
  const bounds = [null, -9, -7, -3, -1, 0, 2, 6, 7, 9];
  for (const start of bounds) {
    for (const end of bounds) {
      for (const step of [1, 2, 3, -1, -2, -4]) {
        const what = `${start}:${end}:${step}`;
        assert.deepEqual(v.slice([start, end, step]).tolist(), range(7, start, end, step), what);
        assert.deepEqual(
          v.slice(`${start ?? ""}:${end ?? ""}:${step}`).tolist(),
          range(7, start, end, step),
          what,
        );
      }
    }
  }
});

test("indices name dims from the first on; the rest stay", () => {
  const cases: readonly (readonly [readonly SliceIndex[], readonly number[], number])[] = [
    [[1], [3, 4], 12],
    [[null, 1], [2, 4], 4],
    [[-1, -1, -1], [], 23],
    [["...", 2], [2, 3], 2],
    [[0, "..."], [3, 4], 0],
    [["...", [1, 3]], [2, 3, 2], 1],
    [[":", "1:", "::2"], [2, 2, 2], 4],
    [["new", 0, "new"], [1, 1, 3, 4], 0],
    [[[5]], [0, 3, 4], NaN],
  ];
  for (const [indices, shape, first] of cases) {
    const y = x.slice(...indices);
    assert.deepEqual([...y.shape], shape, JSON.stringify(indices));
    if (y.numel() > 0) assert.equal(y.flatten().at(0).item(), first);
  }
});

test("an index tensor or a mask picks entries of its dim", () => {
  const picked = x.slice(0, tensor([2, 0], { dtype: "int32" }), [1, 3]);
  assert.deepEqual(picked.tolist(), [
    [9, 10],
    [1, 2],
  ]);
  assert.deepEqual([...x.slice(null, tensor([true, false, true])).shape], [2, 2, 4]);
});

test("at() counts from the end for negative numbers", () => {
  assert.equal(x.at(1, 2, 3).item(), 23);
  assert.equal(x.at(-1, 0, 0).item(), 12);
  assert.deepEqual(x.at(0, 1).tolist(), [4, 5, 6, 7]);
});

test("what cannot be read is refused", () => {
  assert.throws(() => x.slice("1-2"), { message: /cannot read "1-2"; expected "start:end:step"/ });
  assert.throws(() => x.slice([0.5]), { message: /whole numbers, got 0.5/ });
  assert.throws(() => x.slice("...", "..."), { message: /only once/ });
});
