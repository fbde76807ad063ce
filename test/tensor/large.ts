/**
 * Tensors over 4 GiB and over 2³¹ elements: `npm run test:large`, not part of `npm test`, since it takes up to 11 GiB and minutes.
 * Node 22 and newer have such buffers; what older ones say is in too-large.test.ts.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { arange, cat, device, full, ones, rand, type Tensor, zeros } from "../../src/index.js";
import { platform } from "../../src/platform/node.js";
import { readNumbers } from "../../src/tensor/reading.js";

const n = 1.2e9; // 4.8 GB of float32

/** What keeps a test from running here, or false. */
function skip(gigabytes: number): string | false {
  if (platform.largestBuffer <= 2 ** 32) return "this Node has no buffers over 4 GiB; Node 22 and newer have";
  if (device().engine !== "native") return "WebAssembly has 4 GiB at most";
  const free = Math.floor(platform.availableMemory() / 1e9);
  return free < gigabytes + 2 && `it takes ${gigabytes} GB and ${free} GB are free`;
}

/** A test of which nothing stays in memory. */
function large(title: string, gigabytes: number, work: () => void): void {
  test(title, (context) => {
    const reason = skip(gigabytes);
    if (reason) return context.skip(reason);
    try {
      work();
    } finally {
      platform.collectGarbage();
    }
  });
}

const ends = (x: Tensor, count = 3): number[] => [...x.narrow(0, x.shape[0]! - count, count).dataSync()];

large("what is only computed with is never stored", 1, () => {
  assert.equal(ones([n]).add(1).sum().item(), 2.4e9);
});

large("a stored tensor is read and sliced at its end", 10, () => {
  const x = arange(0, n / 2, 1, { dtype: "float64" });
  const data = x.dataSync();
  assert.deepEqual([data.length, data.at(-1)], [6e8, 599_999_999]);
  assert.deepEqual(ends(x.add(0.5)), [599_999_997.5, 599_999_998.5, 599_999_999.5]);
  assert.deepEqual([...x.slice([5.9e8, 6e8, 4e6]).dataSync()], [5.9e8, 5.94e8, 5.98e8]);
});

large("rows and columns of a matrix", 10, () => {
  const x = arange(0, n / 2, 1, { dtype: "float64" }).reshape([6000, 100_000]);
  assert.equal(x.at(5999).at(99_999).item(), 599_999_999);
  assert.deepEqual([...x.t().at(99_998).narrow(0, 5998, 2).dataSync()], [599_899_998, 599_999_998]);
  assert.deepEqual(
    [...x.indexSelect(0, [5999, 0, 5998]).select(1, 1).dataSync()],
    [599_900_001, 1, 599_800_001],
  );
  assert.equal(x.argmax().item(), 599_999_999);
  assert.equal(x.amax(0).dataSync()[7], 599_900_007);
});

large("parts put together", 11, () => {
  const data = readNumbers(cat([full([7e8], 1), full([5e8], 2)]), "a test");
  assert.deepEqual([data.length, data[699_999_999], data[700_000_000], data.at(-1)], [n, 1, 2, 2]);
});

large("changes in place beyond 4 GiB", 11, () => {
  const x = zeros([n]);
  x.narrow(0, n - 4, 2).add_(5);
  x.narrow(0, 1.15e9, 3).fill_(7);
  assert.equal(x.sum().item(), 31);
  assert.deepEqual(ends(x, 5), [0, 5, 5, 0, 0]);
});

large("products with a matrix", 6, () => {
  const x = ones([12_000, 100_000]);
  readNumbers(x, "a test");
  const sums = x.matmul(ones([100_000, 2])).dataSync();
  assert.ok(sums.length === 24_000 && sums.every((value) => value === 100_000));
});

large("random numbers", 6, () => {
  const x = rand([n]);
  assert.ok(Math.abs(x.mean().item() - 0.5) < 1e-3);
  assert.equal(new Set(ends(x, 1000)).size, 1000);
});

large("more than 2³¹ elements", 9, () => {
  const x = ones([2.3e9], { dtype: "bool" });
  x.narrow(0, 2.2e9, 1).fill_(0);
  assert.deepEqual([x.at(2.2e9).item(), x.at(-1).item(), x.all().item()], [false, true, false]);
  assert.deepEqual([...x.flip([0]).narrow(0, 99_999_998, 3).dataSync()], [1, 0, 1]);
  assert.equal(x.double().sum().item(), 2.3e9 - 1);
  assert.match(String(x), /^tensor\(\[ ?True/);
});
