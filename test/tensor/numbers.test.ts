/** Numbers and arrays that a tensor cannot hold are refused where they are written; what int32 becomes is the same on every engine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { arange, device, type DType, full, fullLike, tensor, where } from "../../src/index.js";
import { engines } from "../engine/programs.js";

const x = tensor(new Int32Array([1, -2]));

test("a whole number beyond int32 counts as floating, as 3e9 does in PyTorch, on every engine", () => {
  const before = device().engine;
  for (const { name } of engines) {
    device(name);
    for (const [y, values] of [
      [x.add(3e9), [3e9, 3e9]],
      [x.sub(2 ** 31), [-(2 ** 31), -(2 ** 31)]],
      [x.mul(2 ** 40), [2 ** 40, -(2 ** 41)]],
      [where(x.gt(0), x, -3e9), [1, -3e9]],
      [x.clamp(3e9), [3e9, 3e9]],
    ] as const) {
      assert.equal(y.dtype, "float32", name);
      assert.deepEqual(y.tolist(), values, name);
    }
    assert.deepEqual(x.lt(3e9).tolist(), x.gt(-3e9).tolist(), "every int32 lies between");
    for (const limit of [2 ** 31 - 1, -(2 ** 31)]) assert.equal(x.add(limit).dtype, "int32");
    assert.deepEqual(x.add(2 ** 31 - 1).tolist(), [-(2 ** 31), 2 ** 31 - 3], "integers wrap around");
  }
  device(before);
});

test("casts to int32 round toward zero and saturate, and NaN gives 0, on every engine", () => {
  const before = device().engine;
  const numbers = [3e9, -3e9, NaN, Infinity, -Infinity, 2.7, -2.7, 2 ** 31 - 1, -(2 ** 31), -0.5, 1e300];
  const most = 2 ** 31 - 1;
  const least = -(2 ** 31);
  for (const { name } of engines) {
    device(name);
    for (const dtype of ["float32", "float64"] as const) {
      // More than one vector of them, so that no lane differs.
      const many = tensor([...numbers, ...numbers, ...numbers], { dtype })
        .int()
        .tolist() as number[];
      const one = [most, least, 0, most, least, 2, -2, most, least, 0, most];
      assert.deepEqual(
        many.map((n) => n + 0),
        [...one, ...one, ...one],
        `${name} ${dtype}`,
      );
    }
  }
  device(before);
});

test("what is to be int32 has to fit", () => {
  const refused: readonly (readonly [string, () => unknown])[] = [
    ["full", () => full([2], 3e9, { dtype: "int32" })],
    ["full", () => full([2], NaN, { dtype: "int32" })],
    ["fullLike", () => fullLike(x, -(2 ** 31) - 1)],
    ["tensor", () => tensor([[1], [2 ** 31]], { dtype: "int32" })],
    ["tensor", () => tensor([Infinity], { dtype: "int32" })],
    ["tensor", () => tensor(new Float64Array([1, -3e9]), { dtype: "int32" })],
    ["fill_", () => x.clone().fill_(3e9)],
    ["maskedFill", () => x.maskedFill(x.gt(0), 3e9)],
    ["arange", () => arange(3e9, 3e9 + 2)],
    ["arange", () => arange(0, 2 ** 32, 2 ** 30)],
  ];
  for (const [name, f] of refused) {
    assert.throws(f, { name: "RangeError", message: new RegExp(`^${name}: .* does not fit into int32`) });
  }
  assert.deepEqual(full([2], -2.5, { dtype: "int32" }).tolist(), [-2, -2]);
  assert.deepEqual(tensor([2 ** 31 - 1, -(2 ** 31)], { dtype: "int32" }).tolist(), [2 ** 31 - 1, -(2 ** 31)]);
  assert.deepEqual(arange(2 ** 31 - 2, 2 ** 31).tolist(), [2 ** 31 - 2, 2 ** 31 - 1]);
  assert.deepEqual(arange(3e9, 3e9 + 2, { dtype: "float64" }).tolist(), [3e9, 3e9 + 1]);
});

type Nested = number | Nested[];

function nested(depth: number, inner: Nested): Nested {
  let data = inner;
  for (let i = 0; i < depth; i++) data = [data];
  return data;
}

test("an array that contains itself is an error, wherever the cycle is", () => {
  const given = (data: Nested) => () => tensor(data as number[]);
  const self: Nested[] = [];
  self.push(self);
  const [one, other]: [Nested[], Nested[]] = [[], []];
  one.push(other);
  other.push(one);
  const inside: Nested[] = [];
  inside.push(nested(5, inside));
  for (const cyclic of [self, one, inside, nested(3, self), [self, self]]) {
    assert.throws(given(cyclic), /tensor: element (\[0\])+ is an array that contains itself/);
  }
  const late: Nested[] = [1, 2];
  late.push(late);
  assert.throws(given(late), /element \[2\] is an array of 3, expected a number/);
  const second: Nested[] = [[1, 2]];
  second.push(second);
  assert.throws(given(second), /element \[1\]\[0\] is an array of 2, expected a number/);
  assert.throws(given(nested(100_000, 1)), /nested more than 16 deep/);
  assert.throws(given(nested(17, 1)), /nested more than 16 deep/);
  assert.equal(
    tensor(nested(16, 1) as number[])
      .add(1)
      .sum()
      .item(),
    2,
  );
  const shared = [1, 2];
  assert.deepEqual(tensor([shared, shared]).tolist(), [shared, shared], "the same row twice is no cycle");
});

test("what a typed array has no dtype for is refused with what to write", () => {
  for (const array of [
    new Uint8ClampedArray(1),
    new Int16Array(1),
    new Uint16Array(1),
    new Uint32Array(1),
    new BigUint64Array(1),
    new DataView(new ArrayBuffer(1)),
  ]) {
    const name = array.constructor.name;
    assert.throws(() => tensor(array as never), {
      name: "TypeError",
      message: new RegExp(`^tensor: there is no dtype of the elements of an? ${name}; convert it: .`),
    });
  }
});

test("each integer dtype takes the numbers that it holds, fractions cut off, and no others", () => {
  for (const [dtype, least, greatest] of [
    ["uint8", 0, 255],
    ["int8", -128, 127],
    ["int32", -(2 ** 31), 2 ** 31 - 1],
    ["int64", -(2 ** 53) + 1, 2 ** 53 - 1],
  ] as const) {
    assert.deepEqual(tensor([least, greatest, 1.9], { dtype }).tolist(), [least, greatest, 1]);
    assert.deepEqual(full([1], greatest, { dtype }).tolist(), [greatest]);
    for (const value of [least - 1, greatest + 1, NaN, Infinity]) {
      const message = new RegExp(`^(tensor|full): .* does not fit into ${dtype}`);
      assert.throws(() => tensor([value], { dtype }), { name: "RangeError", message });
      assert.throws(() => full([1], value, { dtype }), { name: "RangeError", message });
    }
  }
  assert.throws(() => tensor([2n ** 63n]), { name: "RangeError", message: /does not fit into int64/ });
});

test("int64 is read exactly, as a bigint where a number has gaps", () => {
  const x = tensor([2n ** 53n + 1n, -(2n ** 63n), 7n]);
  assert.deepEqual([...x.dataSync<BigInt64Array>()], [2n ** 53n + 1n, -(2n ** 63n), 7n]);
  assert.equal(x.at(2).item(), 7);
  assert.throws(() => x.tolist(), { name: "RangeError", message: /^tolist: 9007199254740993 .*dataSync/ });
  assert.throws(() => x.at(0).item(), { name: "RangeError", message: /^item: 9007199254740993 .*dataSync/ });
  assert.match(String(x), /9007199254740993/);
});

test("reading gives each dtype's array", () => {
  const arrays = {
    float32: Float32Array,
    float64: Float64Array,
    float16: Float32Array,
    bfloat16: Float32Array,
    int32: Int32Array,
    int64: BigInt64Array,
    int8: Int8Array,
    uint8: Uint8Array,
    bool: Uint8Array,
  };
  for (const [dtype, array] of Object.entries(arrays)) {
    const data = tensor([1, 0, 3], { dtype: dtype as DType }).dataSync();
    assert.equal(data.constructor, array, dtype);
    assert.equal(data.buffer.byteLength, data.byteLength, dtype);
  }
});
