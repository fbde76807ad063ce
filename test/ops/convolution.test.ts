/** Convolutions, pools and what belongs to them give PyTorch's values and gradients, and derivatives of derivatives. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type DType, grad, gradgradcheck, manualSeed, rand, type Tensor } from "../../src/index.js";
import { callCase, convCases, titleOf, valuesOf } from "../golden/conv.js";

function assertNear(
  actual: Tensor,
  expected: readonly (number | null)[],
  tolerance: number,
  what: string,
): void {
  const values = [...actual.dataSync()].map(Number);
  assert.equal(values.length, expected.length, what);
  expected.forEach((value, i) => {
    const isNear = Math.abs(values[i]! - value!) <= tolerance * Math.max(1, Math.abs(value!));
    assert.ok(
      value === null ? Number.isNaN(values[i]) : isNear,
      `${what}, element ${i}: ${values[i]} instead of ${value}`,
    );
  });
}

const tolerances: readonly (readonly [DType, number])[] = [
  ["float64", 1e-9],
  ["float32", 1e-5],
  ["bfloat16", 0.1],
];

for (const [dtype, tolerance] of tolerances) {
  describe(`PyTorch's numbers, ${dtype}`, () => {
    for (const each of convCases) {
      test(titleOf(each), () => {
        // Where values are rounded before they are compared, another one of a window may be the greatest, and powers go far.
        if (dtype === "bfloat16" && /[mM]ax|lp/.test(each.name)) return;
        // Samples that lie at a step's edge in float64 lie beside it in float32.
        if (dtype === "float32" && each.name.startsWith("fractional")) return;
        const { results, inputs } = callCase(each, dtype);
        assert.deepEqual(results[0]!.shape, each.shape);
        assert.equal(results[0]!.dtype, dtype);
        each.results.forEach((expected, i) => assertNear(results[i]!, expected, tolerance, `result ${i}`));
        const g = valuesOf(each.shape, 9, dtype);
        // Far from its rounding a narrow float's gradient is a sum of many products.
        const gradients = grad(results[0]!.mul(g).sum(), [...inputs]);
        if (dtype === "bfloat16") return;
        each.gradients.forEach((expected, i) => {
          assert.deepEqual(gradients[i]!.shape, inputs[i]!.shape);
          assertNear(gradients[i]!, expected, tolerance * 2, `gradient ${i}`);
        });
      });
    }
  });
}

test("derivatives of derivatives agree with differences", () => {
  manualSeed(0);
  const seen = new Set<string>();
  for (const each of convCases) {
    const shapes = [...each.inputs, ...Object.values(each.tensors)];
    const count = shapes.reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
    if (count > 200 || seen.has(each.name)) continue;
    seen.add(each.name);
    // Positive and different from each other, so that the greatest stays the greatest and powers have slopes.
    const given = shapes.map((shape) =>
      rand([...shape], { dtype: "float64" })
        .add(0.5)
        .requiresGrad_(true),
    );
    const call = (...tensors: Tensor[]): Tensor => callCase(each, "float64", tensors).results[0]!;
    assert.ok(gradgradcheck(call, given), titleOf(each));
  }
  for (const name of ["conv1d", "conv2d", "convTranspose2d", "maxPool2d", "avgPool2d", "fold", "lpPool1d"])
    assert.ok(seen.has(name), `${name} has no small case`);
});
