/** Files of torch.save: PyTorch's own are read without running anything of them, and what is written is what PyTorch reads. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { io, nn, ones, optim, randn, type Tensor, tensor, zeros } from "../../src/index.js";
import { unpickle } from "../../src/io/torch/unpickle.js";
import { golden, goldenBytes, temporary } from "./files.js";

const path = temporary();

interface Values {
  tensors: Record<string, Tensor>;
  model: Record<string, Tensor>;
  optimizer: {
    state: Record<string, { step: Tensor; exp_avg: Tensor }>;
    param_groups: { lr: number; params: number[] }[];
  };
  [name: string]: unknown;
}

describe("reading what torch.save has written", () => {
  test("values of every kind", async () => {
    const { tensors, optimizer, model, ...values } = await io.load<Values>(golden("values.pt"));
    for (const [name, x] of Object.entries(tensors))
      if (x.shape.length === 2 && name !== "bool" && name !== "empty")
        assert.deepEqual(
          x.tolist(),
          [
            [0, 1, 2],
            [3, 100, 127],
          ],
          name,
        );
    assert.deepEqual(
      [tensors["int16"]!.dtype, tensors["uint64"]!.dtype, tensors["bfloat16"]!.dtype],
      ["int32", "int64", "bfloat16"],
    );
    assert.deepEqual(optimizer.param_groups[0]!.params, [0, 1, 2, 3]);
    assert.deepEqual([optimizer.param_groups[0]!.lr, optimizer.state["0"]!.exp_avg.shape], [0.001, [4, 3]]);
    assert.deepEqual(nn.sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4)).loadStateDict(model), {
      missingKeys: [],
      unexpectedKeys: [],
    });
    const { rows, transposed, expanded, complex, parameter, ...plain } = values as Record<string, Tensor>;
    assert.deepEqual(rows!.tolist(), [
      [5, 6],
      [9, 10],
    ]);
    assert.deepEqual(transposed!.tolist(), parameter!.t().tolist());
    assert.deepEqual(expanded!.tolist(), ones([4, 2]).tolist());
    assert.deepEqual(complex!.tolist(), [
      [1, 2],
      [0, 3],
    ]);
    assert.deepEqual(plain as unknown, {
      ...{
        epoch: 3,
        lr: 0.1,
        name: "ünï",
        big: 2n ** 70n,
        negative: -(2 ** 40),
        none: null,
        tuple: [1, 2.5, true],
      },
      ...{
        dtype: "float32",
        device: "cpu",
        size: [3, 4],
        set: new Set([1, 2]),
        bytes: new Uint8Array([0, 255]),
      },
    });
  });

  test("a file's bytes as well", async () => {
    assert.equal((await io.load<Values>(goldenBytes("values.pt")))["epoch"], 3);
  });

  test("refuses what would run, and says what to do", async () => {
    await assert.rejects(
      io.load(golden("calls.pt")),
      /calls\.pt: it asks for (posix|nt)\.system, which is refused: a file could run anything/,
    );
    await assert.rejects(
      io.load(golden("model.pt")),
      /asks for torch\.nn\.modules\.container\.Sequential.*save a state dict/,
    );
    await assert.rejects(
      io.load(golden("program.pt")),
      /it is a TorchScript program; save the model's state dict/,
    );
    await assert.rejects(
      io.load(golden("old.pt")),
      /as PyTorch wrote before 1\.6; load it there and save it again/,
    );
    await assert.rejects(io.load(golden("arrays.npz")), /an archive without a pickle/);
    await assert.rejects(io.load(golden("fortran.npy")), /no whole zip archive/);
  });

  test("refuses a damaged pickle", () => {
    const read = (...bytes: (number | string)[]): unknown =>
      unpickle(
        Uint8Array.from(
          bytes.flatMap((part) =>
            typeof part === "number" ? [part] : [...part].map((c) => c.charCodeAt(0)),
          ),
        ),
        { find: () => undefined, load: () => null },
      );
    assert.deepEqual(read(0x80, 2, "](K", 1, "e."), [1]);
    for (const [bytes, message] of [
      [[0x80, 2], /it ends in the midst/],
      [["."], /a value is missing/],
      [["X", 255, 255, 255, 255, "a."], /it ends in the midst/],
      [["u."], /a mark is missing/],
      [["](K", 1, "u."], /items are set in what is no dict/],
      [["}K", 1, "a."], /appended to what is no list/],
      [["h", 3, "."], /value 3 is used before it is there/],
      [["N)R."], /something is called that is no function/],
      [[0xff], /no instruction 0xff/],
      [["cos\nsystem\n."], /asks for os\.system/],
      [["cos"], /it ends in the midst/],
    ] as const)
      assert.throws(() => read(...bytes), message);
  });
});

describe("writing for torch.load", () => {
  test("values of every kind come back", async () => {
    const w = randn([2, 3], { requiresGrad: true });
    const model = nn.sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4));
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.1 });
    model
      .forward(randn([5, 3]))
      .sum()
      .backward();
    optimizer.step();
    const values = {
      ...{
        model: model.stateDict(),
        optimizer: optimizer.stateDict(),
        w,
        again: w,
        scalar: tensor(2),
        empty: zeros([0, 2]),
      },
      numbers: [
        0,
        -1,
        127,
        128,
        -128,
        -129,
        2 ** 31,
        -(2 ** 31),
        -(2 ** 40),
        0.5,
        -0,
        NaN,
        Infinity,
        2n ** 70n,
        -(2n ** 63n),
      ],
      ...{
        text: "ünï\0",
        yes: true,
        no: false,
        nothing: null,
        set: new Set([1, "a"]),
        bytes: new Uint8Array([0, 128, 255]),
      },
      map: new Map<unknown, unknown>([
        [1, "one"],
        ["two", [2]],
      ]),
    };
    await io.save(values, path("values.pt"));
    const back = await io.load<typeof values>(path("values.pt"));
    assert.deepEqual(back.numbers, values.numbers);
    assert.deepEqual(
      [back.text, back.yes, back.no, back.nothing, back.set, back.bytes],
      [values.text, true, false, null, values.set, values.bytes],
    );
    assert.deepEqual(back.map as unknown, { 1: "one", two: [2] });
    assert.deepEqual(
      [back.w.tolist(), back.w.requiresGrad, back.again.tolist()],
      [w.tolist(), false, w.tolist()],
    );
    assert.deepEqual([back.scalar.shape, back.empty.shape], [[], [0, 2]]);
    const other = new optim.Adam(model.parameters());
    other.loadStateDict(back.optimizer);
    assert.deepEqual(JSON.stringify(other.stateDict()), JSON.stringify(optimizer.stateDict()));
    for (const [name, x] of Object.entries(values.model))
      assert.deepEqual(back.model[name]!.tolist(), x.tolist());
  });

  test("says where something cannot be written", async () => {
    const around: unknown[] = [];
    around.push(around);
    for (const [value, message] of [
      [{ a: { b: () => 1 } }, /save: a\.b is a function, which cannot be written; expected tensors/],
      [{ a: [1, new Date()] }, /save: a\[1\] is a Date/],
      [Symbol("s"), /save: the value is a symbol/],
      [{ around }, /save: around\[0\] contains itself/],
      [{ long: 2n ** 3000n }, /long has more than 255 bytes/],
    ] as const)
      await assert.rejects(io.save(value, path("bad.pt")), message);
  });
});
