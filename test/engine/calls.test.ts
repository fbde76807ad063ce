/** Kernels of the table of primitives mean on every engine what their rows say, at sizes where each of their ways is taken. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { RunError } from "../../src/engine/engine.js";
import type { CallKernel } from "../../src/engine/program.js";
import { type DTypeName, dtypes, dtypeNames } from "../../src/primitives/dtypes.js";
import { type KernelOp, kernels } from "../../src/primitives/kernels.js";
import { kernelOps } from "../../src/primitives/table.js";
import { type Call, type Operand, programOf } from "./call-programs.js";
import { check, engines, execute, randomizer, rowMajor } from "./programs.js";

/** Rows that are short, of a few and of many entries, and more columns than are carried together. */
const shapes: readonly (readonly [dims: readonly number[], dim: number])[] = [
  [[], 0],
  [[1], 0],
  [[40], 0],
  [[41], 0],
  [[3, 100, 5], 1],
  [[2, 300], 1],
  [[4, 700], 0],
];
/** Rows that all threads sort together. */
const longRows: typeof shapes = [
  [[70_001], 0],
  [[65_536, 2], 0],
];
const special = [NaN, Infinity, -Infinity, 0, -0, 1e-40, 3e9, -3e9, 1, 1, 2];

function attributesOf(op: KernelOp, dims: readonly number[], dim: number): readonly (readonly number[])[] {
  const n = dims[dim] ?? 1;
  if (op === "sort")
    return [0, 1].flatMap((descending) => [n, Math.ceil(n / 3)].map((count) => [dim, descending, count]));
  if (op === "linearRecurrence") return [0, 1].map((reversed) => [dim, reversed]);
  return [[dim]];
}

function values(op: KernelOp, dtype: DTypeName, size: number, random: () => number): number[] {
  if (dtype === "bool") return Array.from({ length: size }, () => Number(random() < 0.5));
  const isWhole = dtypes[dtype].kind === "int";
  // Products and recurrences of long rows stay in range; their order of operations is that of the row, so no tolerance is needed.
  if (op === "cumprod" || op === "linearRecurrence")
    return Array.from({ length: size }, () => (isWhole ? 1 - 2 * Math.round(random()) : 2 * random() - 1));
  return Array.from({ length: size }, () =>
    !isWhole && random() < 0.1 && op !== "cumsum"
      ? special[Math.floor(random() * special.length)]!
      : Math.round((random() - 0.5) * (random() < 0.3 ? 10 : 2000)) / (isWhole ? 1 : 8),
  );
}

const sizeOf = (dims: readonly number[]): number => dims.reduce((n, size) => n * size, 1);

/** Positions of a table of so many rows, from the front and from the end. */
function positions(size: number, rows: number, random: () => number): number[] {
  return Array.from({ length: size }, () => Math.floor(random() * 2 * rows) - rows);
}

/** Sizes of a table, the dim of its rows, and how many of these are read or added to. */
const tables: readonly (readonly [dims: readonly number[], dim: number, count: number])[] = [
  [[], 0, 1],
  [[6], 0, 5],
  [[6, 4], 0, 6],
  [[3, 6], 1, 7],
  [[2, 3, 6, 5], 2, 4],
  [[6, 40], 0, 300],
];

/** The operands of a gather or scatter, and of their like that have a position for each entry. */
function* indexedCases(op: KernelOp, dtype: DTypeName, random: () => number): Generator<Call> {
  const whole = op === "take" || op === "takeAdd";
  const adds = op === "scatterAdd" || op === "takeAdd";
  for (const [dims, dim, count] of tables) {
    if (whole && dims.length === 0) continue;
    const rows = dims[dim] ?? 1;
    const indexDims = whole ? [count, 1] : dims.length === 0 ? [] : dims.with(dim, count);
    const pointDims = whole ? [...dims.slice(0, dim), ...indexDims, ...dims.slice(dim + 1)] : indexDims;
    const at = positions(sizeOf(indexDims), rows, random);
    const table = Array.from({ length: sizeOf(dims) }, (_, i) => i % 7);
    const source = Array.from({ length: sizeOf(pointDims) }, (_, i) => i % 5);
    const others: Operand[] = adds ? [{ dtype, dims: pointDims, values: source }] : [];
    const scalars = op === "takeAdd" ? [1, -2] : [0];
    for (const scalar of scalars) {
      const call = { op, attributes: [dim], scalars: op === "takeAdd" ? [scalar] : [] };
      const x: Operand = { dtype, dims, values: table };
      const index: Operand = { dtype: "int32", dims: indexDims, values: at };
      yield { ...call, operands: [x, index, ...others] };
      // Through strides: one position for all columns, and a table and a source that run backwards.
      const shared = indexDims.map((_, d) =>
        whole || d > dim ? 0 : sizeOf(indexDims.slice(d + 1, dim + 1)),
      );
      const backwards = (operand: Operand): Operand => ({
        ...operand,
        offset: sizeOf(operand.dims) - 1,
        strides: rowMajor(operand.dims).map((stride) => -stride),
      });
      yield {
        ...call,
        operands: [adds ? x : backwards(x), { ...index, strides: shared }, ...others.map(backwards)],
      };
    }
  }
}

function* alongDimCases(op: KernelOp, dtype: DTypeName, random: () => number): Generator<Call> {
  for (const [dims, dim] of op === "sort" ? [...shapes, ...longRows] : shapes) {
    for (const attributes of attributesOf(op, dims, dim)) {
      const operands = kernels[op].operands.map(() => ({
        dtype,
        dims,
        values: values(op, dtype, sizeOf(dims), random),
      }));
      yield { op, operands, attributes, scalars: [] };
    }
  }
}

const cases: Record<KernelOp, typeof indexedCases> = {
  sort: alongDimCases,
  cumsum: alongDimCases,
  cumprod: alongDimCases,
  cummax: alongDimCases,
  cummin: alongDimCases,
  linearRecurrence: alongDimCases,
  gather: indexedCases,
  take: indexedCases,
  scatterAdd: indexedCases,
  takeAdd: indexedCases,
};

for (const op of kernelOps) {
  const row = kernels[op];
  for (const dtype of dtypeNames.filter((each) => row.kinds.includes(dtypes[each].kind))) {
    test(`${op} on ${dtype}`, () => {
      for (const call of cases[op](op, dtype, randomizer(7))) {
        const { kernel, externals, scalars } = programOf(call);
        const what = `${op} ${dtype} [${call.operands[0]!.dims.join()}] (${call.attributes.join()})`;
        check([kernel], externals, { what, scalars });
        // One result alone.
        if (kernel.results.length === 1 || sizeOf(call.operands[0]!.dims) > 10_000) continue;
        kernel.results.forEach((_, i) => {
          const results = kernel.results.map((result, j) => (i === j ? result : null));
          check([{ ...kernel, results }], externals, { what: `${what}, result ${i}` });
        });
      }
    });
  }
}

test("an index out of range stops the run, names the index, and later kernels do not run", () => {
  for (const op of ["gather", "take", "scatterAdd", "takeAdd"] as const) {
    for (const bad of [4, -5, 2147483647]) {
      const index: Operand = { dtype: "int32", dims: [3], values: [0, bad, 1] };
      const table: Operand = { dtype: "float32", dims: [4], values: [0, 0, 0, 0] };
      const source: Operand = { dtype: "float32", dims: [3], values: [1, 1, 1] };
      const adds = kernels[op].updates;
      const { kernel, externals, scalars } = programOf({
        op,
        operands: adds ? [table, index, source] : [table, index],
        attributes: [0],
        scalars: op === "takeAdd" ? [1] : [],
      });
      for (const engine of engines) {
        assert.throws(
          () => execute(engine, [kernel], externals, scalars),
          (error) =>
            error instanceof RunError && error.index === bad && error.rows === 4 && error.kernel === 0,
        );
      }
    }
  }
});

test("a call whose values do not fit its kernel is refused, whatever it would write", () => {
  const float: Operand = { dtype: "float32", dims: [2, 6], values: new Array<number>(12).fill(0) };
  const index: Operand = { dtype: "int32", dims: [2, 6], values: new Array<number>(12).fill(0) };
  const refused = (call: Call, change: (kernel: CallKernel) => CallKernel): void => {
    const { kernel, externals, scalars } = programOf(call);
    for (const engine of engines) {
      execute(engine, [kernel], externals, scalars);
      assert.throws(
        () => execute(engine, [change(kernel)], externals, scalars),
        /call|scan|sort|index|position|view|scalar/,
      );
    }
  };
  const first = (kernel: CallKernel, change: object): CallKernel => ({
    ...kernel,
    results: kernel.results.map((result, i) => (i === 0 ? { ...result!, ...change } : result)),
  });
  const operand = (kernel: CallKernel, i: number, change: object): CallKernel => ({
    ...kernel,
    operands: kernel.operands.map((each, j) => (i === j ? { ...each, ...change } : each)),
  });
  const scan: Call = { op: "cumsum", operands: [float], attributes: [1], scalars: [] };
  refused(scan, (kernel) => ({ ...kernel, attributes: [2] }));
  refused(scan, (kernel) => ({ ...kernel, attributes: [-1] }));
  refused(scan, (kernel) => ({ ...kernel, attributes: [] }));
  refused(scan, (kernel) => ({ ...kernel, results: [null] }));
  refused(scan, (kernel) => first(kernel, { dims: [1, 6] }));
  refused(scan, (kernel) => first(kernel, { dtype: "int32" }));
  refused(scan, (kernel) => first(kernel, { strides: [1, 2] }));
  refused(scan, (kernel) => operand(kernel, 0, { strides: [1, 2] }));
  const sort: Call = { op: "sort", operands: [float], attributes: [1, 0, 3], scalars: [] };
  refused(sort, (kernel) => ({ ...kernel, attributes: [1, 0, 7] }));
  refused(sort, (kernel) => ({ ...kernel, attributes: [1, 0, 2] }));
  const gather: Call = { op: "gather", operands: [float, index], attributes: [1], scalars: [] };
  refused(gather, (kernel) => first(kernel, { dims: [1, 6] }));
  refused(gather, (kernel) => operand(kernel, 1, { dtype: "float32" }));
  refused(gather, (kernel) => operand(kernel, 0, { dims: [1, 6] }));
  refused(gather, (kernel) => operand(kernel, 0, { strides: [6, 2] }));
  // Its result would lie over the positions, which have been checked before.
  refused(gather, (kernel) => first(kernel, { external: 1 }));
  const takeAdd: Call = {
    op: "takeAdd",
    operands: [float, { ...index, dims: [6] }, float],
    attributes: [1],
    scalars: [2],
  };
  refused(takeAdd, (kernel) => ({ ...kernel, scalars: [1] }));
  refused(takeAdd, (kernel) => ({ ...kernel, scalars: [-1] }));
  refused(takeAdd, (kernel) => ({ ...kernel, scalars: [] }));
  refused(takeAdd, (kernel) => operand(kernel, 0, { external: 2 }));
  refused(takeAdd, (kernel) => operand(kernel, 2, { dims: [2, 5] }));
});
