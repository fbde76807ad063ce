/** Large buffers are used again when nobody can see them any more, and never before that. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { loadNative } from "../../src/engine/cpu/native.js";
import type { CpuStorage } from "../../src/engine/cpu/storage.js";
import { engine } from "../../src/engine/current.js";
import { platform } from "../../src/platform/node.js";
import { full, manualSeed, randint, type Tensor } from "../../src/index.js";
import { readElements } from "../../src/tensor/reading.js";

const isNative = engine().name === "native";
const skip = isNative ? false : "only the native engine keeps buffers";
let loaded: ReturnType<typeof loadNative> | undefined;
const native = () => (loaded ??= loadNative());
const large = (bytes: number): CpuStorage => native().allocate(bytes, true) as CpuStorage;

test("a synchronous loop of large results takes turns with a few buffers", { skip }, () => {
  const addresses = new Set<number>();
  const mebibytes = 4;
  for (let i = 0; i < 500; i++) addresses.add(large(mebibytes * 2 ** 20).address);
  // As much as is handed out between two collections, and what V8 had not collected yet.
  assert.ok(addresses.size * mebibytes <= 192, `${addresses.size} buffers`);
});

test(
  "sizes that differ little share buffers; a much smaller one does not waste a large one",
  { skip },
  () => {
    const first = new Set<number>();
    for (let i = 0; i < 60; i++) first.add(large(10_000_000 - i * 1000).address);
    assert.ok(first.size <= 30, `${first.size} buffers`);
    const buffer = large(5_000_000).buffer;
    assert.ok(buffer.byteLength < 7_000_000, `${buffer.byteLength} bytes`);
  },
);

test(
  "what is still held keeps its bytes: storages, parts of them, and elements that were read",
  { skip },
  () => {
    const bytes = 2 ** 21;
    const whole: { storage: CpuStorage; value: number }[] = [];
    const parts: { storage: CpuStorage; value: number }[] = [];
    for (let i = 0; i < 400; i++) {
      const value = i % 251;
      const storage = large(bytes);
      storage.bytes().fill(value);
      if (i % 7 === 0) whole.push({ storage, value });
      if (i % 11 === 0) parts.push({ storage: native().part(storage, 2 ** 20, 64) as CpuStorage, value });
      if (whole.length > 5) whole.shift();
      if (parts.length > 5) parts.shift();
      for (const { storage, value } of [...whole, ...parts]) {
        const seen = storage.bytes();
        assert.equal(seen[0], value);
        assert.equal(seen[seen.length - 1], value);
      }
    }
  },
);

test("elements that were read stay as they were while other tensors are made", { skip }, () => {
  const kept = Array.from({ length: 4 }, (_, i) => readElements(full([300_000], i).add(0), "a test"));
  for (let i = 0; i < 200; i++) full([300_000], -1).add(i).sum().item();
  for (const [i, elements] of kept.entries()) assert.ok(elements.every((value) => value === i));
});

test("tensors that live for random times keep their values", { skip }, () => {
  manualSeed(5);
  const alive: { x: Tensor; value: number }[] = [];
  const chance = (n: number) => randint(0, n, []).item();
  const check = ({ x, value }: (typeof alive)[number]) => {
    assert.deepEqual([x.amin().item(), x.amax().item()], [value, value]);
  };
  for (let i = 0; i < 300; i++) {
    const from = alive[chance(alive.length + 1)];
    const made =
      from === undefined || from.x.numel() < 300_000
        ? { x: full([300_000 + chance(3) * 1000], i), value: i }
        : chance(2) === 0
          ? { x: from.x.add(1), value: from.value + 1 }
          : { x: from.x.slice([chance(4) * 10, 299_990]), value: from.value };
    alive.push(made);
    if (chance(6) === 0) {
      const changed = alive[chance(alive.length)]!;
      // Its slices change with it, so that they go.
      alive.splice(0, alive.length, changed);
      changed.x.mul_(2);
      changed.value *= 2;
    }
    if (alive.length > 8) alive.splice(chance(8), 1);
    check(alive[chance(alive.length)]!);
  }
  for (const one of alive) check(one);
});

test(
  "memory that is short is given back by buffers that nobody uses; one in use lives as long as its storage",
  { skip },
  () => {
    const changed = platform as { -readonly [K in "availableMemory"]: (typeof platform)[K] };
    const { availableMemory } = platform;
    const held = large(20e6);
    held.bytes().fill(7);
    for (let i = 0; i < 20; i++) large(20e6);
    try {
      changed.availableMemory = () => 0;
      assert.throws(() => native().allocate(100e6), /out of memory/);
    } finally {
      changed.availableMemory = availableMemory;
    }
    platform.collectGarbage();
    assert.ok(process.memoryUsage().arrayBuffers < 100e6, `${process.memoryUsage().arrayBuffers / 1e6} MB`);
    for (let i = 0; i < 20; i++) large(20e6).bytes().fill(1);
    assert.ok(held.bytes().every((byte) => byte === 7));
  },
);
