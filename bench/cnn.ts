/** Convolutions: a step of a small network for digits, and forward and backward of one layer as they are in larger ones. Usage: cnn.ts [SECONDS] */
import { grad, manualSeed, nn, optim, randint, randn } from "../src/index.js";
import { report } from "./median-step.js";

manualSeed(0);
const model = nn.sequential(
  new nn.Conv2d(1, 16, 3, { padding: 1 }),
  new nn.ReLU(),
  new nn.MaxPool2d(2),
  new nn.Conv2d(16, 32, 3, { padding: 1 }),
  new nn.ReLU(),
  new nn.MaxPool2d(2),
  new nn.Flatten(),
  new nn.Linear(32 * 7 * 7, 10),
);
const digits = randn([128, 1, 28, 28]);
const labels = randint(0, 10, [128], { dtype: "int32" });
const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
report("CNN 16-32, 28 × 28, batch 128, Adam", () => {
  optimizer.zeroGrad();
  nn.functional.crossEntropy(model.forward(digits), labels).backward();
  optimizer.step();
});

const layer = new nn.Conv2d(64, 64, 3, { padding: 1 });
const images = randn([32, 64, 32, 32], { requiresGrad: true });
const slope = randn([32, 64, 32, 32]);
report("Conv2d 64 → 64, 3 × 3, 32 × 32, batch 32, forward and backward", () => {
  const gradients = grad(layer.forward(images), [images, ...layer.parameters()], { gradOutputs: slope });
  // All are computed when one is read.
  for (const gradient of gradients) gradient.flatten().slice(0).item();
});
