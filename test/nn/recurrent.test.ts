/**
 * Recurrent layers run along all times in one kernel. Packed sequences are computed time by time: the same values of both, gradients of any order
 * too, at sizes where blocks of examples and rows are not filled.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { engine } from "../../src/engine/current.js";
import { grad, manualSeed, nn, randn, setNumThreads, type Tensor, zeros } from "../../src/index.js";

const { packPaddedSequence, padPackedSequence } = nn.utils.rnn;

type Layer = nn.LSTM | nn.GRU | nn.RNN;

function flat(states: Tensor | readonly Tensor[]): readonly Tensor[] {
  return Array.isArray(states) ? (states as Tensor[]) : [states as Tensor];
}

/** Outputs and last states, in one kernel or time by time. */
function resultsOf(
  layer: Layer,
  x: Tensor,
  first: readonly Tensor[] | null,
  isPacked: boolean,
): readonly Tensor[] {
  const given =
    first === null ? null : layer instanceof nn.LSTM ? ([first[0]!, first[1]!] as const) : first[0]!;
  const forward = layer.forward.bind(layer) as (x: unknown, h: unknown) => [unknown, Tensor | Tensor[]];
  if (!isPacked) {
    const [outputs, states] = forward(x, given);
    return [outputs as Tensor, ...flat(states)];
  }
  const lengths = new Array<number>(x.size(1)).fill(x.size(0));
  const [outputs, states] = forward(packPaddedSequence(x, lengths), given);
  return [padPackedSequence(outputs as nn.utils.rnn.PackedSequence)[0], ...flat(states)];
}

function assertClose(actual: Tensor, expected: Tensor, tolerance: number, what: string): void {
  assert.deepEqual(actual.shape, expected.shape, what);
  const off = actual
    .sub(expected)
    .abs()
    .div(expected.abs().clamp({ min: 1 }))
    .max()
    .item();
  assert.ok(off <= tolerance, `${what}: off by ${off}`);
}

const makers: Readonly<Record<string, (options: nn.RecurrentOptions, size?: number) => Layer>> = {
  LSTM: (options, size = 130) => new nn.LSTM(7, size, options),
  GRU: (options, size = 130) => new nn.GRU(7, size, options),
  RNN: (options, size = 130) => new nn.RNN(7, size, options),
  "RNN with relu": (options, size = 130) => new nn.RNN(7, size, { ...options, nonlinearity: "relu" }),
};

describe("in one kernel", () => {
  for (const [name, make] of Object.entries(makers)) {
    test(`${name}: one example alone is computed by any number of threads`, () => {
      manualSeed(5);
      const layer = make({ bidirectional: true }, 256);
      const x = randn([40, 1, 7]);
      const first = [0, 1].map(() => randn([2, 1, 256]));
      const slow = resultsOf(layer, x, first, true);
      const before = engine().numThreads;
      const all = [1, 2, 3, 16].map((threads) => {
        setNumThreads(threads);
        return resultsOf(layer, x, first, false).map((y, i) => {
          assertClose(y, slow[i]!, 1e-4, `${threads} threads, result ${i}`);
          return y.dataSync();
        });
      });
      setNumThreads(before);
      for (const results of all) assert.deepEqual(results, all[0]);
    });

    for (const dtype of ["float32", "float64"] as const) {
      test(`${name}, ${dtype}: values and gradients are those of the formulas time by time`, () => {
        manualSeed(1);
        const tolerance = dtype === "float32" ? 2e-4 : 1e-11;
        const layer = make({ bidirectional: true, numLayers: 2, dtype });
        const x = randn([3, 37, 7], { dtype }).requiresGrad_();
        const count = layer instanceof nn.LSTM ? 2 : 1;
        const first = Array.from({ length: count }, () => randn([4, 37, 130], { dtype }).requiresGrad_());
        const inputs = [x, ...first, ...layer.parameters()];
        const [fast, slow] = [false, true].map((isPacked) => {
          const results = resultsOf(layer, x, first, isPacked);
          const seeds = results.map((y, i) =>
            y
              .detach()
              .cos()
              .mul(i + 1),
          );
          return { results, gradients: grad(results, inputs, { gradOutputs: seeds }) };
        });
        slow!.results.forEach((y, i) => assertClose(fast!.results[i]!, y, tolerance, `result ${i}`));
        slow!.gradients.forEach((g, i) => assertClose(fast!.gradients[i]!, g, tolerance, `gradient ${i}`));
      });
    }

    test(`${name}: without first states gradients are those of zeros`, () => {
      manualSeed(6);
      const layer = make({ dtype: "float64", bidirectional: true }, 16);
      const given = new Array<Tensor>(2).fill(zeros([2, 5, 16], { dtype: "float64" }));
      for (const times of [1, 4]) {
        const x = randn([times, 5, 7], { dtype: "float64" });
        const [slopes, expected] = [null, given].map((first) =>
          grad(
            resultsOf(layer, x, first, first !== null)[0]!
              .square()
              .sum(),
            layer.parameters(),
          ),
        );
        expected!.forEach((g, i) => assertClose(slopes![i]!, g, 1e-11, `${times} times, gradient ${i}`));
      }
    });

    test(`${name}: a last state alone has a gradient`, () => {
      manualSeed(2);
      const layer = make({ dtype: "float64" });
      const x = randn([4, 2, 7], { dtype: "float64" }).requiresGrad_();
      const first = [0, 1].map(() => randn([1, 2, 130], { dtype: "float64" }));
      const [fast, slow] = [false, true].map((isPacked) =>
        grad(resultsOf(layer, x, first, isPacked).at(-1)!.sum(), [x, layer.weightHhL0]),
      );
      slow!.forEach((g, i) => assertClose(fast![i]!, g, 1e-11, `gradient ${i}`));
    });

    test(`${name}: gradients of gradients`, () => {
      manualSeed(3);
      const options = { dtype: "float64", bidirectional: true } as const;
      const layer =
        name === "LSTM"
          ? new nn.LSTM(2, 3, options)
          : name === "GRU"
            ? new nn.GRU(2, 3, options)
            : new nn.RNN(2, 3, options);
      const x = randn([3, 2, 2], { dtype: "float64" }).requiresGrad_();
      const first = [0, 1].map(() => randn([2, 2, 3], { dtype: "float64" }).requiresGrad_());
      const inputs = [x, first[0]!, ...layer.parameters()];
      const [fast, slow] = [false, true].map((isPacked) => {
        const sum = resultsOf(layer, x, first, isPacked)
          .map((y) => y.square().sum())
          .reduce((a, b) => a.add(b));
        const slopes = grad(sum, inputs, { createGraph: true });
        return grad(
          slopes.map((g) => g.square().sum()).reduce((a, b) => a.add(b)),
          inputs,
        );
      });
      slow!.forEach((g, i) => assertClose(fast![i]!, g, 1e-10, `gradient ${i}`));
    });
  }

  test("bits do not depend on the number of threads or on the other examples", () => {
    manualSeed(4);
    const layer = new nn.LSTM(16, 96);
    const x = randn([20, 61, 16]);
    const run = (input: Tensor): readonly number[] => {
      const leaf = input.detach().requiresGrad_();
      const [y] = layer.forward(leaf);
      const [g] = grad(y.sum(), [leaf]);
      return [y, g].flatMap((t) => [...(t.narrow(1, 0, 5).contiguous().dataSync() as Float32Array)]);
    };
    const before = engine().numThreads;
    const [one, three] = [1, 3].map((threads) => {
      setNumThreads(threads);
      return run(x);
    });
    setNumThreads(before);
    assert.deepEqual(three, one);
    assert.deepEqual(run(x.narrow(1, 0, 5)), one);
  });
});
