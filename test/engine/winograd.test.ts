/**
 * Convolutions of 3 × 3 taps with stride 1 in float32, whose products are those of transformed tiles, agree with those in float64, which are sums over
 * taps (calls.test.ts), and have the same bits at any number of threads.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { DTypeName } from "../../src/primitives/dtypes.js";
import { sizeOf } from "./call-cases.js";
import { type Call, programOf } from "./call-programs.js";
import { elementsOf, engines, execute, randomizer } from "./programs.js";

/** Sizes of x [n, c · groups, h, w], channels of y, and padding of rows and columns; `more` is beyond what fits. */
interface Sizes {
  readonly x: readonly [number, number, number, number];
  readonly outputs: number;
  readonly padding?: readonly [number, number];
  readonly groups?: number;
  readonly more?: readonly [number, number];
}

/** Tiles that reach out of images, lanes that are not filled, several images in a block, long rows in strips, and channels in parts. */
const cases: readonly Sizes[] = [
  { x: [3, 9, 6, 7], outputs: 10, padding: [1, 1] },
  { x: [9, 24, 8, 8], outputs: 40 },
  { x: [2, 8, 5, 270], outputs: 8, padding: [0, 2] },
  { x: [8, 70, 8, 8], outputs: 150, padding: [1, 1] },
  { x: [2, 32, 16, 21], outputs: 32, padding: [2, 0], groups: 2 },
  { x: [5, 40, 4, 4], outputs: 33, padding: [1, 1] },
  { x: [4, 16, 12, 12], outputs: 16, padding: [-1, 1], more: [1, -2] },
  { x: [2, 16, 41, 33], outputs: 48, padding: [1, 1] },
];

const ops = ["convolution", "convolutionInput", "convolutionWeight"] as const;

function callOf(op: (typeof ops)[number], sizes: Sizes, dtype: DTypeName, of: (x: number) => number): Call {
  const { x, outputs, padding = [0, 0], groups = 1, more = [0, 0] } = sizes;
  const [n, channels, ...space] = x;
  const random = randomizer(7);
  const shapes = {
    x: [n, channels, 1, ...space],
    w: [outputs, channels / groups, 1, 3, 3],
    y: [n, outputs, 1, ...space.map((size, d) => size + 2 * padding[d]! - 2 + more[d]!)],
  };
  const [operands, result] = {
    convolution: [[shapes.x, shapes.w], shapes.y] as const,
    convolutionInput: [[shapes.y, shapes.w], shapes.x] as const,
    convolutionWeight: [[shapes.x, shapes.y], shapes.w] as const,
  }[op];
  return {
    op,
    operands: operands.map((dims) => ({
      dtype,
      dims,
      values: Array.from({ length: sizeOf(dims) }, () => of(Math.fround(random() * 2 - 1))),
    })),
    attributes: [1, 1, 1, 0, ...padding, 1, 1, 1, groups, ...result.slice(2)],
    scalars: [],
  };
}

for (const op of ops) {
  test(`${op} of tiles`, () => {
    for (const sizes of cases) {
      for (const engine of engines) {
        const resultOf = (dtype: DTypeName, of: (x: number) => number): number[] => {
          const { kernel, externals } = programOf(callOf(op, sizes, dtype, of));
          return elementsOf(execute(engine, [kernel], externals).at(-1)!);
        };
        const actual = resultOf("float32", (x) => x);
        const expected = resultOf("float64", (x) => x);
        // What is lost belongs to a tile as a whole, so its largest sum of magnitudes counts.
        const largest = resultOf("float64", Math.abs).reduce((a, b) => Math.max(a, b), 0);
        actual.forEach((value, i) => {
          const isNear = Math.abs(value - expected[i]!) <= 2 ** -20 * largest;
          assert.ok(
            isNear,
            `${engine.name} [${sizes.x.join()}], element ${i}: ${value} instead of ${expected[i]}`,
          );
        });
        const threads = engine.numThreads;
        for (const count of [1, 2, 3]) {
          engine.numThreads = count;
          assert.deepEqual(
            resultOf("float32", (x) => x),
            actual,
          );
        }
        engine.numThreads = threads;
      }
    }
  });
}
