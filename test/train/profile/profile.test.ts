/** `train.profile` tells where a step's time goes: by kernel, layer and line, on both engines, and leaves nothing behind. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { device, manualSeed, nn, optim, randint, randn, train, type Tensor } from "../../../src/index.js";
import { recorder } from "../../../src/graph/record/provenance.js";
import { watcher } from "../../../src/graph/run/watch.js";

function digitsModel() {
  manualSeed(0);
  const model = nn.sequential(
    new nn.Conv2d(1, 4, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Linear(4 * 4 * 4, 10),
  );
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.001 });
  const [x, y] = [randn([16, 1, 8, 8]), randint(0, 10, [16])];
  const step = (): Tensor => {
    optimizer.zeroGrad();
    const loss = nn.functional.crossEntropy(model.forward(x), y);
    loss.backward();
    optimizer.step();
    return loss;
  };
  return { model, step };
}

/** Number of the line below the call. */
function nextLine(): number {
  return Number(/profile\.test\.ts:(\d+)/.exec(new Error("").stack!.split("\n")[2]!)![1]) + 1;
}

function assertNothingLeft(): void {
  assert.equal(recorder, null);
  assert.equal(watcher, null);
}

for (const name of ["native", "wasm"] as const) {
  describe(`a profile on the ${name} engine`, () => {
    test("has the kernels of a training step with layers and lines, forward and backward", () => {
      device(name);
      const { model, step } = digitsModel();
      const profile = train.profile(step, { model, steps: 4 });
      assert.equal(profile.steps, 4);
      assert.match(profile.device, name === "native" ? /^native/ : /^WebAssembly/);
      assert.ok(profile.peakGigaflops > 0.1);
      const convolution = profile.rows.find((row) => row.operation.startsWith("convolution"))!;
      assert.equal(convolution.layer, "0: Conv2d");
      assert.equal(convolution.kernel, "call");
      assert.equal(convolution.calls, 1);
      // 16 images, 4 channels of 8 × 8, 9 weights each, multiplied and added.
      const forward = profile.rows.find(({ operation }) => operation === "convolution")!;
      assert.equal(forward.operations, 16 * 4 * 64 * 9 * 2);
      const weight = profile.rows.find(({ operation }) => operation.includes("convolutionWeight"))!;
      assert.deepEqual([weight.layer, weight.pass], ["0: Conv2d", "backward"]);
      assert.equal(weight.line, forward.line);
      const linear = profile.rows.filter(({ kernel }) => kernel === "matmul");
      assert.deepEqual(new Set(linear.map(({ layer }) => layer)), new Set(["4: Linear"]));
      assert.deepEqual(new Set(linear.map(({ pass }) => pass)), new Set(["forward", "backward"]));
      assertNothingLeft();
      device("native");
    });

    test("adds up to the step", () => {
      device(name);
      const { model, step } = digitsModel();
      const profile = train.profile(step, { model, steps: 5 });
      const total = (times: readonly { milliseconds: number }[]): number =>
        times.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
      for (const parts of [profile.rows, profile.byLayer(), profile.byOperation(), profile.byLine()])
        assert.ok(Math.abs(total(parts) - profile.milliseconds) < 1e-9 * profile.milliseconds);
      const shares = profile.rows.reduce((sum, { share }) => sum + share, 0);
      assert.ok(Math.abs(shares - 1) < 1e-9);
      assert.equal(profile.rows.filter(({ operation }) => operation === "outside kernels").length, 1);
      device("native");
    });
  });
}

describe("a profile", () => {
  test("names the line that recorded an operation, also for its gradient", () => {
    const w = randn([64, 64], { requiresGrad: true });
    const x = randn([64, 64]);
    let line = 0;
    const profile = train.profile(() => {
      w.grad = null;
      line = nextLine();
      const y = x.matmul(w).tanh();
      y.sum().backward();
      return w.grad;
    });
    const products = profile.rows.filter(({ kernel }) => kernel === "matmul");
    assert.deepEqual(new Set(products.map((row) => row.pass)), new Set(["forward", "backward"]));
    for (const row of products) assert.equal(row.line, `profile.test.ts:${line}`);
  });

  test("counts products and bytes by their shapes", () => {
    const [a, b] = [randn([32, 48]), randn([48, 16])];
    const profile = train.profile(() => a.matmul(b), { steps: 2 });
    const product = profile.rows.find(({ kernel }) => kernel === "matmul")!;
    assert.equal(product.operations, 2 * 32 * 48 * 16);
    assert.equal(product.bytes, 4 * (32 * 48 + 48 * 16 + 32 * 16));
    assert.equal(product.operation, "matmul");
    assert.equal(profile.plansMade, 0);
    assert.deepEqual(profile.rows.map(({ pass }) => pass).toSorted(), ["", "forward"]);
  });

  test("counts the products of attention and of recurrent layers, forward and backward", () => {
    const operations = (work: () => unknown): Record<string, number | null> => {
      const rows = train
        .profile(work, { steps: 1, warmup: 1 })
        .rows.filter(({ kernel }) => kernel === "call");
      return Object.fromEntries(rows.map((row) => [row.operation, row.operations]));
    };
    const [q, k, v] = [[2, 3, 40, 16] as const, [2, 3, 40, 16] as const, [2, 3, 40, 8] as const].map(
      (shape) => randn([...shape], { requiresGrad: true }),
    ) as [Tensor, Tensor, Tensor];
    for (const isCausal of [false, true]) {
      const pairs = 6 * (isCausal ? (40 * 41) / 2 : 40 * 40);
      const attend = (): unknown => {
        nn.functional.scaledDotProductAttention(q, k, v, { isCausal }).sum().backward();
        return [q.grad, k.grad, v.grad];
      };
      const { attention, attentionBackward } = operations(attend);
      assert.deepEqual([attention, attentionBackward], [2 * pairs * (16 + 8), 2 * pairs * (3 * 16 + 2 * 8)]);
    }
    const [rnn, lstm, gru] = [new nn.RNN(5, 8), new nn.LSTM(5, 8), new nn.GRU(5, 8)];
    const x = randn([12, 6, 5]);
    const layers = [
      ["rnn", 1, rnn.parameters(), () => rnn.forward(x)[0]],
      ["lstm", 4, lstm.parameters(), () => lstm.forward(x)[0]],
      ["gru", 3, gru.parameters(), () => gru.forward(x)[0]],
    ] as const;
    for (const [name, gates, parameters, outputs] of layers) {
      const counted = operations(() => {
        outputs().sum().backward();
        return parameters.map(({ grad }) => grad);
      });
      const products = 2 * 12 * 6 * gates * 8 * 8;
      assert.deepEqual([counted[name], counted[`${name}Backward`]], [products, products]);
    }
  });

  test("tells layers apart that share a plan", () => {
    const model = nn.sequential(new nn.Linear(8, 8), new nn.Linear(8, 8));
    const x = randn([4, 8]);
    const profile = train.profile(
      () => {
        // Each layer is computed by itself, in plans of equal structure.
        const first = model.layers[0]!.forward(x);
        first.dataSync();
        return (model.layers[1]!.forward(x) as Tensor).dataSync();
      },
      { model, steps: 2 },
    );
    const layers = profile.byLayer().map((group) => group.name);
    assert.ok(layers.includes("0: Linear") && layers.includes("1: Linear"), layers.join());
  });

  test("awaits work that is asynchronous", async () => {
    const x = randn([16, 16]);
    let calls = 0;
    const profile = await train.profile(
      async () => {
        calls++;
        await Promise.resolve();
        return x.exp();
      },
      { steps: 3, warmup: 2 },
    );
    assert.equal(calls, 5);
    assert.ok(profile.rows.some(({ operation }) => operation === "exp"));
    assertNothingLeft();
  });

  test("puts everything back where the work throws", async () => {
    const { model } = digitsModel();
    const failing = (): never => {
      model.forward(randn([1, 1, 8, 8]));
      throw new Error("no data");
    };
    assert.throws(() => train.profile(failing, { model }), /^Error: no data$/);
    assertNothingLeft();
    await assert.rejects(
      train.profile(() => Promise.reject(new Error("later")), { model }),
      /^Error: later$/,
    );
    assertNothingLeft();
    assert.equal(train.profile(() => randn([4]), { steps: 1 }).steps, 1);
  });

  test("says that shapes change from step to step", () => {
    let n = 2;
    const profile = train.profile(() => randn([n++]).exp(), { steps: 4 });
    assert.ok(profile.plansMade >= 4);
    assert.match(profile.advice.join("\n"), /shapes or operations change from step to step/);
  });

  test("says that nothing was computed", () => {
    const x = randn([8]);
    x.dataSync();
    const profile = train.profile(
      () => {
        x.exp();
      },
      { steps: 2 },
    );
    assert.match(profile.toString(), /Nothing was computed/);
  });

  test("refuses what it cannot measure", () => {
    assert.throws(() => train.profile(1 as never), /expected a function that does one step, got number/);
    assert.throws(() => train.profile(() => 0, { steps: 0 }), /steps must be a whole number of at least 1/);
    assert.throws(
      () => train.profile(() => train.profile(() => 0)),
      /another profile is being made; make one after the other/,
    );
    device("reference");
    assert.throws(() => train.profile(() => 0), /the reference engine does not tell how long/);
    device("native");
  });
});

describe("a profile shows itself", () => {
  const { model, step } = digitsModel();
  const profile = train.profile(step, { model, steps: 2 });

  test("as text", () => {
    const lines = String(profile).split("\n");
    assert.match(lines[0]!, /^[\d.,]+ ms a step \(2 steps, native.*, peak [\d.,]+ GFLOP\/s\)$/);
    assert.match(String(profile), /operation +layer +line +pass +calls +ms +share +GFLOP\/s +of peak +GB\/s/);
    assert.match(String(profile), /convolution +0: Conv2d +profile\.test\.ts:\d+ +forward +1 /);
    assert.match(String(profile), /\n\d+ more /);
  });

  test("as a flame chart and tables in a notebook", () => {
    const bundle = (profile as unknown as { [key: symbol]: () => Record<string, string> })[
      Symbol.for("Jupyter.display")
    ]!();
    assert.deepEqual(Object.keys(bundle), ["text/plain", "text/html"]);
    assert.match(bundle["text/html"]!, /class="cellgrad-figure"/);
    assert.match(bundle["text/html"]!, /<td[^>]*>0: Conv2d<\/td>/);
  });

  test("with bars under bars that are as wide as their parts together", () => {
    const [trace] = profile.flameChart().spec.data as unknown as [
      { x: number[]; y: number[]; base: number[] },
    ];
    const widthOf = (level: number): number =>
      trace.x.reduce((sum, width, i) => sum + (trace.y[i] === level ? width : 0), 0);
    const outside = profile.rows.find(({ operation }) => operation === "outside kernels")!.milliseconds;
    assert.equal(widthOf(0), profile.milliseconds);
    assert.ok(Math.abs(widthOf(1) - profile.milliseconds) < 1e-9);
    for (const level of [2, 3]) assert.ok(Math.abs(widthOf(level) - (profile.milliseconds - outside)) < 1e-9);
  });
});
