import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decimateLine, decimateMatrix } from "../../src/viz/decimate.js";
import { GrowingSeries } from "../../src/viz/growing-series.js";

describe("a long line", () => {
  const n = 100_000;
  const x = Float64Array.from({ length: n }, (_, i) => i);
  const y = Float64Array.from({ length: n }, (_, i) => Math.sin(i / 5000));
  y[31_415] = 50;
  y[77_777] = -50;

  test("is thinned to the limit and keeps its ends and its extremes", () => {
    const thin = decimateLine(x, y, 1000);
    assert.ok(thin.x.length <= 1000 && thin.x.length > 300);
    assert.equal(thin.x[0], 0);
    assert.equal(thin.x.at(-1), n - 1);
    assert.equal(thin.y[thin.x.indexOf(31_415)], 50);
    assert.equal(thin.y[thin.x.indexOf(77_777)], -50);
    assert.deepEqual(
      thin.x,
      [...thin.x].sort((a, b) => a - b),
    );
  });

  test("keeps its gaps", () => {
    const broken = y.map((v, i) => (i >= 500 && i < 520 ? NaN : v));
    const thin = decimateLine(x, broken, 600);
    assert.ok(thin.y.some(Number.isNaN));
  });

  test("is left alone when it is short", () => {
    assert.deepEqual(decimateLine([1, 2, 3], [4, 5, 6], 3), { x: [1, 2, 3], y: [4, 5, 6] });
  });
});

describe("a curve that grows for ever", () => {
  test("stays small, and knows its first, last, smallest and largest value", () => {
    const series = new GrowingSeries();
    for (let i = 0; i < 1_000_000; i++) series.push(i, i === 123_456 ? -9 : i === 654_321 ? 9 : Math.cos(i));
    const line = series.line();
    assert.ok(line.x.length <= 520, `${line.x.length} points`);
    assert.equal(Math.min(...line.y), -9);
    assert.equal(Math.max(...line.y), 9);
    assert.equal(line.x.at(-1), 999_999);
    assert.equal(line.y.at(-1), Math.cos(999_999));
    assert.equal(series.length, 1_000_000);
    assert.deepEqual(
      line.x,
      [...line.x].sort((a, b) => a - b),
    );
  });

  test("shows each value while there are few", () => {
    const series = new GrowingSeries();
    const values = [3, 1, 4, 1, 5];
    values.forEach((v, i) => series.push(i + 1, v));
    assert.deepEqual(series.line(), { x: [1, 2, 3, 4, 5], y: values });
  });

  test("shows a non-finite value as a gap", () => {
    const series = new GrowingSeries();
    [1, NaN, 2, Infinity].forEach((v, i) => series.push(i, v));
    assert.deepEqual(series.line(), { x: [0, 1, 2, 3], y: [1, NaN, 2, NaN] });
  });

  test("has a trend that follows the mean through the noise", () => {
    const series = new GrowingSeries();
    for (let i = 0; i < 20_000; i++)
      series.push(i, 1 + (i % 2 === 0 ? 0.5 : -0.5) + 0.3 * Math.sin(i * 12.9898));
    const { y } = series.trend();
    for (const v of y) assert.ok(Math.abs(v - 1) < 0.1, String(v));
    assert.equal(series.noisy, true);
  });

  test("is not called noisy when it falls steadily", () => {
    const series = new GrowingSeries();
    for (let i = 0; i < 5000; i++) series.push(i, Math.exp(-i / 500));
    assert.equal(series.noisy, false);
  });
});

describe("a large matrix", () => {
  test("is averaged in blocks that cover it", () => {
    const rows = Array.from({ length: 128 }, (_, i) => Array.from({ length: 784 }, (_, j) => i + j));
    const blocks = decimateMatrix(rows, 16_000);
    assert.ok(blocks.rows.length * blocks.rows[0]!.length <= 16_000);
    assert.equal(Math.ceil(784 / blocks.columnStep), blocks.rows[0]!.length);
    const mean = blocks.rows.flat().reduce((sum, v) => sum + v, 0) / blocks.rows.flat().length;
    assert.ok(Math.abs(mean - (127 / 2 + 783 / 2)) < 4);
  });

  test("leaves out what is not finite", () => {
    const { rows } = decimateMatrix([[1, NaN, NaN, NaN]], 2);
    assert.deepEqual(rows, [[1, NaN]]);
  });
});
