/** Kernels of the table of primitives mean on every engine what their rows say, at sizes where each of their ways is taken. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { RunError } from "../../src/engine/engine.js";
import type { CallKernel } from "../../src/engine/program.js";
import { kernels } from "../../src/primitives/kernels.js";
import { kernelOps } from "../../src/primitives/table.js";
import { callCases, dtypesOf, sizeOf, toleranceOf } from "./call-cases.js";
import { type Call, type Operand, programOf } from "./call-programs.js";
import { closeness } from "./matrix-cases.js";
import { check, engines, execute } from "./programs.js";

for (const op of kernelOps) {
  for (const dtype of dtypesOf(op)) {
    test(`${op} on ${dtype}`, () => {
      for (const call of callCases(op, dtype)) {
        const { kernel, externals, scalars } = programOf(call);
        const what = `${op} ${dtype} [${call.operands[0]!.dims.join()}] (${call.attributes.join()})`;
        const ulps = closeness[op] ?? 0;
        const least = ulps * (dtype === "float32" ? 2 ** -24 : 2 ** -53);
        const tolerance = toleranceOf(op, dtype) ?? { float32: ulps, float64: ulps, absolute: least };
        check([kernel], externals, { what, scalars, tolerance });
        // One result alone.
        const size = call.operands.reduce((sum, { dims }) => sum + sizeOf(dims), 0);
        if (kernel.results.length === 1 || size > 10_000) continue;
        kernel.results.forEach((_, i) => {
          const results = kernel.results.map((result, j) => (i === j ? result : null));
          check([{ ...kernel, results }], externals, { what: `${what}, result ${i}`, scalars, tolerance });
        });
      }
    });
  }
}

test("an index out of range stops the run, names the index, and later kernels do not run", () => {
  for (const op of ["gather", "take", "scatterAdd", "takeAdd", "scatterInto", "takeInto"] as const) {
    for (const bad of [4, -5, 2147483647]) {
      const index: Operand = { dtype: "int32", dims: [3], values: [0, bad, 1] };
      const table: Operand = { dtype: "float32", dims: [4], values: [0, 0, 0, 0] };
      const source: Operand = { dtype: "float32", dims: [3], values: [1, 1, 1] };
      const adds = kernels[op].updates;
      const { kernel, externals, scalars } = programOf({
        op,
        operands: adds ? [table, index, source] : [table, index],
        attributes: op.endsWith("Into") ? [0, 0] : [0],
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
  const zeros = (...dims: number[]): Operand => ({
    dtype: "float32",
    dims,
    values: new Array<number>(sizeOf(dims)).fill(0),
  });
  const lstm: Call = {
    op: "lstm",
    operands: [zeros(2, 1, 8), zeros(1, 2), zeros(1, 2), zeros(8, 2)],
    attributes: [0],
    scalars: [],
  };
  refused(lstm, (kernel) => ({ ...kernel, attributes: [] }));
  refused(lstm, (kernel) => first(kernel, { dims: [1, 1, 2] }));
  refused(lstm, (kernel) => first(kernel, { external: 0 }));
  refused(lstm, (kernel) => operand(kernel, 0, { dims: [2, 8] }));
  refused(lstm, (kernel) => operand(kernel, 1, { dims: [1, 1] }));
  refused(lstm, (kernel) => operand(kernel, 3, { dims: [4, 2] }));
  const scatterInto: Call = {
    op: "scatterInto",
    operands: [float, index, float],
    attributes: [1, 0],
    scalars: [],
  };
  refused(scatterInto, (kernel) => ({ ...kernel, attributes: [1, 4] }));
  refused(scatterInto, (kernel) => ({ ...kernel, attributes: [1] }));
});
