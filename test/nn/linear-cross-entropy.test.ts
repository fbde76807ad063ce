/** nn.LinearCrossEntropyLoss, pools with indices and the older names of upsampling are PyTorch's. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { nn, type Tensor, tensor } from "../../src/index.js";

interface Said {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Golden {
  readonly losses: readonly {
    options: nn.LinearCrossEntropyLossOptions;
    weight: Said | null;
    state: Readonly<Record<string, Said>>;
    x: Said;
    target: Said;
    isClasses: boolean;
    y: Said;
    gradient: Said;
    weightGradient: Said;
  }[];
  readonly pools: readonly {
    name: string;
    args: readonly unknown[];
    x: Said;
    samples: Said | null;
    y: Said;
    indices: Said;
  }[];
  readonly upsampled: Readonly<Record<"x" | "bilinear" | "nearest", Said>>;
}

const golden = JSON.parse(
  readFileSync(new URL("../golden/linear-cross-entropy.json", import.meta.url), "utf8"),
) as Golden;

const F = nn.functional;

function made({ shape, data }: Said, dtype: "float64" | "int64" = "float64"): Tensor {
  return tensor([...data], { dtype }).reshape([...shape]) as Tensor;
}

function near(actual: Tensor, expected: Said, what: string): void {
  assert.deepEqual([...actual.shape], [...expected.shape], `shape of ${what}`);
  const values = Array.from(actual.dataSync() as ArrayLike<number | bigint>, Number);
  for (const [i, e] of expected.data.entries())
    assert.ok(
      Math.abs(values[i]! - e) <= 1e-12 * Math.max(1, Math.abs(e)),
      `${what}: ${values[i]}, not ${e}`,
    );
}

for (const { options, weight, state, x, target, isClasses, ...expected } of golden.losses)
  test(`LinearCrossEntropyLoss ${JSON.stringify(options)} of ${JSON.stringify(x.shape)}`, () => {
    const loss = new nn.LinearCrossEntropyLoss(3, 4, {
      ...options,
      weight: weight && made(weight),
      dtype: "float64",
    });
    assert.deepEqual(Object.keys(loss.stateDict()).sort(), Object.keys(state).sort());
    loss.loadStateDict(Object.fromEntries(Object.entries(state).map(([key, v]) => [key, made(v)])));
    const input = made(x).requiresGrad_();
    const y: Tensor = loss.forward(input, made(target, isClasses ? "int64" : "float64"));
    near(y, expected.y, "loss");
    const factors = Array.from({ length: y.numel() }, (_, i) => i + 1);
    y.mul(tensor(factors, { dtype: "float64" }).reshape(y.shape))
      .sum()
      .backward();
    near(input.grad!, expected.gradient, "gradient");
    near(loss.linear.weight.grad!, expected.weightGradient, "gradient of the weight");
  });

test("what does not fit is refused", () => {
  const loss = new nn.LinearCrossEntropyLoss(3, 4, { outFeatures: [2] });
  assert.throws(() => loss.forward(tensor([1, 2, 3]), tensor(1)), /a loss of 1 dims needs an input \[N, 3\]/);
  assert.throws(() => loss.forward(tensor([[1, 2]]), tensor([1])), /needs an input \[3\] or \[N, 3\]/);
  assert.throws(
    () => new nn.LinearCrossEntropyLoss(3, 4, { weight: tensor([1]) }),
    /expected a weight \[4\]/,
  );
  assert.throws(() => new nn.LinearCrossEntropyLoss(3, 4, { labelSmoothing: 2 }), /between 0 and 1, not 2/);
});

for (const { name, args, x, samples, ...expected } of golden.pools)
  test(`${name} gives values and positions`, () => {
    const own = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const pool = (F as unknown as Record<string, (...args: unknown[]) => [Tensor, Tensor]>)[own]!;
    const more = samples === null ? {} : { _randomSamples: made(samples) };
    const [y, indices] = pool(made(x), ...args, more);
    near(y, expected.y, "values");
    near(indices, expected.indices, "positions");
  });

test("upsampleBilinear and upsampleNearest", () => {
  const { x, bilinear, nearest } = golden.upsampled;
  near(F.upsampleBilinear(made(x), { scaleFactor: 2 }), bilinear, "bilinear");
  near(F.upsampleNearest(made(x), [5, 6]), nearest, "nearest");
});
