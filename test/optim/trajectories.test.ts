/** A hundred steps of every optimizer pass where PyTorch's pass, in float32 and in float64. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { nn, optim, type Tensor, tensor } from "../../src/index.js";
import { flat, type Named, type Nested } from "../golden/training.js";

interface Trajectory {
  losses: number[];
  final: Named;
  evaluations?: number;
  iterations?: number;
  /** How far each of PyTorch's losses, and its parameters in the end, move when the initial parameters move by a unit in the last place. */
  spread?: number[];
}

/** Every step rounds, where the spread is that of one rounding at the beginning. */
function allowed({ spread }: Trajectory, tolerance: number, at = -1): number {
  return Math.max(tolerance, 20 * (spread?.at(at) ?? 0));
}

const golden = JSON.parse(
  readFileSync(new URL("../golden/optimizers.json", import.meta.url), "utf8"),
) as Named & {
  kept: number[];
  x: number[][];
  y: number[][];
  initial: Named;
  cases: { optimizer: string; options: object; float32: Trajectory; float64: Trajectory }[];
  lbfgs: { options: object; steps: number; float64: Trajectory }[];
  muon: { options: object; float32: Trajectory }[];
  sparse: { initial: number[][]; target: number[][]; rows: number[][]; final: number[][] };
};

type Make = new (params: readonly Tensor[], ...rest: unknown[]) => optim.Optimizer;
const classes = optim as unknown as Record<string, Make>;
type Float = "float32" | "float64";

function network(dtype: Float): nn.Sequential {
  const model = nn.sequential(new nn.Linear(3, 4), new nn.Tanh(), new nn.Linear(4, 2)).to(dtype);
  const entries = Object.entries(golden.initial);
  model.loadStateDict(
    Object.fromEntries(entries.map(([name, values]) => [name, tensor(values as number[], { dtype })])),
  );
  return model;
}

function lossOf(model: nn.Sequential, dtype: Float): Tensor {
  const [x, y] = [tensor(golden.x, { dtype }), tensor(golden.y, { dtype })];
  return nn.functional.mseLoss(model.forward(x), y);
}

function near(actual: Tensor | number, expected: Nested, tolerance: number, what: string): void {
  const got = typeof actual === "number" ? [actual] : Array.from(actual.dataSync() as Float64Array);
  const want = flat(expected);
  const scale = Math.max(...want.map(Math.abs));
  want.forEach((value, i) => {
    const error = Math.abs(got[i]! - value);
    assert.ok(
      error <= tolerance * scale,
      `${what}: ${got[i]}, PyTorch ${value}: off by ${error / scale}, allowed ${tolerance}`,
    );
  });
}

function run(kind: string, args: unknown[], dtype: Float, expected: Trajectory, tolerance: number): void {
  const model = network(dtype);
  const matrices = (p: Tensor) => kind !== "Muon" || p.ndim === 2;
  const optimizer = new classes[kind]!(model.parameters().filter(matrices), ...args);
  for (let step = 1; step <= 100; step++) {
    model.zeroGrad();
    const loss = lossOf(model, dtype);
    loss.backward();
    optimizer.step();
    const at = golden.kept.indexOf(step);
    if (at >= 0) near(loss.item(), expected.losses[at]!, allowed(expected, tolerance, at), `loss ${step}`);
  }
  for (const [name, value] of Object.entries(model.stateDict()))
    near(value, expected.final[name]!, allowed(expected, tolerance), name);
}

for (const { optimizer, options, float32, float64 } of golden.cases) {
  test(`${optimizer} ${JSON.stringify(options)}`, () => {
    run(optimizer, [options], "float64", float64, 1e-9);
    run(optimizer, [options], "float32", float32, 1e-5);
  });
}

describe("LBFGS takes PyTorch's steps and calls its closure as often", () => {
  for (const { options, steps, float64 } of golden.lbfgs) {
    test(JSON.stringify(options), () => {
      const model = network("float64");
      let optimizer = new optim.LBFGS(model.parameters(), options);
      let calls = 0;
      const closure = (): Tensor => {
        calls++;
        optimizer.zeroGrad();
        const loss = lossOf(model, "float64");
        loss.backward();
        return loss;
      };
      for (let step = 0; step < steps; step++) {
        near(
          optimizer.step(closure).item(),
          float64.losses[step]!,
          allowed(float64, 1e-9, step),
          `loss ${step + 1}`,
        );
        // A new optimizer that takes over the state goes on in the same way, also by way of JSON.
        const saved = optimizer.stateDict();
        optimizer = new optim.LBFGS(model.parameters(), options);
        optimizer.loadStateDict(step % 2 === 0 ? saved : (JSON.parse(JSON.stringify(saved)) as typeof saved));
      }
      for (const [name, value] of Object.entries(model.stateDict()))
        near(value, float64.final[name]!, allowed(float64, 1e-9), name);
      const { funcEvals, nIter } = optimizer.stateDict().state[0]!;
      assert.deepEqual([funcEvals, nIter, calls], [float64.evaluations, float64.iterations, calls]);
      assert.equal(calls, float64.evaluations);
    });
  }
});

describe("Muon, whose iteration is rounded to bfloat16", () => {
  for (const { options, float32 } of golden.muon)
    test(JSON.stringify(options), () => {
      run("Muon", [options], "float32", float32, 2e-2);
    });
});

test("SparseAdam changes the rows that were looked up, as PyTorch's does with sparse gradients", () => {
  const { initial, target, rows, final } = golden.sparse;
  const weight = tensor(initial, { dtype: "float64", requiresGrad: true });
  const goal = tensor(target, { dtype: "float64" });
  const optimizer = new optim.SparseAdam([weight], 0.05, [0.8, 0.95], 1e-4);
  for (let step = 0; step < 100; step++) {
    const index = tensor(rows[step % 3]!, { dtype: "int32" });
    optimizer.zeroGrad();
    const [found, wanted] = [weight.indexSelect(0, index), goal.indexSelect(0, index)];
    nn.functional.mseLoss(found, wanted).backward();
    optimizer.step();
  }
  near(weight, final, 1e-9, "table");
  assert.deepEqual((weight.tolist() as number[][])[3], initial[3]);
});

test("options may be given by position, as PyTorch takes them, and by name", () => {
  const options = (optimizer: { paramGroups: readonly { params: readonly Tensor[] }[] }): object => {
    const { params: _, ...rest } = optimizer.paramGroups[0]!;
    return rest;
  };
  const params = (): Tensor[] => [tensor([[1, 2]], { requiresGrad: true })];
  assert.deepEqual(
    options(new optim.SGD(params(), 0.1, 0.9, 0, 0.01, true, { maximize: true, foreach: false })),
    options(
      new optim.SGD(params(), { lr: 0.1, momentum: 0.9, weightDecay: 0.01, nesterov: true, maximize: true }),
    ),
  );
  assert.deepEqual(
    options(new optim.AdamW(params(), 0.1, [0.5, 0.6], 1e-3)),
    options(new optim.AdamW(params(), { lr: 0.1, betas: [0.5, 0.6], eps: 1e-3, fused: true })),
  );
  assert.throws(() => new classes.SGD!(params(), { weight_decay: 1 }), /use weightDecay/);
  assert.throws(() => new classes.SGD!(params(), { differentiable: true }), /cannot be differentiated/);
  assert.throws(() => new optim.Muon([tensor([1], { requiresGrad: true })]), /only matrices/);
});

test("hooks see each step, a closure is called by every optimizer, and state is there by parameter", () => {
  const weight = tensor([1], { requiresGrad: true });
  const optimizer = new optim.Adam([weight], 0.1);
  const seen: string[] = [];
  const before = optimizer.registerStepPreHook(() => seen.push(`before ${weight.item().toFixed(1)}`));
  optimizer.registerStepPostHook((one) => seen.push(`after ${one === optimizer}`));
  const loss = optimizer.step(() => {
    optimizer.zeroGrad();
    const value = weight.square().sum();
    value.backward();
    return value;
  });
  assert.equal(loss.item(), 1);
  before.remove();
  optimizer.step();
  assert.deepEqual(seen, ["before 1.0", "after true", "after true"]);
  assert.equal(optimizer.state.get(weight)!.step, 2);
  optimizer.zeroGrad(false);
  assert.deepEqual(weight.grad!.tolist(), [0]);
});
