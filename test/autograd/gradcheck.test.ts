/**
 * gradcheck finds wrong gradients and says where.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { gradcheck, gradgradcheck, randn, Tensor, tensor } from "../../src/index.js";
import { record } from "../../src/autograd/record.js";
import { binary } from "../../src/graph/record/build.js";

const x = tensor([0.5, -1, 2], { dtype: "float64", requiresGrad: true });

/** x² with the gradient 3x. */
function wrongSquare(a: Tensor): Tensor {
  const op = {
    name: "WrongBackward",
    saves: true,
    gradient: (y: Tensor, g: Tensor) => [g.mul(y._a!).mul(3)],
  };
  return record(op, binary("mul", a.node, a.node), a);
}

test("a right gradient passes, first and second", () => {
  assert.equal(
    gradcheck((a) => a.pow(3), x),
    true,
  );
  assert.equal(
    gradgradcheck((a, b) => a!.mul(b!).exp(), [x, x.detach().add(1).requiresGrad_()]),
    true,
  );
});

test("a wrong gradient is an error with input, position, analytical and numerical value", () => {
  assert.throws(
    () => gradcheck(wrongSquare, x),
    (error: Error) => {
      const match = /d output0\[0\] \/ d input0\[0\]: analytical (\S+), numerical (\S+)$/.exec(error.message);
      assert.ok(match, error.message);
      assert.equal(Number(match[1]), 1.5);
      assert.ok(Math.abs(Number(match[2]) - 1) < 1e-6);
      return true;
    },
  );
});

test("a result that is cut off from inputs it depends on is found", () => {
  assert.throws(() => gradcheck((a) => a.detach().mul(2), x), {
    message: /depends on the inputs but does not require grad/,
  });
});

test("a constant part has gradient 0", () => {
  assert.equal(
    gradcheck((a) => [a.add(0.3).floor(), a.mul(0)], x),
    true,
  );
});

test("float32 and inputs without requiresGrad are refused", () => {
  assert.throws(() => gradcheck((a) => a, randn([2], { requiresGrad: true })), { message: /is float32/ });
  assert.throws(() => gradcheck((a) => a, randn([2], { dtype: "float64" })), {
    message: /no input requires grad/,
  });
});
