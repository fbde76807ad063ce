/** Data sets, loaders and splits: every example comes once, in an order that the seed decides, with its own label. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { arange, data, manualSeed, randn, tensor, zeros, type Tensor } from "../../src/index.js";

/** Example i is the number i twice, once as input [i, -i] and once as label. */
function numbered(count: number) {
  const i = arange(count).to("float32");
  return new data.TensorDataset(i.unsqueeze(1).mul(tensor([[1, -1]])), arange(count) as Tensor<[number]>);
}

const labels = (batches: Iterable<readonly [...Tensor[], Tensor]>) =>
  [...batches].map((batch) => batch.at(-1)!.tolist() as number[]);

describe("DataLoader", () => {
  test("goes through the data in order, the last batch smaller", () => {
    const loader = new data.DataLoader(numbered(7), { batchSize: 3 });
    assert.equal(loader.length, 3);
    assert.deepEqual(labels(loader), [[0, 1, 2], [3, 4, 5], [6]]);
  });
  test("dropLast leaves the smaller batch out", () => {
    const loader = new data.DataLoader(numbered(7), { batchSize: 3, dropLast: true });
    assert.equal(loader.length, 2);
    assert.deepEqual(labels(loader), [
      [0, 1, 2],
      [3, 4, 5],
    ]);
  });
  test("rows of all tensors stay together when shuffled, and each comes once", () => {
    const loader = new data.DataLoader(numbered(100), { batchSize: 32, shuffle: true, seed: 5 });
    const seen: number[] = [];
    for (const [x, y] of loader) {
      const classes = y.tolist();
      assert.deepEqual(
        x.tolist(),
        classes.map((i) => [i, i === 0 ? -0 : -i]),
      );
      seen.push(...classes);
    }
    assert.notDeepEqual(
      seen,
      [...seen].sort((a, b) => a - b),
    );
    assert.deepEqual(
      [...seen].sort((a, b) => a - b),
      Array.from({ length: 100 }, (_, i) => i),
    );
  });
  test("each time has another order; the seed decides all of them", () => {
    const make = () => new data.DataLoader(numbered(50), { batchSize: 50, shuffle: true, seed: 1 });
    const loader = make();
    const [first, second] = [labels(loader), labels(loader)];
    assert.notDeepEqual(first, second);
    const again = make();
    assert.deepEqual([labels(again), labels(again)], [first, second]);
  });
  test("without a seed of its own manualSeed decides", () => {
    const loader = new data.DataLoader(numbered(50), { batchSize: 50, shuffle: true });
    manualSeed(2);
    const first = labels(loader);
    const second = labels(loader);
    assert.notDeepEqual(first, second);
    manualSeed(2);
    assert.deepEqual(labels(loader), first);
  });
  test("for await gives the same batches", async () => {
    const loader = new data.DataLoader(numbered(10), { batchSize: 4 });
    const batches: number[][] = [];
    for await (const [, y] of loader) batches.push(y.tolist());
    assert.deepEqual(batches, labels(loader));
  });
  test("for await lets other work in", async () => {
    const loader = new data.DataLoader(numbered(40), { batchSize: 1 });
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    for await (const _ of loader) {
      const until = performance.now() + 2;
      while (performance.now() < until);
    }
    clearInterval(timer);
    assert.ok(turns > 0);
  });
  test("stacks the examples of a data set that has no batches of its own", () => {
    const squares: data.MapDataset<readonly [Tensor, Tensor]> = {
      length: 5,
      get: (i) => [tensor([i, i * i]), tensor(i)],
    };
    const [x, y] = [...new data.DataLoader(squares, { batchSize: 3 })][1]!;
    assert.deepEqual(
      [x.tolist(), y.tolist()],
      [
        [
          [3, 9],
          [4, 16],
        ],
        [3, 4],
      ],
    );
  });
  test("refuses a batch size of 0", () => {
    assert.throws(
      () => new data.DataLoader(numbered(3), { batchSize: 0 }),
      /batchSize must be a whole number of at least 1, not 0/,
    );
  });
});

describe("data sets", () => {
  test("an example has no batch dimension", () => {
    const [x, y] = numbered(4).get(2);
    assert.deepEqual([x.tolist(), y.tolist()], [[2, -2], 2]);
    assert.throws(() => numbered(4).get(4), /there is no example 4; numbers go from 0 to 3/);
  });
  test("tensors of different lengths are refused", () => {
    assert.throws(
      () => new data.TensorDataset(zeros([4, 2]), zeros([3])),
      /first sizes must be equal .*\[4, 2\], \[3\]/,
    );
  });
  test("a subset of a subset counts from its own start", () => {
    const subset = new data.Subset(new data.Subset(numbered(10), [5, 6, 7, 8]), [3, 1]);
    assert.deepEqual(labels(new data.DataLoader(subset, { batchSize: 2 })), [[8, 6]]);
  });
  test("a random split divides all examples, by counts or shares", () => {
    for (const lengths of [
      [7, 3],
      [0.7, 0.3],
    ]) {
      const parts = data.randomSplit(numbered(10), lengths, { seed: 4 });
      assert.deepEqual(
        parts.map((part) => part.length),
        [7, 3],
      );
      const all = parts.flatMap((part) => labels(new data.DataLoader(part, { batchSize: 10 })).flat());
      assert.deepEqual(
        all.sort((a, b) => a - b),
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      );
    }
    assert.throws(
      () => data.randomSplit(numbered(10), [7, 4]),
      /must be whole numbers that sum to 10.*\[7, 4\]/,
    );
  });
});

/** Batches of two, as nested lists. */
function batches<Example>(dataset: data.Examples<Example>): unknown[] {
  return JSON.parse(JSON.stringify([...new data.DataLoader(dataset, { batchSize: 2 })])) as unknown[];
}

describe("examples of every make", () => {
  const ds = { length: 3, get: (i: number) => [tensor([i]), tensor(i)] as const };

  test("a loader hands examples to a collate function, whose answer is the batch", () => {
    const loader = new data.DataLoader(ds, {
      batchSize: 2,
      collateFn: (rows) => ({ count: rows.length, last: rows.at(-1)![1].item() }),
    });
    const found: { count: number; last: number }[] = [...loader];
    assert.deepEqual(found, [
      { count: 2, last: 1 },
      { count: 1, last: 2 },
    ]);
  });
  test("a collate function goes with data sets that gather batches themselves", () => {
    const sizes = new data.DataLoader(numbered(3), {
      batchSize: 2,
      collateFn: (rows) => rows.map(([x]) => x.shape),
    });
    assert.deepEqual([...sizes], [[[2], [2]], [[2]]]);
  });
  // PyTorch's default_collate, but for the dtype of numbers.
  test("lists of numbers are batched by their places, as in PyTorch", () => {
    assert.deepEqual(
      batches([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
      [
        [
          [1, 3],
          [2, 4],
        ],
        [[5], [6]],
      ],
    );
  });
  test("parts with names keep them, also in one another", () => {
    const rows = [
      { x: tensor([1, 2]), y: 0, meta: { name: "a", ok: true } },
      { x: tensor([3, 4]), y: 1, meta: { name: "b", ok: false } },
    ];
    const [batch] = [...new data.DataLoader(rows, { batchSize: 2 })];
    const names: string[] = batch!.meta.name;
    assert.deepEqual(names, ["a", "b"]);
    const shape: [number, 2] = batch!.x.shape;
    assert.deepEqual(shape, [2, 2]);
    assert.deepEqual([batch!.y.dtype, batch!.meta.ok.dtype], ["float32", "bool"]);
    assert.deepEqual(batch!.meta.ok.tolist(), [true, false]);
  });
  test("numbers, typed arrays and texts are examples", () => {
    assert.deepEqual(batches([1, 2, 3]), [[1, 2], [3]]);
    assert.deepEqual(batches(Float32Array.of(1, 2, 3)), [[1, 2], [3]]);
    assert.deepEqual(batches([Float32Array.of(1, 2), Float32Array.of(3, 4)]), [
      [
        [1, 2],
        [3, 4],
      ],
    ]);
    assert.deepEqual(batches(["a", "b"]), [["a", "b"]]);
  });
  test("a data set can be gone through", () => {
    const shapes: [[2], []][] = [];
    for (const [x, y] of data.moons(3)) shapes.push([x.shape, y.shape]);
    assert.deepEqual(shapes, [
      [[2], []],
      [[2], []],
      [[2], []],
    ]);
    const [part] = data.randomSplit(numbered(4), [3, 1]);
    assert.equal([...part!].length, 3);
  });
  test("a class extends Dataset with a length and get", () => {
    class Squares extends data.Dataset {
      length = 3;
      get(i: number) {
        return [tensor([i]), i * i] as const;
      }
    }
    const squares: number[] = [];
    for (const [x, square] of new Squares()) squares.push(x.item(), square);
    assert.deepEqual(squares, [0, 0, 1, 1, 2, 4]);
    assert.deepEqual(batches(new Squares()), [
      [
        [[0], [1]],
        [0, 1],
      ],
      [[[2]], [4]],
    ]);
    class Grows extends data.Dataset<number> {
      constructor(readonly list: number[]) {
        super();
      }
      get length() {
        return this.list.length;
      }
      get(i: number) {
        return this.list[i]!;
      }
    }
    const list = [1];
    const grows = new Grows(list);
    list.push(2);
    assert.deepEqual([...grows], [1, 2]);
  });
  test("data sets follow each other", () => {
    const both = new data.ConcatDataset([numbered(2), numbered(3)]);
    assert.deepEqual(labels(new data.DataLoader(both, { batchSize: 3 })), [
      [0, 1, 0],
      [1, 2],
    ]);
    assert.throws(() => both.get(5), /there is no example 5; numbers go from 0 to 4/);
  });
  test("examples that cannot be put together are told by the part", () => {
    const refused = (examples: unknown[], message: RegExp) =>
      assert.throws(() => batches(examples), message, String(message));
    refused(
      [[tensor([1, 2])], [tensor([1])]],
      /part \[0\] of the first has shape \[2\], that of another \[1\]; .*collateFn/,
    );
    refused(
      [{ a: { b: 1 } }, { a: { b: "x" } }],
      /part a\.b of the first is a number, that of another a string/,
    );
    refused([{ a: 1 }, { b: 1 }], /part a of the first is a number, that of another undefined/);
    refused([[1], [1, 2]], /the whole of the first is a list of 1, that of another one of 2/);
    refused([{ y: null }], /part y of an example is null/);
    refused([Promise.resolve(1)], /the whole of an example is a promise/);
  });
  test("what is no data set is told what is one", () => {
    assert.throws(
      () => new data.DataLoader(randn([3]) as never),
      /expected a data set, .* an array of examples; tensors are one as new data\.TensorDataset\(x, y\)/,
    );
  });
});

describe("made-up data", () => {
  const points = (set: data.PlaneDataset) => {
    const rows = set.tensors[0].tolist() as [number, number][];
    const classes = set.tensors[1].tolist();
    return rows.map(([a, b], i) => ({ a, b, label: classes[i]! }));
  };

  test("moons: two half circles", () => {
    for (const { a, b, label } of points(data.moons(50, { noise: 0 }))) {
      const [x, y] = label === 0 ? [a, b] : [1 - a, 0.5 - b];
      assert.ok(Math.abs(x * x + y * y - 1) < 1e-6 && y > -1e-6);
    }
  });
  test("circles: radius 1 and factor", () => {
    for (const { a, b, label } of points(data.circles(50, { noise: 0, factor: 0.3 })))
      assert.ok(Math.abs(Math.hypot(a, b) - (label === 0 ? 1 : 0.3)) < 1e-6);
  });
  test("spirals: the angle grows with the radius, shifted by a part of the circle for each class", () => {
    for (const { a, b, label } of points(data.spirals(90, { noise: 0, classes: 3, turns: 2 }))) {
      const t = Math.hypot(a, b);
      const angle = 2 * Math.PI * (2 * t + label / 3);
      assert.ok(Math.abs(a - t * Math.cos(angle)) < 1e-5 && Math.abs(b - t * Math.sin(angle)) < 1e-5);
    }
  });
  test("blobs: as many classes as centers", () => {
    assert.deepEqual(
      [...new Set(points(data.blobs(30, { centers: 4 })).map(({ label }) => label))],
      [0, 1, 2, 3],
    );
  });
  test("xor: the truth table, and its quadrants", () => {
    assert.deepEqual(points(data.xor()), [
      { a: 0, b: 0, label: 0 },
      { a: 0, b: 1, label: 1 },
      { a: 1, b: 0, label: 1 },
      { a: 1, b: 1, label: 0 },
    ]);
    for (const { a, b, label } of points(data.xor(100))) assert.equal(label, a > 0 === b > 0 ? 0 : 1);
  });
  test("linear: exactly the plane without noise", () => {
    const [x, y] = data.linear(20, { weights: [2, -3, 1], bias: 0.5, noise: 0 }).tensors;
    const expected = x.matmul(tensor([[2], [-3], [1]])).add(0.5);
    assert.ok(y.sub(expected).abs().max().item() < 1e-5);
  });
  test("the seed decides the noise", () => {
    const draw = (seed: number) => data.moons(10, { seed }).tensors[0].tolist();
    assert.deepEqual(draw(1), draw(1));
    assert.notDeepEqual(draw(1), draw(2));
  });
  test("normal noise has mean 0 and deviation 1", () => {
    const [x] = data.linear(20000).tensors;
    // Four standard deviations of 40,000 draws.
    assert.ok(Math.abs(x.mean().item()) < 0.02 && Math.abs(x.square().mean().item() - 1) < 0.03);
  });
  test("a count that is none is refused", () => {
    assert.throws(() => data.moons(0.5), /data.moons: count must be an integer of at least 2, not 0.5/);
  });
});
