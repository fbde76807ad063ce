/** Kernels of the table of primitives mean on every engine what their rows say, at sizes where each of their ways is taken. */
import { test } from "node:test";
import type { CallKernel, DenseView } from "../../src/engine/program.js";
import { type DTypeName, dtypes, dtypeNames } from "../../src/primitives/dtypes.js";
import { type KernelOp, type KernelRow, kernels } from "../../src/primitives/kernels.js";
import { kernelOps } from "../../src/primitives/table.js";
import { check, numbers, randomizer } from "./programs.js";

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

for (const op of kernelOps) {
  const row: KernelRow = kernels[op];
  for (const dtype of dtypeNames.filter((each) => row.kinds.includes(dtypes[each].kind))) {
    test(`${op} on ${dtype}`, () => {
      const random = randomizer(7);
      for (const [dims, dim] of op === "sort" ? [...shapes, ...longRows] : shapes) {
        for (const attributes of attributesOf(op, dims, dim)) {
          const size = dims.reduce((n, d) => n * d, 1);
          const resultDims = op === "sort" && dims.length > 0 ? dims.with(dim, attributes[2]!) : dims;
          const resultSize = resultDims.reduce((n, d) => n * d, 1);
          const operands = row.operands.map(() => numbers(dtype, values(op, dtype, size, random)));
          const results = row.results.map((_, i) =>
            numbers(i === 0 ? dtype : "int32", new Array<number>(resultSize).fill(0)),
          );
          const dense = (external: number, of: readonly number[], type: DTypeName): DenseView => ({
            external,
            offset: 0,
            dtype: type,
            dims: of,
          });
          const kernel: CallKernel = {
            kind: "call",
            primitive: op,
            operands: operands.map((_, i) => dense(i, dims, dtype)),
            results: results.map((_, i) => dense(operands.length + i, resultDims, i === 0 ? dtype : "int32")),
            attributes,
          };
          const what = `${op} ${dtype} [${dims.join()}] (${attributes.join()})`;
          check([kernel], [...operands, ...results], { what });
          // One result alone.
          if (size > 10_000) continue;
          kernel.results.forEach((_, i) => {
            const alone = {
              ...kernel,
              results: kernel.results.map((result, j) => (i === j ? result : null)),
            };
            if (kernel.results.length > 1)
              check([alone], [...operands, ...results], { what: `${what}, result ${i}` });
          });
        }
      }
    });
  }
}
