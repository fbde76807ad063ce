/** Random numbers in place and as functions follow their distributions, and streams of their own are repeatable. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  arange,
  bernoulli,
  binomial,
  full,
  Generator,
  getRngState,
  initialSeed,
  manualSeed,
  multinomial,
  normal,
  poisson,
  rand,
  randint,
  randintLike,
  randn,
  randperm,
  seed,
  setRngState,
  tensor,
  type Tensor,
  zeros,
} from "../../src/index.js";

const n = 4000;

/** The largest distance of the numbers' distribution function from the true one. */
function distance(x: Tensor, cdf: (x: Tensor) => Tensor): number {
  const p = cdf(x.double().sort(0).values as Tensor);
  const step = arange(n, { dtype: "float64" }).div(n);
  return Math.max(
    p.sub(step).max().item(),
    step
      .add(1 / n)
      .sub(p)
      .max()
      .item(),
  );
}

describe("in place, by Kolmogorov and Smirnov", () => {
  const normalCdf = (x: Tensor): Tensor => x.mul(Math.SQRT1_2).erf().add(1).mul(0.5);
  const cases: Record<string, [fill: (x: Tensor) => Tensor, cdf: (x: Tensor) => Tensor]> = {
    uniform_: [(x) => x.uniform_(-1, 3), (x) => x.add(1).mul(0.25)],
    normal_: [(x) => x.normal_(1, 2), (x) => normalCdf(x.sub(1).mul(0.5))],
    exponential_: [(x) => x.exponential_(2), (x) => x.mul(-2).expm1().neg()],
    cauchy_: [(x) => x.cauchy_(1, 2), (x) => x.sub(1).mul(0.5).atan().div(Math.PI).add(0.5)],
    logNormal_: [(x) => x.logNormal_(0.5, 0.7), (x) => normalCdf(x.log().sub(0.5).div(0.7))],
  };
  for (const [name, [fill, cdf]] of Object.entries(cases))
    for (const dtype of ["float32", "float64"] as const)
      test(`${name} of ${dtype}`, () => {
        manualSeed(5);
        const x = zeros([n], { dtype });
        assert.equal(fill(x), x);
        const off = distance(x, cdf);
        assert.ok(off < 2.23 / Math.sqrt(n), String(off));
      });
});

function about(x: Tensor, mean: number, variance: number, what: string): void {
  const numbers = x.double();
  const off = Math.abs(numbers.mean().item() - mean);
  assert.ok(off <= (5 * Math.sqrt(variance)) / Math.sqrt(n), `${what}: the mean is off by ${off}`);
  const ratio = numbers.var().item() / Math.max(variance, 1e-9);
  if (variance > 0)
    assert.ok(ratio > 0.85 && ratio < 1.15, `${what}: the variance is ${ratio} times what it should be`);
}

test("counts have their means and variances, on either side of where the method changes", () => {
  manualSeed(9);
  for (const rate of [0, 0.3, 9.9, 10, 1e4]) about(poisson(full([n], rate)), rate, rate, `poisson ${rate}`);
  for (const [count, p] of [
    [5, 0.3],
    [40, 0.25],
    [41, 0.25],
    [100, 0.95],
    [3, 1],
    [7, 0],
  ] as const)
    about(binomial(full([n], count), full([n], p)), count * p, count * p * (1 - p), `binomial ${count} ${p}`);
  about(zeros([n]).geometric_(0.3), 1 / 0.3, 0.7 / 0.09, "geometric_");
  about(zeros([n], { dtype: "int32" }).geometric_(0.3), 1 / 0.3, 0.7 / 0.09, "geometric_ of int32");
  about(zeros([n]).bernoulli_(0.3), 0.3, 0.21, "bernoulli_");
  about(zeros([n]).bernoulli_(full([n], 0.3)), 0.3, 0.21, "bernoulli_ of a tensor");
  about(bernoulli(zeros([n]), 0.3), 0.3, 0.21, "bernoulli with a number");
  about(zeros([n], { dtype: "int64" }).random_(2, 8), 4.5, 35 / 12, "random_");
  about(randintLike(zeros([n]), 2, 8), 4.5, 35 / 12, "randintLike");
  about(normal(full([n], 2), full([n], 3)), 2, 9, "normal of tensors");
  assert.ok(Number.isNaN(poisson(tensor([-1])).item()));
});

test("a generator is a stream of its own: every function draws from it, and the common one stays where it was", () => {
  const draw = (generator: Generator): number[][] =>
    [
      rand([2], { generator }),
      randn([2], { generator }),
      randint(9, [2], { generator }),
      randperm(4, { generator }),
      normal(0, 1, [2], { generator }),
      bernoulli(full([4], 0.5), { generator }),
      multinomial(tensor([1, 2, 3]), 2, { generator }),
      poisson(full([2], 20), generator),
      binomial(full([2], 9), full([2], 0.5), { generator }),
      zeros([2]).uniform_(0, 1, { generator }),
      zeros([2]).normal_({ generator }),
      zeros([2]).exponential_(1, { generator }),
      zeros([2]).random_({ generator }),
    ].map((t) => t.tolist() as number[]);
  const before = getRngState();
  const own = new Generator().manualSeed(4);
  const first = draw(own);
  assert.deepEqual(getRngState(), before);
  assert.deepEqual(draw(new Generator().manualSeed(4)), first);
  assert.notDeepEqual(draw(own), first);
  assert.equal(own.initialSeed(), 4);
  const state = own.getState();
  const next = rand([3], { generator: own }).tolist();
  own.setState(state);
  assert.deepEqual(rand([3], { generator: own }).tolist(), next);
});

test("a generator is cloned where it stands, and goes to any place after its seed", () => {
  const own = new Generator().manualSeed(4);
  assert.equal(own.getOffset(), 0);
  const [first, second] = [rand([3], { generator: own }).tolist(), own.getOffset()];
  const clone = own.cloneState();
  const next = rand([3], { generator: own }).tolist();
  assert.deepEqual(rand([3], { generator: clone }).tolist(), next);
  assert.deepEqual(rand([3], { generator: own.setOffset(0) }).tolist(), first);
  assert.deepEqual(rand([3], { generator: own.setOffset(second) }).tolist(), next);
  assert.throws(() => own.setOffset(-1), /^RangeError: setOffset: expected a whole number from 0 to/);
});

test("seed() starts anew from where nobody knows, initialSeed() says from where", () => {
  const fresh = seed();
  assert.equal(initialSeed(), fresh);
  const state = getRngState();
  const a = rand([3]).tolist();
  setRngState(state);
  assert.deepEqual(rand([3]).tolist(), a);
  manualSeed(fresh);
  assert.deepEqual(rand([3]).tolist(), a);
});

test("what cannot be drawn is refused", () => {
  const x = zeros([2]);
  assert.throws(() => x.exponential_(0), /exponential_: expected lambd > 0, got 0/);
  assert.throws(() => x.geometric_(1), /geometric_: expected a probability in \(0, 1\), got 1/);
  assert.throws(() => x.bernoulli_(2), /bernoulli_: expected a probability from 0 to 1, got 2/);
  assert.throws(() => x.random_(5, 5), /random_: expected whole numbers from < to/);
  assert.throws(
    () => zeros([2], { dtype: "int32" }).cauchy_(),
    /cauchy_: expected a floating tensor, got int32/,
  );
  assert.throws(() => poisson(zeros([2], { dtype: "int32" })), /poisson: expected a floating tensor/);
  assert.throws(() => rand([2], { generator: 3 as never }), /expected a Generator, got number/);
});
