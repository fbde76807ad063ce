/** What test/golden/make_linalg.py recorded, and how operations are compared with it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { grad, type Tensor, tensor } from "../../src/index.js";
import type { DType } from "../../src/index.js";

interface Recorded {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: readonly (number | boolean)[];
}

export interface GoldenCase {
  readonly inputs: readonly Recorded[];
  readonly outputs: readonly Recorded[];
  readonly first?: readonly Recorded[];
  readonly second?: readonly Recorded[];
}

const text = readFileSync(new URL("linalg.json", import.meta.url), "utf8").replaceAll("NaN", "null");
export const golden = JSON.parse(text) as Readonly<Record<string, GoldenCase>>;

function given({ dtype, shape, data }: Recorded): Tensor {
  return tensor([...data] as number[], { dtype }).reshape([...shape]);
}

/** Σ outputs · cos(1, 2, …), by which the script too makes one number of all outputs. */
function weighted(outputs: readonly Tensor[]): Tensor | null {
  let total: Tensor | null = null;
  for (const y of outputs) {
    if (!y.requiresGrad) continue;
    const weights = tensor(
      Array.from({ length: y.numel() }, (_, i) => Math.cos(i + 1)),
      { dtype: y.dtype },
    );
    const sum = y.flatten().mul(weights).sum();
    total = total === null ? sum : total.add(sum);
  }
  return total;
}

function assertSame(actual: Tensor, expected: Recorded, tolerance: number, what: string): void {
  assert.deepEqual(actual.shape, expected.shape, `${what}: shape`);
  if (expected.dtype !== "int64" || actual.dtype !== "int32")
    assert.equal(actual.dtype, expected.dtype, `${what}: dtype`);
  const values = Array.from(actual.detach().flatten().dataSync(), Number);
  const scale = Math.max(1, ...expected.data.map((x) => Math.abs(Number(x))).filter(Number.isFinite));
  expected.data.forEach((raw, i) => {
    const y = raw === null ? NaN : Number(raw);
    const x = values[i]!;
    if (Object.is(x, y) || x === y) return;
    assert.ok(Math.abs(x - y) <= tolerance * scale, `${what}: element ${i} is ${x}, expected ${y}`);
  });
}

type Result = Tensor | readonly Tensor[];

/** Compares values and gradients of the first and second order with PyTorch's. */
export function assertGolden(name: string, f: (...inputs: Tensor[]) => Result, tolerance = 1e-9): void {
  const found = golden[name];
  assert.ok(found, `${name} is not recorded`);
  const inputs = found.inputs.map((each) => {
    const x = given(each);
    if (each.dtype === "float64") x.requiresGrad = found.first !== undefined;
    return x;
  });
  const result = f(...inputs);
  const outputs = (Array.isArray(result) ? result : [result]) as readonly Tensor[];
  assert.equal(outputs.length, found.outputs.length, `${name}: number of results`);
  outputs.forEach((y, i) => assertSame(y, found.outputs[i]!, tolerance, `${name}, result ${i}`));
  if (found.first === undefined) return;
  const leaves = inputs.filter((x) => x.requiresGrad);
  const total = weighted(outputs);
  if (total === null) {
    for (const each of found.first)
      assert.ok(
        each.data.every((x) => Number(x) === 0),
        `${name} has no gradient`,
      );
    return;
  }
  const first = gradients(total, leaves);
  first.forEach((g, i) => assertSame(g, found.first![i]!, tolerance, `${name}, gradient ${i}`));
  if (found.second === undefined) return;
  const twice = weighted(first);
  if (twice === null) {
    for (const each of found.second)
      assert.ok(
        each.data.every((x) => Number(x) === 0),
        `${name}: no second gradient`,
      );
    return;
  }
  const second = gradients(twice, leaves);
  second.forEach((g, i) =>
    assertSame(g, found.second![i]!, tolerance * 100, `${name}, second gradient ${i}`),
  );
}

function gradients(output: Tensor, leaves: readonly Tensor[]): readonly Tensor[] {
  const found = grad(output, [...leaves], { createGraph: true, allowUnused: true });
  return found.map((g, i) => g ?? leaves[i]!.detach().mul(0));
}
