/** Every layer computes what PyTorch's does, from its state dict: outputs, gradients and running statistics, in training and after eval(). */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { type DType, manualSeed, nn, ones, Tensor, tensor } from "../../src/index.js";

interface Said {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly data: readonly number[];
}

interface Ran {
  readonly output: Said;
  readonly grads: readonly (Said | null)[];
  readonly parameters: Readonly<Record<string, Said | null>>;
}

interface Row {
  readonly layer: string;
  readonly args: readonly unknown[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly inputs: readonly Said[];
  readonly state: Readonly<Record<string, Said>>;
  readonly train: Ran;
  readonly eval: Ran;
  readonly buffers: Readonly<Record<string, Said>>;
}

type AnyLayer = nn.Module & { forward(...inputs: Tensor[]): Tensor | { loss: Tensor } };
const classes = nn as unknown as Record<string, new (...args: unknown[]) => AnyLayer>;
const rows = JSON.parse(
  readFileSync(new URL("../golden/layers.json", import.meta.url), "utf8"),
) as readonly Row[];

const made = ({ data, dtype, shape }: Said): Tensor => tensor([...data], { dtype }).reshape([...shape]);

/** What outputs are multiplied with before they are summed for a gradient (make_layers.py). */
function weights(y: Tensor): Tensor {
  const list = Array.from({ length: y.numel() }, (_, i) => 0.5 + (((i + 1) * 0.6180339887498949) % 1));
  return tensor(list, { dtype: "float64" }).reshape(y.shape);
}

/** PyTorch computes these with constants that it has rounded to float32. */
const roundedThere = new Set(["Hardsigmoid", "CELU", "Embedding"]);
/** PyTorch's gradient of this one is not that of what it computes. */
const wrongThere = new Set(["CrossMapLRN2d"]);

async function close(
  got: Tensor | null,
  expected: Said | null,
  what: string,
  tolerance: number,
): Promise<void> {
  if (expected === null || got === null) {
    const rest = got === null ? (expected?.data ?? []) : [...(await got.data())].map(Number);
    assert.ok(
      rest.every((value) => value === 0),
      `${what} is there on one side only`,
    );
    return;
  }
  assert.deepEqual(got.shape, expected.shape, `${what}: shape`);
  const values = [...(await got.data())].map(Number);
  expected.data.forEach((value, i) =>
    assert.ok(
      Object.is(values[i], value) || Math.abs(values[i]! - value) <= tolerance * (1 + Math.abs(value)),
      `${what}: element ${i} is ${values[i]}, PyTorch's is ${value}`,
    ),
  );
}

async function run(layer: AnyLayer, row: Row, expected: Ran, mode: string): Promise<void> {
  const inputs = row.inputs.map(made);
  for (const [i, x] of inputs.entries()) if (expected.grads[i] !== null) x.requiresGrad_();
  layer.zeroGrad();
  const tolerance = roundedThere.has(row.layer) ? 1e-7 : 1e-9;
  const result = layer.forward(...inputs);
  const y = result instanceof Tensor ? result : result.loss;
  if (y.requiresGrad) y.mul(weights(y)).sum().backward();
  await close(y, expected.output, `output ${mode}`, tolerance);
  if (wrongThere.has(row.layer)) return;
  for (const [i, x] of inputs.entries())
    if (x.requiresGrad) await close(x.grad, expected.grads[i]!, `gradient ${i} ${mode}`, tolerance);
  for (const [name, parameter] of layer.namedParameters())
    await close(parameter.grad, expected.parameters[name]!, `gradient of ${name} ${mode}`, tolerance);
}

describe("layers equal PyTorch's, from its state dict", () => {
  for (const row of rows) {
    const options = Object.fromEntries(
      Object.entries(row.options).map(([key, value]) => [
        key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
        value,
      ]),
    );
    const isNamed = Object.keys(options).length > 0;
    test(`${row.layer}(${JSON.stringify(row.args).slice(1, -1)}${isNamed ? ` ${JSON.stringify(options)}` : ""})`, async () => {
      const layer = new classes[row.layer]!(...row.args, ...(isNamed ? [options] : [])).double();
      assert.deepEqual(Object.keys(layer.stateDict()).sort(), Object.keys(row.state).sort());
      layer.loadStateDict(
        Object.fromEntries(Object.entries(row.state).map(([key, value]) => [key, made(value)])),
      );
      await run(layer, row, row.train, "in training");
      layer.forward(...row.inputs.map(made));
      for (const [name, buffer] of layer.namedBuffers()) await close(buffer, row.buffers[name]!, name, 1e-9);
      await run(layer.eval(), row, row.eval, "after eval()");
    });
  }
});

describe("functions that draw", () => {
  test("alphaDropout keeps mean and variance, and its values are two for each input", () => {
    manualSeed(1);
    const y = nn.functional.alphaDropout(ones([40000]), 0.3, true);
    const values = new Set([...y.dataSync()].map((value) => Number(value).toFixed(4)));
    assert.deepEqual([...values].sort(), ["-1.0595", "1.3150"].sort());
  });
  test("dropout2d drops whole channels", () => {
    manualSeed(2);
    const perChannel = nn.functional.dropout2d(ones([8, 16, 3, 3])).sum([2, 3]);
    assert.ok([...perChannel.dataSync()].every((value) => value === 0 || value === 18));
  });
  test("gumbelSoftmax that is hard is one-hot, with a gradient", () => {
    manualSeed(3);
    const x = ones([6, 4]).requiresGrad_();
    const y = nn.functional.gumbelSoftmax(x, { hard: true });
    assert.deepEqual(y.round().sum(1).tolist(), [1, 1, 1, 1, 1, 1]);
    y.mul(weights(y).float()).sum().backward();
    assert.ok(x.grad!.abs().sum().item() > 0);
  });
});

test("a position outside a table is refused with both numbers", () => {
  const layer = new nn.Embedding(4, 2);
  assert.throws(
    () => layer.forward(tensor([1, 4], { dtype: "int32" })).tolist(),
    /position 4 is out of range for 4 rows/,
  );
});
