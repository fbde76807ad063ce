/** Reads what PyTorch computed, printed and refused; written by make_ops.py. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { asNumbers } from "../../src/primitives/elements.js";
import { type DType, type Shape, type Tensor, tensor } from "../../src/index.js";

type Numbers = readonly (number | "nan" | "inf" | "-inf" | "-0")[];

export interface Value {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly data: Numbers;
}

export interface Case {
  readonly inputs: readonly { readonly shape: Shape; readonly data: Numbers }[];
  readonly value: Value;
  /** The same from float32 inputs. */
  readonly float32: Numbers;
  /** Gradients of the float64 inputs, with `weights` to begin with. */
  readonly grads: readonly (Numbers | null)[];
}

export interface Golden {
  readonly cases: Readonly<Record<string, Case>>;
  readonly plain: Readonly<Record<string, Value>>;
  readonly errors: Readonly<Record<string, string>>;
  readonly prints: Readonly<
    Record<string, Value & { readonly requiresGrad: boolean; readonly text: string }>
  >;
}

function read<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")) as T;
}

const cases = readdirSync(new URL("ops/", import.meta.url)).map((file): [string, Case] => [
  file.replace(/\.json$/, ""),
  read(`ops/${file}`),
]);

export const golden: Golden = {
  cases: Object.fromEntries(cases),
  plain: read("plain.json"),
  errors: read("errors.json"),
  prints: read("prints.json"),
};

const special: Readonly<Record<string, number>> = { nan: NaN, inf: Infinity, "-inf": -Infinity, "-0": -0 };

export function decode(data: Numbers): number[] {
  return data.map((x) => (typeof x === "string" ? special[x]! : x));
}

export function load(value: { shape: Shape; data: Numbers }, dtype: DType): Tensor {
  return tensor(decode(value.data), { dtype }).reshape(value.shape);
}

/** torch.testing.assert_close's tolerances. */
const tolerance: Readonly<Record<DType, { rtol: number; atol: number }>> = {
  float32: { rtol: 1.3e-6, atol: 1e-5 },
  float64: { rtol: 1e-7, atol: 1e-7 },
  float16: { rtol: 1e-3, atol: 1e-5 },
  bfloat16: { rtol: 1.6e-2, atol: 1e-5 },
  int64: { rtol: 0, atol: 0 },
  int8: { rtol: 0, atol: 0 },
  uint8: { rtol: 0, atol: 0 },
  int32: { rtol: 0, atol: 0 },
  bool: { rtol: 0, atol: 0 },
};

export async function assertClose(actual: Tensor, data: Numbers, what: string): Promise<void> {
  const expected = decode(data);
  const got = asNumbers(await actual.data());
  const { rtol, atol } = tolerance[actual.dtype];
  assert.equal(got.length, expected.length, what);
  expected.forEach((e, i) => {
    const g = got[i]!;
    if (Object.is(g, e) || g === e) return;
    assert.ok(
      Math.abs(g - e) <= atol + rtol * Math.abs(e) && Number.isFinite(g),
      `${what}: element ${i} is ${g}, PyTorch gives ${e}`,
    );
  });
}
