/** NumPy's files: what NumPy writes is read in every order and dtype, what is written has its bytes, and no damaged file gets through. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { type DType, io, randn, type Tensor, tensor, zeros } from "../../src/index.js";
import { golden, goldenBytes, temporary } from "./files.js";

const path = temporary();

const values = [
  [0, 1, 2],
  [3, 100, 127],
];

/** The bytes of a version 1 file with this header. */
function npy(header: string, bytes = 0): Uint8Array {
  const text = `\u0093NUMPY\u0001\u0000${String.fromCharCode(header.length & 255, header.length >> 8)}${header}`;
  return Uint8Array.from([...text, ..."\0".repeat(bytes)], (character) => character.charCodeAt(0));
}

describe("reading NumPy's files", () => {
  for (const name of ["arrays.npz", "compressed.npz"])
    test(`${name} has what NumPy has written, in every order and dtype`, async () => {
      const arrays = await io.loadNpz(golden(name));
      const wider: Readonly<Record<string, DType>> = {
        int16: "int32",
        uint16: "int32",
        uint32: "int64",
        uint64: "int64",
      };
      for (const dtype of [
        "float32",
        "float64",
        "float16",
        "int32",
        "int64",
        "int8",
        "uint8",
        "int16",
        "uint16",
        "uint32",
        "uint64",
      ]) {
        assert.equal(arrays[dtype]!.dtype, wider[dtype] ?? dtype);
        assert.deepEqual(arrays[dtype]!.tolist(), values);
      }
      assert.deepEqual(
        arrays["bool"]!.tolist(),
        values.map((row) => row.map((value) => value !== 0)),
      );
      const counted = (...shape: number[]): unknown =>
        tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i))
          .reshape(shape)
          .tolist();
      assert.deepEqual(arrays["fortran"]!.tolist(), counted(2, 3, 4));
      assert.deepEqual([arrays["big"]!.dtype, arrays["big"]!.tolist()], ["float64", counted(2, 3)]);
      assert.deepEqual(arrays["bigint"]!.tolist(), [-2, 70000]);
      assert.deepEqual(arrays["complex64"]!.tolist(), [
        [1, 2],
        [0, 3],
      ]);
      assert.deepEqual(arrays["fortran complex"]!.tolist(), [
        [
          [0, 0],
          [0, 1],
          [0, 2],
        ],
        [
          [0, 3],
          [0, 4],
          [0, 5],
        ],
      ]);
      assert.deepEqual([arrays["scalar"]!.shape, arrays["scalar"]!.item()], [[], 7.5]);
      assert.deepEqual(arrays["empty"]!.shape, [0, 3]);
    });

  test("one array, from a path or from bytes", async () => {
    const fromPath = await io.loadNpy(golden("fortran.npy"));
    assert.deepEqual(fromPath.shape, [2, 3, 4]);
    assert.deepEqual((await io.loadNpy(goldenBytes("fortran.npy"))).tolist(), fromPath.tolist());
  });

  test("refuses what holds no numbers, and says what to do", async () => {
    await assert.rejects(
      io.loadNpy(golden("objects.npy")),
      /objects\.npy: its elements are Python objects, .* save arrays of numbers/,
    );
    await assert.rejects(io.loadNpy(golden("records.npy")), /its elements are records; save each field/);
    await assert.rejects(io.loadNpy(golden("texts.npy")), /its elements are of type '<U2'; expected f4/);
  });

  test("refuses damaged files", async () => {
    const bytes = goldenBytes("fortran.npy");
    const changed = (at: number, byte: number): Uint8Array => bytes.slice().fill(byte, at, at + 1);
    const cases: readonly [Uint8Array, RegExp][] = [
      [new Uint8Array(0), /does not begin as a \.npy file/],
      [changed(1, 0), /does not begin as a \.npy file/],
      [changed(6, 9), /version 9 of the format/],
      [changed(9, 255), /its header has 65\d+ bytes/],
      [bytes.subarray(0, 60), /cut off in its header/],
      [bytes.subarray(0, bytes.length - 1), /shape \[2, 3, 4\] of f4 has 96 bytes, but the file 95/],
      [npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", 4), /nothing usable of 'shape'/],
      [npy("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 99999999999), }"), /is none/],
      [
        npy("{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999,), }"),
        /has 39999999996 bytes, but the file 0/,
      ],
      [npy("{'descr': '<f4', 'fortran_order': 1, 'shape': (), }", 4), /nothing usable of 'fortran_order'/],
      [npy("{'fortran_order': False, 'shape': (), }", 4), /nothing usable of 'descr'/],
    ];
    for (const [file, message] of cases) await assert.rejects(io.loadNpy(file), message);
  });
});

describe("writing NumPy's files", () => {
  test("has the bytes that NumPy writes", async () => {
    const x = tensor(Float32Array.from({ length: 24 }, (_, i) => i)).reshape([2, 3, 4]);
    await io.saveNpy(path("x.npy"), x);
    const bytes = readFileSync(path("x.npy"));
    assert.equal(
      bytes.subarray(0, 128).toString("latin1"),
      `\u0093NUMPY\u0001\u0000v\u0000${"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, 4), }".padEnd(117)}\n`,
    );
    assert.deepEqual(
      new Float32Array(bytes.buffer.slice(bytes.byteOffset + 128, bytes.byteOffset + 224)),
      x.dataSync(),
    );
  });

  for (const compressed of [false, true])
    test(`keeps every dtype, shape and bit ${compressed ? "compressed" : "as it is"}`, async () => {
      const all: Record<string, Tensor> = Object.fromEntries(
        (
          ["float32", "float64", "float16", "bfloat16", "int32", "int64", "int8", "uint8", "bool"] as const
        ).map((dtype) => [dtype, randn([3, 5]).abs().mul(9).to(dtype)]),
      );
      Object.assign(all, { scalar: tensor(0.1), empty: zeros([2, 0]), ünï: randn([300, 40]).t() });
      await io.saveNpz(path("all.npz"), all, { compressed });
      const back = await io.loadNpz(path("all.npz"));
      assert.deepEqual(Object.keys(back), Object.keys(all));
      for (const [name, x] of Object.entries(all)) {
        // NumPy has no bfloat16.
        assert.deepEqual(
          [back[name]!.dtype, back[name]!.shape],
          [name === "bfloat16" ? "float32" : x.dtype, x.shape],
        );
        assert.deepEqual(back[name]!.dataSync(), x.dataSync());
      }
    });

  test("refuses what is no tensor", async () => {
    await assert.rejects(
      io.saveNpy(path("x.npy"), { x: 1 } as never),
      /saveNpy: expected a tensor, got object; for several use saveNpz/,
    );
    await assert.rejects(io.saveNpz(path("x.npz"), { x: [1] as never }), /saveNpz: "x" is no tensor/);
  });
});
