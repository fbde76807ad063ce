/** Twenty steps of every optimizer variant end where PyTorch's end. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { planCacheStats } from "../../src/graph/run/evaluate.js";
import { ones, optim, Tensor, tensor } from "../../src/index.js";
import { assertClose, flat, golden, type Nested } from "../golden/training.js";
import { make, smallNetwork, trainStep, x, y } from "./small-network.js";

const { optimizers, article } = golden;

describe("optimizers equal PyTorch's over 20 steps", () => {
  for (const { optimizer: kind, options, exact, losses, final, state } of optimizers.cases) {
    test(`${kind} ${JSON.stringify(options)}`, () => {
      const dtype = exact ? "float64" : "float32";
      const model = smallNetwork().to(dtype);
      const optimizer = make(kind, model, options);
      losses.forEach((expected, step) => {
        const loss = trainStep(model, optimizer, x.to(dtype), y.to(dtype)).item();
        assertClose(loss, expected, `loss ${step + 1}`);
      });
      for (const [name, value] of Object.entries(model.stateDict())) assertClose(value, final[name]!, name);
      const kept = optimizer.stateDict().state[0]!;
      for (const [name, value] of Object.entries(state)) assertClose(kept[name]!, value, name);
    });
  }
});

describe("parameters of float16 and bfloat16 stay as near to float64's as PyTorch's do", () => {
  const { initial, cases } = golden.narrow;
  for (const { dtype, optimizer: kind, options, narrow, exact } of cases) {
    test(`${kind} ${dtype}`, () => {
      const model = smallNetwork(initial).to(dtype);
      const optimizer = make(kind, model, options);
      const [input, target] = [x.to(dtype), y.to(dtype)];
      const losses = exact.losses.map(() => trainStep(model, optimizer, input, target).item());
      assertNear(losses, narrow.losses, exact.losses, dtype, "losses");
      for (const [name, value] of Object.entries(model.stateDict())) {
        assert.equal(value.dtype, dtype);
        assertNear(value.tolist() as Nested, narrow.final[name]!, exact.final[name]!, dtype, name);
      }
      const { state } = optimizer.stateDict();
      for (const kept of Object.values(state[0]!))
        if (kept instanceof Tensor) assert.equal(kept.dtype, dtype);
    });
  }
});

/** The distance from the truth is at most PyTorch's and one rounding for each of five steps, as each rounds the parameters. */
function assertNear(
  ours: Nested,
  peers: Nested,
  truth: Nested,
  dtype: "float16" | "bfloat16",
  what: string,
): void {
  const right = flat(truth);
  const distance = (numbers: Nested) => Math.max(...flat(numbers).map((x, i) => Math.abs(x - right[i]!)));
  const rounding = 5 * 2 ** (dtype === "float16" ? -11 : -8) * Math.max(...right.map(Math.abs));
  assert.ok(
    distance(ours) <= distance(peers) + rounding,
    `${what}: ${distance(ours)} from float64's, PyTorch ${distance(peers)}, the roundings are ${rounding}`,
  );
}

test("the article's program: weights and losses at steps 1, 10, 100 and 1,000 equal PyTorch's", () => {
  const data = { x: tensor(article.x), y: tensor(article.y) };
  const weights = Object.fromEntries(
    Object.entries(article.initial).map(([name, values]) => [
      name,
      tensor(values as number[], { requiresGrad: true }),
    ]),
  ) as Record<string, Tensor> as Record<"w1" | "b1" | "w2" | "b2", Tensor>;
  const optimizer = new optim.SGD(Object.values(weights), { lr: 0.01 });
  for (let step = 1; step <= 1000; step++) {
    optimizer.zeroGrad();
    const layer1 = data.x.matmul(weights.w1).add(weights.b1);
    const layer2 = layer1.matmul(weights.w2).add(weights.b2);
    const loss = layer2.sub(data.y).square().mean();
    loss.backward();
    optimizer.step();
    const expected = article.steps[step];
    if (expected === undefined) continue;
    assertClose(loss.item(), expected.loss, `loss of step ${step}`, 0);
    // The hidden layer's two sums of gradients cancel, so the floor is float32's step at the largest weight.
    for (const [name, value] of Object.entries(weights))
      assertClose(value, expected.weights[name]!, `${name} after step ${step}`, 1e-6);
  }
});

test("LAMB takes the direction as it is while a parameter is 0, and leaves one that has none as it is", () => {
  const [zero, still] = [tensor([0, 0], { requiresGrad: true }), ones([2], { requiresGrad: true })];
  const optimizer = new optim.LAMB([zero, still], { lr: 0.5, weightDecay: 0 });
  zero.sum().add(still.mul(0).sum()).backward();
  optimizer.step();
  assertClose(zero, [-0.5, -0.5], "zero");
  assert.deepEqual(still.tolist(), [1, 1]);
});

describe("steps are one plan, run again and again", () => {
  for (const kind of new Set(optimizers.cases.map(({ optimizer }) => optimizer))) {
    test(kind, () => {
      const model = smallNetwork();
      const optimizer = make(kind, model, {});
      // RAdam divides by its second average from the sixth step on.
      for (let step = 0; step < 8; step++) trainStep(model, optimizer).item();
      const { plans } = planCacheStats();
      for (let step = 0; step < 5; step++) trainStep(model, optimizer).item();
      assert.equal(planCacheStats().plans, plans);
    });
  }
});
