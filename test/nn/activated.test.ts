/** A loss that applies an activation itself says so when its input has been through one; what is right is not spoken of. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nn, randn, tensor, zeros, type Tensor } from "../../src/index.js";
import { warningsOf } from "../warnings.js";

const F = nn.functional;
const labels = tensor([0, 2], { dtype: "int32" });
const logits = randn([2, 3], { requiresGrad: true });
const score = randn([2, 1], { requiresGrad: true });

const strange: Record<string, [said: RegExp, () => Tensor]> = {
  "softmax before crossEntropy": [
    /crossEntropy: the input is the output of a softmax, but crossEntropy takes logits/,
    () => F.crossEntropy(logits.softmax(1), labels),
  ],
  "a layer of sigmoids before crossEntropy": [
    /crossEntropy: the input is the output of a sigmoid/,
    () =>
      new nn.CrossEntropyLoss().forward(
        nn.sequential(new nn.Linear(3, 3), new nn.Sigmoid()).forward(logits),
        labels,
      ),
  ],
  "softmax without a logarithm before nllLoss": [
    /nllLoss: .* takes log probabilities: use logSoftmax/,
    () => F.nllLoss(logits.softmax(1), labels),
  ],
  "sigmoid before binaryCrossEntropyWithLogits, in another shape": [
    /binaryCrossEntropyWithLogits: the input is the output of a sigmoid/,
    () => F.binaryCrossEntropyWithLogits(score.sigmoid().squeeze(1), zeros([2])),
  ],
  "softmax without a logarithm before klDiv": [
    /klDiv: the input is the output of a softmax/,
    () => F.klDiv(logits.softmax(1), zeros([2, 3])),
  ],
};

for (const [name, [said, loss]] of Object.entries(strange))
  test(name, async () => {
    const first = await warningsOf(loss);
    assert.equal(first.length, 1);
    assert.match(first[0]!, said);
    assert.deepEqual(await warningsOf(loss), []);
  });

test("what belongs together", async () => {
  const said = await warningsOf(() => {
    F.crossEntropy(logits, labels);
    F.crossEntropy(logits.logSoftmax(1), labels);
    F.crossEntropy(logits.softmax(1).log(), labels);
    F.crossEntropy(logits.sigmoid().matmul(randn([3, 3])), labels);
    F.nllLoss(logits.logSoftmax(1), labels);
    F.binaryCrossEntropy(score.sigmoid(), zeros([2, 1]));
    F.binaryCrossEntropyWithLogits(score, zeros([2, 1]));
  });
  assert.deepEqual(said, []);
});
