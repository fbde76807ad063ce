/** nn.utils: parametrized weights are PyTorch's, fused layers compute the same, parameters become a vector and back; and `nn.summary`. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { nn, optim, randn, type Tensor, tensor } from "../../src/index.js";

interface Said {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Case {
  readonly name: "weightNorm" | "spectralNorm" | "orthogonal";
  readonly options: Readonly<Record<string, number | string | boolean | null>>;
  readonly features: number;
  readonly state: Readonly<Record<string, Said>>;
  readonly x: Said;
  readonly y: Said;
  readonly gradient: Said;
  readonly parameterGradients: Readonly<Record<string, Said>>;
  readonly after: Readonly<Record<string, Said>>;
}

const cases = JSON.parse(
  readFileSync(new URL("../golden/utils.json", import.meta.url), "utf8"),
) as readonly Case[];

function made({ shape, data }: Said): Tensor {
  return tensor([...data], { dtype: "float64" }).reshape([...shape]);
}

function assertClose(actual: Tensor, expected: Said, what: string): void {
  assert.deepEqual([...actual.shape], [...expected.shape], `shape of ${what}`);
  const values = actual.dataSync() as Float64Array;
  for (const [i, e] of expected.data.entries())
    assert.ok(
      Math.abs(values[i]! - e) <= 1e-9 * Math.max(1, Math.abs(e)),
      `${what}: ${i} is ${values[i]}, not ${e}`,
    );
}

const { utils } = nn;

describe("parametrized weights", () => {
  for (const { name, options, features, state, x, y, gradient, parameterGradients, after } of cases) {
    test(`${name} ${JSON.stringify(options)} is PyTorch's`, () => {
      const plain = new nn.Linear(features, 3, { dtype: "float64" });
      const layer = utils.parametrizations[name](plain, options);
      const given = Object.fromEntries(Object.entries(state).map(([key, value]) => [key, made(value)]));
      assert.deepEqual(Object.keys(layer.stateDict()).sort(), Object.keys(state).sort());
      layer.loadStateDict(given);
      const input = made(x).requiresGrad_();
      const output = layer.forward(input);
      assertClose(output, y, "output");
      const factors = Array.from({ length: 15 }, (_, i) => i + 1);
      output
        .mul(tensor(factors, { dtype: "float64" }).reshape([5, 3]))
        .sum()
        .backward();
      assertClose(input.grad!, gradient, "gradient of the input");
      for (const [key, parameter] of layer.namedParameters())
        assertClose(parameter.grad!, parameterGradients[key]!, `gradient of ${key}`);
      for (const [key, value] of Object.entries(layer.stateDict())) assertClose(value, after[key]!, key);
    });
  }

  test("a weight is set, computed once while cached, and an ordinary one again", () => {
    const layer = utils.parametrizations.weightNorm(new nn.Linear(3, 2));
    assert.ok(utils.parametrize.isParametrized(layer) && utils.parametrize.isParametrized(layer, "weight"));
    assert.deepEqual(
      layer.namedParameters().map(([name]) => name),
      ["bias", "parametrizations.weight.original0", "parametrizations.weight.original1"],
    );
    const value = randn([2, 3]);
    (layer as { weight: Tensor }).weight = value;
    assert.ok(layer.weight.allclose(value));
    assert.notEqual(layer.weight, layer.weight);
    utils.parametrize.cached(() => {
      assert.equal(layer.weight, layer.weight);
    });
    utils.parametrize.removeParametrizations(layer, "weight");
    assert.ok(layer.weight.allclose(value) && !utils.parametrize.isParametrized(layer));
    assert.deepEqual(Object.keys(layer.stateDict()).sort(), ["bias", "weight"]);
  });

  test("a parametrization of one's own, trained", () => {
    class Symmetric extends nn.Module {
      forward(x: Tensor): Tensor {
        return x.triu().add(x.triu(1).transpose(0, 1));
      }
    }
    const layer = utils.parametrize.registerParametrization(new nn.Linear(3, 3), "weight", new Symmetric());
    const optimizer = new optim.SGD(layer.parameters(), { lr: 0.1 });
    layer
      .forward(randn([4, 3]))
      .square()
      .sum()
      .backward();
    optimizer.step();
    assert.ok(layer.weight.equal(layer.weight.transpose(0, 1)));
    assert.throws(() => utils.parametrize.registerParametrization(layer, "wieght", new Symmetric()), {
      message: /Linear has no tensor "wieght"; it has/,
    });
  });
});

test("a convolution and a norm, a linear map and a norm, as one layer", () => {
  const conv = new nn.Conv1d(2, 3, 3, { stride: 2, padding: 1, bias: false });
  const norm = new nn.BatchNorm1d(3);
  const x = randn([4, 2, 6]);
  norm.forward(conv.forward(x));
  assert.throws(() => utils.fuseConvBnEval(conv, norm), /call model.eval\(\) first/);
  const expected = norm.eval().forward(conv.eval().forward(x));
  const fused = utils.fuseConvBnEval(conv, norm);
  assert.ok(fused.forward(x).allclose(expected, { atol: 1e-5 }) && !fused.training);
  assert.deepEqual(Object.keys(fused.stateDict()), ["weight", "bias"]);
  const linear = new nn.Linear(3, 5);
  const other = new nn.BatchNorm1d(5);
  const z = randn([7, 3]);
  other.forward(linear.forward(z));
  const wanted = other.eval().forward(linear.eval().forward(z));
  assert.ok(utils.fuseLinearBnEval(linear, other).forward(z).allclose(wanted, { atol: 1e-5 }));
});

test("parameters as a vector and back", () => {
  const model = nn.sequential(new nn.Linear(2, 3), new nn.Linear(3, 1));
  const vector = utils.parametersToVector(model.parameters());
  assert.deepEqual([...vector.shape], [13]);
  utils.vectorToParameters(vector.mul(2), model.parameters());
  assert.ok(utils.parametersToVector(model.parameters()).equal(vector.mul(2)));
  assert.throws(
    () => utils.vectorToParameters(randn([4]), model.parameters()),
    /expected a vector of 13 elements/,
  );
});

test("a summary counts outputs, parameters and multiply-adds, and leaves the model as it was", () => {
  const model = nn.sequential(
    new nn.Conv2d(1, 4, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.Flatten(),
    new nn.Linear(256, 10),
  );
  const summary = nn.summary(model, [2, 1, 8, 8]);
  assert.deepEqual(
    summary.rows.map(({ layer, outputShape, parameters, multAdds }) => [
      layer,
      outputShape,
      parameters,
      multAdds,
    ]),
    [
      ["Sequential", [2, 10], 0, 0],
      ["Conv2d", [2, 4, 8, 8], 40, 36 * 2 * 64],
      ["ReLU", [2, 4, 8, 8], 0, 0],
      ["Flatten", [2, 256], 0, 0],
      ["Linear", [2, 10], 2570, 2560 * 2],
    ],
  );
  assert.equal(summary.totalParameters, 2610);
  assert.ok(model.training);
  assert.match(String(summary), /0: Conv2d +\[2, 4, 8, 8\] +40 +4,608/);
  const lstm = nn.summary(new nn.LSTM(3, 5), [7, 2, 3]);
  assert.equal(lstm.multAdds, (60 + 100) * 14);
  assert.throws(() => nn.summary(model, [2, 3, 8, 8]), /\(in layer 0\)$/);
  assert.ok(model.training);
});

test("an error says which layer of a container it comes from", () => {
  const model = nn.sequential(
    new nn.Linear(4, 4),
    nn.sequential(new nn.ReLU(), new nn.Residual(new nn.Linear(4, 4))),
  );
  const inner = (model.layers[1] as nn.Sequential).layers[1] as nn.Residual;
  Object.assign(inner, { layer: new nn.Linear(3, 4) });
  assert.throws(
    () => model.forward(randn([2, 4])),
    (error: Error) => {
      assert.match(error.message, /^Linear\(3 → 4\): .* \(in layer 1\.1\.layer\)$/);
      assert.ok(error.stack!.includes(error.message));
      return true;
    },
  );
});
