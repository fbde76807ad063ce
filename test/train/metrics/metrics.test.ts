/** Metrics beside scikit-learn's (test/golden/make_metrics.py), in batches of any size, in fit, and what they refuse. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { data, manualSeed, nn, optim, randint, randn, Tensor, tensor, train } from "../../../src/index.js";

const { metrics } = train;

interface Golden {
  classes: { scores: number[][]; target: number[]; expected: Record<string, unknown> }[];
  binary: Record<string, number> & {
    scores: number[];
    target: number[];
    fpr: number[];
    tpr: number[];
    thresholds: number[];
  };
  regression: { output: number[][]; target: number[][]; mse: number; rmse: number; mae: number; r2: number };
}

const golden = JSON.parse(
  readFileSync(new URL("../../golden/metrics.json", import.meta.url), "utf8"),
) as Golden;

function close(actual: Tensor | number, expected: unknown, what: string): void {
  const value = typeof actual === "number" ? actual : actual.item();
  assert.ok(Math.abs(value - (expected as number)) < 1e-9, `${what}: ${value}, expected ${String(expected)}`);
}

/** The value of a metric that is given batches of some examples. */
function inBatches(
  metric: train.metrics.StreamingMetric,
  output: Tensor,
  target: Tensor,
  size: number,
): Tensor | number {
  metric.reset();
  for (let i = 0; i < output.shape[0]!; i += size) {
    const rows = [i, Math.min(i + size, output.shape[0]!)] as const;
    metric.update(output.slice(rows), target.slice(rows));
  }
  return metric.compute();
}

describe("metrics of classes", () => {
  golden.classes.forEach(({ scores, target, expected }, i) => {
    test(`case ${i} of scikit-learn's`, () => {
      const [output, right] = [tensor(scores), tensor(target, { dtype: "int64" })];
      const averaged = {
        precision: metrics.Precision,
        recall: metrics.Recall,
        f1: metrics.F1Score,
        iou: metrics.JaccardIndex,
      };
      const ranked = { auroc: metrics.AUROC, ap: metrics.AveragePrecision };
      for (const [what, value] of Object.entries(expected)) {
        const [name, average] = what.split(" ") as [string, never];
        const metric =
          name in averaged
            ? new averaged[name as keyof typeof averaged]({ average })
            : name in ranked
              ? new ranked[name as keyof typeof ranked]({ average })
              : name === "mcc"
                ? new metrics.MatthewsCorrCoef()
                : null;
        // Scores of float32 are ranked by their softmax, which is not that of float64 to the last digits.
        if (metric !== null)
          for (const size of [7, 100])
            close(inBatches(metric, output.to("float64"), right, size), value, what);
        else if (name === "top2")
          close(
            metrics
              .topKAccuracy(2)(output, right)
              .to("float64")
              .mul(output.shape[0]!)
              .round()
              .div(output.shape[0]!),
            value,
            what,
          );
        else
          assert.deepEqual(
            (inBatches(new metrics.ConfusionMatrix(), output, right, 7) as Tensor).tolist(),
            value,
          );
      }
    });
  });

  test("of one score an example", () => {
    const { scores, target, fpr, tpr, thresholds, ...expected } = golden.binary;
    const of = {
      ...{
        precision: new metrics.Precision(),
        recall: new metrics.Recall(),
        f1: new metrics.F1Score(),
        iou: new metrics.JaccardIndex(),
      },
      ...{
        mcc: new metrics.MatthewsCorrCoef(),
        auroc: new metrics.AUROC(),
        ap: new metrics.AveragePrecision(),
      },
    };
    for (const [name, metric] of Object.entries(of))
      for (const shape of [[50], [50, 1]]) {
        const output = tensor(scores, { dtype: "float64" }).reshape(shape);
        close(inBatches(metric, output, tensor(target).reshape(shape), 8), expected[name], name);
      }
    const probabilities = tensor(scores, { dtype: "float64" }).sigmoid();
    close(
      new metrics.F1Score({ threshold: 0.5 }).of(probabilities, tensor(target)),
      expected["f1"],
      "threshold",
    );
    const curve = metrics.rocCurve(tensor(scores, { dtype: "float64" }), tensor(target));
    assert.deepEqual(curve.fpr, fpr);
    assert.deepEqual(curve.tpr, tpr);
    assert.deepEqual(curve.thresholds, [Infinity, ...thresholds]);
  });

  test("of pixels, with some left out", () => {
    const output = randn([2, 3, 4, 5]);
    const target = randint(0, 3, [2, 4, 5]);
    const iou = new metrics.JaccardIndex();
    const flat = output.permute(0, 2, 3, 1).reshape([-1, 3]);
    close(iou.of(output, target), (iou.of(flat, target.flatten()) as Tensor).item(), "pixels");
    const kept = target.flatten().ne(1);
    const expected = new metrics.ConfusionMatrix().of(
      flat.slice(kept),
      target.flatten().slice(kept),
    ) as Tensor;
    assert.deepEqual(
      (new metrics.ConfusionMatrix({ ignoreIndex: 1 }).of(output, target) as Tensor).tolist(),
      expected.tolist(),
    );
  });

  test("refuse what does not fit", () => {
    const f1 = new metrics.F1Score();
    assert.throws(() => f1.compute(), /F1Score: there was no batch yet/);
    assert.throws(
      () => f1.of(randn([4, 3]), randn([5])),
      /F1Score: output \[4, 3\] and target \[5\] do not fit; expected \[N, C, …\]/,
    );
    assert.throws(
      () => new metrics.F1Score({ average: "binary" }).of(randn([4, 3]), tensor([0, 1, 2, 0])),
      /"binary" is for two classes, not 3/,
    );
    assert.throws(
      () => new metrics.F1Score({ average: "mean" as never }),
      /F1Score: average must be "binary", "macro"/,
    );
    assert.throws(() => (f1.of(randn([2, 3]), tensor([0, 3])) as Tensor).item(), /out of range/);
    assert.throws(() => (f1.of(randn([2, 3]), tensor([0, -1])) as Tensor).item(), /out of range/);
    assert.throws(() => new metrics.AUROC().of(randn([4, 3]), randn([4, 3])), /AUROC: output/);
    assert.throws(() => metrics.topKAccuracy(0), /k must be a whole number of at least 1/);
    assert.throws(() => metrics.rocCurve(randn([3]), randn([4])), /one entry an example/);
    f1.of(randn([4, 3]), tensor([0, 1, 2, 0]));
    assert.throws(() => {
      f1.update(randn([4, 2]), tensor([0, 1, 1, 0]));
    }, /a batch of 2 classes came after batches of 3/);
  });
});

describe("metrics of numbers", () => {
  test("are scikit-learn's", () => {
    const { output, target, mse, rmse, r2 } = golden.regression;
    const [a, b] = [tensor(output, { dtype: "float64" }), tensor(target, { dtype: "float64" })];
    for (const size of [7, 100]) {
      close(inBatches(new metrics.MeanSquaredError(), a, b, size), mse, "mse");
      close(inBatches(new metrics.MeanSquaredError({ squared: false }), a, b, size), rmse, "rmse");
      close(inBatches(new metrics.R2Score(), a, b, size), r2, "r2");
    }
    close(metrics.meanAbsoluteError(a, b), golden.regression.mae, "mae");
    const alike = tensor([2, 2, 2]);
    close(new metrics.R2Score().of(alike, alike), 1, "met");
    close(new metrics.R2Score().of(tensor([1, 2, 3]), alike), 0, "not met");
  });

  test("perplexity is exp of the mean cross entropy, without what is ignored", () => {
    const logits = randn([2, 5, 7]);
    const target = randint(0, 7, [2, 5]);
    const expected = nn.functional.crossEntropy(logits.reshape([-1, 7]), target.flatten()).exp();
    const actual = new metrics.Perplexity().of(logits, target) as Tensor;
    assert.ok(Math.abs(actual.item() - expected.item()) < 1e-5 * expected.item());
    const padded = tensor([target.slice(0).tolist() as number[], [3, 4, -100, -100, -100]], {
      dtype: "int64",
    });
    const kept = padded.flatten().ne(-100);
    const others = nn.functional
      .crossEntropy(logits.reshape([-1, 7]).slice(kept), padded.flatten().slice(kept))
      .exp();
    assert.ok(
      Math.abs((new metrics.Perplexity().of(logits, padded) as Tensor).item() - others.item()) <
        1e-5 * others.item(),
    );
  });
});

test("fit and evaluate compute them of all of an epoch, training and validation apart", async () => {
  manualSeed(1);
  const [x, y] = [randn([60, 2]), randint(0, 3, [60])];
  const model = nn.sequential(new nn.Linear(2, 8), new nn.ReLU(), new nn.Linear(8, 3));
  const loader = new data.DataLoader(new data.TensorDataset(x, y), { batchSize: 16 });
  const own = { f1: new metrics.F1Score(), auroc: new metrics.AUROC(), accuracy: train.accuracy };
  const history = await train.fit(model, loader, {
    ...{
      loss: nn.functional.crossEntropy,
      optimizer: new optim.Adam(model.parameters(), { lr: 0.01 }),
      epochs: 2,
    },
    ...{ validation: loader, metrics: own, verbose: false },
  });
  const output = model.eval().forward(x);
  assert.equal(history.metrics["f1"]!.length, 2);
  close(history.metrics["valF1"]![1]!, (new metrics.F1Score().of(output, y) as Tensor).item(), "f1");
  close(history.metrics["valAuroc"]![1]!, (new metrics.AUROC().of(output, y) as Tensor).item(), "auroc");
  const { metrics: evaluated } = train.evaluate(model, loader, {
    loss: nn.functional.crossEntropy,
    metrics: own,
  });
  assert.deepEqual(evaluated["f1"], history.metrics["valF1"]![1]);
  const matrix = { loss: nn.functional.crossEntropy, metrics: { matrix: new metrics.ConfusionMatrix() } };
  assert.throws(
    () => train.evaluate(model, loader, matrix),
    /metrics: matrix is a tensor of shape \[3, 3\], expected one number an epoch/,
  );
});
