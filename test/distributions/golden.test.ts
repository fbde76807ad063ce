/** Densities, moments, entropies, divergences and their gradients equal PyTorch's. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { distributions as D, grad, Tensor, tensor } from "../../src/index.js";
import { standardGammaGrad } from "../../src/random/gamma.js";

type Nested = number | string | null | Nested[];
type Parameters = Record<string, Nested>;
interface Recorded {
  value: Nested;
  gradients?: (Nested | null)[] | null;
}
interface Golden {
  cases: {
    name: string;
    parameters: Parameters;
    fixed: Record<string, number>;
    batchShape: number[];
    eventShape: number[];
    values?: Nested;
    probabilities?: Nested;
    of: Record<string, Recorded>;
  }[];
  kl: {
    p: string;
    a: Parameters;
    q: string;
    b: Parameters;
    value: Nested;
    gradients: (Nested | null)[];
  }[];
  transforms: { name: string; args: number[]; x: Nested; y: Nested; slope: Nested }[];
  parts: readonly { name: string; x: Nested; y: Nested; back: Nested; slope: Nested | null }[];
  composed: {
    flow: { logProb: Nested; cdf: Nested; icdf: Nested };
    independent: { logProb: Nested; entropy: Nested };
    mixture: { logProb: Nested; gradient: Nested; cdf: Nested; mean: Nested; variance: Nested };
  };
  gamma: { alpha: number[]; x: number[]; gradient: number[] };
}
const golden = JSON.parse(
  readFileSync(new URL("../golden/distributions.json", import.meta.url), "utf8"),
) as Golden;

const dtype = "float64";
type Make = new (options: object) => D.Distribution;
const classes = D as unknown as Record<string, Make>;

function flat(values: Nested): number[] {
  return Array.isArray(values) ? values.flatMap(flat) : [Number(values)];
}

function numbers(values: Nested, requiresGrad = false): Tensor {
  return tensor(values as never, { dtype, requiresGrad });
}

/** To 1e-9 of the number, or of the largest beside it. */
function near(actual: Tensor, expected: Nested, what: string, tolerance = 1e-9): void {
  const got = Array.from(actual.to(dtype).dataSync() as Float64Array);
  const want = flat(expected);
  assert.equal(got.length, want.length, `${what}: ${got.length} numbers, expected ${want.length}`);
  const scale = Math.max(...want.filter(Number.isFinite).map(Math.abs), 1e-3);
  want.forEach((value, i) => {
    if (Object.is(got[i], value) || got[i] === value) return;
    const error = Math.abs(got[i]! - value);
    assert.ok(error <= tolerance * scale, `${what}: number ${i} is ${got[i]}, PyTorch has ${value}`);
  });
}

function leavesOf(parameters: Parameters): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, numbers(value, true)]));
}

/** Of the sum in which each element has a weight of its own. */
function gradientsOf(result: Tensor, leaves: Tensor[]): (Tensor | null)[] {
  const weights = result.flatten().detach().mul(0).nanToNum().add(1).cumsum(0);
  const sum = result.flatten().mul(weights).sum();
  return grad(sum, leaves, { allowUnused: true }) as (Tensor | null)[];
}

function compare(
  result: Tensor,
  expected: Recorded,
  leaves: Tensor[],
  what: string,
  tolerance: number,
): void {
  near(result, expected.value, what, tolerance);
  if (!expected.gradients || expected.gradients.every((g) => g === null)) return;
  const given = gradientsOf(result, leaves);
  expected.gradients.forEach((g, i) => {
    const own = given[i] ?? leaves[i]!.detach().mul(0);
    // PyTorch's trigamma has nine digits.
    if (g !== null) near(own, g, `${what}, gradient ${i}`, Math.max(tolerance, 1e-8));
  });
}

/** PyTorch computes I₀ and I₁ by polynomials of seven digits. */
const tolerances: Record<string, number> = { VonMises: 5e-7 };

for (const { name, parameters, fixed, values, probabilities, of, ...shapes } of golden.cases) {
  describe(`${name}(${Object.keys(parameters).join(", ")})`, () => {
    const make = (): [D.Distribution, Tensor[]] => {
      const leaves = leavesOf(parameters);
      return [new classes[name]!({ ...leaves, ...fixed }), Object.values(leaves)];
    };
    const tolerance = tolerances[name] ?? 1e-9;
    test("shapes", () => {
      const [d] = make();
      assert.deepEqual([d.batchShape, d.eventShape], [shapes.batchShape, shapes.eventShape]);
      assert.deepEqual(d.sample([3]).shape, [3, ...d.batchShape, ...d.eventShape]);
      const wide = d.expand([4, ...d.batchShape]);
      assert.deepEqual(wide.batchShape, [4, ...d.batchShape]);
      assert.deepEqual(wide.sample().shape, [4, ...d.batchShape, ...d.eventShape]);
      d.logProb(d.sample([2]));
    });
    for (const [what, expected] of Object.entries(of)) {
      test(what, () => {
        const [d, leaves] = make();
        const result =
          what === "logProb"
            ? d.logProb(numbers(values!))
            : what === "cdf"
              ? d.cdf(numbers(values!))
              : what === "icdf"
                ? d.icdf(numbers(probabilities!))
                : what === "entropy"
                  ? d.entropy()
                  : what === "enumerateSupport"
                    ? d.enumerateSupport()
                    : d[what as "mean" | "variance" | "stddev" | "mode"];
        compare(result, expected, leaves, what, tolerance);
      });
    }
  });
}

describe("klDivergence", () => {
  for (const { p, a, q, b, value, gradients } of golden.kl)
    test(`${p} and ${q}`, () => {
      const [first, second] = [leavesOf(a), leavesOf(b)];
      const result = D.klDivergence(new classes[p]!(first), new classes[q]!(second));
      compare(result, { value, gradients }, [...Object.values(first), ...Object.values(second)], "KL", 1e-9);
    });
});

test("transforms and their slopes, there and back", () => {
  const made = D as unknown as Record<string, new (...args: unknown[]) => D.Transform>;
  for (const { name, args, x, y, slope } of golden.transforms) {
    const transform = new made[name]!(...args);
    const from = numbers(x);
    near(transform.forward(from), y, name);
    near(transform.inverse(numbers(y)), x, `${name} back`, 1e-7);
    near(transform.logAbsDetJacobian(from, numbers(y)), slope, `${name}, slope`);
    near(transform.inv.forward(numbers(y)), x, `${name}.inv`, 1e-7);
  }
});

const parts: Readonly<Record<string, () => D.Transform>> = {
  abs: () => new D.AbsTransform(),
  cdf: () => new D.CumulativeDistributionTransform(new D.Normal(numbers(0.5), numbers(2))),
  independent: () => new D.IndependentTransform(new D.ExpTransform(), 1),
  reshape: () => new D.ReshapeTransform([2], [2, 1]),
  cat: () => new D.CatTransform([new D.ExpTransform(), new D.AffineTransform(0.5, -2)], 1, [2, 1]),
  stack: () =>
    new D.StackTransform([new D.ExpTransform(), new D.SigmoidTransform(), new D.TanhTransform()], 1),
  lower: () => new D.LowerCholeskyTransform(),
  definite: () => new D.PositiveDefiniteTransform(),
  correlation: () => new D.CorrCholeskyTransform(),
};

test("transforms of parts, shapes and matrices", () => {
  for (const { name, x, y, back, slope } of golden.parts) {
    const transform = parts[name]!();
    near(transform.forward(numbers(x)), y, name);
    near(transform.inverse(numbers(y)), back, `${name} back`, 1e-7);
    if (slope !== null) near(transform.logAbsDetJacobian(numbers(x), numbers(y)), slope, `${name}, slope`);
    else assert.throws(() => transform.logAbsDetJacobian(numbers(x), numbers(y)), /has no slope/);
  }
});

test("distributions made of others", () => {
  const { flow, independent, mixture } = golden.composed;
  const unit = numbers([
    [0.1, 0.3],
    [0.55, 0.99],
    [0.7, 0.02],
  ]);
  const base = () => new D.Normal(numbers([0.5, -1]), numbers([0.7, 2.5]));
  const chain = [new D.AffineTransform(1, -0.5), new D.SigmoidTransform()];
  const made = new D.TransformedDistribution(base(), chain);
  near(made.logProb(unit), flow.logProb, "flow");
  near(made.cdf(unit), flow.cdf, "cdf of the flow");
  near(
    made.icdf(
      numbers([
        [0.05, 0.5],
        [0.3, 0.99],
      ]),
    ),
    flow.icdf,
    "icdf of the flow",
  );
  const both = new D.Independent(base(), 1);
  const some = numbers([
    [-2.5, 0.3],
    [0.1, 1.7],
    [4, 3.2],
  ]);
  near(both.logProb(some), independent.logProb, "independent");
  near(both.entropy(), independent.entropy, "entropy");
  const weights = numbers([0.3, 0.7], true);
  const mixed = new D.MixtureSameFamily(new D.Categorical(weights), base());
  const at = numbers([-2, 0.3, 4]);
  const density = mixed.logProb(at);
  near(density, mixture.logProb, "mixture");
  near(gradientsOf(density, [weights])[0]!, mixture.gradient, "gradient of the mixture");
  near(mixed.cdf(at), mixture.cdf, "cdf of the mixture");
  near(mixed.mean, mixture.mean, "mean of the mixture");
  near(mixed.variance, mixture.variance, "variance of the mixture");
  assert.deepEqual(mixed.sample([5]).shape, [5]);
});

test("the gradient of gamma samples is PyTorch's", () => {
  const { alpha, x, gradient } = golden.gamma;
  const ours = standardGammaGrad(numbers(alpha), numbers(x)).tolist() as number[];
  gradient.forEach((value, i) =>
    assert.ok(
      Math.abs(ours[i]! - value) <= 1e-9 * Math.abs(value),
      `α ${alpha[i]}, x ${x[i]}: ${ours[i]}, ${value}`,
    ),
  );
});
