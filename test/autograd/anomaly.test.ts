/**
 * Anomaly mode: where a NaN in a gradient came from.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { autograd, tensor } from "../../src/index.js";
import * as cellgrad from "../../src/index.js";

const { detectAnomaly, isAnomalyEnabled, setDetectAnomaly } = autograd;
const here = import.meta.filename;

/** The first line of this file in the stack. */
function lineOf(error: Error): number {
  const frame = error.stack!.split("\n").find((line) => line.includes(here))!;
  return Number(/:(\d+):\d+\)?$/.exec(frame)![1]);
}

function thrownBy(f: () => void): Error {
  try {
    f();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

test("a gradient that is NaN where the value is none: the line that recorded the operation", () => {
  const x = tensor([0, 4], { requiresGrad: true });
  const marker = thrownBy(() => {
    throw new Error();
  });
  const error = thrownBy(() =>
    detectAnomaly(() => {
      const root = x.sqrt();
      root
        .mul(tensor([0, 1]))
        .sum()
        .backward();
    }),
  );
  assert.match(
    error.message,
    /SqrtBackward0 gave NaN as the gradient of its input 0 of shape \[2\], while its result has none/,
  );
  assert.equal(lineOf(error), lineOf(marker) + 4);
  assert.equal(isAnomalyEnabled(), false);
});

test("a NaN of the forward pass: the operation and the line that made the first", () => {
  const x = tensor([-1, 4], { requiresGrad: true });
  const marker = thrownBy(() => {
    throw new Error();
  });
  const error = thrownBy(() =>
    detectAnomaly(() => {
      const logs = x.log();
      const more = logs.mul(2).exp();
      more.sum().backward();
    }),
  );
  assert.match(
    error.message,
    /ExpBackward0 gave NaN .* the first NaN of the forward pass is in the result of LogBackward0 of shape \[2\]/,
  );
  assert.equal(lineOf(error), lineOf(marker) + 4);
});

test("without checkNan, and outside, nothing is thrown", () => {
  const x = tensor([0], { requiresGrad: true });
  detectAnomaly(() => x.sqrt().mul(0).sum().backward(), { checkNan: false });
  assert.ok(Number.isNaN(x.grad!.item()));
  setDetectAnomaly(true);
  assert.equal(isAnomalyEnabled(), true);
  setDetectAnomaly(false);
  x.sqrt().mul(0).sum().backward();
});

test("whether NaN is an error can be asked, under PyTorch's older names too", () => {
  cellgrad.setAnomalyEnabled(true, { checkNan: false });
  assert.deepEqual([cellgrad.isAnomalyEnabled(), cellgrad.isAnomalyCheckNanEnabled()], [true, false]);
  cellgrad.setAnomalyEnabled(false);
  assert.deepEqual([cellgrad.isAnomalyEnabled(), cellgrad.isAnomalyCheckNanEnabled()], [false, true]);
});
