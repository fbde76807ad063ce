/** Tensors go through structuredClone, postMessage and JSON, and can be iterated over. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { MessageChannel } from "node:worker_threads";
import { arange, type DType, nn, randn, tensor, type Tensor } from "../../src/index.js";
import { dtypeNames } from "../../src/primitives/dtypes.js";

test("toCloneable goes through structuredClone, and tensor() makes the tensor again, of every dtype", () => {
  for (const dtype of dtypeNames as readonly DType[]) {
    const x = arange(6).to(dtype).reshape([2, 3]);
    const y = tensor(structuredClone(x.toCloneable()));
    assert.equal(y.dtype, dtype);
    assert.deepEqual(y.shape, [2, 3]);
    assert.ok(x.equal(y), dtype);
  }
  const leaf = randn([3]).requiresGrad_();
  assert.equal(tensor(structuredClone(leaf.mul(2).toCloneable())).isLeaf, true);
  assert.equal(tensor(structuredClone(leaf.toCloneable())).requiresGrad, true);
  assert.equal(tensor(leaf.toCloneable(), { requiresGrad: false }).requiresGrad, false);
  assert.equal(tensor(leaf.toCloneable(), { dtype: "float64" }).dtype, "float64");
  assert.deepEqual(tensor(tensor(7).toCloneable()).tolist(), 7);
  assert.deepEqual(tensor(randn([0, 4]).toCloneable()).shape, [0, 4]);
});

test("a view gives its own elements alone, and nobody else sees what becomes of them", () => {
  const x = arange(12).reshape([3, 4]);
  const clone = (x.t() as Tensor).slice([1, 3]).toCloneable();
  assert.deepEqual([...clone.data].map(Number), [1, 5, 9, 2, 6, 10]);
  assert.equal(clone.data.buffer.byteLength, clone.data.byteLength);
  clone.data.fill(0 as never);
  assert.equal(x.sum().item(), 66);
});

test("a state dict goes to another thread, its buffers transferred", async () => {
  const model = nn.sequential(new nn.Linear(3, 2), new nn.BatchNorm1d(2));
  const entries = Object.entries(model.stateDict()).map(([key, t]) => [key, t.toCloneable()] as const);
  const { port1, port2 } = new MessageChannel();
  const message = once(port2, "message");
  port1.postMessage(
    Object.fromEntries(entries),
    entries.map(([, { data }]) => data.buffer as ArrayBuffer),
  );
  const [state] = (await message) as [Record<string, ReturnType<Tensor["toCloneable"]>>];
  port1.close();
  assert.equal(entries[0]![1].data.length, 0);
  const other = nn.sequential(new nn.Linear(3, 2), new nn.BatchNorm1d(2));
  other.loadStateDict(Object.fromEntries(Object.entries(state).map(([key, c]) => [key, tensor(c)])));
  const x = randn([4, 3]);
  assert.ok(model.eval().forward(x).equal(other.eval().forward(x)));
});

test("a tensor itself is refused with what to write, wherever it is in a message", () => {
  const refusal = { name: "TypeError", message: /not tensors; send x\.toCloneable\(\)/ };
  const x = randn([2], { requiresGrad: true });
  for (const value of [x, x.mul(2), [{ x }], new Map([["x", x]]), new nn.Linear(2, 3).stateDict()])
    assert.throws(() => structuredClone(value), refusal);
  const { port1 } = new MessageChannel();
  assert.throws(() => {
    port1.postMessage({ x });
  }, refusal);
  port1.close();
});

test("an object that is none is refused", () => {
  const { dtype, shape, data, requiresGrad } = randn([2, 3]).toCloneable();
  const whole = { dtype, shape, data, requiresGrad };
  assert.throws(() => tensor({ ...whole, shape: [2, 4] }), /typed array of 8 elements, got 6/);
  assert.throws(() => tensor({ ...whole, dtype: "int16" as DType }), /"int16" is no dtype/);
  assert.throws(() => tensor({ ...whole, dtype: "int64" }), /a BigInt64Array for int64/);
  assert.throws(() => tensor({ ...whole, shape: [-2, -3] }), /shape as a list of sizes/);
});

test("toJSON gives nested arrays, and a tensor is iterable over its first dim", () => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);
  assert.equal(
    JSON.stringify({ x, mask: x.gt(2), big: tensor([5n]) }),
    '{"x":[[1,2],[3,4]],"mask":[[false,false],[true,true]],"big":[5]}',
  );
  assert.deepEqual(
    [...x].map((row) => row.tolist()),
    [
      [1, 2],
      [3, 4],
    ],
  );
  const [first, second] = x;
  assert.deepEqual([first!.sum().item(), second!.sum().item()], [3, 7]);
  assert.throws(() => [...tensor(1)], /0-d|dimension/);
});
