/**
 * Hooks of modules: order, replacement, handles, gradients.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nn, ones, tensor, type Tensor } from "../../src/index.js";

function linear(): nn.Linear {
  const layer = new nn.Linear(2, 1, { bias: false });
  nn.init.constant_(layer.weight, 3);
  return layer;
}

test("forward hooks see and replace inputs and outputs, in order, also in a chain of layers", () => {
  const layer = linear();
  const said: string[] = [];
  const first = layer.registerForwardPreHook((module, [x]) => {
    assert.equal(module, layer);
    said.push("pre");
    return (x as Tensor).mul(2);
  });
  layer.registerForwardHook((_module, [x], y: Tensor) => {
    said.push(`after ${String((x as Tensor).tolist())}`);
    return y.add(1);
  });
  layer.registerForwardPreHook(() => void said.push("prepended"), { prepend: true });
  const model = nn.sequential(layer, new nn.Flatten(0));
  assert.deepEqual(model.forward(ones([1, 2])).tolist(), [13]);
  assert.deepEqual(said, ["prepended", "pre", "after 2,2"]);
  first.remove();
  assert.deepEqual(model.forward(ones([1, 2])).tolist(), [7]);
  assert.deepEqual(Object.keys(layer).includes("forward"), false);
  assert.deepEqual(
    model.namedParameters().map(([name]) => name),
    ["0.weight"],
  );
});

test("backward hooks see the gradients of output and inputs, and replace them", () => {
  const layer = linear();
  const said: unknown[] = [];
  layer.registerFullBackwardPreHook((_module, [g]) => {
    said.push(["pre", g!.tolist()]);
    return [g!.mul(10)];
  });
  layer.registerFullBackwardHook((_module, [gx], [g]) => {
    said.push(["after", gx!.tolist(), g!.tolist()]);
    return [gx!.add(1)];
  });
  const x = tensor([[1, 2]], { requiresGrad: true });
  layer.forward(x).sum().backward();
  assert.deepEqual(said, [
    ["pre", [[1]]],
    ["after", [[30, 30]], [[10]]],
  ]);
  assert.deepEqual(x.grad!.tolist(), [[31, 31]]);
  assert.deepEqual(layer.weight.grad!.tolist(), [[10, 20]]);
});

test("where no input requires grad, the hook has null for it", () => {
  const layer = linear();
  const said: unknown[] = [];
  const handle = layer.registerFullBackwardHook(
    (_module, gradInput, [g]) => void said.push(gradInput, g!.tolist()),
  );
  layer
    .forward(ones([1, 2]))
    .sum()
    .backward();
  assert.deepEqual(said, [[null], [[1]]]);
  handle.remove();
  layer
    .forward(ones([1, 2]))
    .sum()
    .backward();
  assert.equal(said.length, 2);
  assert.throws(() => layer.registerForwardHook(3 as never), /expected a function, got number/);
});
