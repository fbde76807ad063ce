/** Values that are used often stay in the memory of the WebAssembly engine; nobody sees a difference, but for the copies that are not made. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Machine } from "../../src/engine/cpu/machine.js";
import type { CpuStorage } from "../../src/engine/cpu/storage.js";
import type { Storage } from "../../src/engine/engine.js";
import { bytesOf, floatsOf, randomizer } from "./programs.js";
import {
  accumulating,
  add,
  assertAll,
  bytes,
  compile,
  counting,
  external,
  filled,
  isResident,
  size,
  usesOfResidents,
} from "./residents.js";

test("weights are not copied any more once they were used three times, and what is read is the newest value", async () => {
  const { engine, copied } = counting();
  const [weights, state, result] = [filled(engine, 2), filled(engine, 0), filled(engine, 0)];
  const externals = [external("in"), external("inout"), external("out")];
  const executable = compile(engine, externals, [add(1, 0, 2), add(1, 0, 1)]);
  for (let i = 1; i <= 10; i++) {
    const before = { ...copied };
    executable.run([weights, state, result]);
    assert.equal(copied.in - before.in, i <= usesOfResidents ? 2 * bytes : 0, `run ${i}`);
    assert.equal(copied.out - before.out, i < usesOfResidents ? 2 * bytes : 0, `run ${i}`);
    if (i !== 5) continue;
    assertAll(state, 10);
    assertAll(state, 10);
    assert.equal(copied.out - before.out, bytes, "what was read is not brought home again");
  }
  assertAll(result, 20);
  assert.deepEqual(new Float32Array(await engine.read(state)), new Float32Array(size).fill(20));
  assertAll(weights, 2);
});

test("small values are copied, and so are parts that are little of what they are in", () => {
  const { engine } = counting();
  const [whole, small] = [filled(engine, 1, 4 * size), filled(engine, 0, 4)];
  const executable = compile(engine, [external("in", size), external("in", 4)], []);
  for (let i = 0; i < 5; i++) executable.run([engine.part(whole, bytes, bytes), small]);
  assert.ok(!isResident(whole));
  assert.equal((small as CpuStorage).home, undefined);
  const half = compile(engine, [external("in", size), external("in", size)], []);
  half.run([engine.part(whole, bytes, bytes), engine.part(whole, 0, bytes)]);
  assert.ok(isResident(whole), "together they are half of it");
});

test("parts, written and read, see and change what they are parts of", () => {
  const { engine } = counting();
  const { sum, one, run } = accumulating(engine);
  const half = size / 2;
  const [left, right] = [engine.part(sum, 0, bytes / 2), engine.part(sum, bytes / 2, bytes / 2)];
  assertAll(right, 3);
  const twice = compile(engine, [external("in", half), external("inout", half)], [add(0, 1, 1, half)]);
  twice.run([left, right]);
  assertAll(left, 3);
  assertAll(right, 6);
  const over = compile(engine, [external("in", half), external("out", half)], [add(0, 0, 1, half)]);
  over.run([right, left]);
  assertAll(left, 12);
  assertAll(right, 6);
  assert.ok(isResident(sum));
  run();
  assert.deepEqual([floatsOf(left)[half - 1], floatsOf(right)[0]], [13, 7]);
  engine.write(right, ({ buffer, byteOffset }) => new Float32Array(buffer, byteOffset, half).fill(100));
  run();
  assert.deepEqual([floatsOf(left)[half - 1], floatsOf(right)[0]], [14, 101]);
  assertAll(one, 1);
});

test("a discarded value is overwritten where it lies, one that somebody needs is not", () => {
  const { engine, machine } = counting();
  const [one, first, second] = [filled(engine, 1), filled(engine, 0), filled(engine, 0)];
  const executable = compile(engine, [external("in"), external("in"), external("out")], [add(0, 1, 2)]);
  const step = (from: Storage, to: Storage): void => {
    engine.discard!(to);
    executable.run([from, one, to]);
  };
  for (let i = 0; i < 4; i++)
    step(...(i % 2 === 0 ? ([first, second] as const) : ([second, first] as const)));
  let pieces = 0;
  machine.allocate = (length) => {
    pieces++;
    return Machine.prototype.allocate.call(machine, length);
  };
  step(first, second);
  assert.equal(pieces, 0);
  assertAll(second, 5);
  executable.run([second, one, first]);
  assert.equal(pieces, 1);
  assertAll(first, 6);
});

test("memory that grows, and an instance that is given up for want of memory, keep the values", () => {
  const { engine, machine } = counting();
  const { sum, run } = accumulating(engine);
  compile(engine, [], [], 100e6).run([]);
  run();
  assertAll(sum, 4);
  run();
  machine.budget.makeRoom();
  assert.ok(!isResident(sum));
  assertAll(sum, 5);
  run();
  assertAll(sum, 6);
  // No memory for places: computing goes on as if there were none.
  const { allocate } = Machine.prototype;
  machine.allocate = (length) => (length === bytes ? 0 : allocate.call(machine, length));
  run();
  assertAll(sum, 7);
});

test("residents are bounded: those that were not used for the longest time go home", () => {
  const limits = { places: 6 * bytes, kept: 4 * bytes };
  const { engine } = counting(limits);
  const all = Array.from({ length: 12 }, (_, i) => filled(engine, i));
  const one = filled(engine, 1);
  const executable = compile(engine, [external("inout"), external("in")], [add(0, 1, 0)]);
  for (let round = 1; round <= 5; round++) {
    for (const each of all) {
      executable.run([each, one]);
      const residents = [...all, one].filter(isResident);
      assert.ok(residents.length * bytes <= limits.places);
      if (round >= usesOfResidents) assert.ok(residents.includes(each) && residents.includes(one));
    }
    if (round === 3)
      assert.deepEqual(
        all.map((each) => floatsOf(each)[7]),
        all.map((_, i) => i + 3),
      );
  }
  assert.deepEqual(
    all.map((each) => floatsOf(each)[7]),
    all.map((_, i) => i + 5),
  );
});

test("large results stay where they were computed until they are read, and garbage makes room for others", () => {
  const count = 2 ** 18;
  const each = 4 * count;
  const { engine, copied } = counting({ places: 100 * each, kept: 90 * each });
  const [a, b] = [filled(engine, 1, count), filled(engine, 2, count)];
  const large = external("in", count);
  const executable = compile(engine, [large, large, external("out", count)], [add(0, 1, 2, count)]);
  const held: { storage: Storage; value: number }[] = [];
  for (let i = 0; i < 400; i++) {
    const storage = engine.allocate(each);
    executable.scalars[0] = i;
    executable.run([a, b, storage]);
    // Some are held on to for a while.
    if (i % 7 === 0) held.push({ storage, value: 1 + 2 * i });
    if (held.length > 5) held.shift();
  }
  assert.equal(copied.out, 0);
  for (const { storage, value } of held) assertAll(storage, value);
  assert.equal(copied.out, held.length * each);
  // More than there is room for.
  const all = Array.from({ length: 120 }, (_, i) => {
    const storage = engine.allocate(each);
    executable.scalars[0] = i;
    executable.run([a, b, storage]);
    return storage;
  });
  all.forEach((storage, i) => assertAll(storage, 1 + 2 * i));
});

test("random runs, reads, writes and renewals give what JavaScript gives, whatever the bounds", () => {
  for (const places of [0, 1, 2, 3, 5, 100]) {
    const random = randomizer(places);
    const below = (n: number): number => Math.floor(random() * n);
    const { engine, machine } = counting({ places: places * bytes, kept: places * 0.7 * bytes });
    const storages: Storage[] = [];
    const values: Float32Array[] = [];
    // Some are halves of one buffer.
    for (let i = 0; i < 4; i++) {
      const whole = filled(engine, i, 2 * size);
      for (const half of [0, 1]) {
        storages.push(engine.part(whole, half * bytes, bytes));
        values.push(new Float32Array(size).fill(i));
      }
    }
    for (let i = 4; i < 8; i++) {
      storages.push(filled(engine, i));
      values.push(new Float32Array(size).fill(i));
    }
    const separate = compile(engine, [external("in"), external("in"), external("out")], [add(0, 1, 2)]);
    const updating = compile(engine, [external("inout"), external("in")], [add(0, 1, 0)]);
    for (let step = 0; step < 400; step++) {
      const [a, b, to] = [below(12), below(12), below(12)];
      const kind = below(12);
      const scalar = below(5) - 2;
      if (kind < 5 && a !== to && b !== to) {
        if (kind === 0) engine.discard!(storages[to]!);
        separate.scalars[0] = scalar;
        separate.run([storages[a]!, storages[b]!, storages[to]!]);
        values[to] = values[a]!.map((x, i) => Math.fround(x + Math.fround(scalar * values[b]![i]!)));
      } else if (kind < 9 && b !== to) {
        updating.scalars[0] = scalar;
        updating.run([storages[to]!, storages[b]!]);
        values[to] = values[to]!.map((x, i) => Math.fround(x + Math.fround(scalar * values[b]![i]!)));
      } else if (kind === 9) {
        const value = below(100);
        values[to]!.fill(value);
        engine.write(storages[to]!, ({ buffer, byteOffset }) =>
          new Float32Array(buffer, byteOffset, size).fill(value),
        );
      } else if (kind === 10 && below(8) === 0) {
        machine.renew();
      } else {
        assert.deepEqual(new Float32Array(bytesOf(storages[a]!).slice().buffer), values[a], `step ${step}`);
      }
      if (Math.abs(values[to]![0]!) > 1e6) {
        values[to]!.fill(1);
        engine.write(storages[to]!, ({ buffer, byteOffset }) =>
          new Float32Array(buffer, byteOffset, size).fill(1),
        );
      }
    }
    storages.forEach((storage, i) =>
      assert.deepEqual(new Float32Array(bytesOf(storage).slice().buffer), values[i], `storage ${i}`),
    );
  }
});
