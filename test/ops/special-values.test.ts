/** Values that are easily got wrong, each written down with PyTorch's answer. `edges.test.ts` tries many more. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  getRandomState,
  manualSeed,
  nn,
  randint,
  setRandomState,
  type Tensor,
  tensor,
} from "../../src/index.js";
import { inEveryWay, itemOf, listOf } from "./ways.js";

/** What the test says needs values before it goes on. */
const READS_AT_ONCE = true;

const ints = (data: number[] | number[][], ...shape: number[]): Tensor => {
  const t: Tensor = tensor(data as number[], { dtype: "int32" });
  return shape.length === 0 ? t : t.reshape(shape);
};
const cube = (): Tensor => tensor(Array.from({ length: 24 }, (_, i) => i)).reshape(2, 4, 3);

describe("scatter", () => {
  test(
    "of several sources for one place the last one is put, and alone gets the gradient",
    inEveryWay(async () => {
      const base = tensor([9, 9, 9], { requiresGrad: true });
      const source = tensor([1, 2, 3], { requiresGrad: true });
      const y = base.scatter(0, ints([0, 0, 2]), source);
      assert.deepEqual(await listOf(y), [2, 9, 3]);
      y.sum().backward();
      assert.deepEqual(await listOf(base.grad!), [0, 1, 0]);
      assert.deepEqual(await listOf(source.grad!), [0, 1, 1]);
    }),
  );
  test(
    "a number, −0, NaN and booleans are put as they are",
    inEveryWay(async () => {
      assert.deepEqual(await listOf(ints([5, 5]).scatter(0, ints([1, 1, 1]), 7)), [5, 7]);
      assert.ok(Object.is(await itemOf(tensor([1]).scatter(0, ints([0]), tensor([-0]))), -0));
      assert.deepEqual(await listOf(tensor([NaN, Infinity]).scatter(0, ints([0, 0]), tensor([NaN, 1]))), [
        1,
        Infinity,
      ]);
      const bools = tensor([true, true]).scatter(0, ints([0]), tensor([false]));
      assert.equal(bools.dtype, "bool");
      assert.deepEqual(await listOf(bools), [false, true]);
    }),
  );
  test(
    "along another dim, with an index smaller than the tensor, from the end",
    inEveryWay(async () => {
      const y = ints([1, 2, 3, 4, 5, 6], 2, 3).scatter(1, ints([[-1, 2]]), ints([[7, 8]]));
      assert.deepEqual(await listOf(y), [
        [1, 2, 8],
        [4, 5, 6],
      ]);
    }),
  );
});

describe("diagonal", () => {
  test(
    "is of the first two dims unless others are named",
    inEveryWay(async () => {
      assert.deepEqual(cube().diagonal(-2).shape, [3, 0]);
      assert.deepEqual(await listOf(cube().diagonal(1)), [
        [3, 18],
        [4, 19],
        [5, 20],
      ]);
      assert.deepEqual(await listOf(cube().diagonal({ offset: -2, dim1: 1, dim2: 2 })), [
        [6, 10],
        [18, 22],
      ]);
      assert.throws(() => cube().diagonal(0, 1, -2), /dim1 and dim2 are both 1/);
    }),
  );
});

describe("masks and several index tensors", () => {
  const x = (): Tensor => cube();
  test(
    "a mask of two dims picks over both",
    inEveryWay(async () => {
      const mask = x().slice(0).gt(9);
      assert.deepEqual(await listOf(x().slice(0).slice(mask)), [10, 11]);
      assert.deepEqual(await listOf(x().slice(null, x().slice(0).eq(4))), [[4], [16]]);
      assert.deepEqual(await listOf(x().slice(x().gt(21))), [22, 23]);
    }, READS_AT_ONCE),
  );
  test(
    "behind a number, a range and a new axis",
    inEveryWay(async () => {
      const rows = tensor([true, false, true, false]);
      assert.deepEqual(await listOf(x().slice(1, rows, [0, 1])), [[12], [18]]);
      assert.deepEqual(await listOf(x().slice("new", 0, rows, 1)), [[1, 7]]);
    }, READS_AT_ONCE),
  );
  test(
    "a mask of another shape is refused, whatever its elements",
    inEveryWay(async () => {
      assert.throws(
        () => x().slice(tensor([true, false, true])),
        /mask \[3\] does not fit shape \[2, 4, 3\] from dim 0 on/,
      );
      assert.throws(() => x().slice(null, null, tensor([[true]])), RangeError);
    }),
  );
  test(
    "index tensors broadcast with each other; with something between them theirs is the first dim",
    inEveryWay(async () => {
      assert.deepEqual(
        await listOf(
          x()
            .slice(ints([[0], [1]]), ints([1, 2]))
            .select(2, 0),
        ),
        [
          [3, 6],
          [15, 18],
        ],
      );
      assert.deepEqual(x().slice(ints([0, 1, 1]), null, ints([0, 1, 2])).shape, [3, 4]);
    }),
  );
  test(
    "their gradient goes to the elements that were picked, as often as they were",
    inEveryWay(async () => {
      const leaf = tensor([1, 2, 3, 4]).reshape(2, 2).detach().requiresGrad_();
      leaf
        .slice(ints([0, 0, 1]), ints([1, 1, 0]))
        .sum()
        .backward();
      assert.deepEqual(await listOf(leaf.grad!), [
        [0, 2],
        [1, 0],
      ]);
    }),
  );
});

test(
  "an empty list names no dim: nothing is flipped or squeezed",
  inEveryWay(async () => {
    assert.deepEqual(await listOf(tensor([1, 2, 3]).flip([])), [1, 2, 3]);
    assert.deepEqual(tensor([[1, 2]]).squeeze([]).shape, [1, 2]);
  }),
);

test(
  "floor division is exact: 0.1 goes into 1 nine times",
  inEveryWay(async () => {
    assert.equal(await itemOf(tensor(1).floorDivide(0.1)), 9);
    assert.equal(await itemOf(tensor(1, { dtype: "float64" }).floorDivide(0.1)), 9);
    assert.equal(await itemOf(tensor(-7).floorDivide(Infinity)), -1);
    assert.deepEqual(
      await listOf(ints([7, -7, 2147483647]).floorDivide(ints([-2, 2, -1]))),
      [-4, -4, -2147483647],
    );
    assert.deepEqual(await listOf(tensor([6, -1e-30]).floorDivide(tensor([0.2, 1]))), [29, -1]);
    assert.throws(() => ints([1]).floorDivide(0), /floorDivide: integers cannot be divided by 0/);
  }),
);

test(
  "near means near: infinities to themselves only, booleans and integers too",
  inEveryWay(async () => {
    const x = tensor([Infinity, -Infinity, 1, NaN]);
    assert.deepEqual(await listOf(x.isclose(tensor(Infinity))), [true, false, false, false]);
    assert.deepEqual(await listOf(x.isclose(x, { equalNan: true })), [true, true, true, true]);
    assert.deepEqual(await listOf(tensor([true, false]).isclose(tensor([true, true]))), [true, false]);
    assert.deepEqual(await listOf(ints([100000, 5]).isclose(ints([100001, 6]))), [true, false]);
    assert.throws(() => x.isclose(x, { rtol: -1 }), /isclose: expected rtol ≥ 0/);
  }),
);

test(
  "dtypes stay: integers without NaN, triangles of booleans, sums of booleans",
  inEveryWay(async () => {
    assert.equal(ints([1, 2]).nanToNum({ nan: 7 }).dtype, "int32");
    const bools = tensor([
      [true, true],
      [true, true],
    ]);
    assert.deepEqual([bools.tril().dtype, bools.triu().dtype, bools.diag(1).dtype], ["bool", "bool", "bool"]);
    assert.deepEqual(await listOf(bools.tril()), [
      [true, false],
      [true, true],
    ]);
    assert.equal(bools.mul(bools).dtype, "bool");
    assert.equal(bools.add(bools, { alpha: 2 }).dtype, "bool");
    assert.equal(ints([0, 1]).bincount({ weights: ints([1, 2]) }).dtype, "float64");
  }, READS_AT_ONCE),
);

test(
  "NaN is seen: in medians, quantiles, unique elements and behind thresholds",
  inEveryWay(async () => {
    const x = tensor([
      [3, NaN, 1],
      [2, 1, 3],
    ]);
    assert.ok(Number.isNaN(await itemOf(x.median())));
    assert.deepEqual(await listOf(x.median(1).values), [NaN, 2]);
    assert.deepEqual(await listOf(x.median(1).indices), [1, 0]);
    assert.deepEqual(await listOf(x.quantile(0.5, 1)), [NaN, 2]);
    assert.deepEqual(await listOf(tensor([NaN, 1, NaN, 1]).unique()), [1, NaN, NaN]);
    assert.deepEqual(await listOf(tensor([NaN, 2]).hardshrink()), [NaN, 2]);
    assert.deepEqual(await listOf(tensor([NaN, 0]).threshold(1, 5)), [NaN, 5]);
  }, READS_AT_ONCE),
);

test(
  "0-dimensional tensors have windows and positions",
  inEveryWay(async () => {
    assert.deepEqual(await listOf(tensor(5).unfold(0, 1, 1)), [5]);
    assert.deepEqual(tensor([1, 2]).unfold(0, 0, 1).shape, [3, 0]);
    assert.equal(await itemOf(tensor(5).gather(0, tensor(0, { dtype: "int32" }))), 5);
    assert.equal(await itemOf(tensor(5).indexSelect(0, ints([0]))), 5);
    assert.deepEqual(cube().indexSelect(1, tensor(2, { dtype: "int32" })).shape, [2, 1, 3]);
  }),
);

test(
  "the norm of zeros has the gradient 0, for every p",
  inEveryWay(async () => {
    for (const p of [2, 3, 1.5, 1, 0.5, 0]) {
      const x = tensor([0, 0], { requiresGrad: true });
      const y = x.norm(p);
      if (y.requiresGrad) y.backward();
      assert.deepEqual(await listOf(x.grad ?? x.detach()), [0, 0], `p = ${p}`);
    }
  }),
);

test(
  "randint refuses what its dtype cannot hold, and draws from as far as it can",
  inEveryWay(async () => {
    assert.throws(() => randint(1e12, [2]), /randint: numbers from 0 to 999999999999 do not fit in int32/);
    assert.throws(() => randint(2 ** 25, [2], { dtype: "float32" }), /do not fit in float32/);
    assert.throws(() => randint(0.5, 3, [2]), /expected a whole low/);
    const wide = randint(-(2 ** 31), 2 ** 31, [1000]);
    assert.ok((await itemOf(wide.min())) < -(2 ** 30) && (await itemOf(wide.max())) > 2 ** 30);
    assert.ok((await itemOf(randint(1e12, [100], { dtype: "float64" }).max())) > 1e11);
  }),
);

test(
  "a state of the generator that is none is refused and changes nothing",
  inEveryWay(async () => {
    manualSeed(4);
    const before = getRandomState();
    for (const wrong of [{}, { seed: 1 }, { seed: 1.5, position: 0 }, { seed: 1, position: -1 }, null, 7])
      assert.throws(
        () => setRandomState(wrong as typeof before),
        /setRandomState: expected what getRandomState\(\) gave/,
      );
    assert.deepEqual(getRandomState(), before);
  }),
);

describe("binary cross-entropy", () => {
  const bce = nn.functional.binaryCrossEntropy;
  test(
    "at probabilities of 0 and 1 has PyTorch's bounded gradient",
    inEveryWay(async () => {
      const x = tensor([1, 0, 0.5], { requiresGrad: true, dtype: "float64" });
      bce(x, tensor([0, 1, 1], { dtype: "float64" }), { reduction: "sum" }).backward();
      assert.deepEqual(await listOf(x.grad!), [1e12, -1e12, -2]);
    }),
  );
  test(
    "refuses what is no probability, at the line of the loss",
    inEveryWay(async () => {
      const lineOf = ({ stack }: Error) => Number(/special-values\.test\.ts:(\d+)/.exec(stack!)![1]);
      // At once where the values are at hand, and where they have to be awaited when the loss is read.
      const refused = (loss: () => Tensor, message: RegExp) =>
        assert.rejects(async () => itemOf(loss()), { name: "RangeError", message });
      await refused(
        () => bce(tensor([0.2, 1.5]), tensor([1, 1])),
        /^binaryCrossEntropy: all elements of the input should be between 0 and 1, as probabilities are, but element 1 is 1\.5; apply a sigmoid first, or use binaryCrossEntropyWithLogits$/,
      );
      await refused(() => new nn.BCELoss().forward(tensor([-0.25]), tensor([1])), /but element 0 is -0.25/);
      await refused(
        () => bce(tensor([0.5]), tensor([2])),
        /elements of the target should be between 0 and 1/,
      );
      const pending = tensor([0.5, 0.75]).mul(2);
      const loss = bce(pending, tensor([1, 1]));
      const line = lineOf(new Error("one line below the loss")) - 1;
      await assert.rejects(itemOf(loss), (error: Error) => {
        assert.match(error.message, /element 1 is 1.5/);
        assert.equal(lineOf(error), line);
        return true;
      });
      const x = tensor([-3, 4], { requiresGrad: true });
      bce(x.sigmoid(), tensor([1, 0])).backward();
      assert.ok(await itemOf<boolean>(x.grad!.isfinite().all()));
    }),
  );
});
