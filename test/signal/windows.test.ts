/** Windows under torch's own names; those of signal.windows are in PyTorch's operator table. The numbers are PyTorch's. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bartlettWindow,
  blackmanWindow,
  hammingWindow,
  hannWindow,
  kaiserWindow,
  signal,
} from "../../src/index.js";

const dtype = "float64";

test("windows are periodic unless said otherwise", () => {
  for (const [window, expected] of [
    [
      hammingWindow(5, { dtype }),
      [0.08, 0.3978521825875242, 0.9121478174124757, 0.912147817412476, 0.3978521825875243],
    ],
    [hammingWindow(4, false, { alpha: 0.5, beta: 0.4, dtype }), [0.1, 0.7, 0.7, 0.1]],
    [hannWindow(4, { dtype }), [0, 0.5, 1, 0.5]],
    [hannWindow(1), [1]],
    [hannWindow(0), []],
    [bartlettWindow(5, { dtype }), [0, 0.4, 0.8, 0.8, 0.4]],
    [blackmanWindow(4, { periodic: false, dtype }), [0, 0.63, 0.63, 0]],
    [kaiserWindow(4, { dtype }), [5.2773441320097665e-5, 0.2156727447589671, 1, 0.2156727447589671]],
    [
      kaiserWindow(4, { periodic: false, beta: 3, dtype }),
      [0.2048847564012536, 0.8712418740795513, 0.8712418740795513, 0.2048847564012536],
    ],
  ] as const) {
    const got = window.tolist();
    assert.equal(got.length, expected.length);
    got.forEach((x, i) => assert.ok(Math.abs(x - expected[i]!) < 1e-14, `${x} is not ${expected[i]}`));
  }
});

test("what makes no window is refused", () => {
  assert.throws(() => signal.windows.hann(-1), /expected a whole number of points ≥ 0, got -1/);
  assert.throws(
    () => signal.windows.hann(3, { dtype: "float16" }),
    /expected float32 or float64, got float16/,
  );
  assert.throws(() => signal.windows.gaussian(3, { std: 0 }), /expected std > 0, got 0/);
  assert.throws(() => signal.windows.kaiser(3, { beta: -1 }), /expected beta ≥ 0/);
  assert.throws(
    () => signal.windows.exponential(3, { center: 1 }),
    /symmetric window has its center in the middle/,
  );
  assert.throws(() => signal.windows.generalCosine(3, {} as never), /expected a list of coefficients/);
  assert.throws(() => signal.windows.hann(3, { period: true } as never), /unknown option period/);
  assert.ok(signal.windows.hann(3, { requiresGrad: true }).requiresGrad);
});
