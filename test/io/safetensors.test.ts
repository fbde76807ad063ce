/** Safetensors: what the Python package writes is read, what is written has its layout, and no damaged file gets through. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, test } from "node:test";
import { type DType, io, nn, randn, type Tensor, tensor, zeros } from "../../src/index.js";
import { golden, goldenBytes, temporary } from "./files.js";

const path = temporary();

const dtypes: readonly DType[] = [
  ...(["float32", "float64", "float16", "bfloat16", "int32", "int64", "int8", "uint8", "bool"] as const),
];

/** A file of this header and these bytes of tensors. */
function fileOf(
  header: unknown,
  bytes = 0,
  { length, text }: { length?: bigint; text?: string } = {},
): Uint8Array {
  const json = new TextEncoder().encode(text ?? JSON.stringify(header));
  const file = new Uint8Array(8 + json.length + bytes);
  new DataView(file.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  file.set(json, 8);
  return file;
}

const entry = (dtype: string, shape: readonly number[], from: number, to: number): unknown => ({
  dtype,
  shape,
  data_offsets: [from, to],
});

describe("reading safetensors", () => {
  test("gives what the Python package has written, of every dtype", async () => {
    const tensors = await io.loadSafetensors(golden("all.safetensors"));
    const isBool = (name: string): boolean => name === "bool";
    const wider: Readonly<Record<string, DType>> = {
      int16: "int32",
      uint16: "int32",
      uint32: "int64",
      uint64: "int64",
    };
    for (const name of [...dtypes, ...Object.keys(wider)]) {
      const x = tensors[name]!;
      assert.equal(x.dtype, wider[name] ?? name);
      const values = [
        [0, 1, 2],
        [3, 100, 127],
      ];
      assert.deepEqual(
        x.tolist(),
        isBool(name) ? values.map((row) => row.map((value) => value !== 0)) : values,
      );
    }
    assert.deepEqual(tensors["negative"]!.tolist(), [-1, -32768]);
    assert.deepEqual([tensors["scalar"]!.shape, tensors["scalar"]!.item()], [[], 7.5]);
    assert.deepEqual(tensors["empty"]!.shape, [0, 3]);
    assert.deepEqual(tensors["ünï"]!.tolist(), [0, 1, 2, 3]);
  });

  test("reads a file's bytes as well", async () => {
    const bytes = goldenBytes("all.safetensors");
    for (const file of [bytes, bytes.buffer as ArrayBuffer])
      assert.equal((await io.loadSafetensors(file))["scalar"]!.item(), 7.5);
  });

  test("opens a file for one tensor or some of its rows", () => {
    const file = io.safeOpen(golden("all.safetensors"));
    try {
      assert.deepEqual(file.metadata(), { format: "pt", note: "ü" });
      assert.deepEqual([file.dtype("int16"), file.shape("int16")], ["int32", [2, 3]]);
      assert.deepEqual(file.getTensor("float64").tolist(), [
        [0, 1, 2],
        [3, 100, 127],
      ]);
      for (const name of ["float32", "int16", "bool"])
        assert.deepEqual(file.getSlice(name, 1).tolist(), file.getTensor(name).slice([1]).tolist());
      assert.deepEqual(file.getSlice("float32", 1, 1).shape, [0, 3]);
      assert.throws(() => file.getSlice("float32", 1, 3), /float32 has 2 rows; 1 to 3 are not among them/);
      assert.throws(() => file.getSlice("scalar", 0), /scalar has no dims/);
      assert.throws(() => file.getTensor("weights"), /has no tensor "weights"; it has /);
    } finally {
      file.close();
    }
  });

  test("refuses what is damaged or hostile, before it takes memory for it", async () => {
    const x = entry("F32", [2], 0, 8);
    const cases: readonly [Uint8Array, RegExp][] = [
      [new Uint8Array(3), /it has 3 bytes/],
      [fileOf({}, 0, { length: 10_000_000_000n }), /would have 10000000000 bytes/],
      [fileOf({}, 0, { length: 50_000n }), /header of 50000 bytes does not fit into the file's 10 bytes/],
      [fileOf(null, 0, { text: "{" }), /no JSON/],
      [fileOf([]), /no JSON object/],
      [fileOf({ x: 3 }), /"x" is no object/],
      [fileOf({ x: entry("F7", [2], 0, 8) }, 8), /"x" has the dtype "F7", known are F32/],
      [fileOf({ x: entry("toString", [2], 0, 8) }, 8), /has the dtype "toString"/],
      [fileOf({ x: entry("F32", [-2], 0, 8) }, 8), /has the shape \[-2\]/],
      [fileOf({ x: entry("F32", [1.5], 0, 6) }, 6), /has the shape \[1\.5\]/],
      [fileOf({ x: entry("F32", new Array<number>(17).fill(1), 0, 4) }, 4), /at most 16 sizes/],
      [fileOf({ x: entry("F32", [2 ** 30, 2 ** 30], 0, 8) }, 8), /has 4611686018427388000 bytes, but/],
      [fileOf({ x: entry("F32", [3], 0, 8) }, 8), /has 12 bytes, but the offsets 0 to 8/],
      [fileOf({ x: entry("F32", [2], 8, 0) }, 8), /offsets 8 to 0/],
      [
        fileOf({ x, y: entry("F32", [2], 4, 12) }, 12),
        /"y" begins at byte \d+, but what is before it ends at/,
      ],
      [fileOf({ x, y: entry("F32", [2], 12, 20) }, 20), /"y" begins at byte/],
      [fileOf({ x }, 7), /tensors end at byte \d+, the file at byte/],
      [fileOf({ x }, 9), /tensors end at byte \d+, the file at byte/],
      [fileOf({ __metadata__: { a: 1 }, x }, 8), /__metadata__ must be an object of texts/],
      [
        fileOf({ x: entry("U64", [1], 0, 8) }, 8).fill(255, -8),
        /"x" has 18446744073709551615, which does not fit into int64/,
      ],
    ];
    for (const [bytes, message] of cases) {
      await assert.rejects(io.loadSafetensors(bytes), message);
      writeFileSync(path("damaged.safetensors"), bytes);
      await assert.rejects(io.loadSafetensors(path("damaged.safetensors")), message);
    }
  });

  test("names that JavaScript knows otherwise are names like all others", async () => {
    const text = '{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
    const tensors = await io.loadSafetensors(fileOf(null, 4, { text }));
    assert.deepEqual(Object.keys(tensors), ["__proto__"]);
    assert.equal(Object.getPrototypeOf(tensors), Object.prototype);
  });

  test("says what is wrong with a path", async () => {
    await assert.rejects(io.loadSafetensors(path("none")), /loadSafetensors: .*none: there is no such file/);
    await assert.rejects(io.loadSafetensors(dirname(path("x"))), /it is a folder/);
    await assert.rejects(io.loadSafetensors(3 as never), /expected the path of a file, got number/);
    await assert.rejects(io.loadSafetensors(new URL("https://example.com/x")), /got the URL https/);
  });
});

describe("writing safetensors", () => {
  test("keeps every dtype, shape and bit", async () => {
    const all: Record<string, Tensor> = Object.fromEntries(
      dtypes.map((dtype) => [dtype, randn([3, 5]).abs().mul(9).to(dtype)]),
    );
    Object.assign(all, { scalar: tensor(0.1), empty: zeros([2, 0]), view: randn([4, 6]).slice([1, 3]).t() });
    await io.saveSafetensors(path("all.safetensors"), all);
    const back = await io.loadSafetensors(path("all.safetensors"));
    assert.deepEqual(Object.keys(back).toSorted(), Object.keys(all).toSorted());
    for (const [name, x] of Object.entries(all)) {
      assert.deepEqual([back[name]!.dtype, back[name]!.shape], [x.dtype, x.shape]);
      assert.deepEqual(back[name]!.dataSync(), x.dataSync());
    }
  });

  test("lays elements at multiples of their size, and PyTorch is told", async () => {
    await io.saveSafetensors(
      path("x.safetensors"),
      { a: zeros([3], { dtype: "int8" }), b: zeros([1], { dtype: "float64" }) },
      { metadata: { epoch: "3" } },
    );
    const bytes = readFileSync(path("x.safetensors"));
    const length = Number(bytes.readBigUInt64LE(0));
    const header = JSON.parse(bytes.subarray(8, 8 + length).toString()) as Record<
      string,
      { data_offsets: number[] }
    >;
    assert.equal(length % 8, 0);
    assert.deepEqual(header["__metadata__"], { format: "pt", epoch: "3" });
    assert.deepEqual(
      [header["b"]!.data_offsets, header["a"]!.data_offsets],
      [
        [0, 8],
        [8, 11],
      ],
    );
  });

  test("a model goes there and back", async () => {
    const make = () => nn.sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4), new nn.Linear(4, 2));
    const [model, other] = [make(), make()];
    await io.saveSafetensors(path("model.safetensors"), model.stateDict());
    assert.deepEqual(other.loadStateDict(await io.loadSafetensors(path("model.safetensors"))), {
      missingKeys: [],
      unexpectedKeys: [],
    });
    const x = randn([5, 3]);
    assert.deepEqual(other.eval().forward(x).tolist(), model.eval().forward(x).tolist());
  });

  test("divides a large checkpoint into files with an index", async () => {
    const tensors = { a: randn([10]), b: randn([10]), c: randn([30]), d: randn([2]) };
    await io.saveSafetensors(path("large.safetensors"), tensors, { maxShardSize: 80 });
    const names = readdirSync(dirname(path("x"))).filter((name) => name.startsWith("large"));
    assert.deepEqual(names.toSorted(), [
      "large-00001-of-00003.safetensors",
      "large-00002-of-00003.safetensors",
      "large-00003-of-00003.safetensors",
      "large.safetensors.index.json",
    ]);
    const index = path("large.safetensors.index.json");
    const back = await io.loadSafetensors(index);
    for (const [name, x] of Object.entries(tensors)) assert.deepEqual(back[name]!.tolist(), x.tolist());
    const json = JSON.parse(readFileSync(index, "utf8")) as { weight_map: Record<string, string> };
    for (const [file, message] of [
      ["../x.safetensors", /puts "a" into "..\/x.safetensors", expected the name/],
      [
        "large-00003-of-00003.safetensors",
        /says that "a" is in large-00003-of-00003.safetensors, which lacks it/,
      ],
    ] as const) {
      writeFileSync(index, JSON.stringify({ weight_map: { ...json.weight_map, a: file } }));
      await assert.rejects(io.loadSafetensors(index), message);
    }
    writeFileSync(index, "{");
    await assert.rejects(io.loadSafetensors(index), /is no JSON/);
    writeFileSync(index, "{}");
    await assert.rejects(io.loadSafetensors(index), /has no weight_map/);
  });

  test("refuses what is no tensor, and leaves the old file", async () => {
    await io.saveSafetensors(path("kept.safetensors"), { x: tensor([1]) });
    const before = readFileSync(path("kept.safetensors"));
    await assert.rejects(
      io.saveSafetensors(path("kept.safetensors"), { x: 3 as never }),
      /"x" is number, and the format holds tensors only/,
    );
    await assert.rejects(
      io.saveSafetensors(path("kept.safetensors"), tensor([1]) as never),
      /expected an object of tensors/,
    );
    await assert.rejects(
      io.saveSafetensors(path("kept.safetensors"), {}, { metadata: { a: 1 as never } }),
      /metadata must be texts/,
    );
    await assert.rejects(
      io.saveSafetensors(path("no/folder"), {}),
      /no\/folder: there is no such file or folder/,
    );
    assert.deepEqual(readFileSync(path("kept.safetensors")), before);
    assert.ok(!readdirSync(dirname(path("x"))).some((name) => name.endsWith(".tmp")));
  });

  test("a model in place of its state dict is told what to pass", async () => {
    const model = new nn.Linear(2, 1);
    await assert.rejects(io.saveSafetensors(path("x"), model as never), /pass that: model\.stateDict\(\)/);
  });

  test("an empty checkpoint is one", async () => {
    await io.saveSafetensors(path("empty.safetensors"), {});
    assert.deepEqual(await io.loadSafetensors(path("empty.safetensors")), {});
    assert.equal(statSync(path("empty.safetensors")).size % 8, 0);
  });
});
