/**
 * Random counts, of the Poisson and the binomial distribution, computed without reading values. Where the mean is below 10 a uniform number is
 * looked up in the sums of probabilities; above, a fixed number of rounds of Hörmann's transformed rejection, of which each element takes one
 * that is accepted. Computed in float64.
 */
import { noGrad } from "../autograd/mode.js";
import { where } from "../ops/select.js";
import { isFloating } from "../tensor/dtype.js";
import { drawingFrom, type Generator } from "../tensor/generator.js";
import { rand } from "../tensor/random.js";
import { Tensor } from "../tensor/tensor.js";

/** The mean from which on numbers are made by rejection. */
const many = 10;
/** Greater counts have together a probability below 10⁻¹⁶ where the mean is `many`. */
const terms = 48;
/** A round is refused with a probability of at most 0.3. */
const rounds = 16;

function uniform(like: Tensor): Tensor {
  return rand(like.shape.slice(), { dtype: "float64" }) as Tensor;
}

function checkFloat(name: string, x: unknown): asserts x is Tensor {
  if (!(x instanceof Tensor) || !isFloating(x.dtype))
    throw new TypeError(
      `${name}: expected a floating tensor, got ${x instanceof Tensor ? x.dtype : typeof x}`,
    );
}

/** How many of the sums of probabilities are below a uniform number: p₀, and each probability from the one before. */
function lookedUp(first: Tensor, next: (p: Tensor, k: number) => Tensor): Tensor {
  const u = uniform(first);
  let p = first;
  let sum = first;
  let count: Tensor = u.ge(sum).to("float64");
  for (let k = 1; k < terms; k++) {
    p = next(p, k);
    sum = sum.add(p);
    count = count.add(u.ge(sum).to("float64"));
  }
  return count;
}

/** Numbers of the Poisson distribution with the mean that stands at each place of `rate`, in its dtype (`torch.poisson`). */
export function poisson(
  rate: Tensor,
  options: Generator | { generator?: Generator | null } | null = {},
): Tensor {
  checkFloat("poisson", rate);
  const generator = options !== null && "generator" in options ? options.generator : (options as Generator);
  const given = isGenerator(generator) ? generator : null;
  return noGrad(() =>
    drawingFrom(given, () => {
      const mean = rate.detach().to("float64");
      const isLarge = mean.ge(many);
      const low = where(isLarge, 1, mean);
      const few = lookedUp(low.neg().exp(), (p, k) => p.mul(low).mul(1 / k));
      const result = where(isLarge, manyEvents(where(isLarge, mean, many)), few);
      // A mean that is no number, or below 0, has none.
      return where(mean.ge(0), result, NaN).to(rate.dtype);
    }),
  );
}

function isGenerator(x: unknown): x is Generator {
  return typeof x === "object" && x !== null && "manualSeed" in x;
}

/** Hörmann 1993, "The transformed rejection method for generating Poisson random variables", algorithm PTRS. */
function manyEvents(mean: Tensor): Tensor {
  const root = mean.sqrt();
  const b = root.mul(2.53).add(0.931);
  const a = b.mul(0.02483).sub(0.059);
  const logAlpha = b.sub(3.4).reciprocal().mul(1.1328).add(1.1239).log();
  const vr = b.sub(2).reciprocal().mul(-3.6224).add(0.9277);
  const logMean = mean.log();
  let found: Tensor = mean.floor();
  for (let round = 0; round < rounds; round++) {
    const u = uniform(mean).sub(0.5);
    const v = uniform(mean).neg().add(1);
    const us = u.abs().neg().add(0.5);
    const k = a.mul(2).div(us).add(b).mul(u).add(mean).add(0.43).floor();
    const isSure = us.ge(0.07).logicalAnd(v.le(vr));
    const height = v.log().add(logAlpha).sub(a.div(us.square()).add(b).log());
    const whole = k.clampMin(0);
    const bound = whole.mul(logMean).sub(mean).sub(whole.add(1).lgamma());
    const isPossible = k.ge(0).logicalAnd(us.ge(0.013).logicalOr(v.le(us)));
    const isAccepted = isSure.logicalOr(isPossible.logicalAnd(height.le(bound)));
    found = where(isAccepted, k, found);
  }
  return found;
}

/**
 * How many of `count` trials succeed that do so with the probability `prob`, element by element; both broadcast and of one floating dtype
 * (`torch.binomial`).
 */
export function binomial(
  count: Tensor,
  prob: Tensor,
  options: Generator | { generator?: Generator | null } | null = {},
): Tensor {
  checkFloat("binomial", count);
  checkFloat("binomial", prob);
  if (count.dtype !== prob.dtype)
    throw new TypeError(
      `binomial: expected count and prob of one dtype, got ${count.dtype} and ${prob.dtype}`,
    );
  const generator = options !== null && "generator" in options ? options.generator : (options as Generator);
  const given = isGenerator(generator) ? generator : null;
  return noGrad(() =>
    drawingFrom(given, () => {
      const p = prob.detach().to("float64").add(count.detach().to("float64").mul(0)) as Tensor;
      const n = count.detach().to("float64").add(p.mul(0)) as Tensor;
      const isHalf = p.gt(0.5);
      const q = where(isHalf, p.neg().add(1), p);
      const isLarge = n.mul(q).ge(many);
      const low = where(isLarge, 0, q);
      const odds = low.div(low.neg().add(1));
      const few = lookedUp(n.mul(low.neg().log1p()).exp(), (before, k) =>
        before
          .mul(n.sub(k - 1).clampMin(0))
          .mul(odds)
          .mul(1 / k),
      );
      const large = manySuccesses(where(isLarge, n, 40), where(isLarge, q, 0.5));
      const successes = where(isLarge, large, few.minimum(n));
      const result = where(isHalf, n.sub(successes), successes);
      const isValid = p.ge(0).logicalAnd(p.le(1)).logicalAnd(n.ge(0));
      return where(isValid, result, NaN).to(count.dtype);
    }),
  );
}

/** Hörmann 1993, "The generation of binomial random variates", algorithm BTRS, for p ≤ ½ and n p ≥ 10. */
function manySuccesses(n: Tensor, p: Tensor): Tensor {
  const q = p.neg().add(1);
  const spread = n.mul(p).mul(q).sqrt();
  const b = spread.mul(2.53).add(1.15);
  const a = b.mul(0.0248).add(p.mul(0.01)).sub(0.0873);
  const c = n.mul(p).add(0.5);
  const vr = b.reciprocal().mul(-4.2).add(0.92);
  const logOdds = p.div(q).log();
  const alpha = b.reciprocal().mul(5.1).add(2.83).mul(spread);
  const mode = n.add(1).mul(p).floor();
  const weight = (k: Tensor): Tensor => k.add(1).lgamma().add(n.sub(k).add(1).lgamma());
  const highest = weight(mode);
  let found = mode;
  for (let round = 0; round < rounds; round++) {
    const u = uniform(n).sub(0.5);
    const v = uniform(n).neg().add(1);
    const us = u.abs().neg().add(0.5);
    const k = a.mul(2).div(us).add(b).mul(u).add(c).floor();
    const isPossible = k.ge(0).logicalAnd(k.le(n));
    const isSure = us.ge(0.07).logicalAnd(v.le(vr));
    const height = v.mul(alpha).div(a.div(us.square()).add(b)).log();
    const whole = k.clampMin(0).minimum(n);
    const bound = highest.sub(weight(whole)).add(whole.sub(mode).mul(logOdds));
    const isAccepted = isPossible.logicalAnd(isSure.logicalOr(height.le(bound)));
    found = where(isAccepted, k, found);
  }
  return found;
}
