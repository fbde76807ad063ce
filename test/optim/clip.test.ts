/** Clipping equals PyTorch's, and takes part in the step's plan. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { optim, tensor, zeros } from "../../src/index.js";
import { assertClose, golden } from "../golden/training.js";

function parameters() {
  return golden.clipping.gradients.map((values) => {
    const gradient = tensor(values as number[]);
    const parameter = zeros(gradient.shape, { requiresGrad: true });
    parameter.grad = gradient;
    return parameter;
  });
}

for (const { normType, maxNorm, total, gradients } of golden.clipping.norm) {
  test(`the ${normType}-norm of all gradients together is at most ${maxNorm}`, () => {
    const params = parameters();
    const norm = optim.clipGradNorm_(params, maxNorm, { normType: normType === "inf" ? Infinity : normType });
    assertClose(norm, total, "norm");
    params.forEach((parameter, i) => assertClose(parameter.grad!, gradients[i]!, `gradient ${i}`));
  });
}

test("every element is at most 0.5", () => {
  const params = parameters();
  optim.clipGradValue_(params, 0.5);
  params.forEach((parameter, i) => assertClose(parameter.grad!, golden.clipping.value[i]!, `gradient ${i}`));
});

test("clipping before backward() is refused", () => {
  assert.throws(
    () => optim.clipGradNorm_([zeros([2], { requiresGrad: true })], 1),
    /no parameter has a gradient; call it after loss.backward\(\)/,
  );
});
