/** Narrow elements are computed in a wider dtype and rounded once, at the end of an operation and of its gradient. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Tensor, tensor } from "../../../src/index.js";
import * as graph from "../../../src/graph/record/build.js";
import { roundedDType, settled, unroundedly } from "../../../src/graph/record/rounding.js";
import { roundedTo } from "../../../src/primitives/elements.js";

const half = (data: number[]): Tensor => tensor(data, { dtype: "float16" });

test("nodes on the way keep float32, and the tensor of the last one is rounded", () => {
  const x = half(Array.from({ length: 50 }, (_, i) => i / 37));
  const squared = graph.binary("mul", x.node, x.node);
  assert.equal(squared.dtype, "float32");
  assert.equal(roundedDType(squared), "float16");
  const cubed = graph.binary("mul", squared, x.node);
  const y = new Tensor(cubed);
  assert.equal(y.dtype, "float16");
  assert.deepEqual(
    y.tolist(),
    (x.tolist() as number[]).map((v) => roundedTo("float16", Math.fround(Math.fround(v * v) * v))),
  );
  // Operation by operation it rounds each time.
  assert.notDeepEqual(x.mul(x).mul(x).tolist(), y.tolist());
});

test("what moves, chooses or joins nodes on the way leaves them on the way", () => {
  const x = half([0.1, 3]);
  const squared = graph.binary("mul", x.node, x.node);
  const flags = tensor([true, false]).node;
  for (const node of [
    graph.reshape(squared, [2, 1]),
    graph.expand(graph.reshape(squared, [1, 2]), [3, 2]),
    graph.flip(squared, [0]),
    graph.slice(squared, [0], [1], [1]),
    graph.pad(squared, [1], [0], 0),
    graph.copy(squared),
    graph.concat([squared, x.node], 0),
    graph.select(flags, squared, x.node),
    graph.select(flags, x.node, squared),
    graph.reduce("sum", squared, [0], false),
    graph.take(squared, 0, tensor([1], { dtype: "int32" }).node),
    graph.call("cumsum", [squared], [0]),
    graph.unary("sqrt", squared),
    graph.matmul(graph.reshape(squared, [1, 2]), graph.reshape(x.node, [2, 1])),
  ]) {
    assert.equal(node.dtype, "float32");
    assert.equal(settled(node).dtype, "float16");
  }
  // A comparison and a position are no elements.
  assert.equal(settled(graph.binary("gt", squared, x.node)).dtype, "bool");
  assert.equal(settled(graph.reduce("argmax", squared, [0], false)).dtype, "int32");
});

test("narrow elements that are only moved or chosen are never widened", () => {
  const x = half([0.1, 3]);
  for (const node of [
    graph.flip(x.node, [0]),
    graph.concat([x.node, x.node], 0),
    graph.select(tensor([true, false]).node, x.node, x.node),
    graph.take(x.node, 0, tensor([1], { dtype: "int32" }).node),
  ])
    assert.equal(node.dtype, "float16");
});

test("whole numbers wrap once, at the end", () => {
  const x = tensor([200, 3], { dtype: "uint8" });
  const twice = graph.binary("add", x.node, x.node);
  const back = new Tensor(graph.binary("div", twice, graph.scalar(2, "int32")));
  assert.equal(back.dtype, "uint8");
  assert.deepEqual(back.tolist(), [200, 3]);
  assert.deepEqual(x.add(x).tolist(), [144, 6]);
});

test("within a function tensors keep what is to be rounded, also where it throws", () => {
  const x = half([0.1]);
  assert.throws(() =>
    unroundedly(() => {
      assert.equal(x.mul(x).dtype, "float32");
      throw new Error("stop");
    }),
  );
  assert.equal(x.mul(x).dtype, "float16");
});

test("a gradient rounds once and has the dtype of its input", () => {
  const x = tensor([2, -0.5], { dtype: "float16", requiresGrad: true });
  x.tanh().sum().backward();
  assert.equal(x.grad!.dtype, "float16");
  // From the rounded result that was saved, as in PyTorch: 1 − y².
  const y = x.detach().tanh().tolist() as number[];
  assert.deepEqual(
    x.grad!.tolist(),
    y.map((v) => roundedTo("float16", 1 - v * v)),
  );
});
