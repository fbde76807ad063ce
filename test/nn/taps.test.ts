/** Resizing, sampling and bags, which are sums of a few entries each: gradients of both orders, bags of any lengths, samples one by one and mapped. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  arange,
  cat,
  gradcheck,
  gradgradcheck,
  manualSeed,
  nn,
  rand,
  randint,
  randn,
  stack,
  tensor,
  type Tensor,
  vmap,
} from "../../src/index.js";

const F = nn.functional;
const float64 = { dtype: "float64", requiresGrad: true } as const;

function checkBoth(what: string, f: (...xs: Tensor[]) => Tensor, inputs: Tensor[]): void {
  assert.ok(gradcheck(f, inputs), what);
  assert.ok(gradgradcheck(f, inputs), `${what}, twice`);
}

test("resizing has gradients, whichever dims grow and shrink", () => {
  manualSeed(0);
  const x = randn([2, 3, 5, 4], float64);
  for (const mode of ["nearest", "bilinear", "bicubic"] as const)
    for (const size of [
      [9, 2],
      [3, 7],
    ])
      checkBoth(`${mode} to ${size.join(" × ")}`, (a) => F.interpolate(a!, { size, mode }), [x]);
  checkBoth("antialiased", (a) => F.interpolate(a!, { size: [2, 6], mode: "bicubic", antialias: true }), [x]);
});

test("images of uint8 are resized between elements and rounded, to PyTorch's numbers", () => {
  const x = tensor(
    [
      [
        [
          [0, 100],
          [200, 50],
        ],
      ],
    ],
    { dtype: "uint8" },
  );
  assert.deepEqual(F.interpolate(x, { size: [3, 3], mode: "bilinear" }).tolist(), [
    [
      [
        [0, 50, 100],
        [100, 88, 75],
        [200, 125, 50],
      ],
    ],
  ]);
});

test("sampling has gradients of the image and of the grid, inside and at the borders", () => {
  manualSeed(1);
  const x = randn([2, 3, 4, 5], float64);
  const grid = rand([2, 3, 4, 2], { dtype: "float64" }).mul(2.4).sub(1.2).detach().requiresGrad_();
  for (const mode of ["bilinear", "bicubic"] as const)
    for (const paddingMode of ["zeros", "border", "reflection"] as const)
      checkBoth(`${mode}, ${paddingMode}`, (a, g) => F.gridSample(a!, g!, { mode, paddingMode }), [x, grid]);
});

test("a bag's sum, mean and greatest elements are those of its rows, however long the bags are", () => {
  manualSeed(2);
  const table = randint(-9, 9, [7, 3]).to("float64");
  const lengths = [3, 0, 1, 200, 2, 0, ...new Array<number>(60).fill(1)];
  const starts = lengths.map((_, bag) => lengths.slice(0, bag).reduce((sum, n) => sum + n, 0));
  const input = randint(0, 7, [starts.at(-1)! + 1], { dtype: "int64" });
  const offsets = tensor(starts, { dtype: "int64" });
  const padding = 4;
  for (const [mode, ofRows] of [
    ["sum", (rows: Tensor) => rows.sum(0)],
    ["mean", (rows: Tensor) => rows.mean(0)],
    ["max", (rows: Tensor) => rows.max(0).values],
  ] as const) {
    const positions = input.tolist() as number[];
    const expected = lengths.map((length, bag) => {
      const kept = positions.slice(starts[bag], starts[bag]! + length).filter((row) => row !== padding);
      return kept.length === 0 ? [0, 0, 0] : ofRows(table.indexSelect(0, kept)).tolist();
    });
    const bags = F.embeddingBag(input, table, { offsets, mode, paddingIdx: padding });
    assert.deepEqual(bags.tolist(), expected, mode);
  }
});

test("bags have gradients of the table and of the factors", () => {
  manualSeed(3);
  const table = randn([5, 3], float64);
  const input = tensor(
    [
      [1, 2, 2],
      [0, 4, 1],
    ],
    { dtype: "int64" },
  );
  const offsets = tensor([0, 1, 1], { dtype: "int64" });
  const factors = randn([2, 3], float64);
  for (const mode of ["sum", "mean", "max"] as const) {
    checkBoth(mode, (w) => F.embeddingBag(input, w!, { mode, paddingIdx: 4 }), [table]);
    checkBoth(`${mode} of other lengths`, (w) => F.embeddingBag(input.flatten(), w!, { mode, offsets }), [
      table,
    ]);
  }
  checkBoth("factors", (w, f) => F.embeddingBag(input, w!, { mode: "sum", perSampleWeights: f! }), [
    table,
    factors,
  ]);
});

test("padding with what is inside has gradients, and moves elements of every dtype as they are", () => {
  manualSeed(5);
  const x = randn([2, 3, 4], float64);
  const images = randn([16, 3, 2], float64);
  for (const mode of ["reflect", "replicate", "circular"] as const) {
    checkBoth(mode, (a) => a!.pad([2, 1], mode), [x]);
    checkBoth(`${mode} and cropped`, (a) => a!.pad([-1, 2], mode), [x]);
    // Of many small images all dims at once, of few dim by dim.
    const all = images.pad([1, 1, 2, 1], mode);
    const one = cat([0, 1, 15].map((i) => images.narrow(0, i, 1).pad([1, 1, 2, 1], mode)));
    assert.deepEqual(all.indexSelect(0, [0, 1, 15]).tolist(), one.tolist());
    assert.ok(
      gradcheck((a) => a!.pad([1, 1, 2, 1], mode), [images]),
      `${mode} of many`,
    );
  }
  const bits = tensor([[[-0, NaN, Infinity]]], { dtype: "float16" }).pad([1, 1], "reflect");
  assert.deepEqual(bits.flatten().tolist(), [NaN, -0, NaN, Infinity, NaN]);
  assert.deepEqual(
    tensor([[[true, false]]])
      .pad([1, 1], "circular")
      .tolist(),
    [[[false, true, false, true]]],
  );
});

test("samples that are mapped are those one by one", () => {
  manualSeed(4);
  const [x, grid] = [randn([3, 2, 4, 5, 5]), rand([3, 2, 3, 3, 2]).mul(2).sub(1)];
  const sample = (a: Tensor, g: Tensor): Tensor => F.gridSample(a, g);
  const each = (f: (i: number) => Tensor): unknown => stack([0, 1, 2].map(f)).tolist();
  assert.deepEqual(
    vmap(sample)(x, grid).tolist(),
    each((i) => sample(x.select(0, i), grid.select(0, i))),
  );
  assert.deepEqual(
    vmap(sample, { inDims: [null, 0] })(x.select(0, 0), grid).tolist(),
    each((i) => sample(x.select(0, 0), grid.select(0, i))),
  );
  assert.deepEqual(
    vmap(sample, { inDims: [0, null] })(x, grid.select(0, 0)).tolist(),
    each((i) => sample(x.select(0, i), grid.select(0, 0))),
  );
  const resize = (a: Tensor): Tensor => F.interpolate(a, { scaleFactor: 2, mode: "bilinear" });
  assert.deepEqual(
    vmap(resize)(x).tolist(),
    each((i) => resize(x.select(0, i))),
  );
  const table = arange(12, { dtype: "float32" }).reshape([4, 3]);
  const input = randint(0, 4, [3, 2, 5], { dtype: "int64" });
  const bag = (i: Tensor): Tensor => F.embeddingBag(i, table);
  assert.deepEqual(
    vmap(bag)(input).tolist(),
    each((i) => bag(input.select(0, i))),
  );
});
