/** A tensor that cannot be is an error where it is made, or read, and everything after it computes as before. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  arange,
  cat,
  device,
  eye,
  full,
  ones,
  rand,
  randint,
  randn,
  tensor,
  zeros,
} from "../../src/index.js";
import { platform } from "../../src/platform/node.js";
import { engines } from "../engine/programs.js";

// More than any machine has, whatever Node allows.
const n = 1e7;

test("what could never be stored is refused when it is made, with its name, its shape and its size", () => {
  for (const [name, make, size] of [
    ["randn", () => randn([n, n]), "400 TB"],
    ["rand", () => rand([n, n], { dtype: "float64" }), "800 TB"],
    ["zeros", () => zeros([n, n], { dtype: "bool" }), "100 TB"],
    ["ones", () => ones([n, n]), "400 TB"],
    ["full", () => full([n, n], 2), "400 TB"],
    ["randint", () => randint(5, [n, n]), "400 TB"],
    ["eye", () => eye(n), "400 TB"],
    ["arange", () => arange(1e14, { dtype: "float64" }), "800 TB"],
  ] as const) {
    assert.throws(make, {
      name: "OutOfMemory",
      message: new RegExp(`^${name}\\(\\[.*\\]\\) needs ${size}, more than the`),
    });
  }
  assert.throws(() => tensor(new Array<number>(2 ** 32 - 1)), { name: "OutOfMemory" });
});

test("results that are too large are refused when they are read, and cached plans run on", () => {
  const before = device().engine;
  for (const { name } of engines) {
    device(name);
    const weight = full([40, 40], 0.01);
    const usual = () => ones([30, 40]).matmul(weight).relu().matmul(weight).sum().item();
    const expected = usual();
    const attempts: readonly (readonly [string, () => unknown])[] = [
      ["an expanded value", () => ones([1]).expand([n, n]).add(1).dataSync()],
      ["a reshaped one", () => rand([n, 1]).expand([n, n]).reshape([-1]).dataSync()],
      [
        "a product",
        () =>
          rand([n, 2])
            .matmul(rand([2, n]))
            .dataSync(),
      ],
      [
        "an outer sum",
        () =>
          rand([n, 1])
            .add(rand([1, n]))
            .dataSync(),
      ],
      ["parts put together", () => cat([rand([1]).expand([n, n]), rand([1]).expand([n, n])]).dataSync()],
      ["a scan", () => ones([1]).expand([n, n]).cumsum(0).cumsum(1).sum().item()],
    ];
    for (const [what, attempt] of attempts) {
      for (let again = 0; again < 2; again++) {
        assert.throws(
          attempt,
          { name: "OutOfMemory", message: /^out of memory: .* are needed/ },
          `${name}, ${what}`,
        );
        assert.equal(usual(), expected, `${name}, after ${what}`);
      }
    }
  }
  device(before);
});

test("positions that may not fit into int32 are refused", () => {
  const flags = zeros([1], { dtype: "bool" }).expand([2 ** 31]);
  for (const [name, attempt] of [
    ["argmax", () => flags.argmax()],
    ["argmin", () => flags.argmin(0)],
  ] as const) {
    assert.throws(attempt, {
      name: "RangeError",
      message: new RegExp(`^${name}: .* among 2147483648 elements may not fit into int32; work on parts`),
    });
  }
});

test("where Node has no buffers over 4 GiB the error names the Node that has", () => {
  if (platform.largestBuffer > 2 ** 32) return;
  assert.throws(() => ones([1.2e9]), {
    name: "OutOfMemory",
    message: /^ones\(\[1200000000\]\) needs 4\.8 GB, .*Node 22 and newer allow more$/,
  });
});
