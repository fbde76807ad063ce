/** vmap through convolutions and pools: each sample's result and gradients are those of the sample by itself. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  conv2d,
  convTranspose2d,
  func,
  manualSeed,
  nn,
  randn,
  stack,
  type Tensor,
  vmap,
} from "../../src/index.js";

function assertSame(actual: Tensor, expected: Tensor): void {
  assert.deepEqual(actual.shape, expected.shape);
  assert.ok(actual.sub(expected).abs().max().item() < 1e-4);
}

const each = (f: (i: number) => Tensor, n: number): Tensor =>
  stack(Array.from({ length: n }, (_, i) => f(i)));

test("images, weights, or both differ from sample to sample", () => {
  manualSeed(0);
  const x = randn([3, 2, 4, 6, 5]);
  const w = randn([3, 6, 2, 3, 3]);
  const options = { padding: 1, stride: 2, groups: 2 };
  assertSame(
    vmap((a: Tensor, b: Tensor) => conv2d(a, b, options))(x, w),
    each((i) => conv2d(x.at(i), w.at(i), options), 3),
  );
  assertSame(
    vmap((a: Tensor) => conv2d(a, w.at(0), options))(x),
    each((i) => conv2d(x.at(i), w.at(0), options), 3),
  );
  assertSame(
    vmap((b: Tensor) => conv2d(x.at(0), b, options))(w),
    each((i) => conv2d(x.at(0), w.at(i), options), 3),
  );
  const v = randn([3, 4, 3, 2, 3]);
  assertSame(
    vmap((a: Tensor, b: Tensor) => convTranspose2d(a, b, options))(x, v),
    each((i) => convTranspose2d(x.at(i), v.at(i), options), 3),
  );
  assertSame(
    vmap((a: Tensor) => nn.functional.maxPool2d(a, 2))(x),
    each((i) => nn.functional.maxPool2d(x.at(i), 2), 3),
  );
});

test("each sample's gradients of the weights", () => {
  manualSeed(1);
  const x = randn([5, 2, 6, 6]);
  const w = randn([3, 2, 3, 3]);
  const loss = (weight: Tensor, image: Tensor): Tensor =>
    nn.functional
      .maxPool2d(conv2d(image.unsqueeze(0), weight, { padding: 1 }), 2)
      .square()
      .sum();
  const gradient = func.grad(loss) as (weight: Tensor, image: Tensor) => Tensor;
  assertSame(
    vmap(gradient, { inDims: [null, 0] })(w, x),
    each((i) => gradient(w, x.at(i)), 5),
  );
});
