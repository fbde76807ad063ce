/** Samplers, folds, stacked and iterable data sets. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { data, Generator, manualSeed, nn, optim, randn, tensor, train } from "../../src/index.js";

const ten = Array.from({ length: 10 }, (_, i) => i);
const sorted = (values: Iterable<number>): number[] => [...values].sort((a, b) => a - b);

describe("samplers", () => {
  test("in order, in random order, some of them", () => {
    assert.deepEqual([...new data.SequentialSampler(ten)], ten);
    const random = new data.RandomSampler(ten);
    const [first, second] = [[...random], [...random]];
    assert.deepEqual([sorted(first), sorted(second)], [ten, ten]);
    assert.notDeepEqual(first, second);
    const subset = new data.SubsetRandomSampler([3, 5, 7]);
    assert.deepEqual([sorted(subset), subset.length], [[3, 5, 7], 3]);
  });

  test("the seed decides, or a generator of one's own", () => {
    const weights = ten.map((i) => i + 1);
    const make = (generator?: Generator) => [
      new data.RandomSampler(ten, { ...(generator && { generator }) }),
      new data.RandomSampler(ten, { replacement: true, numSamples: 25, ...(generator && { generator }) }),
      new data.SubsetRandomSampler([3, 5, 7, 8, 9], { ...(generator && { generator }) }),
      new data.WeightedRandomSampler(weights, 20, { ...(generator && { generator }) }),
      new data.WeightedRandomSampler(weights, 5, { replacement: false, ...(generator && { generator }) }),
    ];
    const draws = (samplers: Iterable<number>[]): number[][] => samplers.map((sampler) => [...sampler]);
    manualSeed(3);
    const first = draws(make());
    manualSeed(3);
    assert.deepEqual(draws(make()), first);
    assert.deepEqual(draws(make(new Generator().manualSeed(3))), first);
    assert.notDeepEqual(draws(make(new Generator().manualSeed(4))), first);
  });

  test("with replacement examples come again, and more rounds give all of them again", () => {
    manualSeed(0);
    const drawn = [...new data.RandomSampler(ten, { replacement: true, numSamples: 1000 })];
    assert.equal(drawn.length, 1000);
    assert.equal(new Set(drawn).size, 10);
    assert.deepEqual(sorted(new data.RandomSampler(ten, { numSamples: 20 })), sorted([...ten, ...ten]));
    assert.equal([...new data.RandomSampler(ten, { numSamples: 13 })].length, 13);
  });

  test("weights say how often", () => {
    manualSeed(0);
    const counts = [0, 0, 0];
    for (const i of new data.WeightedRandomSampler([1, 0, 3], 40_000)) counts[i]!++;
    assert.equal(counts[1], 0);
    // Five standard deviations of a binomial with 40,000 draws.
    assert.ok(Math.abs(counts[2]! - 30_000) < 5 * Math.sqrt(40_000 * 0.25 * 0.75));
    let first = 0;
    for (let i = 0; i < 4000; i++) {
      const drawn = [...new data.WeightedRandomSampler([1, 0, 3], 2, { replacement: false })];
      assert.deepEqual(sorted(drawn), [0, 2]);
      if (drawn[0] === 2) first++;
    }
    assert.ok(Math.abs(first - 3000) < 5 * Math.sqrt(4000 * 0.25 * 0.75));
  });

  test("in batches", () => {
    const batches = new data.BatchSampler(new data.SequentialSampler(ten), 4);
    assert.deepEqual(
      [[...batches], batches.length],
      [
        [
          [0, 1, 2, 3],
          [4, 5, 6, 7],
          [8, 9],
        ],
        3,
      ],
    );
    const whole = new data.BatchSampler(new data.SequentialSampler(ten), 4, true);
    assert.deepEqual([[...whole].length, whole.length], [2, 2]);
  });

  test("weights and numbers may be tensors", () => {
    assert.deepEqual(sorted(new data.SubsetRandomSampler(tensor([3, 5], { dtype: "int64" }))), [3, 5]);
    assert.deepEqual([...new data.WeightedRandomSampler(tensor([0, 2, 0]), 3)], [1, 1, 1]);
  });

  test("what they refuse", () => {
    assert.throws(
      () => new data.RandomSampler(10 as never),
      /RandomSampler: expected a data set or a list.* got number/,
    );
    assert.throws(
      () => new data.SequentialSampler(undefined as never),
      /SequentialSampler: expected a data set/,
    );
    assert.throws(
      () => new data.WeightedRandomSampler(1 as never, 1),
      /WeightedRandomSampler: expected a data set or a list/,
    );
    assert.throws(
      () => new data.RandomSampler(ten, { numSamples: 0 }),
      /numSamples must be a whole number of at least 1/,
    );
    assert.throws(() => new data.WeightedRandomSampler([1, -1], 2), /weight 1 is -1/);
    assert.throws(
      () => new data.WeightedRandomSampler([0, 0], 1),
      /1 samples are asked for, but 0 weights are above 0$/,
    );
    assert.throws(
      () => new data.WeightedRandomSampler([1, 0, 1], 3, { replacement: false }),
      /3 samples .* 2 weights .* with \{ replacement: true \}/,
    );
    assert.throws(
      () => new data.BatchSampler(new data.SequentialSampler(ten), 1.5),
      /batchSize must be a whole number/,
    );
  });
});

describe("DataLoader", () => {
  const loaded = (loader: Iterable<unknown>): unknown[] =>
    [...loader].map((batch) => (batch as { tolist(): unknown }).tolist());

  test("reads what a sampler says", () => {
    class Backwards extends data.Sampler {
      override length = 10;
      override *[Symbol.iterator]() {
        for (let i = 9; i >= 0; i--) yield i;
      }
    }
    const loader = new data.DataLoader(ten, { sampler: new Backwards(), batchSize: 4 });
    assert.deepEqual(
      [loaded(loader), loader.length],
      [
        [
          [9, 8, 7, 6],
          [5, 4, 3, 2],
          [1, 0],
        ],
        3,
      ],
    );
    const batches = new data.DataLoader(ten, { batchSampler: [[1, 2], [9]] });
    assert.deepEqual([loaded(batches), batches.length], [[[1, 2], [9]], 2]);
    const short = new data.DataLoader(ten, { sampler: [1, 2, 3], batchSize: 2, dropLast: true });
    assert.deepEqual([loaded(short), short.length], [[[1, 2]], 1]);
  });

  test("takes a generator for its orders", () => {
    const make = (seed: number) =>
      loaded(
        new data.DataLoader(ten, {
          batchSize: 10,
          shuffle: true,
          generator: new Generator().manualSeed(seed),
        }),
      );
    assert.deepEqual(make(1), make(1));
    assert.notDeepEqual(make(1), make(2));
  });

  test("goes through an iterable data set, of known or unknown length", async () => {
    class Squares extends data.IterableDataset<number> {
      override *[Symbol.iterator]() {
        for (const i of ten) yield i * i;
      }
    }
    const loader = new data.DataLoader(new Squares(), { batchSize: 4 });
    assert.deepEqual(loaded(loader), [
      [0, 1, 4, 9],
      [16, 25, 36, 49],
      [64, 81],
    ]);
    assert.ok(Number.isNaN(loader.length));
    assert.equal(loaded(new data.DataLoader(new Squares(), { batchSize: 4, dropLast: true })).length, 2);
    const waited: unknown[] = [];
    for await (const batch of loader) waited.push(batch.tolist());
    assert.deepEqual(waited, loaded(loader));
    const chain = new data.ChainDataset<number>([new Squares(), [7, 8]]);
    assert.deepEqual([...chain].slice(-3), [81, 7, 8]);
    assert.ok(Number.isNaN(chain.length));
    assert.equal(new data.ChainDataset([[1], [2, 3]]).length, 3);
  });

  test("trains on a stream", async () => {
    class Points extends data.IterableDataset<readonly [ReturnType<typeof randn>, ReturnType<typeof randn>]> {
      override *[Symbol.iterator]() {
        for (let i = 0; i < 20; i++) yield [randn([2]), randn([1])] as const;
      }
    }
    const model = new nn.Linear(2, 1);
    const options = {
      loss: nn.functional.mseLoss,
      optimizer: new optim.SGD(model.parameters(), { lr: 0.01 }),
    };
    const { loss } = await train.fit(model, new data.DataLoader(new Points(), { batchSize: 8 }), {
      ...options,
      epochs: 2,
      verbose: false,
    });
    assert.equal(loss.length, 6);
  });

  test("refuses options that exclude each other", () => {
    const make = (options: object) => () => new data.DataLoader(ten, options);
    assert.throws(
      make({ sampler: [1], shuffle: true }),
      /sampler already says which examples come when; leave shuffle out/,
    );
    assert.throws(
      make({ batchSampler: [[1]], batchSize: 3 }),
      /batchSampler already says .* leave batchSize out/,
    );
    assert.throws(make({ seed: 1, generator: new Generator() }), /leave generator out/);
    class Empty extends data.IterableDataset<number> {
      override *[Symbol.iterator]() {
        // Nothing comes.
      }
    }
    assert.throws(
      () => new data.DataLoader(new Empty(), { shuffle: true }),
      /an IterableDataset already says .* leave shuffle out/,
    );
  });
});

describe("divisions", () => {
  test("k folds: each example is validated once", () => {
    for (const shuffle of [true, false]) {
      const folds = data.kFold(ten, 3, { shuffle, seed: 2 });
      assert.deepEqual(
        folds.map(({ validation }) => validation.length),
        [4, 3, 3],
      );
      assert.deepEqual(sorted(folds.flatMap(({ validation }) => [...validation])), ten);
      for (const { training, validation } of folds)
        assert.deepEqual(sorted([...training, ...validation]), ten);
    }
    assert.deepEqual([...data.kFold(ten, 5, { shuffle: false })[1]!.validation], [2, 3]);
    assert.deepEqual(
      [...data.kFold(ten, 5, { seed: 1 })[0]!.validation],
      [...data.kFold(ten, 5, { seed: 1 })[0]!.validation],
    );
    assert.throws(() => data.kFold(ten, 11), /k must be a whole number from 2 to the 10 examples, not 11/);
    assert.throws(() => data.kFold(ten, 1), /not 1/);
  });

  test("each fold and part has its share of every class", () => {
    const classes = [
      ...Array<number>(60).fill(0),
      ...Array<number>(30).fill(1),
      ...Array<number>(10).fill(2),
    ];
    const share = (part: Iterable<number>): number[] => {
      const counts = [0, 0, 0];
      for (const example of part) counts[classes[example]!]!++;
      return counts;
    };
    const hundred = Array.from({ length: 100 }, (_, i) => i);
    for (const { training, validation } of data.kFold(hundred, 5, { stratify: classes })) {
      assert.deepEqual(
        [share(validation), share(training)],
        [
          [12, 6, 2],
          [48, 24, 8],
        ],
      );
    }
    for (const stratify of [classes, tensor(classes, { dtype: "int64" })]) {
      const [first, second] = data.stratifiedSplit(hundred, 0.2, { stratify, seed: 4 });
      assert.deepEqual(
        [share(first), share(second)],
        [
          [48, 24, 8],
          [12, 6, 2],
        ],
      );
      assert.deepEqual(sorted([...first, ...second]), hundred);
      assert.notDeepEqual([...second], sorted(second));
    }
    const [, odd] = data.stratifiedSplit(hundred, 0.17, { stratify: classes });
    assert.deepEqual(share(odd), [10, 5, 2]);
    assert.throws(
      () => data.stratifiedSplit(hundred, 1, { stratify: classes }),
      /share must be between 0 and 1/,
    );
    assert.throws(
      () => data.kFold(ten, 2, { stratify: [1] }),
      /stratify has 1 classes, the data set 10 examples/,
    );
  });
});

test("data sets side by side, as lists and by name", () => {
  const letters = Array.from("abcdefghij");
  const pair = new data.StackDataset(ten, letters);
  const [number, letter]: [number, string] = pair.get(2);
  assert.deepEqual([number, letter, pair.length], [2, "c", 10]);
  const named = new data.StackDataset({ number: ten, letter: letters });
  const example: { number: number; letter: string } = named.get(3);
  assert.deepEqual(example, { number: 3, letter: "d" });
  const [batch] = new data.DataLoader(named, { batchSize: 2 });
  assert.deepEqual(
    [batch!.number.tolist(), batch!.letter],
    [
      [0, 1],
      ["a", "b"],
    ],
  );
  assert.throws(() => new data.StackDataset(ten, ["a"]), /the data sets have different lengths: 10, 1/);
  assert.throws(() => new data.StackDataset(), /pass at least one data set/);
  assert.throws(() => pair.get(10), /there is no example 10/);
});
