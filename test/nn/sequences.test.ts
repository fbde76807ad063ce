/** Recurrent layers, attention and transformers with PyTorch's state dicts give PyTorch's outputs and gradients. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { nn, type Tensor, tensor } from "../../src/index.js";

interface Said {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Case {
  readonly layer: string;
  readonly args: readonly number[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly state: Readonly<Record<string, Said>>;
  readonly inputs: readonly Said[];
  readonly outputs: readonly Said[];
  readonly gradients: readonly (Said | null)[];
  readonly parameterGradients: Readonly<Record<string, Said>>;
  readonly call: string;
  readonly said?: Readonly<Record<string, unknown>>;
  readonly lengths?: readonly number[];
  readonly attnMask?: boolean[][];
  readonly keyPaddingMask?: boolean[][];
}

const cases = JSON.parse(
  readFileSync(new URL("../golden/sequences.json", import.meta.url), "utf8"),
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

function weights(y: Tensor): Tensor {
  const list = Array.from({ length: y.numel() }, (_, i) => 0.5 + (((i + 1) * 0.6180339887498949) % 1));
  return tensor(list, { dtype: "float64" }).reshape(y.shape);
}

function flat(value: unknown): Tensor[] {
  if (value === null) return [];
  if (value instanceof nn.utils.rnn.PackedSequence) return [value.data];
  return Array.isArray(value) ? value.flatMap(flat) : [value as Tensor];
}

type Constructor = new (...args: unknown[]) => nn.Module & { forward(...inputs: unknown[]): unknown };

function outputsOf(layer: InstanceType<Constructor>, one: Case, inputs: readonly Tensor[]): Tensor[] {
  const [x, ...states] = inputs;
  const mask = (rows: boolean[][] | undefined): Tensor | null => (rows === undefined ? null : tensor(rows));
  const causal = (): Tensor => nn.Transformer.generateSquareSubsequentMask(4, { dtype: "float64" });
  switch (one.call) {
    case "sequence":
    case "cell":
      return flat(layer.forward(x, states.length === 2 ? states : states[0]));
    case "packed": {
      const packed = nn.utils.rnn.packPaddedSequence(x!, one.lengths!, { enforceSorted: false });
      return flat(layer.forward(packed));
    }
    case "attention":
      return flat(
        layer.forward(...inputs, {
          ...one.said,
          attnMask: mask(one.attnMask),
          keyPaddingMask: mask(one.keyPaddingMask),
        }),
      );
    case "itself":
      return flat(layer.forward(x, x, x));
    case "causal":
      return flat(layer.forward(x, causal(), { isCausal: true }));
    case "transformer":
      return flat(layer.forward(...inputs, { tgtMask: causal() }));
    default:
      return flat(layer.forward(...inputs));
  }
}

describe("layers of sequences with PyTorch's state dicts", () => {
  for (const [number, one] of cases.entries()) {
    const options = { ...one.options, ...one.said };
    test(`${number}: ${one.layer} ${one.call} ${JSON.stringify(options)}`, () => {
      const Layer = (nn as unknown as Record<string, Constructor>)[one.layer]!;
      const layer = new Layer(...one.args, { ...one.options, dtype: "float64" });
      const state = Object.fromEntries(Object.entries(one.state).map(([key, value]) => [key, made(value)]));
      assert.deepEqual(Object.keys(layer.stateDict()).sort(), Object.keys(one.state).sort());
      layer.loadStateDict(state);
      const inputs = one.inputs.map((x) => made(x).requiresGrad_());
      const outputs = outputsOf(layer, one, inputs);
      assert.equal(outputs.length, one.outputs.length);
      for (const [i, expected] of one.outputs.entries()) assertClose(outputs[i]!, expected, `output ${i}`);
      outputs
        .map((y) => y.mul(weights(y)).sum())
        .reduce((a, b) => a.add(b))
        .backward();
      for (const [i, expected] of one.gradients.entries())
        if (expected !== null) assertClose(inputs[i]!.grad!, expected, `gradient of input ${i}`);
      for (const [name, parameter] of layer.namedParameters())
        if (one.parameterGradients[name] !== undefined)
          assertClose(parameter.grad!, one.parameterGradients[name], `gradient of ${name}`);
    });
  }
});
