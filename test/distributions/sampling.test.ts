/** Samples follow their distributions, at seeds that are fixed, and have the gradients of the implicit reparameterization. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { arange, distributions as D, full, manualSeed, tensor, type Tensor } from "../../src/index.js";

const n = 4000;
/** Kolmogorov's bound at which one sample in ten thousand of a true distribution is refused. */
const bound = 2.23 / Math.sqrt(n);

function sorted(d: D.Distribution): Tensor {
  manualSeed(7);
  return d.sample([n]).double().sort(0).values;
}

/** The largest distance of the samples' distribution function from the true one. */
function distance(cdf: Tensor): number {
  const step = arange(n, { dtype: "float64" }).div(n);
  const above = cdf.sub(step).max().item();
  return Math.max(
    above,
    step
      .add(1 / n)
      .sub(cdf)
      .max()
      .item(),
  );
}

const continuous: Record<string, D.Distribution> = {
  Normal: new D.Normal(0.5, 2),
  LogNormal: new D.LogNormal(0.5, 0.7),
  HalfNormal: new D.HalfNormal(2),
  Laplace: new D.Laplace(0.5, 2),
  Cauchy: new D.Cauchy(0.5, 2),
  HalfCauchy: new D.HalfCauchy(2),
  Gumbel: new D.Gumbel(0.5, 2),
  Uniform: new D.Uniform(-1, 3),
  "Gamma of a small concentration": new D.Gamma(0.3, 2),
  "Gamma of a large concentration": new D.Gamma(20, 2),
  Chi2: new D.Chi2(3),
  Exponential: new D.Exponential(2),
  Weibull: new D.Weibull(2, 1.5),
  Pareto: new D.Pareto(2, 3),
  Kumaraswamy: new D.Kumaraswamy(1.5, 2.5),
  InverseGamma: new D.InverseGamma(3, 2),
  ContinuousBernoulli: new D.ContinuousBernoulli(0.8),
  "GeneralizedPareto of a heavy tail": new D.GeneralizedPareto(0.5, 2, 0.3),
  "GeneralizedPareto of a tail that ends": new D.GeneralizedPareto(0.5, 2, -0.4),
};

describe("by Kolmogorov and Smirnov samples are as their distribution function says", () => {
  for (const [name, d] of Object.entries(continuous))
    test(name, () => {
      const x = sorted(d);
      const off = distance(d.cdf(x.float()).double());
      assert.ok(off < bound, `${off} is not below ${bound}`);
    });
  test("StudentT, Beta and FisherSnedecor, by what their samples become", () => {
    // t² of t with d degrees of freedom is F with 1 and d; F is a ratio of Beta numbers; Beta(1, b) has 1 − (1 − x)^b.
    const beta = distance(sorted(new D.Beta(1, 3)).neg().add(1).pow(3).neg().add(1));
    assert.ok(beta < bound, `Beta ${beta}`);
    // With 2 degrees of freedom: ½ + t / (2 √(2 + t²)).
    const t = sorted(new D.StudentT(2));
    const student = distance(t.div(t.square().add(2).sqrt().mul(2)).add(0.5));
    assert.ok(student < bound, `StudentT ${student}`);
    // F with 2 and 4: 1 − (1 + x / 2)^−2.
    const f = sorted(new D.FisherSnedecor(2, 4));
    const fisher = distance(f.mul(0.5).add(1).pow(-2).neg().add(1));
    assert.ok(fisher < bound, `FisherSnedecor ${fisher}`);
  });
  test("VonMises, by sums of its density", () => {
    const d = new D.VonMises(0.5, 2);
    const x = sorted(d).dataSync() as Float64Array;
    const grid = 4096;
    const at = arange(grid, { dtype: "float64" })
      .add(0.5)
      .mul((2 * Math.PI) / grid)
      .sub(Math.PI);
    const p = d
      .logProb(at)
      .exp()
      .mul((2 * Math.PI) / grid)
      .cumsum(0)
      .dataSync() as Float64Array;
    const cdf = Array.from(
      x,
      (v) => p[Math.min(grid - 1, Math.floor(((v + Math.PI) / (2 * Math.PI)) * grid))]!,
    );
    const off = distance(tensor(cdf, { dtype: "float64" }));
    assert.ok(off < bound, `${off}`);
  });
});

describe("counts come as often as their probabilities say", () => {
  const discrete: Record<string, D.Distribution> = {
    Bernoulli: new D.Bernoulli(0.3),
    Geometric: new D.Geometric(0.3),
    "Binomial of few": new D.Binomial(7, 0.4),
    "Binomial of many": new D.Binomial(60, 0.7),
    "Poisson of a small rate": new D.Poisson(2.5),
    "Poisson of a large rate": new D.Poisson(30),
    NegativeBinomial: new D.NegativeBinomial(3, 0.6),
    Categorical: new D.Categorical(tensor([1, 3, 0, 2])),
  };
  for (const [name, d] of Object.entries(discrete))
    test(name, () => {
      manualSeed(11);
      const x = d.sample([n]).int().dataSync() as Int32Array;
      const most = Math.max(...x);
      const seen = new Float64Array(most + 1);
      for (const value of x) seen[value]!++;
      const support = name === "Categorical" ? arange(most + 1) : arange(most + 1).float();
      const p = d.logProb(support).exp().double().dataSync() as Float64Array;
      // χ² over the values that are expected at least five times, the rest together.
      let chi2 = 0;
      let cells = 0;
      let [restSeen, restExpected] = [n, n];
      p.forEach((probability, i) => {
        const expected = probability * n;
        if (expected < 5) return;
        chi2 += (seen[i]! - expected) ** 2 / expected;
        cells++;
        restSeen -= seen[i]!;
        restExpected -= expected;
      });
      if (restExpected > 1) chi2 += (restSeen - restExpected) ** 2 / restExpected;
      const least = cells - 1 + 4 * Math.sqrt(2 * cells) + 4;
      assert.ok(chi2 < least, `χ² is ${chi2} in ${cells} cells, expected below ${least}`);
    });
  test("OneHotCategorical, Multinomial, Dirichlet and distributions of vectors and matrices have their means and variances", () => {
    manualSeed(3);
    const made = [
      new D.LowRankMultivariateNormal(tensor([1, -1]), tensor([[1.2], [-0.4]]), tensor([0.5, 1.5])),
      new D.Wishart(
        5,
        tensor([
          [2, 0.5],
          [0.5, 1],
        ]),
      ),
      new D.OneHotCategorical(tensor([1, 3, 4])),
      new D.Multinomial(12, tensor([1, 3, 4])),
      new D.Dirichlet(tensor([0.5, 2, 4])),
    ];
    for (const d of made) {
      const x = d.sample([n]);
      const spread = d.stddev.max().item();
      const off = x.mean(0).sub(d.mean).abs().max().item();
      assert.ok(off < (5 * spread) / Math.sqrt(n), `${String(d)}: means are off by ${off}`);
      const ratio = x.var(0).div(d.variance).sub(1).abs().max().item();
      assert.ok(ratio < 0.15, `${String(d)}: variances are off by ${ratio}`);
    }
  });
});

test("samples of LKJCholesky are triangles of correlations, by the onion method as wide as η says", () => {
  for (const [eta, dim] of [
    [0.7, 2],
    [1, 3],
    [4, 4],
  ] as const) {
    manualSeed(5);
    const d = new D.LKJCholesky(dim, eta);
    const lower = d.sample([n]);
    d.logProb(lower);
    const correlations = lower.matmul(lower.mT as Tensor).double();
    const off = correlations.select(-1, 0).select(-1, dim - 1);
    // Each correlation is 2 Beta(a, a) − 1 with a = η + dim / 2 − 1, of variance 1 / (2 a + 1).
    const variance = 1 / (2 * eta + dim - 1);
    assert.ok(Math.abs(off.mean().item()) < 5 * Math.sqrt(variance / n), `mean ${off.mean().item()}`);
    const ratio = off.var().item() / variance;
    assert.ok(Math.abs(ratio - 1) < 0.1, `η ${eta}, ${dim} dims: variance is off by ${ratio}`);
  }
});

test("OneHotCategoricalStraightThrough gives samples with the gradient of probabilities", () => {
  const logits = tensor([0.1, 0.5, -1], { requiresGrad: true });
  const d = new D.OneHotCategoricalStraightThrough({ logits });
  const x = d.rsample([5]);
  assert.ok(x.sum(-1).sub(1).abs().max().item() < 1e-6);
  x.select(-1, 0).sum().backward();
  const p = logits.detach().softmax(-1);
  const slope = p
    .select(0, 0)
    .mul(p)
    .neg()
    .add(tensor([1, 0, 0]).mul(p))
    .mul(5);
  assert.ok(logits.grad!.sub(slope).abs().max().item() < 1e-6);
});

describe("samples have a gradient", () => {
  /** d/dα of E[f(x)] = E[f′(x) dx/dα], against the derivative that is known. */
  test("of the concentration of Gamma: E[x²] = α (α + 1) has the derivative 2 α + 1", () => {
    for (const alpha of [0.4, 2.5, 12]) {
      manualSeed(5);
      const a = full([n * 4], alpha, { requiresGrad: true });
      new D.Gamma(a, 1).rsample().square().mean().backward();
      const slope = a.grad!.sum().item();
      assert.ok(Math.abs(slope / (2 * alpha + 1) - 1) < 0.1, `α ${alpha}: ${slope}`);
    }
  });
  test("of Beta: E[x] = a / (a + b) has the derivatives b / (a + b)² and −a / (a + b)²", () => {
    manualSeed(5);
    const a = tensor(1.5, { requiresGrad: true });
    const b = tensor(2.5, { requiresGrad: true });
    new D.Beta(a, b)
      .rsample([n * 4])
      .mean()
      .backward();
    assert.ok(Math.abs(a.grad!.item() - 2.5 / 16) < 0.01, `${a.grad!.item()}`);
    assert.ok(Math.abs(b.grad!.item() + 1.5 / 16) < 0.01, `${b.grad!.item()}`);
  });
  test("of Normal by loc and scale, and none of sample()", () => {
    const loc = tensor(0.5, { requiresGrad: true });
    const d = new D.Normal(loc, 2);
    d.rsample([100]).mean().backward();
    assert.ok(Math.abs(loc.grad!.item() - 1) < 1e-6);
    assert.equal(d.sample().requiresGrad, false);
    assert.throws(() => new D.Poisson(2).rsample(), /Poisson: samples have no gradient/);
  });
});

test("what does not fit is refused with its value", () => {
  assert.throws(
    () => new D.Normal(0, tensor([1, -2])),
    /Normal: scale must be above 0, but number 1 .* is -2/,
  );
  assert.throws(() => new D.Bernoulli(1.5), /Bernoulli: probs must be from 0 to 1, but number 0 .* is 1.5/);
  assert.throws(() => new D.Bernoulli({ probs: 0.5, logits: 0 }), /either probs or logits, got both/);
  assert.throws(() => new D.Bernoulli(), /got neither/);
  assert.throws(() => new D.Poisson(2).logProb(1.5), /Poisson: a value must be a whole number from 0 on/);
  assert.throws(() => new D.Uniform(2, 1), /Uniform: high must be above low/);
  assert.throws(() => new D.Normal(0), /expected scale as a number or a tensor, got nothing/);
  assert.throws(
    () => D.klDivergence(new D.Normal(0, 1), new D.Poisson(1)),
    /no formula for Normal and Poisson/,
  );
  assert.ok(Number.isNaN(new D.Normal(0, -1, false).entropy().item()));
});

test("constraints have PyTorch's names, and distributions say theirs", () => {
  const C = D.constraints;
  const holds = (constraint: D.Constraint, x: Tensor): unknown => constraint.check(x).tolist();
  assert.deepEqual(holds(C.greaterThan(1), tensor([1, 2])), [false, true]);
  assert.deepEqual(holds(C.greaterThanEq(tensor([1, 3])), tensor([1, 2])), [true, false]);
  assert.deepEqual(holds(C.lessThan(2), tensor([1, 2])), [true, false]);
  assert.deepEqual(holds(C.interval(0, 2), tensor([-1, 2])), [false, true]);
  assert.deepEqual(holds(C.halfOpenInterval(0, 2), tensor([0, 2])), [true, false]);
  assert.deepEqual(holds(C.integerInterval(0, 2), tensor([0.5, 2])), [false, true]);
  assert.deepEqual(holds(C.positiveInteger, tensor([0, 1, 1.5])), [false, true, false]);
  assert.equal(holds(C.multinomial(3), tensor([1, 2])), true);
  const matrices = tensor([
    [
      [1, 0],
      [2, 1],
    ],
    [
      [1, 2],
      [2, 4],
    ],
    [
      [1, 2],
      [2, 1],
    ],
  ]);
  assert.deepEqual(holds(C.lowerTriangular, matrices), [true, false, false]);
  assert.deepEqual(holds(C.lowerCholesky, matrices), [true, false, false]);
  assert.deepEqual(holds(C.symmetric, matrices), [false, true, true]);
  assert.deepEqual(holds(C.positiveSemidefinite, matrices), [false, true, false]);
  assert.deepEqual(holds(C.square, matrices), [true, true, true]);
  assert.equal(new D.Normal(0, 1).argConstraints["scale"], C.positive);
  assert.equal(new D.Poisson(1).support, C.nonnegativeInteger);
});

test("what PyTorch has of single distributions besides", () => {
  const near = (x: Tensor, expected: number[]): void => {
    Array.from(x.flatten().dataSync() as Float64Array).forEach((value, i) => {
      assert.ok(Math.abs(value - expected[i]!) < 5e-5, `${value} is not ${expected[i]}`);
    });
  };
  const f64 = (values: number | number[] | number[][]): Tensor =>
    tensor(values as number[], { dtype: "float64" });
  // PyTorch's numbers.
  const pareto = new D.GeneralizedPareto(f64(0.5), f64(0.7), f64(0.3));
  near(pareto.logCdf(f64([0.6, 4])), [-2.0361, -0.0483]);
  near(pareto.logSurvivalFunction(f64([0.6, 4])), [-0.1399, -3.0543]);
  const covarianceMatrix = f64([
    [2, 0.3],
    [0.3, 1],
  ]);
  near(new D.Wishart(5.5, { covarianceMatrix }).precisionMatrix, [0.5236, -0.1571, -0.1571, 1.0471]);
  // A uniform distribution that covers the values just so, where PyTorch says infinity.
  const bernoulli = new D.ContinuousBernoulli(f64(0.3));
  const unit = new D.Uniform(f64(0), f64(1));
  near(D.klDivergence(bernoulli, unit).add(bernoulli.entropy()), [0]);
  const points = unit.icdf(f64(Array.from({ length: 2000 }, (_, i) => (i + 0.5) / 2000)));
  near(D.klDivergence(unit, bernoulli), [Number(bernoulli.logProb(points).mean().neg().item())]);
  assert.equal(D.klDivergence(new D.Uniform(-1, 0.5), new D.ContinuousBernoulli(0.3)).item(), Infinity);
});
