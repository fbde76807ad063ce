/**
 * An interrupt of a notebook's cell unwinds the stack at any moment, without running `finally`. What comes after it must compute right.
 * A script's timeout does the same to a synchronous loop.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Script } from "node:vm";
import { data, manualSeed, nn, noGrad, optim } from "../../src/index.js";

test("training goes on right after 100 interrupts at any moment of a step", async () => {
  manualSeed(0);
  const [x, y] = data.linear(16).tensors;
  const model = nn.sequential(new nn.Linear(2, 3), new nn.Tanh(), new nn.Linear(3, 1));
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.05, momentum: 0.9 });
  const lossOf = () => nn.functional.mseLoss(model.forward(x), y);
  const step = () => {
    optimizer.zeroGrad();
    lossOf().backward();
    optimizer.step();
  };
  const globals = globalThis as { interruptedStep?: () => void };
  globals.interruptedStep = step;
  const loop = new Script("for (;;) interruptedStep();");

  for (let round = 0; round < 100; round++) {
    assert.throws(() => loop.runInThisContext({ timeout: 1 + (round % 7) }), {
      code: "ERR_SCRIPT_EXECUTION_TIMEOUT",
    });
    // The next cell runs in another turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    // The loss along the gradient, in plain arithmetic: from weights that are read, with momentum left out by a fresh optimizer.
    const plain = new optim.SGD(model.parameters(), { lr: 0.001 });
    const before = model.parameters().map((parameter) => Array.from(parameter.dataSync()));
    plain.zeroGrad();
    const loss = lossOf();
    loss.backward();
    plain.step();
    const gradients = model.parameters().map((parameter) => Array.from(parameter.grad!.dataSync()));
    model.parameters().forEach((parameter, i) => {
      Array.from(parameter.dataSync()).forEach((value, j) => {
        const expected = before[i]![j]! - 0.001 * gradients[i]![j]!;
        assert.ok(
          Math.abs(value - expected) <= 1e-6 * (1 + Math.abs(expected)),
          `round ${round}: ${value}, expected ${expected}`,
        );
      });
    });
    assert.ok(noGrad(lossOf).item() <= loss.item() + 1e-6, `round ${round}: the loss rose`);
  }
  delete globals.interruptedStep;
});
