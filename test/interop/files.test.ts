/** Files that cellgrad writes are read by NumPy, by the Python package of safetensors, and by Python's own zipfile and pickle. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { type DType, io, randn, type Tensor, tensor, zeros } from "../../src/index.js";
import { missing, python, root } from "./environment.js";

test("other programs read what is written", { skip: missing("python"), timeout: 450_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "cellgrad-files-"));
  try {
    const dtypes: readonly DType[] = [
      "float32",
      "float64",
      "float16",
      "int32",
      "int64",
      "int8",
      "uint8",
      "bool",
    ];
    const tensors: Record<string, Tensor> = Object.fromEntries(
      dtypes.map((dtype) => [dtype, randn([3, 5]).abs().mul(9).to(dtype)]),
    );
    Object.assign(tensors, {
      scalar: tensor(0.1),
      empty: zeros([2, 0]),
      ünï: randn([4, 6]).slice([1, 3]).t(),
    });
    await io.saveNpz(join(folder, "x.npz"), tensors);
    await io.saveNpz(join(folder, "compressed.npz"), tensors, { compressed: true });
    await io.saveNpy(join(folder, "x.npy"), tensors["ünï"]!);
    await io.saveSafetensors(join(folder, "x.safetensors"), tensors, { metadata: { note: "ü" } });
    const values = { whole: 3, half: 0.5, far: 2 ** 40, text: "ünï", yes: true, none: null, list: [1, [2]] };
    const more = { keys: { 0: 1, a: 2 }, set: new Set([1, 2]), bytes: new Uint8Array([0, 255]) };
    await io.save({ tensors, ...values, ...more }, join(folder, "values.pt"));
    const { stdout } = await promisify(execFile)(python!, [
      join(root, "test", "interop", "files.py"),
      folder,
    ]);
    const read = JSON.parse(stdout) as Record<string, Record<string, unknown>>;
    const expected = Object.fromEntries(
      Object.entries(tensors).map(([name, x]) => [name, [x.dtype, x.shape, x.tolist()]]),
    );
    for (const format of ["npz", "compressed", "safetensors", "pt"])
      assert.deepEqual(read[format], expected, format);
    assert.deepEqual(read["npy"], { x: expected["ünï"] });
    assert.deepEqual(read["metadata"], { format: "pt", note: "ü" });
    const keys = [
      ["int", 0],
      ["str", "a"],
    ];
    assert.deepEqual(read["values"], { ...values, keys, set: [1, 2], bytes: [0, 255] });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
