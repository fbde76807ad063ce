/**
 * What PyTorch refuses is refused here, at the line that does it and in words that name both sides.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  arange,
  cat,
  einsum,
  grad,
  multinomial,
  randint,
  stack,
  type Tensor,
  tensor,
  type TensorData,
  zeros,
} from "../../src/index.js";
import { golden } from "../golden/ops.js";

/** Forgets the shape, which would let the compiler refuse first. */
const z = (...sizes: number[]): Tensor => zeros(sizes);
const ints = (data: TensorData): Tensor => tensor(data, { dtype: "int32" });
const leaf = (...sizes: number[]): Tensor => zeros(sizes, { requiresGrad: true });

const refused: Readonly<Record<string, readonly [attempt: () => unknown, message: string]>> = {
  addShapes: [() => z(2, 3).add(z(4)), "add: [2, 3] and [4]: sizes 3 and 4 differ and neither is 1"],
  matmulInner: [() => z(64, 2).matmul(z(3, 1)), "matmul: [64, 2] × [3, 1]: inner sizes 2 and 3 differ"],
  matmulBatch: [
    () => z(2, 2, 3).matmul(z(3, 3, 2)),
    "matmul: batch sizes: [2] and [3]: sizes 2 and 3 differ and neither is 1",
  ],
  matmulScalar: [
    () => z(2).matmul(z()),
    "matmul: [2] × []: a 0-dimensional tensor has no inner size; use mul()",
  ],
  matmulDtypes: [
    () => z(2, 2).matmul(zeros([2, 2], { dtype: "float64" })),
    'matmul: expected operands of one dtype, got float32 and float64; convert one, as x.to("float32")',
  ],
  mmRank: [
    () => z(2, 2, 2).mm(z(2, 2)),
    "mm: [2, 2, 2] × [2, 2]: expected 2 and 2 dimensions, got 3 and 2; use matmul",
  ],
  dotSizes: [() => z(2).dot(z(3)), "dot: [2] × [3]: inner sizes 2 and 3 differ"],
  reshapeSize: [() => z(6).reshape(4, -1), "reshape: [6] has 6 elements, which [4, -1] cannot hold evenly"],
  reshapeTwoUnknown: [() => z(6).reshape(-1, -1), "reshape: [-1, -1] has more than one -1"],
  sumDim: [() => z(2, 3).sum(2), "sum: dim 2 is out of range: a tensor of 2 dimension(s) has dims -2 to 1"],
  sumTwice: [() => z(2, 3).sum([0, 0]), "sum: dim 0 appears twice in [0, 0]"],
  permuteTwice: [() => z(2, 3).permute(0, 0), "permute: a dim appears twice in [0, 0]"],
  permuteRank: [() => z(2, 3).permute(0), "permute: expected 2 dims for shape [2, 3], got [0]"],
  transposeDim: [
    () => z(2, 3).transpose(0, 2),
    "transpose: dim 2 is out of range: a tensor of 2 dimension(s) has dims -2 to 1",
  ],
  tRank: [() => z(2, 3, 4).t(), "t: expected at most 2 dimensions, got shape [2, 3, 4]; use mT"],
  expand: [
    () => z(2, 3).expand(2, 4),
    "expand: [2, 3] cannot be expanded to [2, 4]: only sizes of 1 can grow",
  ],
  expandRank: [() => z(2, 3).expand(3), "expand: [2, 3] cannot be expanded to [3]: only sizes of 1 can grow"],
  repeatRank: [() => z(2, 3).repeat(2), "repeat: expected at least 2 counts for shape [2, 3], got [2]"],
  narrow: [() => z(2, 3).narrow(1, 2, 2), "narrow: start 2 and length 2 do not lie in dim 1 of size 3"],
  select: [() => z(2, 3).select(0, 2), "select: index 2 is out of range for dim 0 of size 2 (shape [2, 3])"],
  indexRank: [() => z(2, 3).at(0, 0, 0), "slice: 3 indices for 2 dimension(s) of shape [2, 3]"],
  indexRange: [() => z(2, 3).at(2), "slice: index 2 is out of range for dim 0 of size 2 (shape [2, 3])"],
  indexStep: [() => z(3).slice([null, null, 0]), "slice: expected a whole step other than 0, got 0"],
  catShapes: [
    () => cat([z(2, 3), z(2, 4)]),
    "cat: tensor 1 has shape [2, 4], the first has [2, 3]; they may differ in dim 0 only",
  ],
  catEmpty: [() => cat([]), "cat: expected at least one tensor, got an empty array"],
  catScalars: [() => cat([z(), z()]), "cat: 0-dimensional tensors have no dim to join along; use stack()"],
  stackShapes: [
    () => stack([z(2), z(3)]),
    "stack: tensor 1 has shape [3], the first has [2]; all must be equal",
  ],
  splitSizes: [() => z(5).split([2, 2]), "split: sizes [2, 2] sum to 4, dim 0 has size 5"],
  meanOfInts: [
    () => ints([1, 2]).mean(),
    "mean: expected a floating tensor, got int32; use x.float().mean()",
  ],
  boolSub: [
    () => (tensor([true]) as Tensor).sub(tensor([true])),
    "sub: bool tensors cannot be subtracted; use logicalXor, or int() first",
  ],
  boolNeg: [() => tensor([true]).neg(), "neg: a bool tensor has no negative; use logicalNot()"],
  intNegativePow: [
    () => ints([2]).pow(-1),
    "pow: integers to the power of -1 are not integers; use float() first",
  ],
  argmaxEmpty: [
    () => z(0).argmax(),
    "argmax: nothing to choose from: shape [0] is empty along the reduced dim",
  ],
  maxEmpty: [() => z(0).max(), "max: nothing to choose from: shape [0] is empty along the reduced dim"],
  itemMany: [
    () => z(2).item(),
    "item: a tensor of shape [2] has 2 elements, expected one; use tolist() or reduce it first",
  ],
  gatherRank: [
    () => z(2, 3).gather(1, ints([0])),
    "gather: expected an index of 2 dimensions as [2, 3] has, got [1]",
  ],
  gatherRange: [
    () => z(2, 3).gather(1, ints([[3], [0]])),
    "gather: position 3 is out of range for a dim of size 3",
  ],
  gatherReal: [
    () => z(2, 3).gather(1, z(1, 1)),
    "gather: expected integers as positions, got float32; use index.int()",
  ],
  indexSelectRange: [
    () => z(2, 3).indexSelect(0, [2]),
    "indexSelect: position 2 is out of range for a dim of size 2",
  ],
  oneHotNegative: [() => ints([-1]).oneHot(3), "oneHot: class -1 is out of range for 3 classes"],
  oneHotRange: [() => ints([3]).oneHot(3), "oneHot: class 3 is out of range for 3 classes"],
  whereCondition: [
    () => z(2).maskedFill(z(2), 1),
    "maskedFill: expected a bool mask, got float32; compare first, as x.gt(0)",
  ],
  maskedFillShape: [
    () => z(2).maskedFill(z(3).gt(0), 1),
    "maskedFill: [2] and [3]: sizes 2 and 3 differ and neither is 1",
  ],
  ragged: [
    () => tensor([[1, 2], [3]]),
    "tensor: element [1] has length 1, expected 2 as in the elements before",
  ],
  notANumber: [
    () => tensor(["a"] as unknown as number[]),
    "tensor: element [0] is string, expected a number as in the elements before",
  ],
  negativeSize: [() => z(-1), "zeros: [-1] is not a shape: size 0 is -1, expected a whole number ≥ 0"],
  arangeStep: [() => arange(0, 5, -1), "arange: a step of -1 does not lead from 0 to 5"],
  arangeZero: [() => arange(0, 5, 0), "arange: step must not be 0"],
  einsumOperands: [() => einsum("ij,jk", z(2, 2)), 'einsum: "ij,jk" names 2 operand(s), got 1 tensor(s)'],
  einsumSizes: [() => einsum("ij,jk", z(2, 3), z(2, 3)), 'einsum: "j" stands for sizes 3 and 2 in "ij,jk"'],
  einsumRank: [() => einsum("ij", z(2)), 'einsum: operand 0 is "ij", but its shape is [2]'],
  einsumOutput: [() => einsum("i->j", z(2)), 'einsum: "j" of the result stands in no operand of "i->j"'],
  intRequiresGrad: [
    () => ints([1]).requiresGrad_(),
    "requiresGrad: only floating tensors have gradients, this one is int32; use x.float()",
  ],
  backwardVector: [
    () => leaf(2).mul(2).backward(),
    "backward: a gradient can begin only at a single number, this tensor has shape [2]; use sum() or mean(), or pass a gradient of that shape",
  ],
  backwardNoGrad: [
    () => z(1).sum().backward(),
    "backward: this tensor does not require grad and was not computed from one that does; set requiresGrad on the inputs, and mind noGrad and detach()",
  ],
  backwardTwice: [
    () => {
      const y = leaf(2).exp().sum();
      y.backward();
      y.backward();
    },
    "backward: this graph was walked before and let go of what it had saved; pass { retainGraph: true } to the first backward() to go through it twice",
  ],
  backwardShape: [() => leaf(2).mul(2).backward(z(3)), "backward: expected a gradient of shape [2], got [3]"],
  gradUnused: [
    () => grad(leaf(1).exp(), leaf(1)),
    "grad: the outputs do not depend on input 0 of shape [1]; pass { allowUnused: true } for null there",
  ],
  inPlaceLeaf: [
    () => leaf(2).add_(1),
    "add_: a leaf tensor that requires grad cannot be changed in place while operations are recorded; wrap the change: noGrad(() => x.add_(...)), or use an optimizer",
  ],
  inPlaceShape: [
    () => z(3).add_(z(2, 3)),
    "add_: the result has shape [2, 3], which does not fit this tensor of [3]",
  ],
  inPlaceDtype: [
    () => ints([1, 2]).add_(0.5),
    "add_: the result is float32, which this int32 tensor cannot hold; use the method without _, or convert first",
  ],
  changedView: [
    () => leaf(2).reshape(2, 1).add_(1),
    "add_: a view of a leaf tensor that requires grad cannot be changed in place while operations are recorded; wrap the change: noGrad(() => x.add_(...)), or use an optimizer",
  ],
  multinomialNegative: [() => multinomial(tensor([-1, 1]), 1), "multinomial: expected weights ≥ 0, got -1"],
  multinomialTooMany: [
    () => multinomial(tensor([1, 1]), 3),
    "multinomial: cannot draw 3 of 2 without replacement",
  ],
  padOdd: [() => z(2, 2).pad([1]), "pad: expected pairs for at most 2 dims, got [1] for shape [2, 2]"],
  padCropsTooMuch: [() => z(2, 2).pad([-2, -1]), "pad: [-2, -1] crops more than shape [2, 2] has"],
  unfoldSize: [() => z(3).unfold(0, 4, 1), "unfold: size 4 does not fit in dim 0 of size 3"],
  topkTooMany: [() => z(3).topk(4), "topk: k is 4, dim 0 has 3 entries"],
  addmmShapes: [
    () => z(3).addmm(z(2, 2), z(2, 2)),
    "addmm: [3] cannot be expanded to [2, 2]: only sizes of 1 can grow",
  ],
};

test("the table names what PyTorch refuses", () => {
  assert.deepEqual(Object.keys(refused).sort(), Object.keys(golden.errors).sort());
});

for (const [name, [attempt, message]] of Object.entries(refused)) {
  test(`${name} is refused: ${message}`, () => {
    assert.throws(attempt, { message });
  });
}

test("an index that the engine finds out of range is an error that names it, when the value is read", () => {
  const positions = arange(3).mul(2);
  assert.throws(
    () => z(4).indexSelect(0, positions).tolist(),
    /indexSelect: position 4 is out of range for a dim of size 4/,
  );
});

test("a fraction where a whole number is meant is refused at once", () => {
  const x = z(4, 4);
  assert.throws(() => x.roll(1.5), { name: "RangeError", message: "roll: expected a whole shift, got 1.5" });
  assert.throws(() => x.roll([1, 0.5], [0, 1]), { message: "roll: expected a whole shift, got 0.5" });
  assert.throws(() => x.diagonal(0.5), { message: "diagonal: expected a whole offset, got 0.5" });
  assert.throws(() => x.diag(NaN), { message: "diagonal: expected a whole offset, got NaN" });
  assert.throws(() => x.unfold(0, 1.5, 1), { message: "unfold: expected a whole size, got 1.5" });
  assert.throws(() => x.unfold(0, 2, 0.5), { message: "unfold: expected a whole step, got 0.5" });
  assert.throws(() => randint(2.5, [3]), { message: "randint: expected a whole high, got 2.5" });
  assert.throws(() => randint(-0.5, 3, [3]), { message: "randint: expected a whole low, got -0.5" });
});

test("what is no tensor is refused by name", () => {
  const x = z(2) as unknown as { add(y: unknown): Tensor };
  assert.throws(() => x.add([1, 2]), {
    message: "add: expected a tensor, got an array; wrap it: tensor([...])",
  });
  assert.throws(() => x.add(null), { message: "add: expected a tensor, got null" });
  assert.throws(() => x.add("1"), { message: "add: expected a tensor, got string" });
});

test("a bound of clamp that is neither a number nor a tensor is refused, and not left out", () => {
  const x = z(2);
  for (const clamp of [
    (bound: unknown) => x.clamp(bound as number),
    (bound: unknown) => x.clamp({ max: bound as number }),
    (bound: unknown) => x.clampMin(bound as number),
    (bound: unknown) => x.clamp_(0, bound as number),
  ])
    for (const [bound, got] of [
      ["1", "string"],
      [true, "boolean"],
      [[1, 2], "an array"],
    ] as const)
      assert.throws(
        () => clamp(bound),
        new RegExp(`^TypeError: clamp: expected (min|max) as a number or a tensor, got ${got}`),
      );
});
