/**
 * Random numbers: repeatable, distributed as they should be, and the same for a draw of n as for two of n/2.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bernoulli,
  full,
  getRandomState,
  manualSeed,
  multinomial,
  normal,
  rand,
  randint,
  randLike,
  randn,
  randnLike,
  randperm,
  setRandomState,
  type Tensor,
  tensor,
  zeros,
} from "../../src/index.js";

function seeded<T>(draw: () => T): T {
  manualSeed(42);
  return draw();
}

test("the same seed gives the same numbers, another one others", () => {
  const draw = () => [
    rand(3).tolist(),
    randn([2, 2]).tolist(),
    randint(100, [4]).tolist(),
    randperm(6).tolist(),
  ];
  assert.deepEqual(seeded(draw), seeded(draw));
  const a = seeded(() => rand(3).tolist());
  manualSeed(43);
  assert.notDeepEqual(rand(3).tolist(), a);
});

test("values do not depend on when they are read", () => {
  const late = seeded(() => [rand(3), rand(3)] as const);
  const second = late[1].tolist();
  const first = late[0].tolist();
  const [x, y] = seeded(() => [rand(3).tolist(), rand(3).tolist()] as const);
  assert.deepEqual([first, second], [x, y]);
});

test("two draws continue one stream", () => {
  const whole = seeded(() => rand(8).tolist());
  assert.deepEqual(
    seeded(() => [...rand(4).tolist(), ...rand(4).tolist()]),
    whole,
  );
});

test("the stream's state can be taken and put back", () => {
  manualSeed(5);
  rand(7);
  const state = getRandomState();
  const a = randn(3).tolist();
  setRandomState(state);
  assert.deepEqual(randn(3).tolist(), a);
});

/** Mean and standard deviation of n numbers lie within five standard errors. */
function assertMoments(x: Tensor, mean: number, std: number): void {
  const n = x.numel();
  const d = x.double();
  assert.ok(Math.abs(d.mean().item() - mean) < (5 * std) / Math.sqrt(n), `mean ${d.mean().item()}`);
  assert.ok(Math.abs(d.std().item() - std) < (5 * std) / Math.sqrt(n), `std ${d.std().item()}`);
}

test("uniform, normal and whole numbers have the right mean and spread", () => {
  manualSeed(1);
  const n = 40_000;
  assertMoments(rand(n), 0.5, Math.sqrt(1 / 12));
  assertMoments(randn(n), 0, 1);
  assertMoments(randn([n], { dtype: "float64" }), 0, 1);
  assertMoments(normal(3, 2, [n]), 3, 2);
  assertMoments(randint(5, 9, [n]), 6.5, Math.sqrt(15 / 12));
  assertMoments(bernoulli(full([n], 0.3)), 0.3, Math.sqrt(0.21));
  const u = rand(n);
  assert.ok(u.min().item() >= 0 && u.max().item() < 1);
  const w = randint(5, 9, [n]);
  assert.deepEqual([w.dtype, w.min().item(), w.max().item()], ["int32", 5, 8]);
});

test("neighbours in the stream are not correlated", () => {
  manualSeed(2);
  const x = randn(20_001);
  const r = x
    .narrow(0, 0, 20_000)
    .mul(x.narrow(0, 1, 20_000))
    .mean()
    .item();
  assert.ok(Math.abs(r) < 5 / Math.sqrt(20_000));
});

test("randperm has every number once, and mixes", () => {
  manualSeed(3);
  const order = randperm(1000);
  assert.equal(order.dtype, "int32");
  const list = order.tolist();
  assert.deepEqual(
    [...list].sort((a, b) => a - b),
    Array.from({ length: 1000 }, (_, i) => i),
  );
  assert.ok(list.filter((v, i) => v === i).length < 10);
});

test("multinomial draws by weight, without putting back unless told to", () => {
  manualSeed(4);
  const weights = tensor([
    [0, 1, 3],
    [1, 0, 0],
  ]);
  const drawn = multinomial(weights, 4000, { replacement: true });
  assert.deepEqual([...drawn.shape], [2, 4000]);
  const threes = drawn.at(0).eq(2).sum().item();
  assert.ok(Math.abs(threes / 4000 - 0.75) < 0.035);
  assert.equal(drawn.at(1).sum().item(), 0);
  assert.deepEqual(
    multinomial(tensor([1, 2, 3]), 3)
      .sort()
      .values.tolist(),
    [0, 1, 2],
  );
});

test("the like functions take shape and dtype", () => {
  const x = zeros([2, 3], { dtype: "float64" });
  for (const y of [randLike(x), randnLike(x)]) assert.deepEqual([[...y.shape], y.dtype], [[2, 3], "float64"]);
});

test("senseless arguments are refused", () => {
  assert.throws(() => manualSeed(-1), { name: "RangeError" });
  assert.throws(() => randint(5, 5, [2]), { message: "randint: expected low < high, got 5 and 5" });
  assert.throws(() => rand([2], { dtype: "int32" }), {
    message: "rand: expected a floating dtype such as float32, got int32",
  });
  assert.throws(() => normal(0, -1, [2]), { name: "RangeError" });
});
