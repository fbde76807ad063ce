/** Steps of two classifiers of digits' size: cross-entropy, batch 128, Adam. Usage: mlp.ts [SECONDS] */
import { manualSeed, nn, optim, rand, randint } from "../src/index.js";
import { report } from "./median-step.js";

function measure(name: string, model: nn.Layer): void {
  const x = rand([128, 784]);
  const y = randint(0, 10, [128], { dtype: "int32" });
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
  report(name, () => {
    optimizer.zeroGrad();
    nn.functional.crossEntropy(model.forward(x), y).backward();
    optimizer.step();
  });
}

manualSeed(0);
measure(
  "784-128-10, batch 128, Adam",
  nn.sequential(new nn.Linear(784, 128), new nn.ReLU(), new nn.Linear(128, 10)),
);
measure(
  "784-512-256-10, batch 128, Adam",
  nn.sequential(
    new nn.Linear(784, 512),
    new nn.ReLU(),
    new nn.Linear(512, 256),
    new nn.ReLU(),
    new nn.Linear(256, 10),
  ),
);
