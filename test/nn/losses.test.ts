/** Losses equal PyTorch's, and so do their gradients, for every reduction and option; what does not fit is refused with advice. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { arange, nn, ones, tensor, zeros, type Tensor } from "../../src/index.js";
import { assertClose, flat, golden } from "../golden/training.js";

/** What `crossEntropy` and `nllLoss` both are. */
type ClassLoss = (
  input: Tensor,
  target: Tensor,
  options?: { weight?: Tensor; ignoreIndex?: number },
) => Tensor;

const F = nn.functional as unknown as Record<string, (x: Tensor, y: Tensor, options: object) => Tensor>;

/** The line of this file in an error's stack. */
function lineOf({ stack }: Error): number {
  return Number(/losses\.test\.ts:(\d+)/.exec(stack!)![1]);
}

function input(name: string): Tensor {
  const { shape, dtype, data } = golden.losses.inputs[name]!;
  return tensor(Float64Array.from(flat(data)), { dtype }).reshape(shape);
}

describe("losses equal PyTorch's", () => {
  for (const one of golden.losses.cases) {
    const options = Object.entries(one.options).map(([key, value]) => `${key} ${String(value)}`);
    test([one.loss, one.input, one.target, one.reduction, ...options].join(", "), () => {
      const x = input(one.input).detach().requiresGrad_();
      const named = Object.entries(one.options).map(([key, value]) => [
        key,
        typeof value === "string" ? input(value) : value,
      ]);
      const loss = F[one.loss]!(x, input(one.target), {
        ...Object.fromEntries(named),
        reduction: one.reduction,
      });
      loss
        .mul(arange(1, loss.numel() + 1, { dtype: "float32" }).reshape(loss.shape))
        .sum()
        .backward();
      assertClose(loss, one.value, "value");
      assertClose(x.grad!, one.gradient, "gradient");
    });
  }
});

describe("a loss layer gives what its function gives, with its options", () => {
  const weight = input("weight");
  const layers: [nn.Module & { forward(x: Tensor, y: Tensor): Tensor }, string, string, string, object][] = [
    [new nn.MSELoss({ reduction: "sum" }), "mseLoss", "a", "b", { reduction: "sum" }],
    [new nn.L1Loss(), "l1Loss", "a", "b", {}],
    [new nn.SmoothL1Loss({ beta: 0.5 }), "smoothL1Loss", "a", "b", { beta: 0.5 }],
    [new nn.HuberLoss({ delta: 0.5 }), "huberLoss", "a", "b", { delta: 0.5 }],
    [
      new nn.CrossEntropyLoss({ weight, labelSmoothing: 0.1 }),
      "crossEntropy",
      "logits",
      "classes",
      { weight, labelSmoothing: 0.1 },
    ],
    [new nn.NLLLoss({ ignoreIndex: 1 }), "nllLoss", "logp", "classes", { ignoreIndex: 1 }],
    [new nn.BCELoss({ reduction: "none" }), "binaryCrossEntropy", "unit", "binary", { reduction: "none" }],
    [
      new nn.BCEWithLogitsLoss({ posWeight: input("pos") }),
      "binaryCrossEntropyWithLogits",
      "a",
      "binary",
      { posWeight: input("pos") },
    ],
    [
      new nn.KLDivLoss({ reduction: "batchmean" }),
      "klDiv",
      "logp",
      "probabilities",
      { reduction: "batchmean" },
    ],
  ];
  for (const [layer, name, x, y, options] of layers) {
    test(layer.name(), () => {
      const expected = F[name]!(input(x), input(y), options);
      assert.deepEqual(layer.forward(input(x), input(y)).tolist(), expected.tolist());
    });
  }
});

test("saturated probabilities and logits give finite losses", () => {
  const sure = tensor([0, 1]);
  assert.equal(F.binaryCrossEntropy!(sure, tensor([1, 0]), {}).item(), 100);
  assert.equal(F.binaryCrossEntropyWithLogits!(tensor([-1000, 1000]), tensor([1, 0]), {}).item(), 1000);
  assert.equal(F.crossEntropy!(tensor([[-1000, 1000]]), tensor([0], { dtype: "int32" }), {}).item(), 2000);
});

describe("what does not fit is refused", () => {
  test("a column and a vector do not broadcast to a matrix", () => {
    assert.throws(
      () => nn.functional.mseLoss(zeros([4, 1]), zeros([4]) as Tensor),
      /mseLoss: input \[4, 1\] and target \[4\] must have the same shape; reshape the target: target.reshape\(\[4, 1\]\)/,
    );
  });
  test("classes must be whole numbers", () => {
    assert.throws(
      () => nn.functional.nllLoss(zeros([4, 3]), zeros([4])),
      /^TypeError: nllLoss: class labels must be integers, not float32 of shape \[4\]; convert them: target.int\(\)$/,
    );
  });
  test("probabilities outside 0…1: PyTorch refuses them as well", () => {
    const refused = (value: number, position: number) => ({
      name: "RangeError",
      message:
        `binaryCrossEntropy: all elements of the input should be between 0 and 1, as probabilities are, but element ${position} is ${value}; ` +
        "apply a sigmoid first, or use binaryCrossEntropyWithLogits",
    });
    const bce = nn.functional.binaryCrossEntropy;
    assert.throws(() => bce(tensor([1.5]), tensor([1])), refused(1.5, 0));
    assert.throws(() => new nn.BCELoss().forward(tensor([0, -0.25]), zeros([2])), refused(-0.25, 1));
    const line = lineOf(new Error("one line above the loss")) + 1;
    const loss = bce(tensor([[0.5], [1]]).mul(2), ones([2, 1]), { reduction: "none" });
    assert.throws(
      () => loss.tolist(),
      (error: Error) => {
        assert.equal(error.message, refused(2, 1).message);
        assert.equal(lineOf(error), line);
        return true;
      },
    );
    assert.throws(() => bce(tensor([Infinity]).neg().neg(), ones([1])).item(), refused(Infinity, 0));
    assert.equal(bce(tensor([0, 1]).clone(), tensor([0, 1])).item(), 0);
  });
  test("a fraction is no class", () => {
    for (const loss of [nn.functional.nllLoss, nn.functional.crossEntropy] as ClassLoss[])
      assert.throws(
        () => loss(zeros([2, 3]), tensor([1, 1.5])),
        /class labels must be integers.*1\.5 is no class/,
      );
  });
  test("one class an example", () => {
    assert.throws(
      () => nn.functional.crossEntropy(zeros([4, 3]), zeros([4, 1], { dtype: "int32" }) as Tensor),
      /crossEntropy: input \[4, 3\] needs classes of shape \[4\], not \[4, 1\]/,
    );
  });
  test("one weight a class", () => {
    assert.throws(
      () => nn.functional.crossEntropy(zeros([4, 3]), zeros([4], { dtype: "int32" }), { weight: zeros([4]) }),
      /weight must be one number for each class, \[3\], not \[4\]/,
    );
  });
  test("a label that the input has no class for, where the loss is written", () => {
    const labels = (...list: number[]) => tensor(list, { dtype: "int32" });
    for (const name of ["crossEntropy", "nllLoss"] as const) {
      const loss: ClassLoss = nn.functional[name];
      const refused = (label: number) => ({
        name: "RangeError",
        message: `${name}: label ${label} is out of range for 3 classes (0 to 2)`,
      });
      assert.throws(() => loss(zeros([2, 3]), labels(0, 3)), refused(3));
      assert.throws(() => loss(zeros([2, 3]), labels(-1, 0)), refused(-1));
      assert.throws(() => loss(zeros([1, 3, 2]), labels(7, 0).reshape([1, 2])).item(), refused(7));
      assert.throws(() => loss(zeros([3]), labels(9).sum()).item(), refused(9));
      assert.throws(() => loss(zeros([2, 3]), labels(0, 3), { weight: ones([3]) }), refused(3));
      // PyTorch's ignored label is none of the classes.
      assert.equal(Number.isFinite(loss(zeros([2, 3]), labels(0, -100)).item()), true);
      assert.throws(() => loss(zeros([2, 3]), labels(0, -100), { ignoreIndex: -1 }), refused(-100));
      assert.equal(Number.isFinite(loss(zeros([2, 3]), labels(0, 255), { ignoreIndex: 255 }).item()), true);
    }
  });
  test("a label that is still to be computed, when the loss is, with the line of the loss", () => {
    const pending = tensor([0, 2], { dtype: "int32" }).mul(2);
    const loss = nn.functional.crossEntropy(zeros([2, 3]), pending);
    const line = lineOf(new Error("one line below the loss")) - 1;
    assert.throws(
      () => loss.item(),
      (error: Error) => {
        assert.equal(error.message, "crossEntropy: label 4 is out of range for 3 classes (0 to 2)");
        assert.equal(lineOf(error), line);
        return true;
      },
    );
    const negative = nn.functional.crossEntropy(zeros([2, 3]), tensor([0, 1], { dtype: "int32" }).mul(-2));
    assert.throws(() => negative.item(), /crossEntropy: label -2 is out of range for 3 classes/);
  });
});
